//! Charts as static SVG: typed specs become a scene, and a scene becomes text.
//!
//! Takes translated words, formatted labels and raw numbers for positions; gives an SVG string, the same bytes for the same input.
//! The texts made here are those of axis ticks and of totals in the unit of their axis, by [`format`](crate::reports::format). No script, no outside reference, no font.
//!
//! [`Mode::Themed`] is for SVG inside an HTML page that carries [`theme_css`]; [`Mode::Resolved`] stands alone as a file, and
//! [`Painter`] makes a PNG of it for mail and spreadsheets, which do not show SVG.

use std::collections::BTreeSet;

mod axis;
mod curve;
mod funnel;
mod label;
mod legend;
mod line;
mod lorenz;
mod measure;
mod migration;
mod palette;
mod pareto;
mod picture;
mod scale;
mod scene;
mod small;
mod stacked;
mod survival;
mod svg;
mod triangle;
mod waterfall;

pub use curve::CurveMark;
pub use funnel::{Funnel, Stage};
pub use line::{Baseline, Line, LineCompare};
pub use lorenz::{Lorenz, LorenzCurve};
pub use migration::{Direction, Migration, Move, TierEnd};
pub use palette::{Tint, theme_css};
pub use pareto::Pareto;
pub use picture::Painter;
pub use scale::Unit;
pub use scene::{Scene, TextBox};
pub use small::{BarCell, Sparkline};
pub use stacked::{Series, StackedBars};
pub use survival::{Survival, SurvivalPoint};
pub use svg::{Caption, Mode};
pub use triangle::{Cohort, RetentionTriangle, TriangleCell};
pub use waterfall::{Step, StepGroup, Waterfall};

/// The space that a chart is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 720 units, for a page or a mail on a desk.
    Wide,
    /// 360 units, for a telephone.
    Narrow,
}

/// A position on a time axis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slot {
    /// What stands at the tick, such as `10月` or `Oct`; left out where it would not fit.
    pub label: String,
    /// What stands below where it changes, such as the year; may be empty.
    pub group: String,
    /// Whether the period was not over when the data was taken.
    pub partial: bool,
}

/// Any chart.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Cumulative share of value over the share of customers.
    Pareto(Pareto),
    /// Cumulative share of value from the smallest customer up.
    Lorenz(Lorenz),
    /// Parts of a whole over time.
    StackedBars(StackedBars),
    /// A series over time against the year before.
    LineCompare(LineCompare),
    /// Retention of cohorts by months since their start.
    RetentionTriangle(RetentionTriangle),
    /// The share still here by age.
    Survival(Survival),
    /// How many reach each stage.
    Funnel(Funnel),
    /// From which tier to which.
    Migration(Migration),
    /// How a total became another one.
    Waterfall(Waterfall),
    /// A word-sized line.
    Sparkline(Sparkline),
    /// A bar in a table cell.
    BarCell(BarCell),
}

impl Chart {
    /// The chart laid out for a width; `None` if there is nothing to draw, so that the page can say "no data".
    ///
    /// A sparkline and a bar have one size, whatever the width.
    #[must_use]
    pub fn scene(&self, width: Width) -> Option<Scene> {
        match self {
            Self::Pareto(chart) => chart.scene(width),
            Self::Lorenz(chart) => chart.scene(width),
            Self::StackedBars(chart) => chart.scene(width),
            Self::LineCompare(chart) => chart.scene(width),
            Self::RetentionTriangle(chart) => chart.scene(width),
            Self::Survival(chart) => chart.scene(width),
            Self::Funnel(chart) => chart.scene(width),
            Self::Migration(chart) => chart.scene(width),
            Self::Waterfall(chart) => chart.scene(width),
            Self::Sparkline(chart) => chart.scene(),
            Self::BarCell(chart) => chart.scene(),
        }
    }

    /// The chart as one `<svg>` element; `None` if there is nothing to draw.
    ///
    /// The root has the classes `chart` and `chart-wide`, `chart-narrow` or `chart-small`. Ids in the narrow form start with `<id>-n`.
    #[must_use]
    pub fn svg(&self, caption: &Caption<'_>, width: Width, mode: Mode) -> Option<String> {
        let kind = match (self, width) {
            (Self::Sparkline(_) | Self::BarCell(_), _) => "chart-small",
            (_, Width::Wide) => "chart-wide",
            (_, Width::Narrow) => "chart-narrow",
        };
        Some(svg::write(&self.scene(width)?, caption, kind, mode))
    }

    /// The narrow form alone, for a row of small charts side by side.
    #[must_use]
    pub fn themed_small(&self, caption: &Caption<'_>) -> Option<String> {
        let scene = self.scene(Width::Narrow)?;
        Some(svg::write(&scene, caption, "chart-half", Mode::Themed))
    }

    /// The wide and the narrow form after each other, of which [`theme_css`] shows the one that fits the screen.
    ///
    /// A sparkline and a bar are written once.
    #[must_use]
    pub fn themed(&self, caption: &Caption<'_>) -> Option<String> {
        let wide = self.svg(caption, Width::Wide, Mode::Themed)?;
        if matches!(self, Self::Sparkline(_) | Self::BarCell(_)) {
            return Some(wide);
        }
        let narrow = self.svg(caption, Width::Narrow, Mode::Themed)?;
        Some(format!("{wide}\n{narrow}"))
    }
}

/// A chart as a file: SVG that stands alone, and the characters that a picture of it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The wide form in literal colours.
    pub svg: String,
    /// The narrow form, which is read on a telephone too; a chart of one size has it here again.
    pub narrow: String,
    /// Every character that is drawn.
    pub characters: BTreeSet<char>,
}

impl Drawing {
    /// The file of a chart; `None` if there is nothing to draw.
    #[must_use]
    pub fn of(chart: &Chart, caption: &Caption<'_>) -> Option<Self> {
        let svg = chart.svg(caption, Width::Wide, Mode::Resolved)?;
        let narrow = chart.svg(caption, Width::Narrow, Mode::Resolved)?;
        let mut characters = BTreeSet::new();
        for width in [Width::Wide, Width::Narrow] {
            characters.extend(chart.scene(width)?.text_boxes().iter().flat_map(|text| text.text.chars()));
        }
        Some(Self { svg, narrow, characters })
    }
}

#[cfg(test)]
mod tests;
