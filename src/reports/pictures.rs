//! The charts of an edition as PNG, for mail and spreadsheets, which do not show SVG. A picture that an earlier run has drawn is not
//! drawn again.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::charts::{Drawing, Painter};
use crate::error::{Error, Result};
use crate::publish::Page;
use crate::store::{Digest, Store};

/// Draws charts, and keeps which characters their font lacks.
#[derive(Debug)]
pub(super) struct Pictures<'a> {
    /// Where pictures are kept from run to run.
    store: &'a Store,
    /// Made when it is needed, since it reads its font.
    painter: OnceLock<Painter>,
    /// Each character, and the first picture that lacks it.
    missing: BTreeMap<char, String>,
}

impl<'a> Pictures<'a> {
    /// Pictures of an edition.
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store, painter: OnceLock::new(), missing: BTreeMap::new() }
    }

    fn painter(&self) -> &Painter {
        self.painter.get_or_init(Painter::new)
    }

    /// Looks for characters that the font lacks in a chart that is to be drawn at `path`.
    pub(super) fn look(&mut self, path: &str, drawing: &Drawing) {
        let painter = self.painter.get_or_init(Painter::new);
        for c in drawing.characters.iter().filter(|c| painter.lacks(**c)) {
            self.missing.entry(*c).or_insert_with(|| path.to_owned());
        }
    }

    /// A chart as a page of the edition.
    ///
    /// # Errors
    /// Kind `Internal` when it cannot be drawn.
    pub(super) fn page(&self, path: String, drawing: &Drawing) -> Result<Page> {
        let bytes = self.png(&path, &drawing.svg)?;
        Ok(Page { path, bytes })
    }

    /// A chart as a mail shows it.
    ///
    /// # Errors
    /// As for [`Pictures::page`].
    pub(super) fn narrow(&self, id: &str, drawing: &Drawing) -> Result<Vec<u8>> {
        self.png(id, &drawing.narrow)
    }

    fn png(&self, path: &str, svg: &str) -> Result<Vec<u8>> {
        let address = Digest::new("picture").text(svg).address();
        if let Some(bytes) = self.store.bytes(&address) {
            return Ok(bytes);
        }
        let bytes = self.painter().png(svg);
        let bytes = bytes.map_err(|reason| Error::internal(format!("`{path}` cannot be drawn: {reason}")))?;
        self.store.keep_bytes(&address, &bytes)?;
        Ok(bytes)
    }

    /// A warning for each character that stands as an empty box in a picture.
    pub(super) fn warnings(self) -> Vec<String> {
        let line = |(c, path): (char, String)| {
            let code = u32::from(c);
            format!(
                "the font of the pictures lacks `{c}` (U+{code:04X}): an empty box stands for it in `{path}`"
            )
        };
        self.missing.into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_character_is_named_with_the_first_picture_that_lacks_it() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>".to_owned();
        let drawing = |text: &str| Drawing {
            svg: svg.clone(),
            narrow: svg.clone(),
            characters: text.chars().collect(),
        };
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), u64::MAX, std::time::SystemTime::UNIX_EPOCH).expect("a store");
        let mut pictures = Pictures::new(&store);
        for (path, text) in [("a.png", "客户 한"), ("b.png", "한글"), ("c.png", "plain")] {
            pictures.look(path, &drawing(text));
            pictures.page(path.to_owned(), &drawing(text)).expect("a picture");
        }
        let warnings = pictures.warnings();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[1].contains("`한` (U+D55C)") && warnings[1].ends_with("in `a.png`"), "{warnings:?}");
    }
}
