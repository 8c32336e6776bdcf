//! A message as it goes: its file with the time of the first try, and with the subject of a correction if it is one.
//!
//! Takes a message and what the ledger knows of it; gives bytes that are the same at each try. Never touches the body.

use std::path::{Path, PathBuf};

use jiff::Zoned;
use lettre::Address;

use super::index::Entry;
use super::ledger::{Corrects, Ledger, Line};
use crate::error::{Error, Result};
use crate::files;

/// A message on its way.
#[derive(Debug)]
pub(super) struct Letter {
    /// What the ledger says of it, and what it will say.
    pub(super) line: Line,
    pub(super) to: Address,
    /// Whether an earlier try may have arrived.
    pub(super) doubted: bool,
    source: Source,
    corrected_subject: String,
    /// The names of the edition at hand, for a message that has not been tried.
    here: (String, String, String),
}

#[derive(Debug)]
enum Source {
    /// The published folder; the message lies in an edition of it.
    Editions(PathBuf),
    /// The message itself.
    Text(Vec<u8>),
}

impl Letter {
    /// A message of an edition; `known` is the last line that the ledger has of it.
    pub(super) fn of_edition(out: &Path, entry: &Entry, line: Line, known: Option<Line>) -> Result<Self> {
        Self::new(line, known, Source::Editions(out.join("editions")), entry.corrected_subject.clone())
    }

    /// A message that lies in no edition.
    pub(super) fn of_text(line: Line, known: Option<Line>, text: Vec<u8>) -> Result<Self> {
        Self::new(line, known, Source::Text(text), String::new())
    }

    fn new(line: Line, known: Option<Line>, source: Source, corrected_subject: String) -> Result<Self> {
        let to = line.to.parse().map_err(|source| {
            Error::internal(format!("`{}` was checked to be an address", line.to)).caused_by(source)
        })?;
        let here = (line.edition.clone(), line.file.clone(), line.message_id.clone());
        Ok(Self { line: known.unwrap_or(line), to, doubted: false, source, corrected_subject, here })
    }

    /// The bytes to hand over, which `line` then describes; `None` when an earlier try may have arrived, and what was
    /// tried cannot be had any more.
    ///
    /// # Errors
    /// Kind `Environment` when the message cannot be read, or is none.
    pub(super) fn compose(&mut self, ledger: &Ledger, now: &Zoned) -> Result<Option<Vec<u8>>> {
        let corrects = ledger.corrected_by(&self.line).map(|earlier| Corrects {
            message_id: earlier.message_id.clone(),
            subject: self.corrected_subject.clone(),
        });
        // What has not arrived for sure may be said anew where another message went in between.
        let id = |corrects: &Option<Corrects>| corrects.as_ref().map(|earlier| earlier.message_id.clone());
        if (self.doubted || id(&corrects) == id(&self.line.corrects))
            && let Some(bytes) = self.as_tried()
        {
            return Ok(Some(bytes));
        }
        if self.doubted {
            return Ok(None);
        }
        let (edition, file, message_id) = self.here.clone();
        let date = jiff::fmt::rfc2822::to_string(now)
            .map_err(|source| Error::internal("the time cannot be written").caused_by(source))?;
        let raw = self.raw(&edition, &file)?;
        let bytes = rewrite(&raw, &date, &message_id, corrects.as_ref()).ok_or_else(|| {
            Error::environment(format!("`{file}` of edition {edition} is not a mail message"))
                .help("publish the edition anew with `tierbook run`")
        })?;
        (self.line.edition, self.line.file, self.line.message_id) = (edition, file, message_id);
        self.line.corrects = corrects;
        self.line.date = Some(date);
        self.line.bytes = Some(blake3::hash(&bytes).to_hex().to_string());
        Ok(Some(bytes))
    }

    /// The bytes of the earlier tries, from the edition that they were of or, if it is gone, from this one.
    fn as_tried(&self) -> Option<Vec<u8>> {
        let (date, hash) = (self.line.date.as_ref()?, self.line.bytes.as_ref()?);
        let (edition, file, _) = &self.here;
        [(&self.line.edition, &self.line.file), (edition, file)].into_iter().find_map(|(edition, file)| {
            let raw = self.raw(edition, file).ok()?;
            let bytes = rewrite(&raw, date, &self.line.message_id, self.line.corrects.as_ref())?;
            (blake3::hash(&bytes).to_hex().as_str() == hash).then_some(bytes)
        })
    }

