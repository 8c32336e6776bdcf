//! Retention of cohorts: a row per cohort, a column per month since its start, a colour per rate.

use super::Width;
use super::legend::{self, Swatch};
use super::measure::text_width;
use super::palette::{HEAT_STEPS, Ink};
use super::scale::{drawable, float, step_of};
use super::scene::{Anchor, Dash, Paint, Scene, Text};
use crate::reports::format::{Lang, percent_digits};

/// A retention triangle, up to about 24 by 24 cells.
#[derive(Debug, Clone, PartialEq)]
pub struct RetentionTriangle {
    /// The cohorts, top to bottom.
    pub cohorts: Vec<Cohort>,
    /// The weighted average of each column, set apart at the foot; its size is usually empty.
    pub average: Option<Cohort>,
    /// The heads of the columns, such as `0` to `23`; as many as the longest row.
    pub columns: Vec<String>,
    /// The title over the row labels.
    pub cohort_title: String,
    /// The title over the sizes.
    pub size_title: String,
    /// The title over the column heads.
    pub column_title: String,
    /// What a partial cell means, for the legend.
    pub partial_note: String,
    /// The language of the legend.
    pub lang: Lang,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cohort {
    /// The cohort, such as `2025-11`.
    pub label: String,
    /// How many customers it began with, as text.
    pub size: String,
    /// One cell per month since its start; not observed is `None`.
    pub cells: Vec<Option<TriangleCell>>,
}

/// One rate.
#[derive(Debug, Clone, PartialEq)]
pub struct TriangleCell {
    /// The rate, usually 0 to 1.
    pub ratio: f64,
    /// The rate as text, such as `83%`; shown in the cell where it fits, else a note at the cell in the wide form.
    pub label: String,
    /// Whether its period was not over.
    pub partial: bool,
}

/// Sizes that follow from the width and the texts.
struct Grid {
    labels: f64,
    sizes: f64,
    cell: (f64, f64),
    top: f64,
    columns: usize,
    numbers: Numbers,
}

/// How cells show their rate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Whole,
    /// The `%` is in the title of the columns instead.
    WithoutPercent,
    ColourOnly,
}

