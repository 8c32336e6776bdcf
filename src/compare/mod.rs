//! Two versions of a project -> what the edit between them changes, in business words.
//!
//! Takes both versions, built over the same rows of the warehouse for the same day. Gives a [`Comparison`]: customers
//! that change tier, headline figures, models, reports and who reads them. Rows are compared inside the query engine,
//! by a full join on each model's grain, and only counts and few rows leave it. Nothing here builds a model, writes a
//! file, or holds a whole table in memory.

mod affected;
mod figures;
mod readers;
mod rows;
mod session;
mod text;
mod texts;
mod tiers;
mod words;

use std::collections::BTreeSet;

use arrow::datatypes::DataType;
use serde::Serialize;

use crate::engine::Engine;
use crate::error::Result;
use crate::models::staging::plain_type;
use crate::models::{Built, Fault, Inputs, Models};
use crate::names::{Lang, TableName};
use crate::reports::words::Words;
use session::Session;

pub use affected::{Affected, affected, wanted};
pub use figures::Figure;
pub use readers::{Reader, ReportChange};
pub use rows::{ColumnChange, ModelChange, ModelState, Retyped, RowChanges};
pub use texts::{FileChange, ParameterChange, State};
pub use tiers::{Move, Shown, TierMove, TierMoves};

/// What an edit changes. `--format json` is this, field by field.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// Whether anything differs at all, be it a comment.
    pub differs: bool,
    /// The last day whose rows both versions saw.
    pub as_of: String,
    /// What is compared against, in the words of the caller.
    pub before: String,
    /// The project of the caller.
    pub after: String,
    /// How many customers change tier; null where that is not known.
    pub n_customers: Option<u64>,
    /// How many headline figures move; null where some of them cannot be compared.
    pub n_figures: Option<usize>,
    /// How many reports change.
    pub n_reports: usize,
    /// Files of the project that differ, by path.
    pub files: Vec<FileChange>,
    /// Parameters that differ, by name.
    pub parameters: Vec<ParameterChange>,
    /// Headline figures that differ.
    pub headline: Vec<Figure>,
    /// Customers that change tier; null where the two versions of `tiers.current` cannot be compared.
    pub tiers: Option<TierMoves>,
    /// Models that differ, each after those that it reads.
    pub models: Vec<ModelChange>,
    /// How many models were computed on both sides; the others cannot differ.
    pub n_compared: usize,
    /// Reports that are touched, and who reads them.
    pub reports: Vec<ReportChange>,
}

/// One of the two versions.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// In the words of the caller.
    pub name: &'a str,
    /// What it was built from.
    pub inputs: Inputs<'a>,
    /// What was built.
    pub models: &'a Models,
    /// What could not be.
    pub faults: &'a [Fault],
}

impl<'a> Side<'a> {
    fn faults_of(&self, name: &TableName) -> impl Iterator<Item = &'a Fault> {
        self.faults.iter().filter(move |fault| fault.table == *name)
    }
}

/// Both versions of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    before: &'a Built,
    after: &'a Built,
}

impl Pair<'_> {
    /// Whether rows can be matched by these columns.
    fn matched(&self, columns: &[String]) -> bool {
        columns.iter().all(|column| self.types(column).is_some_and(|(old, new)| same_kind(old, new)))
    }

    fn both_have(&self, column: &str) -> bool {
        self.types(column).is_some()
    }

    /// Whether values of a column can be compared, be they written with more decimals.
    fn comparable(&self, column: &str) -> bool {
        self.types(column)
            .is_some_and(|(old, new)| same_kind(old, new) || (old.is_numeric() && new.is_numeric()))
    }

    fn types(&self, column: &str) -> Option<(&DataType, &DataType)> {
        let old = self.before.schema.field_with_name(column).ok()?;
        let new = self.after.schema.field_with_name(column).ok()?;
        Some((old.data_type(), new.data_type()))
    }
}

/// Whether two types are one to a reader: the engine has several for text, and for whole numbers.
fn same_kind(old: &DataType, new: &DataType) -> bool {
    plain_type(old) == plain_type(new)
}

