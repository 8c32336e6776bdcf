//! Survival: the share that is still here by age, as steps, with its confidence band and the numbers at risk.

use super::Width;
use super::axis::{Plot, ValueAxis};
use super::label;
use super::legend::{self, Swatch};
use super::measure::{in_two, text_width};
use super::palette::{Ink, Tint};
use super::scale::{Unit, drawable, float};
use super::scene::{Anchor, Dash, Paint, Scene, Text};
use crate::reports::format::Lang;

/// A survival curve (Kaplan and Meier, 1958).
#[derive(Debug, Clone, PartialEq)]
pub struct Survival {
    /// One point for each age from 0 up, without gaps.
    pub points: Vec<SurvivalPoint>,
    /// The point with a label: its index, and what it says.
    pub mark: Option<(usize, String)>,
    /// The title of the ages.
    pub x_title: String,
    /// The title of the shares.
    pub y_title: String,
    /// What the numbers below are.
    pub risk_title: String,
    /// What the band is, for the legend.
    pub band_note: String,
    /// What a dotted stretch is, for the legend.
    pub small_note: String,
    /// The language of the ticks.
    pub lang: Lang,
}

/// The share at one age.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurvivalPoint {
    /// The age as text.
    pub age: String,
    /// The share still here, 0 to 1.
    pub share: f64,
    /// The ends of the confidence band; `None` where it is not known.
    pub band: Option<(f64, f64)>,
    /// How many were seen at this age, as text.
    pub at_risk: String,
    /// Whether these are too few to say much.
    pub is_small: bool,
}

