//! What a query names once and reads more than once is computed once.
//!
//! The engine puts the plan of a `WITH` part in the place of each mention of it, and of a table that is not stored likewise: ten
//! mentions of a sum are ten sums. Takes a plan. Finds the parts below a name that are in it more than once and group, join
//! or rank rows of tables; computes each into a table of its own, in memory while it is small; gives the plan over these tables.
//! What depends on a row around it (a correlated part) stays where it is. Never changes what a query gives.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::DFSchemaRef;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNodeRecursion};
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Sort, SubqueryAlias};
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::file_url;
use crate::files;

/// Parts with more bytes than these go to a file.
const MOST_HELD: usize = 32 << 20;

/// Rule tables are small: what only reads them is not worth a query of its own.
const RULES: &str = "rules";

/// The parts of a plan that are worth computing once, each after those that it has in it.
pub(super) fn parts(plan: &LogicalPlan) -> Vec<LogicalPlan> {
    let mut found = Found::default();
    found.visit(plan);
    let Found { times, order } = found;
    order.into_iter().filter(|part| times.get(part).is_some_and(|times| *times > 1)).collect()
}

#[derive(Default)]
struct Found {
    times: HashMap<LogicalPlan, usize>,
    order: Vec<LogicalPlan>,
}

impl Found {
    fn visit(&mut self, plan: &LogicalPlan) {
        // Of a name for a name, the inner one is the part's own.
        if let LogicalPlan::SubqueryAlias(alias) = plan
            && !matches!(alias.input.as_ref(), LogicalPlan::SubqueryAlias(_))
            && is_work(&alias.input)
        {
            // What is in a part that was seen before is computed with it.
            if let Some(times) = self.times.get_mut(alias.input.as_ref()) {
                *times += 1;
                return;
            }
            let part = alias.input.as_ref().clone();
            self.times.insert(part.clone(), 1);
            self.below(&alias.input);
            self.order.push(part);
            return;
        }
        self.below(plan);
    }

    fn below(&mut self, plan: &LogicalPlan) {
        plan.inputs().into_iter().for_each(|input| self.visit(input));
        let _ = plan.apply_subqueries(|query| {
            query.inputs().into_iter().for_each(|input| self.visit(input));
            Ok(TreeNodeRecursion::Continue)
        });
    }
}

