//! Models, rows and cells as templates see them.
//!
//! A cell prints as a marker, never as its text: text of the warehouse is thus never read as Markdown, and the
//! cell arrives in the document with its source.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};

use super::data::{Datum, ModelData, plain};
use super::document::{Block, Cell, Inline};
use super::words::{Style, Words};
use crate::project::header::Unit;

/// What markers stand for, in the order of their making.
#[derive(Debug, Default)]
pub(super) struct Slots(Mutex<Vec<Slot>>);

/// What a marker stands for.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    Inline(Inline),
    Block(Block),
}

/// The characters around the number of a slot; from the private use area, which no writing uses.
pub(super) const OPEN: char = '\u{F8F0}';
pub(super) const CLOSE: char = '\u{F8F1}';

impl Slots {
    /// Keeps a slot and gives its marker.
    pub(super) fn mark(&self, slot: Slot) -> String {
        let mut slots = self.0.lock().expect("no holder of this lock panics");
        slots.push(slot);
        format!("{OPEN}{}{CLOSE}", slots.len() - 1)
    }

    /// The slot of a number.
    pub(super) fn get(&self, index: usize) -> Option<Slot> {
        self.0.lock().expect("no holder of this lock panics").get(index).cloned()
    }
}

/// What all objects of one rendering share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) words: Words,
    pub(super) slots: Slots,
    /// Models that have files for people.
    pub(super) lists: BTreeSet<String>,
}

/// A folder of models: `tiers`.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) models: BTreeMap<String, Value>,
}

impl Object for Folder {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.models.get(key.as_str()?).cloned()
    }
}

/// A model that a template names; `data` is `None` when it is unavailable.
#[derive(Debug)]
pub(super) struct ModelObject {
    pub(super) name: String,
    pub(super) data: Option<Arc<ModelData>>,
    pub(super) missing: Option<String>,
    pub(super) shared: Arc<Shared>,
}

impl ModelObject {
    /// The rows, or an error for a template that shows an unavailable model without asking.
    pub(super) fn data(&self) -> Result<&Arc<ModelData>, Error> {
        self.data.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidOperation,
                format!("model `{}` is unavailable: ask `available({})` first", self.name, self.name),
            )
        })
    }

    fn row(&self, row: usize) -> Result<Value, Error> {
        let data = Arc::clone(self.data()?);
        Ok(Value::from_object(RowObject { data, row, shared: Arc::clone(&self.shared) }))
    }

    /// The first row, if there is one.
    pub(super) fn only_row(&self) -> Result<Option<Arc<RowObject>>, Error> {
        let data = Arc::clone(self.data()?);
        let row = RowObject { data, row: 0, shared: Arc::clone(&self.shared) };
        Ok((!row.data.rows.is_empty()).then(|| Arc::new(row)))
    }

    /// The rows in which every given column has the given text.
    pub(super) fn matching(&self, wanted: &[(String, String)]) -> Result<Vec<usize>, Error> {
        let data = self.data()?;
        let mut columns = Vec::new();
        for (name, value) in wanted {
            let column = data.column(name).ok_or_else(|| no_column(&self.name, name))?;
            columns.push((column, value));
        }
        Ok((0..data.rows.len())
            .filter(|row| columns.iter().all(|(column, value)| plain(&data.rows[*row][*column]) == **value))
            .collect())
    }
}

/// The error for a column that is not there.
pub(super) fn no_column(model: &str, column: &str) -> Error {
    Error::new(ErrorKind::UndefinedError, format!("model `{model}` has no column `{column}`"))
}

impl Object for ModelObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let rows = self.data.as_ref().map_or(0, |data| data.rows.len());
        Enumerator::Values((0..rows).filter_map(|row| self.row(row).ok()).collect())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.data.as_ref().is_some_and(|data| !data.rows.is_empty())
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            // Of a model without rows a row that is not there: false, and its cells are missing.
            "first" => self.row(0).ok(),
            "last" => {
                let rows = self.data.as_ref()?.rows.len();
                self.row(rows.saturating_sub(1)).ok()
            }
            "n_rows" => {
                let count = self.data.as_ref().map_or(0, |data| data.n_rows);
                let datum = Datum::Int(i64::try_from(count).unwrap_or(i64::MAX));
                let source =
                    Source { model: self.name.clone(), key: String::new(), column: "n_rows".to_owned() };
                Some(cell(datum, Unit::Count, source, &self.shared))
            }
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if method != "row" {
            return Err(Error::new(ErrorKind::UnknownMethod, format!("a model has no method `{method}`")));
        }
        let (kwargs,): (Kwargs,) = from_args(args)?;
        let mut wanted = Vec::new();
        for name in kwargs.args() {
            let value: Value = kwargs.get(name)?;
            wanted.push((name.to_owned(), text_of(&value)));
        }
        match self.matching(&wanted)?.first() {
            Some(row) => self.row(*row),
            None => Ok(Value::from(())),
        }
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A whole model is not a word.
        Err(fmt::Error)
    }
}

