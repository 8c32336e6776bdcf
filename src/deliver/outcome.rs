//! What a delivery did: each message with what became of it, as text, as an object, and as an error if any is left.

use std::fmt::Write;

use serde::Serialize;

use super::ledger::{Line, State};
use crate::error::{Error, Result};

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It went in this call.
    Sent,
    /// It went in an earlier call.
    AlreadySent,
    /// The reader has had the report of a later edition of the same day.
    Superseded,
    /// It may go later.
    Deferred,
    /// The server does not take it.
    Refused,
    /// It may have gone or not.
    Doubtful,
    /// It was not tried.
    Waiting,
}

impl Fate {
    fn words(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::AlreadySent => "already sent",
            Self::Superseded => "superseded",
            Self::Deferred => "deferred",
            Self::Refused => "refused",
            Self::Doubtful => "doubtful",
            Self::Waiting => "not tried",
        }
    }

    fn is_done(self) -> bool {
        matches!(self, Self::Sent | Self::AlreadySent | Self::Superseded)
    }
}

/// A message with what became of it; also an entry of `receipts.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    /// The reader's address.
    pub to: String,
    /// The reader's name.
    pub name: String,
    /// The report.
    pub report: String,
    /// The tag of its language.
    pub language: String,
    /// Which rows the reader sees, if not all.
    pub rows: Option<String>,
    /// Its `Message-ID`.
    pub message_id: String,
    /// What became of it.
    pub state: Fate,
    /// When that became known, RFC 3339.
    pub time: Option<String>,
    /// What the server said, or what went wrong.
    pub reply: Option<String>,
    /// How often the server was asked to take it.
    pub tries: u32,
    /// The message of an earlier edition that it corrects.
    pub corrects: Option<String>,
}

impl Receipt {
    /// Takes over what the ledger says.
    pub(super) fn follow(&mut self, line: &Line, fate: Fate) {
        self.state = fate;
        self.time = Some(line.time.clone()).filter(|time| !time.is_empty());
        self.reply.clone_from(&line.reply);
        self.tries = line.tries;
        self.message_id.clone_from(&line.message_id);
        self.corrects = line.corrects.as_ref().map(|earlier| earlier.message_id.clone());
    }

    /// What the last line of the ledger says of a message that is not being tried.
    pub(super) fn fate_of(line: &Line) -> Fate {
        match line.state {
            State::Sent => Fate::AlreadySent,
            State::Deferred => Fate::Deferred,
            State::Refused => Fate::Refused,
            State::Doubtful | State::Trying => Fate::Doubtful,
        }
    }

    fn title(&self) -> String {
        let rows = self.rows.as_ref().map(|rows| format!(" for {rows}")).unwrap_or_default();
        format!("{}  {}{rows} in {}", self.to, self.report, self.language)
    }

    fn reason(&self) -> String {
        let reason = self.reply.as_ref().filter(|_| !self.state.is_done());
        reason.map(|reason| format!(": {reason}")).unwrap_or_default()
    }
}

/// Something that concerns all messages, after which none is tried.
#[derive(Debug, Clone, Serialize)]
pub struct Stop {
    /// One line, lower case.
    pub message: String,
    /// What is known of it.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
}

impl Stop {
    pub(super) fn new(message: String) -> Self {
        Self { message, notes: Vec::new(), help: Vec::new() }
    }

    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// As an error.
    pub(super) fn error(&self) -> Error {
        let error = Error::delivery(self.message.clone());
        let error = self.notes.iter().fold(error, |error, note| error.note(note.clone()));
        self.help.iter().fold(error, |error, help| error.help(help.clone()))
    }
}

/// What a delivery did.
#[derive(Debug, Clone, Serialize)]
pub struct Delivered {
    /// The edition.
    pub edition: String,
    /// How many messages it has; 0 where it has no mail.
    pub n_messages: usize,
    /// Those that went in this call.
    pub n_sent: usize,
    /// Those that had gone before, or that a later edition has made idle.
    pub n_already_sent: usize,
    /// Those that may go later.
    pub n_deferred: usize,
    /// Those that the server does not take.
    pub n_refused: usize,
    /// Those that may have gone or not.
    pub n_doubtful: usize,
    /// Those that were not tried.
    pub n_waiting: usize,
    /// Each message.
    pub messages: Vec<Receipt>,
    /// Why no more were tried.
    pub stopped: Option<Stop>,
    /// What is not as it should be, and did not stand in the way.
    pub warnings: Vec<String>,
    /// What follows `tierbook deliver` to speak of the same edition.
    #[serde(skip)]
    pub arguments: String,
}

impl Delivered {
    pub(super) fn new(edition: String, messages: Vec<Receipt>, stopped: Option<Stop>) -> Self {
        let count = |fate: Fate| messages.iter().filter(|message| message.state == fate).count();
        Self {
            edition,
            n_messages: messages.len(),
            n_sent: count(Fate::Sent),
            n_already_sent: count(Fate::AlreadySent) + count(Fate::Superseded),
            n_deferred: count(Fate::Deferred),
            n_refused: count(Fate::Refused),
            n_doubtful: count(Fate::Doubtful),
            n_waiting: count(Fate::Waiting),
            messages,
            stopped,
            warnings: Vec::new(),
            arguments: String::new(),
        }
    }

    /// For people: the counts, then the messages that are not told before.
    pub fn text(&self) -> String {
        if self.n_messages == 0 {
            return format!("edition {} has no mail", self.edition);
        }
        let counts = [
            (self.n_sent, Fate::Sent),
            (self.n_already_sent, Fate::AlreadySent),
            (self.n_deferred, Fate::Deferred),
            (self.n_refused, Fate::Refused),
            (self.n_doubtful, Fate::Doubtful),
            (self.n_waiting, Fate::Waiting),
        ];
        let counts: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, fate)| format!("{n} {}", fate.words())).collect();
        let mut text = format!("mail of edition {}: {}", self.edition, counts.join(", "));
        for message in self.messages.iter().filter(|message| message.state != Fate::AlreadySent) {
            let _ = write!(text, "\n  {:<10} {}", message.state.words(), message.title());
        }
        text
    }

    /// Whether every message has gone.
    ///
    /// # Errors
    /// Kind `Delivery`, naming each one that is left, and what to type.
    pub fn complete(&self) -> Result<()> {
        let left: Vec<&Receipt> = self.messages.iter().filter(|message| !message.state.is_done()).collect();
        if left.is_empty() && self.stopped.is_none() {
            return Ok(());
        }
        let count = format!(
            "{} of {} messages of edition {} have not gone",
            left.len(),
            self.n_messages,
            self.edition
        );
        let mut error = match &self.stopped {
            Some(stop) => stop.error().note(count),
            None => Error::delivery(count),
        };
        for message in &left {
            error = error.note(format!("{}: {}{}", message.title(), message.state.words(), message.reason()));
        }
        let command = format!("tierbook deliver{}", self.arguments);
        if self.n_deferred + self.n_waiting > 0 {
            error = error
                .help(format!("`{command}` tries again what was deferred or not tried, and nothing twice"));
        }
        if self.n_refused > 0 {
            error = error.help(format!(
                "correct the addresses in `tierbook.toml`, or try those that were refused again: `{command} \
                 --retry-refused`"
            ));
        }
        if self.n_doubtful > 0 {
            error = error.help(format!(
                "ask the readers of doubtful ones whether they have come; if not: `{command} --resend-doubtful`"
            ));
        }
        Err(error)
    }
}
