//! A funnel: how many reach each stage, and which share of the stage before that is.

use super::Width;
use super::measure::text_width;
use super::palette::{Ink, Tint};
use super::scale::drawable;
use super::scene::{Paint, Scene, Text};

/// Stages from the first to the last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Funnel {
    /// The stages, in order.
    pub stages: Vec<Stage>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// How many reach it; below zero counts as zero.
    pub value: f64,
    /// That number as text.
    pub label: String,
    /// Which share of the stage before reaches it, in words; empty at the first stage and where it is not known.
    pub rate: String,
}

impl Funnel {
    pub(super) fn scene(&self, width: Width) -> Option<Scene> {
        let values = || self.stages.iter().map(|stage| stage.value);
        if self.stages.is_empty() || !values().all(drawable) {
            return None;
        }
        let mut scene = Scene::new(width, 0.0);
        let size = scene.font;
        let greatest = values().fold(0.0, f64::max);
        let widest = |texts: &dyn Fn(&Stage) -> f64| self.stages.iter().map(texts).fold(0.0, f64::max);
        // A name beside its bar on a desk, over its bar on a telephone.
        let is_wide = width == Width::Wide;
        let names = widest(&|stage| text_width(&stage.name, size)).min(scene.width * 0.3) + 12.0;
        let left = if is_wide { names } else { 0.0 };
        let labels = widest(&|stage| text_width(&stage.label, size * 1.1)).min(scene.width * 0.3);
        let room = scene.width - left - labels - 8.0;
        let bar = size * 1.9;
        let mut y = 0.0;
        for (index, stage) in self.stages.iter().enumerate() {
            if index > 0 {
                let rate = Text::new(left + 6.0, y + size * 1.35, scene.small(), &stage.rate).ink(Ink::Soft);
                scene.text(rate.within(scene.width - left - 6.0));
                y += size * if stage.rate.is_empty() { 0.6 } else { 2.0 };
            }
            if !is_wide {
                scene.text(Text::new(0.0, y + size, size, &stage.name).within(scene.width));
                y += size * 1.4;
            }
            let baseline = y + bar / 2.0 + size * 0.36;
            if is_wide {
                scene.text(Text::new(0.0, baseline, size, &stage.name).within(names - 10.0));
            }
            let share = if greatest > 0.0 { stage.value.max(0.0) / greatest } else { 0.0 };
            let length = (share * room).max(1.0);
            let tint = TINTS[index.min(TINTS.len() - 1)];
            let paint = Paint::fill(Ink::Fill(tint)).edged(Ink::Edge(tint), 1.0);
            scene.rect([left, y, length, bar], paint, &format!("{}: {}", stage.name, stage.label));
            let label = Text::new(left + length + 6.0, baseline, size, &stage.label).bold();
            scene.text(label.within(scene.width - left - length - 6.0));
            y += bar;
        }
        scene.height = y + 1.0;
        Some(scene)
    }
}

/// Paler from stage to stage.
const TINTS: [Tint; 4] = [Tint::Key, Tint::Important, Tint::General, Tint::Maintenance];
