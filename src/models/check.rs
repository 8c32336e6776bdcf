//! Checks: a table against the keys of its header, before anything else reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int64Type};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use futures::TryStreamExt;

use super::Inputs;
use super::grain::Grain;
use super::plan::sides;
use super::sights::{self, Newest};
use super::watch::Seen;
use crate::engine::{Engine, bind, execution_fault};
use crate::error::{Error, Result};
use crate::export;
use crate::project::header::{Piece, Severity};
use crate::project::{Bindings, QueryFile, contract, query_file};

/// How many offending rows are shown.
const SHOWN: usize = 5;

/// What checking a table found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Its rows.
    pub rows: u64,
    /// How many conditions were looked at.
    pub n_checks: usize,
    /// The newest day or instant of a staging table.
    pub newest: Newest,
    /// Conditions that hold for publishing to go on.
    pub faults: Vec<Error>,
    /// Conditions that are only printed.
    pub warnings: Vec<String>,
    /// Sums that were compared.
    pub totals: Vec<ControlTotal>,
}

/// A sum over a model that must equal a sum elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ControlTotal {
    /// The model.
    pub model: String,
    /// Both sums, as the header has them.
    pub text: String,
    /// The sum over the model, exact, with four decimals.
    pub value: String,
    /// The sum elsewhere.
    pub other: String,
}

/// Checks a registered table against its header; of what was `seen` as its rows were written, nothing is read again.
///
/// # Errors
/// Kind `Data` or `Environment` when the conditions cannot be computed; conditions that do not hold are in the
/// verdict.
pub(super) async fn check(
    query: &QueryFile,
    inputs: Inputs<'_>,
    engine: &Engine,
    faults_folder: &Path,
    seen: Option<Seen>,
) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let Inputs { bindings, restriction, .. } = inputs;
    let is_whole = restriction.is_none();
    let checker = Checker { query, bindings, engine, faults_folder, is_whole };
    let has_duplicates = seen.as_ref().map(|seen| seen.has_duplicates);
    checker.conditions(&mut verdict, seen).await?;
    if verdict.rows > 0 && !query.header.grain.is_empty() {
        verdict.n_checks += 1;
        let has_duplicates = match has_duplicates {
            Some(has_duplicates) => has_duplicates,
            None => checker.has_duplicates().await?,
        };
        if has_duplicates {
            verdict.faults.extend(checker.duplicates().await?);
        }
    } else if query.header.grain.is_empty() && verdict.rows > 1 {
        verdict.faults.push(
            Error::project(format!("`{}` has {} rows and no `grain`", query.name, verdict.rows))
                .at(query.spot(0..0))
                .help("name the columns that are unique together: `-- grain: customer_id`"),
        );
    }
    verdict.totals = checker.totals().await?;
    verdict.n_checks += verdict.totals.len();
    for (piece, total) in query.header.totals.iter().zip(&verdict.totals) {
        if total.value != total.other {
            verdict.faults.push(
                Error::data(format!(
                    "control total of `{}` differs: {} against {}",
                    query.name, total.value, total.other
                ))
                .at(query.spot(piece.range.clone())),
            );
        }
    }
    Ok(verdict)
}

/// A condition that holds for every row.
pub(super) struct Condition {
    pub(super) sql: String,
    severity: Severity,
    message: String,
    spot: Option<std::ops::Range<usize>>,
}

/// What the header of a query says of every row.
///
/// # Errors
/// Kind `Project` for a condition that is none.
pub(super) fn conditions(query: &QueryFile, bindings: &Bindings) -> Result<Vec<Condition>> {
    let mut conditions = Vec::new();
    let mut not_null: BTreeSet<&str> = BTreeSet::new();
    if let Some(table) = contract::table(query.name.table()).filter(|_| query.name.is_staging()) {
        not_null.extend(table.columns().filter(|column| column.required).map(|column| column.name));
    }
    not_null.extend(query.header.grain.iter().map(String::as_str));
    for column in not_null {
        conditions.push(Condition {
            sql: format!("{column} IS NOT NULL"),
            severity: Severity::Stop,
            message: format!("column `{column}` of `{}` is empty where it must not be", query.name),
            spot: None,
        });
    }
    for (severity, piece) in &query.header.checks {
        conditions.push(Condition {
            sql: bound_text(query, piece, bindings)?,
            severity: *severity,
            message: format!("check of `{}` does not hold: {}", query.name, piece.text),
            spot: Some(piece.range.clone()),
        });
    }
    Ok(conditions)
}

