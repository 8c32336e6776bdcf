//! Plans every query over schemas alone, so that all faults of a project come out together and before any work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::graph::Graph;
use super::queue::Queue;
use super::staging::{self, Sight};
use super::{check, rule_provider, rules_valid};
use crate::engine::{self, Engine, bind};
use crate::error::{Error, Errors, Result};
use crate::names::TableName;
use crate::project::header::Piece;
use crate::project::{Bindings, Project, QueryFile, contract, query_file};
use crate::sources::Sources;

/// What planning found of a query.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The columns it gives.
    pub schema: SchemaRef,
    /// It groups or ranks what it reads, or joins it for several readers: dearer than rows, and worth storing.
    pub is_stored: bool,
    /// It joins or unites what it reads, and is no staging table.
    joins: bool,
    /// Its rows are those that it reads: stored as they come, since putting all of them in order costs more than the rest.
    pub has_rows_as_read: bool,
}

impl Planned {
    /// Whether a run with these targets stores the rows of the table.
    pub(super) fn is_stored_for(&self, name: &TableName, targets: &BTreeSet<TableName>) -> bool {
        self.is_stored || (targets.contains(name) && !name.is_staging())
    }
}

/// Plans the tables in `order`, each after those that it reads. Of those in `known` the columns are enough.
///
/// # Errors
/// Kind `Project`, every fault of every query; a query over a faulty one is passed over.
pub async fn plan(
    project: &Project,
    sources: &Sources,
    graph: &Graph,
    order: &[TableName],
    bindings: &Bindings,
    engine: &Engine,
    known: &BTreeMap<TableName, SchemaRef>,
) -> Result<BTreeMap<TableName, Planned>, Errors> {
    rules_valid(project, order, bindings.as_of)?;
    let planning = Planning { project, sources, graph, bindings, engine, known };
    let mut planned: BTreeMap<TableName, Planned> = BTreeMap::new();
    let mut faults: BTreeMap<usize, Errors> = BTreeMap::new();
    let mut broken: BTreeSet<&TableName> = BTreeSet::new();
    let mut queue = Queue::new(order, |name| graph.reads_of(name));
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < engine.side_by_side()
            && let Some(index) = queue.next()
        {
            let name = &order[index];
            let is_broken = graph.reads_of(name).iter().any(|read| broken.contains(&read));
            running.push(planning.step(index, name, is_broken));
        }
        let Some((index, found)) = running.next().await else { break };
        let name = &order[index];
        match found? {
            Found::Nothing => {}
            Found::Planned(result, Ok(())) => {
                planned.insert(name.clone(), result);
            }
            Found::Planned(_, Err(errors)) => {
                faults.insert(index, errors);
            }
            Found::Broken(errors) => {
                broken.insert(name);
                faults.extend(errors.map(|errors| (index, errors)));
            }
        }
        queue.done(index, 0);
    }
    Errors::none_in(faults.into_values().flatten().collect())?;
    Ok(planned)
}

/// What every table is planned with.
struct Planning<'a> {
    project: &'a Project,
    sources: &'a Sources,
    graph: &'a Graph,
    bindings: &'a Bindings,
    engine: &'a Engine,
    known: &'a BTreeMap<TableName, SchemaRef>,
}

/// What became of planning a table.
enum Found {
    /// Its columns are in the session, and no query gives them.
    Nothing,
    /// A query gives it; whether its header speaks of what is there.
    Planned(Planned, Result<(), Errors>),
    /// It cannot be planned, or what it reads cannot.
    Broken(Option<Errors>),
}

