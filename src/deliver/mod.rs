//! The messages of an edition -> a mail server: each once, and none lost without a word.
//!
//! Takes an edition that holds messages, and where the server is. Gives what became of each message, and keeps it in two
//! places: the ledger, which decides, and `receipts.json` in the edition, which people read. Never composes a message,
//! and never sends again what may have arrived unless it is told to.
//!
//! ```text
//! <out>/delivery/ledger.jsonl                  a line for each step of each message
//! <out>/delivery/.lock                         held by deliveries
//! <out>/editions/2026-10-31.1/mail/index.json  what is to go
//! <out>/editions/2026-10-31.1/receipts.json    what went
//! ```
//!
//! What is known after a fault decides. Before the content is handed over, nothing can have arrived, and the message is
//! tried again. After it, only an answer of the server counts; without one the message is doubtful.

pub mod index;
mod ledger;
mod letter;
mod outcome;
mod owner;
mod rounds;
mod secret;
mod smtp;

use std::path::Path;
use std::time::Duration;

use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::files;
use crate::names::EditionId;
use crate::project::mail::{MailConfig, SmtpConfig};

use index::{Entry, Index};
use ledger::{Ledger, Line, State};
use letter::Letter;
use rounds::Rounds;
use secret::Login;
use smtp::Courier;

pub use outcome::{Delivered, Fate, Receipt, Stop};
pub use owner::{Notice, Told, tell_owner};

/// The name of the file in an edition that says what became of its messages.
pub const RECEIPTS: &str = "receipts.json";

/// What comes from outside of the program.
pub struct Outside<'a> {
    /// A variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The time now.
    pub now: &'a dyn Fn() -> Zoned,
    /// Waits.
    pub sleep: &'a dyn Fn(Duration),
}

/// Where things are, and through which server mail goes.
#[derive(Debug, Clone)]
pub struct Post<'a> {
    /// The project, which paths in its config are relative to.
    pub project: &'a Path,
    /// The published folder.
    pub out: &'a Path,
    /// The name of the project.
    pub name: &'a str,
    /// Who sends.
    pub mail: &'a MailConfig,
    /// The server.
    pub smtp: &'a SmtpConfig,
    /// The business time zone.
    pub zone: TimeZone,
}

/// What may be sent beside that which was never tried or deferred.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Again {
    /// Messages that may have arrived.
    pub doubtful: bool,
    /// Messages that the server did not take.
    pub refused: bool,
}

/// Sends what is left of the messages of an edition.
///
/// # Errors
/// Kinds `Environment` and `Project` when nothing can be sent at all. What becomes of the messages is no error here: see
/// [`Delivered::complete`].
pub fn deliver(post: &Post<'_>, id: EditionId, again: Again, outside: &Outside<'_>) -> Result<Delivered> {
    let folder = post.out.join("editions").join(id.to_string());
    let Some(index) = Index::read(&folder)? else {
        return Ok(Delivered::new(id.to_string(), Vec::new(), None));
    };
    if index.edition != id.to_string() {
        return Err(Error::environment(format!(
            "the mail in edition {id} says that it is of edition {}",
            index.edition
        )));
    }
    let mut ledger = Ledger::open(post.out)?;
    let mut receipts = Vec::new();
    let mut letters = Vec::new();
    let mut places = Vec::new();
    for entry in &index.messages {
        let line = line(id, &index, entry, &ledger);
        let (receipt, letter) = sort(post, id, entry, line, again, &ledger)?;
        if let Some(letter) = letter {
            places.push(receipts.len());
            letters.push(letter);
        }
        receipts.push(receipt);
    }
    write_receipts(&folder, &index, &receipts)?;
    let mut stopped = None;
    let mut warnings = Vec::new();
    if !letters.is_empty() {
        let (login, warning) = look_up(post, outside)?;
        warnings.extend(warning);
        let mut courier = Courier::new(post.smtp, login, post.project)?;
        let mut rounds = Rounds::new(post, &mut ledger, &mut courier, outside);
        stopped = rounds.send(&mut letters, &mut |place, letter| {
            let fate = match Receipt::fate_of(&letter.line) {
                Fate::AlreadySent => Fate::Sent,
                fate => fate,
            };
            receipts[places[place]].follow(&letter.line, fate);
            write_receipts(&folder, &index, &receipts)
        })?;
    }
    Ok(Delivered { warnings, ..Delivered::new(id.to_string(), receipts, stopped) })
}

