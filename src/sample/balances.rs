//! Settlement money: what is held for a customer each day, and the visits that it calls for.

use std::path::Path;

use super::SampleError;
use super::calendar::{Calendar, Month, civil};
use super::draw::{Draw, Stream};
use super::files::{Columns, Layout, TableWriter};
use super::plan::Band;
use super::scene::Scene;

/// Months of balances for the largest holders, and for all others.
const LONG: usize = 14;
const SHORT: usize = 4;

/// Lower edges of the bands in cents, highest first.
const EDGES: [(Band, i64); 4] = [
    (Band::Weekly, 1_000_000_000),
    (Band::TenDays, 500_000_000),
    (Band::Monthly, 100_000_000),
    (Band::Managed, 20_000_000),
];

fn band_of(average: i64) -> Band {
    EDGES.iter().find(|(_, edge)| average >= *edge).map_or(Band::Small, |(band, _)| *band)
}

/// Average balance of one month, in cents; exact.
#[derive(Debug, Clone, Copy)]
pub(super) struct MonthlyBalance<'a> {
    pub(super) month: &'a Month,
    pub(super) average: i64,
}

/// The average balances of an account, month by month; empty for one without money here.
pub(super) fn averages<'a>(scene: &Scene<'a>, place: u32) -> Vec<MonthlyBalance<'a>> {
    let care = scene.care(place);
    let Some(band) = care.band else { return Vec::new() };
    let mut draw = scene.draw(Stream::Balances, place);
    let usual = i64::from(match band {
        Band::Weekly => draw.between(1_090_000, 3_600_000),
        Band::TenDays => draw.between(545_000, 910_000),
        Band::Monthly => draw.between(118_000, 440_000),
        Band::Managed => draw.between(23_000, 88_000),
        Band::Small => draw.between(2_500, 17_500),
    }) * 1_000;
    let n = if band == Band::Weekly { LONG } else { SHORT };
    let months = &scene.calendar.months[scene.calendar.months.len().saturating_sub(n)..];
    // One of the second band has more for a month, and is to be visited more often after it.
    let swells = band == Band::TenDays && !care.is_exact && draw.chance(0.15);
    let last = months.len().saturating_sub(1);
    let average = |(nth, month): (usize, &'a Month)| {
        let edge = EDGES.iter().find(|(name, _)| *name == band);
        let average = match edge {
            Some((_, edge)) if care.is_exact => *edge,
            _ if swells && nth + 1 == last => 1_150_000_000,
            _ => usual * i64::from(draw.between(965, 1_035)) / 1_000 / 100 * 100,
        };
        MonthlyBalance { month, average }
    };
    months.iter().enumerate().map(average).collect()
}

/// One row of `settlement_balance`.
struct Balance {
    account: u32,
    day: i32,
    amount: i64,
}

/// `settlement_balance`, account by account.
pub(super) fn write_balances(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0, 1], numbers: &[], deltas: &["balance_date", "balance"] };
    let path = out.join("settlement_balance/balances.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Balance]| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("balance_date", rows.iter().map(|row| row.day))
            .money("balance", rows.iter().map(|row| row.amount))
    })?;
    for place in scene.places() {
        for (step, balance) in (1..).zip(averages(scene, place)) {
            let mut draw = scene.source.stream(Stream::Balances, scene.account(place).id, step);
            let days = days_of(balance.month, scene.calendar);
            let amounts = around(&mut draw, balance.average, days.len());
            let rows = days.zip(amounts).map(|(day, amount)| Balance { account: place, day, amount });
            writer.extend(rows)?;
        }
    }
    writer.finish()
}

fn days_of(month: &Month, calendar: &Calendar) -> std::ops::Range<i32> {
    let n = i32::try_from(month.weights.len()).expect("a month has at most 31 days");
    month.first..(month.first + n).min(calendar.last_day + 1)
}

/// Amounts whose average is just this: days that swing by as much up as down.
fn around(draw: &mut Draw, average: i64, n: usize) -> Vec<i64> {
    let mut amounts = Vec::with_capacity(n);
    while amounts.len() + 1 < n {
        let swing = average / 1_000 * i64::from(draw.between(-180, 180)) / 100 * 100;
        amounts.extend([average + swing, average - swing]);
    }
    amounts.resize(n, average);
    amounts
}

/// A span of days in which a customer is to be visited once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) band: Band,
    /// Average of the month before, in cents.
    pub(super) average: i64,
    pub(super) start: i32,
    /// The day after the last one; may lie after the last day of data.
    pub(super) end: i32,
}

