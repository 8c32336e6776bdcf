//! Lorenz curves: which share of the value the smaller customers bring, against the line on which all are equal.

use super::axis::{Plot, ValueAxis};
use super::curve::{self, x_of};
use super::label;
use super::legend::{self, Swatch};
use super::palette::{Ink, Tint};
use super::scale::Unit;
use super::scene::{Dash, Paint, Scene};
use super::{CurveMark, Width};
use crate::reports::format::Lang;

/// One or more Lorenz curves (Lorenz, 1905); the Gini coefficient is twice the area between a curve and the line of equality.
#[derive(Debug, Clone, PartialEq)]
pub struct Lorenz {
    /// The curves, the first one drawn strongest; more than three are not told apart.
    pub curves: Vec<LorenzCurve>,
    /// A point of the first curve, counted from the smallest customer.
    pub mark: Option<CurveMark>,
    /// The title of the horizontal axis.
    pub x_title: String,
    /// The title of the vertical axis.
    pub y_title: String,
    /// What the line of equality is, for the legend.
    pub equality_label: String,
    /// The language of the ticks.
    pub lang: Lang,
}

/// One curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LorenzCurve {
    /// Its name for the legend, such as `Revenue · Gini 0.71`.
    pub name: String,
    /// Share of customers and cumulative share of value from the smallest customer up, both 0 to 1; (0, 0) may be left out.
    pub points: Vec<(f64, f64)>,
}

/// How the curves are drawn, in their order.
const LINES: [(Tint, Dash, f64); 3] =
    [(Tint::Important, Dash::Solid, 2.5), (Tint::Alert, Dash::Dashed, 2.0), (Tint::Key, Dash::Dotted, 2.0)];

impl Lorenz {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let mut scene = Scene::new(width, 0.0);
        let axis = ValueAxis::new(0.0, 1.0, &self.y_title, &Unit::Ratio, self.lang);
        let small = scene.small();
        let names = self.curves.iter().zip(LINES);
        let mut entries: Vec<(Swatch, &str)> = names
            .map(|(curve, (tint, dash, _))| (Swatch::Line(Ink::Fill(tint), dash), curve.name.as_str()))
            .collect();
        entries.push((Swatch::Line(Ink::Axis, Dash::Dashed), &self.equality_label));
        let top = legend::draw(&mut scene, 0.0, 2.0, &entries) + small * 0.5 + axis.headroom(&scene);
        let plot = Plot {
            left: axis.margin(&scene),
            top,
            right: scene.width - small * 1.5,
            bottom: top + if width == Width::Wide { 310.0 } else { 240.0 },
        };
        scene.height = plot.bottom + small * 3.4;
        let placed = |curve: &LorenzCurve| curve::placed(&curve.points, &plot, &axis);
        let curves: Vec<Vec<(f64, f64)>> = self.curves.iter().take(LINES.len()).filter_map(placed).collect();
        let first = curves.first()?;
        axis.draw(&mut scene, &plot);
        curve::draw_share_axis(&mut scene, &plot, &self.x_title);
        let diagonal = [(plot.left, plot.bottom), (x_of(&plot, 1.0), plot.top)];
        let mut area = first.clone();
        area.extend([diagonal[1], diagonal[0]]);
        scene.path(area, Paint::fill(Ink::Wash));
        scene.line(diagonal[0], diagonal[1], Paint::stroke(Ink::Axis, 1.0).dashed(Dash::Dashed));
        axis.draw_base(&mut scene, &plot);
        for (curve, (tint, dash, thick)) in curves.iter().zip(LINES).rev() {
            scene.path(curve.clone(), Paint::stroke(Ink::Fill(tint), thick).dashed(dash));
        }
        let mut taken = label::sampled(&diagonal);
        taken.extend(curves.iter().flat_map(|curve| label::sampled(curve)));
        curve::draw_mark(&mut scene, &plot, &axis, self.mark.as_ref(), &mut taken);
        Some(scene)
    }
}
