//! What a result is addressed by: all that went into it, and nothing else.

use std::fmt;

/// Of what is kept and how; another number makes everything else than it was.
const FORMAT: &str = "1";

/// The sources that this program was built from.
const BUILD: &str = env!("TIERBOOK_BUILD");

/// The name of a result: the hash of what went into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(String);

impl Address {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address in the making. Every text is preceded by its length, so that no two lists of texts are the same bytes.
#[derive(Debug, Clone)]
pub struct Digest(blake3::Hasher);

impl Digest {
    /// Of a kind of result, made by this program with this engine.
    pub fn new(kind: &str) -> Self {
        let digest = Self(blake3::Hasher::new());
        digest.text(FORMAT).text(BUILD).text(datafusion::DATAFUSION_VERSION).text(kind)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.0.update(&(text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// Adds several texts, and how many they are.
    #[must_use]
    pub fn texts<T: AsRef<str>>(self, texts: impl IntoIterator<Item = T>) -> Self {
        let texts: Vec<T> = texts.into_iter().collect();
        let digest = self.text(&texts.len().to_string());
        texts.iter().fold(digest, |digest, text| digest.text(text.as_ref()))
    }

    /// The address.
    pub fn address(&self) -> Address {
        Address(self.0.finalize().to_hex().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_where_they_begin_and_end() {
        let one = Digest::new("model").text("ab").text("c").address();
        let other = Digest::new("model").text("a").text("bc").address();
        assert_ne!(one, other);
        assert_ne!(
            Digest::new("model").texts(["a"]).texts(["b", "c"]).address(),
            Digest::new("model").texts(["a", "b"]).texts(["c"]).address()
        );
        assert_eq!(one, Digest::new("model").text("ab").text("c").address());
        assert_ne!(Digest::new("model").address(), Digest::new("part").address());
    }
}
