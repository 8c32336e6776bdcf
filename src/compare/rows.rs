//! Models that are not the same: their columns, and their rows by grain.

use arrow::datatypes::SchemaRef;
use serde::Serialize;

use super::session::{Session, THERE, count, joined, quoted};
use super::{Pair, Side, meaning};
use crate::error::Result;
use crate::models::staging::plain_type;
use crate::names::TableName;
use crate::reports::words::Words;

/// What became of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// It is there after only.
    Added,
    /// It was there before only.
    Removed,
    /// Its columns or rows are not the same.
    Changed,
    /// It can no longer be had, since an input is missing.
    Unavailable,
    /// It can be had now.
    Available,
    /// It cannot be computed after: a run would stop.
    Broken,
    /// It could not be computed before, and can be now.
    Mended,
    /// It can be computed on neither side.
    BrokenOnBothSides,
    /// A model that it reads cannot be computed.
    NotComputed,
}

/// A model that is not the same.
#[derive(Debug, Serialize)]
pub struct ModelChange {
    /// Its name.
    pub model: String,
    /// What became of it.
    pub state: ModelState,
    /// What is missing, what is wrong, or why rows are not matched.
    pub reason: Option<String>,
    /// How many rows it had; none where it was not computed.
    pub rows_before: Option<u64>,
    /// How many rows it has.
    pub rows_after: Option<u64>,
    /// Rows by the model's grain; none where the two versions were not matched.
    pub rows: Option<RowChanges>,
    /// Columns that it has after only.
    pub columns_added: Vec<String>,
    /// Columns that it had before only.
    pub columns_removed: Vec<String>,
    /// Columns of another type.
    pub columns_retyped: Vec<Retyped>,
    /// Columns with other values in rows that are on both sides, those that changed most often first.
    pub columns_changed: Vec<ColumnChange>,
}

/// Rows of a model, matched by its grain.
#[derive(Debug, Serialize)]
pub struct RowChanges {
    /// There after only.
    pub added: u64,
    /// There before only.
    pub removed: u64,
    /// On both sides, with another value in a column.
    pub changed: u64,
}

/// A column of another type.
#[derive(Debug, Serialize)]
pub struct Retyped {
    /// Its name.
    pub column: String,
    /// Its type before.
    pub before: String,
    /// Its type after.
    pub after: String,
}

/// A column with other values.
#[derive(Debug, Serialize)]
pub struct ColumnChange {
    /// Its name.
    pub column: String,
    /// What it means.
    pub meaning: String,
    /// In how many rows.
    pub rows: u64,
}

impl ModelChange {
    /// A model of which no rows are matched.
    pub(super) fn untold(model: &TableName, state: ModelState, reason: Option<String>) -> Self {
        Self {
            model: model.to_string(),
            state,
            reason,
            rows_before: None,
            rows_after: None,
            rows: None,
            columns_added: Vec::new(),
            columns_removed: Vec::new(),
            columns_retyped: Vec::new(),
            columns_changed: Vec::new(),
        }
    }

    fn is_none(&self) -> bool {
        self.reason.is_none()
            && self.rows_before == self.rows_after
            && self.rows.as_ref().is_none_or(|rows| rows.added + rows.removed + rows.changed == 0)
            && self.columns_added.is_empty()
            && self.columns_removed.is_empty()
            && self.columns_retyped.is_empty()
    }
}