/// Compares two versions of a project. `engine` is a session of its own; `limit` is how many customers are named.
///
/// # Errors
/// What reading the stored rows finds.
pub async fn compare(
    before: Side<'_>,
    after: Side<'_>,
    affected: &Affected,
    engine: Engine,
    limit: usize,
) -> Result<Comparison> {
    let project = after.inputs.project;
    let words = project.templates.words.get(&Lang::En).cloned().unwrap_or_default();
    let words = Words::new(Lang::En, &project.config.currency, words);
    let (files, parameters) = (texts::files(&before, &after), texts::parameters(&before, &after));
    let mut comparison = Comparison {
        differs: !files.is_empty() || !parameters.is_empty(),
        as_of: after.inputs.bindings.as_of.to_string(),
        before: before.name.to_owned(),
        after: after.name.to_owned(),
        n_customers: None,
        n_figures: None,
        n_reports: 0,
        files,
        parameters,
        headline: Vec::new(),
        tiers: None,
        models: Vec::new(),
        n_compared: 0,
        reports: Vec::new(),
    };
    let session = Session::new(engine);
    let names = names(&before, &after, affected);
    if !names.iter().any(|name| is_tiers(name)) {
        comparison.tiers = Some(TierMoves::default());
    }
    let mut n_unknown = 0;
    for name in names {
        let is_known = model(&session, name, (&before, &after), &words, limit, &mut comparison).await?;
        n_unknown += usize::from(affected::is_headline(name) && !is_known);
    }
    comparison.reports = readers::reports(&before, &after, &comparison.models, &comparison.parameters)?;
    comparison.n_customers = comparison.tiers.as_ref().map(|tiers| tiers.customers);
    comparison.n_figures = (n_unknown == 0).then_some(comparison.headline.len());
    comparison.n_reports = comparison.reports.len();
    Ok(comparison)
}

/// The models that may differ, and those that stop a run whatever was edited, each after those that it reads; those
/// that are gone last.
fn names<'a>(before: &Side<'a>, after: &Side<'a>, affected: &Affected) -> Vec<&'a TableName> {
    let of = |side: &Side<'a>, targets: &BTreeSet<TableName>| -> Vec<&'a TableName> {
        let needed: BTreeSet<TableName> = side.inputs.graph.needed(targets).into_iter().collect();
        let queries = &side.inputs.project.queries;
        let order = side.inputs.graph.order().iter();
        order.filter(|name| needed.contains(*name) && queries.contains_key(*name)).collect()
    };
    let new = of(after, &affected.after);
    let gone = before.inputs.graph.order().iter().filter(|name| {
        before.inputs.project.queries.contains_key(*name) && !after.inputs.project.queries.contains_key(*name)
    });
    let also = of(before, &affected.before).into_iter().filter(|name| !new.contains(name));
    let mut all: Vec<&TableName> = new.iter().copied().chain(also).collect();
    all.extend(gone.filter(|name| !new.contains(name)));
    let mut seen = BTreeSet::new();
    let is_told = |name: &TableName| !affected.same.contains(name) || after.faults_of(name).next().is_some();
    all.retain(|name| is_told(name) && seen.insert(*name));
    all
}

