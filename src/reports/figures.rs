//! `chart(kind, model, ...)`: a model's rows as a chart. Numbers place the marks; words come from the locale.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Kwargs;

use super::charts::{
    Baseline, Caption, Chart, Cohort, CurveMark, Line, LineCompare, Mode, Pareto, RetentionTriangle, Series,
    Slot, StackedBars, Tint, TriangleCell, Unit as AxisUnit, Width,
};
use super::data::{Datum, ModelData, plain};
use super::document::{Block, Figure};
use super::engine::fault;
use super::format::{self, Decimal};
use super::objects::{ModelObject, Shared, no_column};
use super::tables::conditions;
use super::words::Style;
use crate::project::header::Unit;

pub(super) fn figure(
    kind: &str,
    model: &ModelObject,
    kwargs: &Kwargs,
    shared: &Arc<Shared>,
    id: String,
) -> Result<Block, Error> {
    let rows = model.matching(&conditions(kwargs)?)?;
    let draft = Draft { model, data: model.data()?, rows, kwargs, shared };
    let title: String = kwargs.get("title")?;
    let description: String = kwargs.get("description")?;
    let title = draft.plain_words(&title)?;
    let description = draft.plain_words(&description)?;
    let chart = match kind {
        "pareto" => Chart::Pareto(draft.pareto()?),
        "stacked" => Chart::StackedBars(draft.stacked()?),
        "line" => Chart::LineCompare(draft.line()?),
        "triangle" => Chart::RetentionTriangle(draft.triangle()?),
        other => {
            return Err(fault(format!(
                "unknown chart `{other}`: charts are pareto, stacked, line and triangle"
            )));
        }
    };
    let caption = Caption { id: &id, title: &title, description: &description };
    let themed = chart.themed(&caption);
    let file = chart.svg(&caption, Width::Wide, Mode::Resolved);
    Ok(Block::Chart(Figure { id, title, description, themed, file }))
}

struct Draft<'a> {
    model: &'a ModelObject,
    data: &'a Arc<ModelData>,
    rows: Vec<usize>,
    kwargs: &'a Kwargs,
    shared: &'a Arc<Shared>,
}

