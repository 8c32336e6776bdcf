//! The people at customers: their part in a purchase, and where they go. Beside those that each account has by chance there
//! are some whom the decision chain calls for.

use std::path::Path;

use super::SampleError;
use super::accounts::LARGE;
use super::calendar::shanghai_day;
use super::chain::is_open;
use super::deals::deals_of;
use super::draw::Stream;
use super::files::{Columns, Layout, TableWriter};
use super::roles::Part;
use super::scene::Scene;
use super::standing::Tier;

/// One person at one account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    account: u32,
    /// From 1.
    pub(super) number: u8,
    /// Place in the list of parts.
    pub(super) part: usize,
    pub(super) is_beneficiary: bool,
    started_on: i32,
    pub(super) left_on: Option<i32>,
    /// Where the person went, and when.
    pub(super) moved: Option<(u32, i32)>,
}

/// The part in a purchase and the position that goes with it.
const PARTS: [(&str, &str); 5] = [
    ("使用者", "使用人"),
    ("决策者", "决策人"),
    ("采购者", "决策人"),
    ("影响者", "管理者"),
    ("发起者", "使用人"),
];

pub(super) const DECIDER: usize = 1;
const INFLUENCER: usize = 3;

/// The people that an account has by chance; nobody at accounts of the company itself.
pub(super) fn base_people(scene: &Scene, place: u32) -> Vec<Person> {
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

/// Those of before, where only the first one is left at some.
pub(super) fn people_of(scene: &Scene, place: u32) -> Vec<Person> {
    let mut people = base_people(scene, place);
    if scene.chain.single.contains(&place) {
        for (nth, person) in (0..).zip(people.iter_mut().skip(1)) {
            person.left_on = Some(scene.last_day() - 110 - 60 * nth);
        }
    }
    people
}

/// All people, those too whom the decision chain calls for: who moves elsewhere, who decides on open deals, and a second one
/// at larger customers.
pub(super) fn all_people(scene: &Scene, place: u32) -> Vec<Person> {
    let mut people = people_of(scene, place);
    let (account, standing) = (scene.account(place), scene.standing(place));
    if account.part == Part::Internal {
        return people;
    }
    let created_on = shanghai_day(account.created_at);
    let person = |number: usize, part: usize| Person {
        account: place,
        number: u8::try_from(number).expect("an account has a handful of people"),
        part,
        is_beneficiary: false,
        started_on: created_on - 30,
        left_on: None,
        moved: None,
    };
    for mover in scene.chain.movers.iter().filter(|mover| mover.from == place) {
        let (left_on, moved) = (Some(mover.left_on), Some((mover.to, mover.joined_on)));
        let is_beneficiary = mover.is_beneficiary;
        people.push(Person { is_beneficiary, left_on, moved, ..person(people.len() + 1, 0) });
    }
    if scene.chain.single.contains(&place) || scene.chain.undecided.contains(&place) {
        return people;
    }
    let is_here = |person: &&Person| person.left_on.is_none();
    let decides = people.iter().filter(is_here).any(|person| person.part == DECIDER);
    if !decides && deals_of(scene, place).iter().any(is_open) {
        people.push(person(people.len() + 1, DECIDER));
    }
    let is_large = standing.rank.is_some() && standing.tier <= Tier::General;
    if is_large && people.iter().filter(is_here).count() < 2 {
        people.push(person(people.len() + 1, INFLUENCER));
    }
    people
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
        for person in all_people(scene, place) {
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