struct Checker<'a> {
    query: &'a QueryFile,
    bindings: &'a Bindings,
    engine: &'a Engine,
    faults_folder: &'a Path,
    /// All customers are there. Bands and freshness are said of whole tables.
    is_whole: bool,
}

impl Checker<'_> {
    /// The rows of the table, its newest day, and how many rows break each condition.
    async fn conditions(&self, verdict: &mut Verdict, seen: Option<Seen>) -> Result<()> {
        let conditions = conditions(self.query, self.bindings)?;
        let (rows, broken) = match seen {
            Some(seen) => (seen.rows, seen.broken),
            None => self.count(&conditions, verdict).await?,
        };
        verdict.rows = rows;
        verdict.n_checks += conditions.len();
        if self.is_whole {
            self.band(verdict);
        }
        for (index, (condition, broken)) in conditions.iter().zip(broken).enumerate() {
            if broken == 0 {
                continue;
            }
            let rows = if broken == 1 { "1 row".to_owned() } else { format!("{broken} rows") };
            let message = format!("{} ({rows} of {})", condition.message, verdict.rows);
            if condition.severity == Severity::Warn {
                verdict.warnings.push(message);
                continue;
            }
            let mut error = Error::data(message);
            if let Some(range) = &condition.spot {
                error = error.at(self.query.spot(range.clone()));
            }
            let sql = format!("SELECT * FROM {} WHERE NOT ({})", self.query.name, condition.sql);
            verdict.faults.push(self.with_rows(error, &sql, index).await?);
        }
        Ok(())
    }

    /// One pass over the table.
    async fn count(&self, conditions: &[Condition], verdict: &mut Verdict) -> Result<(u64, Vec<u64>)> {
        let mut sql = String::from("SELECT count(*) AS n");
        let as_of = self.query.header.as_of.as_ref();
        sql.push_str(&match as_of {
            Some(column) => format!(", max({}) AS newest", column.text),
            None => ", CAST(NULL AS DATE) AS newest".to_owned(),
        });
        for (index, condition) in conditions.iter().enumerate() {
            sql.push_str(&format!(", count(*) FILTER (WHERE NOT ({})) AS c{index}", condition.sql));
        }
        sql.push_str(&format!(" FROM {}", self.query.name));
        let batches = self.rows_of(&sql).await?;
        let batch = batches.first().ok_or_else(|| Error::internal("a count gave no row"))?;
        let count = |index: usize| {
            u64::try_from(batch.column(index).as_primitive::<Int64Type>().value(0)).unwrap_or(0)
        };
        verdict.newest = sights::value(batch, 1);
        Ok((count(0), (0..conditions.len()).map(|index| count(index + 2)).collect()))
    }

    fn band(&self, verdict: &mut Verdict) {
        let Some((least, most)) = self.query.header.rows else { return };
        verdict.n_checks += 1;
        if verdict.rows < least || most.is_some_and(|most| verdict.rows > most) {
            let band = most.map_or_else(|| format!("at least {least}"), |most| format!("{least} to {most}"));
            verdict.faults.push(
                Error::data(format!(
                    "`{}` has {} rows, and should have {band}",
                    self.query.name, verdict.rows
                ))
                .help("see whether the load was complete; the band is the key `rows` of the staging query"),
            );
        }
    }

    /// Whether two rows may share their grain.
    async fn has_duplicates(&self) -> Result<bool> {
        let columns = self.query.header.grain.join(", ");
        let plan = self.plan(&format!("SELECT {columns} FROM {}", self.query.name)).await?;
        let mut stream = self.engine.stream(plan).await.map_err(|error| self.failed(error))?;
        let columns = (0..self.query.header.grain.len()).collect();
        let mut grain = Grain::anywhere(columns, self.engine.scratch());
        while let Some(batch) = stream.try_next().await.map_err(|error| self.failed(error))? {
            grain.see(&batch).map_err(|error| self.failed(error))?;
        }
        grain.has_duplicates().map_err(|error| self.failed(error))
    }

    /// The rows that do share it; none when only their hashes were equal.
    async fn duplicates(&self) -> Result<Option<Error>> {
        let columns = self.query.header.grain.join(", ");
        let sql = format!(
            "SELECT {columns}, count(*) AS n_rows FROM {} GROUP BY {columns} HAVING count(*) > 1",
            self.query.name
        );
        let error = Error::data(format!("`{}` has rows with the same {columns}", self.query.name))
            .at(self.query.spot(self.query.header.grain_range.clone()))
            .help("`grain` names columns that are unique together");
        if self.rows_of(&format!("{sql} LIMIT 1")).await?.iter().all(|batch| batch.num_rows() == 0) {
            return Ok(None);
        }
        self.with_rows(error, &sql, usize::MAX).await.map(Some)
    }

    /// Both sides of each `total`. Those of the table itself are found in one pass over its rows, and what several are set against
    /// is computed once.
    async fn totals(&self) -> Result<Vec<ControlTotal>> {
        let pieces = &self.query.header.totals;
        let sides = pieces.iter().map(|piece| total_sides(self.query, piece, self.bindings));
        let sides: Vec<(String, String)> = sides.collect::<Result<_>>()?;
        let together = self.together(&sides).await;
        let mut others: BTreeMap<&str, String> = BTreeMap::new();
        let mut totals = Vec::new();
        for (index, (piece, (own, other))) in pieces.iter().zip(&sides).enumerate() {
            let value = match &together {
                Some(numbers) => numbers[index].clone(),
                None => self.number(&of_table(self.query, own), piece).await?,
            };
            if !others.contains_key(other.as_str()) {
                others.insert(other, self.number(&format!("SELECT {other}"), piece).await?);
            }
            let (model, text, other) =
                (self.query.name.to_string(), piece.text.clone(), others[other.as_str()].clone());
            totals.push(ControlTotal { model, text, value, other });
        }
        Ok(totals)
    }

    /// The sums of the table itself in one pass over its rows; none where that is not to be had, so that what is at fault is found one
    /// by one.
    async fn together(&self, sides: &[(String, String)]) -> Option<Vec<String>> {
        if sides.len() < 2 {
            return None;
        }
        for (own, _) in sides {
            // Beside a sum, what gives a number for each row would give one.
            let mut plan = &self.plan(&of_table(self.query, own)).await.ok()?;
            while let LogicalPlan::Projection(projection) = plan {
                plan = &projection.input;
            }
            if !matches!(plan, LogicalPlan::Aggregate(aggregate) if aggregate.group_expr.is_empty()) {
                return None;
            }
        }
        let own: Vec<String> =
            sides.iter().enumerate().map(|(index, (own, _))| format!("{own} AS t{index}")).collect();
        self.numbers(&of_table(self.query, &own.join(", "))).await.ok().flatten()
    }

    /// What one side of a `total` gives.
    async fn number(&self, sql: &str, piece: &Piece) -> Result<String> {
        let numbers = self.numbers(sql).await?;
        numbers.and_then(|mut numbers| numbers.pop()).ok_or_else(|| {
            Error::project("each side of a `total` gives one number").at(self.query.spot(piece.range.clone()))
        })
    }

    /// The numbers of the only row of a query; none if it gives more rows, or none.
    async fn numbers(&self, sql: &str) -> Result<Option<Vec<String>>> {
        let batches = self.rows_of(sql).await?;
        let Some(batch) = batches.first().filter(|batch| batches.len() == 1 && batch.num_rows() == 1) else {
            return Ok(None);
        };
        let number = |column: &ArrayRef| {
            let unscaled = column.as_primitive::<Decimal128Type>().value(0);
            let sign = if unscaled < 0 { "-" } else { "" };
            let whole = unscaled.unsigned_abs();
            format!("{sign}{}.{:04}", whole / 10_000, whole % 10_000)
        };
        Ok(Some(batch.columns().iter().map(number).collect()))
    }

    /// Adds the first offending rows to an error, and puts all of them into a file.
    async fn with_rows(&self, mut error: Error, sql: &str, index: usize) -> Result<Error> {
        let plan = self.plan(&self.ordered(sql)).await?;
        let mut stream = self.engine.stream(plan).await.map_err(|error| self.failed(error))?;
        let number = if index == usize::MAX { "grain".to_owned() } else { format!("check-{}", index + 1) };
        let path: PathBuf = self.faults_folder.join(format!("{}.{number}.csv", self.query.name));
        let schema = stream.schema();
        let mut writer =
            export::writer(export::Format::SpreadsheetCsv, &schema, Box::new(crate::files::create(&path)?))?;
        let mut shown: Vec<RecordBatch> = Vec::new();
        let mut n_shown = 0;
        while let Some(batch) = stream.try_next().await.map_err(|error| self.failed(error))? {
            writer.write(&batch)?;
            if n_shown < SHOWN {
                let some = batch.slice(0, batch.num_rows().min(SHOWN - n_shown));
                n_shown += some.num_rows();
                shown.push(some);
            }
        }
        writer.finish()?;
        for batch in &shown {
            for line in super::preview(batch)? {
                error = error.note(line);
            }
        }
        Ok(error.help(format!("all such rows are in `{}`", path.display())))
    }

    fn ordered(&self, sql: &str) -> String {
        if self.query.header.grain.is_empty() {
            sql.to_owned()
        } else {
            format!("{sql} ORDER BY {}", self.query.header.grain.join(", "))
        }
    }

    async fn plan(&self, sql: &str) -> Result<LogicalPlan> {
        let parsed = query_file::parse_select(&self.query.path, &sql.into())?;
        self.engine.plan(&parsed).await.map_err(|error| self.failed(error))
    }

    async fn rows_of(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let plan = self.plan(sql).await?;
        self.engine.collect(plan).await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: DataFusionError) -> Error {
        execution_fault(error, &format!("checking `{}`", self.query.name))
    }
}