/// Whether a part does more than pass rows of tables on, and stands for itself.
fn is_work(plan: &LogicalPlan) -> bool {
    let (mut works, mut reads, mut is_bound) = (false, false, false);
    let _ = plan.apply_with_subqueries(|node| {
        works |= matches!(
            node,
            LogicalPlan::Aggregate(_)
                | LogicalPlan::Window(_)
                | LogicalPlan::Distinct(_)
                | LogicalPlan::Limit(_)
                | LogicalPlan::Join(_)
        );
        reads |= matches!(node, LogicalPlan::TableScan(scan) if scan.table_name.schema() != Some(RULES));
        is_bound |= node.contains_outer_reference() || matches!(node, LogicalPlan::RecursiveQuery(_));
        Ok(if is_bound { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    works && reads && !is_bound
}

/// The parts that have been computed.
#[derive(Default)]
pub(super) struct Shared {
    tables: HashMap<LogicalPlan, LogicalPlan>,
    /// Memory and files that the tables need until the query has been read.
    held: Vec<Held>,
}

/// What a table needs for as long as it is read.
struct Held {
    _memory: MemoryReservation,
    file: Option<PathBuf>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // What stays goes with the folder of the session.
            let _ = files::remove_if_there(file);
        }
    }
}

/// What a plan puts in order, if that is what it does last.
pub(super) fn sorted(plan: &LogicalPlan) -> Option<&LogicalPlan> {
    match plan {
        LogicalPlan::Sort(sort) => Some(&sort.input),
        _ => None,
    }
}

/// The same order over a table that has the rows.
pub(super) fn sort_over(plan: &LogicalPlan, table: LogicalPlan) -> Result<LogicalPlan> {
    let LogicalPlan::Sort(sort) = plan else { return Ok(plan.clone()) };
    let names = sort.input.schema().iter().zip(table.schema().columns());
    let columns: Vec<Expr> = names
        .map(|((qualifier, field), column)| {
            Expr::Column(column).alias_qualified(qualifier.cloned(), field.name().clone())
        })
        .collect();
    let rows = LogicalPlanBuilder::from(table).project(columns)?.build()?;
    Ok(LogicalPlan::Sort(Sort { input: Arc::new(rows), ..sort.clone() }))
}

impl Shared {
    /// The plan over the parts that have been computed.
    pub(super) fn over(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        if self.tables.is_empty() {
            return Ok(plan);
        }
        plan.transform_down_with_subqueries(|node| {
            let LogicalPlan::SubqueryAlias(alias) = &node else { return Ok(Transformed::no(node)) };
            let Some(table) = self.tables.get(alias.input.as_ref()) else { return Ok(Transformed::no(node)) };
            let alias = SubqueryAlias::try_new(Arc::new(table.clone()), alias.alias.clone())?;
            Ok(Transformed::new(LogicalPlan::SubqueryAlias(alias), true, TreeNodeRecursion::Jump))
        })
        .data()
    }

    /// Reads the rows of a part through, and puts a table in its place.
    pub(super) async fn add(
        &mut self,
        part: LogicalPlan,
        rows: SendableRecordBatchStream,
        pool: &Arc<dyn MemoryPool>,
        folder: &Path,
    ) -> Result<()> {
        let table = self.hold(part.schema(), rows, pool, folder).await?;
        self.tables.insert(part, table);
        Ok(())
    }

    /// Puts a table without rows in the place of a part, for looking at the plan of the whole.
    pub(super) fn stand_in(&mut self, part: LogicalPlan) -> Result<()> {
        let table = provider_as_source(Arc::new(EmptyTable::new(Arc::clone(part.schema().inner()))));
        let name = format!("shared_{}", self.tables.len());
        let table = LogicalPlanBuilder::scan(name, table, None)?.build()?;
        self.tables.insert(part, table);
        Ok(())
    }

    /// Reads rows through; gives a scan of them.
    pub(super) async fn hold(
        &mut self,
        schema: &DFSchemaRef,
        rows: SendableRecordBatchStream,
        pool: &Arc<dyn MemoryPool>,
        folder: &Path,
    ) -> Result<LogicalPlan> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = folder.join(format!("shared-{number}.parquet"));
        let (table, held) = table(schema, rows, pool, file).await?;
        self.held.push(held);
        LogicalPlanBuilder::scan(format!("shared_{number}"), provider_as_source(table), None)?.build()
    }

    /// The rows of the whole, during whose reading the tables stay.
    pub(super) fn keep_for(self, rows: SendableRecordBatchStream) -> SendableRecordBatchStream {
        if self.held.is_empty() {
            return rows;
        }
        let schema = rows.schema();
        let held = self.held;
        let rows = rows.inspect_ok(move |_| {
            let _ = &held;
        });
        Box::pin(datafusion::physical_plan::stream::RecordBatchStreamAdapter::new(schema, rows))
    }
}

async fn table(
    schema: &DFSchemaRef,
    mut rows: SendableRecordBatchStream,
    pool: &Arc<dyn MemoryPool>,
    file: PathBuf,
) -> Result<(Arc<dyn TableProvider>, Held)> {
    let schema: SchemaRef = Arc::clone(schema.inner());
    let memory = MemoryConsumer::new("part of a query that is read more than once").register(pool);
    let mut batches = Vec::new();
    let mut writer: Option<ArrowWriter<File>> = None;
    while let Some(batch) = rows.try_next().await? {
        let batch = RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec())?;
        if let Some(writer) = &mut writer {
            writer.write(&batch)?;
            continue;
        }
        let bytes = batch.get_array_memory_size();
        if memory.size() + bytes <= MOST_HELD && memory.try_grow(bytes).is_ok() {
            batches.push(batch);
            continue;
        }
        let mut to = ArrowWriter::try_new(created(&file)?, Arc::clone(&schema), Some(properties()))?;
        for held in batches.drain(..) {
            to.write(&held)?;
        }
        to.write(&batch)?;
        memory.free();
        writer = Some(to);
    }
    let Some(writer) = writer else {
        let table: Arc<dyn TableProvider> = Arc::new(MemTable::try_new(schema, vec![batches])?);
        return Ok((table, Held { _memory: memory, file: None }));
    };
    writer.close()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    let config = ListingTableConfig::new(file_url(&file)?).with_listing_options(options).with_schema(schema);
    let table: Arc<dyn TableProvider> = Arc::new(ListingTable::try_new(config)?);
    Ok((table, Held { _memory: memory, file: Some(file) }))
}

