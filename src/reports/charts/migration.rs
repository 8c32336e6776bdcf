//! Who moved from which tier to which: the tiers before and after as two columns, the moves as ribbons between them.

use super::Width;
use super::legend::{self, Swatch};
use super::measure::text_width;
use super::palette::{Ink, Tint};
use super::scale::drawable;
use super::scene::{Anchor, Paint, Scene, Text};

/// Moves between two points in time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Migration {
    /// The heading of the left column.
    pub before_title: String,
    /// The heading of the right column.
    pub after_title: String,
    /// The tiers on the left, from the top.
    pub before: Vec<TierEnd>,
    /// The tiers on the right, from the top.
    pub after: Vec<TierEnd>,
    /// The moves; those that are not above zero are not drawn.
    pub moves: Vec<Move>,
    /// What each direction is called, for the legend.
    pub words: Vec<(Direction, String)>,
}

/// A tier at one point in time.
#[derive(Debug, Clone, PartialEq)]
pub struct TierEnd {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub tint: Tint,
    /// How much it holds, as text.
    pub label: String,
}

/// What went from one tier to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Index into the tiers on the left.
    pub from: usize,
    /// Index into the tiers on the right.
    pub to: usize,
    /// How much.
    pub value: f64,
    /// That number as text.
    pub label: String,
    /// Which way.
    pub direction: Direction,
}

/// Which way a move goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The same tier.
    Stayed,
    /// A higher tier.
    Up,
    /// A lower tier.
    Down,
    /// Into the tiers or out of them.
    Beyond,
}

impl Direction {
    fn tint(self) -> Option<Tint> {
        match self {
            Self::Stayed => None,
            // Lighter than the moves down, so that grey print tells them apart.
            Self::Up => Some(Tint::General),
            Self::Down => Some(Tint::Alert),
            Self::Beyond => Some(Tint::Unrated),
        }
    }

    fn paint(self) -> Paint {
        match self.tint() {
            None => Paint::fill(Ink::Grid).edged(Ink::Axis, 0.5),
            Some(tint @ Tint::Unrated) => Paint::fill(Ink::Fill(tint)).edged(Ink::Edge(tint), 1.0),
            // The rim keeps ribbons apart that cross each other.
            Some(tint) => Paint::fill(Ink::Fill(tint)).edged(Ink::Background, 0.5),
        }
    }
}

/// A column of tiers: where each begins, and how much of it is taken by moves so far.
struct Column {
    tops: Vec<f64>,
    sizes: Vec<f64>,
    used: Vec<f64>,
}

const NODE: f64 = 10.0;

