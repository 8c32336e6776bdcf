//! Groups in bounded memory. The engine holds all groups of an aggregation at once; when they do not fit, it sorts what it has,
//! writes it, and at last merges all that was written, row by row. Here what does not fit is written in parts by a hash of the
//! group, and each part, in which a group is as a whole, is then made on its own. Nothing is sorted, and one aggregation never holds
//! more than a small part of the memory of queries, so that others beside it have theirs.
//!
//! Takes a physical plan, gives one with the same rows, in which the last steps of aggregations by hash are done by
//! [`GroupingExec`]. Steps over sorted rows, without groups or with a limit, or whose functions go by an order or have no states of
//! groups, stay with the engine.

mod spilled;
mod table;

use std::sync::Arc;

use arrow::array::{MutableArrayData, RecordBatch, make_array};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryLimit, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::execution_plan::{
    CardinalityEffect, ChildrenPropertiesMode, ReplaceChildrenOptions,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, InputOrderMode, PlanProperties,
};
use futures::{StreamExt, TryStreamExt, stream};

use spilled::Spilled;
use table::{How, Table};

use super::exact::adds_floats;
use super::scratch::Scratch;

/// What part of the memory of queries the groups of one step may take before they are written.
const PART_OF_MEMORY: usize = 4;

/// How many bytes the groups of one step may take, of the memory that all queries have.
pub(super) fn share_of(memory: MemoryLimit) -> usize {
    match memory {
        MemoryLimit::Finite(bytes) => bytes / PART_OF_MEMORY,
        _ => usize::MAX,
    }
}

/// The same plan, in which the groups of no step take more than `most` bytes at once.
pub(super) fn bounded(
    plan: Arc<dyn ExecutionPlan>,
    most: usize,
    scratch: &Scratch,
) -> Result<Arc<dyn ExecutionPlan>> {
    plan.transform_up(|plan| {
        Ok(match GroupingExec::instead_of(&plan, most, scratch)? {
            Some(own) => Transformed::yes(Arc::new(own) as Arc<dyn ExecutionPlan>),
            None => Transformed::no(plan),
        })
    })
    .data()
}

/// The last step of an aggregation by hash.
#[derive(Debug)]
struct GroupingExec {
    /// The engine's own step: its columns and needs are those of this one.
    stock: Arc<dyn ExecutionPlan>,
    input: Arc<dyn ExecutionPlan>,
    how: Arc<How>,
    /// How many bytes the groups may take at once.
    most: usize,
    scratch: Scratch,
}

impl GroupingExec {
    fn instead_of(stock: &Arc<dyn ExecutionPlan>, most: usize, scratch: &Scratch) -> Result<Option<Self>> {
        let Some(aggregate) = stock.downcast_ref::<AggregateExec>() else { return Ok(None) };
        let groups = aggregate.group_expr();
        let is_plain = !matches!(aggregate.mode(), AggregateMode::Partial | AggregateMode::PartialReduce)
            && *aggregate.input_order_mode() == InputOrderMode::Linear
            && aggregate.limit_options().is_none()
            && !groups.is_empty()
            && groups.is_single();
        if !is_plain || !can_be_merged(aggregate)? {
            return Ok(None);
        }
        let how = Arc::new(How::of(aggregate)?);
        let most = most / stock.output_partitioning().partition_count().max(1);
        Ok(Some(Self {
            stock: Arc::clone(stock),
            input: Arc::clone(aggregate.input()),
            how,
            most,
            scratch: scratch.clone(),
        }))
    }
}