/// A row of a model.
#[derive(Debug)]
pub(super) struct RowObject {
    data: Arc<ModelData>,
    row: usize,
    shared: Arc<Shared>,
}

impl Object for RowObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let column = self.data.column(name)?;
        let row = self.data.rows.get(self.row);
        let source = Source {
            model: self.data.name.to_string(),
            key: row.map_or_else(String::new, |_| self.data.key(self.row)),
            column: name.to_owned(),
        };
        let datum = row.map_or(Datum::Null, |row| row[column].clone());
        Some(cell(datum, self.data.columns[column].unit, source, &self.shared))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.row < self.data.rows.len()
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) model: String,
    pub(super) key: String,
    pub(super) column: String,
}

/// A value of a model, with the way it is to be written.
#[derive(Debug, Clone)]
pub(super) struct CellObject {
    datum: Datum,
    unit: Unit,
    style: Style,
    source: Source,
    shared: Arc<Shared>,
}

/// A value as a template sees it.
pub(super) fn cell(datum: Datum, unit: Unit, source: Source, shared: &Arc<Shared>) -> Value {
    Value::from_object(CellObject { datum, unit, style: Style::Prose, source, shared: Arc::clone(shared) })
}

impl CellObject {
    /// The cell as the document has it.
    pub(super) fn to_cell(&self) -> Cell {
        let text = self.shared.words.show(&self.datum, self.unit, &self.source.column, self.style);
        shown(text, &self.datum, self.source.clone())
    }

    fn styled(&self, style: Style) -> Value {
        Value::from_object(Self { style, ..self.clone() })
    }

    /// Its value, if it is a number.
    pub(super) fn number(&self) -> Option<f64> {
        match &self.datum {
            Datum::Int(number) => Some(super::format::Decimal::from(*number).to_f64()),
            Datum::Exact(number) => Some(number.to_f64()),
            Datum::Float(number) => Some(*number),
            _ => None,
        }
    }
}

/// A cell of the document.
pub(super) fn shown(text: String, datum: &Datum, source: Source) -> Cell {
    let negative = match datum {
        Datum::Int(number) => *number < 0,
        Datum::Exact(number) => number.unscaled < 0,
        Datum::Float(number) => *number < 0.0,
        _ => false,
    };
    // What is shown as nothing is not less than nothing.
    let negative = negative && text.contains(|c: char| matches!(c, '1'..='9'));
    let missing = *datum == Datum::Null;
    let whole = matches!(datum, Datum::Int(_) | Datum::Exact(_) | Datum::Float(_) | Datum::Day(_));
    let Source { model, key, column } = source;
    Cell { text, model, key, column, negative, whole, missing, href: None }
}

impl Object for CellObject {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "signed" => self.styled(Style::Signed),
            "points" => self.styled(Style::Points),
            "full" => self.styled(Style::Full),
            "plain" => self.styled(Style::Plain),
            "known" => Value::from(self.datum != Datum::Null),
            "is_up" => Value::from(self.number().is_some_and(|number| number > 0.0)),
            "is_down" => Value::from(self.number().is_some_and(|number| number < 0.0)),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let (other,): (Value,) = from_args(args)?;
        let bound = || f64::try_from(other.clone()).ok();
        match method {
            "is" => Ok(Value::from(plain(&self.datum) == text_of(&other))),
            "above" => Ok(Value::from(self.number().zip(bound()).is_some_and(|(own, other)| own > other))),
            "below" => Ok(Value::from(self.number().zip(bound()).is_some_and(|(own, other)| own < other))),
            _ => Err(Error::new(ErrorKind::UnknownMethod, format!("a cell has no method `{method}`"))),
        }
    }

    /// A yes is true, a no and a missing value are not, a number is true when it is not zero.
    fn is_true(self: &Arc<Self>) -> bool {
        match &self.datum {
            Datum::Null => false,
            Datum::Bool(flag) => *flag,
            Datum::Text(text) => !text.is_empty(),
            Datum::Day(_) => true,
            _ => self.number().is_some_and(|number| number.abs() > 0.0),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shared.slots.mark(Slot::Inline(Inline::Cell(self.to_cell()))))
    }
}

/// A template's value as plain text, for comparing with values of a model.
pub(super) fn text_of(value: &Value) -> String {
    match value.downcast_object_ref::<CellObject>() {
        Some(cell) => plain(&cell.datum),
        None if value.kind() == ValueKind::Bool => value.is_true().to_string(),
        None => value.to_string(),
    }
}
