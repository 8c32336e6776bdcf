//! What the tables around sales are made from, once all sales are made.

use super::accounts::Account;
use super::calendar::Calendar;
use super::chain::Chain;
use super::draw::{Draw, Source, Stream};
use super::leads::LeadBook;
use super::plan::{Care, Plan};
use super::reps::Reps;
use super::standing::{Known, Standing};
use super::stays::Stays;
use super::tables::Keys;

/// Accounts with what is known of them and planned for them.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) accounts: &'a [Account],
    pub(super) known: &'a Known,
    pub(super) plan: &'a Plan,
    pub(super) reps: &'a Reps,
    pub(super) book: &'a LeadBook,
    pub(super) chain: &'a Chain,
    pub(super) stays: &'a Stays,
    /// Who gives up because the price rose, with the last month each pays for.
    pub(super) wave: &'a [(u32, u32)],
    pub(super) source: &'a Source,
    pub(super) calendar: &'a Calendar,
    pub(super) keys: &'a Keys<'a>,
}

impl Scene<'_> {
    pub(super) fn account(&self, place: u32) -> &Account {
        &self.accounts[place as usize]
    }

    pub(super) fn standing(&self, place: u32) -> &Standing {
        &self.known.rows[place as usize]
    }

    pub(super) fn care(&self, place: u32) -> &Care {
        &self.plan.care[place as usize]
    }

    /// Places of all accounts.
    pub(super) fn places(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.accounts.len()).expect("the specification bounds the accounts")
    }

    /// The draws of one account for one purpose.
    pub(super) fn draw(&self, stream: Stream, place: u32) -> Draw {
        self.source.stream(stream, self.account(place).id, 0)
    }

    pub(super) fn last_day(&self) -> i32 {
        self.calendar.last_day
    }

    pub(super) fn is_in_window(&self, day: i32) -> bool {
        self.known.window.is_some_and(|(start, end)| (start..end).contains(&day))
    }

    /// The places that a planted part was given to.
    pub(super) fn places_with(&self, has: impl Fn(&Care) -> bool) -> Vec<u32> {
        self.places().filter(|&place| has(self.care(place))).collect()
    }
}
