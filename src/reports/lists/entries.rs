//! A value of a model as an entry of a file: of its own type, in the words of the language.

use arrow::datatypes::DataType;
use jiff::civil::Date;

use super::Column;
use crate::names::Lang;
use crate::project::header::Unit;
use crate::reports::data::{ColumnInfo, Datum, plain};
use crate::reports::format::{self, Decimal, Scale};
use crate::reports::tables;
use crate::reports::words::{Style, Words};

/// How a column of a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words and identifiers.
    Text,
    /// Sentences.
    Phrase,
    /// An amount, in full.
    Money,
    /// A share or rate.
    Percent,
    /// A whole number.
    Whole,
    /// A number with decimals.
    Decimal,
    /// A day.
    Day,
    /// A month, by its first day.
    Month,
}

impl Kind {
    /// The kind that pages show too: what is no whole number there is none here.
    pub(super) fn of(unit: Unit, held: &DataType, is_phrase: bool) -> Self {
        match (unit, held) {
            _ if is_phrase => Self::Phrase,
            (Unit::Month, DataType::Date32) => Self::Month,
            (_, DataType::Date32) => Self::Day,
            // A number that is called text names something.
            (Unit::Text | Unit::Bool, _) | (_, DataType::Boolean) => Self::Text,
            (_, kind) if kind.is_integer() => Self::Whole,
            (Unit::Money, _) => Self::Money,
            (Unit::Ratio, _) => Self::Percent,
            (_, DataType::Decimal128(_, 0)) => Self::Whole,
            (_, kind) if kind.is_numeric() => Self::Decimal,
            _ => Self::Text,
        }
    }

    /// How the definitions call it: a key of `lists.unit`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Text | Self::Phrase => "lists.unit_text",
            Self::Money => "lists.unit_money",
            Self::Percent => "lists.unit_percent",
            Self::Whole | Self::Decimal => "lists.unit_number",
            Self::Day => "lists.unit_day",
            Self::Month => "lists.unit_month",
        }
    }
}

/// A value in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// Not known.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day.
    Day(Date),
}

/// A heading with the unit of its column: files write money in full.
pub(super) fn with_unit(heading: &str, kind: Kind, words: &Words) -> String {
    if kind != Kind::Money {
        return heading.to_owned();
    }
    let unit = Scale::One.money_unit(words.lang, &words.currency);
    match words.lang {
        Lang::Zh => format!("{heading}（{unit}）"),
        Lang::En => format!("{heading} ({unit})"),
    }
}

/// The entry of a column in a row of a model.
///
/// # Errors
/// A code without a sentence.
pub(super) fn entry(
    column: &Column,
    infos: &[ColumnInfo],
    row: &[Datum],
    words: &Words,
) -> Result<Entry, String> {
    let datum = &row[column.index];
    let info = &infos[column.index];
    Ok(match (column.kind, datum) {
        (_, Datum::Null) => Entry::Empty,
        (Kind::Phrase, Datum::Text(code)) => Entry::Text(tables::phrase(words, infos, row, code)?),
        (_, Datum::Text(_) | Datum::Bool(_)) => {
            Entry::Text(words.show(datum, info.unit, &info.name, Style::Prose))
        }
        (Kind::Text | Kind::Phrase, Datum::Int(_) | Datum::Exact(_) | Datum::Float(_)) => {
            Entry::Text(plain(datum))
        }
        (_, Datum::Int(number)) => Entry::Number(Decimal::from(*number)),
        (_, Datum::Exact(number)) => Entry::Number(*number),
        (_, Datum::Float(number)) => Decimal::from_f64(*number)
            .map_or_else(|| Entry::Text(format::NOT_AVAILABLE.to_owned()), Entry::Number),
        (_, Datum::Day(day)) => Entry::Day(*day),
    })
}
