//! A short message to the owner: readers get nothing tonight, and why.
//!
//! Takes what went wrong; says it once, however often it is called. Never goes to a reader.

use jiff::Timestamp;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};

use super::index::Entry;
use super::ledger::{Ledger, Line, State};
use super::letter::Letter;
use super::rounds::Rounds;
use super::smtp::Courier;
use super::{Outside, Post, look_up};
use crate::error::{Error, Result};

/// Why readers get nothing.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What it is about; the owner is told of each once.
    pub about: String,
    /// The subject, and the first line.
    pub subject: String,
    /// The lines below it.
    pub lines: Vec<String>,
}

/// Whether the owner knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Nobody is named as owner.
    Nobody,
    /// The server has taken the message.
    Now(String),
    /// It was taken, or may have been, in an earlier call.
    Before(String),
    /// It did not go; the address, and why.
    Not(String, String),
}

impl Told {
    /// For people.
    pub fn text(&self) -> String {
        match self {
            Self::Nobody => {
                "nobody is told: `owner` under `[mail]` names whom to tell when readers get nothing"
                    .to_owned()
            }
            Self::Now(owner) => format!("the owner, {owner}, is told by mail"),
            Self::Before(owner) => format!("the owner, {owner}, was told by mail before"),
            Self::Not(owner, reason) => format!("the owner, {owner}, could not be told by mail: {reason}"),
        }
    }
}

/// Tells the owner, unless they know already.
///
/// # Errors
/// Kinds `Environment` and `Project` when nothing can be sent at all.
pub fn tell_owner(post: &Post<'_>, notice: &Notice, outside: &Outside<'_>) -> Result<Told> {
    let Some(owner) = &post.mail.owner else { return Ok(Told::Nobody) };
    let mut ledger = Ledger::open(post.out)?;
    let name = owner.email.to_string();
    let content = blake3::hash(notice.about.as_bytes()).to_hex().to_string();
    let message_id = format!("<tierbook.{}@{}>", &content[..20], post.mail.from.email.domain());
    let entry = Entry {
        file: String::new(),
        to: name.clone(),
        name: owner.name.clone().unwrap_or_default(),
        // No report is called so: theirs are the names of templates.
        report: "(owner)".to_owned(),
        language: "en".to_owned(),
        rows: None,
        content,
        message_id: message_id.clone(),
        subject: notice.subject.clone(),
        corrected_subject: String::new(),
    };
    // Each is about something of its own, and none corrects another: the day is that of nothing.
    let line = Line::new("", &notice.about, &entry);
    let known = ledger.last(&line.key);
    if matches!(known.as_ref().map(|line| line.state), Some(State::Sent | State::Doubtful)) {
        return Ok(Told::Before(name));
    }
    let text = message(post, owner, notice, message_id)?;
    let mut letters = [Letter::of_text(line, known, text)?];
    let (login, _) = look_up(post, outside)?;
    let mut courier = Courier::new(post.smtp, login, post.project)?;
    let mut rounds = Rounds::new(post, &mut ledger, &mut courier, outside);
    let stopped = rounds.send(&mut letters, &mut |_, _| Ok(()))?;
    let line = &letters[0].line;
    Ok(match (stopped, line.state) {
        (Some(stop), _) => {
            let notes = stop.notes.iter().map(|note| format!("; {note}"));
            Told::Not(name, notes.fold(stop.message.clone(), |text, note| text + &note))
        }
        (None, State::Sent) => Told::Now(name),
        (None, _) => Told::Not(name, line.reply.clone().unwrap_or_default()),
    })
}

/// The message; its date is set when it is tried.
fn message(post: &Post<'_>, owner: &Mailbox, notice: &Notice, id: String) -> Result<Vec<u8>> {
    let mut body = format!("{}\r\n\r\n", notice.subject);
    for line in &notice.lines {
        body.push_str(line);
        body.push_str("\r\n");
    }
    let message = Message::builder()
        .from(post.mail.from.clone())
        .to(owner.clone())
        .subject(notice.subject.clone())
        .message_id(Some(id))
        .date(Timestamp::UNIX_EPOCH.into())
        .header(ContentType::TEXT_PLAIN)
        .body(body)
        .map_err(|source| Error::internal("a message to the owner cannot be written").caused_by(source))?;
    Ok(message.formatted())
}
