//! The cumulative curve: which share of the customers brings which share of the value.

use super::Width;
use super::axis::{Plot, ValueAxis};
use super::label::{self, Label};
use super::measure::in_two;
use super::palette::{Ink, Tint};
use super::scale::Unit;
use super::scene::{Anchor, Dash, Paint, Scene, Text};
use crate::reports::format::{Lang, percent_digits};

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

/// A point on a curve with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveMark {
    /// Share of customers, 0 to 1.
    pub x: f64,
    /// Share of value, 0 to 1.
    pub y: f64,
    /// What it says, such as `80% 来自 21.7% 的客户`.
    pub label: String,
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
        let curve = self.curve(&plot, &axis)?;
        axis.draw(&mut scene, &plot);
        self.draw_x_axis(&mut scene, &plot);
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
        let label = self.draw_mark(&mut scene, &plot, &axis, &mut taken);
        self.draw_equality(&mut scene, &plot, &taken, &label);
        Some(scene)
    }

    /// The curve in the plot, from (0, 0) to (1, 1), with the points that the eye cannot miss taken out.
    fn curve(&self, plot: &Plot, axis: &ValueAxis) -> Option<Vec<(f64, f64)>> {
        let finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
        let mut points = vec![(0.0, 0.0)];
        points.extend(self.points.iter().filter(finite).map(|(x, y)| (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0))));
        if points.len() == 1 {
            return None;
        }
        let at = |(x, y): &(f64, f64)| (x_of(plot, *x), axis.y(plot, *y));
        let placed: Vec<(f64, f64)> = points.iter().map(at).collect();
        Some(simplified(&placed, 0.2))
    }

    fn draw_x_axis(&self, scene: &mut Scene, plot: &Plot) {
        let size = scene.small();
        for fifth in 0..=5 {
            let share = f64::from(fifth) / 5.0;
            let text =
                Text::new(x_of(plot, share), plot.bottom + size * 1.5, size, &percent_digits(share, 0));
            scene.text(text.anchor(Anchor::Middle).ink(Ink::Soft));
        }
        let title = Text::new(plot.right, plot.bottom + size * 2.9, size, &self.x_title);
        scene.text(title.anchor(Anchor::End).ink(Ink::Soft).within(plot.right));
    }

    /// Draws the point, its line down to the axis, which joins `taken`, and its label, which it returns.
    fn draw_mark(
        &self,
        scene: &mut Scene,
        plot: &Plot,
        axis: &ValueAxis,
        taken: &mut Vec<(f64, f64)>,
    ) -> Label {
        let finite = |mark: &&CurveMark| mark.x.is_finite() && mark.y.is_finite();
        let Some(mark) = self.mark.as_ref().filter(finite) else {
            return Vec::new();
        };
        let at = (x_of(plot, mark.x.clamp(0.0, 1.0)), axis.y(plot, mark.y.clamp(0.0, 1.0)));
        let foot = (at.0, plot.bottom);
        scene.line(at, foot, Paint::stroke(Ink::Mark, 1.0).dashed(Dash::Dotted));
        let dot = Paint::fill(Ink::Mark).edged(Ink::Background, 2.0);
        scene.circle(at, 5.5, dot, &mark.label);
        taken.extend(label::sampled(&[at, foot]));
        let line = |text: &str| Text::new(at.0, at.1, scene.font, text).ink(Ink::Mark).bold().halo();
        let whole = line(&mark.label);
        let lines = if whole.area().width > (plot.right - plot.left) * 0.55 {
            in_two(&mark.label).into_iter().map(line).collect()
        } else {
            vec![whole]
        };
        let label = label::beside(&lines, at, plot, taken);
        for line in &label {
            scene.text(line.clone());
        }
        label
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

fn x_of(plot: &Plot, share: f64) -> f64 {
    plot.left + share * (plot.right - plot.left)
}

/// The line without the points that lie closer than `tolerance` to it (Douglas and Peucker, 1973).
fn simplified(points: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    let mut keep = vec![false; points.len()];
    let last = points.len() - 1;
    (keep[0], keep[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let distance = |index: &usize| off_line(points[*index], points[from], points[to]);
        let farthest = (from + 1..to).max_by(|a, b| distance(a).total_cmp(&distance(b)));
        if let Some(index) = farthest.filter(|index| distance(index) > tolerance) {
            keep[index] = true;
            open.extend([(from, index), (index, to)]);
        }
    }
    points.iter().zip(keep).filter(|(_, keep)| *keep).map(|(point, _)| *point).collect()
}

fn off_line(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if length < 1e-9 {
        return (point.0 - from.0).hypot(point.1 - from.1);
    }
    ((point.0 - from.0) * dy - (point.1 - from.1) * dx).abs() / length
}