fn created(file: &Path) -> Result<File> {
    files::create(file).map_err(|error| DataFusionError::External(Box::new(error)))
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_max_row_group_row_count(Some(128 * 1024))
        .build()
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, Int64Array};
    use arrow::datatypes::{DataType, Field, Int64Type, Schema};

    use super::super::{Engine, Limits};
    use super::*;
    use crate::names::TableName;
    use crate::project::query_file;

    async fn engine(folder: &Path) -> Engine {
        let engine = Engine::new(&Limits { memory: 64 << 20, partitions: 2, ..Limits::default() }, folder)
            .expect("a session");
        let schema = Arc::new(Schema::new(vec![
            Field::new("k", DataType::Int64, true),
            Field::new("v", DataType::Int64, true),
        ]));
        let keys = Arc::new((0..1_000).map(|n| (n % 7 != 0).then_some(n % 5)).collect::<Int64Array>());
        let values = Arc::new((0..1_000).collect::<Int64Array>());
        let rows = RecordBatch::try_new(Arc::clone(&schema), vec![keys, values]).expect("rows");
        let table = MemTable::try_new(schema, vec![vec![rows]]).expect("a table");
        engine.register(&TableName::new("staging", "x"), Arc::new(table)).expect("registered");
        engine
    }

    /// How many parts are computed once, and the numbers that come out.
    async fn computed(sql: &str) -> (usize, Vec<i64>) {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = engine(folder.path()).await;
        let query = query_file::parse_select("test", &sql.into()).expect("a query");
        let plan = engine.plan(&query).await.expect("a plan");
        let n_parts = parts(&plan).len();
        let rows = engine.collect(plan.clone()).await.expect("rows");
        let alone = engine.frame(plan).collect().await.expect("rows of the engine alone");
        let numbers = |rows: &[RecordBatch]| -> Vec<i64> {
            rows.iter()
                .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec())
                .collect()
        };
        assert_eq!(numbers(&rows), numbers(&alone), "{sql}");
        (n_parts, numbers(&rows))
    }

    const SUMS: &str = "WITH sums AS (SELECT k, sum(v) AS s FROM staging.x GROUP BY k)";

    #[tokio::test]
    async fn a_part_that_is_read_twice_is_computed_once() {
        let (n, numbers) =
            computed(&format!("{SUMS} SELECT a.s - b.s FROM sums a JOIN sums b ON b.k = a.k ORDER BY 1"))
                .await;
        assert_eq!((n, numbers), (1, vec![0; 5]));
        assert_eq!(computed(&format!("{SUMS} SELECT s FROM sums ORDER BY s")).await.0, 0);
    }

    #[tokio::test]
    async fn a_part_of_a_part_is_computed_with_it_unless_somebody_else_reads_it_too() {
        let above = format!("{SUMS}, top AS (SELECT max(s) AS s FROM sums)");
        let (n, _) = computed(&format!("{above} SELECT a.s FROM top a CROSS JOIN top b")).await;
        assert_eq!(n, 1);
        let sql = format!("{above} SELECT c.s FROM top a CROSS JOIN top b CROSS JOIN sums c ORDER BY 1");
        assert_eq!(computed(&sql).await.0, 2);
    }

    #[tokio::test]
    async fn a_part_in_a_subquery_is_computed_once_too_and_one_that_depends_on_a_row_is_not() {
        let sql = format!("{SUMS} SELECT s FROM sums WHERE s = (SELECT max(s) FROM sums)");
        assert_eq!(computed(&sql).await.0, 1);
        let most = "(SELECT y.most FROM (SELECT max(z.v) AS most FROM staging.x z WHERE z.k = x.k) y)";
        let sql = format!("SELECT x.v FROM staging.x x WHERE x.v = {most} OR x.v = {most} + 1");
        let folder = tempfile::tempdir().expect("a folder");
        let query = query_file::parse_select("test", &sql.as_str().into()).expect("a query");
        let plan = engine(folder.path()).await.plan(&query).await.expect("a plan");
        assert!(parts(&plan).is_empty());
    }
}