/// The spans in which visits to an account are due, as its average balance of the month before tells.
pub(super) fn due_visits(scene: &Scene, place: u32) -> Vec<Due> {
    let averages = averages(scene, place);
    let mut spans = Vec::new();
    for pair in averages.windows(2) {
        let [before, current] = pair else { continue };
        let (average, month) = (before.average, current.month);
        let band = band_of(average);
        let after = month.first + i32::try_from(month.weights.len()).expect("a month has at most 31 days");
        let starts: Vec<(i32, i32)> = match band {
            Band::Weekly => {
                // 1970-01-05 was a Monday.
                let mondays = (month.first..after).filter(|day| (day - 4).rem_euclid(7) == 0);
                mondays.map(|day| (day, day + 7)).collect()
            }
            Band::TenDays => {
                let tenth = |day: i32| month.first + day;
                vec![(tenth(0), tenth(10)), (tenth(10), tenth(20)), (tenth(20), after)]
            }
            Band::Monthly => vec![(month.first, after)],
            Band::Managed | Band::Small => Vec::new(),
        };
        let visible = starts.into_iter().filter(|(start, _)| *start <= scene.last_day());
        spans.extend(visible.map(|(start, end)| Due { band, average, start, end }));
    }
    spans
}

/// A visit to a holder of settlement money.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    pub(super) day: i32,
    pub(super) done: bool,
    /// Two of the company came.
    pub(super) is_joint: bool,
}

/// What the visits to an account were planned to be.
#[derive(Debug, Default)]
pub(super) struct Visits {
    pub(super) rows: Vec<Visit>,
    /// The span without a completed visit, with the day of the latest one before its end.
    pub(super) missed: Option<(Due, Option<i32>)>,
    /// A visit that was not due.
    pub(super) spare: Option<i32>,
}

/// The visits to an account, one in each span that calls for one, but for the planted misses.
pub(super) fn visits_of(scene: &Scene, place: u32) -> Visits {
    let mut visits = Visits::default();
    let Some(band) = scene.care(place).band else { return visits };
    let spans = due_visits(scene, place);
    let mut draw = scene.source.stream(Stream::Balances, scene.account(place).id, 40);
    let nth = scene.care(place).nth;
    let missed = missed_span(&spans, band, nth, scene);
    for (index, span) in spans.iter().enumerate() {
        if missed == Some(index) {
            visits.missed =
                Some((*span, visits.rows.iter().rev().find(|visit| visit.done).map(|visit| visit.day)));
            if nth.is_multiple_of(2) {
                let day = span.start + 1;
                visits.rows.push(Visit { day, done: false, is_joint: false });
            }
            continue;
        }
        let last = (span.end - 1).min(scene.last_day());
        let day = working_day(draw.between(span.start, last), span.start, last);
        visits.rows.push(Visit { day, done: true, is_joint: draw.chance(0.06) });
    }
    if matches!(band, Band::Managed | Band::Small) && nth % 7 == 3 && nth < 14 {
        let day = working_day(scene.last_day() - 50, scene.last_day() - 60, scene.last_day() - 40);
        visits.rows.push(Visit { day, done: true, is_joint: false });
        visits.spare = Some(day);
    }
    visits
}

/// Seven accounts miss one span of the last three months that is over.
fn missed_span(spans: &[Due], band: Band, nth: usize, scene: &Scene) -> Option<usize> {
    let is_planted = match band {
        Band::Weekly => nth == 1 || nth == 4,
        Band::TenDays => nth == 2 || nth == 5 || nth == 9,
        Band::Monthly => nth == 3 || nth == 11,
        Band::Managed | Band::Small => false,
    };
    let first = scene.calendar.months.len().checked_sub(3).map(|index| scene.calendar.months[index].first)?;
    let recent: Vec<usize> = (0..spans.len())
        .filter(|&index| spans[index].start >= first && spans[index].end <= scene.last_day() + 1)
        .filter(|&index| spans[index].band == band)
        .collect();
    if !is_planted || recent.is_empty() {
        return None;
    }
    Some(recent[recent.len() - 1 - nth % 2])
}

/// The day itself, or the nearest weekday of the span before or after it.
fn working_day(day: i32, first: i32, last: i32) -> i32 {
    let is_weekend = |day: i32| matches!((day + 3).rem_euclid(7), 5 | 6);
    let near = [0, -1, -2, 1, 2].map(|shift| day + shift);
    near.into_iter().find(|near| !is_weekend(*near) && (first..=last).contains(near)).unwrap_or(day)
}

/// `2026-10-01`, for the page of truths.
pub(super) fn day_text(day: i32) -> String {
    civil(day).to_string()
}
