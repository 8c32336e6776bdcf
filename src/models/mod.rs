//! Query files -> derived tables: graph, plan, execute, check, store.
//!
//! Takes a project, opened sources and bound parameters. Gives a session in which every table that was asked for
//! can be queried, with what is unavailable and why. Rows are checked as they are stored, before anything reads
//! them, and kept in the store under the address of what went into them: the same is not computed again. Nothing here
//! writes outside the folders that it is given.

mod addresses;
pub mod check;
pub mod graph;
pub mod lineage;
mod newest;
pub mod plan;
pub mod restrict;
mod reuse;
mod rows;
pub mod sights;
pub mod staging;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::LogicalPlan;
use jiff::civil::Date;

use crate::engine::{self, Engine, bind};
use crate::error::{Error, Errors, Result};
use crate::names::TableName;
use crate::project::{Bindings, Project, QueryFile, RuleTable, contract, query_file};
use crate::sources::Sources;

use crate::store::{Address, Digest, Store};
pub use check::ControlTotal;
pub use graph::{Absence, Graph};
pub use newest::newest_day;
pub use plan::Planned;
pub use restrict::Restriction;
use reuse::{About, kept, kept_schemas, reuse};
pub use rows::row_order;
use sights::Sights;
use staging::Sight;

/// What a run is told while models are built.
pub type Progress<'a> = &'a (dyn Fn(usize, usize, &TableName) + Sync);

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
    /// Where its rows are stored; none for a table that is inlined into what reads it.
    path: Option<PathBuf>,
    /// What went into it.
    address: Address,
}

impl Built {
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
    let Inputs { project, sources, graph, bindings, restriction, .. } = inputs;
    let (planning, engine) = engines;
    let order = graph.needed(targets);
    let addresses = addresses::addresses(inputs, &order, inputs.sights)?;
    let mut kept = kept(project, targets, &addresses, folders.store);
    kept.retain(|name, _| !same.contains_key(name));
    let known = kept_schemas(&kept)?;
    let planned = plan::plan(project, sources, graph, &order, bindings, &planning, &known).await?;
    let mut models = Models {
        engine,
        built: BTreeMap::new(),
        unavailable: BTreeMap::new(),
        totals: Vec::new(),
        warnings: Vec::new(),
    };
    let mut faults = Vec::new();
    let mut broken: Vec<&TableName> = Vec::new();
    for (index, name) in order.iter().enumerate() {
        progress(index, order.len(), name);
        if let Some(source) = sources.tables.get(name) {
            source.register(&models.engine)?;
            continue;
        }
        if let Some(rules) = project.rules.get(name) {
            register_rules(&models.engine, rules, restriction)?;
            continue;
        }
        let Some(address) = addresses.get(name) else { continue };
        let is_broken = graph.reads_of(name).iter().any(|read| broken.contains(&read));
        if let (Some(query), Some(kept)) = (project.queries.get(name), kept.get(name)) {
            let found =
                if is_broken { None } else { reuse(query, inputs, address, kept, &mut models).await? };
            if is_broken || found.is_some() {
                broken.push(name);
            }
            faults.extend(found.map(|error| Fault { table: name.clone(), error }));
            continue;
        }
        if let Some(missing) = missing(inputs, name, &models, &addresses, folders.store).await? {
            register_empty(&models.engine, name, planned.get(name))?;
            models.unavailable.insert(name.clone(), missing);
            continue;
        }
        let (Some(query), Some(plan)) = (project.queries.get(name), planned.get(name)) else { continue };
        if let Some(restriction) = restriction.filter(|_| name.is_staging()) {
            let columns = plan.schema.fields().iter().map(|field| field.name().clone()).collect();
            if let Some(missing) = restriction.undivided(name, &columns) {
                register_empty(&models.engine, name, Some(plan))?;
                models.unavailable.insert(name.clone(), missing);
                continue;
            }
        }
        if is_broken {
            broken.push(name);
            continue;
        }
        let found = match same.get(name) {
            Some(built) => again(query, inputs, built, &mut models).await.map(|()| Vec::new()),
            None => {
                let is_stored = plan.is_stored || (targets.contains(name) && !name.is_staging());
                one(query, inputs, (is_stored, address), &mut models, folders).await
            }
        };
        let found = found.unwrap_or_else(|errors| errors.into_iter().collect());
        if !found.is_empty() {
            broken.push(name);
        }
        faults.extend(found.into_iter().map(|error| Fault { table: name.clone(), error }));
    }
    Ok((models, faults))
}

