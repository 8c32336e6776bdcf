//! What an edit can reach: tables that are not the same on both sides, found from texts alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::models::Inputs;
use crate::names::TableName;
use crate::project::{Project, QueryFile};

/// The model whose rows say which tier each customer is in.
pub(super) const TIERS: [&str; 2] = ["tiers", "current"];

/// Tables by what an edit can do to them.
#[derive(Debug)]
pub struct Affected {
    /// Tables that both sides compute from the same rows, by the same text, with the same rules and parameters.
    pub same: BTreeSet<TableName>,
    /// What is to be built of the version before.
    pub before: BTreeSet<TableName>,
    /// What is to be built of the version after.
    pub after: BTreeSet<TableName>,
}

/// The models of a project that are worth comparing: those that its reports read, headline figures and tiers, and
/// queries that differ from the other project's, or that it lacks, and that none of these reads.
pub fn wanted(project: &Project, other: &Project, read: BTreeSet<TableName>) -> BTreeSet<TableName> {
    let mut wanted = read;
    let tiers = TableName::new(TIERS[0], TIERS[1]);
    wanted.extend(project.queries.keys().filter(|name| is_headline(name) || **name == tiers).cloned());
    let reached = reached(project, &wanted);
    let differs = |query: &&QueryFile| {
        !query.name.is_staging()
            && !reached.contains(&query.name)
            && other.queries.get(&query.name).is_none_or(|other| other.text != query.text)
    };
    wanted.extend(project.queries.values().filter(differs).map(|query| query.name.clone()));
    wanted
}

/// A model of one row of figures that a manager looks at first.
pub(super) fn is_headline(name: &TableName) -> bool {
    name.table() == "headline"
}

fn reached(project: &Project, from: &BTreeSet<TableName>) -> BTreeSet<TableName> {
    let mut reached: BTreeSet<TableName> = BTreeSet::new();
    let mut waiting: Vec<TableName> = from.iter().cloned().collect();
    while let Some(name) = waiting.pop() {
        let reads = project.queries.get(&name).map_or(&[][..], |query| &query.reads);
        if reached.insert(name) {
            waiting.extend(reads.iter().map(|mention| mention.name.clone()));
        }
    }
    reached
}

/// Finds the tables that are the same, and those of `wanted` that have to be built because they may not be.
pub fn affected(before: Inputs<'_>, after: Inputs<'_>, wanted: &BTreeSet<TableName>) -> Affected {
    let (old, new) = (marks(before), marks(after));
    let same: BTreeSet<TableName> = new
        .iter()
        .filter(|(name, mark)| old.get(*name) == Some(mark))
        .map(|(name, _)| name.clone())
        .collect();
    let differs = |name: &&TableName| !same.contains(*name);
    let is_in = |project: &Project, name: &TableName| project.queries.contains_key(name);
    let both = |name: &&TableName| is_in(before.project, name) && is_in(after.project, name);
    Affected {
        before: wanted.iter().filter(differs).filter(both).cloned().collect(),
        after: wanted.iter().filter(differs).filter(|name| is_in(after.project, name)).cloned().collect(),
        same,
    }
}

/// A hash over all that decides the rows of each table, beside the rows of the warehouse, which both sides share.
fn marks(inputs: Inputs<'_>) -> BTreeMap<TableName, blake3::Hash> {
    let Inputs { project, graph, .. } = inputs;
    let mut marks: BTreeMap<TableName, blake3::Hash> = BTreeMap::new();
    for name in graph.order() {
        let mut pieces = vec![name.to_string(), format!("{:?}", graph.absence(name))];
        if let Some(query) = project.queries.get(name) {
            pieces.extend(decisive(query));
            let used: BTreeSet<&str> = query.parameters.iter().map(|mention| mention.name.as_str()).collect();
            pieces.extend(used.iter().map(|name| format!("{name} = {:?}", inputs.bindings.get(name))));
            if name.is_staging() {
                // Instants are seen up to the end of the business day.
                pieces.push(inputs.bindings.end_of_day().to_string());
            }
            for read in graph.reads_of(name) {
                pieces
                    .push(marks.get(read).map_or_else(|| read.to_string(), |mark| mark.to_hex().to_string()));
            }
        } else if let Some(text) = project.rules.get(name).and_then(|rules| project.files.get(&rules.path)) {
            pieces.push(text.to_string());
        }
        let mut hasher = blake3::Hasher::new();
        for piece in &pieces {
            hasher.update(&piece.len().to_le_bytes()).update(piece.as_bytes());
        }
        marks.insert(name.clone(), hasher.finalize());
    }
    marks
}

/// The pieces of a query file that rows and checks depend on; comments, layout and the words of columns are not
/// among them.
fn decisive(query: &QueryFile) -> Vec<String> {
    let header = &query.header;
    let mut pieces = vec![query.query.to_string(), header.grain.join(",")];
    pieces.extend(header.checks.iter().map(|(severity, piece)| format!("{severity:?} {}", piece.text)));
    pieces.extend(header.totals.iter().map(|piece| piece.text.clone()));
    let empties: Vec<&TableName> = header.empty_if_missing.iter().map(|(table, _)| table).collect();
    let as_of = header.as_of.as_ref().map(|piece| piece.text.as_str());
    let staging = (as_of, header.fresh_days, header.rows, header.optional);
    pieces.push(format!("{:?} {empties:?} {staging:?}", header.needs));
    pieces
}