/// The line of a message as if it was never tried. Where it was sent, and then a message that it corrects now, it is
/// another message.
fn line(id: EditionId, index: &Index, entry: &Entry, ledger: &Ledger) -> Line {
    let line = Line::new(&index.edition, &index.as_of, entry);
    let is_sent = ledger.last(&line.key).is_some_and(|line| line.state == State::Sent);
    let between = ledger.sent_after(&line).filter(|between| is_sent && edition_of(between) < Some(id));
    match between {
        Some(between) => line.after(between),
        None => line,
    }
}

fn edition_of(line: &Line) -> Option<EditionId> {
    line.edition.parse().ok()
}

/// What is known of a message, and the message itself if it is to be tried.
fn sort(
    post: &Post<'_>,
    id: EditionId,
    entry: &Entry,
    line: Line,
    again: Again,
    ledger: &Ledger,
) -> Result<(Receipt, Option<Letter>)> {
    let known = ledger.last(&line.key);
    let mut receipt = Receipt {
        to: entry.to.clone(),
        name: entry.name.clone(),
        report: entry.report.clone(),
        language: entry.language.clone(),
        rows: entry.rows.clone(),
        message_id: line.message_id.clone(),
        state: Fate::Waiting,
        time: None,
        reply: None,
        tries: 0,
        corrects: None,
    };
    let state = known.as_ref().map(|line| line.state);
    if let Some(line) = &known {
        receipt.follow(line, Receipt::fate_of(line));
    }
    // An edition that is delivered after a later one of its day is no correction of it.
    let later = ledger.corrected_by(&line).and_then(edition_of);
    if state != Some(State::Sent) && later.is_some_and(|later| later > id) {
        receipt.state = Fate::Superseded;
        return Ok((receipt, None));
    }
    let wanted = match state {
        Some(State::Sent) => false,
        Some(State::Doubtful | State::Trying) => again.doubtful,
        Some(State::Refused) => again.refused,
        Some(State::Deferred) | None => true,
    };
    if !wanted {
        return Ok((receipt, None));
    }
    let mut letter = Letter::of_edition(post.out, entry, line, known)?;
    letter.doubted = matches!(state, Some(State::Doubtful | State::Trying));
    Ok((receipt, Some(letter)))
}

fn look_up(post: &Post<'_>, outside: &Outside<'_>) -> Result<(Option<Login>, Option<String>)> {
    match &post.smtp.login {
        Some(login) => {
            let (login, warning) = Login::look_up(login, post.project, outside.variable)?;
            Ok((Some(login), warning))
        }
        None => Ok((None, None)),
    }
}

fn write_receipts(folder: &Path, index: &Index, receipts: &[Receipt]) -> Result<()> {
    let doubtful: Vec<&str> = receipts
        .iter()
        .filter(|receipt| receipt.state == Fate::Doubtful)
        .map(|receipt| receipt.to.as_str())
        .collect();
    let all = serde_json::json!({
        "edition": index.edition,
        "as_of": index.as_of,
        "doubtful": doubtful,
        "messages": receipts,
    });
    let mut bytes = serde_json::to_vec_pretty(&all)
        .map_err(|source| Error::internal("the receipts cannot be written").caused_by(source))?;
    bytes.push(b'\n');
    files::replace(&folder.join(RECEIPTS), &bytes)
}
