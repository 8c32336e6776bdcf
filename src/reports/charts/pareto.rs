//! The cumulative curve: which share of the customers brings which share of the value.

use super::axis::{Plot, ValueAxis};
use super::curve::{self, x_of};
use super::label;
use super::palette::{Ink, Tint};
use super::scale::Unit;
use super::scene::{Dash, Paint, Scene, Text};
use super::{CurveMark, Width};
use crate::reports::format::Lang;

/// A cumulative curve with the line of equality below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pareto {
    /// Share of customers and cumulative share of value, both 0 to 1, ascending; (0, 0) may be left out.
    pub points: Vec<(f64, f64)>,
    /// The share of value that a horizontal line marks, such as 0.8.
    pub target: f64,
    /// The point where the curve reaches the target.
    pub mark: Option<CurveMark>,
    /// The title of the horizontal axis.
    pub x_title: String,
    /// The title of the vertical axis.
    pub y_title: String,
    /// The words at the line of equality.
    pub equality_label: String,
    /// The language of the ticks.
    pub lang: Lang,
}

impl Pareto {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let mut scene = Scene::new(width, if width == Width::Wide { 380.0 } else { 320.0 });
        let axis = ValueAxis::new(0.0, 1.0, &self.y_title, &Unit::Ratio, self.lang);
        let small = scene.small();
        let plot = Plot {
            left: axis.margin(&scene),
            top: axis.headroom(&scene),
            right: scene.width - small * 1.5,
            bottom: scene.height - small * 3.4,
        };
        let curve = curve::placed(&self.points, &plot, &axis)?;
        axis.draw(&mut scene, &plot);
        curve::draw_share_axis(&mut scene, &plot, &self.x_title);
        let diagonal = [(plot.left, plot.bottom), (plot.right, plot.top)];
        let mut area = curve.clone();
        area.extend([diagonal[1], diagonal[0]]);
        scene.path(area, Paint::fill(Ink::Wash));
        scene.line(diagonal[0], diagonal[1], Paint::stroke(Ink::Axis, 1.0).dashed(Dash::Dashed));
        axis.draw_base(&mut scene, &plot);
        let target = axis.y(&plot, self.target.clamp(0.0, 1.0));
        let rule = Paint::stroke(Ink::Mark, 1.0).dashed(Dash::Dotted);
        scene.line((plot.left, target), (plot.right, target), rule);
        let line = Paint::stroke(Ink::Fill(Tint::Important), 2.5);
        scene.path(curve.clone(), line);

        let mut taken = label::sampled(&curve);
        taken.extend(label::sampled(&diagonal));
        taken.extend(label::sampled(&[(plot.left, target), (plot.right, target)]));
        let label = curve::draw_mark(&mut scene, &plot, &axis, self.mark.as_ref(), &mut taken);
        self.draw_equality(&mut scene, &plot, &taken, &label);
        Some(scene)
    }

    /// Draws the words below the line of equality, unless they would cover the label of the point.
    fn draw_equality(&self, scene: &mut Scene, plot: &Plot, taken: &[(f64, f64)], label: &[Text]) {
        let at = |share: f64| (x_of(plot, share), plot.bottom - share * (plot.bottom - plot.top));
        let points = [0.55, 0.45, 0.35, 0.25, 0.65, 0.15, 0.75, 0.05].map(at);
        let text = Text::new(0.0, 0.0, scene.small(), &self.equality_label).ink(Ink::Soft);
        for line in label::below(&text, &points, plot, taken, label).unwrap_or_default() {
            scene.text(line);
        }
    }
}
