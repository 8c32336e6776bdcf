//! `chart(kind, model, ...)`: a model's rows as a chart. Numbers place the marks; words come from the locale.
//!
//! Takes what a template asks for and gives a figure: SVG, and the finding in words for those who do not see it. It
//! computes no figure that a reader could take for one of a model, except sums of what is drawn.
//!
//! Charts with `small=true` that follow each other stand side by side.
//!
//! | kind | a row is | arguments beside `title`, `description`, `small` and `where` |
//! | --- | --- | --- |
//! | `pareto` | a point of the curve | `x`, `y`, `mark` (columns), `target`, `label` |
//! | `lorenz` | the same point, turned round | `x`, `y`, `series` (columns), `gini` (a model), `mark_at`, `label` |
//! | `stacked` | a part of a bar | `x`, `series`, `y` (columns) |
//! | `line` | a point in time | `x`, `y`, `compare` (columns), `last` |
//! | `triangle` | a cohort in a month | `row`, `column`, `size`, `value` (columns), `average` (a model), `last` |
//! | `survival` | an age | `x`, `y`, `error`, `at_risk` (columns), `mark_at` |
//! | `funnel` | a stage | `x`, `y`, `rate` (columns) |
//! | `migration` | a pair of tiers | `from`, `to`, `value` (columns) |
//! | `waterfall` | a step | `x` (column), `steps` (columns), `names`, `start`, `start_name`, `end`, `end_name`, `axis` |

mod cohorts;
mod shares;
mod spark;
mod steps;
mod time;

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Kwargs;

use super::charts::{Caption, Chart, Drawing, Slot, Tint, Unit as AxisUnit};
use super::data::{Datum, ModelData};
use super::document::{Block, Figure, Inline};
use super::engine::fault;
use super::format::{self, Decimal, Lang};
use super::objects::{ModelObject, Shared, no_column};
use super::tables::conditions;
use super::words::Style;
use crate::project::header::Unit;

pub(super) use spark::{SparkObject, spark};

/// The kinds that templates may ask for.
const KINDS: [&str; 9] =
    ["pareto", "lorenz", "stacked", "line", "triangle", "survival", "funnel", "migration", "waterfall"];

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
    let title = draft.plain_words(&title)?;
    let description: Option<String> = kwargs.get("description")?;
    let (chart, finding) = match kind {
        "pareto" => draft.pareto()?,
        "lorenz" => draft.lorenz()?,
        "stacked" => draft.stacked()?,
        "line" => draft.line()?,
        "triangle" => draft.triangle()?,
        "survival" => draft.survival()?,
        "funnel" => draft.funnel()?,
        "migration" => draft.migration()?,
        "waterfall" => draft.waterfall()?,
        other => {
            return Err(fault(format!("unknown chart `{other}`: charts are {}", KINDS.join(", "))));
        }
    };
    let description = match description {
        Some(description) => draft.plain_words(&description)?,
        None => finding.clone(),
    };
    let finding = if finding.is_empty() { &description } else { &finding };
    let caption = Caption { id: &id, title: &title, description: finding };
    let small = kwargs.get::<Option<bool>>("small")?.unwrap_or(false);
    let themed = if small { chart.themed_small(&caption) } else { chart.themed(&caption) };
    if themed.is_none() {
        // A chart that is not there would be taken for one that was forgotten.
        let nothing = draft.word("no_rows")?;
        let text = Inline::Text { text: format!("{title}: {nothing}") };
        return Ok(Block::Note { tone: "missing".to_owned(), inlines: vec![text] });
    }
    let drawing = Drawing::of(&chart, &caption);
    let columns = draft.data.columns.iter().map(|column| column.name.clone()).collect();
    let model = model.name.clone();
    Ok(Block::Chart(Figure { id, title, description, small, themed, drawing, model, columns, href: None }))
}

/// A chart that is to be drawn, and what was found in its numbers.
type Drafted = (Chart, String);

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

    /// A sentence of the locale with its places filled.
    fn say(&self, key: &str, values: &[(&str, String)]) -> Result<String, Error> {
        let values: Vec<(String, String)> =
            values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.shared.words.fill(key, &values).map_err(fault)
    }

    /// Sentences after each other, as the language sets them apart.
    fn sentences(&self, all: &[String]) -> String {
        let gap = if self.shared.words.lang == Lang::En { " " } else { "" };
        let all: Vec<&str> = all.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        all.join(gap)
    }

    /// A sum of numbers of a column, as a reader sees it.
    fn sum_text(&self, column: usize, numbers: impl IntoIterator<Item = f64>) -> String {
        let Some(sum) = Decimal::from_f64(numbers.into_iter().sum()) else {
            return format::NOT_AVAILABLE.to_owned();
        };
        let words = &self.shared.words;
        match self.data.columns[column].unit {
            Unit::Money => format::compact_money(words.lang, &words.currency, sum),
            _ => format::decimal(sum, 0),
        }
    }

    /// Words with their cells as text: SVG holds no cells.
    fn plain_words(&self, text: &str) -> Result<String, Error> {
        let inlines = super::engine::words(text, self.shared)?;
        Ok(super::writers::markdown::plain_text(&inlines))
    }

    /// The column that an argument names, if it is given.
    fn optional(&self, argument: &str) -> Result<Option<usize>, Error> {
        let name: Option<String> = self.kwargs.get(argument)?;
        name.map(|name| self.data.column(&name).ok_or_else(|| no_column(&self.model.name, &name))).transpose()
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