impl Planning<'_> {
    async fn step(&self, index: usize, name: &TableName, is_broken: bool) -> (usize, Result<Found, Errors>) {
        (index, self.table(name, is_broken).await)
    }

    async fn table(&self, name: &TableName, is_broken: bool) -> Result<Found, Errors> {
        let Self { project, sources, graph, bindings, engine, known } = *self;
        if is_broken {
            return Ok(Found::Broken(None));
        }
        if let Some(schema) = known.get(name) {
            engine.register(name, Arc::new(EmptyTable::new(Arc::clone(schema))))?;
        } else if let Some(source) = sources.tables.get(name) {
            source.register(engine)?;
        } else if let Some(rules) = project.rules.get(name) {
            engine.register(name, rule_provider(rules)?)?;
        } else if graph.absence(name).is_some() {
            register_absent(engine, name)?;
        } else if let Some(query) = project.queries.get(name) {
            let mut result = match plan_query(query, project, bindings, engine).await {
                Ok(result) => result,
                Err(errors) => return Ok(Found::Broken(Some(errors))),
            };
            result.is_stored |= result.joins && graph.readers(name) > 1;
            engine.register(name, Arc::new(EmptyTable::new(Arc::clone(&result.schema))))?;
            // Conditions may read the table itself, so it has to be there by now.
            let keys = check_keys(query, &result.schema, bindings, engine).await;
            return Ok(Found::Planned(result, keys));
        }
        Ok(Found::Nothing)
    }
}

/// An absent table has the contract's columns, so that what reads it can still be planned.
pub(super) fn register_absent(engine: &Engine, name: &TableName) -> Result<()> {
    match contract::table(name.table()).filter(|_| name.is_staging()) {
        Some(table) => engine.register(name, Arc::new(EmptyTable::new(table.schema()))),
        None => Ok(()),
    }
}

async fn plan_query(
    query: &QueryFile,
    project: &Project,
    bindings: &Bindings,
    engine: &Engine,
) -> Result<Planned, Errors> {
    check_parameters(query, bindings)?;
    let faults = needs_faults(query, project);
    Errors::none_in(faults)?;
    let bound = bind::bind(&query.query, bindings);
    let plan = engine.plan(&bound).await.map_err(|error| engine::planning_fault(&error, query))?;
    Errors::none_in(engine::lint(&plan, query))?;
    let is_stored = !query.name.is_staging() && does_more_than_rows(&plan);
    let has_rows_as_read = !does_more_than_rows(&plan);
    let joins = !query.name.is_staging()
        && finds(&plan, &|node| matches!(node, LogicalPlan::Join(_) | LogicalPlan::Union(_)));
    let plan = if query.name.is_staging() {
        staging::wrap(engine, query, plan, Sight::UpTo(bindings.as_of, bindings.end_of_day()))?
    } else {
        plan
    };
    let schema = Arc::clone(plan.schema().inner());
    duplicate_columns(query, &schema)?;
    Ok(Planned { schema, is_stored, joins, has_rows_as_read })
}

/// Sees that every parameter of a query is declared.
///
/// # Errors
/// Kind `Project`, one for each that is not.
pub fn check_parameters(query: &QueryFile, bindings: &Bindings) -> Result<(), Errors> {
    let unknown = query.parameters.iter().filter(|mention| bindings.get(&mention.name).is_none());
    let faults = unknown.map(|mention| {
        let known = bindings.iter().map(|(name, _)| name);
        Error::project(format!("unknown parameter `${}`", mention.name))
            .at(query.spot(mention.range.clone()))
            .did_you_mean("parameter", &mention.name, known)
            .help("parameters are declared in `tierbook.toml`, under `[parameters]`")
    });
    Errors::none_in(faults.collect())
}

fn needs_faults(query: &QueryFile, project: &Project) -> Vec<Error> {
    let needs = query.header.needs.iter().map(|(table, _)| table);
    let empties = query.header.empty_if_missing.iter().map(|(table, _)| table);
    let unknown = needs.chain(empties).filter(|table| {
        let in_contract = table.is_staging() && contract::table(table.table()).is_some();
        !in_contract && !project.queries.contains_key(table)
    });
    unknown
        .map(|table| {
            Error::project(format!("unknown table `{table}` in the header of `{}`", query.path)).did_you_mean(
                "table",
                &table.to_string(),
                contract::TABLES.iter().map(|table| table.name),
            )
        })
        .collect()
}

