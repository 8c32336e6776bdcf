//! What was tried, and what became of it: one line for each step, on disk before the next step is taken.
//!
//! Takes lines and gives the last one of each message. Never forgets a line, and never guesses: a message that was being
//! handed over when the program ended is doubtful.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::index::Entry;
use crate::error::{Error, Result};
use crate::files;

/// What is known of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// Its content is about to be handed to the server.
    Trying,
    /// The server has taken it.
    Sent,
    /// It has not gone, and may go later.
    Deferred,
    /// The server does not take it.
    Refused,
    /// It was handed over, and no answer came: it may have gone or not.
    Doubtful,
}

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// A hash of reader, report, language, rows, day and content.
    pub key: String,
    /// What is known since then.
    pub state: State,
    /// When this became known, RFC 3339.
    pub time: String,
    /// What the server said, or what went wrong.
    pub reply: Option<String>,
    /// How often the server was asked to take it.
    pub tries: u32,
    /// The edition whose message it is; empty for one to the owner.
    pub edition: String,
    /// The message's file in that edition.
    pub file: String,
    /// The reader's address.
    pub to: String,
    /// The report.
    pub report: String,
    /// The tag of its language.
    pub language: String,
    /// Which rows the reader sees.
    pub rows: Option<String>,
    /// The day of the edition.
    pub as_of: String,
    /// The hash of what it says.
    pub content: String,
    /// Its `Message-ID`.
    pub message_id: String,
    /// Its `Date` header: the time of the first try.
    pub date: Option<String>,
    /// The earlier message that it corrects.
    pub corrects: Option<Corrects>,
    /// The BLAKE3 hash of its bytes as they were tried.
    pub bytes: Option<String>,
}

/// An earlier message that a message corrects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Corrects {
    /// Its `Message-ID`.
    pub message_id: String,
    /// The subject that says so, encoded.
    pub subject: String,
}

impl Line {
    /// The line of a message that was never tried.
    pub(super) fn new(edition: &str, as_of: &str, entry: &Entry) -> Self {
        let parts = serde_json::json!([
            entry.to.to_lowercase(),
            entry.report,
            entry.language,
            entry.rows,
            as_of,
            entry.content
        ]);
        Self {
            key: blake3::hash(parts.to_string().as_bytes()).to_hex().to_string(),
            state: State::Deferred,
            time: String::new(),
            reply: None,
            tries: 0,
            edition: edition.to_owned(),
            file: entry.file.clone(),
            to: entry.to.clone(),
            report: entry.report.clone(),
            language: entry.language.clone(),
            rows: entry.rows.clone(),
            as_of: as_of.to_owned(),
            content: entry.content.clone(),
            message_id: entry.message_id.clone(),
            date: None,
            corrects: None,
            bytes: None,
        }
    }

    /// The line of a message that went before, and is to go again because another content went in between. It is a
    /// message of its own, with a name of its own.
    pub(super) fn after(mut self, between: &Self) -> Self {
        let parts = format!("{} after {}", self.key, between.key);
        self.key = blake3::hash(parts.as_bytes()).to_hex().to_string();
        if let Some((local, domain)) = self.message_id.split_once('@') {
            self.message_id = format!("{local}.{}@{domain}", &self.key[..8]);
        }
        self
    }

    /// Whether both say the same report of the same day to the same reader.
    fn is_version_of(&self, other: &Self) -> bool {
        self.to.eq_ignore_ascii_case(&other.to)
            && (&self.report, &self.language, &self.rows, &self.as_of)
                == (&other.report, &other.language, &other.rows, &other.as_of)
    }
}

/// The ledger of a published folder, held by this process alone.
#[derive(Debug)]
pub(super) struct Ledger {
    path: PathBuf,
    file: File,
    /// The last line of each message, with its place in the file.
    last: BTreeMap<String, (usize, Line)>,
    n_lines: usize,
    _lock: File,
}

