//! Cohorts and ages: who is still here after how long.

use minijinja::Error;

use super::{Draft, Drafted};
use crate::reports::charts::{Chart, Cohort, RetentionTriangle, Survival, SurvivalPoint, TriangleCell};
use crate::reports::data::{Datum, plain};
use crate::reports::engine::model_of;
use crate::reports::format;
use crate::reports::objects::no_column;

/// Standard errors on each side of a 95 % band (the normal approximation).
const BAND: f64 = 1.96;

impl Draft<'_> {
    /// Rows of (cohort, months_since): the last `last` cohorts, and the average below them.
    pub(super) fn triangle(&self) -> Result<Drafted, Error> {
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
                    Datum::Day(day) => format::month(self.shared.words.lang, *day),
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
        let average = self.average(n_columns)?;
        let found = self.found_triangle(average.as_ref(), &cohorts)?;
        let chart = Chart::RetentionTriangle(RetentionTriangle {
            columns: (0..n_columns).map(|column| column.to_string()).collect(),
            average,
            cohorts,
            cohort_title: self.word("chart.cohort")?,
            size_title: self.word("chart.cohort_size")?,
            column_title: self.word("chart.months_since")?,
            partial_note: self.word("chart.partial")?,
            lang: self.shared.words.lang,
        });
        Ok((chart, found))
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
        let model = model_of(&given)?;
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

    /// The cohorts shown, and what is left of an average one after a year or as far as it is known.
    fn found_triangle(&self, average: Option<&Cohort>, cohorts: &[Cohort]) -> Result<String, Error> {
        let (Some(first), Some(last)) = (cohorts.first(), cohorts.last()) else {
            return Ok(String::new());
        };
        let ends = [("first", first.label.clone()), ("last", last.label.clone())];
        let shown = self.say("chart.found_cohorts", &ends)?;
        let cells = average.into_iter().flat_map(|row| row.cells.iter().enumerate().take(13));
        let known = cells.filter_map(|(months, cell)| Some((months, cell.as_ref()?))).next_back();
        let rest = known.map(|(months, cell)| {
            self.say("chart.found_average", &[("months", months.to_string()), ("share", cell.label.clone())])
        });
        Ok(self.sentences(&[shown, rest.transpose()?.unwrap_or_default()]))
    }

    /// Rows of ages from 0 up.
    pub(super) fn survival(&self) -> Result<Drafted, Error> {
        let (x, y) = (self.column("x", "age_months")?, self.column("y", "survival")?);
        let (error, at_risk) = (self.column("error", "std_error")?, self.column("at_risk", "at_risk")?);
        let small = self.data.column("is_small_sample");
        let mark_at: Option<i64> = self.kwargs.get("mark_at")?;
        let mut points = Vec::new();
        let mut mark = None;
        for row in &self.rows {
            let Some(share) = self.number(*row, y) else { break };
            if mark_at.is_some_and(|age| *self.datum(*row, x) == Datum::Int(age)) {
                let values = [("months", self.show(*row, x)), ("share", self.show(*row, y))];
                mark = Some((points.len(), self.say("chart.survival_mark", &values)?));
            }
            points.push(SurvivalPoint {
                age: self.show(*row, x),
                share,
                band: self.number(*row, error).map(|error| (share - BAND * error, share + BAND * error)),
                at_risk: self.show(*row, at_risk),
                is_small: small.is_some_and(|column| self.is_true(*row, column)),
            });
        }
        let last = self.rows.get(points.len().saturating_sub(1)).filter(|_| !points.is_empty());
        let found = last.map(|row| {
            let values = [
                ("months", self.show(*row, x)),
                ("share", self.show(*row, y)),
                ("at_risk", self.show(*row, at_risk)),
            ];
            self.say("chart.found_survival", &values)
        });
        let marked = mark.as_ref().map(|(_, label)| self.say("chart.sentence", &[("text", label.clone())]));
        let found = self
            .sentences(&[marked.transpose()?.unwrap_or_default(), found.transpose()?.unwrap_or_default()]);
        let chart = Chart::Survival(Survival {
            points,
            mark,
            x_title: self.title_of(x),
            y_title: self.title_of(y),
            risk_title: self.title_of(at_risk),
            band_note: self.word("chart.band")?,
            small_note: self.word("chart.few")?,
            lang: self.shared.words.lang,
        });
        Ok((chart, found))
    }
}
