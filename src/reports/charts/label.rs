//! Finds a place for a label beside a point where it covers as little of the drawing as possible.

use super::axis::Plot;
use super::scale::float;
use super::scene::{Anchor, Text, TextBox};

/// A label of one or more lines, from the top.
pub(super) type Label = Vec<Text>;

/// The label beside `at`, at the first place inside the plot and free of obstacles, else the least bad.
///
/// Places are tried right below, left above, right above, left below, and then farther away.
pub(super) fn beside(lines: &[Text], at: (f64, f64), plot: &Plot, obstacles: &[(f64, f64)]) -> Label {
    let size = lines.first().map_or(0.0, |line| line.size);
    let (far, near) = (size * 1.6, size * 0.8);
    let below = near + size * 0.6;
    let above = -near - float(lines.len().saturating_sub(1)) * size * LEADING;
    let offsets = [
        (near, below, Anchor::Start),
        (-near, above, Anchor::End),
        (near, above, Anchor::Start),
        (-near, below, Anchor::End),
        (far, below + far, Anchor::Start),
        (-far, above - far, Anchor::End),
        (far, below + 2.0 * far, Anchor::Start),
        (-far, below + 2.0 * far, Anchor::End),
        (-4.0 * far, below, Anchor::End),
        (4.0 * far, above, Anchor::Start),
    ];
    let places = offsets.map(|(dx, dy, anchor)| (at.0 + dx, at.1 + dy, anchor));
    let candidates = candidates(lines, &places, plot);
    let best = candidates.min_by_key(|candidate| hits(candidate, obstacles));
    best.unwrap_or_default()
}

/// The line right below one of the points, at the freest place that leaves the other label alone.
pub(super) fn below(
    line: &Text,
    points: &[(f64, f64)],
    plot: &Plot,
    obstacles: &[(f64, f64)],
    other: &[Text],
) -> Option<Label> {
    let right_below = |(x, y): &(f64, f64)| (x + line.size * 0.8, y + line.size * 1.4, Anchor::Start);
    let places: Vec<_> = points.iter().map(right_below).collect();
    let apart = |candidate: &Label| {
        let area = candidate[0].area();
        !other.iter().any(|line| line.area().overlaps(&area))
    };
    candidates(std::slice::from_ref(line), &places, plot)
        .filter(apart)
        .min_by_key(|candidate| hits(candidate, obstacles))
}

/// Distance of baselines in em.
const LEADING: f64 = 1.3;

/// The lines at each place, cut and moved so that they stay inside the plot.
fn candidates(lines: &[Text], places: &[(f64, f64, Anchor)], plot: &Plot) -> impl Iterator<Item = Label> {
    places.iter().map(move |(x, y, anchor)| {
        let line = |(index, line): (usize, &Text)| Text {
            x: *x,
            y: y + float(index) * line.size * LEADING,
            anchor: *anchor,
            ..line.clone().within(plot.right - plot.left)
        };
        clamped(lines.iter().enumerate().map(line).collect(), plot)
    })
}

fn hits(label: &[Text], obstacles: &[(f64, f64)]) -> usize {
    let areas: Vec<TextBox> = label.iter().map(Text::area).collect();
    let hit = |point: &&(f64, f64)| areas.iter().any(|area| covers(area, **point));
    obstacles.iter().filter(hit).count()
}

fn covers(area: &TextBox, (x, y): (f64, f64)) -> bool {
    let rim = 2.0;
    x > area.x - rim && x < area.x + area.width + rim && y > area.y - rim && y < area.y + area.height + rim
}

/// The label moved as a whole so that it stays inside the plot.
fn clamped(mut label: Label, plot: &Plot) -> Label {
    let (mut right, mut down) = (0.0_f64, 0.0_f64);
    let (mut left, mut up) = (0.0_f64, 0.0_f64);
    for area in label.iter().map(Text::area) {
        right = right.max(plot.left - area.x);
        left = left.max(area.x + area.width - plot.right);
        down = down.max(plot.top - area.y);
        up = up.max(area.y + area.height - plot.bottom);
    }
    for line in &mut label {
        line.x += right - left;
        line.y += down - up;
    }
    label
}

/// Points along a broken line, close enough together that no label fits between them.
pub(super) fn sampled(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out = Vec::new();
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let steps = ((x1 - x0).hypot(y1 - y0) / 4.0).ceil().clamp(1.0, 400.0);
        let mut step = 0.0;
        while step < steps {
            let share = step / steps;
            out.push((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share));
            step += 1.0;
        }
    }
    out.extend(points.last());
    out
}
