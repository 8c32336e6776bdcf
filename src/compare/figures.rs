//! Headline figures: every column of the models with one row that managers look at first.

use serde::Serialize;
use serde_json::Value;

use super::session::{Session, When, exact, rows_of};
use super::{Pair, Side, meaning};
use crate::error::Result;
use crate::models::Built;
use crate::names::TableName;
use crate::project::header::{UNITS, Unit};
use crate::reports::data::{self, Datum};
use crate::reports::format::{self, Decimal};
use crate::reports::words::{Style, Words};

/// A headline figure that is not the same.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// The model.
    pub model: String,
    /// Its column.
    pub column: String,
    /// What the column means.
    pub meaning: String,
    /// How it is measured: `money`, `ratio`, `count`, and so on.
    pub unit: &'static str,
    /// Before; money as exact text, null where it is not known.
    pub before: Value,
    /// After.
    pub after: Value,
    /// After less before, of numbers; exact as they are.
    pub change: Value,
    /// The change as a share of the figure before, where that makes sense: 0.1 is 10 %.
    pub relative_change: Option<f64>,
    /// Before, as the reports write it.
    pub before_text: String,
    /// After, as the reports write it.
    pub after_text: String,
    /// The change, as the reports write it; empty where there is none.
    pub change_text: String,
}

/// The figures that differ, in the order of the columns; `None` where one version does not have one row.
pub(super) async fn figures(
    session: &Session,
    name: &TableName,
    pair: &Pair<'_>,
    sides: (&Side<'_>, &Side<'_>),
    words: &Words,
) -> Result<Option<Vec<Figure>>> {
    let row = async |when| {
        let sql = format!("SELECT * FROM {} LIMIT 2", rows_of(when, name));
        session.values(name, &sql).await
    };
    let (old, new) = (row(When::Before).await?, row(When::After).await?);
    let ([old], [new]) = (old.as_slice(), new.as_slice()) else { return Ok(None) };
    let mut figures = Vec::new();
    for (index, field) in pair.after.schema.fields().iter().enumerate() {
        let before = position(pair.before, field.name()).map(|at| &old[at]);
        let (Some(before), after) = (before, &new[index]) else { continue };
        if before == after || difference(before, after).is_some_and(|change| is_zero(&change)) {
            continue;
        }
        let note = sides.1.inputs.project.queries.get(name).and_then(|query| query.column(field.name()));
        let unit = note.map_or_else(|| data::default_unit(field.data_type()), |note| note.unit);
        figures.push(figure(
            name,
            field.name(),
            unit,
            (before, after),
            words,
            meaning(sides.1, words, name, field.name()),
        ));
    }
    Ok(Some(figures))
}

fn position(built: &Built, column: &str) -> Option<usize> {
    built.schema.fields().iter().position(|field| field.name() == column)
}

fn figure(
    model: &TableName,
    column: &str,
    unit: Unit,
    (before, after): (&Datum, &Datum),
    words: &Words,
    meaning: String,
) -> Figure {
    let change = difference(before, after);
    let relative = match (unit, before, after) {
        (Unit::Money | Unit::Count | Unit::Days, _, _) => relative(before, after),
        _ => None,
    };
    let (before_text, after_text) = texts(before, after, unit, column, words);
    let mut change_text =
        change.as_ref().map(|change| signed(change, unit, column, words)).unwrap_or_default();
    if let Some(relative) = relative {
        change_text = format!("{change_text}, {}", format::signed_percent(relative));
    }
    Figure {
        model: model.to_string(),
        column: column.to_owned(),
        meaning,
        unit: UNITS.iter().find(|(_, known)| *known == unit).map_or("text", |(word, _)| word),
        before: exact(before),
        after: exact(after),
        change: change.as_ref().map_or(Value::Null, exact),
        relative_change: relative,
        before_text,
        after_text,
        change_text,
    }
}

/// Both values with every digit of money; with more digits where the usual ones hide that they differ.
fn texts(before: &Datum, after: &Datum, unit: Unit, column: &str, words: &Words) -> (String, String) {
    let show = |datum: &Datum| words.show(datum, unit, column, Style::Full);
    let shown = (show(before), show(after));
    if shown.0 != shown.1 {
        return shown;
    }
    if let (Unit::Ratio, Some(old), Some(new)) = (unit, float(before), float(after)) {
        let digits =
            (2..=6).map(|digits| (format::percent_digits(old, digits), format::percent_digits(new, digits)));
        if let Some(texts) = digits.into_iter().find(|(old, new)| old != new) {
            return texts;
        }
    }
    (data::plain(before), data::plain(after))
}

