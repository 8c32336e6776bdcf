//! `mail/index.json` of an edition: which messages lie in it, and whom they are for.
//!
//! Written where messages are composed, read where they are delivered. Never holds the messages themselves.

use std::collections::BTreeSet;
use std::path::Path;

use lettre::Address;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;

/// Where the index lies in an edition.
pub const FILE_NAME: &str = "mail/index.json";

/// The messages of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The edition that they were composed for.
    pub edition: String,
    /// The last day whose rows it saw.
    pub as_of: String,
    /// The messages, in the order in which they go.
    pub messages: Vec<Entry>,
}

/// One message to one reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The message, a path below the edition: RFC 5322 with CRLF, 7 bits.
    pub file: String,
    /// The reader's address.
    pub to: String,
    /// The reader's name.
    pub name: String,
    /// The report that it carries.
    pub report: String,
    /// The tag of its language.
    pub language: String,
    /// Which rows the reader sees, if not all.
    pub rows: Option<String>,
    /// A hash of what it says; another one is another message.
    pub content: String,
    /// Its `Message-ID`, in angle brackets.
    pub message_id: String,
    /// Its subject, as people read it.
    pub subject: String,
    /// The subject of the same message where it corrects an earlier one, encoded for the header.
    pub corrected_subject: String,
}

impl Index {
    /// Reads the index of an edition and sees that its messages are there; `None` where the edition has no mail.
    ///
    /// # Errors
    /// Kind `Environment` when it cannot be read, or is not what was written.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE_NAME);
        if !path.exists() {
            return Ok(None);
        }
        let broken = |reason: String| {
            Error::environment(format!("`{}` is broken: {reason}", path.display()))
                .help("publish the edition anew with `tierbook run`")
        };
        let index: Self =
            serde_json::from_slice(&files::read(&path)?).map_err(|source| broken(source.to_string()))?;
        let mut ids = BTreeSet::new();
        for entry in &index.messages {
            entry.check(folder).map_err(broken)?;
            if !ids.insert((&entry.to, &entry.message_id)) {
                return Err(broken(format!("{} gets {} twice", entry.to, entry.message_id)));
            }
        }
        Ok(Some(index))
    }
}

impl Entry {
    fn check(&self, folder: &Path) -> Result<(), String> {
        let file = Path::new(&self.file);
        let below = file.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !below || !folder.join(file).is_file() {
            return Err(format!("the message `{}` is not there", self.file));
        }
        if self.to.parse::<Address>().is_err() {
            return Err(format!("`{}` is no mail address", self.to));
        }
        let id = self.message_id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
        if !id.is_some_and(|id| !id.is_empty() && id.chars().all(|c| c.is_ascii_graphic())) {
            return Err(format!("`{}` is no name of a message", self.message_id));
        }
        // A line that begins with a blank goes on with the one before; any other one would be a header of its own.
        let unfolded = self.corrected_subject.replace("\r\n ", " ").replace("\r\n\t", " ");
        if unfolded.is_empty() || !unfolded.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            return Err(format!("the subject of a correction of `{}` is not encoded", self.file));
        }
        Ok(())
    }
}
