//! The DataFusion session and what we add to it. The only place that knows how queries run.
//!
//! Takes parsed queries and tables. Gives plans, streams of rows, and faults in our own words.
//! Never reads a file of the project, and knows nothing of models or reports.

pub mod bind;
mod bounded;
mod days;
mod exact;
mod faults;
mod fits;
mod functions;
mod grouping;
mod lints;
mod memory;
mod orders;
mod parts;
mod running;
mod scratch;
mod shared;
mod sides;
mod windows;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::runtime::SpawnedTask;
use datafusion::common::{DFSchema, DFSchemaRef, TableReference};
use datafusion::datasource::listing::ListingTableUrl;
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement as EngineStatement;
use datafusion::sql::sqlparser::ast::{Query, Statement};
use futures::TryStreamExt;
use url::Url;

use crate::error::{Error, Result};
use crate::files;
use crate::names::TableName;

use bounded::Left;
pub use faults::{execution_fault, lacks_memory, planning_fault};
pub use lints::lint;
use memory::Memory;
pub use parts::{Merged, Parts, Scan, WarehouseFile};
use running::Running;
pub use scratch::{Pieces, Scratch};

/// The version of the engine, which is part of what a result depends on.
pub const VERSION: &str = datafusion::DATAFUSION_VERSION;

/// How many rows are worked on at a time. Measured over 10 million sale lines: a seventh faster than with 8,192, an eleventh faster
/// than with 16,384 or 65,536, in the same memory.
const BATCH_ROWS: usize = 32 * 1024;

/// Whose steps queries are computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Steps {
    /// Ours where we have one, the engine's elsewhere.
    #[default]
    Ours,
    /// The engine's alone: the same rows, later, to see whether one of ours is at fault.
    Engine,
}

/// How a session may use the machine.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Bytes that queries may take before they spill.
    pub memory: usize,
    /// How many parts of a query run side by side; 0 for one a core.
    pub partitions: usize,
    /// Whose steps queries are computed with.
    pub steps: Steps,
}

