//! Window functions over many short groups, such as the running total of each customer. The engine works row by row, or holds a
//! whole part of the table; over rows that are already in order, groups after groups can be done in one pass over whole columns.
//!
//! Takes a physical plan, gives one with the same rows, in which windows over sorted rows are computed by [`GroupsExec`], where
//! every one of their functions is known to it: sums and counts up to each row, aggregates of whole groups, numbers of rows, and
//! values of rows a fixed distance away. All others stay with the engine.

mod pass;

use std::sync::Arc;
use std::task::{Poll, ready};

use arrow::array::Array;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{WindowFrame, WindowFrameBound, WindowFrameUnits};
use datafusion::physical_expr::window::{PlainAggregateWindowExpr, StandardWindowExpr, WindowExpr};
use datafusion::physical_expr::{PhysicalExpr, PhysicalSortExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::{
    CardinalityEffect, ChildrenPropertiesMode, ReplaceChildrenOptions,
};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec, WindowUDFExpr};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputOrderMode, PlanProperties,
};
use datafusion::scalar::ScalarValue;
use futures::StreamExt;

use pass::Pass;

/// Computes windows over sorted rows in one pass.
#[derive(Debug)]
pub(super) struct OnePass;

impl PhysicalOptimizerRule for OnePass {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            Ok(match GroupsExec::instead_of(&plan)? {
                Some(own) => Transformed::yes(Arc::new(own) as Arc<dyn ExecutionPlan>),
                None => Transformed::no(plan),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "one_pass_windows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What one window function gives for each row.
#[derive(Debug, Clone)]
enum Function {
    /// The number of the row in its group.
    RowNumber,
    /// The value of the row so many rows before; negative for one after.
    Shift(i64),
    /// An aggregate of the whole group.
    OfGroup,
    /// A sum or a count up to the row.
    Running { is_count: bool, with_peers: bool },
}

/// Groups of sorted rows with what window functions give for each row.
#[derive(Debug)]
pub(super) struct GroupsExec {
    /// The engine's own step: its columns, order and needs are those of this one.
    stock: Arc<dyn ExecutionPlan>,
    input: Arc<dyn ExecutionPlan>,
    windows: Vec<(Arc<dyn WindowExpr>, Function)>,
    metrics: ExecutionPlanMetricsSet,
}

impl GroupsExec {
    /// A step with the same rows as a step of the engine, when all of its functions are known.
    fn instead_of(stock: &Arc<dyn ExecutionPlan>) -> Result<Option<Self>> {
        let (windows, input) = if let Some(stock) = stock.downcast_ref::<BoundedWindowAggExec>() {
            if stock.input_order_mode != InputOrderMode::Sorted {
                return Ok(None);
            }
            (stock.window_expr(), stock.input())
        } else if let Some(stock) = stock.downcast_ref::<WindowAggExec>() {
            (stock.window_expr(), stock.input())
        } else {
            return Ok(None);
        };
        // Without groups all rows are one, and the engine does not hold them for functions that only look back.
        let groups = windows.first().map_or(&[][..], |window| window.partition_by());
        if groups.is_empty() || windows.iter().any(|window| window.partition_by() != groups) {
            return Ok(None);
        }
        let mut known = Vec::new();
        for window in windows {
            match function(window, &input.schema())? {
                Some(function) => known.push((Arc::clone(window), function)),
                None => return Ok(None),
            }
        }
        let (stock, input) = (Arc::clone(stock), Arc::clone(input));
        Ok(Some(Self { stock, input, windows: known, metrics: ExecutionPlanMetricsSet::new() }))
    }
}

/// What a window function does, if it is one that is known.
fn function(window: &Arc<dyn WindowExpr>, schema: &SchemaRef) -> Result<Option<Function>> {
    let any = window.as_any();
    if let Some(window) = any.downcast_ref::<StandardWindowExpr>() {
        let function = window.get_standard_func_expr();
        let Some(named) = function.as_any().downcast_ref::<WindowUDFExpr>() else { return Ok(None) };
        return match named.fun().name() {
            "row_number" => Ok(Some(Function::RowNumber)),
            "lag" | "lead" => shift(window),
            _ => Ok(None),
        };
    }
    let Some(plain) = any.downcast_ref::<PlainAggregateWindowExpr>() else { return Ok(None) };
    // The engine keeps the filter to itself; what is not seen to have none is left alone.
    if !format!("{plain:?}").ends_with("filter: None }") {
        return Ok(None);
    }
    let aggregate = plain.get_aggregate_expr();
    if aggregate.is_distinct() || !aggregate.order_bys().is_empty() || aggregate.ignore_nulls() {
        return Ok(None);
    }
    let (name, frame) = (aggregate.fun().name(), plain.get_window_frame());
    if is_whole_group(plain.order_by(), frame) {
        let is_known =
            matches!(name, "sum" | "count" | "min" | "max") && aggregate.groups_accumulator_supported();
        return Ok(is_known.then_some(Function::OfGroup));
    }
    let is_up_to_row = frame.start_bound.is_unbounded()
        && matches!(frame.start_bound, WindowFrameBound::Preceding(_))
        && frame.end_bound == WindowFrameBound::CurrentRow;
    let with_peers = match frame.units {
        WindowFrameUnits::Rows => false,
        WindowFrameUnits::Range => true,
        WindowFrameUnits::Groups => return Ok(None),
    };
    let is_count = name == "count";
    let sums_numbers = || -> Result<bool> {
        let arguments = aggregate.expressions();
        let [argument] = arguments.as_slice() else { return Ok(false) };
        let (from, to) = (argument.data_type(schema)?, plain.field()?.data_type().clone());
        Ok(matches!(
            (from, to),
            (DataType::Int64, DataType::Int64) | (DataType::Decimal128(..), DataType::Decimal128(..))
        ))
    };
    let is_known = is_up_to_row && (is_count || (name == "sum" && sums_numbers()?));
    Ok(is_known.then_some(Function::Running { is_count, with_peers }))
}

/// Whether all rows of a group have the same frame.
fn is_whole_group(order_by: &[PhysicalSortExpr], frame: &WindowFrame) -> bool {
    let is_end = |bound: &WindowFrameBound| match bound {
        WindowFrameBound::CurrentRow => frame.units == WindowFrameUnits::Range && order_by.is_empty(),
        _ => bound.is_unbounded(),
    };
    is_end(&frame.start_bound) && is_end(&frame.end_bound)
}

/// By how many rows a function shifts its argument: seen from what it does with a few values, since turned round, ignoring empty
/// values or with another value at the ends it goes by the same name.
fn shift(window: &StandardWindowExpr) -> Result<Option<Function>> {
    const FARTHEST: i64 = 3;
    let there = [true, false, true, true, false, false, false, true];
    let kind = window.field()?.data_type().clone();
    let (Ok(value), Ok(empty)) = (ScalarValue::new_default(&kind), ScalarValue::try_from(&kind)) else {
        return Ok(None);
    };
    let values = ScalarValue::iter_to_array(
        there.map(|is_there| if is_there { value.clone() } else { empty.clone() }),
    )?;
    let mut evaluator = window.get_standard_func_expr().create_evaluator()?;
    if evaluator.uses_window_frame() || evaluator.include_rank() {
        return Ok(None);
    }
    let given = evaluator.evaluate_all(&[values], there.len())?;
    let given: Vec<bool> = (0..given.len()).map(|row| given.is_valid(row)).collect();
    let shifted = |by: i64| -> Vec<bool> {
        let from = |row: usize| i64::try_from(row).ok().and_then(|row| usize::try_from(row - by).ok());
        (0..there.len())
            .map(|row| from(row).and_then(|from| there.get(from)).copied().unwrap_or(false))
            .collect()
    };
    Ok((-FARTHEST..=FARTHEST).find(|by| shifted(*by) == given).map(Function::Shift))
}

impl DisplayAs for GroupsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let windows: Vec<String> = self
            .windows
            .iter()
            .map(|(window, function)| format!("{} {function:?} {}", window.name(), window.get_window_frame()))
            .collect();
        write!(f, "GroupsExec: {}", windows.join(", "))
    }
}

impl ExecutionPlan for GroupsExec {
    fn name(&self) -> &'static str {
        "GroupsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.stock.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.stock.apply_expressions(f)
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.swap_remove(0);
        let stock = Arc::clone(&self.stock).replace_children(vec![Arc::clone(&input)], options)?;
        let (windows, metrics) = (self.windows.clone(), ExecutionPlanMetricsSet::new());
        Ok(Arc::new(Self { stock, input, windows, metrics }))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let schema = self.stock.schema();
        let reservation = MemoryConsumer::new("GroupsExec").register(context.memory_pool());
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let (windows, input) = (self.windows.clone(), self.input.schema());
        let mut pass = Pass::new(windows, input, Arc::clone(&schema), reservation, metrics);
        let mut input = self.input.execute(partition, context)?;
        let stream = futures::stream::poll_fn(move |context| {
            loop {
                if pass.is_over {
                    return Poll::Ready(None);
                }
                let given = match ready!(input.poll_next_unpin(context)) {
                    Some(batch) => batch.and_then(|batch| pass.add(&batch)),
                    None => pass.end(),
                };
                if let Some(given) = given.transpose() {
                    return Poll::Ready(Some(given));
                }
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
    use arrow::datatypes::{Field, Schema};
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::datasource::MemTable;
    use datafusion::execution::SessionStateBuilder;
    use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::{SessionConfig, SessionContext};
    use proptest::prelude::*;

    use super::*;

    /// A group, a place in it that may have peers, and values of which some are empty.
    type Row = (Option<u8>, u8, Option<i64>, Option<i128>);

    fn table(rows: &[Row], batches: usize) -> MemTable {
        let schema = Arc::new(Schema::new(vec![
            Field::new("g", DataType::Utf8, true),
            Field::new("o", DataType::Date32, true),
            Field::new("id", DataType::Int64, true),
            Field::new("n", DataType::Int64, true),
            Field::new("m", DataType::Decimal128(18, 4), true),
        ]));
        let group = |group: Option<u8>| group.map(|group| format!("group {group}"));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter(rows.iter().map(|row| group(row.0)))),
            Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| i32::from(row.1)))),
            Arc::new(Int64Array::from_iter_values((0_i64..).take(rows.len()))),
            Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.2))),
            Arc::new(
                Decimal128Array::from_iter(rows.iter().map(|row| row.3))
                    .with_precision_and_scale(18, 4)
                    .unwrap(),
            ),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
        let size = rows.len().div_ceil(batches).max(1);
        let slices = (0..rows.len()).step_by(size).map(|row| batch.slice(row, size.min(rows.len() - row)));
        MemTable::try_new(schema, vec![slices.collect()]).unwrap()
    }

    /// The plan and the rows of a query, with our rule or without it.
    fn run(
        sql: &str,
        table: MemTable,
        partitions: usize,
        batch_size: usize,
        own: bool,
    ) -> Result<(String, String)> {
        let mut rules = PhysicalOptimizer::new().rules;
        if own {
            rules.push(Arc::new(OnePass));
        }
        let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(batch_size);
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_default_features()
            .with_physical_optimizer_rules(rules)
            .build();
        let context = SessionContext::new_with_state(state);
        context.register_table("t", Arc::new(table))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let frame = context.sql(sql).await?;
            let plan = frame.clone().create_physical_plan().await?;
            let rows = pretty_format_batches(&frame.collect().await?)?.to_string();
            Ok((displayable(plan.as_ref()).indent(false).to_string(), rows))
        })
    }

    /// Functions that are done in one pass.
    const KNOWN: [&str; 14] = [
        "row_number() OVER (PARTITION BY g ORDER BY id)",
        "lag(n) OVER (PARTITION BY g ORDER BY id)",
        "lag(m, 2) OVER (PARTITION BY g ORDER BY id DESC)",
        "lead(o) OVER (PARTITION BY g ORDER BY id)",
        "lead(g, 3) OVER (PARTITION BY o ORDER BY id)",
        "sum(m) OVER (PARTITION BY g ORDER BY o, id ROWS UNBOUNDED PRECEDING)",
        "sum(n) OVER (PARTITION BY g ORDER BY id DESC ROWS UNBOUNDED PRECEDING)",
        "sum(m) OVER (PARTITION BY g ORDER BY o)",
        "count(n) OVER (PARTITION BY g ORDER BY o)",
        "count(*) OVER (PARTITION BY g, o ORDER BY id ROWS UNBOUNDED PRECEDING)",
        "sum(m) OVER (PARTITION BY g)",
        "max(o) OVER (PARTITION BY g)",
        "min(g) OVER (PARTITION BY o)",
        "count(*) OVER (PARTITION BY g, o)",
    ];

    /// Functions that stay with the engine.
    const UNKNOWN: [&str; 8] = [
        "row_number() OVER (ORDER BY id)",
        "rank() OVER (PARTITION BY g ORDER BY o)",
        "lag(n, 1, 7) OVER (PARTITION BY g ORDER BY id)",
        "lag(n) IGNORE NULLS OVER (PARTITION BY g ORDER BY id)",
        "lead(n, 9) OVER (PARTITION BY g ORDER BY id)",
        "sum(n) FILTER (WHERE n > 0) OVER (PARTITION BY g)",
        "sum(n) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        "max(n) OVER (PARTITION BY g ORDER BY id ROWS UNBOUNDED PRECEDING)",
    ];

    fn query(function: &str) -> String {
        format!("SELECT id, {function} AS value FROM t ORDER BY id")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn one_pass_gives_what_the_engine_gives(
            rows in prop::collection::vec(
                (
                    prop::option::weighted(0.9, 0_u8..6),
                    0_u8..5,
                    prop::option::weighted(0.8, -50_i64..50),
                    prop::option::weighted(0.8, -500_000_i128..500_000),
                ),
                0..120,
            ),
            batches in 1_usize..9,
            partitions in 1_usize..4,
            batch_size in 1_usize..40,
        ) {
            for function in KNOWN.iter().chain(&UNKNOWN) {
                let of = |own| run(&query(function), table(&rows, batches), partitions, batch_size, own).unwrap();
                prop_assert_eq!(of(true).1, of(false).1, "{}", function);
            }
        }
    }

    #[test]
    fn functions_that_are_known_are_done_in_one_pass_and_all_others_stay_with_the_engine() {
        let rows: Vec<Row> = (0..50).map(|row| (Some(row % 4), row % 3, Some(1), Some(1))).collect();
        for function in KNOWN {
            let (plan, _) = run(&query(function), table(&rows, 2), 2, 10, true).unwrap();
            assert!(plan.contains("GroupsExec"), "{function}:\n{plan}");
            assert!(!plan.contains("WindowAggExec"), "{function}:\n{plan}");
        }
        for function in UNKNOWN {
            let (plan, _) = run(&query(function), table(&rows, 2), 2, 10, true).unwrap();
            assert!(!plan.contains("GroupsExec"), "{function}:\n{plan}");
        }
    }

    #[test]
    fn a_sum_that_no_number_holds_is_told_and_does_not_wrap() {
        let rows: Vec<Row> = vec![(Some(1), 1, Some(i64::MAX), None), (Some(1), 2, Some(1), None)];
        let sql = query("sum(n) OVER (PARTITION BY g ORDER BY id ROWS UNBOUNDED PRECEDING)");
        let error = run(&sql, table(&rows, 1), 1, 10, true).unwrap_err();
        assert!(error.to_string().contains("Overflow happened on: 9223372036854775807 + 1"), "{error}");
    }
}
