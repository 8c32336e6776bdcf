//! A series over time, with the year before behind it.

use super::axis::{Plot, TimeAxis, ValueAxis, inside};
use super::legend::{self, Swatch};
use super::palette::{Ink, Tint};
use super::scale::{Unit, placed};
use super::scene::{Dash, Paint, Scene, Text};
use super::{Slot, Width};
use crate::reports::format::Lang;

/// A line over time slots; gaps where values are missing, dashed into a period that is not over.
#[derive(Debug, Clone, PartialEq)]
pub struct LineCompare {
    /// The slots, in order.
    pub slots: Vec<Slot>,
    /// The line.
    pub current: Line,
    /// The line to compare with, such as the same months a year before.
    pub previous: Option<Line>,
    /// What a partial slot means, for the legend.
    pub partial_note: String,
    /// Where the value axis begins.
    pub baseline: Baseline,
    /// The title of the value axis.
    pub y_title: String,
    /// What is measured.
    pub unit: Unit,
    /// The language of the ticks.
    pub lang: Lang,
}

/// The values of one line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// Its name, for the legend; with a single line it may be empty.
    pub name: String,
    /// One value per slot; missing and infinite values are gaps.
    pub values: Vec<Option<f64>>,
    /// What stands at its last point.
    pub last_label: String,
    /// The value as text, one per slot or none, for the notes at the points in the wide form.
    pub labels: Vec<String>,
}

/// Where a value axis begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// At zero, so that heights can be compared.
    Zero,
    /// Near the data, for rates that move little.
    Data,
}