impl RetentionTriangle {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let columns = self.rows().map(|row| row.cells.len()).max()?;
        let (low, high) = self.domain()?;
        let mut scene = Scene::new(width, 0.0);
        let grid = self.grid(&scene, width, columns);
        self.draw_heads(&mut scene, &grid);
        let step = |ratio: f64| step_of((ratio - low) / (high - low), HEAT_STEPS);
        for (index, row) in self.cohorts.iter().enumerate() {
            self.draw_row(&mut scene, &grid, grid.top + float(index) * grid.cell.1, row, &step);
        }
        let mut bottom = grid.top + float(self.cohorts.len()) * grid.cell.1;
        if let Some(average) = &self.average {
            let rule = bottom + 4.0;
            let right = grid.labels + grid.sizes + float(columns) * grid.cell.0;
            scene.line((0.0, rule), (right, rule), Paint::stroke(Ink::Axis, 1.0));
            self.draw_row(&mut scene, &grid, bottom + 8.0, average, &step);
            bottom += 8.0 + grid.cell.1;
        }
        scene.height = self.draw_legend(&mut scene, bottom + 10.0, low, high);
        Some(scene)
    }

    fn rows(&self) -> impl Iterator<Item = &Cohort> {
        self.cohorts.iter().chain(&self.average)
    }

    fn cells(&self) -> impl Iterator<Item = (usize, &TriangleCell)> {
        self.rows()
            .flat_map(|row| row.cells.iter().enumerate())
            .filter_map(|(column, cell)| Some((column, cell.as_ref()?)))
            .filter(|(_, cell)| drawable(cell.ratio))
    }

    /// The rates that the palest and the darkest colour begin and end at, in tenths.
    ///
    /// The first column is 100 % by definition and would wash out the others, so it counts only when it is alone.
    fn domain(&self) -> Option<(f64, f64)> {
        let alone = self.cells().all(|(column, _)| column == 0);
        let ratios = self.cells().filter(|(column, _)| alone || *column > 0).map(|(_, cell)| cell.ratio);
        let ends = ratios.fold(None, |ends: Option<(f64, f64)>, ratio| {
            let (low, high) = ends.unwrap_or((ratio, ratio));
            Some((low.min(ratio), high.max(ratio)))
        });
        let (low, high) = ends?;
        let (low, high) = ((low * 10.0).floor() / 10.0, (high * 10.0).ceil() / 10.0);
        Some(if high > low { (low, high) } else { (low - 0.1, high) })
    }

    fn grid(&self, scene: &Scene, width: Width, columns: usize) -> Grid {
        let size = scene.small();
        let widest = |texts: &mut dyn Iterator<Item = &str>| {
            texts.map(|text| text_width(text, size)).fold(0.0, f64::max)
        };
        let titles = [self.cohort_title.as_str()];
        let labels = widest(&mut self.rows().map(|row| row.label.as_str()).chain(titles));
        let labels = labels.min(scene.width * 0.25) + 10.0;
        let titles = [self.size_title.as_str()];
        let sizes = widest(&mut self.rows().map(|row| row.size.as_str()).chain(titles));
        let sizes = if sizes > 0.0 { sizes.min(scene.width * 0.2) + 10.0 } else { 0.0 };
        let most = if width == Width::Wide { 56.0 } else { 44.0 };
        let cell = ((scene.width - labels - sizes) / float(columns)).min(most);
        let full = widest(&mut self.cells().map(|(_, cell)| cell.label.as_str()));
        let bare = widest(&mut self.cells().map(|(_, cell)| bare(&cell.label)));
        let numbers = match cell {
            room if room >= full + 5.0 => Numbers::Whole,
            room if room >= bare + 3.0 => Numbers::WithoutPercent,
            _ => Numbers::ColourOnly,
        };
        let height = if numbers == Numbers::ColourOnly { size * 1.35 } else { size * 1.9 };
        Grid { labels, sizes, cell: (cell, height), top: size * 3.4, columns, numbers }
    }

    fn draw_heads(&self, scene: &mut Scene, grid: &Grid) {
        let size = scene.small();
        let (first, second) = (size * 1.1, size * 2.7);
        let left = grid.labels + grid.sizes;
        let soft = |x, y, text: &str| Text::new(x, y, size, text).ink(Ink::Soft);
        scene.text(soft(0.0, second, &self.cohort_title).within(grid.labels - 6.0));
        let sizes = soft(left - 10.0, second, &self.size_title).anchor(Anchor::End);
        scene.text(sizes.within((grid.sizes - 9.0).max(10.0)));
        let title = match grid.numbers {
            Numbers::WithoutPercent => format!("{} · %", self.column_title),
            _ => self.column_title.clone(),
        };
        scene.text(soft(left, first, &title).within(scene.width - left));
        let widest = self.columns.iter().map(|head| text_width(head, size)).fold(0.0, f64::max);
        let stride = [1, 2, 3, 6, 12].into_iter().find(|step| float(*step) * grid.cell.0 >= widest + 4.0);
        for (index, head) in self.columns.iter().take(grid.columns).enumerate() {
            if index.is_multiple_of(stride.unwrap_or(24)) {
                let x = left + (float(index) + 0.5) * grid.cell.0;
                let text = soft(x, second, head).anchor(Anchor::Middle);
                scene.text(super::axis::inside(text, scene.width));
            }
        }
    }

    fn draw_row(&self, scene: &mut Scene, grid: &Grid, top: f64, row: &Cohort, step: &dyn Fn(f64) -> u8) {
        let size = scene.small();
        let (width, height) = grid.cell;
        let baseline = top + height / 2.0 + size * 0.36;
        let left = grid.labels + grid.sizes;
        scene.text(Text::new(0.0, baseline, size, &row.label).within(grid.labels - 6.0));
        let count = Text::new(left - 10.0, baseline, size, &row.size).anchor(Anchor::End);
        scene.text(count.ink(Ink::Soft).within((grid.sizes - 9.0).max(10.0)));
        for (index, cell) in row.cells.iter().enumerate() {
            let Some(cell) = cell.as_ref().filter(|cell| drawable(cell.ratio)) else {
                continue;
            };
            let heat = step(cell.ratio);
            let x = left + float(index) * width;
            let column = self.columns.get(index).map_or("", String::as_str);
            let note = match grid.numbers {
                Numbers::ColourOnly => format!("{} · {column}: {}", row.label, cell.label),
                _ => String::new(),
            };
            let place = [x + 0.5, top + 0.5, width - 1.0, height - 1.0];
            scene.rect(place, Paint::fill(Ink::Heat(heat)), &note);
            if cell.partial {
                let outline = Paint::stroke(Ink::OnHeat(heat), 1.0).dashed(Dash::Dotted);
                scene.rect([x + 1.5, top + 1.5, width - 3.0, height - 3.0], outline, "");
            }
            let label = match grid.numbers {
                Numbers::Whole => cell.label.as_str(),
                Numbers::WithoutPercent => bare(&cell.label),
                Numbers::ColourOnly => "",
            };
            let text = Text::new(x + width / 2.0, baseline, size, label);
            scene.text(text.anchor(Anchor::Middle).ink(Ink::OnHeat(heat)));
        }
    }

    /// Draws the colour scale and the note on partial cells; returns the height of the whole chart.
    fn draw_legend(&self, scene: &mut Scene, top: f64, low: f64, high: f64) -> f64 {
        let size = scene.small();
        let baseline = top + size;
        let beyond = |test: &dyn Fn(f64) -> bool| self.cells().any(|(_, cell)| test(cell.ratio));
        let at_least = if beyond(&|ratio| ratio > high + 1e-9) { "≥" } else { "" };
        let at_most = if beyond(&|ratio| ratio < low - 1e-9) { "≤" } else { "" };
        let low_text = format!("{at_most}{}", percent_digits(low, 0));
        let high_text = format!("{at_least}{}", percent_digits(high, 0));
        scene.text(Text::new(0.0, baseline, size, &low_text).ink(Ink::Soft));
        let mut x = text_width(&low_text, size) + 6.0;
        for heat in 0..HEAT_STEPS {
            scene.rect([x, top + 1.0, size * 1.3, size], Paint::fill(Ink::Heat(heat)), "");
            x += size * 1.3;
        }
        x += 6.0;
        scene.text(Text::new(x, baseline, size, &high_text).ink(Ink::Soft));
        x += text_width(&high_text, size) + size * 2.0;
        if !self.cells().any(|(_, cell)| cell.partial) || self.partial_note.is_empty() {
            return top + size * 1.5;
        }
        let fits = x + size * 1.5 + text_width(&self.partial_note, scene.font) <= scene.width;
        let (x, top) = if fits { (x, top - 1.0) } else { (0.0, top + size * 1.8) };
        legend::draw(scene, x, top, &[(Swatch::DashedBox, &self.partial_note)])
    }
}

/// The label without a percent sign, whatever stands between.
fn bare(label: &str) -> &str {
    label.trim_end_matches(['%', ' ', '\u{a0}'])
}
