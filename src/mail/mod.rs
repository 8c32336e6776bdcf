//! Bodies and readers -> messages: complete mails as files of an edition, and an index of them.
//!
//! Takes what a mail says and who reads it. Gives the bytes of a message (RFC 5322), always the same for the same, and
//! its line in the index, from which [`crate::deliver`] sends. Nothing is sent here, and no server is needed: the folder
//! is a Maildir, which mail programs open.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue, Headers, Subject};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use crate::deliver::index::{Entry, Index};
use crate::error::{Error, Result};
use crate::names::EditionId;
use crate::project::MailConfig;
use crate::project::recipients::Scope;
use crate::publish::Page;
use crate::reports::mail::{Attached, MailBody};

mod readers;

pub use readers::{Reader, readers, table};

/// The folder of messages in an edition; itself a Maildir.
const FOLDER: &str = "mail";

/// What is known of all messages of an edition.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Who sends them, and how.
    pub config: &'a MailConfig,
    /// The name of the project.
    pub project: &'a str,
    /// The edition.
    pub edition: EditionId,
    /// When its day ends: the date of the messages until they are sent.
    pub written: Timestamp,
}

/// The messages of an edition.
#[derive(Debug)]
pub struct Outbox {
    pages: Vec<Page>,
    index: Index,
}

impl Outbox {
    /// No messages yet.
    pub fn new(envelope: &Envelope<'_>) -> Self {
        let index = Index {
            edition: envelope.edition.to_string(),
            as_of: envelope.edition.as_of.to_string(),
            messages: Vec::new(),
        };
        Self { pages: Vec::new(), index }
    }

    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.index.messages.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.index.messages.is_empty()
    }

    /// Adds the message of a body to a reader.
    ///
    /// # Errors
    /// Kind `Internal` when the message cannot be built.
    pub fn add(
        &mut self,
        envelope: &Envelope<'_>,
        body: &MailBody,
        to: &Mailbox,
        scope: Option<&Scope>,
    ) -> Result<()> {
        let content = content(body, envelope);
        let rows = scope.map(ToString::to_string);
        let address = to.email.to_string();
        let named = format!("{address}\n{}\n{}\n{rows:?}\n{content}", body.report, body.lang);
        let digest = blake3::hash(named.as_bytes()).to_hex();
        let domain = envelope.config.from.email.domain();
        let message_id = format!("<{}.{}.{}@{domain}>", body.report, envelope.edition.as_of, &digest[..16]);
        let bytes = message(envelope, body, to, &message_id, &digest)?;
        let file = format!("{FOLDER}/new/{}.{}.{}.eml", body.report, body.lang, &digest[..16]);
        let entry = Entry {
            file: file.clone(),
            to: address,
            name: to.name.clone().unwrap_or_default(),
            report: body.report.to_string(),
            language: body.lang.to_string(),
            rows,
            content,
            message_id,
            subject: body.subject.clone(),
            corrected_subject: encoded(&body.corrected_subject),
        };
        // Somebody who stands on the list twice is mailed once.
        if self.index.messages.iter().all(|known| known.file != entry.file) {
            self.pages.push(Page { path: file, bytes });
            self.index.messages.push(entry);
        }
        Ok(())
    }

    /// Adds the messages of another one.
    pub fn take(&mut self, other: Self) {
        self.pages.extend(other.pages);
        self.index.messages.extend(other.index.messages);
    }

    /// The files of the edition: the messages, the index, and what else makes a Maildir of the folder.
    ///
    /// # Errors
    /// Kind `Internal` when the index cannot be written.
    pub fn pages(self) -> Result<Vec<Page>> {
        let mut index = serde_json::to_vec_pretty(&self.index)
            .map_err(|source| Error::internal("the index of mails cannot be written").caused_by(source))?;
        index.push(b'\n');
        let mut pages = self.pages;
        for folder in ["cur", "new", "tmp"] {
            pages.push(Page { path: format!("{FOLDER}/{folder}/.keep"), bytes: Vec::new() });
        }
        pages.push(Page { path: crate::deliver::index::FILE_NAME.to_owned(), bytes: index });
        Ok(pages)
    }
}