impl LineCompare {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let (low, high) = self.extent()?;
        let mut scene = Scene::new(width, 0.0);
        let axis = ValueAxis::new(low, high, &self.y_title, &self.unit, self.lang);
        let time = TimeAxis::new(&self.slots);
        let below = self.draw_legend(&mut scene);
        let top = below + scene.small() * 0.5 + axis.headroom(&scene);
        let labels = self.labels(&scene);
        let widest = labels.iter().map(|text| text.area().width).fold(0.0, f64::max);
        let plot = Plot {
            left: axis.margin(&scene),
            top,
            right: scene.width - (widest + 4.0).min(scene.width * 0.3),
            bottom: top + if width == Width::Wide { 230.0 } else { 180.0 },
        };
        scene.height = plot.bottom + time.margin(&scene);
        axis.draw(&mut scene, &plot);
        axis.draw_base(&mut scene, &plot);
        time.draw(&mut scene, &plot);
        let at = |index: usize, value: f64| (time.x(&plot, index), axis.y(&plot, value));
        if let Some(previous) = &self.previous {
            self.draw_line(&mut scene, previous, Paint::stroke(Ink::Axis, 2.0).dashed(Dash::Dashed), &at);
        }
        self.draw_line(&mut scene, &self.current, Paint::stroke(Ink::Fill(Tint::Important), 2.5), &at);
        self.draw_points(&mut scene, &at);
        self.draw_labels(&mut scene, &plot, labels, &at);
        Some(scene)
    }

    /// The lowest and the highest value, with zero if the axis begins there.
    fn extent(&self) -> Option<(f64, f64)> {
        if self.slots.is_empty() {
            return None;
        }
        let lines = std::iter::once(&self.current).chain(&self.previous);
        let values = lines.flat_map(|line| (0..self.slots.len()).filter_map(|index| line.at(index)));
        let ends = values.fold(None, |ends: Option<(f64, f64)>, value| {
            let (low, high) = ends.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = ends?;
        match self.baseline {
            Baseline::Data if high > low => Some((low, high)),
            _ => Some((low.min(0.0), high.max(0.0))),
        }
    }

    fn draw_legend(&self, scene: &mut Scene) -> f64 {
        let mut entries = Vec::new();
        if let Some(previous) = &self.previous {
            let line = Swatch::Line(Ink::Fill(Tint::Important), Dash::Solid);
            entries.push((line, self.current.name.as_str()));
            entries.push((Swatch::Line(Ink::Axis, Dash::Dashed), &previous.name));
        }
        let partial = |(index, slot): (usize, &Slot)| slot.partial && self.current.at(index).is_some();
        if self.slots.iter().enumerate().any(partial) {
            entries.push((Swatch::HollowPoint, &self.partial_note));
        }
        legend::draw(scene, 0.0, 2.0, &entries)
    }

    fn draw_line(&self, scene: &mut Scene, line: &Line, paint: Paint, at: &dyn Fn(usize, f64) -> (f64, f64)) {
        let mut run: Vec<(f64, f64)> = Vec::new();
        let is_current = paint.dash == Dash::Solid;
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(point) = line.at(index).map(|value| at(index, value)) else {
                scene.path(std::mem::take(&mut run), paint);
                continue;
            };
            if slot.partial && is_current {
                let before = run.last().copied();
                scene.path(std::mem::take(&mut run), paint);
                scene.path(before.into_iter().chain([point]).collect(), paint.dashed(Dash::Dotted));
            }
            run.push(point);
        }
        scene.path(run, paint);
    }

    /// Draws the points of the current line: small ones, a large last one, hollow where the period is not over.
    fn draw_points(&self, scene: &mut Scene, at: &dyn Fn(usize, f64) -> (f64, f64)) {
        let last = self.current.last(self.slots.len()).map(|(index, _)| index);
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(value) = self.current.at(index) else {
                continue;
            };
            let ink = Ink::Fill(Tint::Important);
            let (radius, paint) = match (slot.partial, Some(index) == last) {
                (true, _) => (4.0, Paint::fill(Ink::Background).edged(ink, 2.0)),
                (false, true) => (4.5, Paint::fill(ink)),
                (false, false) => (2.5, Paint::fill(ink)),
            };
            let note = self.current.labels.get(index).map_or_else(String::new, |label| {
                let period = format!("{} {}", slot.group, slot.label);
                format!("{}: {label}", period.trim())
            });
            scene.circle(at(index, value), radius, paint, &note);
        }
    }

    /// The labels at the last points, the current line first, not yet placed.
    fn labels(&self, scene: &Scene) -> Vec<Text> {
        let room = scene.width * 0.3 - 4.0;
        let current = Text::new(0.0, 0.0, scene.font, &self.current.last_label).bold();
        let previous = self
            .previous
            .as_ref()
            .map(|line| Text::new(0.0, 0.0, scene.small(), &line.last_label).ink(Ink::Soft));
        let all = std::iter::once(current).chain(previous);
        all.map(|text| text.halo().within(room)).collect()
    }

    /// Places the labels right of their points, and moves the second away from the first.
    fn draw_labels(
        &self,
        scene: &mut Scene,
        plot: &Plot,
        labels: Vec<Text>,
        at: &dyn Fn(usize, f64) -> (f64, f64),
    ) {
        let lines = std::iter::once(&self.current).chain(&self.previous);
        let mut first: Option<(f64, f64)> = None;
        for (mut text, line) in labels.into_iter().zip(lines) {
            let Some((x, y)) = line.last(self.slots.len()).map(|(index, value)| at(index, value)) else {
                continue;
            };
            text.x = x + 8.0;
            text.y = y + text.size * 0.36;
            let line = text.size * 1.3;
            if let Some((x_before, y_before)) = first
                && (text.y - y_before).abs() < line
                && (text.x - x_before).abs() < text.area().width
            {
                let up = text.y < y_before && y_before - line > plot.top;
                text.y = y_before + if up { -line } else { line };
                if text.y > plot.bottom {
                    text.y = y_before - line;
                }
            }
            first = first.or(Some((text.x, text.y)));
            scene.text(inside(text, scene.width));
        }
    }
}

impl Line {
    fn at(&self, index: usize) -> Option<f64> {
        placed(self.values.get(index).copied().flatten())
    }

    /// The last value within the slots, with its slot.
    fn last(&self, slots: usize) -> Option<(usize, f64)> {
        (0..slots).rev().find_map(|index| self.at(index).map(|value| (index, value)))
    }
}
