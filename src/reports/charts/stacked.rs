//! Parts of a whole over time, as bars; negative parts hang below the axis.

use super::axis::{Plot, TimeAxis, ValueAxis};
use super::legend::{self, Swatch};
use super::measure::text_width;
use super::palette::{Ink, Tint};
use super::scale::{Unit, placed};
use super::scene::{Anchor, Dash, Paint, Scene, Text, TextBox};
use super::{Slot, Width};
use crate::reports::format::Lang;

/// Stacked bars, one per slot, the first series at the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct StackedBars {
    /// The slots, in order.
    pub slots: Vec<Slot>,
    /// The parts, from the axis outwards.
    pub series: Vec<Series>,
    /// What stands over each bar in the unit of the axis, where it fits; one per slot or none.
    pub totals: Vec<f64>,
    /// What a partial slot means, for the legend.
    pub partial_note: String,
    /// The title of the value axis.
    pub y_title: String,
    /// What is measured.
    pub unit: Unit,
    /// The language of the ticks.
    pub lang: Lang,
}

/// One part in all slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name, for the legend and the notes at its bars.
    pub name: String,
    /// Its colour.
    pub tint: Tint,
    /// One value per slot; missing and infinite values are not drawn.
    pub values: Vec<Option<f64>>,
    /// The value as text, one per slot or none, for the notes at the bars in the wide form.
    pub labels: Vec<String>,
    /// What stands inside its bars where it fits, such as the share of the bar; one per slot or none.
    pub inside: Vec<String>,
}

impl StackedBars {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let series = || self.series.iter();
        let any = series().any(|part| part.values.iter().any(|value| placed(*value).is_some()));
        if !any || self.slots.is_empty() {
            return None;
        }
        let mut scene = Scene::new(width, 0.0);
        let (low, high) = self.extent();
        let mut axis = ValueAxis::new(low, high, &self.y_title, &self.unit, self.lang);
        if !self.totals.is_empty() {
            axis.clear_above(high, &scene);
        }
        let time = TimeAxis::new(&self.slots);
        let mut entries: Vec<(Swatch, &str)> =
            series().map(|part| (Swatch::Square(part.tint), part.name.as_str())).collect();
        if self.slots.iter().any(|slot| slot.partial) {
            entries.push((Swatch::DashedBox, &self.partial_note));
        }
        let below = legend::draw(&mut scene, 0.0, 2.0, &entries);
        let top = below + scene.small() * 0.5 + axis.headroom(&scene);
        let plot = Plot {
            left: axis.margin(&scene),
            top,
            right: scene.width - 4.0,
            bottom: top + if width == Width::Wide { 250.0 } else { 190.0 },
        };
        scene.height = plot.bottom + time.margin(&scene);
        axis.draw(&mut scene, &plot);
        time.draw(&mut scene, &plot);
        let tops: Vec<f64> = (0..self.slots.len())
            .map(|index| self.draw_bar(&mut scene, &plot, &axis, &time, index))
            .collect();
        axis.draw_base(&mut scene, &plot);
        let totals: Vec<String> = self.totals.iter().map(|total| axis.text(*total)).collect();
        draw_totals(&mut scene, &plot, &time, &totals, &tops);
        Some(scene)
    }

    /// The lowest and the highest end of any bar, zero included.
    fn extent(&self) -> (f64, f64) {
        let ends = (0..self.slots.len()).map(|index| {
            let values = || self.series.iter().filter_map(move |part| value_at(part, index));
            let below: f64 = values().filter(|value| *value < 0.0).sum();
            let above: f64 = values().filter(|value| *value > 0.0).sum();
            (below, above)
        });
        ends.fold((0.0, 0.0), |(low, high), (below, above)| (below.min(low), above.max(high)))
    }

    /// Draws one bar and returns its upper end.
    fn draw_bar(
        &self,
        scene: &mut Scene,
        plot: &Plot,
        axis: &ValueAxis,
        time: &TimeAxis<'_>,
        index: usize,
    ) -> f64 {
        let width = bar_width(time, plot);
        let left = time.x(plot, index) - width / 2.0;
        let (mut above, mut below) = (0.0, 0.0);
        for part in &self.series {
            let Some(value) = value_at(part, index) else {
                continue;
            };
            let start = if value < 0.0 { &mut below } else { &mut above };
            let (from, to) = (axis.y(plot, *start), axis.y(plot, *start + value));
            *start += value;
            let place = [left, from.min(to), width, (from - to).abs()];
            if place[3] >= 0.05 {
                let paint = Paint::fill(Ink::Fill(part.tint)).edged(Ink::Edge(part.tint), 1.0);
                scene.rect(place, paint, &self.note(part, index));
                draw_inside(scene, place, part, index);
            }
        }
        let (top, bottom) = (axis.y(plot, above), axis.y(plot, below));
        if !self.slots[index].partial || bottom - top <= 1.0 {
            return top;
        }
        let rim = 3.0;
        let over = if above > 0.0 { top - rim } else { top };
        let under = if below < 0.0 { bottom + rim } else { bottom };
        let paint = Paint::stroke(Ink::Text, 1.0).dashed(Dash::Dotted);
        scene.rect([left - rim, over, width + 2.0 * rim, under - over], paint, "");
        over
    }

    fn note(&self, part: &Series, index: usize) -> String {
        let Some(label) = part.labels.get(index) else {
            return String::new();
        };
        let slot = &self.slots[index];
        let period = format!("{} {}", slot.group, slot.label);
        format!("{} · {}: {label}", period.trim(), part.name)
    }
}

fn draw_totals(scene: &mut Scene, plot: &Plot, time: &TimeAxis<'_>, totals: &[String], tops: &[f64]) {
    let size = scene.small();
    let widest = totals.iter().map(|total| text_width(total, size)).fold(0.0, f64::max);
    let stride = time.stride(plot, widest);
    let mut taken: Vec<TextBox> = Vec::new();
    for (index, (total, top)) in totals.iter().zip(tops).enumerate().rev() {
        if !(tops.len() - 1 - index).is_multiple_of(stride) {
            continue;
        }
        let text = Text::new(time.x(plot, index), top - 5.0, size, total);
        let mut text = super::axis::inside(text.anchor(Anchor::Middle).halo(), scene.width);
        text.x += (plot.left - 4.0 - text.area().x).max(0.0);
        let area = text.area();
        let hides = |(other, other_top): (usize, &f64)| {
            let distance = (time.x(plot, other) - area.x - area.width / 2.0).abs();
            let beside = distance < area.width / 2.0 + bar_width(time, plot) / 2.0;
            other != index && beside && *other_top < area.y + area.height
        };
        let is_free = !taken.iter().any(|other| other.overlaps(&area));
        if is_free && !tops.iter().enumerate().any(hides) {
            taken.push(area.clone());
            scene.text(text);
        }
    }
}

fn draw_inside(scene: &mut Scene, [x, y, width, height]: [f64; 4], part: &Series, index: usize) {
    let Some(label) = part.inside.get(index) else {
        return;
    };
    let size = scene.small();
    let fits = height >= size * 1.3 && width >= text_width(label, size) + 4.0;
    if fits {
        let baseline = y + height / 2.0 + size * 0.36;
        let text = Text::new(x + width / 2.0, baseline, size, label).anchor(Anchor::Middle);
        scene.text(text.ink(Ink::On(part.tint)));
    }
}

fn bar_width(time: &TimeAxis<'_>, plot: &Plot) -> f64 {
    (time.slot_width(plot) * 0.7).min(56.0)
}

fn value_at(part: &Series, index: usize) -> Option<f64> {
    placed(part.values.get(index).copied().flatten())
}