/// Judges how old a staging table is: said of whole tables alone, and anew on each day. Gives how many conditions that is, and
/// what is wrong.
pub(super) fn freshness(query: &QueryFile, newest: Newest, inputs: Inputs<'_>) -> (usize, Option<Error>) {
    let Some(days) = query.header.fresh_days.filter(|_| inputs.restriction.is_none()) else {
        return (0, None);
    };
    let as_of = inputs.bindings.as_of;
    let newest = newest.day(inputs.bindings);
    let age = newest.map(|day| i64::from((as_of - day).get_days()));
    if age.is_some_and(|age| age <= days) {
        return (1, None);
    }
    let found = newest.map_or_else(|| "no row at all".to_owned(), |day| format!("nothing after {day}"));
    let message = format!("`{}` is not fresh: it has {found}, and the run is of {as_of}", query.name);
    (1, Some(Error::data(message).help("wait for the load, or run with `--as-of` an earlier day")))
}

/// The text of a condition with its parameters bound.
pub(super) fn bound_text(query: &QueryFile, piece: &Piece, bindings: &Bindings) -> Result<String> {
    let mut expression = query_file::parse_expression(&query.path, &query.text, piece)?;
    bind::bind_in(&mut expression, bindings);
    Ok(expression.to_string())
}

/// Queries for both sides of a `total`.
pub(super) fn total_queries(
    query: &QueryFile,
    piece: &Piece,
    bindings: &Bindings,
) -> Result<(String, String)> {
    let (own, other) = total_sides(query, piece, bindings)?;
    Ok((of_table(query, &own), format!("SELECT {other}")))
}