/// Puts a table of an earlier build into the session.
async fn again(
    query: &QueryFile,
    inputs: Inputs<'_>,
    built: &Built,
    models: &mut Models,
) -> Result<(), Errors> {
    match built.table()? {
        Some(table) => models.engine.register(&query.name, table)?,
        None => {
            let plan = plan_of(query, inputs, &models.engine).await?;
            models.engine.register(&query.name, models.engine.frame(plan).into_view())?;
        }
    }
    models.built.insert(query.name.clone(), built.clone());
    Ok(())
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

/// Builds one table, checks it and keeps it; gives the conditions that do not hold.
async fn one(
    query: &QueryFile,
    inputs: Inputs<'_>,
    (is_stored, address): (bool, &Address),
    models: &mut Models,
    folders: Folders<'_>,
) -> Result<Vec<Error>, Errors> {
    let engine = &models.engine;
    let plan = plan_of(query, inputs, engine).await?;
    let mut draft = None;
    let schema = if is_stored {
        let plan = rows::ordered(engine, query, plan)?;
        let schema = rows::plain(plan.schema().inner());
        let written = rows::write(engine, query, plan, folders.store.draft()?).await?;
        engine.register(&query.name, rows::table(Arc::clone(&schema), &written.0)?)?;
        draft = Some(written);
        schema
    } else {
        let schema = Arc::clone(plan.schema().inner());
        engine.register(&query.name, engine.frame(plan).into_view())?;
        schema
    };
    let verdict = check::check(query, &schema, inputs, engine, folders.faults).await?;
    let mut path = draft.as_ref().map(|(path, _)| path.clone());
    // Rows of a file that is being replaced are of no address.
    if verdict.faults.is_empty() && inputs.sources.check_unchanged().is_ok() {
        let about = About {
            table: query.name.clone(),
            rows: verdict.rows,
            n_checks: verdict.n_checks,
            newest: verdict.newest,
            totals: verdict.totals.clone(),
            warnings: verdict.warnings.clone(),
        };
        path = folders.store.keep(address, about, draft)?;
        if let Some(path) = &path {
            engine.register(&query.name, rows::table(Arc::clone(&schema), path)?)?;
        }
    }
    let (n_fresh, stale) = check::freshness(query, verdict.newest, inputs);
    let (rows, n_checks, address) = (verdict.rows, verdict.n_checks + n_fresh, address.clone());
    models.built.insert(query.name.clone(), Built { schema, rows, n_checks, path, address });
    models.totals.extend(verdict.totals);
    models.warnings.extend(verdict.warnings);
    let mut faults = verdict.faults;
    faults.extend(stale);
    Ok(faults)
}

/// What a table lacks, if anything: its own absence, that of a table it reads, or a column that it needs.
async fn missing(
    inputs: Inputs<'_>,
    name: &TableName,
    models: &Models,
    addresses: &addresses::Addresses,
    store: &Store,
) -> Result<Option<Missing>> {
    if inputs.graph.absence(name).is_some() {
        return Ok(Some(Missing::Table(name.clone())));
    }
    let Some(query) = inputs.project.queries.get(name) else { return Ok(None) };
    for read in inputs.graph.reads_of(name) {
        if query.header.empty_if_missing.iter().any(|(table, _)| table == read) {
            continue;
        }
        if let Some(missing) = models.unavailable.get(read) {
            return Ok(Some(missing.clone()));
        }
    }
    for (table, column) in &query.header.needs {
        let address = addresses.get(table).map_or("", Address::as_str);
        let address = Digest::new("needs").text(address).text(column).address();
        if let Some(kept) = store.find::<bool>(&address) {
            match kept.about {
                true => continue,
                false => return Ok(Some(Missing::Column(table.clone(), column.clone()))),
            }
        }
        let sql = format!("SELECT 1 FROM {table} WHERE {column} IS NOT NULL LIMIT 1");
        let parsed = query_file::parse_select(&query.path, &sql.as_str().into())?;
        let doing = format!("looking for `{table}.{column}`");
        let plan =
            models.engine.plan(&parsed).await.map_err(|error| engine::planning_fault(&error, query))?;
        let rows =
            models.engine.collect(plan).await.map_err(|error| engine::execution_fault(error, &doing))?;
        let is_there = rows.iter().any(|batch| batch.num_rows() > 0);
        store.keep(&address, is_there, None)?;
        if !is_there {
            return Ok(Some(Missing::Column(table.clone(), column.clone())));
        }
    }
    Ok(None)
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
    let options = FormatOptions::default().with_null("");
    batch
        .columns()
        .iter()
        .map(|column| {
            let formatter = ArrayFormatter::try_new(column.as_ref(), &options)
                .map_err(|source| Error::internal("a column cannot be shown").caused_by(source))?;
            Ok((0..column.len())
                .map(|row| column.is_valid(row).then(|| formatter.value(row).to_string()))
                .collect())
        })
        .collect()
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
