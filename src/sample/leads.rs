//! Leads: which there are, when each came and by which channel. Leads of accounts, and those that stay leads.
//!
//! Goes month by month. Only the leads of accounts are kept, a few bytes each.

use std::fmt;

use super::accounts::{Account, LARGE};
use super::calendar::{Calendar, civil, shanghai_day};
use super::channels::{CHANNELS, Channel, FEW_LEADS, FEW_MONTHS, REFERRAL, TO_DROP, YOUNG};
use super::draw::{Draw, Source, Stream};
use super::plan::{Contact, Load, Plan};
use super::reps::{Level, Reps};
use super::roles::Part;
use super::standing::{Known, Segment, Standing};

/// How many leads a sales person may hold.
pub(super) const HOLDING_CAP: u32 = 100;
/// The part of the months' leads that never become customers, by account.
const IDLE: f64 = 0.12;
/// How many neglected leads pay in the end.
const N_RECOVERED: usize = 8;

/// `L2405-00042`: the month in which it came, and the count within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LeadNumber {
    month: u16,
    count: u32,
}

impl fmt::Display for LeadNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{}", self.bare())
    }
}

impl LeadNumber {
    /// Without its letter.
    pub(super) fn bare(self) -> impl fmt::Display {
        fmt::from_fn(move |f| write!(f, "{:04}-{:05}", self.month, self.count))
    }
}

/// The lead that an account was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) day: i32,
    pub(super) channel: u8,
    pub(super) number: LeadNumber,
    /// Put aside for months before it came back and bought.
    pub(super) is_recovered: bool,
}

/// What a lead becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// An account.
    Account(u32),
    /// Nothing yet; the number by which its draws are addressed.
    Idle(u32),
    /// Held by one of the planted sales people.
    Held(Holder, u32),
}

/// A sales person who holds as many leads as are allowed, or nearly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) rep: u32,
    pub(super) leads: u32,
    pub(super) follows_up: bool,
}

/// One lead before it has a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) day: i32,
    pub(super) channel: Option<u8>,
    pub(super) fate: Fate,
}

/// The leads of accounts, and who came by which channel.
#[derive(Debug)]
pub(super) struct LeadBook {
    /// By place of the account.
    pub(super) origins: Vec<Option<Origin>>,
    /// Places of the accounts that were leads before the first month, then in each month.
    by_month: Vec<Vec<u32>>,
    /// New customers, by month of their first order and by channel.
    pub(super) wins: Vec<[u32; CHANNELS.len()]>,
    pub(super) holders: Vec<Holder>,
    n_accounts: u32,
    is_planted: bool,
}

/// The months before the last one in which held leads came.
const HELD: std::ops::RangeInclusive<usize> = 2..=13;

impl LeadBook {
    pub(super) fn new(
        accounts: &[Account],
        known: &Known,
        plan: &Plan,
        reps: &Reps,
        source: &Source,
        calendar: &Calendar,
    ) -> Self {
        let n_accounts = u32::try_from(accounts.len()).expect("the specification bounds the accounts");
        let mut book = Self {
            origins: vec![None; accounts.len()],
            by_month: vec![Vec::new(); calendar.months.len() + 1],
            wins: vec![[0; CHANNELS.len()]; calendar.months.len()],
            holders: Vec::new(),
            n_accounts,
            is_planted: !plan.opted_out.is_empty(),
        };
        if book.is_planted && calendar.months.len() > *HELD.end() + 1 {
            book.holders = holders(reps);
        }
        book.give_origins(accounts, known, plan, source, calendar);
        book.number(source, calendar);
        book
    }

