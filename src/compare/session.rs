//! The stored tables of both versions in one session, and values out of it.

use arrow::array::RecordBatch;
use serde_json::Value;

use crate::engine::{Engine, execution_fault};
use crate::error::{Error, Result};
use crate::models::Built;
use crate::names::TableName;
use crate::project::query_file;
use crate::reports::data::{self, Datum};

/// Which of the two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Before,
    After,
}

impl When {
    /// The alias of its rows in queries.
    pub(super) fn alias(self) -> &'static str {
        match self {
            Self::Before => "b",
            Self::After => "a",
        }
    }

    /// The table's name in the session; no folder of queries has a space in its name.
    fn table(self, name: &TableName) -> TableName {
        let word = match self {
            Self::Before => "before",
            Self::After => "after",
        };
        TableName::new(&format!("{word} {}", name.schema()), name.table())
    }
}

pub(super) struct Session {
    engine: Engine,
}

impl Session {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine: engine.with_joins_that_spill() }
    }

    /// Puts both versions of a stored table into the session; false if one of them is not stored.
    pub(super) fn hold(&self, name: &TableName, before: &Built, after: &Built) -> Result<bool> {
        let (Some(old), Some(new)) = (before.table()?, after.table()?) else { return Ok(false) };
        self.engine.register(&When::Before.table(name), old)?;
        self.engine.register(&When::After.table(name), new)?;
        Ok(true)
    }

    /// The few rows of a query over tables that it holds.
    pub(super) async fn rows(&self, model: &TableName, sql: &str) -> Result<Vec<RecordBatch>> {
        let failed = || Error::internal(format!("the two versions of `{model}` cannot be compared"));
        let query =
            query_file::parse_select("diff", &sql.into()).map_err(|source| failed().caused_by(source))?;
        let plan = self.engine.plan(&query).await.map_err(|source| failed().caused_by(source))?;
        self.engine
            .collect(plan)
            .await
            .map_err(|error| execution_fault(error, &format!("comparing `{model}`")))
    }

    /// The same as values, row by row.
    pub(super) async fn values(&self, model: &TableName, sql: &str) -> Result<Vec<Vec<Datum>>> {
        let mut rows = Vec::new();
        for batch in self.rows(model, sql).await? {
            let columns = batch
                .columns()
                .iter()
                .map(|column| data::datums(column, model))
                .collect::<Result<Vec<_>>>()?;
            rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|c| c[row].clone()).collect()));
        }
        Ok(rows)
    }
}

/// The rows of one version for a `FROM`, with a column `there` that a full join leaves empty where it has no row.
pub(super) fn rows_of(when: When, model: &TableName) -> String {
    let table = when.table(model);
    let (schema, table) = (quoted(table.schema()), quoted(table.table()));
    format!("(SELECT *, 1 AS {THERE} FROM {schema}.{table}) {}", when.alias())
}

/// A column that no query gives, since its name has a space.
pub(super) const THERE: &str = "\"is there\"";

/// A full join of both versions on these columns; on nothing, for tables of one row.
pub(super) fn joined(model: &TableName, on: &[String]) -> String {
    let same = |column: &str| format!("b.{column} = a.{column}");
    let mut conditions: Vec<String> = on.iter().map(|column| same(&quoted(column))).collect();
    if conditions.is_empty() {
        conditions.push(same(THERE));
    }
    let (before, after) = (rows_of(When::Before, model), rows_of(When::After, model));
    format!("{before} FULL OUTER JOIN {after} ON {}", conditions.join(" AND "))
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A value for programs: money and other exact numbers as text, so that no digit is lost.
pub(super) fn exact(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Int(number) => Value::from(*number),
        Datum::Float(number) => Value::from(*number),
        Datum::Bool(flag) => Value::from(*flag),
        Datum::Text(_) | Datum::Exact(_) | Datum::Day(_) => Value::from(data::plain(datum)),
    }
}

/// A count of the session.
pub(super) fn count(datum: Option<&Datum>) -> u64 {
    match datum {
        Some(Datum::Int(number)) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}
