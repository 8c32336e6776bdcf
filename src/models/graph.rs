//! Who reads whom: every table that the project names, in an order in which they can be made.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, ErrorKind, Errors};
use crate::names::TableName;
use crate::project::{Project, QueryFile, contract};

/// The folder of a query that somebody asks for, and that no file holds.
pub const ASKED: &str = "query";

/// The graph of a project over a warehouse.
#[derive(Debug)]
pub struct Graph {
    /// What each table reads, in the order of its text, each once. Tables without a query file read nothing.
    reads: BTreeMap<TableName, Vec<TableName>>,
    /// Tables that do not exist, and why that is no fault.
    absent: BTreeMap<TableName, Absence>,
    order: Vec<TableName>,
}

/// Why a table may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absence {
    /// An optional staging query reads this table, which is not in the warehouse.
    NotInWarehouse(TableName),
    /// The contract knows the table, and the project does not map it.
    NotMapped,
}

/// Builds the graph.
///
/// # Errors
/// Kind `Project` for unknown tables and cycles; kind `Data` for a table of the warehouse that is required and
/// not there. All of them come out together.
pub fn build(project: &Project, warehouse: &[TableName]) -> Result<Graph, Errors> {
    let mut graph = Graph { reads: BTreeMap::new(), absent: BTreeMap::new(), order: Vec::new() };
    let mut faults = Vec::new();
    for query in project.queries.values() {
        let mut reads: Vec<TableName> = Vec::new();
        for mention in &query.reads {
            if let Some(fault) =
                resolve(project, warehouse, query, mention.range.clone(), &mention.name, &mut graph)
            {
                faults.push(fault);
            } else if !reads.contains(&mention.name) {
                reads.push(mention.name.clone());
            }
        }
        for (table, _) in &query.header.needs {
            if !reads.contains(table) && project.queries.contains_key(table) {
                reads.push(table.clone());
            }
        }
        graph.reads.insert(query.name.clone(), reads);
    }
    for name in ["customers", "sales"] {
        let name = TableName::new("staging", name);
        if !project.queries.contains_key(&name) {
            faults.push(
                Error::project(format!("no query file for `{name}`"))
                    .help(format!("map your warehouse onto it in `queries/staging/{}.sql`", name.table())),
            );
        }
    }
    for report in project.config.reports.iter().filter_map(|name| project.templates.reports.get(name)) {
        for read in &report.reads {
            if !project.queries.contains_key(read) {
                faults.push(
                    Error::project(format!("unknown model `{read}`"))
                        .at(report.spot_of(&read.to_string()))
                        .did_you_mean("model", &read.to_string(), names(project).iter().map(String::as_str)),
                );
            }
        }
    }
    for export in project.config.exports.iter().filter(|name| !project.queries.contains_key(name)) {
        faults.push(Error::project(format!("unknown model `{export}` in `exports`")).did_you_mean(
            "model",
            &export.to_string(),
            names(project).iter().map(String::as_str),
        ));
    }
    for list in project.config.lists.values().filter(|list| !project.queries.contains_key(&list.model)) {
        faults.push(
            Error::project(format!("unknown model `{}` in `lists`", list.model))
                .at(list.spot.clone())
                .did_you_mean("model", &list.model.to_string(), names(project).iter().map(String::as_str)),
        );
    }
    graph.sort(project, &mut faults);
    Errors::none_in(faults)?;
    Ok(graph)
}

/// Sees that every table that a query outside the project mentions is there.
///
/// # Errors
/// As for [`build`], for this query alone.
pub fn check_reads(project: &Project, warehouse: &[TableName], query: &QueryFile) -> Result<(), Errors> {
    let mut scrap = Graph { reads: BTreeMap::new(), absent: BTreeMap::new(), order: Vec::new() };
    let faults = query
        .reads
        .iter()
        .filter_map(|mention| {
            resolve(project, warehouse, query, mention.range.clone(), &mention.name, &mut scrap)
        })
        .collect();
    Errors::none_in(faults)
}

fn names(project: &Project) -> Vec<String> {
    project.queries.keys().map(ToString::to_string).collect()
}

