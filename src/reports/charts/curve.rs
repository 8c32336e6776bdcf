//! What curves of shares over shares have in common: the axis, the curve in the plot, the marked point.

use super::axis::{Plot, ValueAxis};
use super::label::{self, Label};
use super::measure::in_two;
use super::palette::Ink;
use super::scene::{Anchor, Dash, Paint, Scene, Text};
use crate::reports::format::percent_digits;

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

/// The curve in the plot, from (0, 0) to (1, 1), with the points that the eye cannot miss taken out.
pub(super) fn placed(shares: &[(f64, f64)], plot: &Plot, axis: &ValueAxis) -> Option<Vec<(f64, f64)>> {
    let finite = |point: &&(f64, f64)| point.0.is_finite() && point.1.is_finite();
    let mut points = vec![(0.0, 0.0)];
    points.extend(shares.iter().filter(finite).map(|(x, y)| (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0))));
    if points.len() == 1 {
        return None;
    }
    let at = |(x, y): &(f64, f64)| (x_of(plot, *x), axis.y(plot, *y));
    let placed: Vec<(f64, f64)> = points.iter().map(at).collect();
    Some(simplified(&placed, 0.2))
}

/// Draws the axis of the shares of customers, in fifths.
pub(super) fn draw_share_axis(scene: &mut Scene, plot: &Plot, title: &str) {
    let size = scene.small();
    for fifth in 0..=5 {
        let share = f64::from(fifth) / 5.0;
        let text = Text::new(x_of(plot, share), plot.bottom + size * 1.5, size, &percent_digits(share, 0));
        scene.text(text.anchor(Anchor::Middle).ink(Ink::Soft));
    }
    let title = Text::new(plot.right, plot.bottom + size * 2.9, size, title);
    scene.text(title.anchor(Anchor::End).ink(Ink::Soft).within(plot.right));
}

/// Draws the point, its line down to the axis, which joins `taken`, and its label, which it returns.
pub(super) fn draw_mark(
    scene: &mut Scene,
    plot: &Plot,
    axis: &ValueAxis,
    mark: Option<&CurveMark>,
    taken: &mut Vec<(f64, f64)>,
) -> Label {
    let finite = |mark: &&CurveMark| mark.x.is_finite() && mark.y.is_finite();
    let Some(mark) = mark.filter(finite) else {
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

/// The horizontal position of a share.
pub(super) fn x_of(plot: &Plot, share: f64) -> f64 {
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
