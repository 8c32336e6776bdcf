//! Query files -> derived tables: graph, plan, execute, check, store.
//!
//! Takes a project, opened sources and bound parameters. Gives a session in which every table that was asked for
//! can be queried, with what is unavailable and why. Rows are checked as they are stored, before anything reads
//! them, and kept in the store under the address of what went into them: the same is not computed again. Nothing here
//! writes outside the folders that it is given.

mod addresses;
pub mod check;
mod grain;
pub mod graph;
pub mod lineage;
mod making;
mod newest;
pub mod plan;
mod queue;
pub mod restrict;
mod reuse;
mod rows;
pub mod scans;
pub mod script;
pub mod sights;
pub mod staging;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::LogicalPlan;
use jiff::civil::Date;

use crate::engine::{self, Engine, Scan, bind};
use crate::error::{Error, Errors, Result};
use crate::names::TableName;
use crate::project::{Bindings, Project, QueryFile, RuleTable, contract};
use crate::sources::Sources;

use crate::store::{Address, Store};
pub use check::ControlTotal;
pub use graph::{Absence, Graph};
use making::{Making, Tables};
pub use newest::newest_day;
pub use plan::Planned;
pub use restrict::Restriction;
use reuse::{kept, kept_schemas};
pub use rows::row_order;
use sights::Sights;
use staging::Sight;

/// What a run is told while models are built.
pub type Progress<'a> = &'a (dyn Fn(Step<'_>) + Sync);

/// How far building is. Several tables are computed side by side.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// A table is begun.
    Begins {
        /// How many are done.
        done: usize,
        /// Of how many.
        of: usize,
        /// The one that is begun.
        table: &'a TableName,
    },
    /// The rows of a table are there; its conditions are looked at.
    Checks {
        /// The one that was begun before.
        table: &'a TableName,
    },
    /// A table is done.
    Ended {
        /// The one that was begun before.
        table: &'a TableName,
    },
}

/// The derived tables of a run.
#[derive(Debug)]
pub struct Models {
    /// The session that holds them.
    pub engine: Engine,
    /// Tables that were built, by name.
    pub built: BTreeMap<TableName, Built>,
    /// Tables that cannot be had, by name, and what is missing.
    pub unavailable: BTreeMap<TableName, Missing>,
    /// Control totals, in the order of building.
    pub totals: Vec<ControlTotal>,
    /// Conditions that are only printed.
    pub warnings: Vec<String>,
}

/// A table that was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// Its columns.
    pub schema: SchemaRef,
    /// Its rows.
    pub rows: u64,
    /// How many conditions it was checked against.
    pub n_checks: usize,
    /// How it reads the tables of the warehouse.
    pub scans: Vec<Scan>,
    /// Where its rows are stored; none for a table that is inlined into what reads it.
    path: Option<PathBuf>,
    /// What went into it.
    address: Address,
}

impl Built {
    /// What went into it.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Its stored rows as a table of any session; none if they are not stored.
    ///
    /// # Errors
    /// Kind `Internal` when the file cannot be named.
    pub fn table(&self) -> Result<Option<Arc<dyn TableProvider>>> {
        self.path.as_deref().map(|path| rows::table(Arc::clone(&self.schema), path)).transpose()
    }
}

/// A fault of one table.
#[derive(Debug)]
pub struct Fault {
    /// The table.
    pub table: TableName,
    /// What is wrong.
    pub error: Error,
}

/// What a table lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A staging table that is not there.
    Table(TableName),
    /// A column of a staging table that is empty throughout.
    Column(TableName, String),
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Table(table) => write!(f, "{table}"),
            Self::Column(table, column) => write!(f, "{table}.{column}"),
        }
    }
}