impl Ledger {
    /// Opens `<out>/delivery/ledger.jsonl` and takes its lock.
    ///
    /// # Errors
    /// Kind `Environment` when another delivery holds it, or a line of it cannot be read.
    pub(super) fn open(out: &Path) -> Result<Self> {
        let folder = out.join("delivery");
        files::create_folder(out)?;
        // The published folder may be seen by a web server; addresses are not its business.
        files::create_own_folder(&folder)?;
        let lock_path = folder.join(".lock");
        let lock = files::open_for_lock(&lock_path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(Error::environment(format!(
                    "another delivery from `{}` is under way",
                    out.display()
                ))
                .help("wait until it has ended; the lock goes with its process"));
            }
            Err(std::fs::TryLockError::Error(source)) => {
                return Err(files::fault("lock", &lock_path, source));
            }
        }
        let path = folder.join("ledger.jsonl");
        let mut file = files::open_to_append(&path)?;
        files::sync_folder(&folder)?;
        files::sync_folder(out)?;
        let text = files::read(&path)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut ledger = Self {
            path: path.clone(),
            file: files::open_to_append(&path)?,
            last: BTreeMap::new(),
            n_lines: 0,
            _lock: lock,
        };
        for line in text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let line = serde_json::from_slice(line).map_err(|source| {
                Error::environment(format!("line {} of `{}` is broken", ledger.n_lines + 1, path.display()))
                    .help("see whether the disk is sound; without the ledger, messages would go twice")
                    .caused_by(source)
            })?;
            ledger.remember(line);
        }
        // What has no end was being written when the program was killed: the step after it was not taken.
        if whole < text.len() {
            match serde_json::from_slice(&text[whole..]) {
                Ok(line) => {
                    ledger.remember(line);
                    files::append_synced(&mut file, &path, b"\n")?;
                }
                Err(_) => files::cut_synced(&file, &path, u64::try_from(whole).unwrap_or(u64::MAX))?,
            }
        }
        Ok(ledger)
    }

    /// The last line of a message; what was being handed over when the program ended is doubtful.
    pub(super) fn last(&self, key: &str) -> Option<Line> {
        let (_, line) = self.last.get(key)?;
        let mut line = line.clone();
        if line.state == State::Trying {
            line.state = State::Doubtful;
            line.reply = Some("tierbook was stopped while the server was given it".to_owned());
        }
        Some(line)
    }

    /// The last message that said the same of the same day to the same reader with another content, and was sent.
    pub(super) fn corrected_by(&self, line: &Line) -> Option<&Line> {
        let earlier = self.last.values().filter(|(_, known)| {
            known.state == State::Sent && known.content != line.content && known.is_version_of(line)
        });
        earlier.max_by_key(|(place, _)| *place).map(|(_, line)| line)
    }

    /// The message that the reader has had since this one was sent, and that said something else.
    pub(super) fn sent_after(&self, line: &Line) -> Option<&Line> {
        let place = |line: &Line| self.last.get(&line.key).map(|(place, _)| *place);
        self.corrected_by(line).filter(|later| place(later) > place(line))
    }

    /// Adds a line, and waits until it is on disk.
    ///
    /// # Errors
    /// Kind `Environment`; the step after it must not be taken then.
    pub(super) fn write(&mut self, line: &Line) -> Result<()> {
        let mut bytes = serde_json::to_vec(line)
            .map_err(|source| Error::internal("a line of the ledger cannot be written").caused_by(source))?;
        bytes.push(b'\n');
        files::append_synced(&mut self.file, &self.path, &bytes)?;
        self.remember(line.clone());
        Ok(())
    }

    fn remember(&mut self, line: Line) {
        self.n_lines += 1;
        self.last.insert(line.key.clone(), (self.n_lines, line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(state: State, content: &str) -> Line {
        let entry = Entry {
            file: "mail/a.eml".to_owned(),
            to: "anna@example.com".to_owned(),
            name: "Anna".to_owned(),
            report: "brief".to_owned(),
            language: "en".to_owned(),
            rows: None,
            content: content.to_owned(),
            message_id: format!("<{content}@example.com>"),
            subject: "Brief".to_owned(),
            corrected_subject: "Correction".to_owned(),
        };
        Line { state, ..Line::new("2026-10-31.1", "2026-10-31", &entry) }
    }

    fn text(line: &Line) -> String {
        serde_json::to_string(line).unwrap() + "\n"
    }

    #[test]
    fn a_ledger_that_is_cut_at_any_byte_is_read_and_written_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("delivery/ledger.jsonl");
        let (trying, sent) = (line(State::Trying, "a"), line(State::Sent, "a"));
        let (first, second) = (text(&trying), text(&sent));
        for cut in 0..=second.len() {
            files::write_synced(&path, format!("{first}{}", &second[..cut]).as_bytes()).unwrap();
            let mut ledger = Ledger::open(folder.path()).unwrap();
            let whole = cut + 1 >= second.len();
            let state = if whole { State::Sent } else { State::Doubtful };
            assert_eq!(ledger.last(&sent.key).map(|line| line.state), Some(state), "cut at {cut}");
            ledger.write(&line(State::Refused, "b")).unwrap();
            drop(ledger);
            let ledger = Ledger::open(folder.path()).unwrap();
            assert_eq!(ledger.last(&sent.key).map(|line| line.state), Some(state), "cut at {cut}");
            assert_eq!(ledger.n_lines, if whole { 3 } else { 2 });
        }
    }

    #[test]
    fn a_line_that_is_broken_in_the_middle_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{{\"key\":\n{}", text(&line(State::Sent, "a")));
        files::write_synced(&folder.path().join("delivery/ledger.jsonl"), text.as_bytes()).unwrap();
        assert!(Ledger::open(folder.path()).unwrap_err().message.starts_with("line 1 of"));
    }

    #[test]
    fn what_was_sent_last_with_another_content_is_what_is_corrected() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::open(folder.path()).unwrap();
        for (state, content) in [(State::Sent, "b"), (State::Sent, "a"), (State::Doubtful, "c")] {
            ledger.write(&line(state, content)).unwrap();
        }
        let corrected =
            |content| ledger.corrected_by(&line(State::Trying, content)).map(|l| l.content.clone());
        assert_eq!(corrected("d").as_deref(), Some("a"));
        assert_eq!(corrected("a").as_deref(), Some("b"));
        assert_eq!(ledger.sent_after(&line(State::Sent, "b")).map(|l| l.content.as_str()), Some("a"));
        assert_eq!(ledger.sent_after(&line(State::Sent, "a")), None);
        let other = Line { to: "bob@example.com".to_owned(), ..line(State::Trying, "d") };
        assert_eq!(ledger.corrected_by(&other), None);
    }
}
