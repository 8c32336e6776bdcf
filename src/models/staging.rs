//! Staging tables as the contract has them: as-of rows only, the contract's types, missing columns as NULL.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Column, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan, cast, lit, when};
use datafusion::prelude::DataFrame;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::engine::Engine;
use crate::error::{Error, Errors, Result};
use crate::project::QueryFile;
use crate::project::contract::{self, StagingTable};

/// Whether rows after the as-of day are visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Rows up to this day, which ends at this instant.
    UpTo(Date, Timestamp),
    /// All rows; only for finding the newest day.
    All,
}

/// Wraps the plan of a staging query.
///
/// # Errors
/// Kind `Project`, one for each column that is missing or has a type that would lose something.
pub fn wrap(
    engine: &Engine,
    query: &QueryFile,
    plan: LogicalPlan,
    sight: Sight,
) -> Result<LogicalPlan, Errors> {
    let internal = |source: DataFusionError| {
        Error::internal(format!("staging table `{}` cannot be built", query.name)).caused_by(source)
    };
    let mut frame = engine.frame(plan);
    if let Some(table) = contract::table(query.name.table()) {
        let columns = contract_columns(table, query, frame.schema().as_arrow())?;
        frame = frame.select(columns).map_err(internal)?;
        frame = hide_later_milestones(frame, sight).map_err(internal)?;
    }
    if let Some(column) = &query.header.as_of {
        let schema = frame.schema().clone();
        let field = schema.as_arrow().field_with_name(&column.text.to_lowercase());
        let name = Expr::Column(Column::new_unqualified(column.text.to_lowercase()));
        let Some(seen) = field.ok().and_then(|field| sight.sees(&name, field.data_type())) else {
            return Err(Error::project(format!(
                "`as_of` names `{}`, which is not a day of this query",
                column.text
            ))
            .at(query.spot(column.range.clone()))
            .into());
        };
        // A row without a day stays, so that the check on required columns finds it.
        frame = frame.filter(seen.or(name.is_null())).map_err(internal)?;
    }
    Ok(frame.into_unoptimized_plan())
}

impl Sight {
    /// The condition under which a day or an instant is visible; `None` for a column that is neither.
    fn sees(self, column: &Expr, kind: &DataType) -> Option<Expr> {
        match (self, kind) {
            (Self::All, DataType::Date32 | DataType::Timestamp(_, Some(_))) => Some(lit(true)),
            (Self::UpTo(day, _), DataType::Date32) => {
                let days = (day - Date::constant(1970, 1, 1)).get_days();
                Some(column.clone().lt_eq(lit(ScalarValue::Date32(Some(days)))))
            }
            (Self::UpTo(_, end), DataType::Timestamp(_, Some(zone))) => {
                let end =
                    ScalarValue::TimestampMicrosecond(Some(end.as_microsecond()), Some(Arc::clone(zone)));
                Some(column.clone().lt(lit(end)))
            }
            _ => None,
        }
    }
}

/// The columns of a wrapped staging table that say when something was: what its sight goes by.
pub fn times(query: &QueryFile, schema: &arrow::datatypes::Schema) -> Vec<String> {
    let as_of = query.header.as_of.as_ref().map(|column| column.text.to_lowercase());
    let is_known = contract::table(query.name.table()).is_some();
    let fields = schema.fields().iter().filter(|field| {
        let is_milestone = is_known && MILESTONES.contains(&field.name().as_str());
        (is_milestone || as_of.as_ref() == Some(field.name()))
            && matches!(field.data_type(), DataType::Date32 | DataType::Timestamp(_, Some(_)))
    });
    fields.map(|field| field.name().clone()).collect()
}

/// What happened to a row after it began, and when: not yet, for a run of an earlier day.
pub(super) const MILESTONES: [&str; 9] = [
    "go_live_on",
    "won_on",
    "lost_on",
    "left_on",
    "ended_on",
    "cancelled_on",
    "closed_on",
    "first_reply_at",
    "closed_at",
];

fn hide_later_milestones(frame: DataFrame, sight: Sight) -> Result<DataFrame, DataFusionError> {
    let schema = frame.schema().clone();
    if !schema.fields().iter().any(|field| MILESTONES.contains(&field.name().as_str())) {
        return Ok(frame);
    }
    let columns = schema.fields().iter().map(|field| {
        let name = field.name();
        let column = Expr::Column(Column::new_unqualified(name.clone()));
        match sight.sees(&column, field.data_type()) {
            Some(seen) if MILESTONES.contains(&name.as_str()) => Ok(when(seen, column).end()?.alias(name)),
            _ => Ok(column),
        }
    });
    frame.select(columns.collect::<Result<Vec<_>, DataFusionError>>()?)
}