    fn give_origins(
        &mut self,
        accounts: &[Account],
        known: &Known,
        plan: &Plan,
        source: &Source,
        calendar: &Calendar,
    ) {
        let mut turns = Turns::default();
        let (mut n_new, mut n_calm, mut n_recovered, mut has_few) = (0, 0, 0, false);
        for (place, (account, standing)) in (0..).zip(accounts.iter().zip(&known.rows)) {
            // Leads are kept since the first month; who was there before was none.
            let created = shanghai_day(account.created_at);
            if account.part == Part::Internal || account.is_old || created < calendar.first_day - 46 {
                continue;
            }
            let mut draw = source.stream(Stream::Leads, account.id, 0);
            let by_referral = draw.chance(0.8) && account.referrer.is_some_and(|referrer| referrer < place);
            let is_new = standing.first_on.is_some();
            n_new += usize::from(is_new);
            let is_late = is_new && standing.first_on.is_some_and(|on| on > calendar.last_day - 130);
            let channel = match n_new % 45 {
                _ if by_referral => REFERRAL,
                _ if is_late && !has_few && self.is_planted => FEW_LEADS,
                17 if is_new && self.is_planted => TO_DROP,
                _ => turns.next(account.scale),
            };
            has_few |= channel == FEW_LEADS;
            let ahead = match Channel::of(channel).is_online() {
                true => draw.between(0, 6),
                false => draw.between(4, 32),
            };
            let first_on = standing.first_on.filter(|_| is_new);
            let mut day = (created - ahead).max(first_on.map_or(i32::MIN, |on| on - 80)).min(created);
            let care = &plan.care[place as usize];
            // Nobody talks to these before they buy.
            let is_calm = is_new
                && standing.segment == Segment::Tail
                && !care.by_hand
                && first_on.is_some_and(|on| on > calendar.last_day - 420 && on - 300 > calendar.first_day);
            n_calm += usize::from(is_calm);
            let is_recovered = is_calm && self.is_planted && n_calm % 4 == 2 && n_recovered < N_RECOVERED;
            if is_recovered {
                n_recovered += 1;
                day = first_on.unwrap_or(day) - draw.between(110, 250);
            }
            let number = LeadNumber { month: 0, count: 0 };
            self.origins[place as usize] = Some(Origin { day, channel, number, is_recovered });
            self.by_month[bucket(calendar, day)].push(place);
            if let Some(month) = first_on.and_then(|on| calendar.month_of(on)) {
                self.wins[month][usize::from(channel)] += 1;
            }
        }
    }

    /// Gives the leads of accounts their numbers.
    fn number(&mut self, source: &Source, calendar: &Calendar) {
        for bucket in 0..self.by_month.len() {
            let entries = self.entries(bucket, source, calendar);
            for (entry, number) in entries.iter().zip(numbers(&entries)) {
                if let Fate::Account(place) = entry.fate
                    && let Some(origin) = &mut self.origins[place as usize]
                {
                    origin.number = number;
                }
            }
        }
    }

    /// How many months of leads there are; the first holds all that came before the data begin.
    pub(super) fn n_buckets(&self) -> usize {
        self.by_month.len()
    }

    /// The leads of one month, by day.
    pub(super) fn entries(&self, bucket: usize, source: &Source, calendar: &Calendar) -> Vec<Entry> {
        let origin = |place: &u32| {
            let origin = self.origins[*place as usize]?;
            Some(Entry { day: origin.day, channel: Some(origin.channel), fate: Fate::Account(*place) })
        };
        let mut entries: Vec<Entry> = self.by_month[bucket].iter().filter_map(origin).collect();
        if let Some(month) = bucket.checked_sub(1) {
            self.idle(month, source, calendar, &mut entries);
        }
        entries.sort_by_key(|entry| (entry.day, order(entry.fate)));
        entries
    }