impl Migration {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let mut moves: Vec<&Move> = self.moves.iter().filter(|step| self.is_drawn(step)).collect();
        let total: f64 = moves.iter().map(|step| step.value).sum();
        if moves.is_empty() || !drawable(total) {
            return None;
        }
        moves.sort_by_key(|step| (step.from, step.to));
        let mut scene = Scene::new(width, 0.0);
        let size = scene.font;
        let top = self.draw_legend(&mut scene, &moves) + size * 0.6;
        let room = |ends: &[TierEnd]| {
            let widths = ends.iter().map(|end| text_width(&end.text(), size));
            widths.fold(0.0, f64::max).min(scene.width * 0.32) + 8.0
        };
        let (left, right) = (room(&self.before), scene.width - room(&self.after));
        for (x, anchor, title) in
            [(left + NODE, Anchor::End, &self.before_title), (right - NODE, Anchor::Start, &self.after_title)]
        {
            let text = Text::new(x, top + size, scene.small(), title).anchor(anchor).ink(Ink::Soft);
            let room = scene.width / 2.0 - size;
            scene.text(super::axis::inside(text.within(room), scene.width));
        }
        // The gap keeps the names of two small tiers apart.
        let gap = size * 1.5;
        let height = if width == Width::Wide { 260.0 } else { 230.0 };
        let scale = height / total;
        let top = top + size * 2.0;
        let (mut before, mut after) = (Column::new(self.before.len()), Column::new(self.after.len()));
        for step in &moves {
            before.sizes[step.from] += step.value * scale;
            after.sizes[step.to] += step.value * scale;
        }
        let bottom = before.place(top, gap).max(after.place(top, gap));
        scene.height = bottom + size * 0.6;
        self.draw_moves(&mut scene, &moves, (left + NODE, right - NODE), (&mut before, &mut after), scale);
        draw_ends(&mut scene, &self.before, &before, left, left - 6.0, Anchor::End);
        draw_ends(&mut scene, &self.after, &after, right - NODE, right + 6.0, Anchor::Start);
        Some(scene)
    }

    fn is_drawn(&self, step: &Move) -> bool {
        let is_known = step.from < self.before.len() && step.to < self.after.len();
        is_known && step.value > 0.0 && drawable(step.value)
    }

    fn draw_legend(&self, scene: &mut Scene, moves: &[&Move]) -> f64 {
        let is_there = |direction: Direction| moves.iter().any(|step| step.direction == direction);
        let words = self.words.iter().filter(|(direction, _)| is_there(*direction));
        let entries: Vec<(Swatch, &str)> = words
            .map(|(direction, text)| (direction.tint().map_or(Swatch::Plain, Swatch::Square), text.as_str()))
            .collect();
        legend::draw(scene, 0.0, 2.0, &entries)
    }

    /// Draws the ribbons, those that stayed first, then the wide ones, so that no narrow one is hidden.
    fn draw_moves(
        &self,
        scene: &mut Scene,
        moves: &[&Move],
        (left, right): (f64, f64),
        (before, after): (&mut Column, &mut Column),
        scale: f64,
    ) {
        let mut placed: Vec<(&Move, [f64; 3], [f64; 3])> = Vec::new();
        for step in moves {
            let thick = step.value * scale;
            let from = before.take(step.from, thick);
            placed.push((step, [left, from, from + thick], [right, 0.0, thick]));
        }
        // The right side is filled in the order of the left tiers, so that ribbons cross as little as possible.
        placed.sort_by_key(|(step, ..)| (step.to, step.from));
        for (step, from, to) in &mut placed {
            let thick = from[2] - from[1];
            let top = after.take(step.to, thick);
            (to[1], to[2]) = (top, top + thick);
        }
        let thick = |from: &[f64; 3]| from[2] - from[1];
        placed.sort_by(|(a, from_a, _), (b, from_b, _)| {
            let moved = |step: &Move| step.direction != Direction::Stayed;
            moved(a).cmp(&moved(b)).then(thick(from_b).total_cmp(&thick(from_a)))
        });
        for (step, from, to) in &placed {
            let note =
                format!("{} → {}: {}", self.before[step.from].name, self.after[step.to].name, step.label);
            // A hair says "somebody".
            let least = |[x, top, bottom]: [f64; 3]| [x, top, bottom.max(top + 1.0)];
            scene.band(least(*from), least(*to), step.direction.paint(), &note);
        }
        let size = scene.small();
        for (step, from, _) in &placed {
            let ink = step.direction.tint().map_or(Ink::Text, Ink::On);
            let baseline = f64::midpoint(from[1], from[2]) + size * 0.36;
            let text = Text::new(from[0] + 7.0, baseline, size, &step.label).ink(ink);
            let fits = thick(from) >= size * 1.15 && text.area().width < (right - left) * 0.3;
            if fits {
                scene.text(text);
            }
        }
    }
}

impl TierEnd {
    fn text(&self) -> String {
        format!("{} {}", self.name, self.label)
    }
}

impl Column {
    fn new(count: usize) -> Self {
        Self { tops: vec![0.0; count], sizes: vec![0.0; count], used: vec![0.0; count] }
    }

    /// Puts the tiers below each other and returns where they end.
    fn place(&mut self, top: f64, gap: f64) -> f64 {
        let mut y = top;
        for (place, size) in self.tops.iter_mut().zip(&self.sizes) {
            *place = y;
            y += size.max(1.0) + gap;
        }
        y - gap
    }

    /// Takes the next piece of a tier and returns its top.
    fn take(&mut self, index: usize, thick: f64) -> f64 {
        let top = self.tops[index] + self.used[index];
        self.used[index] += thick;
        top
    }
}

fn draw_ends(scene: &mut Scene, ends: &[TierEnd], column: &Column, left: f64, at: f64, anchor: Anchor) {
    let size = scene.font;
    let room = if anchor == Anchor::End { at } else { scene.width - at };
    for (index, end) in ends.iter().enumerate() {
        let (top, height) = (column.tops[index], column.sizes[index].max(1.0));
        let paint = Paint::fill(Ink::Fill(end.tint)).edged(Ink::Edge(end.tint), 1.0);
        scene.rect([left, top, NODE, height], paint, &end.text());
        let baseline = top + height / 2.0 + size * 0.36;
        scene.text(Text::new(at, baseline, size, &end.text()).anchor(anchor).within(room));
    }
}
