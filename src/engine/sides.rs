//! Joins without a key hold one side in memory, and stream the other past it. The engine holds the left one unless it knows the
//! sizes of both, which it seldom does: a rule of one row joined to all customers would hold the customers.
//!
//! Takes a physical plan, gives one with the same rows, in which the side that can only be small is the one that is held.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{JoinType, stats::Precision};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::joins::{CrossJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// Holds the smaller side of a join without a key.
#[derive(Debug)]
pub(super) struct SmallSideFirst;

impl PhysicalOptimizerRule for SmallSideFirst {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            Ok(match swapped(&plan)? {
                Some(swapped) => Transformed::yes(swapped),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "small_side_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn swapped(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(join) = plan.downcast_ref::<CrossJoinExec>() {
        return if is_smaller(join.right(), join.left()) { join.swap_inputs().map(Some) } else { Ok(None) };
    }
    if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
        let may = matches!(join.join_type(), JoinType::Inner | JoinType::Left);
        return if may && is_smaller(join.right(), join.left()) {
            join.swap_inputs().map(Some)
        } else {
            Ok(None)
        };
    }
    Ok(None)
}

fn is_smaller(one: &Arc<dyn ExecutionPlan>, other: &Arc<dyn ExecutionPlan>) -> bool {
    match (most_rows(one), most_rows(other)) {
        (Some(one), Some(other)) => one < other,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// The most rows that a plan can give, where that follows from its form.
fn most_rows(plan: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    if plan.is::<PlaceholderRowExec>() {
        return Some(1);
    }
    if plan.is::<EmptyExec>() {
        return Some(0);
    }
    if let Some(aggregate) = plan.downcast_ref::<AggregateExec>()
        && aggregate.group_expr().is_true_no_grouping()
    {
        return Some(plan.output_partitioning().partition_count());
    }
    if let Some(source) = plan.downcast_ref::<DataSourceExec>() {
        // Of files, only what the engine knows of their rows; a filter in the scan leaves fewer.
        let is_memory = source.data_source().is::<MemorySourceConfig>();
        let rows = StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).ok()?.num_rows;
        return match rows {
            Precision::Exact(rows) => Some(rows),
            Precision::Inexact(rows) if !is_memory => Some(rows),
            _ => None,
        };
    }
    if let Some(join) = plan.downcast_ref::<CrossJoinExec>() {
        return most_rows(join.left())?.checked_mul(most_rows(join.right())?);
    }
    if plan.is::<UnionExec>() {
        return plan
            .children()
            .into_iter()
            .map(most_rows)
            .try_fold(0_usize, |sum, rows| sum.checked_add(rows?));
    }
    // One child, of which it gives every row at most once.
    let gives_no_more = plan.is::<ProjectionExec>()
        || plan.is::<AggregateExec>()
        || matches!(plan.cardinality_effect(), CardinalityEffect::Equal | CardinalityEffect::LowerEqual);
    match plan.children().as_slice() {
        [child] if gives_no_more => most_rows(child),
        _ => None,
    }
}
