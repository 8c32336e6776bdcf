//! The index of the messages of an edition.

use serde::{Deserialize, Serialize};

/// Where it lies in an edition.
pub const FILE_NAME: &str = "mail/index.json";

/// The messages of an edition.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Index {
    /// The edition.
    pub edition: String,
    /// The last day whose rows were seen.
    pub as_of: String,
    /// The messages, in order.
    pub messages: Vec<Entry>,
}

/// A message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Its file below the edition.
    pub file: String,
    /// Whom it goes to: the address alone.
    pub to: String,
    /// Their name, if known.
    pub name: Option<String>,
    /// The report.
    pub report: String,
    /// Its language.
    pub language: String,
    /// The customers that it is about; `None` for all.
    pub rows: Option<String>,
    /// A hash of what the reader reads.
    pub content: String,
    /// Its `Message-ID`.
    pub message_id: String,
    /// Its subject.
    pub subject: String,
    /// The subject header of a correction, encoded.
    pub corrected_subject: String,
}
