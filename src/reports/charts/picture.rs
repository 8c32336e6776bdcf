//! A chart's own SVG as a PNG, drawn with the embedded font alone: the same bytes on every machine.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use skrifa::{FontRef, MetadataProvider};

/// Noto Sans CJK SC Regular, cut down; `fonts/README.md` says to what.
static FONT: &[u8] = include_bytes!("fonts/NotoSansCJKsc-Subset.otf");
const FAMILY: &str = "Noto Sans CJK SC";

/// Pixels for each unit: sharp on dense screens, and on paper up to 19 cm wide.
const PIXELS: f32 = 2.0;

/// Draws pictures. Making one reads the font, so one draws all charts of a run.
pub struct Painter {
    options: Options<'static>,
    font: Option<FontRef<'static>>,
}

impl std::fmt::Debug for Painter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Painter").finish_non_exhaustive()
    }
}

impl Default for Painter {
    fn default() -> Self {
        Self::new()
    }
}

impl Painter {
    /// A painter with the embedded font and no other.
    #[must_use]
    pub fn new() -> Self {
        let mut options = Options { font_family: FAMILY.to_owned(), ..Options::default() };
        let fonts = options.fontdb_mut();
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(FONT)));
        fonts.set_sans_serif_family(FAMILY);
        Self { options, font: FontRef::new(FONT).ok() }
    }

    /// A resolved SVG as PNG, two pixels for each unit.
    ///
    /// # Errors
    /// Says what is wrong with the SVG.
    pub fn png(&self, svg: &str) -> Result<Vec<u8>, String> {
        let tree = Tree::from_str(svg, &self.options).map_err(|error| error.to_string())?;
        let size = tree.size().to_int_size().scale_by(PIXELS).ok_or("the chart has no size")?;
        let mut pixels = Pixmap::new(size.width(), size.height()).ok_or("the chart is too large")?;
        resvg::render(&tree, Transform::from_scale(PIXELS, PIXELS), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| error.to_string())
    }

    /// Whether the font cannot draw a character: in its place stands an empty box.
    #[must_use]
    pub fn lacks(&self, character: char) -> bool {
        let known = self.font.as_ref().is_some_and(|font| font.charmap().map(character).is_some());
        !known && !character.is_control()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 120 40\" width=\"120\" height=\"40\" \
        font-family=\"sans-serif\" font-size=\"13\"><rect width=\"120\" height=\"40\" fill=\"#fff\"/>";

    fn picture(text: &str) -> Vec<u8> {
        let svg = format!("{SVG}<text x=\"4\" y=\"24\" fill=\"#000\">{text}</text></svg>");
        Painter::new().png(&svg).expect("a picture")
    }

    #[test]
    fn a_picture_has_two_pixels_for_each_unit_and_the_same_bytes_every_time() {
        let png = picture("收入 Revenue");
        assert_eq!(&png[1..4], b"PNG");
        assert_eq!((&png[16..20], &png[20..24]), (&240_u32.to_be_bytes()[..], &80_u32.to_be_bytes()[..]));
        assert_eq!(png, picture("收入 Revenue"));
        assert_ne!(png, picture(""), "text is drawn");
        assert!(Painter::new().png("<svg").is_err());
    }

    #[test]
    fn the_font_has_what_reports_say_and_tells_what_it_lacks() {
        let painter = Painter::new();
        let common = "客户分层收入毛利 ¥€£ 0123456789.,%–—…·≥≤→ Kaplan–Meier 喆堃珺昇玥（）：；“”";
        let lacking: Vec<char> = common.chars().filter(|c| painter.lacks(*c)).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
        assert!(painter.lacks('한') && painter.lacks('\u{1f600}'));
        let words = concat!(
            include_str!("../../../report_templates/locales/zh-CN.toml"),
            include_str!("../../../report_templates/locales/en.toml"),
        );
        let lacking: Vec<char> = words.chars().filter(|c| painter.lacks(*c)).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}