/// Everything that building reads.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The project.
    pub project: &'a Project,
    /// The opened tables of the warehouse.
    pub sources: &'a Sources,
    /// Who reads whom.
    pub graph: &'a Graph,
    /// The parameters of this run.
    pub bindings: &'a Bindings,
    /// How much of the staging tables is seen.
    pub sights: &'a Sights,
    /// The customers that it is restricted to; `None` for all.
    pub restriction: Option<&'a Restriction>,
}

/// Where building writes to.
#[derive(Debug, Clone, Copy)]
pub struct Folders<'a> {
    /// What is kept from run to run.
    pub store: &'a Store,
    /// For rows that break a check; stays for the reader.
    pub faults: &'a Path,
}

/// Builds `targets` and all that they read.
///
/// # Errors
/// Kind `Project` for every fault that planning finds; kind `Data` for every condition that does not hold; the
/// machine's own. A model over a faulty one is not built.
pub async fn build(
    inputs: Inputs<'_>,
    targets: &BTreeSet<TableName>,
    engines: (Engine, Engine),
    folders: Folders<'_>,
    progress: Progress<'_>,
) -> Result<Models, Errors> {
    let (models, faults) =
        build_around(inputs, &BTreeMap::new(), targets, engines, folders, progress).await?;
    Errors::none_in(faults.into_iter().map(|fault| fault.error).collect())?;
    Ok(models)
}

/// Builds what it can of `targets` and all that they read; what it cannot stays out, with its faults beside the rest.
/// Tables in `same` are those of an earlier build from the same rows and the same text: they are neither computed nor
/// checked again.
///
/// # Errors
/// Kind `Project` for every fault that planning finds; nothing is built then.
pub async fn build_around(
    inputs: Inputs<'_>,
    same: &BTreeMap<TableName, Built>,
    targets: &BTreeSet<TableName>,
    engines: (Engine, Engine),
    folders: Folders<'_>,
    progress: Progress<'_>,
) -> Result<(Models, Vec<Fault>), Errors> {
    let Inputs { project, sources, graph, bindings, .. } = inputs;
    let (planning, engine) = engines;
    let order = graph.needed(targets);
    let addresses = addresses::addresses(inputs, &order, inputs.sights)?;
    let mut kept = kept(project, targets, &addresses, folders.store);
    kept.retain(|name, _| !same.contains_key(name));
    let known = kept_schemas(&kept)?;
    let planned = plan::plan(project, sources, graph, &order, bindings, &planning, &known).await?;
    let making = Making {
        inputs,
        engine: &engine,
        folders,
        targets,
        same,
        addresses: &addresses,
        kept: &kept,
        planned: &planned,
    };
    let Tables { built, unavailable, totals, warnings, faults, .. } = making.make(&order, progress).await?;
    let totals = totals.into_values().flatten().collect();
    let warnings = warnings.into_values().flatten().collect();
    let models = Models { engine, built, unavailable, totals, warnings };
    Ok((models, faults.into_values().flatten().collect()))
}

async fn plan_of(query: &QueryFile, inputs: Inputs<'_>, engine: &Engine) -> Result<LogicalPlan, Errors> {
    let bindings = inputs.bindings;
    let bound = bind::bind(&query.query, bindings);
    let plan = engine.plan(&bound).await.map_err(|error| engine::planning_fault(&error, query))?;
    if query.name.is_staging() {
        let up_to = Sight::UpTo(bindings.as_of, bindings.end_of_day());
        let sight = inputs.sights.get(&query.name).copied().unwrap_or(up_to);
        let plan = staging::wrap(engine, query, plan, sight)?;
        return Ok(match inputs.restriction {
            Some(restriction) => restriction.rows(engine, plan)?,
            None => plan,
        });
    }
    Ok(plan)
}

fn register_empty(engine: &Engine, name: &TableName, planned: Option<&Planned>) -> Result<()> {
    let known =
        contract::table(name.table()).filter(|_| name.is_staging()).map(contract::StagingTable::schema);
    match known.or_else(|| planned.map(|planned| Arc::clone(&planned.schema))) {
        Some(schema) => engine.register(name, Arc::new(EmptyTable::new(schema))),
        None => Ok(()),
    }
}