/// Both sides of a `total`, each a decimal with four digits; nothing at all counts as 0.
fn total_sides(query: &QueryFile, piece: &Piece, bindings: &Bindings) -> Result<(String, String)> {
    let mut expression = query_file::parse_expression(&query.path, &query.text, piece)?;
    bind::bind_in(&mut expression, bindings);
    let (own, other) = sides(expression).ok_or_else(|| {
        Error::project("a `total` compares two sums with `=`").at(query.spot(piece.range.clone()))
    })?;
    let exact = |side: String| format!("CAST(COALESCE({side}, 0) AS DECIMAL(38, 4))");
    Ok((exact(own.to_string()), exact(other.to_string())))
}

fn of_table(query: &QueryFile, expressions: &str) -> String {
    format!("SELECT {expressions} FROM {}", query.name)
}

/// The columns of an `order` key, and whether each descends.
pub fn order_columns(text: &str) -> Vec<(String, bool)> {
    text.split(',')
        .map(|part| {
            let mut words = part.split_whitespace();
            let column = words.next().unwrap_or_default().to_lowercase();
            let descends = words.next().is_some_and(|word| word.eq_ignore_ascii_case("desc"));
            (column, descends)
        })
        .collect()
}

/// A word of an `order` key that is neither a column nor a direction.
pub(super) fn order_stray(text: &str) -> Option<String> {
    text.split(',').find_map(|part| {
        let words: Vec<&str> = part.split_whitespace().collect();
        match words.as_slice() {
            [_] => None,
            [_, word] if word.eq_ignore_ascii_case("desc") || word.eq_ignore_ascii_case("asc") => None,
            [_, word, ..] => Some((*word).to_owned()),
            [] => Some(String::new()),
        }
    })
}