/// Whether groups can be written and merged, and come to the same wherever they are cut. Text in views and dictionaries would be written with all that it is a piece of.
fn can_be_merged(aggregate: &AggregateExec) -> Result<bool> {
    let schema = aggregate.group_expr().group_schema(&aggregate.input().schema())?;
    if schema.fields().iter().any(|field| !is_plain(field.data_type())) {
        return Ok(false);
    }
    for function in aggregate.aggr_expr() {
        if !function.groups_accumulator_supported() || !function.order_bys().is_empty() {
            return Ok(false);
        }
        if adds_floats(function)? || function.state_fields()?.iter().any(|field| !is_plain(field.data_type()))
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether values of a type are written as they are, and nothing beside them.
fn is_plain(kind: &DataType) -> bool {
    match kind {
        DataType::List(item) | DataType::LargeList(item) => is_plain(item.data_type()),
        DataType::Utf8View
        | DataType::BinaryView
        | DataType::Dictionary(..)
        | DataType::RunEndEncoded(..)
        | DataType::Null => false,
        kind => !kind.is_nested(),
    }
}

/// Reads the rows through; gives their groups.
async fn groups(
    how: Arc<How>,
    mut input: SendableRecordBatchStream,
    schema: SchemaRef,
    (most, n_rows): (usize, usize),
    scratch: Scratch,
    (reservation, merging): (MemoryReservation, MemoryReservation),
) -> Result<SendableRecordBatchStream> {
    let mut table = Table::new(&how)?;
    let mut spilled: Option<Spilled> = None;
    while let Some(batch) = input.next().await.transpose()? {
        table.add(&how, &batch)?;
        let bytes = table.bytes();
        if bytes <= most && reservation.try_resize(bytes).is_ok() {
            continue;
        }
        let full = std::mem::replace(&mut table, Table::new(&how)?);
        let to = match &mut spilled {
            Some(to) => to,
            None => spilled.insert(Spilled::new(&scratch)?),
        };
        to.add(&full.states()?, how.n_keys())?;
        reservation.free();
    }
    drop(input);
    let Some(mut spilled) = spilled else {
        let rows = table.values(&schema)?;
        return Ok(slices(rows, n_rows, reservation));
    };
    if !table.is_empty() {
        spilled.add(&table.states()?, how.n_keys())?;
    }
    reservation.free();
    let how = Arc::new(how.of_states()?);
    let own = Arc::clone(&schema);
    let each = (0..spilled.n_parts()).map(move |part| -> Result<SendableRecordBatchStream> {
        let mut table = Table::new(&how)?;
        let reservation = merging.new_empty();
        for groups in spilled.part(part) {
            table.add(&how, &groups?)?;
            reservation.try_resize(table.bytes())?;
        }
        Ok(slices(table.values(&own)?, n_rows, reservation))
    });
    let rows = stream::iter(each).try_flatten();
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
}

/// Rows in batches of so many; their memory is held until they have been read. Each batch is a copy: a step that holds batches takes
/// each for as large as all that it is cut from, and a sort would write to disk what it could hold many times over.
fn slices(rows: RecordBatch, n_rows: usize, reservation: MemoryReservation) -> SendableRecordBatchStream {
    let schema = rows.schema();
    let slices = (0..rows.num_rows()).step_by(n_rows.max(1)).map(move |row| {
        let _ = &reservation;
        copied(&rows, row, n_rows.min(rows.num_rows() - row))
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, stream::iter(slices)))
}

/// So many rows from one on.
fn copied(rows: &RecordBatch, begin: usize, n_rows: usize) -> Result<RecordBatch> {
    if n_rows == rows.num_rows() {
        return Ok(rows.clone());
    }
    let columns = rows.columns().iter().map(|column| {
        let data = column.to_data();
        let mut copy = MutableArrayData::new(vec![&data], false, n_rows);
        copy.try_extend(0, begin, begin + n_rows)?;
        Ok(make_array(copy.freeze()))
    });
    Ok(RecordBatch::try_new(rows.schema(), columns.collect::<Result<_>>()?)?)
}

impl DisplayAs for GroupingExec {
    fn fmt_as(&self, kind: DisplayFormatType, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GroupingExec: ")?;
        self.stock.fmt_as(kind, f)
    }
}

impl ExecutionPlan for GroupingExec {
    fn name(&self) -> &'static str {
        "GroupingExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.stock.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.stock.apply_expressions(f)
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::LowerEqual
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.swap_remove(0);
        let stock = Arc::clone(&self.stock).replace_children(vec![input], options)?;
        // Over other rows the engine's step may be another one, which goes by their order.
        Ok(match Self::instead_of(&stock, self.most, &self.scratch)? {
            Some(own) => Arc::new(Self { most: self.most, ..own }),
            None => stock,
        })
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let schema = self.stock.schema();
        let consumer = MemoryConsumer::new(format!("GroupingExec[{partition}]"));
        // What is merged cannot be written once more.
        let reservations = (
            consumer.clone_with_new_id().with_can_spill(true).register(context.memory_pool()),
            consumer.register(context.memory_pool()),
        );
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let (how, scratch) = (Arc::clone(&self.how), self.scratch.clone());
        let sizes = (self.most, context.session_config().batch_size());
        let rows = groups(how, input, Arc::clone(&schema), sizes, scratch, reservations);
        let rows = stream::once(rows).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, StringArray};
    use arrow::compute::concat_batches;
    use arrow::datatypes::{Field, Schema};
    use arrow::util::pretty::pretty_format_batches;
    use datafusion::common::utils::memory::get_record_batch_memory_size;
    use datafusion::datasource::MemTable;
    use datafusion::execution::memory_pool::{MemoryPool, UnboundedMemoryPool};
    use datafusion::physical_plan::{collect, displayable};
    use datafusion::prelude::{SessionConfig, SessionContext};
    use proptest::prelude::*;

    use super::*;

    /// A name, a day, a number and an amount, each of which may be empty.
    type Row = (Option<u8>, Option<u8>, Option<i64>, Option<i128>);

    fn table(rows: &[Row], n_batches: usize) -> MemTable {
        let schema = Arc::new(Schema::new(vec![
            Field::new("g", DataType::Utf8, true),
            Field::new("d", DataType::Date32, true),
            Field::new("n", DataType::Int64, true),
            Field::new("m", DataType::Decimal128(18, 4), true),
        ]));
        let name = |name: Option<u8>| name.map(|name| format!("name {name}"));
        let amounts = Decimal128Array::from_iter(rows.iter().map(|row| row.3));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter(rows.iter().map(|row| name(row.0)))),
            Arc::new(Date32Array::from_iter(rows.iter().map(|row| row.1.map(i32::from)))),
            Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.2))),
            Arc::new(amounts.with_precision_and_scale(18, 4).unwrap()),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
        let size = rows.len().div_ceil(n_batches).max(1);
        let slices = (0..rows.len()).step_by(size).map(|row| batch.slice(row, size.min(rows.len() - row)));
        MemTable::try_new(schema, vec![slices.collect()]).unwrap()
    }

    /// The plan and the sorted rows of a query: with groups that take so many bytes at most, or as the engine has it.
    fn run(
        sql: &str,
        table: MemTable,
        partitions: usize,
        n_rows: usize,
        most: Option<usize>,
    ) -> (String, String) {
        let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(n_rows);
        let folder = tempfile::tempdir().unwrap();
        let context = SessionContext::new_with_config(config);
        context.register_table("t", Arc::new(table)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
            if let Some(most) = most {
                plan = bounded(plan, most, &Scratch::new(folder.path())).unwrap();
            }
            let text = displayable(plan.as_ref()).indent(false).to_string();
            let batches = collect(plan, context.task_ctx()).await.unwrap();
            let rows = pretty_format_batches(&batches).unwrap().to_string();
            let mut lines: Vec<&str> = rows.lines().collect();
            lines.sort_unstable();
            lines.dedup_by(|one, other| one == other && one.starts_with('+'));
            (text, lines.join("\n"))
        })
    }

    /// Aggregations whose groups are bounded.
    const KNOWN: [&str; 11] = [
        "SELECT g, sum(m), count(*), count(n), min(d), max(g), avg(m) FROM t GROUP BY g",
        "SELECT g, d, n, sum(m) FILTER (WHERE n > 0), count(*) FILTER (WHERE m IS NULL) FROM t GROUP BY g, d, n",
        "SELECT d, sum(n), max(m), min(n) FROM t GROUP BY d",
        "SELECT n % 7 AS k, g || 'x' AS h, sum(m * 2) FROM t GROUP BY n % 7, g || 'x'",
        "SELECT DISTINCT g, n FROM t",
        "SELECT g, count(*) FROM t WHERE n > 48 GROUP BY g",
        "SELECT d, count(DISTINCT n), bool_or(n > 40), count(m) FROM t WHERE d IS NOT NULL GROUP BY d",
        "SELECT g, count(DISTINCT n), sum(m) FROM t GROUP BY g",
        "SELECT k, sum(s), count(*) FROM (SELECT g AS k, d, sum(m) AS s FROM t GROUP BY g, d) GROUP BY k",
        "SELECT g, d, sum(n) FROM t GROUP BY ROLLUP (g, d)",
        "SELECT a.g, count(*) FROM t a JOIN t b ON a.n = b.n GROUP BY a.g",
    ];

    /// Aggregations that stay with the engine.
    const UNKNOWN: [&str; 6] = [
        "SELECT d, count(DISTINCT g), count(m) FROM t GROUP BY d",
        "SELECT count(*), sum(m) FROM t",
        "SELECT g, first_value(n ORDER BY n, m) FROM t GROUP BY g",
        "SELECT arrow_cast(g, 'Dictionary(Int32, Utf8)') AS k, count(*) FROM t GROUP BY 1",
        "SELECT arrow_cast(g, 'Utf8View') AS k, count(*) FROM t GROUP BY 1",
        "SELECT g, round(stddev(n), 6) FROM t GROUP BY g",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn groups_are_those_of_the_engine_whether_they_fit_or_not(
            rows in prop::collection::vec(
                (
                    prop::option::weighted(0.9, 0_u8..40),
                    prop::option::weighted(0.9, 0_u8..9),
                    prop::option::weighted(0.8, -50_i64..50),
                    prop::option::weighted(0.8, -500_000_i128..500_000),
                ),
                0..300,
            ),
            n_batches in 1_usize..9,
            partitions in 1_usize..4,
            n_rows in 1_usize..80,
            most in prop::sample::select(vec![0, 6_000, usize::MAX]),
        ) {
            for sql in KNOWN.iter().chain(&UNKNOWN) {
                let of = |most| run(sql, table(&rows, n_batches), partitions, n_rows, most).1;
                prop_assert_eq!(of(Some(most)), of(None), "{}", sql);
            }
        }
    }

    #[test]
    fn groups_are_bounded_where_the_engine_would_hold_them_all() {
        let rows: Vec<Row> = (0..50).map(|row| (Some(row % 4), Some(row % 3), Some(1), Some(1))).collect();
        for partitions in [1, 2] {
            for sql in KNOWN {
                let (plan, _) = run(sql, table(&rows, 2), partitions, 10, Some(0));
                assert!(plan.contains("GroupingExec"), "{sql}:\n{plan}");
            }
            for sql in UNKNOWN {
                let (plan, _) = run(sql, table(&rows, 2), partitions, 10, Some(0));
                assert!(!plan.contains("GroupingExec"), "{sql}:\n{plan}");
            }
        }
    }

    #[test]
    fn batches_of_groups_take_no_more_memory_than_their_rows() {
        let values = Int64Array::from_iter_values(0..100_000);
        let names = StringArray::from_iter_values((0..100_000).map(|n| format!("name {n}")));
        let columns: [(&str, ArrayRef); 2] = [("n", Arc::new(values)), ("s", Arc::new(names))];
        let rows = RecordBatch::try_from_iter(columns).unwrap();
        let pool: Arc<dyn MemoryPool> = Arc::new(UnboundedMemoryPool::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let all = slices(rows.clone(), 1_000, MemoryConsumer::new("groups").register(&pool));
        let all: Vec<RecordBatch> = runtime.block_on(all.try_collect()).unwrap();
        assert_eq!(all.len(), 100);
        assert_eq!(concat_batches(&rows.schema(), &all).unwrap(), rows);
        let bytes: usize = all.iter().map(get_record_batch_memory_size).sum();
        assert!(bytes < 2 * rows.get_array_memory_size(), "{bytes}");
    }
}
