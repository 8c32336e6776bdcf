//! Axes: a value axis with grid lines, and a time axis whose labels thin out.

use super::Slot;
use super::measure::text_width;
use super::palette::Ink;
use super::scale::{Ticks, Unit, float};
use super::scene::{Anchor, Paint, Scene, Text};
use crate::reports::format::Lang;

/// The area that data is drawn in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// A vertical axis with its grid lines.
pub(super) struct ValueAxis {
    ticks: Ticks,
    labels: Vec<String>,
    caption: String,
    unit: Unit,
    lang: Lang,
    /// Room between the title and the plot, for texts over the data.
    clearance: f64,
}

impl ValueAxis {
    pub(super) fn new(low: f64, high: f64, title: &str, unit: &Unit, lang: Lang) -> Self {
        let ticks = Ticks::covering(low, high, 6.5, unit);
        Self {
            labels: ticks.labels(unit, lang),
            caption: ticks.caption(title, unit, lang),
            unit: unit.clone(),
            lang,
            ticks,
            clearance: 0.0,
        }
    }

    /// A value as text in the unit of the axis.
    pub(super) fn text(&self, value: f64) -> String {
        self.ticks.text(value, &self.unit, self.lang)
    }

    /// The room that labels need left of the plot.
    pub(super) fn margin(&self, scene: &Scene) -> f64 {
        let widths = self.labels.iter().map(|label| text_width(label, scene.small()));
        widths.fold(0.0, f64::max) + 10.0
    }

    /// The room that the title needs above the plot.
    pub(super) fn headroom(&self, scene: &Scene) -> f64 {
        let title = if self.caption.is_empty() { 1.0 } else { 2.2 };
        self.clearance + scene.small() * title
    }

    /// Makes room for a line of text over a value, if the plot would end too close above it.
    pub(super) fn clear_above(&mut self, value: f64, scene: &Scene) {
        let (low, high) = (self.ticks.low(), self.ticks.high());
        if (high - value) / (high - low) < 0.12 {
            self.clearance = scene.small() * 1.3;
        }
    }

    /// The vertical position of a value.
    pub(super) fn y(&self, plot: &Plot, value: f64) -> f64 {
        let (low, high) = (self.ticks.low(), self.ticks.high());
        plot.bottom - (value - low) / (high - low) * (plot.bottom - plot.top)
    }

    /// Where bars begin: zero, or the end of the axis nearest to it.
    pub(super) fn base(&self, plot: &Plot) -> f64 {
        self.y(plot, 0.0_f64.clamp(self.ticks.low(), self.ticks.high()))
    }

    /// Draws grid lines, labels and the title; the line at the base is stronger.
    pub(super) fn draw(&self, scene: &mut Scene, plot: &Plot) {
        let size = scene.small();
        let base = self.base(plot);
        for (value, label) in self.ticks.values().iter().zip(&self.labels) {
            let y = self.y(plot, *value);
            if (y - base).abs() > 0.5 {
                scene.line((plot.left, y), (plot.right, y), Paint::stroke(Ink::Grid, 1.0));
            }
            let text = Text::new(plot.left - 8.0, y + size * 0.36, size, label);
            scene.text(text.anchor(Anchor::End).ink(Ink::Soft));
        }
        let y = plot.top - self.clearance - size * 1.15;
        let title = Text::new(0.0, y, size, &self.caption).ink(Ink::Soft);
        scene.text(title.within(scene.width));
    }

    /// Draws the line at the base, after the bars that stand on it; strong only where it is zero.
    pub(super) fn draw_base(&self, scene: &mut Scene, plot: &Plot) {
        let y = self.base(plot);
        let is_zero = self.ticks.low() <= 0.0 && self.ticks.high() >= 0.0;
        let ink = if is_zero { Ink::Axis } else { Ink::Grid };
        scene.line((plot.left, y), (plot.right, y), Paint::stroke(ink, 1.0));
    }
}

