//! A legend that flows over as many rows as it needs.

use super::measure::text_width;
use super::palette::{Ink, Tint};
use super::scene::{Dash, Paint, Scene, Text};

/// The sample before a legend text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Swatch {
    Square(Tint),
    /// What did not change.
    Plain,
    Line(Ink, Dash),
    /// A point of a period that is not over.
    HollowPoint,
    /// A bar or cell of a period that is not over.
    DashedBox,
}

/// Draws entries from a left edge, rows of `line_height` from `top` down, and returns where they end.
pub(super) fn draw(scene: &mut Scene, left: f64, top: f64, entries: &[(Swatch, &str)]) -> f64 {
    let size = scene.font;
    let line = size * 1.6;
    let (mut x, mut y) = (left, top);
    let mut drawn = false;
    for (swatch, text) in entries.iter().filter(|(_, text)| !text.is_empty()) {
        let lead = swatch_width(*swatch, size) + 6.0;
        let room = scene.width - left - lead;
        let width = lead + text_width(text, size).min(room);
        if drawn && x > left && x + width > scene.width {
            x = left;
            y += line;
        }
        let baseline = y + size;
        draw_swatch(scene, *swatch, x, baseline, size);
        scene.text(Text::new(x + lead, baseline, size, text).within(room));
        x += width + size * 1.4;
        drawn = true;
    }
    if drawn { y + line } else { top }
}

fn swatch_width(swatch: Swatch, size: f64) -> f64 {
    match swatch {
        Swatch::Line(..) => size * 1.7,
        _ => size * 0.85,
    }
}

fn draw_swatch(scene: &mut Scene, swatch: Swatch, x: f64, baseline: f64, size: f64) {
    let side = size * 0.85;
    let middle = baseline - size * 0.36;
    let square = [x, middle - side / 2.0, side, side];
    match swatch {
        Swatch::Square(tint) => {
            let paint = Paint::fill(Ink::Fill(tint)).edged(Ink::Edge(tint), 1.0);
            scene.rect(square, paint, "");
        }
        Swatch::Plain => scene.rect(square, Paint::fill(Ink::Grid), ""),
        Swatch::Line(ink, dash) => {
            let paint = Paint::stroke(ink, 2.0).dashed(dash);
            scene.line((x, middle), (x + size * 1.7, middle), paint);
        }
        Swatch::HollowPoint => {
            let paint = Paint::fill(Ink::Background).edged(Ink::Text, 1.5);
            scene.circle((x + side / 2.0, middle), 3.5, paint, "");
        }
        Swatch::DashedBox => {
            let paint = Paint::stroke(Ink::Text, 1.0).dashed(Dash::Dotted);
            scene.rect(square, paint, "");
        }
    }
}