fn signed(change: &Datum, unit: Unit, column: &str, words: &Words) -> String {
    match (unit, decimal(change)) {
        (Unit::Money, Some(number)) => format::signed_money(words.lang, &words.currency, number),
        // A tenth of a point would say that nothing moved.
        (Unit::Ratio, Some(number)) if number.to_f64().abs() < 0.000_5 => {
            let points = Decimal::from_f64(number.to_f64() * 100.0).unwrap_or(number);
            format!("{} pp", format::signed_decimal(points, 3))
        }
        (Unit::Ratio, _) => words.show(change, unit, column, Style::Points),
        _ => words.show(change, unit, column, Style::Signed),
    }
}

/// After less before; none where one of them is no number.
fn difference(before: &Datum, after: &Datum) -> Option<Datum> {
    match (before, after) {
        (Datum::Int(old), Datum::Int(new)) => new.checked_sub(*old).map(Datum::Int),
        (Datum::Float(old), Datum::Float(new)) => Some(Datum::Float(new - old)),
        _ => {
            let (old, new) = (decimal(before)?, decimal(after)?);
            let scale = old.scale.max(new.scale);
            let raised =
                |number: Decimal| number.unscaled.checked_mul(10_i128.checked_pow(scale - number.scale)?);
            Some(Datum::Exact(Decimal::new(raised(new)?.checked_sub(raised(old)?)?, scale)))
        }
    }
}

fn decimal(datum: &Datum) -> Option<Decimal> {
    match datum {
        Datum::Exact(number) => Some(*number),
        Datum::Int(number) => Some(Decimal::from(*number)),
        Datum::Float(number) => Decimal::from_f64(*number),
        _ => None,
    }
}

/// The same amount may be written with more decimals.
fn is_zero(change: &Datum) -> bool {
    matches!(change, Datum::Int(0) | Datum::Exact(Decimal { unscaled: 0, .. }))
}

fn float(datum: &Datum) -> Option<f64> {
    decimal(datum).map(Decimal::to_f64)
}

/// The change as a share of what was; none on a base of zero or below.
fn relative(before: &Datum, after: &Datum) -> Option<f64> {
    let (old, new) = (float(before)?, float(after)?);
    (old > 0.0).then(|| (new - old) / old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Lang;

    fn told(unit: Unit, before: Datum, after: Datum) -> (String, String, String) {
        let words = Words::new(Lang::En, "CNY", std::collections::BTreeMap::new());
        let model = TableName::new("a", "headline");
        let figure = figure(&model, "x", unit, (&before, &after), &words, String::new());
        (figure.before_text, figure.after_text, figure.change_text)
    }

    fn texts(before: &str, after: &str, change: &str) -> (String, String, String) {
        (before.to_owned(), after.to_owned(), change.to_owned())
    }

    #[test]
    fn a_change_is_told_in_the_unit_of_the_figure() {
        let money = |unscaled| Datum::Exact(Decimal::new(unscaled, 4));
        assert_eq!(
            told(Unit::Money, money(10_000_000), money(12_345_000)),
            texts("CN¥1,000.00", "CN¥1,234.50", "+CN¥234.50, +23.5%")
        );
        assert_eq!(told(Unit::Count, Datum::Int(8), Datum::Int(6)), texts("8", "6", "-2, -25.0%"));
        assert_eq!(
            told(Unit::Ratio, Datum::Float(0.25), Datum::Float(0.5)),
            texts("25.0%", "50.0%", "+25.0 pp")
        );
        assert_eq!(told(Unit::Count, Datum::Int(0), Datum::Int(6)), texts("0", "6", "+6"));
        assert_eq!(told(Unit::Count, Datum::Null, Datum::Int(6)), texts("—", "6", ""));
        let text = |text: &str| Datum::Text(text.to_owned());
        assert_eq!(told(Unit::Text, text("C1"), text("C2")), texts("C1", "C2", ""));
    }

    #[test]
    fn a_change_smaller_than_the_usual_digits_is_seen() {
        assert_eq!(
            told(Unit::Ratio, Datum::Float(0.123_41), Datum::Float(0.123_44)),
            texts("12.341%", "12.344%", "+0.003 pp")
        );
    }
}
