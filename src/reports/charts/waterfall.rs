//! A waterfall: how a total became another one, step by step, as rows from top to bottom.
//!
//! Rows rather than columns, because names of steps are long and a telephone is narrow.

use super::Width;
use super::axis::Plot;
use super::measure::text_width;
use super::palette::{Ink, Tint};
use super::scale::{Ticks, Unit, drawable, float};
use super::scene::{Anchor, Dash, Paint, Scene, Text};
use crate::reports::format::Lang;

/// A total, the steps that lead away from it, and the total they lead to.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// The total before.
    pub start: Step,
    /// The steps, in order; each moves the running total by its value.
    pub groups: Vec<StepGroup>,
    /// The total after: the total before and all steps.
    pub end: Step,
    /// The title of the axis.
    pub title: String,
    /// What it means that the axis does not begin at zero.
    pub cut_note: String,
    /// What is measured.
    pub unit: Unit,
    /// The language of the ticks.
    pub lang: Lang,
}

/// Steps of one kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepGroup {
    /// The kind, above its steps; may be empty.
    pub title: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// A total or a step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its value; a step that is not known is left out.
    pub value: f64,
    /// The value as text.
    pub label: String,
}

/// A row of the chart.
enum Row<'a> {
    Title(&'a str),
    Total(&'a Step),
    /// A step, and the running total before it.
    Step(&'a Step, f64),
}

impl Waterfall {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let rows = self.rows();
        let values = || rows.iter().flat_map(ends);
        if !values().all(drawable) {
            return None;
        }
        let (low, high) = values()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        // Steps that are small against the totals would be slivers on an axis from zero.
        let is_cut = low > 0.0 && high > low && high - low < high * 0.4;
        let low = if is_cut { (low - (high - low) * 0.35).max(0.0) } else { low.min(0.0) };
        let mut scene = Scene::new(width, 0.0);
        let wanted = if width == Width::Wide { 6.0 } else { 3.5 };
        let ticks = Ticks::covering(low, high.max(0.0), wanted, &self.unit);
        let size = scene.small();
        let steps = || rows.iter().filter_map(Row::step);
        let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
        let names = widest(&mut steps().map(|step| text_width(&step.name, size * 1.1)));
        let labels = widest(&mut steps().map(|step| text_width(&step.label, size * 1.1)));
        let left = (names + 12.0).min(scene.width * 0.38);
        let labels = labels.min(scene.width * 0.3);
        let height = size * 2.05;
        let top = size * 0.4;
        let plot =
            Plot { left, top, right: scene.width - labels - 10.0, bottom: top + height * float(rows.len()) };
        let axis = Across { ticks, plot, is_cut };
        self.draw_axis(&mut scene, &axis);
        for (index, row) in rows.iter().enumerate() {
            axis.draw_row(&mut scene, plot.top + float(index) * height, height, row, index + 1 < rows.len());
        }
        if !is_cut {
            let x = axis.x(0.0);
            scene.line((x, plot.top), (x, plot.bottom), Paint::stroke(Ink::Axis, 1.0));
        }
        Some(scene)
    }

    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = vec![Row::Total(&self.start)];
        let mut running = self.start.value;
        for group in &self.groups {
            if !group.title.is_empty() {
                rows.push(Row::Title(&group.title));
            }
            for step in &group.steps {
                rows.push(Row::Step(step, running));
                running += step.value;
            }
        }
        rows.push(Row::Total(&self.end));
        rows
    }

    /// Draws grid lines, ticks, the title of the axis and, where it is cut, what that means.
    fn draw_axis(&self, scene: &mut Scene, axis: &Across) {
        let (size, plot) = (scene.small(), &axis.plot);
        let labels = axis.ticks.labels(&self.unit, self.lang);
        let widest = labels.iter().map(|label| text_width(label, size)).fold(0.0, f64::max);
        let gap = (plot.right - plot.left) / float(labels.len() - 1);
        let stride =
            (1..labels.len()).find(|step| float(*step) * gap >= widest + 10.0).unwrap_or(labels.len());
        let baseline = plot.bottom + size * 1.6;
        for (index, (value, label)) in axis.ticks.values().iter().zip(&labels).enumerate() {
            let x = axis.x(*value);
            scene.line((x, plot.top), (x, plot.bottom), Paint::stroke(Ink::Grid, 1.0));
            if index.is_multiple_of(stride) {
                let text = Text::new(x, baseline, size, label).anchor(Anchor::Middle).ink(Ink::Soft);
                scene.text(super::axis::inside(text, scene.width));
            }
        }
        let caption = axis.ticks.caption(&self.title, &self.unit, self.lang);
        let mut y = baseline + size * 1.5;
        let texts = [caption.as_str(), if axis.is_cut { &self.cut_note } else { "" }];
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            let text = Text::new(0.0, y, size, text).ink(Ink::Soft);
            scene.text(text.within(scene.width));
            y += size * 1.4;
        }
        scene.height = y - size * 0.9;
    }
}