/// Compares one model, and tells what differs. Whether it could be is the answer.
async fn model(
    session: &Session,
    name: &TableName,
    sides: (&Side<'_>, &Side<'_>),
    words: &Words,
    limit: usize,
    comparison: &mut Comparison,
) -> Result<bool> {
    let (before, after) = sides;
    let change = |state, reason| Some(ModelChange::untold(name, state, reason));
    let exists = |side: &Side<'_>| side.inputs.project.queries.contains_key(name);
    let mut is_known = true;
    let told = match (exists(before), exists(after)) {
        (true, false) => change(ModelState::Removed, None),
        (false, _) => match found(after, name) {
            Found::Faulty(reason) => change(ModelState::Broken, Some(reason)),
            Found::Built(built) => Some(ModelChange {
                rows_after: Some(built.rows),
                ..ModelChange::untold(name, ModelState::Added, None)
            }),
            _ => change(ModelState::Added, None),
        },
        (true, true) => match (found(before, name), found(after, name)) {
            (Found::Faulty(_), Found::Faulty(reason)) => change(ModelState::BrokenOnBothSides, Some(reason)),
            (_, Found::Faulty(reason)) => change(ModelState::Broken, Some(reason)),
            (Found::Faulty(reason), _) => change(ModelState::Mended, Some(reason)),
            (Found::Built(_), Found::Missing(reason)) => change(ModelState::Unavailable, Some(reason)),
            (Found::Missing(reason), Found::Built(_)) => change(ModelState::Available, Some(reason)),
            (Found::Built(old), Found::Built(new)) => {
                let pair = Pair { before: old, after: new };
                let (told, told_figures) =
                    built(session, name, &pair, sides, words, limit, comparison).await?;
                is_known = told_figures;
                told
            }
            (Found::Waiting, _) | (_, Found::Waiting) => change(ModelState::NotComputed, None),
            _ => None,
        },
    };
    let is_compared = |change: &ModelChange| {
        matches!(change.state, ModelState::Added | ModelState::Removed | ModelState::Changed)
    };
    is_known &= told.as_ref().is_none_or(is_compared);
    comparison.models.extend(told);
    Ok(is_known)
}

/// Compares the rows of a model that both sides have; and whether its figures could be, if it is one of headlines.
async fn built(
    session: &Session,
    name: &TableName,
    pair: &Pair<'_>,
    sides: (&Side<'_>, &Side<'_>),
    words: &Words,
    limit: usize,
    comparison: &mut Comparison,
) -> Result<(Option<ModelChange>, bool)> {
    let held = session.hold(name, pair.before, pair.after)?;
    comparison.n_compared += 1;
    let mut is_known = held;
    if held && affected::is_headline(name) {
        let figures = figures::figures(session, name, pair, sides, words).await?;
        is_known = figures.is_some();
        comparison.headline.extend(figures.into_iter().flatten());
    }
    if held && is_tiers(name) {
        comparison.tiers = tiers::moves(session, name, pair, words, limit).await?;
    }
    Ok((rows::compare(session, name, pair, sides, held, words).await?, is_known))
}

fn is_tiers(name: &TableName) -> bool {
    *name == TableName::new(affected::TIERS[0], affected::TIERS[1])
}

enum Found<'a> {
    Built(&'a Built),
    Missing(String),
    Faulty(String),
    /// A model that it reads cannot be computed.
    Waiting,
    /// Nothing that is compared reads it.
    Unread,
}

fn found<'a>(side: &Side<'a>, name: &TableName) -> Found<'a> {
    let faults: Vec<String> = side.faults_of(name).map(told).collect();
    if !faults.is_empty() {
        return Found::Faulty(faults.join("; "));
    }
    if let Some(missing) = side.models.unavailable.get(name) {
        return Found::Missing(format!("{missing} is missing"));
    }
    match side.models.built.get(name) {
        Some(built) => Found::Built(built),
        None if side.faults.is_empty() => Found::Unread,
        None => Found::Waiting,
    }
}

/// A fault in one line, with the first row that it is about.
fn told(fault: &Fault) -> String {
    let row = fault.error.notes.first().map(|row| format!(": {row}")).unwrap_or_default();
    format!("{}{row}", fault.error)
}

/// What a column means: in the words of the project for this model, else in those of its query.
fn meaning(side: &Side<'_>, words: &Words, model: &TableName, column: &str) -> String {
    if let Some(own) = words.get(&format!("column.{model}.{column}")) {
        return own.to_owned();
    }
    let note = side.inputs.project.queries.get(model).and_then(|query| query.column(column));
    match note.map(|note| note.meaning.as_str()).filter(|meaning| !meaning.is_empty()) {
        Some(meaning) => meaning.to_owned(),
        None => words
            .column(&model.to_string(), column)
            .map_or_else(|| column.replace('_', " "), ToOwned::to_owned),
    }
}
