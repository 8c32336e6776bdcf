//! Writes a scene as SVG text.

use super::palette::Ink;
use super::scene::{Anchor, Dash, Item, Paint, Scene, Text};

/// Where colours come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// From the page: classes that [`theme_css`](super::theme_css) defines, no background, the page's font.
    Themed,
    /// Literal light colours on an opaque background, for a file that stands alone.
    Resolved,
}

/// What a chart says to those who do not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caption<'a> {
    /// The prefix of ids, unique in the page: a letter, then letters, digits, `-` and `_`; anything else becomes `-`.
    pub id: &'a str,
    /// The name of the chart. When it is empty the chart is decoration beside a number, and hidden from screen readers.
    pub title: &'a str,
    /// The finding in a sentence; may be empty.
    pub description: &'a str,
}

/// The empty rim of a chart that stands alone.
const RIM: f64 = 16.0;

const FONTS: &str = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";

/// The scene as one `<svg>` element with the classes `chart` and `kind`.
pub(super) fn write(scene: &Scene, caption: &Caption<'_>, kind: &str, mode: Mode) -> String {
    let (font, anchor) = commonest(scene);
    let mut out = Writer { text: String::with_capacity(4096), mode, font, anchor };
    out.open(scene, caption, kind);
    for item in &scene.items {
        out.item(item);
    }
    out.text.push_str("</svg>");
    out.text
}

struct Writer {
    text: String,
    mode: Mode,
    /// What the root says, and texts therefore need not.
    font: f64,
    anchor: Anchor,
}

/// The size and the anchor of most texts.
fn commonest(scene: &Scene) -> (f64, Anchor) {
    let mut counts: Vec<(f64, Anchor, usize)> = Vec::new();
    for item in &scene.items {
        let Item::Text(text) = item else { continue };
        let same =
            |entry: &&mut (f64, Anchor, usize)| (entry.0 - text.size).abs() < 0.01 && entry.1 == text.anchor;
        match counts.iter_mut().find(same) {
            Some(entry) => entry.2 += 1,
            None => counts.push((text.size, text.anchor, 1)),
        }
    }
    let most = counts.into_iter().max_by_key(|entry| entry.2);
    most.map_or((scene.font, Anchor::Start), |entry| (entry.0, entry.1))
}

fn anchor_name(anchor: Anchor) -> &'static str {
    match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    }
}

impl Writer {
    fn open(&mut self, scene: &Scene, caption: &Caption<'_>, kind: &str) {
        let is_small = kind == "chart-small";
        let rim = match self.mode {
            Mode::Resolved if !is_small => RIM,
            _ => 0.0,
        };
        let corner = number(-rim);
        let (width, height) = (number(scene.width + 2.0 * rim), number(scene.height + 2.0 * rim));
        self.text += &format!("<svg class=\"chart {kind}\" viewBox=\"{corner} {corner} {width} {height}\"");
        if self.mode == Mode::Resolved || is_small {
            self.text += &format!(" width=\"{width}\" height=\"{height}\"");
        }
        if self.mode == Mode::Resolved {
            self.text += &format!(" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"{FONTS}\"");
        }
        self.text += &format!(" font-size=\"{}\"", number(self.font));
        if self.anchor != Anchor::Start {
            self.text += &format!(" text-anchor=\"{}\"", anchor_name(self.anchor));
        }
        self.caption(caption, kind);
        if self.mode == Mode::Resolved {
            let background = Ink::Background.light();
            self.text += &format!(
                "<rect x=\"{corner}\" y=\"{corner}\" width=\"{width}\" height=\"{height}\" fill=\"{background}\"/>\n"
            );
        }
    }

    fn caption(&mut self, caption: &Caption<'_>, kind: &str) {
        if caption.title.is_empty() {
            self.text += " aria-hidden=\"true\">\n";
            return;
        }
        let mut id = clean_id(caption.id);
        if kind == "chart-narrow" {
            id += "-n";
        }
        let (title, description) = (escape(caption.title), escape(caption.description));
        if description.is_empty() {
            self.text +=
                &format!(" role=\"img\" aria-labelledby=\"{id}-t\"><title id=\"{id}-t\">{title}</title>\n");
        } else {
            self.text += &format!(
                " role=\"img\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>\n"
            );
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Rect { x, y, width, height, paint, title } => {
                let place = format!(
                    "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
                    number(*x),
                    number(*y),
                    number(*width),
                    number(*height)
                );
                self.shape("rect", &place, *paint, title);
            }
            Item::Line { from, to, paint } => {
                let place = format!(
                    "x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"",
                    number(from.0),
                    number(from.1),
                    number(to.0),
                    number(to.1)
                );
                self.shape("line", &place, *paint, "");
            }
            Item::Path { points, paint } => {
                self.shape("path", &format!("d=\"{}\"", path(points, *paint)), *paint, "");
            }
            Item::Band { from, to, paint, title } => {
                self.shape("path", &format!("d=\"{}\"", band(*from, *to)), *paint, title);
            }
            Item::Circle { at, radius, paint, title } => {
                let place =
                    format!("cx=\"{}\" cy=\"{}\" r=\"{}\"", number(at.0), number(at.1), number(*radius));
                self.shape("circle", &place, *paint, title);
            }
            Item::Text(text) => self.words(text),
        }
    }