impl<'a> Row<'a> {
    fn step(&self) -> Option<&'a Step> {
        match self {
            Self::Title(_) => None,
            Self::Total(step) | Self::Step(step, _) => Some(step),
        }
    }
}

/// Where the bar of a row begins and ends; a total begins at zero, which an axis may cut off.
fn ends(row: &Row<'_>) -> Vec<f64> {
    match row {
        Row::Title(_) => Vec::new(),
        Row::Total(total) => vec![total.value],
        Row::Step(step, before) => vec![*before, before + step.value],
    }
}

/// A value axis from left to right.
struct Across {
    ticks: Ticks,
    plot: Plot,
    /// Whether it begins above zero.
    is_cut: bool,
}

impl Across {
    fn x(&self, value: f64) -> f64 {
        let (low, high) = (self.ticks.low(), self.ticks.high());
        self.plot.left + (value - low) / (high - low) * (self.plot.right - self.plot.left)
    }

    fn draw_row(&self, scene: &mut Scene, top: f64, height: f64, row: &Row<'_>, has_next: bool) {
        let size = scene.small();
        let baseline = top + height / 2.0 + size * 0.36;
        let step = match row {
            Row::Title(title) => {
                let text = Text::new(0.0, baseline, size, title).ink(Ink::Soft).halo();
                scene.text(text.within(scene.width));
                return;
            }
            Row::Total(step) | Row::Step(step, _) => *step,
        };
        let (from, to, tint) = match row {
            Row::Step(_, before) => {
                let tint = if step.value < 0.0 { Tint::Alert } else { Tint::General };
                (self.x(*before), self.x(before + step.value), tint)
            }
            _ if self.is_cut => (self.plot.left, self.x(step.value), Tint::Key),
            _ => (self.x(0.0), self.x(step.value), Tint::Key),
        };
        let rim = height * 0.16;
        let (left, right) = (from.min(to), from.max(to));
        let place = [left, top + rim, (right - left).max(1.0), height - 2.0 * rim];
        let note = format!("{}: {}", step.name, step.label);
        scene.rect(place, Paint::fill(Ink::Fill(tint)).edged(Ink::Edge(tint), 1.0), &note);
        let is_total = matches!(row, Row::Total(_));
        if is_total && self.is_cut {
            self.draw_cut(scene, &place);
        }
        if has_next {
            let (y, x) = (top + height - rim, to);
            scene.line((x, y), (x, y + 2.0 * rim), Paint::stroke(Ink::Axis, 1.0));
        }
        let bold = |text: Text| if is_total { text.bold() } else { text };
        let name = bold(Text::new(0.0, baseline, size, &step.name));
        scene.text(name.within(self.plot.left - 8.0));
        let label = bold(Text::new(right + 6.0, baseline, size, &step.label).halo());
        scene.text(label.within(scene.width - right - 6.0));
    }

    /// Draws the mark of a bar that does not begin at zero.
    fn draw_cut(&self, scene: &mut Scene, [_, top, _, height]: &[f64; 4]) {
        for shift in [10.0, 15.0] {
            let x = self.plot.left + shift;
            let line = Paint::stroke(Ink::Background, 2.0).dashed(Dash::Solid);
            scene.line((x - 2.0, top + height), (x + 2.0, *top), line);
        }
    }
}
