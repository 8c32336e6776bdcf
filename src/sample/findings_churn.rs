//! What was planted among those who leave, as the page of truths shows it.

use super::balances::day_text;
use super::findings::{Section, key};
use super::scene::Scene;
use super::subscriptions::{Course, WAVE_AREA, WAVE_REASON, course_of, is_of_wave};
use super::usage::logins_of;

/// Days of a period of use.
const PERIOD: i32 = 28;
/// Days within which those who are at risk leave.
const OUTCOME: i32 = 90;

/// A customer whose subscriptions have ended for good.
struct Leaver {
    account: u32,
    /// Last month paid for.
    month: u32,
    day: i32,
    reason: Option<&'static str>,
}

/// What is added up customer by customer.
#[derive(Default)]
struct Sums {
    leavers: Vec<Leaver>,
    /// Customers who paid less, and those of them who stayed: helped, then not helped.
    saved: [[u32; 2]; 2],
}

pub(super) fn sections(scene: &Scene) -> Vec<Section> {
    let mut sums = Sums::default();
    for place in scene.places() {
        add(scene, &mut sums, place, &course_of(scene, place));
    }
    vec![quarters(scene, &sums), wave(scene, &sums), declines(scene, &sums), saves(&sums)]
}

fn add(scene: &Scene, sums: &mut Sums, place: u32, course: &Course) {
    let last = course.rows.last().filter(|row| row.month + 1 < scene.calendar.n_months());
    if let Some((row, day)) = last.and_then(|row| Some((row, row.cancelled_on?))) {
        sums.leavers.push(Leaver { account: place, month: row.month, day, reason: row.reason });
    }
    for episode in &course.episodes {
        let first = scene.calendar.months[episode.month as usize].first;
        let is_over = scene.calendar.last_full.is_some_and(|last| episode.month + 3 <= last);
        if is_over && scene.is_in_window(first) {
            let [all, kept] = &mut sums.saved[usize::from(episode.help.is_none())];
            *all += 1;
            *kept += u32::from(!episode.leaves);
        }
    }
}

/// Four times three months, which end with the last full month but one.
fn quarters(scene: &Scene, sums: &Sums) -> Section {
    let n = scene.calendar.n_months();
    let row = |back: u32| {
        let from = (n - 1).checked_sub(3 * (back + 1))?;
        let first = scene.calendar.months[from as usize].first;
        let count = |is_there: bool, is_price: bool| {
            let is_counted = |leaver: &&Leaver| {
                (from..from + 3).contains(&leaver.month)
                    && (scene.account(leaver.account).city.area == WAVE_AREA) == is_there
                    && (!is_price || leaver.reason == Some(WAVE_REASON))
            };
            sums.leavers.iter().filter(is_counted).count().to_string()
        };
        let counts = [count(true, false), count(true, true), count(false, false), count(false, true)];
        Some(std::iter::once(day_text(first)).chain(counts).collect())
    };
    Section {
        title: "Customers who gave up their subscriptions",
        about: "By three months, by the last month paid for. Whoever came back is not counted.",
        columns: &["from", "in 华东", "because the price rose", "elsewhere", "because the price rose there"],
        rows: (0..4).rev().filter_map(row).collect(),
    }
}

fn wave(scene: &Scene, sums: &Sums) -> Section {
    let is_told = |leaver: &&Leaver| {
        leaver.reason == Some(WAVE_REASON) && is_of_wave(scene, leaver.account, leaver.month)
    };
    let row = |leaver: &Leaver| {
        let month = scene.calendar.months[leaver.month as usize].first;
        vec![key(scene, leaver.account), day_text(month), day_text(leaver.day)]
    };
    Section {
        title: "The wave after the price rose",
        about: "Customers in 华东 who gave up in the three months before the last one and name the price.",
        columns: &["account", "last month paid for", "cancelled on"],
        rows: sums.leavers.iter().filter(is_told).map(row).collect(),
    }
}

/// The last day of the month from which the days of the outcome are over.
fn scored_on(scene: &Scene) -> Option<i32> {
    let month = scene.calendar.month_of(scene.last_day() + 1 - OUTCOME)?;
    Some(scene.calendar.months[month].first - 1)
}

fn declines(scene: &Scene, sums: &Sums) -> Section {
    let on = scored_on(scene).unwrap_or(i32::MAX);
    let is_told = |leaver: &&Leaver| leaver.day > on && leaver.day <= on.saturating_add(OUTCOME);
    let row = |leaver: &Leaver| {
        let period = |back: i32| {
            let until = on - PERIOD * back;
            logins_of(scene, leaver.account, until - PERIOD + 1, until).to_string()
        };
        vec![key(scene, leaver.account), day_text(leaver.day), period(2), period(1), period(0)]
    };
    Section {
        title: "Use before leaving",
        about: "Subscribers who left within 90 days of a month-end, with their logins in the three periods of 28 days up to it.\n\
                Use falls over the last four months of all who leave.",
        columns: &["account", "cancelled on", "logins in the first", "in the second", "in the third"],
        rows: sums.leavers.iter().filter(is_told).map(row).collect(),
    }
}

fn saves(sums: &Sums) -> Section {
    let row = |(word, [all, kept]): (&str, [u32; 2])| {
        let rate = (kept * 100).checked_div(all).map_or("n/a".to_owned(), |rate| format!("{rate} %"));
        vec![word.to_owned(), all.to_string(), kept.to_string(), rate]
    };
    let [helped, others] = sums.saved;
    Section {
        title: "Help for customers who paid less",
        about: "Subscribers who paid at least a tenth less than the month before, in the window, and three months later. Help came\n\
                within two weeks. Saved is who paid in all three months after.",
        columns: &["case", "customers", "saved", "rate"],
        rows: [("helped", helped), ("not helped", others)].map(row).to_vec(),
    }
}