/// Finds out whether a mentioned table exists; remembers one that may be absent.
fn resolve(
    project: &Project,
    warehouse: &[TableName],
    query: &QueryFile,
    range: std::ops::Range<usize>,
    name: &TableName,
    graph: &mut Graph,
) -> Option<Error> {
    let exists = if name.is_warehouse() {
        warehouse.contains(name)
    } else if name.is_rule() {
        project.rules.contains_key(name)
    } else {
        project.queries.contains_key(name)
    };
    if exists {
        return None;
    }
    if name.is_warehouse() && query.header.optional {
        graph.absent.insert(query.name.clone(), Absence::NotInWarehouse(name.clone()));
        return None;
    }
    let known = name.is_staging().then(|| contract::table(name.table())).flatten();
    if known.is_some_and(|table| !table.required) {
        graph.absent.insert(name.clone(), Absence::NotMapped);
        return None;
    }
    let wrong = name.to_string();
    let spot = query.spot(range);
    let asked = query.name.schema() == ASKED;
    if name.is_warehouse() {
        let tables: Vec<String> = warehouse.iter().map(ToString::to_string).collect();
        let kind = if asked { ErrorKind::Project } else { ErrorKind::Data };
        let mut error = Error::new(kind, format!("table `{wrong}` is not in the warehouse"))
            .at(spot)
            .did_you_mean("table", &wrong, tables.iter().map(String::as_str));
        if tables.is_empty() {
            error = error.help("the warehouse holds no Parquet file at all");
        }
        if asked {
            return Some(error);
        }
        return Some(error.help(format!(
            "`{}` cannot do without it; a table that may be absent has `-- optional` in its staging query",
            query.name
        )));
    }
    let known: Vec<String> =
        names(project).into_iter().chain(project.rules.keys().map(ToString::to_string)).collect();
    let error = Error::project(format!("unknown table `{wrong}`")).at(spot).did_you_mean(
        "table",
        &wrong,
        known.iter().map(String::as_str),
    );
    Some(error.help(format!(
        "`{wrong}` would be the query file `queries/{}/{}.sql`",
        name.schema(),
        name.table()
    )))
}

impl Graph {
    /// All tables that `targets` need, themselves included, each after those that it reads.
    pub fn needed(&self, targets: &BTreeSet<TableName>) -> Vec<TableName> {
        let mut wanted: BTreeSet<&TableName> = BTreeSet::new();
        let mut waiting: Vec<&TableName> = targets.iter().collect();
        while let Some(name) = waiting.pop() {
            if wanted.insert(name) {
                waiting.extend(self.reads_of(name));
            }
        }
        // Tables that no query reads, but somebody asks for, need nothing themselves.
        let unread = targets.iter().filter(|name| !self.order.contains(name));
        let ordered = self.order.iter().filter(|name| wanted.contains(name));
        unread.chain(ordered).cloned().collect()
    }

    /// What a table reads.
    pub fn reads_of(&self, name: &TableName) -> &[TableName] {
        self.reads.get(name).map_or(&[], Vec::as_slice)
    }

    /// How many tables read it.
    pub fn readers(&self, name: &TableName) -> usize {
        self.reads.values().filter(|reads| reads.contains(name)).count()
    }

    /// Why a table is missing, if it is.
    pub fn absence(&self, name: &TableName) -> Option<&Absence> {
        self.absent.get(name)
    }

    /// All tables in order.
    pub fn order(&self) -> &[TableName] {
        &self.order
    }

    /// Orders the tables so that each comes after those that it reads; a cycle is a fault.
    fn sort(&mut self, project: &Project, faults: &mut Vec<Error>) {
        let mut done: BTreeSet<TableName> = BTreeSet::new();
        let names: Vec<TableName> = self.reads.keys().cloned().collect();
        let mut reported: BTreeSet<TableName> = BTreeSet::new();
        for name in names {
            let mut path = Vec::new();
            self.visit(&name, &mut path, &mut done, &mut reported, project, faults);
        }
    }

    fn visit(
        &mut self,
        name: &TableName,
        path: &mut Vec<TableName>,
        done: &mut BTreeSet<TableName>,
        reported: &mut BTreeSet<TableName>,
        project: &Project,
        faults: &mut Vec<Error>,
    ) {
        if done.contains(name) {
            return;
        }
        if let Some(start) = path.iter().position(|earlier| earlier == name) {
            let circle = &path[start..];
            if circle.iter().any(|name| reported.contains(name)) {
                return;
            }
            reported.extend(circle.iter().cloned());
            faults.push(cycle(circle, project));
            return;
        }
        path.push(name.clone());
        for read in self.reads_of(name).to_vec() {
            self.visit(&read, path, done, reported, project, faults);
        }
        path.pop();
        done.insert(name.clone());
        self.order.push(name.clone());
    }
}

fn cycle(circle: &[TableName], project: &Project) -> Error {
    let mut names: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
    names.extend(names.first().cloned());
    let error = Error::project(format!("queries read each other in a circle: {}", names.join(" reads ")));
    let first = circle.first().and_then(|name| project.queries.get(name));
    let next = circle.get(1).or(circle.first());
    match (first, next) {
        (Some(query), Some(next)) => match query.reads.iter().find(|mention| mention.name == *next) {
            Some(mention) => error.at(query.spot(mention.range.clone())),
            None => error,
        },
        _ => error,
    }
}
