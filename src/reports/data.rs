//! The rows that templates read: each model's first rows in its row order, as typed values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type};
use jiff::ToSpan;
use jiff::civil::Date;

use super::format::Decimal;
use crate::engine;
use crate::error::{Error, Errors, Result};
use crate::models::Models;
use crate::names::TableName;
use crate::project::header::Unit;
use crate::project::{Project, QueryFile};

/// The rows of a model that a template can reach; a table that shows more links to a file.
pub(super) const MOST_ROWS: usize = 5_000;

/// A value of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Not known, or not applicable.
    Null,
    /// Words.
    Text(String),
    /// A whole number.
    Int(i64),
    /// An exact number.
    Exact(Decimal),
    /// A ratio.
    Float(f64),
    /// A day.
    Day(Date),
    /// Yes or no.
    Bool(bool),
}

/// A column of a model.
#[derive(Debug, Clone)]
pub(super) struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// How it is measured.
    pub unit: Unit,
    /// Its meaning, in English.
    pub meaning: String,
}

/// The rows of a model.
#[derive(Debug)]
pub(super) struct ModelData {
    /// Its name.
    pub name: TableName,
    /// Its columns.
    pub columns: Vec<ColumnInfo>,
    /// Where the columns of its grain are.
    pub grain: Vec<usize>,
    /// Its first rows, in its row order.
    pub rows: Vec<Vec<Datum>>,
    /// How many rows it has in all.
    pub n_rows: u64,
}

impl ModelData {
    /// Where a column is.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Whether these are all its rows.
    pub(super) fn is_whole(&self) -> bool {
        u64::try_from(self.rows.len()).is_ok_and(|rows| rows == self.n_rows)
    }

    /// The grain of a row as text: what, with the model and the column, names a number.
    pub(super) fn key(&self, row: usize) -> String {
        let parts: Vec<String> = self.grain.iter().map(|column| plain(&self.rows[row][*column])).collect();
        parts.join("/")
    }
}

/// A value as plain text, for keys and comparisons.
pub(crate) fn plain(datum: &Datum) -> String {
    match datum {
        Datum::Null => String::new(),
        Datum::Text(text) => text.clone(),
        Datum::Int(number) => number.to_string(),
        Datum::Exact(number) => exact_text(*number),
        Datum::Float(number) => number.to_string(),
        Datum::Day(day) => day.to_string(),
        Datum::Bool(flag) => flag.to_string(),
    }
}

fn exact_text(number: Decimal) -> String {
    let scale = usize::try_from(number.scale).unwrap_or(0);
    let digits = format!("{:0>width$}", number.unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if number.unscaled < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Reads the rows of every built model in `names`.
///
/// # Errors
/// What reading them finds.
pub(super) async fn load(
    project: &Project,
    models: &Models,
    names: &BTreeSet<TableName>,
) -> Result<BTreeMap<TableName, Arc<ModelData>>, Errors> {
    let mut all = BTreeMap::new();
    for name in names {
        let (Some(query), Some(built)) = (project.queries.get(name), models.built.get(name)) else {
            continue;
        };
        let doing = format!("reading `{name}`");
        let frame = models.engine.frame(models.rows_in_order(query).await?);
        let frame = frame
            .limit(0, Some(MOST_ROWS))
            .map_err(|source| Error::internal("a limit cannot be set").caused_by(source))?;
        let batches = models
            .engine
            .collect(frame.into_unoptimized_plan())
            .await
            .map_err(|error| engine::execution_fault(error, &doing))?;
        all.insert(name.clone(), Arc::new(model(query, built.rows, &batches, &built.schema)?));
    }
    Ok(all)
}

fn model(
    query: &QueryFile,
    n_rows: u64,
    batches: &[RecordBatch],
    schema: &arrow::datatypes::SchemaRef,
) -> Result<ModelData> {
    let columns: Vec<ColumnInfo> = schema
        .fields()
        .iter()
        .map(|field| {
            let note = query.column(field.name());
            ColumnInfo {
                name: field.name().clone(),
                unit: note.map_or_else(|| default_unit(field.data_type()), |note| note.unit),
                meaning: note.map_or_else(|| field.name().replace('_', " "), |note| note.meaning.clone()),
            }
        })
        .collect();
    let grain =
        query.header.grain.iter().filter_map(|name| columns.iter().position(|c| c.name == *name)).collect();
    let mut rows = Vec::new();
    for batch in batches {
        let values: Vec<Vec<Datum>> =
            batch.columns().iter().map(|column| datums(column, &query.name)).collect::<Result<_>>()?;
        rows.extend(
            (0..batch.num_rows()).map(|row| values.iter().map(|column| column[row].clone()).collect()),
        );
    }
    Ok(ModelData { name: query.name.clone(), columns, grain, rows, n_rows })
}

/// How a column is measured of which the query says nothing.
pub(crate) fn default_unit(kind: &DataType) -> Unit {
    match kind {
        DataType::Decimal128(..) => Unit::Money,
        DataType::Float64 => Unit::Ratio,
        DataType::Date32 => Unit::Date,
        DataType::Boolean => Unit::Bool,
        kind if kind.is_integer() => Unit::Count,
        _ => Unit::Text,
    }
}

/// The values of a column.
///
/// # Errors
/// Kind `Project` for a type that reports cannot show.
pub(crate) fn datums(column: &ArrayRef, model: &TableName) -> Result<Vec<Datum>> {
    let cast = |kind: &DataType| {
        arrow::compute::cast(column, kind).map_err(|source| {
            Error::project(format!("`{model}` has a column that reports cannot show")).caused_by(source)
        })
    };
    let valid = |row: usize| column.is_valid(row);
    let each = |value: &dyn Fn(usize) -> Datum| -> Vec<Datum> {
        (0..column.len()).map(|row| if valid(row) { value(row) } else { Datum::Null }).collect()
    };
    Ok(match column.data_type() {
        DataType::Boolean => {
            let array = column.as_boolean().clone();
            each(&|row| Datum::Bool(array.value(row)))
        }
        DataType::Decimal128(_, scale) => {
            let array = column.as_primitive::<Decimal128Type>().clone();
            let scale = u32::from(scale.unsigned_abs());
            each(&|row| Datum::Exact(Decimal::new(array.value(row), scale)))
        }
        DataType::Date32 => {
            let array = column.as_primitive::<Date32Type>().clone();
            each(&|row| {
                let day = Date::constant(1970, 1, 1).checked_add(i64::from(array.value(row)).days());
                day.map_or(Datum::Null, Datum::Day)
            })
        }
        DataType::Float64 | DataType::Float32 => {
            let array = cast(&DataType::Float64)?.as_primitive::<Float64Type>().clone();
            each(&|row| Datum::Float(array.value(row)))
        }
        kind if kind.is_integer() => {
            let array = cast(&DataType::Int64)?.as_primitive::<Int64Type>().clone();
            each(&|row| Datum::Int(array.value(row)))
        }
        _ => {
            let array = cast(&DataType::Utf8)?.as_string::<i32>().clone();
            each(&|row| Datum::Text(array.value(row).to_owned()))
        }
    })
}