    fn idle(&self, month: usize, source: &Source, calendar: &Calendar, into: &mut Vec<Entry>) {
        let entry = &calendar.months[month];
        let left = calendar.months.len() - month;
        let n = super::draw::whole(f64::from(self.n_accounts) * IDLE * entry.season);
        let n = u32::try_from(n).unwrap_or(0);
        let step = entry.index + 1;
        let weights = CHANNELS.each_ref().map(|channel| channel.idle);
        let n_dropped = if self.is_planted { 4 } else { 0 };
        let n_few =
            if self.is_planted && left <= FEW_MONTHS { 3 + u32::from(left.is_multiple_of(2)) } else { 0 };
        let n_young = [0, 34, 5].get(left).copied().filter(|_| self.is_planted).unwrap_or(0);
        let planted = [(TO_DROP, n_dropped), (FEW_LEADS, n_few), (YOUNG, n_young)];
        let planted = planted.into_iter().flat_map(|(channel, n)| std::iter::repeat_n(channel, n as usize));
        let day_of = |draw: &mut Draw, channel: Option<u8>| {
            let days = i32::try_from(draw.weighted(&entry.weights)).unwrap_or(0);
            let day = (entry.first + days).min(calendar.last_day);
            // The young one began shortly before the last month.
            if channel == Some(YOUNG) { day.max(calendar.last_day - 33) } else { day }
        };
        let mut nth = 0;
        for _ in 0..n {
            let mut draw = source.stream(Stream::Leads, nth, step);
            let channel = u8::try_from(draw.weighted(&weights)).unwrap_or(0);
            let channel = (nth % 70 != 69).then_some(channel);
            into.push(Entry { day: day_of(&mut draw, channel), channel, fate: Fate::Idle(nth) });
            nth += 1;
        }
        for channel in planted {
            let mut draw = source.stream(Stream::Leads, nth, step);
            let channel = Some(channel);
            into.push(Entry { day: day_of(&mut draw, channel), channel, fate: Fate::Idle(nth) });
            nth += 1;
        }
        for holder in &self.holders {
            let all = *HELD.end() - *HELD.start() + 1;
            let Some(turn) = (HELD.contains(&(left - 1))).then(|| left - 1 - HELD.start()) else { continue };
            let n = (turn..holder.leads as usize).step_by(all).count();
            for _ in 0..n {
                let mut draw = source.stream(Stream::Leads, nth, step);
                let channel = Some([9, 10, 12][draw.index(3)]);
                let fate = Fate::Held(*holder, nth);
                into.push(Entry { day: day_of(&mut draw, channel), channel, fate });
                nth += 1;
            }
        }
    }
}

fn order(fate: Fate) -> (u8, u32) {
    match fate {
        Fate::Account(place) => (0, place),
        Fate::Idle(nth) | Fate::Held(_, nth) => (1, nth),
    }
}

/// The months of leads start with one for all that came before the data.
fn bucket(calendar: &Calendar, day: i32) -> usize {
    if day < calendar.first_day { 0 } else { calendar.month_of(day).map_or(0, |month| month + 1) }
}

/// The numbers of the leads of one month, which stand by day.
pub(super) fn numbers(entries: &[Entry]) -> impl Iterator<Item = LeadNumber> {
    let mut last = LeadNumber { month: 0, count: 0 };
    entries.iter().map(move |entry| {
        let day = civil(entry.day);
        let month = u16::try_from(day.year() % 100 * 100 + i16::from(day.month())).unwrap_or(0);
        last = LeadNumber { month, count: if last.month == month { last.count + 1 } else { 1 } };
        last
    })
}

/// Two who hoard, one who holds as many and cares for them, and one who holds one less.
fn holders(reps: &Reps) -> Vec<Holder> {
    let is_free = |rep: &u32| {
        let rep = &reps.rows[*rep as usize];
        rep.level == Level::City && !rep.has_left
    };
    let n = u32::try_from(reps.rows.len()).expect("there are only a few thousand representatives");
    let kinds =
        [(HOLDING_CAP, false), (HOLDING_CAP + 3, false), (HOLDING_CAP, true), (HOLDING_CAP - 1, false)];
    (0..n)
        .filter(is_free)
        .zip(kinds)
        .map(|(rep, (leads, follows_up))| Holder { rep, leads, follows_up })
        .collect()
}

/// Deals accounts out to channels, in turn and by the channels' shares.
#[derive(Debug, Default)]
struct Turns {
    credit: [[i64; CHANNELS.len()]; 3],
}

impl Turns {
    fn next(&mut self, scale: i64) -> u8 {
        let class = match scale {
            LARGE.. => 0,
            2_000_000..LARGE => 1,
            _ => 2,
        };
        let credit = &mut self.credit[class];
        let total: i64 = CHANNELS.iter().map(|channel| channel.share[class]).sum();
        for (credit, channel) in credit.iter_mut().zip(&CHANNELS) {
            *credit += channel.share[class];
        }
        let next = (0..CHANNELS.len()).max_by_key(|&index| (credit[index], std::cmp::Reverse(index)));
        let next = next.unwrap_or(0);
        credit[next] -= total;
        u8::try_from(next).unwrap_or(0)
    }
}

/// Whether people may have talked to the lead before it was an account.
pub(super) fn is_cared_for(standing: &Standing, care: &super::plan::Care, origin: &Origin) -> bool {
    let is_plain = care.contact == Contact::Regular && care.load == Load::Usual && care.band.is_none();
    is_plain && !origin.is_recovered && (standing.segment != Segment::Tail || care.by_hand)
}