/// Puts a rule table into the session; of rules for single customers a restricted build sees those of its own.
fn register_rules(engine: &Engine, rules: &RuleTable, restriction: Option<&Restriction>) -> Result<()> {
    engine.register(&rules.name, rule_provider(rules)?)?;
    let Some(restriction) = restriction else { return Ok(()) };
    if rules.rows.schema().column_with_name("customer_id").is_none() {
        return Ok(());
    }
    let frame = engine.context().read_batch(rules.rows.clone());
    let frame = frame.map_err(|error| Error::internal("a rule table is no rows").caused_by(error))?;
    let plan = restriction.rows(engine, frame.into_unoptimized_plan())?;
    engine.register(&rules.name, engine.frame(plan).into_view())
}

/// A rule table as the session sees it.
pub(crate) fn rule_provider(rules: &RuleTable) -> Result<Arc<dyn TableProvider>> {
    let table = MemTable::try_new(rules.rows.schema(), vec![vec![rules.rows.clone()]]).map_err(|source| {
        Error::internal(format!("rule table `{}` cannot be registered", rules.name)).caused_by(source)
    })?;
    Ok(Arc::new(table))
}

/// Sees that each rule table that is read has a version on the day of the run.
fn rules_valid(project: &Project, order: &[TableName], as_of: Date) -> Result<(), Errors> {
    let mut faults = Vec::new();
    for rules in order.iter().filter_map(|name| project.rules.get(name)) {
        if !rules.versions.is_empty() && rules.version_on(as_of).is_none() {
            faults.push(
                Error::project(format!("no version of rule table `{}` is valid on {as_of}", rules.name))
                    .help(format!("add one to `{}`, or leave `valid_to` of the last one empty", rules.path)),
            );
        }
    }
    Errors::none_in(faults)
}

impl Models {
    /// A plan for all rows of a built table, in its row order.
    ///
    /// # Errors
    /// Kind `Internal` when the table was not built.
    pub async fn rows_in_order(&self, query: &QueryFile) -> Result<LogicalPlan> {
        let frame = self.engine.table(&query.name).await?;
        rows::ordered(&self.engine, query, frame.into_unoptimized_plan())
    }
}

/// Each value of a batch as plain text, column by column; `None` is NULL.
///
/// # Errors
/// Kind `Internal` for a type that has no text.
pub fn text_columns(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>> {
    let text = |(column, formatter): (&ArrayRef, ArrayFormatter<'_>)| {
        (0..column.len()).map(|row| column.is_valid(row).then(|| formatter.value(row).to_string())).collect()
    };
    Ok(batch.columns().iter().zip(formatters(batch)?).map(text).collect())
}

/// What writes the values of each column of a batch as plain text; nothing for NULL.
///
/// # Errors
/// Kind `Internal` for a type that has no text.
pub fn formatters(batch: &RecordBatch) -> Result<Vec<ArrayFormatter<'_>>> {
    const OPTIONS: FormatOptions<'static> = FormatOptions::new().with_null("");
    let columns = batch.columns().iter();
    let formatters: Result<Vec<_>, _> =
        columns.map(|column| ArrayFormatter::try_new(column.as_ref(), &OPTIONS)).collect();
    formatters.map_err(|source| Error::internal("a column cannot be shown").caused_by(source))
}

/// The rows of a small batch, a line each: `customer_id = C1, amount = 3.00`.
fn preview(batch: &RecordBatch) -> Result<Vec<String>> {
    let columns = text_columns(batch)?;
    let schema = batch.schema();
    Ok((0..batch.num_rows())
        .map(|row| {
            let cells = schema.fields().iter().zip(&columns).take(8).map(|(field, column)| {
                format!("{} = {}", field.name(), column[row].as_deref().unwrap_or("NULL"))
            });
            cells.collect::<Vec<_>>().join(", ")
        })
        .collect())
}
