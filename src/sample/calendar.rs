//! Days, months and the trade calendar: which days are busy in China.
//!
//! A day is counted from 1970-01-01. The business time zone is Asia/Shanghai, eight hours ahead of UTC and without
//! summer time since 1992; an instant is in seconds of UTC.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// What the weight of an ordinary week comes to, per day.
const ORDINARY_WEIGHT: f64 = 575.0 / 7.0;
const SECONDS_PER_DAY: i64 = 86_400;
const SHANGHAI_OFFSET: i64 = 8 * 3_600;

/// First day of the lunar year, 2015 to 2035. Months of other years have no dip.
const SPRING_FESTIVALS: [(i16, i8, i8); 21] = [
    (2015, 2, 19),
    (2016, 2, 8),
    (2017, 1, 28),
    (2018, 2, 16),
    (2019, 2, 5),
    (2020, 1, 25),
    (2021, 2, 12),
    (2022, 2, 1),
    (2023, 1, 22),
    (2024, 2, 10),
    (2025, 1, 29),
    (2026, 2, 17),
    (2027, 2, 6),
    (2028, 1, 26),
    (2029, 2, 13),
    (2030, 2, 3),
    (2031, 1, 23),
    (2032, 2, 11),
    (2033, 1, 31),
    (2034, 2, 19),
    (2035, 2, 8),
];

/// One calendar month of the sample.
#[derive(Debug, Clone)]
pub(super) struct Month {
    /// 0 for the first month of the sample.
    pub(super) index: u32,
    /// As the hive column has it: `2024-01`.
    pub(super) key: String,
    /// For contract numbers: `2401`.
    pub(super) short: String,
    pub(super) first: i32,
    /// 1 to 12.
    pub(super) of_year: u32,
    /// How busy each day is; 100 for a plain working day.
    pub(super) weights: Vec<u32>,
    /// How busy the month is; 1 for an ordinary one.
    pub(super) season: f64,
}

/// The months of a sample and the days in them.
#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) months: Vec<Month>,
    pub(super) first_day: i32,
    /// The last day of data, inclusive; it may lie within the last month.
    pub(super) last_day: i32,
    /// `240117` for each day from the first one on.
    labels: Vec<String>,
    /// Index of the last month that is full.
    pub(super) last_full: Option<u32>,
}

impl Calendar {
    /// The `n_months` months that end with the one of `last_day`.
    pub(super) fn new(n_months: u32, last_day: Date) -> Result<Self, jiff::Error> {
        let last_first = last_day.first_of_month();
        let mut months = Vec::new();
        for index in 0..n_months {
            let first = last_first.checked_sub(i64::from(n_months - 1 - index).months())?;
            months.push(month(index, first));
        }
        let first_day = months.first().map_or_else(|| day_number(last_first), |m| m.first);
        let last = day_number(last_day);
        let labels = (first_day..=last).map(|day| short_label(civil(day))).collect();
        let is_full = last_day == last_day.last_of_month();
        let last_full = if is_full { n_months.checked_sub(1) } else { n_months.checked_sub(2) };
        Ok(Self { months, first_day, last_day: last, labels, last_full })
    }

    /// `240117`; the day must be one of the sample's.
    pub(super) fn label(&self, day: i32) -> &str {
        let index =
            usize::try_from(day - self.first_day).expect("labels are asked for days of the sample only");
        &self.labels[index]
    }

    /// The month that holds a day of the sample, or None after the last day.
    pub(super) fn month_of(&self, day: i32) -> Option<usize> {
        if day > self.last_day {
            return None;
        }
        let after = self.months.partition_point(|month| month.first <= day);
        Some(after.saturating_sub(1))
    }

    pub(super) fn n_months(&self) -> u32 {
        u32::try_from(self.months.len()).expect("the specification bounds the months")
    }

    /// The first of the last twelve full months, if there are twelve.
    pub(super) fn window_start(&self) -> Option<u32> {
        self.last_full.and_then(|last| last.checked_sub(11))
    }
}

fn month(index: u32, first: Date) -> Month {
    let start = day_number(first);
    let n_days = i32::from(first.days_in_month());
    let festivals: Vec<i32> = SPRING_FESTIVALS.iter().map(|&(y, m, d)| day_number(date(y, m, d))).collect();
    let weights: Vec<u32> = (start..start + n_days).map(|day| weight(day, &festivals)).collect();
    let season = f64::from(weights.iter().sum::<u32>()) / (f64::from(n_days) * ORDINARY_WEIGHT);
    Month {
        index,
        key: format!("{:04}-{:02}", first.year(), first.month()),
        short: format!("{:02}{:02}", first.year() % 100, first.month()),
        first: start,
        of_year: u32::from(first.month().unsigned_abs()),
        weights,
        season,
    }
}

fn weight(day: i32, festivals: &[i32]) -> u32 {
    let base = match (day + 3).rem_euclid(7) {
        5 => 45,
        6 => 30,
        _ => 100,
    };
    let festival = festivals.iter().map(|first| day - first).find(|offset| (-7..=14).contains(offset));
    let on = civil(day);
    let percent = match (festival, on.month(), on.day()) {
        (Some(..=-1), _, _) => 55,
        (Some(0..=7), _, _) => 8,
        (Some(_), _, _) => 65,
        (None, 5, 1..=5) => 45,
        (None, 6, 16..=18) => 160,
        (None, 6, 1..=15) => 115,
        (None, 10, 1..=7) => 35,
        (None, 11, 9..=11) => 145,
        (None, 11, _) => 110,
        (None, 12, _) => 115,
        _ => 100,
    };
    base * percent / 100
}

/// Days since 1970-01-01.
pub(super) fn day_number(day: Date) -> i32 {
    let hours = date(1970, 1, 1).duration_until(day).as_hours();
    i32::try_from(hours / 24).expect("the days of a civil calendar fit")
}

/// The civil day of a day number.
pub(super) fn civil(day: i32) -> Date {
    date(1970, 1, 1).checked_add(day.days()).expect("the sample stays between the years 1950 and 2150")
}

fn short_label(day: Date) -> String {
    format!("{:02}{:02}{:02}", day.year() % 100, day.month(), day.day())
}

/// The instant of a second of a Shanghai day.
pub(super) fn instant(day: i32, second: i32) -> i64 {
    i64::from(day) * SECONDS_PER_DAY + i64::from(second) - SHANGHAI_OFFSET
}

/// The Shanghai day of an instant.
pub(super) fn shanghai_day(instant: i64) -> i32 {
    let days = (instant + SHANGHAI_OFFSET).div_euclid(SECONDS_PER_DAY);
    i32::try_from(days).expect("the instants of a sample are within its calendar")
}