    fn shape(&mut self, name: &str, place: &str, paint: Paint, title: &str) {
        let paint = self.paint(name, paint);
        self.text += &format!("<{name} {place}{paint}");
        if title.is_empty() {
            self.text += "/>\n";
        } else {
            self.text += &format!("><title>{}</title></{name}>\n", escape(title));
        }
    }

    fn paint(&self, name: &str, paint: Paint) -> String {
        let mut out = match self.mode {
            Mode::Themed => {
                let fill = paint.fill.map(|ink| format!("f-{}", ink.name()));
                let stroke = paint.stroke.map(|ink| format!("s-{}", ink.name()));
                let classes: Vec<String> = fill.into_iter().chain(stroke).collect();
                format!(" class=\"{}\"", classes.join(" "))
            }
            Mode::Resolved => {
                let fill = paint.fill.map(|ink| format!(" fill=\"{}\"", ink.light()));
                let stroke = paint.stroke.map(|ink| format!(" stroke=\"{}\"", ink.light()));
                fill.unwrap_or_default() + &stroke.unwrap_or_default()
            }
        };
        if paint.fill.is_none() && name != "line" {
            out += " fill=\"none\"";
        }
        if paint.stroke.is_some() && (paint.thick - 1.0).abs() > 0.01 {
            out += &format!(" stroke-width=\"{}\"", number(paint.thick));
        }
        if paint.stroke.is_some() && name == "path" {
            out += " stroke-linejoin=\"round\"";
        }
        out + match paint.dash {
            Dash::Solid => "",
            Dash::Dashed => " stroke-dasharray=\"5 4\"",
            Dash::Dotted => " stroke-dasharray=\"2 2\"",
        }
    }

    fn words(&mut self, text: &Text) {
        self.text += &format!("<text x=\"{}\" y=\"{}\"", number(text.x), number(text.y));
        if text.anchor != self.anchor {
            self.text += &format!(" text-anchor=\"{}\"", anchor_name(text.anchor));
        }
        if (text.size - self.font).abs() > 0.01 {
            self.text += &format!(" font-size=\"{}\"", number(text.size));
        }
        if text.bold {
            self.text += " font-weight=\"600\"";
        }
        self.text += &match (self.mode, text.halo) {
            (Mode::Themed, false) => format!(" class=\"f-{}\"", text.ink.name()),
            (Mode::Themed, true) => format!(" class=\"f-{} halo\"", text.ink.name()),
            (Mode::Resolved, false) => format!(" fill=\"{}\"", text.ink.light()),
            (Mode::Resolved, true) => format!(
                " fill=\"{}\" stroke=\"{}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
                text.ink.light(),
                Ink::Background.light()
            ),
        };
        self.text.push('>');
        if let Some(full) = &text.full {
            self.text += &format!("<title>{}</title>", escape(full));
        }
        self.text += &escape(&text.text);
        self.text += "</text>\n";
    }
}

fn path(points: &[(f64, f64)], paint: Paint) -> String {
    let mut out = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        out.push(if index == 0 { 'M' } else { ' ' });
        out += &format!("{} {}", number(*x), number(*y));
    }
    if paint.fill.is_some() {
        out.push('Z');
    }
    out
}

/// A ribbon that leaves and arrives level.
fn band([x0, top0, bottom0]: [f64; 3], [x1, top1, bottom1]: [f64; 3]) -> String {
    let middle = number(f64::midpoint(x0, x1));
    let (x0, x1) = (number(x0), number(x1));
    let [top0, bottom0, top1, bottom1] = [top0, bottom0, top1, bottom1].map(number);
    format!(
        "M{x0} {top0}C{middle} {top0} {middle} {top1} {x1} {top1}V{bottom1}C{middle} {bottom1} {middle} {bottom0} {x0} {bottom0}Z"
    )
}

/// A coordinate with at most one decimal.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn clean_id(id: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    id.chars().map(|c| if keep(c) { c } else { '-' }).collect()
}

/// The text for XML content and attributes; characters that XML 1.0 forbids become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
