//! Colours: one table for light (also print) and dark, and the style sheet made from it.
//!
//! Tiers are a ramp of one hue in which lightness alone tells neighbours apart, so that it survives colour blindness and grey print;
//! every mark has an edge of at least 3:1 against the background. Tests hold text at 4.5:1 and edges at 3:1.

use std::sync::OnceLock;

/// The colour of a mark that stands for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tint {
    /// The tier of key customers, and the first of any ordered series.
    Key,
    /// The tier of important customers, and the main line of a chart.
    Important,
    /// The tier of general customers.
    General,
    /// The tier of customers to maintain.
    Maintenance,
    /// Customers without a tier, other, unassigned: an outline without a fill.
    Unrated,
    /// What needs attention: losses, negative values.
    Alert,
}

/// A colour by its role in a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// The background.
    Background,
    /// Text.
    Text,
    /// Secondary text.
    Soft,
    /// Grid lines.
    Grid,
    /// Axes and the comparison line.
    Axis,
    /// The area below a curve.
    Wash,
    /// A marked point and its label.
    Mark,
    /// A data mark.
    Fill(Tint),
    /// The edge around a data mark.
    Edge(Tint),
    /// Text on a data mark.
    On(Tint),
    /// A heat step, 0 to 7.
    Heat(u8),
    /// Text on a heat step, 0 to 7.
    OnHeat(u8),
}

/// The number of heat steps.
pub(super) const HEAT_STEPS: u8 = 8;

/// Name of the custom property without its prefix, light, dark.
const TABLE: [(&str, &str, &str); 41] = [
    ("bg", "#ffffff", "#14181e"),
    ("text", "#1a2330", "#e9eef4"),
    ("soft", "#546070", "#a7b3c1"),
    ("grid", "#e4e8ed", "#2a313b"),
    ("axis", "#7b8794", "#7d8997"),
    ("wash", "#e8f0f8", "#1c2a3a"),
    ("mark", "#b34700", "#ffae5c"),
    ("key", "#12375c", "#d9eafa"),
    ("important", "#2d72b5", "#8dc0ec"),
    ("general", "#6fa6db", "#4a88c2"),
    ("maintenance", "#b7d4ee", "#274666"),
    ("unrated", "#ffffff", "#14181e"),
    ("alert", "#b5432b", "#f08f70"),
    ("key-edge", "#12375c", "#d9eafa"),
    ("important-edge", "#2d72b5", "#8dc0ec"),
    ("general-edge", "#4d7fb0", "#6ea6d8"),
    ("maintenance-edge", "#5f8ab3", "#5b8bb8"),
    ("unrated-edge", "#7d858f", "#7d8793"),
    ("alert-edge", "#b5432b", "#f08f70"),
    ("on-key", "#ffffff", "#10161d"),
    ("on-important", "#ffffff", "#10161d"),
    ("on-general", "#0d2238", "#0a0e13"),
    ("on-maintenance", "#0d2238", "#f2f6fa"),
    ("on-unrated", "#1a2330", "#f2f6fa"),
    ("on-alert", "#ffffff", "#10161d"),
    ("heat-0", "#f1f6fc", "#19242d"),
    ("heat-1", "#bed7f0", "#243b51"),
    ("heat-2", "#8eb9e3", "#2f5679"),
    ("heat-3", "#5d9ad4", "#3b6e9f"),
    ("heat-4", "#3478b9", "#4e89c1"),
    ("heat-5", "#27629b", "#72a6d7"),
    ("heat-6", "#1b4d7c", "#a2c7e9"),
    ("heat-7", "#11375b", "#dae9f8"),
    ("on-heat-0", "#1a2330", "#e9eef4"),
    ("on-heat-1", "#1a2330", "#e9eef4"),
    ("on-heat-2", "#12202f", "#e9eef4"),
    ("on-heat-3", "#0b1520", "#f6f9fc"),
    ("on-heat-4", "#ffffff", "#0a0e13"),
    ("on-heat-5", "#ffffff", "#0a0e13"),
    ("on-heat-6", "#ffffff", "#0a0e13"),
    ("on-heat-7", "#ffffff", "#0a0e13"),
];

/// Where the edges, the texts on marks, the heat steps and the texts on them begin in the table.
const FILLS: usize = 7;
const EDGES: usize = 13;
const ON_FILLS: usize = 19;
const HEATS: usize = 25;
const ON_HEATS: usize = 33;