fn contract_columns(
    table: &StagingTable,
    query: &QueryFile,
    schema: &arrow::datatypes::Schema,
) -> Result<Vec<Expr>, Errors> {
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    let mut known = BTreeSet::new();
    for column in table.columns() {
        known.insert(column.name);
        let own = Expr::Column(Column::new_unqualified(column.name));
        match schema.field_with_name(column.name) {
            Ok(field) => match fit(field.data_type(), &column.data_type) {
                Ok(true) => columns.push(own),
                Ok(false) => columns.push(cast(own, column.data_type).alias(column.name)),
                Err(help) => faults.push(
                    Error::project(format!(
                        "column `{}` of `{}` is {}, and must be {}",
                        column.name,
                        query.name,
                        plain_type(field.data_type()),
                        plain_type(&column.data_type)
                    ))
                    .at(spot_of(query, column.name))
                    .help(help),
                ),
            },
            Err(_) if column.required => faults.push(
                Error::project(format!("staging query `{}` lacks the column `{}`", query.name, column.name))
                    .at(query.spot(0..0))
                    .help(format!("select it under that name: `... AS {}`", column.name)),
            ),
            Err(_) => columns.push(cast(lit(ScalarValue::Null), column.data_type).alias(column.name)),
        }
    }
    for field in schema.fields().iter().filter(|field| !known.contains(field.name().as_str())) {
        let unmapped = known.iter().copied().filter(|name| schema.field_with_name(name).is_err());
        if let Some(meant) = crate::error::similar_name(field.name(), unmapped) {
            faults.push(
                Error::project(format!("`{}` has no column `{}`", query.name, field.name()))
                    .at(spot_of(query, field.name()))
                    .help(format!("a column with a similar name: `{meant}`"))
                    .help("a column of your own needs a name that cannot be taken for one of the contract"),
            );
        }
        columns.push(Expr::Column(Column::new_unqualified(field.name())));
    }
    Errors::none_in(faults)?;
    Ok(columns)
}

fn spot_of(query: &QueryFile, column: &str) -> crate::error::Spot {
    let body = query.text.rfind("\n--").map_or(0, |start| start + 1);
    let word = |start: usize| {
        let before = query.text[..start].chars().next_back();
        let after = query.text[start + column.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !inside(before) && !inside(after)
    };
    let found = query
        .text
        .match_indices(column)
        .map(|(start, _)| start)
        .filter(|start| *start >= body && word(*start));
    let start = found.last().or_else(|| query.text.find(column)).unwrap_or(0);
    query.spot(start..start + column.len())
}

/// Whether a type is the contract's (`true`), can be cast without loss (`false`), or what to write instead.
fn fit(own: &DataType, wanted: &DataType) -> Result<bool, String> {
    use DataType::{Boolean, Date32, Decimal128, Float16, Float32, Float64, Null, Timestamp, Utf8};
    if own == wanted {
        return Ok(true);
    }
    let is_text = matches!(own, DataType::LargeUtf8 | DataType::Utf8View)
        || matches!(own, DataType::Dictionary(_, values) if matches!(values.as_ref(), Utf8 | DataType::LargeUtf8));
    match (own, wanted) {
        (Null, _) => Ok(false),
        (_, Utf8) if is_text || own.is_integer() => Ok(false),
        (_, DataType::Int64) if own.is_integer() => Ok(false),
        (_, Decimal128(..)) if own.is_integer() => Ok(false),
        // Products of decimals have more digits than money: rounded half up, line by line, as exchange rates are.
        (Decimal128(..) | DataType::Decimal256(..), Decimal128(..)) => Ok(false),
        (Float16 | Float32 | Float64, Decimal128(precision, scale)) => Err(format!(
            "money is exact; round it yourself: `CAST(ROUND(x, {scale}) AS DECIMAL({precision}, {scale}))`"
        )),
        (Timestamp(_, Some(_)), Date32) => Err(
            "an instant becomes a day in the business time zone: `CAST(x AT TIME ZONE $timezone AS DATE)`"
                .to_owned(),
        ),
        (Timestamp(_, None) | DataType::Date64, Date32) => Err(
            "write `CAST(x AS DATE)`, or `CAST(x AT TIME ZONE 'UTC' AT TIME ZONE $timezone AS DATE)` for UTC"
                .to_owned(),
        ),
        (Timestamp(_, Some(_)), Timestamp(_, Some(_))) => Ok(false),
        (_, Boolean) => Err("write a condition, such as `x = 1`".to_owned()),
        _ => Err(format!("write `CAST(x AS {})`", sql_type(wanted))),
    }
}

/// A type as queries name it.
pub(super) fn sql_type(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 => "VARCHAR".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::Date32 => "DATE".to_owned(),
        DataType::Decimal128(precision, scale) => format!("DECIMAL({precision}, {scale})"),
        DataType::Boolean => "BOOLEAN".to_owned(),
        _ => "TIMESTAMP".to_owned(),
    }
}

/// A type in the words of the contract.
pub fn plain_type(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Date32 => "a day".to_owned(),
        DataType::Boolean => "yes or no".to_owned(),
        DataType::Timestamp(_, Some(_)) => "an instant".to_owned(),
        DataType::Timestamp(_, None) => "a timestamp without time zone".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision}, {scale})"),
        kind if kind.is_integer() => "a whole number".to_owned(),
        kind if kind.is_floating() => "a floating-point number".to_owned(),
        other => other.to_string(),
    }
}