impl Draft<'_> {
    fn word(&self, key: &str) -> Result<String, Error> {
        self.shared.words.fill(key, &[]).map_err(fault)
    }

    /// Words with their cells as text: SVG holds no cells.
    fn plain_words(&self, text: &str) -> Result<String, Error> {
        let inlines = super::engine::words(text, self.shared)?;
        Ok(super::writers::markdown::plain_text(&inlines))
    }

    /// The column that an argument names, or the one of this name.
    fn column(&self, argument: &str, default: &str) -> Result<usize, Error> {
        let name: Option<String> = self.kwargs.get(argument)?;
        let name = name.unwrap_or_else(|| default.to_owned());
        self.data.column(&name).ok_or_else(|| no_column(&self.model.name, &name))
    }

    fn datum(&self, row: usize, column: usize) -> &Datum {
        &self.data.rows[row][column]
    }

    fn number(&self, row: usize, column: usize) -> Option<f64> {
        match self.datum(row, column) {
            Datum::Int(number) => Some(Decimal::from(*number).to_f64()),
            Datum::Exact(number) => Some(number.to_f64()),
            Datum::Float(number) if number.is_finite() => Some(*number),
            _ => None,
        }
    }

    fn show(&self, row: usize, column: usize) -> String {
        let info = &self.data.columns[column];
        self.shared.words.show(self.datum(row, column), info.unit, &info.name, Style::Prose)
    }

    fn slot(&self, row: usize, column: usize, partial: bool) -> Slot {
        match self.datum(row, column) {
            Datum::Day(day) => Slot {
                label: format::axis_month(self.shared.words.lang, *day),
                group: format::axis_year(self.shared.words.lang, *day),
                partial,
            },
            _ => Slot { label: self.show(row, column), group: String::new(), partial },
        }
    }

    fn axis_unit(&self, column: usize) -> AxisUnit {
        match self.data.columns[column].unit {
            Unit::Money => AxisUnit::Money(self.shared.words.currency.clone()),
            Unit::Ratio => AxisUnit::Ratio,
            _ => AxisUnit::Count,
        }
    }

    fn title_of(&self, column: usize) -> String {
        let info = &self.data.columns[column];
        let words = self.shared.words.column(&self.data.name.to_string(), &info.name);
        words.map_or_else(|| info.meaning.clone(), ToOwned::to_owned)
    }

    fn is_true(&self, row: usize, column: usize) -> bool {
        *self.datum(row, column) == Datum::Bool(true)
    }

    /// Columns `customers_share`, `revenue_share`, and `is_crossing` for the marked point; `x_title` and `y_title` for other axes.
    fn pareto(&self) -> Result<Pareto, Error> {
        let (x, y) = (self.column("x", "customers_share")?, self.column("y", "revenue_share")?);
        let crossing = self.column("mark", "is_crossing")?;
        let label: Option<String> = self.kwargs.get("label")?;
        let x_title: Option<String> = self.kwargs.get("x_title")?;
        let y_title: Option<String> = self.kwargs.get("y_title")?;
        let target: Option<f64> = self.kwargs.get("target")?;
        let point = |row: usize| Some((self.number(row, x)?, self.number(row, y)?));
        let marked = self.rows.iter().find(|row| self.is_true(**row, crossing));
        let mark = match (marked.and_then(|row| point(*row)), label) {
            (Some((x, y)), Some(label)) => Some(CurveMark { x, y, label: self.plain_words(&label)? }),
            _ => None,
        };
        Ok(Pareto {
            points: self.rows.iter().filter_map(|row| point(*row)).collect(),
            target: target.unwrap_or(0.8),
            mark,
            x_title: x_title.map_or_else(|| self.word("chart.customers_share"), Ok)?,
            y_title: y_title.map_or_else(|| self.word("chart.revenue_share"), Ok)?,
            equality_label: self.word("chart.equality")?,
            lang: self.shared.words.lang,
        })
    }

    /// Rows of (x, series, y): one bar for each x, in order, with a part for each series.
    fn stacked(&self) -> Result<StackedBars, Error> {
        let x = self.column("x", "month_end")?;
        let series = self.column("series", "tier")?;
        let y = self.column("y", "revenue")?;
        let mut places: Vec<String> = Vec::new();
        let mut slots: Vec<Slot> = Vec::new();
        let mut names: Vec<(String, String)> = Vec::new();
        let mut values: BTreeMap<(String, String), usize> = BTreeMap::new();
        for row in &self.rows {
            let (place, name) = (plain(self.datum(*row, x)), plain(self.datum(*row, series)));
            if !places.contains(&place) {
                places.push(place.clone());
                slots.push(self.slot(*row, x, false));
            }
            if !names.iter().any(|(known, _)| *known == name) {
                names.push((name.clone(), self.show(*row, series)));
            }
            values.insert((place, name), *row);
        }
        let mut totals = vec![0.0; places.len()];
        let series = names
            .iter()
            .map(|(name, shown)| {
                let rows: Vec<Option<usize>> =
                    places.iter().map(|place| values.get(&(place.clone(), name.clone())).copied()).collect();
                let numbers: Vec<Option<f64>> =
                    rows.iter().map(|row| row.and_then(|row| self.number(row, y))).collect();
                for (total, number) in totals.iter_mut().zip(&numbers) {
                    *total += number.unwrap_or(0.0);
                }
                let labels: Vec<String> =
                    rows.iter().map(|row| row.map_or_else(String::new, |row| self.show(row, y))).collect();
                Series { name: shown.clone(), tint: tint(name), values: numbers, labels, inside: Vec::new() }
            })
            .collect();
        let totals = totals
            .iter()
            .map(|total| {
                Decimal::from_f64(*total)
                    .map_or_else(String::new, |t| format::compact(self.shared.words.lang, t))
            })
            .collect();
        Ok(StackedBars {
            slots,
            series,
            totals,
            partial_note: self.word("chart.partial")?,
            y_title: self.title_of(y),
            unit: self.axis_unit(y),
            lang: self.shared.words.lang,
        })
    }

    /// A series over months, and the same months a year before.
    fn line(&self) -> Result<LineCompare, Error> {
        let x = self.column("x", "month")?;
        let y = self.column("y", "arpu")?;
        let compare: Option<String> = self.kwargs.get("compare")?;
        let partial = self.data.column("is_partial");
        let last: Option<usize> = self.kwargs.get("last")?;
        let skipped = last.map_or(0, |last| self.rows.len().saturating_sub(last));
        let rows = &self.rows[skipped..];
        let is_partial = |row: usize| partial.is_some_and(|column| self.is_true(row, column));
        let values = |column: usize| -> Vec<Option<f64>> {
            rows.iter().map(|row| self.number(*row, column)).collect()
        };
        let labels =
            |column: usize| -> Vec<String> { rows.iter().map(|row| self.show(*row, column)).collect() };
        let line = |column: usize, name: String| {
            let (values, labels) = (values(column), labels(column));
            let last_label = values
                .iter()
                .rposition(Option::is_some)
                .map_or_else(String::new, |last| labels[last].clone());
            Line { name, values, last_label, labels }
        };
        let previous = match compare {
            Some(name) => {
                let column = self.data.column(&name).ok_or_else(|| no_column(&self.model.name, &name))?;
                let line = line(column, self.word("chart.last_year")?);
                line.values.iter().any(Option::is_some).then_some(line)
            }
            None => None,
        };
        Ok(LineCompare {
            slots: rows.iter().map(|row| self.slot(*row, x, is_partial(*row))).collect(),
            current: line(y, self.word("chart.this_year")?),
            previous,
            partial_note: self.word("chart.partial")?,
            baseline: Baseline::Zero,
            y_title: self.title_of(y),
            unit: self.axis_unit(y),
            lang: self.shared.words.lang,
        })
    }

    /// Rows of (cohort, months_since): the last `last` cohorts, and the average below them.
    fn triangle(&self) -> Result<RetentionTriangle, Error> {
        let cohort = self.column("row", "cohort")?;
        let since = self.column("column", "months_since")?;
        let (size, ratio) = (self.column("size", "cohort_size")?, self.column("value", "retention")?);
        let partial = self.data.column("is_partial");
        let last: Option<usize> = self.kwargs.get("last")?;
        let mut cohorts: Vec<(String, Cohort)> = Vec::new();
        for row in &self.rows {
            let key = plain(self.datum(*row, cohort));
            if cohorts.last().is_none_or(|(known, _)| *known != key) {
                let label = match self.datum(*row, cohort) {
                    Datum::Day(day) => format::iso_month(*day),
                    _ => self.show(*row, cohort),
                };
                cohorts.push((key, Cohort { label, size: self.show(*row, size), cells: Vec::new() }));
            }
            if let Some((_, cohort)) = cohorts.last_mut() {
                // A month without a row stays empty rather than being filled by the next one.
                if let Datum::Int(months) = self.datum(*row, since) {
                    let place = usize::try_from(*months).unwrap_or(0);
                    cohort.cells.resize_with(place.max(cohort.cells.len()), || None);
                }
                cohort.cells.push(self.triangle_cell(*row, ratio, partial));
            }
        }
        let skipped = last.map_or(0, |last| cohorts.len().saturating_sub(last));
        let cohorts: Vec<Cohort> = cohorts.into_iter().skip(skipped).map(|(_, cohort)| cohort).collect();
        let n_columns = cohorts.iter().map(|cohort| cohort.cells.len()).max().unwrap_or(0);
        Ok(RetentionTriangle {
            columns: (0..n_columns).map(|column| column.to_string()).collect(),
            average: self.average(n_columns)?,
            cohorts,
            cohort_title: self.word("chart.cohort")?,
            size_title: self.word("chart.cohort_size")?,
            column_title: self.word("chart.months_since")?,
            partial_note: self.word("chart.partial")?,
            lang: self.shared.words.lang,
        })
    }

    fn triangle_cell(&self, row: usize, ratio: usize, partial: Option<usize>) -> Option<TriangleCell> {
        let number = self.number(row, ratio)?;
        let partial = partial.is_some_and(|column| self.is_true(row, column));
        Some(TriangleCell { ratio: number, label: format::percent_digits(number, 0), partial })
    }

    /// The row of averages, from the model that the argument `average` gives.
    fn average(&self, n_columns: usize) -> Result<Option<Cohort>, Error> {
        let given: Option<minijinja::Value> = self.kwargs.get("average")?;
        let Some(given) = given else { return Ok(None) };
        let model = super::engine::model_of(&given)?;
        let data = model.data()?;
        let ratio = data.column("retention").ok_or_else(|| no_column(&model.name, "retention"))?;
        let cells = data.rows.iter().take(n_columns).map(|row| match row[ratio] {
            Datum::Float(number) => {
                Some(TriangleCell { ratio: number, label: format::percent_digits(number, 0), partial: false })
            }
            _ => None,
        });
        Ok(Some(Cohort { label: self.word("chart.average")?, size: String::new(), cells: cells.collect() }))
    }
}

fn tint(name: &str) -> Tint {
    match name {
        "key" | "head" => Tint::Key,
        "important" | "waist" | "final" => Tint::Important,
        "general" | "tail" => Tint::General,
        "maintenance" | "intent" => Tint::Maintenance,
        _ => Tint::Unrated,
    }
}
