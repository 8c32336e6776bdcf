//! A chart as shapes and texts at positions, before it is written in any format.

use super::Width;
use super::measure::{shortened, text_width};
use super::palette::Ink;

/// A laid out chart: a size in user units and what is drawn on it, back to front.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) font: f64,
    /// Whether marks carry notes, which show under a pointer; a telephone has none.
    pub(super) notes: bool,
    pub(super) items: Vec<Item>,
}

/// The estimated box of a text in a scene, in user units from the top left.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBox {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The text as shown.
    pub text: String,
}

impl TextBox {
    /// Whether two boxes share an area.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Rect {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        paint: Paint,
        title: String,
    },
    Line {
        from: (f64, f64),
        to: (f64, f64),
        paint: Paint,
    },
    /// Straight lines through points; closed if it has a fill.
    Path {
        points: Vec<(f64, f64)>,
        paint: Paint,
    },
    /// A ribbon between two vertical edges, each given by its x, top and bottom.
    Band {
        from: [f64; 3],
        to: [f64; 3],
        paint: Paint,
        title: String,
    },
    Circle {
        at: (f64, f64),
        radius: f64,
        paint: Paint,
        title: String,
    },
    Text(Text),
}

/// How a shape is painted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Paint {
    pub(super) fill: Option<Ink>,
    pub(super) stroke: Option<Ink>,
    /// Stroke width.
    pub(super) thick: f64,
    pub(super) dash: Dash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
}

impl Paint {
    pub(super) fn fill(ink: Ink) -> Self {
        Self { fill: Some(ink), ..Self::default() }
    }

    pub(super) fn stroke(ink: Ink, thick: f64) -> Self {
        Self { stroke: Some(ink), thick, ..Self::default() }
    }

    pub(super) fn edged(self, ink: Ink, thick: f64) -> Self {
        Self { stroke: Some(ink), thick, ..self }
    }

    pub(super) fn dashed(self, dash: Dash) -> Self {
        Self { dash, ..self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text; `y` is its baseline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) anchor: Anchor,
    pub(super) size: f64,
    pub(super) ink: Ink,
    pub(super) bold: bool,
    /// A rim of background colour, for text over lines.
    pub(super) halo: bool,
    pub(super) text: String,
    /// The whole text where `text` is cut.
    pub(super) full: Option<String>,
}

/// Height of capitals, and depth below the baseline, in em; what CJK glyphs need.
pub(super) const ASCENT: f64 = 0.86;
pub(super) const DESCENT: f64 = 0.2;

impl Text {
    pub(super) fn new(x: f64, y: f64, size: f64, text: &str) -> Self {
        Self {
            x,
            y,
            anchor: Anchor::Start,
            size,
            ink: Ink::Text,
            bold: false,
            halo: false,
            text: text.to_owned(),
            full: None,
        }
    }

    pub(super) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn halo(self) -> Self {
        Self { halo: true, ..self }
    }

    /// Cut with an ellipsis to a width.
    pub(super) fn within(mut self, room: f64) -> Self {
        if let Some(short) = shortened(&self.text, self.em(), room) {
            self.full = Some(std::mem::replace(&mut self.text, short));
        }
        self
    }

    /// The font size that widths are estimated with.
    fn em(&self) -> f64 {
        if self.bold { self.size * 1.1 } else { self.size }
    }

    pub(super) fn area(&self) -> TextBox {
        let width = text_width(&self.text, self.em());
        let x = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - width / 2.0,
            Anchor::End => self.x - width,
        };
        TextBox {
            x,
            y: self.y - ASCENT * self.size,
            width,
            height: (ASCENT + DESCENT) * self.size,
            text: self.text.clone(),
        }
    }
}

impl Scene {
    /// An empty scene of a height, with the font size of the width.
    pub(super) fn new(width: Width, height: f64) -> Self {
        Self {
            width: match width {
                Width::Wide => 720.0,
                Width::Narrow => 360.0,
            },
            height,
            font: match width {
                Width::Wide => 13.0,
                Width::Narrow => 12.0,
            },
            notes: width == Width::Wide,
            items: Vec::new(),
        }
    }

    /// An empty scene of any size.
    pub(super) fn sized(width: f64, height: f64) -> Self {
        Self { width, height, font: 12.0, notes: false, items: Vec::new() }
    }

    /// The size of secondary text.
    pub(super) fn small(&self) -> f64 {
        self.font - 1.0
    }

    pub(super) fn text(&mut self, text: Text) {
        if !text.text.is_empty() {
            self.items.push(Item::Text(text));
        }
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint) {
        self.items.push(Item::Line { from, to, paint });
    }

    pub(super) fn path(&mut self, points: Vec<(f64, f64)>, paint: Paint) {
        if points.len() > 1 {
            self.items.push(Item::Path { points, paint });
        }
    }

    pub(super) fn band(&mut self, from: [f64; 3], to: [f64; 3], paint: Paint, title: &str) {
        self.items.push(Item::Band { from, to, paint, title: self.note(title) });
    }

    pub(super) fn circle(&mut self, at: (f64, f64), radius: f64, paint: Paint, title: &str) {
        self.items.push(Item::Circle { at, radius, paint, title: self.note(title) });
    }

    fn note(&self, title: &str) -> String {
        if self.notes { title.to_owned() } else { String::new() }
    }

    /// A rectangle by its left, top, width and height; a stroke is drawn inside, so that neighbours do not touch it.
    pub(super) fn rect(&mut self, [x, y, width, height]: [f64; 4], paint: Paint, title: &str) {
        let inset =
            if paint.stroke.is_some() { (paint.thick / 2.0).min(width / 2.0).min(height / 2.0) } else { 0.0 };
        self.items.push(Item::Rect {
            x: x + inset,
            y: y + inset,
            width: width - 2.0 * inset,
            height: height - 2.0 * inset,
            paint,
            title: self.note(title),
        });
    }

    /// Width and height in user units.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// The estimated boxes of all texts, in drawing order.
    #[must_use]
    pub fn text_boxes(&self) -> Vec<TextBox> {
        let texts = self.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text.area()),
            _ => None,
        });
        texts.collect()
    }
}
