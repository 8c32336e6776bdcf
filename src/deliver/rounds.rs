//! Letters -> a server, in rounds: what may go later is tried again after each wait, when all others have been tried.
//!
//! Takes letters; tells what becomes of each one as soon as it is known, after the ledger knows it. Never hands over
//! content before the ledger says so.

use std::time::Duration;

use lettre::Address;

use super::ledger::{Ledger, State};
use super::letter::Letter;
use super::outcome::Stop;
use super::smtp::{Answer, Courier};
use super::{Outside, Post};
use crate::error::Result;

/// What letters go through.
pub(super) struct Rounds<'a> {
    ledger: &'a mut Ledger,
    courier: &'a mut Courier<'a>,
    from: &'a Address,
    waits: &'a [Duration],
    zone: &'a jiff::tz::TimeZone,
    outside: &'a Outside<'a>,
}

/// Told of each letter whose state has changed, by its place among the letters.
pub(super) type Changed<'a> = &'a mut dyn FnMut(usize, &Letter) -> Result<()>;

impl<'a> Rounds<'a> {
    /// Over this server, with these notes of what was tried.
    pub(super) fn new(
        post: &'a Post<'a>,
        ledger: &'a mut Ledger,
        courier: &'a mut Courier<'a>,
        outside: &'a Outside<'a>,
    ) -> Self {
        let (from, waits) = (&post.mail.from.email, &post.smtp.retry_after);
        Self { ledger, courier, from, waits, zone: &post.zone, outside }
    }

    /// Tries all letters; gives what stopped it before all were tried.
    ///
    /// # Errors
    /// Kind `Environment` when the ledger or a receipt cannot be written, or a message cannot be read.
    pub(super) fn send(&mut self, letters: &mut [Letter], changed: Changed<'_>) -> Result<Option<Stop>> {
        let mut open: Vec<usize> = (0..letters.len()).collect();
        for round in 0..=self.waits.len() {
            if let Some(wait) = round.checked_sub(1).and_then(|round| self.waits.get(round)) {
                self.courier.close();
                (self.outside.sleep)(*wait);
            }
            let last = round == self.waits.len();
            let mut later = Vec::new();
            let mut unreachable: Option<String> = None;
            for place in open {
                let letter = &mut letters[place];
                let answer = match &unreachable {
                    Some(reason) => Answer::Unreachable(reason.clone()),
                    None => self.hand_over(letter)?,
                };
                match answer {
                    Answer::Stop(stop) => {
                        self.courier.close();
                        return Ok(Some(stop));
                    }
                    Answer::Sent(reply) => self.note(letter, State::Sent, reply)?,
                    Answer::Refused(reply) => self.note(letter, State::Refused, reply)?,
                    Answer::Doubtful(reply) => self.note(letter, State::Doubtful, reply)?,
                    Answer::Later(reply) => {
                        later.push(place);
                        self.note(letter, State::Deferred, reply)?;
                    }
                    Answer::Unreachable(reason) => {
                        later.push(place);
                        unreachable.get_or_insert(reason.clone());
                        if !last {
                            continue;
                        }
                        self.note(letter, State::Deferred, reason)?;
                    }
                }
                changed(place, letter)?;
            }
            open = later;
            if open.is_empty() {
                break;
            }
        }
        self.courier.close();
        Ok(None)
    }

    fn hand_over(&mut self, letter: &mut Letter) -> Result<Answer> {
        let now = (self.outside.now)().with_time_zone(self.zone.clone());
        let Some(bytes) = letter.compose(self.ledger, &now)? else {
            let reason = "it may have come, and its text is no longer the one that was tried";
            return Ok(Answer::Doubtful(reason.to_owned()));
        };
        let mut trying = letter.line.clone();
        trying.tries += 1;
        trying.state = State::Trying;
        trying.reply = None;
        let (ledger, outside) = (&mut *self.ledger, self.outside);
        let mut before = || {
            trying.time = (outside.now)().timestamp().to_string();
            ledger.write(&trying)
        };
        let answer = self.courier.submit(self.from, &letter.to, &bytes, &mut before)?;
        if !matches!(answer, Answer::Unreachable(_) | Answer::Stop(_)) {
            letter.line.tries += 1;
        }
        Ok(answer)
    }

    fn note(&mut self, letter: &mut Letter, state: State, reply: String) -> Result<()> {
        // That this try did not arrive says nothing of an earlier one that may have.
        letter.doubted |= state == State::Doubtful;
        let state = if letter.doubted && state != State::Sent { State::Doubtful } else { state };
        letter.line.state = state;
        letter.line.reply = Some(reply);
        letter.line.time = (self.outside.now)().timestamp().to_string();
        self.ledger.write(&letter.line)
    }
}