/// A hash of what the reader reads: the same in another edition of the same day that says the same.
fn content(body: &MailBody, envelope: &Envelope<'_>) -> String {
    let edition = envelope.edition.to_string();
    let mut hash = blake3::Hasher::new();
    for text in [&body.subject, &body.html, &body.text] {
        hash.update(text.replace(&edition, "").as_bytes());
    }
    for file in body.pictures.iter().chain(&body.lists) {
        hash.update(file.name.as_bytes());
        hash.update(&file.bytes);
    }
    hash.finalize().to_hex().to_string()
}

fn message(
    envelope: &Envelope<'_>,
    body: &MailBody,
    to: &Mailbox,
    message_id: &str,
    digest: &str,
) -> Result<Vec<u8>> {
    let internal = |source: lettre::error::Error| {
        Error::internal(format!("the mail of report `{}` cannot be built", body.report)).caused_by(source)
    };
    let config = envelope.config;
    let from = Mailbox::new(
        Some(config.from.name.clone().unwrap_or_else(|| envelope.project.to_owned())),
        config.from.email.clone(),
    );
    let answers = config.reply_to.as_ref().or(config.owner.as_ref()).unwrap_or(&config.from);
    let domain = config.from.email.domain();
    let mut builder = Message::builder()
        .from(from)
        .to(to.clone())
        .subject(body.subject.clone())
        .message_id(Some(message_id.to_owned()))
        .date(SystemTime::from(envelope.written));
    if config.reply_to.is_some() || config.owner.is_some() {
        builder = builder.reply_to(answers.clone());
    }
    // A part that names its boundary after its content holds it nowhere else.
    let boundary = |part: &str| format!("{part}-{}", &digest[16..48]);
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(body.text.clone());
    let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(body.html.clone());
    let mut related = MultiPart::related().boundary(boundary("related")).singlepart(html);
    for picture in &body.pictures {
        related = related.singlepart(inline(picture)?);
    }
    let alternative =
        MultiPart::alternative().boundary(boundary("alternative")).singlepart(text).multipart(related);
    let mut mixed = MultiPart::mixed().boundary(boundary("mixed")).multipart(alternative);
    for list in &body.lists {
        mixed = mixed.singlepart(Attachment::new(list.name.clone()).body(list.bytes.clone(), spreadsheet()?));
    }
    let mut message = builder.multipart(mixed).map_err(internal)?;
    let list_id = format!("<{}.{domain}>", body.report.as_str().replace('_', "-"));
    let unsubscribe = format!("<mailto:{}?subject=unsubscribe>", answers.email);
    let headers = message.headers_mut();
    headers.insert_raw(header("List-Id", list_id)?);
    headers.insert_raw(header("List-Unsubscribe", unsubscribe)?);
    headers.insert_raw(header("Auto-Submitted", "auto-generated".to_owned())?);
    headers.insert_raw(header("Content-Language", body.lang.to_string())?);
    Ok(message.formatted())
}

fn inline(picture: &Attached) -> Result<SinglePart> {
    let kind: ContentType =
        "image/png".parse().map_err(|source: lettre::message::header::ContentTypeErr| {
            Error::internal("PNG is a kind of content").caused_by(source)
        })?;
    let file = picture.name.split('@').next().unwrap_or_default();
    Ok(Attachment::new_inline_with_name(picture.name.clone(), format!("{file}.png"))
        .body(picture.bytes.clone(), kind))
}

fn spreadsheet() -> Result<ContentType> {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    kind.parse().map_err(|source: lettre::message::header::ContentTypeErr| {
        Error::internal("a spreadsheet is a kind of content").caused_by(source)
    })
}

fn header(name: &'static str, value: String) -> Result<HeaderValue> {
    let name = HeaderName::new_from_ascii(name.to_owned())
        .map_err(|source| Error::internal(format!("`{name}` is a header")).caused_by(source))?;
    Ok(HeaderValue::new(name, value))
}

/// The value of a subject as it stands in a message.
fn encoded(text: &str) -> String {
    let mut headers = Headers::new();
    headers.set(Subject::from(text.to_owned()));
    headers.to_string().trim_start_matches("Subject: ").trim_end().to_owned()
}
