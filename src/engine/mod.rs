//! The DataFusion session and what we add to it. The only place that knows how queries run.
//!
//! Takes parsed queries and tables. Gives plans, streams of rows, and faults in our own words.
//! Never reads a file of the project, and knows nothing of models or reports.

pub mod bind;
mod faults;
mod fits;
mod functions;
mod lints;
mod parts;
mod sides;

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::TableReference;
use datafusion::datasource::listing::ListingTableUrl;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion::sql::parser::Statement as EngineStatement;
use datafusion::sql::sqlparser::ast::{Query, Statement};
use futures::TryStreamExt;
use url::Url;

use crate::error::{Error, Result};
use crate::files;
use crate::names::TableName;

pub use faults::{execution_fault, planning_fault};
pub use lints::lint;
pub use parts::{Merged, Parts};

/// The version of the engine, which is part of what a result depends on.
pub const VERSION: &str = datafusion::DATAFUSION_VERSION;

/// How a session may use the machine.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes that queries may take before they spill.
    pub memory: usize,
    /// How many parts of a query run side by side; 0 for one a core.
    pub partitions: usize,
}

/// A session: tables under their names, and the means to query them.
pub struct Engine {
    context: SessionContext,
    parts: Option<Arc<Parts>>,
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
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
            .with_disk_manager_builder(disk)
            .build_arc()
            .map_err(|source| Error::environment("cannot set up the query engine").caused_by(source))?;
        let state = SessionStateBuilder::new()
            .with_config(config(limits))
            .with_runtime_env(runtime)
            .with_default_features()
            .with_physical_optimizer_rules(rules())
            .build();
        let context = SessionContext::new_with_state(state);
        for function in functions::all().into_iter().chain(fits::scores()) {
            context.register_udf(function);
        }
        for function in fits::aggregates() {
            context.register_udaf(function);
        }
        Ok(Self { context, parts: None })
    }

    /// Joins tables of any size from here on: by sorting, which spills, rather than by holding one side in memory.
    #[must_use]
    pub fn with_joins_that_spill(self) -> Self {
        let state = self.context.state_ref();
        state.write().config_mut().options_mut().optimizer.prefer_hash_join = false;
        self
    }

    /// Merges grouped scans from what the files of the warehouse come to.
    #[must_use]
    pub fn with_parts(self, parts: Option<Arc<Parts>>) -> Self {
        Self { parts, ..self }
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
        let plan = state.statement_to_plan(statement).await?;
        // Types are settled here, so that a wrong one is found before anything runs.
        state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})
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
        let frame = self.frame(plan);
        let context = Arc::new(frame.task_ctx());
        let mut physical = frame.create_physical_plan().await?;
        if let Some(parts) = &self.parts {
            physical = parts.rewrite(physical, &context).await?;
        }
        execute_stream(physical, context)
    }

    /// All rows of a plan that is known to give few.
    ///
    /// # Errors
    /// As for [`Engine::stream`].
    pub async fn collect(&self, plan: LogicalPlan) -> Result<Vec<RecordBatch>, DataFusionError> {
        self.stream(plan).await?.try_collect().await
    }

    /// The session, for registering files.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }
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

/// The engine's rules, and ours after the one that decides how joins are done.
fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let place = rules.iter().position(|rule| rule.name() == "join_selection").map_or(0, |place| place + 1);
    rules.insert(place, Arc::new(sides::SmallSideFirst));
    rules
}

fn config(limits: &Limits) -> SessionConfig {
    let mut config = SessionConfig::new()
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