impl Survival {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        if self.points.is_empty() || !self.points.iter().all(|point| drawable(point.share)) {
            return None;
        }
        let mut scene = Scene::new(width, 0.0);
        let small = scene.small();
        let axis = ValueAxis::new(0.0, 1.0, &self.y_title, &Unit::Ratio, self.lang);
        let top = self.draw_legend(&mut scene) + small * 0.5 + axis.headroom(&scene);
        let left = axis.margin(&scene).max(self.widest(0, small) / 2.0 + 2.0);
        let last = self.points.len() - 1;
        let plot = Plot {
            left,
            top,
            right: scene.width - (self.widest(last, small) / 2.0 + 2.0).max(small),
            bottom: top + if width == Width::Wide { 230.0 } else { 190.0 },
        };
        scene.height = plot.bottom + small * 6.5;
        axis.draw(&mut scene, &plot);
        self.draw_band(&mut scene, &plot, &axis);
        axis.draw_base(&mut scene, &plot);
        self.draw_steps(&mut scene, &plot, &axis);
        self.draw_ages(&mut scene, &plot);
        self.draw_mark(&mut scene, &plot, &axis);
        Some(scene)
    }

    fn draw_legend(&self, scene: &mut Scene) -> f64 {
        let mut entries = Vec::new();
        if self.points.iter().any(|point| point.band.is_some()) {
            entries.push((Swatch::Square(Tint::Maintenance), self.band_note.as_str()));
        }
        if self.points.iter().any(|point| point.is_small) {
            entries.push((Swatch::Line(Ink::Fill(Tint::Important), Dash::Dotted), &self.small_note));
        }
        legend::draw(scene, 0.0, 2.0, &entries)
    }

    /// The wider of the texts below an age.
    fn widest(&self, index: usize, size: f64) -> f64 {
        let point = &self.points[index];
        text_width(&point.age, size).max(text_width(&point.at_risk, size))
    }

    /// The left end of an age; the last age has a slot of its own, so that its step is seen.
    fn x(&self, plot: &Plot, index: usize) -> f64 {
        plot.left + float(index) / float(self.points.len()) * (plot.right - plot.left)
    }

    fn draw_band(&self, scene: &mut Scene, plot: &Plot, axis: &ValueAxis) {
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        for (index, point) in self.points.iter().enumerate() {
            let Some((low, high)) = point.band.filter(|(low, high)| drawable(*low) && drawable(*high)) else {
                break;
            };
            let (from, to) = (self.x(plot, index), self.x(plot, index + 1));
            let (low, high) = (axis.y(plot, low.clamp(0.0, 1.0)), axis.y(plot, high.clamp(0.0, 1.0)));
            upper.extend([(from, high), (to, high)]);
            lower.extend([(from, low), (to, low)]);
        }
        upper.extend(lower.into_iter().rev());
        scene.path(upper, Paint::fill(Ink::Fill(Tint::Maintenance)));
    }

    fn steps(&self, plot: &Plot, axis: &ValueAxis) -> Vec<[(f64, f64); 2]> {
        let step = |(index, point): (usize, &SurvivalPoint)| {
            let y = axis.y(plot, point.share.clamp(0.0, 1.0));
            [(self.x(plot, index), y), (self.x(plot, index + 1), y)]
        };
        self.points.iter().enumerate().map(step).collect()
    }

    /// Draws the steps, dotted from the first age that too few were seen at.
    fn draw_steps(&self, scene: &mut Scene, plot: &Plot, axis: &ValueAxis) {
        let solid = self.points.iter().position(|point| point.is_small).unwrap_or(self.points.len());
        let steps = self.steps(plot, axis);
        let line = Paint::stroke(Ink::Fill(Tint::Important), 2.5);
        scene.path(steps[..solid].concat(), line);
        scene.path(
            steps[solid.saturating_sub(1)..].concat().split_off(usize::from(solid > 0)),
            line.dashed(Dash::Dotted),
        );
    }

    /// Draws ages and the numbers at risk below them, at every age where they fit, every second, third, sixth or twelfth.
    fn draw_ages(&self, scene: &mut Scene, plot: &Plot) {
        let size = scene.small();
        let slot = self.x(plot, 1) - self.x(plot, 0);
        let widest = (0..self.points.len()).map(|index| self.widest(index, size)).fold(0.0, f64::max);
        let steps = [1, 2, 3, 6, 12, 24, 48, 96];
        let stride = steps.into_iter().find(|step| float(*step) * slot >= widest + 8.0).unwrap_or(usize::MAX);
        for (index, point) in self.points.iter().enumerate().step_by(stride) {
            let x = self.x(plot, index);
            let tick = Paint::stroke(Ink::Axis, 1.0);
            scene.line((x, plot.bottom), (x, plot.bottom + 4.0), tick);
            let text =
                |y: f64, words: &str| Text::new(x, y, size, words).anchor(Anchor::Middle).ink(Ink::Soft);
            scene.text(text(plot.bottom + size * 1.6, &point.age));
            scene.text(text(plot.bottom + size * 5.9, &point.at_risk));
        }
        let title = Text::new(plot.right, plot.bottom + size * 2.9, size, &self.x_title).anchor(Anchor::End);
        scene.text(title.ink(Ink::Soft).within(plot.right));
        let title = Text::new(0.0, plot.bottom + size * 4.6, size, &self.risk_title).ink(Ink::Soft);
        scene.text(title.within(scene.width));
    }

    fn draw_mark(&self, scene: &mut Scene, plot: &Plot, axis: &ValueAxis) {
        let Some((index, label)) = self.mark.as_ref().filter(|(index, _)| *index < self.points.len()) else {
            return;
        };
        let steps = self.steps(plot, axis);
        let at = steps[*index][0];
        let line = |text: &str| Text::new(at.0, at.1, scene.font, text).ink(Ink::Mark).bold().halo();
        let whole = line(label);
        let lines = if whole.area().width > (plot.right - plot.left) * 0.55 {
            in_two(label).into_iter().map(line).collect()
        } else {
            vec![whole]
        };
        let placed = label::beside(&lines, at, plot, &label::sampled(&steps.concat()));
        scene.line(at, (at.0, plot.bottom), Paint::stroke(Ink::Mark, 1.0).dashed(Dash::Dotted));
        scene.circle(at, 5.5, Paint::fill(Ink::Mark).edged(Ink::Background, 2.0), label);
        for line in placed {
            scene.text(line);
        }
    }
}