/// A session: tables under their names, and the means to query them.
pub struct Engine {
    context: SessionContext,
    /// Where it may write what does not fit into memory.
    spill: PathBuf,
    parts: Option<Arc<Parts>>,
    steps: Steps,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// A session that spills into `spill`, a folder of its own.
    ///
    /// # Errors
    /// Kind `Environment` when the folder cannot be made.
    pub fn new(limits: &Limits, spill: &Path) -> Result<Self> {
        files::create_folder(spill)?;
        let disk =
            DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![spill.to_path_buf()]));
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(Memory::new(limits.memory)))
            .with_disk_manager_builder(disk)
            .build_arc()
            .map_err(|source| Error::environment("cannot set up the query engine").caused_by(source))?;
        let mut state = SessionStateBuilder::new()
            .with_config(config(limits))
            .with_runtime_env(runtime)
            .with_default_features()
            .with_physical_optimizer_rules(rules(limits.steps));
        if limits.steps == Steps::Ours {
            state = state.with_analyzer_rule(Arc::new(days::DaysByBounds::new()));
        }
        let context = SessionContext::new_with_state(state.build());
        for function in functions::all().into_iter().chain(fits::scores()) {
            context.register_udf(function);
        }
        for function in fits::aggregates() {
            context.register_udaf(function);
        }
        Ok(Self { context, spill: spill.to_path_buf(), parts: None, steps: limits.steps })
    }

    /// Joins tables of any size from here on: by sorting, which spills, rather than by holding one side in memory.
    #[must_use]
    pub fn with_joins_that_spill(self) -> Self {
        let state = self.context.state_ref();
        state.write().config_mut().options_mut().optimizer.prefer_hash_join = false;
        self
    }

    /// Merges grouped scans from what the files of the warehouse come to, unless it computes with the engine's steps alone.
    #[must_use]
    pub fn with_parts(self, parts: Arc<Parts>) -> Self {
        Self { parts: (self.steps == Steps::Ours).then_some(parts), ..self }
    }

    /// Puts a table under its name, in the place of an earlier one.
    ///
    /// # Errors
    /// Kind `Internal` when the session refuses it.
    pub fn register(&self, name: &TableName, table: Arc<dyn TableProvider>) -> Result<()> {
        let refused = |source: DataFusionError| {
            Error::internal(format!("table `{name}` cannot be registered")).caused_by(source)
        };
        let catalog = self
            .context
            .catalog("datafusion")
            .ok_or_else(|| Error::internal("the session has no catalog"))?;
        if catalog.schema(name.schema()).is_none() {
            catalog.register_schema(name.schema(), Arc::new(MemorySchemaProvider::new())).map_err(refused)?;
        }
        let reference = TableReference::partial(name.schema(), name.table());
        self.context.deregister_table(reference.clone()).map_err(refused)?;
        self.context.register_table(reference, table).map_err(refused)?;
        Ok(())
    }

    /// Plans a query, its parameters already bound.
    ///
    /// # Errors
    /// The engine's own; [`planning_fault`] gives it its place.
    pub async fn plan(&self, query: &Query) -> Result<LogicalPlan, DataFusionError> {
        let statement = EngineStatement::Statement(Box::new(Statement::Query(Box::new(query.clone()))));
        let state = self.context.state();
        beside(async move {
            let plan = state.statement_to_plan(statement).await?;
            // Types are settled here, so that a wrong one is found before anything runs.
            state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})
        })
        .await?
    }

    /// A condition upon the rows of a table, to be asked of them batch by batch; none if it asks for more than a row has to tell.
    pub fn row_condition(&self, sql: &str, schema: &Schema) -> Option<Arc<dyn PhysicalExpr>> {
        let state = self.context.state();
        let schema = DFSchemaRef::new(DFSchema::try_from(schema.clone()).ok()?);
        let condition = state.create_logical_expr(sql, &schema).ok()?;
        let options = Arc::clone(state.config_options());
        let context =
            SimplifyContext::builder().with_schema(Arc::clone(&schema)).with_config_options(options).build();
        // Some functions are only there to be simplified.
        let simplifier = ExprSimplifier::new(context);
        let condition = simplifier.simplify(simplifier.coerce(condition, &schema).ok()?).ok()?;
        state.create_physical_expr(condition, &schema).ok()
    }

    /// The same session, whose queries run in so many parts.
    #[must_use]
    pub fn in_parts(&self, partitions: usize) -> Self {
        let mut state = self.context.state();
        let config = state.config_mut();
        *config = config.clone().with_target_partitions(partitions);
        Self {
            context: SessionContext::new_with_state(state),
            spill: self.spill.clone(),
            parts: self.parts.clone(),
            steps: self.steps,
        }
    }

    /// How many queries may run at once.
    pub fn side_by_side(&self) -> usize {
        self.context.state_ref().read().config().target_partitions().max(1)
    }

    /// A plan as a frame of this session, to build upon.
    pub fn frame(&self, plan: LogicalPlan) -> DataFrame {
        DataFrame::new(self.context.state(), plan)
    }

    /// A registered table as a frame.
    ///
    /// # Errors
    /// Kind `Internal` when there is no such table.
    pub async fn table(&self, name: &TableName) -> Result<DataFrame> {
        self.context
            .table(TableReference::partial(name.schema(), name.table()))
            .await
            .map_err(|source| Error::internal(format!("table `{name}` is not registered")).caused_by(source))
    }

    /// The rows of a plan, in one stream that keeps its order.
    ///
    /// # Errors
    /// The engine's own; [`execution_fault`] gives it our words.
    pub async fn stream(&self, plan: LogicalPlan) -> Result<SendableRecordBatchStream, DataFusionError> {
        self.stream_of(self.frame(plan), None).await
    }

    async fn stream_of(
        &self,
        frame: DataFrame,
        most_joined: Option<u64>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let (running, plan) = self.running(frame, most_joined.map(Left::new));
        beside(async move { running.stream(plan).await }).await?
    }

    /// As [`Engine::stream`], and how the plan reads the tables of the warehouse.
    ///
    /// # Errors
    /// As for [`Engine::stream`].
    pub async fn stream_and_scans(
        &self,
        plan: LogicalPlan,
    ) -> Result<(SendableRecordBatchStream, Vec<Scan>), DataFusionError> {
        let (mut running, plan) = self.running(self.frame(plan), None);
        running.scans = Some(Mutex::default());
        beside(async move {
            let rows = running.stream(plan).await?;
            let scans = running.scans.and_then(|scans| scans.into_inner().ok()).unwrap_or_default();
            Ok((rows, scans.into_iter().collect()))
        })
        .await?
    }

    fn running(&self, frame: DataFrame, left: Option<Arc<Left>>) -> (Running, LogicalPlan) {
        let (state, plan) = frame.into_parts();
        let (parts, spill, steps) = (self.parts.clone(), self.spill.clone(), self.steps);
        (Running { context: state.task_ctx(), state, parts, left, spill, steps, scans: None }, plan)
    }

    /// How a plan would read the tables of the warehouse; nothing is computed.
    ///
    /// # Errors
    /// The engine's own.
    pub async fn scans(&self, plan: LogicalPlan) -> Result<Vec<Scan>, DataFusionError> {
        let (running, plan) = self.running(self.frame(plan), None);
        beside(async move { running.scans(plan).await }).await?
    }

    /// All rows of a plan that is known to give few. Where batches without rows lie among them is a matter of threads: they are left
    /// out, so that the first batch has the first row.
    ///
    /// # Errors
    /// As for [`Engine::stream`].
    pub async fn collect(&self, plan: LogicalPlan) -> Result<Vec<RecordBatch>, DataFusionError> {
        let rows = self.stream(plan).await?.try_filter(|batch| std::future::ready(batch.num_rows() > 0));
        rows.try_collect().await
    }

    /// All rows of a plan that is given up when its joins give more than `most` rows.
    ///
    /// # Errors
    /// As for [`Engine::stream`]; the engine's own when it was given up.
    pub async fn collect_bounded(
        &self,
        plan: LogicalPlan,
        most: u64,
    ) -> Result<Vec<RecordBatch>, DataFusionError> {
        let mut state = self.context.state();
        // How many rows reach a join must not depend on what was learnt on the way.
        state.config_mut().options_mut().optimizer.enable_topk_dynamic_filter_pushdown = false;
        self.stream_of(DataFrame::new(state, plan), Some(most)).await?.try_collect().await
    }

    /// A place for files that nobody needs after the run.
    pub fn scratch(&self) -> Scratch {
        Scratch::new(&self.spill)
    }

    /// The session, for registering files.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }
}