    fn raw(&self, edition: &str, file: &str) -> Result<Vec<u8>> {
        match &self.source {
            Source::Editions(folder) => files::read(&folder.join(edition).join(file)),
            Source::Text(text) => Ok(text.clone()),
        }
    }
}

/// A message with its date and its name and, for a correction, another subject and the message that it follows. `None` for
/// bytes that are no message which every server takes: 7 bits, and lines that end with CRLF.
fn rewrite(raw: &[u8], date: &str, message_id: &str, corrects: Option<&Corrects>) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(raw).ok().filter(|text| text.is_ascii() && !text.contains('\0'))?;
    if text.replace("\r\n", "").contains(['\r', '\n']) {
        return None;
    }
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut changes = vec![("Date", date.to_owned()), ("Message-ID", message_id.to_owned())];
    if let Some(corrects) = corrects {
        changes.push(("Subject", corrects.subject.clone()));
        changes.push(("In-Reply-To", corrects.message_id.clone()));
        changes.push(("References", corrects.message_id.clone()));
    }
    let mut lines: Vec<String> = Vec::new();
    let mut changed = false;
    for line in head.split("\r\n") {
        let goes_on = line.starts_with([' ', '\t']);
        if !goes_on {
            let name = line.split_once(':')?.0.trim_end();
            let place = changes.iter().position(|(changed, _)| changed.eq_ignore_ascii_case(name));
            changed = place.is_some();
            if let Some(place) = place {
                let (name, value) = changes.remove(place);
                lines.push(format!("{name}: {value}"));
            }
        }
        // A line that goes on belongs to the header before it, and goes with it.
        if !changed {
            lines.push(line.to_owned());
        }
    }
    lines.extend(changes.into_iter().map(|(name, value)| format!("{name}: {value}")));
    let end = if body.is_empty() || body.ends_with("\r\n") { "" } else { "\r\n" };
    Some(format!("{}\r\n\r\n{body}{end}", lines.join("\r\n")).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "From: a@example.com\r\nSubject: =?utf-8?b?5a6i?=\r\n =?utf-8?b?5oi3?=\r\nDate: Sat, 31 Oct\r\n\
                       \t2026 23:59:59 +0800\r\nX-Subject: kept\r\n\r\nDate: kept\r\n.\r\nend";

    #[test]
    fn the_date_is_replaced_with_the_lines_that_go_on_and_the_body_is_not() {
        let bytes = rewrite(RAW.as_bytes(), "NOW", "<2@example.com>", None).unwrap();
        let expected = "From: a@example.com\r\nSubject: =?utf-8?b?5a6i?=\r\n =?utf-8?b?5oi3?=\r\nDate: NOW\r\n\
                        X-Subject: kept\r\nMessage-ID: <2@example.com>\r\n\r\nDate: kept\r\n.\r\nend\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn a_correction_has_its_subject_and_the_message_that_it_follows() {
        let corrects = Corrects { message_id: "<1@example.com>".to_owned(), subject: "Corrected".to_owned() };
        let bytes = rewrite(RAW.as_bytes(), "NOW", "<2@example.com>", Some(&corrects)).unwrap();
        let expected = "From: a@example.com\r\nSubject: Corrected\r\nDate: NOW\r\nX-Subject: kept\r\n\
                        Message-ID: <2@example.com>\r\nIn-Reply-To: <1@example.com>\r\nReferences: <1@example.com>\r\n\r\nDate: kept\r\n.\r\nend\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn bytes_that_some_servers_read_in_another_way_are_no_message() {
        for raw in [
            "A: b\r\n\r\nx\n.\ny",
            "A: b\r\n\r\nx\r.",
            "A: b",
            "A: b\r\n\r\nä",
            "no header\r\n\r\n",
            "A: b\n\nx",
        ] {
            assert_eq!(rewrite(raw.as_bytes(), "NOW", "<2@example.com>", None), None, "{raw:?}");
        }
    }
}