impl Ink {
    fn row(self) -> (&'static str, &'static str, &'static str) {
        let step = |heat: u8| usize::from(heat.min(HEAT_STEPS - 1));
        let index = match self {
            Self::Background => 0,
            Self::Text => 1,
            Self::Soft => 2,
            Self::Grid => 3,
            Self::Axis => 4,
            Self::Wash => 5,
            Self::Mark => 6,
            Self::Fill(tint) => FILLS + tint as usize,
            Self::Edge(tint) => EDGES + tint as usize,
            Self::On(tint) => ON_FILLS + tint as usize,
            Self::Heat(heat) => HEATS + step(heat),
            Self::OnHeat(heat) => ON_HEATS + step(heat),
        };
        TABLE[index]
    }

    /// The end of the class names `f-…` (fill) and `s-…` (stroke) and of the custom property `--chart-…`.
    pub(super) fn name(self) -> &'static str {
        self.row().0
    }

    /// The literal light colour, `#rrggbb`.
    pub(super) fn light(self) -> &'static str {
        self.row().1
    }
}

/// The style sheet that themed charts need: colours for light, dark and print, and the switch between wide and narrow.
///
/// Dark applies on screens that prefer it; paper is always light. A page may override any `--chart-…` property.
#[must_use]
pub fn theme_css() -> &'static str {
    static CSS: OnceLock<String> = OnceLock::new();
    CSS.get_or_init(|| {
        let mut light = String::new();
        let mut dark = String::new();
        let mut classes = String::new();
        for (name, on_light, on_dark) in TABLE {
            light += &format!("--chart-{name}:{on_light};");
            dark += &format!("--chart-{name}:{on_dark};");
            classes += &format!(
                ".chart .f-{name}{{fill:var(--chart-{name})}}\n.chart .s-{name}{{stroke:var(--chart-{name})}}\n"
            );
        }
        format!(
            ":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{SHAPES}{classes}"
        )
    })
}

/// At 640 px and below the smallest text of the wide form would fall under 10 px.
const SHAPES: &str = "\
.chart{display:block;width:100%;height:auto;overflow:visible;font-family:inherit;font-variant-numeric:tabular-nums;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.chart-wide{max-width:960px}
.chart-narrow{display:none;max-width:520px}
.chart-half{max-width:520px}
.chart-small{display:inline-block;width:auto;vertical-align:middle}
@media screen and (max-width:640px){.chart-wide{display:none}.chart-narrow{display:block}}
.chart .halo{paint-order:stroke;stroke:var(--chart-bg);stroke-width:3px;stroke-linejoin:round}
";

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("hex digits");
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(left: &str, right: &str) -> f64 {
        let (a, b) = (luminance(left) + 0.05, luminance(right) + 0.05);
        (a / b).max(b / a)
    }

    fn assert_contrast(left: Ink, right: Ink, least: f64) {
        let (left, right) = (left.row(), right.row());
        for (theme, a, b) in [("light", left.1, right.1), ("dark", left.2, right.2)] {
            let found = contrast(a, b);
            assert!(found >= least, "{theme}: {} on {} is {found:.2}", left.0, right.0);
        }
    }

    const TINTS: [Tint; 6] =
        [Tint::Key, Tint::Important, Tint::General, Tint::Maintenance, Tint::Unrated, Tint::Alert];

    #[test]
    fn text_and_marks_can_be_seen() {
        for ink in [Ink::Text, Ink::Soft, Ink::Mark] {
            assert_contrast(ink, Ink::Background, 4.5);
            assert_contrast(ink, Ink::Wash, 4.5);
        }
        assert_contrast(Ink::Axis, Ink::Background, 3.0);
        for tint in TINTS {
            assert_contrast(Ink::On(tint), Ink::Fill(tint), 4.5);
            assert_contrast(Ink::Edge(tint), Ink::Background, 3.0);
        }
        for heat in 0..HEAT_STEPS {
            assert_contrast(Ink::OnHeat(heat), Ink::Heat(heat), 4.5);
        }
    }

    #[test]
    fn neighbouring_tiers_differ_in_grey() {
        for pair in TINTS[..5].windows(2) {
            assert_contrast(Ink::Fill(pair[0]), Ink::Fill(pair[1]), 1.5);
        }
        for heat in 1..HEAT_STEPS {
            assert_contrast(Ink::Heat(heat), Ink::Heat(heat - 1), 1.1);
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_roles() {
        assert_eq!(Ink::Fill(Tint::Key).name(), "key");
        assert_eq!(Ink::Edge(Tint::Alert).name(), "alert-edge");
        assert_eq!(Ink::On(Tint::Alert).name(), "on-alert");
        assert_eq!(Ink::Heat(7).name(), "heat-7");
        assert_eq!(Ink::OnHeat(7).name(), "on-heat-7");
    }
}