fn duplicate_columns(query: &QueryFile, schema: &SchemaRef) -> Result<(), Errors> {
    let fields = schema.fields();
    for (index, field) in fields.iter().enumerate() {
        if fields.iter().take(index).any(|earlier| earlier.name() == field.name()) {
            return Err(Error::project(format!(
                "`{}` gives the column `{}` twice",
                query.path,
                field.name()
            ))
            .help("give one of them another name with `AS`")
            .into());
        }
    }
    Ok(())
}

/// Whether the plan holds a step that costs more than reading rows.
fn does_more_than_rows(plan: &LogicalPlan) -> bool {
    finds(plan, &|node| {
        matches!(
            node,
            LogicalPlan::Aggregate(_)
                | LogicalPlan::Window(_)
                | LogicalPlan::Distinct(_)
                | LogicalPlan::Sort(_)
                | LogicalPlan::Limit(_)
                | LogicalPlan::RecursiveQuery(_)
                | LogicalPlan::Unnest(_)
        )
    })
}

fn finds(plan: &LogicalPlan, is_meant: &dyn Fn(&LogicalPlan) -> bool) -> bool {
    let mut found = false;
    let _ = plan.apply_with_subqueries(|node| {
        found |= is_meant(node);
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    found
}

/// Sees that every key of the header speaks of columns that are there, and that its conditions can be planned.
async fn check_keys(
    query: &QueryFile,
    schema: &SchemaRef,
    bindings: &Bindings,
    engine: &Engine,
) -> Result<(), Errors> {
    let mut faults = Vec::new();
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut missing = |key: &str, name: &str, range: std::ops::Range<usize>| {
        if !columns.contains(&name) {
            faults.push(
                Error::project(format!("`{key}` names the column `{name}`, which the query does not give"))
                    .at(query.spot(range))
                    .did_you_mean("column", name, columns.iter().copied()),
            );
        }
    };
    for column in &query.header.grain {
        missing("grain", column, query.header.grain_range.clone());
    }
    for note in &query.header.columns {
        missing("column", &note.name, note.range.clone());
    }
    if let Some(order) = &query.header.order {
        for (column, _) in check::order_columns(&order.text) {
            missing("order", &column, order.range.clone());
        }
        if let Some(word) = check::order_stray(&order.text) {
            faults.push(
                Error::project(format!("`order` has the word `{word}`"))
                    .at(query.spot(order.range.clone()))
                    .help("write a column, and `desc` after it where the greatest comes first"),
            );
        }
    }
    for (_, piece) in &query.header.checks {
        let sql = format!(
            "SELECT 1 FROM {} WHERE NOT ({})",
            query.name,
            check::bound_text(query, piece, bindings)?
        );
        faults.extend(plan_piece(&sql, piece, query, engine).await);
    }
    for piece in &query.header.totals {
        match check::total_queries(query, piece, bindings) {
            Ok((left, right)) => {
                faults.extend(plan_piece(&left, piece, query, engine).await);
                faults.extend(plan_piece(&right, piece, query, engine).await);
            }
            Err(error) => faults.push(error),
        }
    }
    Errors::none_in(faults)
}

async fn plan_piece(sql: &str, piece: &Piece, query: &QueryFile, engine: &Engine) -> Option<Error> {
    let parsed = query_file::parse_select(&query.path, &sql.into());
    let planned = match parsed {
        Ok(parsed) => engine.plan(&parsed).await.err(),
        Err(error) => return Some(Error { spot: Some(query.spot(piece.range.clone())), ..error }),
    };
    planned.map(|error| {
        let fault = engine::planning_fault(&error, query);
        let suffix = format!(" (in `{}`)", query.path);
        let message = fault.message.trim_end_matches(&suffix).to_owned();
        Error { spot: Some(query.spot(piece.range.clone())), message, ..fault }
    })
}

/// The two sides of a `total`.
pub(super) fn sides(expression: Expr) -> Option<(Expr, Expr)> {
    match expression {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => Some((*left, *right)),
        Expr::Nested(inner) => sides(*inner),
        _ => None,
    }
}