/// The names of functions that fit a model to purchases, or speak of a fitted one.
pub fn fitted_functions() -> BTreeSet<String> {
    let fits = fits::aggregates();
    fits.iter()
        .map(|fit| fit.name().to_owned())
        .chain(fits::scores().iter().map(|s| s.name().to_owned()))
        .collect()
}

/// Works on another thread, so that what others do side by side does not wait for it.
///
/// # Errors
/// The engine's own, when the thread was stopped.
pub async fn beside<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, DataFusionError> {
    let joined = SpawnedTask::spawn(work).join_unwind().await;
    joined.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))
}

/// The address of a file for the engine, whatever characters its path has.
///
/// # Errors
/// The engine's own, for a path that no address can name.
pub fn file_url(path: &Path) -> Result<ListingTableUrl, DataFusionError> {
    let path = path.canonicalize()?;
    let url = Url::from_file_path(&path).map_err(|()| unnamed(&path))?;
    ListingTableUrl::try_new(url, None)
}

/// The address of a folder for the engine.
///
/// # Errors
/// As for [`file_url`].
pub fn folder_url(path: &Path) -> Result<ListingTableUrl, DataFusionError> {
    let path = path.canonicalize()?;
    let url = Url::from_directory_path(&path).map_err(|()| unnamed(&path))?;
    ListingTableUrl::try_new(url, None)
}

fn unnamed(path: &Path) -> DataFusionError {
    DataFusionError::External(format!("`{}` cannot be named", path.display()).into())
}

/// The engine's rules, and ours: after the one that decides how joins are done, before those that go by orders, and at the end. One
/// mends what the engine claims of orders, whosever steps are taken.
fn rules(steps: Steps) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let place = |rules: &[Arc<dyn PhysicalOptimizerRule + Send + Sync>], name: &str| {
        rules.iter().position(|rule| rule.name() == name)
    };
    let joins = place(&rules, "join_selection").map_or(0, |place| place + 1);
    let distribution = place(&rules, "EnsureRequirements").unwrap_or(joins);
    rules.insert(distribution, Arc::new(orders::NoOrderOfHeldSide));
    if steps == Steps::Ours {
        rules.insert(joins, Arc::new(sides::SmallSideFirst));
        // When order and distribution are settled.
        rules.push(Arc::new(windows::OnePass));
    }
    rules
}

fn config(limits: &Limits) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_batch_size(BATCH_ROWS)
        // What a sort sets aside for merging what it has written.
        .with_sort_spill_reservation_bytes((limits.memory / 32).min(10 << 20))
        .with_information_schema(false)
        .with_create_default_catalog_and_schema(true)
        .set_bool("datafusion.sql_parser.collect_spans", true)
        // `0.8` is exact, and stays exact beside money.
        .set_bool("datafusion.sql_parser.parse_float_as_decimal", true)
        .set_bool("datafusion.execution.listing_table_ignore_subdirectory", false)
        .set_bool("datafusion.execution.parquet.pushdown_filters", true)
        .set_bool("datafusion.execution.parquet.reorder_filters", true)
        // A hash join tells its build side to the scan of the other one only when all of its parts are there to tell; where some parts
        // are empty, they can wait for each other without end (DataFusion issue 21625).
        .set_bool("datafusion.optimizer.enable_join_dynamic_filter_pushdown", false)
        // What a file comes to is a matter of its rows alone, not of what was learnt while others were read.
        .set_bool("datafusion.optimizer.enable_aggregate_dynamic_filter_pushdown", false);
    if limits.partitions > 0 {
        config = config.with_target_partitions(limits.partitions);
    }
    config
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array};
    use datafusion::datasource::MemTable;

    use super::*;

    #[test]
    fn few_rows_come_without_the_empty_batches_among_them() {
        let batch = |values: Vec<i64>| {
            let column: ArrayRef = Arc::new(Int64Array::from(values));
            RecordBatch::try_from_iter([("n", column)]).unwrap()
        };
        let parts = vec![vec![batch(vec![]), batch(vec![3]), batch(vec![])]];
        let table = MemTable::try_new(batch(vec![]).schema(), parts).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::new(
            &Limits { memory: 64 * 1024 * 1024, partitions: 1, ..Limits::default() },
            folder.path(),
        )
        .unwrap();
        engine.register(&TableName::new("t", "n"), Arc::new(table)).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let rows = runtime.block_on(async {
            let frame = engine.table(&TableName::new("t", "n")).await.unwrap();
            engine.collect(frame.into_unoptimized_plan()).await.unwrap()
        });
        assert_eq!(rows, vec![batch(vec![3])]);
    }
}
