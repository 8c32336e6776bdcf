//! Joins without a key hold one side in memory, and stream the other past it. The engine holds the left one unless it knows the
//! sizes of both, which it seldom does: a rule of one row joined to all customers would hold the customers.
//!
//! Takes a physical plan, gives one with the same rows, in which the side that can only be small is the one that is held. So it
//! does for joins by key with lists made into rows, of whose number the engine knows nothing.

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
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, PartitionMode};
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// Holds the smaller side of a join without a key, and of one by key with lists made into rows.
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
    if let Some(join) = plan.downcast_ref::<HashJoinExec>()
        && *join.join_type() == JoinType::Inner
        && let (Some(left), None, Some(right)) =
            (most_rows(join.left()), most_rows(join.right()), roughly(join.right()))
        && right < left / 4
    {
        let mode = if right < FEW { PartitionMode::CollectLeft } else { *join.partition_mode() };
        return join.swap_inputs(mode).map(Some);
    }
    Ok(None)
}

/// So many rows are held as they are, rather than in parts.
const FEW: usize = 100_000;

/// About how many rows a plan without joins gives, when it makes lists into rows: the engine knows nothing of their lengths.
fn roughly(plan: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    const OF_A_LIST: usize = 400;
    if plan.is::<UnnestExec>() {
        return plan.children().into_iter().map(most_rows).sum::<Option<usize>>()?.checked_mul(OF_A_LIST);
    }
    if let Some(rows) = most_rows(plan) {
        return Some(rows);
    }
    let gives_no_more = plan.is::<ProjectionExec>()
        || matches!(plan.cardinality_effect(), CardinalityEffect::Equal | CardinalityEffect::LowerEqual);
    match plan.children().as_slice() {
        children if plan.is::<UnionExec>() => children.iter().map(|child| roughly(child)).sum(),
        [child] if gives_no_more => roughly(child),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, RecordBatch};
    use arrow::datatypes::{Field, Schema};
    use datafusion::common::tree_node::TreeNodeRecursion;
    use datafusion::datasource::MemTable;
    use datafusion::physical_plan::displayable;

    use super::*;
    use crate::engine::{Engine, Limits};
    use crate::names::TableName;
    use crate::project::query_file;

    fn numbers(up_to: i64) -> Arc<MemTable> {
        let schema = Arc::new(Schema::new(vec![Field::new("n", arrow::datatypes::DataType::Int64, true)]));
        let column = Arc::new(Int64Array::from_iter_values(0..up_to));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap();
        Arc::new(MemTable::try_new(schema, vec![vec![batch]]).unwrap())
    }

    /// The sides that joins hold, in few words, and the rows that they give.
    fn held(sql: &str) -> (Vec<String>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let engine =
            Engine::new(&Limits { memory: 1 << 30, partitions: 2, ..Limits::default() }, folder.path())
                .unwrap();
        engine.register(&TableName::new("a", "few"), numbers(3)).unwrap();
        engine.register(&TableName::new("a", "many"), numbers(5_000)).unwrap();
        let query = query_file::parse_select("q.sql", &sql.into()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let plan = engine.plan(&query).await.unwrap();
            let physical = engine.frame(plan.clone()).create_physical_plan().await.unwrap();
            let mut sides = Vec::new();
            let _ = physical.apply(|node| {
                let left = node.downcast_ref::<CrossJoinExec>().map(CrossJoinExec::left);
                let left = left.or(node.downcast_ref::<NestedLoopJoinExec>().map(NestedLoopJoinExec::left));
                let left = left.or(node.downcast_ref::<HashJoinExec>().map(HashJoinExec::left));
                if let Some(left) = left {
                    sides.push(displayable(left.as_ref()).indent(false).to_string());
                }
                Ok(TreeNodeRecursion::Continue)
            });
            let rows = engine.collect(plan).await.unwrap();
            (sides, rows.iter().map(RecordBatch::num_rows).sum())
        })
    }

    #[test]
    fn the_side_that_can_only_be_small_is_held() {
        // How many rows a grouping gives is not known; that one without groups gives one is.
        let grouped = "(SELECT n % 1000 AS k, count(*) AS c FROM a.many GROUP BY n % 1000) g";
        let (sides, rows) = held(&format!(
            "SELECT g.k, m.most FROM {grouped} CROSS JOIN (SELECT max(n) AS most FROM a.many) m"
        ));
        assert_eq!((sides.len(), rows), (1, 1000));
        assert!(sides[0].contains("max("), "{}", sides[0]);
        let (sides, rows) = held(&format!("SELECT g.k, f.n FROM {grouped} JOIN a.few f ON g.k < f.n"));
        assert_eq!((sides.len(), rows), (1, 3));
        assert!(!sides[0].contains("count("), "{}", sides[0]);
        let (sides, rows) = held(&format!("SELECT g.k, f.n FROM {grouped} LEFT JOIN a.few f ON g.k < f.n"));
        assert_eq!((sides.len(), rows), (1, 1001));
        assert!(!sides[0].contains("count("), "{}", sides[0]);
        // How long lists are is not known: they are taken for long ones, and are few rows all the same beside a large table.
        let list = "(SELECT unnest(range(0, n)) AS k FROM a.few) l";
        let (sides, rows) = held(&format!("SELECT m.n FROM a.many m JOIN {list} ON l.k = m.n"));
        assert_eq!((sides.len(), rows), (1, 3));
        assert!(sides[0].contains("UnnestExec"), "{}", sides[0]);
    }
}