/// A horizontal axis of equal slots.
pub(super) struct TimeAxis<'a> {
    slots: &'a [Slot],
}

impl<'a> TimeAxis<'a> {
    pub(super) fn new(slots: &'a [Slot]) -> Self {
        Self { slots }
    }

    pub(super) fn slot_width(&self, plot: &Plot) -> f64 {
        (plot.right - plot.left) / float(self.slots.len().max(1))
    }

    /// The middle of a slot.
    pub(super) fn x(&self, plot: &Plot, index: usize) -> f64 {
        plot.left + (float(index) + 0.5) * self.slot_width(plot)
    }

    /// The room that labels need below the plot.
    pub(super) fn margin(&self, scene: &Scene) -> f64 {
        let grouped = self.slots.iter().any(|slot| !slot.group.is_empty());
        scene.small() * if grouped { 3.2 } else { 1.9 }
    }

    /// Every how many slots a text of at most this width fits.
    pub(super) fn stride(&self, plot: &Plot, widest: f64) -> usize {
        let slot = self.slot_width(plot);
        let steps = [1, 2, 3, 4, 6, 12, 24, 48, 96];
        let fits = |step: &&usize| float(**step) * slot >= widest + 6.0;
        steps.iter().find(fits).copied().unwrap_or(usize::MAX)
    }

    /// Draws labels, always the last one, and the groups below where they change.
    pub(super) fn draw(&self, scene: &mut Scene, plot: &Plot) {
        let size = scene.small();
        let widths = self.slots.iter().map(|slot| text_width(&slot.label, size));
        let stride = self.stride(plot, widths.fold(0.0, f64::max));
        let shown =
            (0..self.slots.len()).filter(|index| (self.slots.len() - 1 - index).is_multiple_of(stride));
        let mut group = "";
        let mut groups: Vec<Text> = Vec::new();
        for index in shown {
            let slot = &self.slots[index];
            let x = self.x(plot, index);
            let y = plot.bottom + size * 1.5;
            scene.text(inside(centred(x, y, size, &slot.label), scene.width));
            if slot.group != group {
                group = &slot.group;
                let text = inside(centred(x, y + size * 1.3, size, group), scene.width);
                let crowded = |last: &Text| last.area().x + last.area().width + 6.0 > text.area().x;
                if groups.last().is_some_and(crowded) {
                    groups.pop();
                }
                groups.push(text);
            }
        }
        for text in groups {
            scene.text(text);
        }
    }
}

fn centred(x: f64, y: f64, size: f64, text: &str) -> Text {
    Text::new(x, y, size, text).anchor(Anchor::Middle).ink(Ink::Soft)
}

/// The text moved sideways, and cut if need be, so that it stays between 0 and `width`.
pub(super) fn inside(text: Text, width: f64) -> Text {
    let mut text = text.within(width);
    let area = text.area();
    let over = (area.x + area.width - width).max(0.0);
    text.x += if area.x < 0.0 { -area.x } else { -over };
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::charts::Width;

    #[test]
    fn the_last_label_is_shown_and_years_stand_where_they_change() {
        let month = |index: usize| Slot {
            label: format!("{}月", (index + 9) % 12 + 1),
            group: if index < 3 { "2025年" } else { "2026年" }.to_owned(),
            partial: false,
        };
        let slots: Vec<Slot> = (0..13).map(month).collect();
        let plot = Plot { left: 30.0, top: 0.0, right: 350.0, bottom: 100.0 };
        let mut scene = Scene::new(Width::Narrow, 140.0);
        TimeAxis::new(&slots).draw(&mut scene, &plot);
        let boxes = scene.text_boxes();
        assert!(boxes.iter().any(|label| label.text == "10月"));
        assert_eq!(boxes.iter().filter(|label| label.text == "2026年").count(), 1);
        for (index, left) in boxes.iter().enumerate() {
            assert!(boxes[index + 1..].iter().all(|right| !left.overlaps(right)));
        }
    }
}
