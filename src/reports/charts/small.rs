//! Charts the size of a word, for table cells and beside headline numbers.

use super::palette::{Ink, Tint};
use super::scale::{drawable, float, placed};
use super::scene::{Dash, Paint, Scene};

/// A line without axes, 96 by 24 units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sparkline {
    /// The values in order; missing and infinite values are gaps.
    pub values: Vec<Option<f64>>,
    /// Whether the last period is not over: its point is hollow.
    pub is_last_partial: bool,
}

/// A horizontal bar, 80 by 12 units; negative values go left from zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarCell {
    /// The value of this row.
    pub value: f64,
    /// The lowest value of the column; zero if none is negative.
    pub low: f64,
    /// The highest value of the column.
    pub high: f64,
    /// The colour of a bar that is not negative.
    pub tint: Tint,
}

const SPARK: (f64, f64) = (96.0, 24.0);
const BAR: (f64, f64) = (80.0, 12.0);

impl Sparkline {
    pub(super) fn scene(&self) -> Option<Scene> {
        let values: Vec<Option<f64>> = self.values.iter().map(|value| placed(*value)).collect();
        let known = || values.iter().flatten().copied();
        let last = values.iter().rposition(Option::is_some)?;
        let low = known().fold(f64::INFINITY, f64::min);
        let high = known().fold(f64::NEG_INFINITY, f64::max);
        let rim = 4.0;
        let at = |index: usize, value: f64| {
            let steps = float(values.len() - 1).max(1.0);
            let x = rim + float(index) / steps * (SPARK.0 - 2.0 * rim);
            let share = if high > low { (value - low) / (high - low) } else { 0.5 };
            (x, SPARK.1 - rim - share * (SPARK.1 - 2.0 * rim))
        };
        let mut scene = Scene::sized(SPARK.0, SPARK.1);
        let line = Paint::stroke(Ink::Fill(Tint::Important), 1.5);
        let solid = if self.is_last_partial { last } else { last + 1 };
        let mut run = Vec::new();
        for (index, value) in values.iter().take(solid).enumerate() {
            match value {
                Some(value) => run.push(at(index, *value)),
                None => scene.path(std::mem::take(&mut run), line),
            }
        }
        let end = values[last].map(|value| at(last, value))?;
        let before = run.last().copied();
        scene.path(run, line);
        let ink = Ink::Fill(Tint::Important);
        if self.is_last_partial {
            let into = before.into_iter().chain([end]).collect();
            scene.path(into, line.dashed(Dash::Dotted));
            scene.circle(end, 2.5, Paint::fill(Ink::Background).edged(ink, 1.5), "");
        } else {
            scene.circle(end, 2.5, Paint::fill(ink), "");
        }
        Some(scene)
    }
}

impl BarCell {
    pub(super) fn scene(&self) -> Option<Scene> {
        if ![self.value, self.low, self.high].into_iter().all(drawable) {
            return None;
        }
        let low = self.low.min(self.value).min(0.0);
        let high = self.high.max(self.value).max(0.0);
        let x = |value: f64| {
            if high > low { (value - low) / (high - low) * BAR.0 } else { 0.0 }
        };
        let mut scene = Scene::sized(BAR.0, BAR.1);
        let (zero, end) = (x(0.0), x(self.value));
        let (left, width) = (zero.min(end), (zero - end).abs());
        let tint = if self.value < 0.0 { Tint::Alert } else { self.tint };
        if width > 0.0 {
            // A sliver of one unit says "not zero".
            let width = width.max(1.0);
            let paint = Paint::fill(Ink::Fill(tint)).edged(Ink::Edge(tint), 1.0);
            scene.rect([left.min(BAR.0 - width), 1.0, width, BAR.1 - 2.0], paint, "");
        }
        if low < 0.0 {
            let x = zero.clamp(0.5, BAR.0 - 0.5);
            scene.line((x, 0.0), (x, BAR.1), Paint::stroke(Ink::Axis, 1.0));
        }
        Some(scene)
    }
}