/// Compares both versions of a model; none if they are the same. Rows are matched if both are `held` by the session;
/// a model that is inlined into what reads it has its rows counted only.
pub(super) async fn compare(
    session: &Session,
    name: &TableName,
    pair: &Pair<'_>,
    sides: (&Side<'_>, &Side<'_>),
    held: bool,
    words: &Words,
) -> Result<Option<ModelChange>> {
    let mut change = ModelChange {
        rows_before: Some(pair.before.rows),
        rows_after: Some(pair.after.rows),
        columns_added: lacking(&pair.before.schema, &pair.after.schema),
        columns_removed: lacking(&pair.after.schema, &pair.before.schema),
        columns_retyped: retyped(pair),
        ..ModelChange::untold(name, ModelState::Changed, None)
    };
    let grain = |side: &Side<'_>| {
        side.inputs.project.queries.get(name).map(|query| query.header.grain.clone()).unwrap_or_default()
    };
    let (old, new) = (grain(sides.0), grain(sides.1));
    if held && old != new {
        change.reason = Some(format!(
            "the grain was {} and is {}, so rows are not matched",
            or_none(&old),
            or_none(&new)
        ));
    } else if held && !pair.matched(&new) {
        change.reason = Some("a column of the grain is of another type, so rows are not matched".to_owned());
    } else if held {
        match_rows(session, name, pair, &new, &mut change).await?;
        for column in &mut change.columns_changed {
            column.meaning = meaning(sides.1, words, name, &column.column);
        }
    }
    Ok((!change.is_none()).then_some(change))
}

fn or_none(grain: &[String]) -> String {
    if grain.is_empty() { "none".to_owned() } else { grain.join(", ") }
}

/// Counts rows and values that differ in one pass over a full join, which spills beyond the memory allowed.
async fn match_rows(
    session: &Session,
    name: &TableName,
    pair: &Pair<'_>,
    grain: &[String],
    change: &mut ModelChange,
) -> Result<()> {
    let both = format!("b.{THERE} = 1 AND a.{THERE} = 1");
    let fields = pair.after.schema.fields().iter();
    let columns: Vec<&str> = fields
        .map(|field| field.name().as_str())
        .filter(|column| !grain.iter().any(|key| key == column) && pair.comparable(column))
        .collect();
    let differs: Vec<String> =
        columns.iter().map(|column| format!("(b.{0} IS DISTINCT FROM a.{0})", quoted(column))).collect();
    let any = if differs.is_empty() { "false".to_owned() } else { differs.join(" OR ") };
    let mut sql = format!(
        "SELECT count(*) FILTER (WHERE b.{THERE} IS NULL), count(*) FILTER (WHERE a.{THERE} IS NULL), \
         count(*) FILTER (WHERE {both} AND ({any}))"
    );
    for (index, condition) in differs.iter().enumerate() {
        sql.push_str(&format!(", count(*) FILTER (WHERE {both} AND {condition}) AS c{index}"));
    }
    sql.push_str(&format!(" FROM {}", joined(name, grain)));
    let rows = session.values(name, &sql).await?;
    let counts = rows.first().map(Vec::as_slice).unwrap_or_default();
    change.rows = Some(RowChanges {
        added: count(counts.first()),
        removed: count(counts.get(1)),
        changed: count(counts.get(2)),
    });
    let mut changed: Vec<ColumnChange> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| ColumnChange {
            column: (*column).to_owned(),
            meaning: String::new(),
            rows: count(counts.get(index + 3)),
        })
        .filter(|column| column.rows > 0)
        .collect();
    // Stable: columns that changed as often stay in the order of the model.
    changed.sort_by_key(|column| std::cmp::Reverse(column.rows));
    change.columns_changed = changed;
    Ok(())
}

fn lacking(without: &SchemaRef, with: &SchemaRef) -> Vec<String> {
    let names = with.fields().iter().map(|field| field.name());
    names.filter(|name| without.field_with_name(name).is_err()).cloned().collect()
}

fn retyped(pair: &Pair<'_>) -> Vec<Retyped> {
    let fields = pair.after.schema.fields().iter();
    fields
        .filter_map(|field| {
            let before = pair.before.schema.field_with_name(field.name()).ok()?;
            (!super::same_kind(before.data_type(), field.data_type())).then(|| Retyped {
                column: field.name().clone(),
                before: plain_type(before.data_type()),
                after: plain_type(field.data_type()),
            })
        })
        .collect()
}
