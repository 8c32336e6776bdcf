//! Series over time.

use std::collections::BTreeMap;

use minijinja::Error;

use super::{Draft, Drafted, tint};
use crate::reports::charts::{Baseline, Chart, Line, LineCompare, Series, Slot, StackedBars};
use crate::reports::data::plain;
use crate::reports::format::Lang;
use crate::reports::objects::no_column;

impl Draft<'_> {
    /// Rows of (x, series, y): one bar for each x, in order, with a part for each series.
    pub(super) fn stacked(&self) -> Result<Drafted, Error> {
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
        let series: Vec<Series> = names
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
        let found = self.found_stacked(y, &slots, &totals, &series)?;
        let chart = Chart::StackedBars(StackedBars {
            slots,
            series,
            totals,
            partial_note: self.word("chart.partial")?,
            y_title: self.title_of(y),
            unit: self.axis_unit(y),
            lang: self.shared.words.lang,
        });
        Ok((chart, found))
    }

    fn found_stacked(
        &self,
        y: usize,
        slots: &[Slot],
        totals: &[f64],
        series: &[Series],
    ) -> Result<String, Error> {
        let (Some(last), Some(first)) = (totals.last(), totals.first()) else {
            return Ok(String::new());
        };
        let value = |part: &&Series| part.values.last().copied().flatten().unwrap_or(f64::NEG_INFINITY);
        let largest = series.iter().rev().max_by(|a, b| value(a).total_cmp(&value(b)));
        let when = |slot: Option<&Slot>| match (slot, self.shared.words.lang) {
            (Some(slot), Lang::En) => format!("{} {}", slot.label, slot.group).trim().to_owned(),
            (Some(slot), Lang::Zh) => format!("{}{}", slot.group, slot.label),
            (None, _) => String::new(),
        };
        let label = |part: &Series| part.labels.last().cloned().unwrap_or_default();
        self.say(
            "chart.found_stacked",
            &[
                ("when", when(slots.last())),
                ("total", self.sum_text(y, [*last])),
                ("first_when", when(slots.first())),
                ("first_total", self.sum_text(y, [*first])),
                ("part", largest.map_or_else(String::new, |part| part.name.clone())),
                ("value", largest.map_or_else(String::new, label)),
            ],
        )
    }

    /// A series over months, and the same months a year before.
    pub(super) fn line(&self) -> Result<Drafted, Error> {
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
        let found = self.found_line(rows, x, y)?;
        let chart = Chart::LineCompare(LineCompare {
            slots: rows.iter().map(|row| self.slot(*row, x, is_partial(*row))).collect(),
            current: line(y, self.word("chart.this_year")?),
            previous,
            partial_note: self.word("chart.partial")?,
            baseline: Baseline::Zero,
            y_title: self.title_of(y),
            unit: self.axis_unit(y),
            lang: self.shared.words.lang,
        });
        Ok((chart, found))
    }

    /// The last whole period, and the highest and the lowest one.
    pub(super) fn found_line(&self, rows: &[usize], x: usize, y: usize) -> Result<String, Error> {
        let partial = self.data.column("is_partial");
        let is_over = |row: &&usize| !partial.is_some_and(|column| self.is_true(**row, column));
        let known: Vec<(usize, f64)> =
            rows.iter().filter(is_over).filter_map(|row| Some((*row, self.number(*row, y)?))).collect();
        let by_value = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
        let (Some(last), Some(high), Some(low)) =
            (known.last(), known.iter().max_by(by_value), known.iter().min_by(by_value))
        else {
            return Ok(String::new());
        };
        self.say(
            "chart.found_line",
            &[
                ("when", self.show(last.0, x)),
                ("last", self.show(last.0, y)),
                ("high_when", self.show(high.0, x)),
                ("high", self.show(high.0, y)),
                ("low_when", self.show(low.0, x)),
                ("low", self.show(low.0, y)),
            ],
        )
    }
}
