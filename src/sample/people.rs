//! The people at customers: their part in a purchase, and where they go.

use std::path::Path;

use super::SampleError;
use super::accounts::LARGE;
use super::calendar::shanghai_day;
use super::draw::Stream;
use super::files::{Columns, Layout, TableWriter};
use super::roles::Part;
use super::scene::Scene;

/// One person at one account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    account: u32,
    /// From 1.
    pub(super) number: u8,
    part: usize,
    is_beneficiary: bool,
    started_on: i32,
    pub(super) left_on: Option<i32>,
    /// Where the person went, and when.
    moved: Option<(u32, i32)>,
}

/// The part in a purchase and the position that goes with it.
const PARTS: [(&str, &str); 5] = [
    ("使用者", "使用人"),
    ("决策者", "决策人"),
    ("采购者", "决策人"),
    ("影响者", "管理者"),
    ("发起者", "使用人"),
];

/// The people at an account; nobody at accounts of the company itself.
pub(super) fn people_of(scene: &Scene, place: u32) -> Vec<Person> {
    let account = scene.account(place);
    if account.part == Part::Internal {
        return Vec::new();
    }
    let mut draw = scene.draw(Stream::People, place);
    let n = match account.scale {
        LARGE.. => 3 + draw.below(3),
        2_000_000..LARGE => 1 + draw.below(3),
        _ => 1 + draw.below(2),
    };
    let created_on = shanghai_day(account.created_at);
    let person = |index: u32| {
        let part = if index < 2 { draw.index(2) } else { index as usize % PARTS.len() };
        let started_on = created_on - draw.between(30, 1_500);
        let is_beneficiary = draw.chance(0.35);
        let has_left = draw.chance(0.07);
        let gone_on = scene.last_day() - draw.between(5, 500);
        let left_on = (has_left && gone_on > created_on + 60).then_some(gone_on);
        let next = (draw.below(scene.places().end), gone_on + draw.between(15, 120));
        let moved =
            left_on.and((is_beneficiary && next.0 != place && next.1 <= scene.last_day()).then_some(next));
        let number = u8::try_from(index + 1).expect("an account has a handful of people");
        Person { account: place, number, part, is_beneficiary, started_on, left_on, moved }
    };
    (0..n).map(person).collect()
}

/// One row of `job_history`.
struct Job {
    person: Person,
    account: u32,
    started_on: i32,
    ended_on: Option<i32>,
}

/// `contact_person` and `job_history`.
pub(super) fn write_people(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &["person_no"], deltas: &[] };
    let key = |person: &Person| scene.keys.person(person.account, person.number);
    let mut people =
        TableWriter::create(&out.join("contact_person/persons.parquet"), layout, |rows: &[Person]| {
            Columns::default()
                .label("person_no", rows.iter().map(key))
                .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
                .text("buying_role", rows.iter().map(|row| PARTS[row.part].0))
                .text("position", rows.iter().map(|row| PARTS[row.part].1))
                .flag("is_beneficiary", rows.iter().map(|row| row.is_beneficiary))
                .maybe_day("left_date", rows.iter().map(|row| row.left_on))
        })?;
    let mut jobs = TableWriter::create(&out.join("job_history/jobs.parquet"), layout, |rows: &[Job]| {
        Columns::default()
            .label("person_no", rows.iter().map(|row| key(&row.person)))
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("start_date", rows.iter().map(|row| row.started_on))
            .maybe_day("end_date", rows.iter().map(|row| row.ended_on))
    })?;
    for place in scene.places() {
        for person in people_of(scene, place) {
            let first = (place, person.started_on, person.left_on);
            let next = person.moved.map(|(account, day)| (account, day, None));
            let held = std::iter::once(first).chain(next);
            jobs.extend(held.map(|(account, started_on, ended_on)| Job {
                person,
                account,
                started_on,
                ended_on,
            }))?;
            people.extend([person])?;
        }
    }
    people.finish()?;
    jobs.finish()
}
