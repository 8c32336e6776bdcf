//! The words of one language, and how values are written in it.

use std::collections::BTreeMap;

use super::data::Datum;
use super::format::{self, Column, Decimal, Lang};
use crate::project::header::Unit;

/// How a value is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// In a sentence: money and large counts shortened.
    Prose,
    /// With a sign: a change.
    Signed,
    /// In percentage points, with a sign.
    Points,
    /// Every digit.
    Full,
    /// An index or a mean, which is a ratio in its column but no percentage.
    Plain,
    /// Beside others in a column, in the column's scale.
    Column(Column),
}

/// The words of one language.
#[derive(Debug, Clone)]
pub struct Words {
    /// The language.
    pub lang: Lang,
    /// The report currency.
    pub currency: String,
    words: BTreeMap<String, String>,
}

impl Words {
    /// The words of a project in one language.
    pub fn new(lang: Lang, currency: &str, words: BTreeMap<String, String>) -> Self {
        Self { lang, currency: currency.to_owned(), words }
    }

    /// A word.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.words.get(key).map(String::as_str)
    }

    /// All words by key.
    pub fn all(&self) -> &BTreeMap<String, String> {
        &self.words
    }

    /// A word with its `{name}` places filled; `Err` names what is missing.
    pub fn fill(&self, key: &str, values: &[(String, String)]) -> Result<String, String> {
        let text = self.get(key).ok_or_else(|| {
            format!("no word `{key}` in `locales/{0}.toml` or the files of `locales/{0}/`", self.lang)
        })?;
        fill(text, values).map_err(|reason| format!("word `{key}` {reason}"))
    }

    /// The heading of a column: of this model, or of any model.
    pub fn column(&self, model: &str, column: &str) -> Option<&str> {
        self.get(&format!("column.{model}.{column}")).or_else(|| self.get(&format!("column.{column}")))
    }

    /// A value in words. Values that are names of kinds (tiers, segments) have words of their own, found by the
    /// column's last word: `from_tier` is a `tier`.
    pub fn show(&self, datum: &Datum, unit: Unit, column: &str, style: Style) -> String {
        match datum {
            Datum::Null => format::MISSING.to_owned(),
            Datum::Text(text) => self.kind(column, text).map_or_else(|| text.clone(), ToOwned::to_owned),
            Datum::Bool(flag) => {
                let key = if *flag { "yes" } else { "no" };
                self.get(key).unwrap_or(key).to_owned()
            }
            Datum::Day(day) if unit == Unit::Month => format::month(self.lang, *day),
            Datum::Day(day) => format::day(self.lang, *day),
            Datum::Int(number) => self.count(i128::from(*number), style),
            Datum::Float(number) if unit == Unit::Ratio => ratio(self.lang, *number, style),
            Datum::Float(number) => match Decimal::from_f64(*number) {
                Some(exact) => self.exact(exact, unit, style),
                None => format::NOT_AVAILABLE.to_owned(),
            },
            Datum::Exact(number) => self.exact(*number, unit, style),
        }
    }

    /// A code of a column in words, or as it is.
    pub(super) fn kind_or_text(&self, column: &str, value: &str) -> String {
        self.kind(column, value).unwrap_or(value).to_owned()
    }

    fn kind(&self, column: &str, value: &str) -> Option<&str> {
        let last = column.rsplit('_').next().unwrap_or(column);
        self.get(&format!("values.{column}.{value}")).or_else(|| self.get(&format!("values.{last}.{value}")))
    }

    fn count(&self, number: i128, style: Style) -> String {
        match style {
            Style::Signed | Style::Points => format::signed_integer(number),
            _ => format::integer(number),
        }
    }

    fn exact(&self, number: Decimal, unit: Unit, style: Style) -> String {
        let (lang, currency) = (self.lang, self.currency.as_str());
        match (unit, style) {
            (Unit::Ratio, style) => ratio(lang, number.to_f64(), style),
            (Unit::Money, Style::Prose | Style::Plain) if is_small(number) => {
                whole_money(lang, currency, number)
            }
            (Unit::Money, Style::Prose | Style::Plain) => format::compact_money(lang, currency, number),
            (Unit::Money, Style::Signed | Style::Points) if is_small(number) => {
                let sign = if number.unscaled > 0 { "+" } else { "" };
                format!("{sign}{}", whole_money(lang, currency, number))
            }
            (Unit::Money, Style::Signed | Style::Points) => {
                format::signed_compact_money(lang, currency, number)
            }
            (Unit::Money, Style::Full) => format::money(lang, currency, number),
            (_, Style::Column(column)) => column.cell(number),
            (_, Style::Signed | Style::Points) => format::signed_decimal(number, 1),
            _ => format::decimal(number, if number.scale == 0 { 0 } else { 1 }),
        }
    }
}

/// A text with its `{name}` places filled; `Err` says what it lacks.
pub(super) fn fill(text: &str, values: &[(String, String)]) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, tail) = after.split_once('}').ok_or("has a `{` without `}`")?;
        let value = values.iter().find(|(known, _)| known == name);
        let (_, value) = value.ok_or_else(|| format!("wants a value for `{{{name}}}`"))?;
        filled.push_str(value);
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Below 100,000 a shortened amount would lose the digits that tell two months apart.
fn is_small(number: Decimal) -> bool {
    number.to_f64().abs() < 100_000.0
}

/// An amount without decimals: `¥13,436`, `-CN¥950`.
fn whole_money(lang: Lang, currency: &str, number: Decimal) -> String {
    let digits = format::decimal(Decimal::new(number.unscaled.abs(), number.scale), 0);
    let sign = if number.unscaled < 0 && digits != "0" { "-" } else { "" };
    format!("{sign}{}{digits}", format::currency_symbol(lang, currency))
}

fn ratio(lang: Lang, number: f64, style: Style) -> String {
    if !number.is_finite() {
        return format::NOT_AVAILABLE.to_owned();
    }
    match style {
        Style::Plain => {
            let digits = if number.abs() < 1.0 { 3 } else { 1 };
            Decimal::from_f64(number)
                .map_or_else(|| format::NOT_AVAILABLE.to_owned(), |n| format::decimal(n, digits))
        }
        Style::Signed => format::signed_percent(number),
        Style::Points => format::points(lang, number),
        _ => format::percent(number),
    }
}
