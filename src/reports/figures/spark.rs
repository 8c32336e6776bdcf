//! `spark(model, column, ...)`: the last periods of a series, for a line beside a headline figure.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::{Kwargs, Object};

use super::Draft;
use crate::reports::charts::{Caption, Chart, Mode, Sparkline, Width};
use crate::reports::data::Datum;
use crate::reports::engine::fault;
use crate::reports::objects::{ModelObject, Shared, no_column};
use crate::reports::tables::conditions;

/// A year, and the same month of the year before.
const POINTS: usize = 13;

/// A line that waits for its figure.
#[derive(Debug)]
pub(in crate::reports) struct SparkObject {
    chart: Chart,
    finding: String,
}

impl Object for SparkObject {}

impl SparkObject {
    /// The line as SVG for a page; its name is that of the figure.
    pub(in crate::reports) fn themed(&self, id: &str, title: &str) -> Option<String> {
        let caption = Caption { id, title, description: &self.finding };
        self.chart.svg(&caption, Width::Wide, Mode::Themed)
    }
}

/// The last rows of a column, without those of a period that is not over: the figure beside the line is of a whole one.
pub(in crate::reports) fn spark(
    model: &ModelObject,
    column: &str,
    kwargs: &Kwargs,
    shared: &Arc<Shared>,
) -> Result<SparkObject, Error> {
    let rows = model.matching(&conditions(kwargs)?)?;
    let data = model.data()?;
    if !data.is_whole() {
        return Err(fault(format!("`spark` wants all rows of `{}`, and there are too many", model.name)));
    }
    let last: Option<usize> = kwargs.get("last")?;
    let draft = Draft { model, data, rows, kwargs, shared };
    let y = data.column(column).ok_or_else(|| no_column(&model.name, column))?;
    let partial = data.column("is_partial");
    let is_over = |row: &usize| !partial.is_some_and(|column| draft.is_true(*row, column));
    let rows: Vec<usize> = draft.rows.iter().copied().filter(is_over).collect();
    let rows = &rows[rows.len().saturating_sub(last.unwrap_or(POINTS))..];
    let is_day = |column: &usize| rows.iter().all(|row| matches!(draft.datum(*row, *column), Datum::Day(_)));
    let x = (0..data.columns.len()).find(is_day);
    let x = x.ok_or_else(|| fault(format!("`spark` wants a model of days or months: `{}`", model.name)))?;
    let values = rows.iter().map(|row| draft.number(*row, y)).collect();
    let finding = draft.found_line(rows, x, y)?;
    Ok(SparkObject { chart: Chart::Sparkline(Sparkline { values, is_last_partial: false }), finding })
}
