//! The people who use the products as guests or members of a customer, city by city.
//!
//! Their number grows with the square of time where there are enough customers, so that every launch is followed by
//! more new people than came before it; in smaller cities it grows evenly. Before the launch of a few leading
//! customers many more have come already: these pull nobody.

use std::path::Path;

use super::SampleError;
use super::draw::{Stream, real, whole};
use super::files::{Columns, Layout, TableWriter};
use super::places::CITIES;
use super::roles::Part;
use super::scene::Scene;

/// Days before and after a launch that are compared.
pub(super) const SPAN: i32 = 90;
/// Customers of a city from which on its leaders are told.
const ENOUGH: usize = 5;
/// Leading customers whose launch pulls nobody.
const WANTED: usize = 4;
/// Share of a city's revenue, in percent, that makes a leader of any rank.
const LARGE_SHARE: i64 = 10;

/// A customer that leads its city by revenue.
#[derive(Debug, Clone)]
pub(super) struct Leader {
    pub(super) account: u32,
    pub(super) city: usize,
    /// Customers with revenue in the city.
    pub(super) n_customers: usize,
    /// Place in the city, from 1.
    pub(super) rank: usize,
    pub(super) live_on: Option<i32>,
    /// How many come before its launch beside the others.
    crowd: i32,
    /// New people of the city in the days before and after.
    pub(super) before: u32,
    pub(super) after: u32,
}

impl Leader {
    pub(super) fn pulls_nobody(&self) -> bool {
        self.crowd > 0
    }

    /// Whether both sides of the launch lie within the data.
    pub(super) fn is_known(&self, last_day: i32) -> bool {
        self.live_on.is_some_and(|on| on + SPAN <= last_day)
    }
}

/// A city's customers.
struct Town {
    /// Those that are live at some time, with the day, earliest first.
    live: Vec<(i32, u32)>,
    leaders: Vec<Leader>,
    is_large: bool,
    n_customers: usize,
}

/// One row of `member`.
struct Member {
    number: u32,
    account: u32,
    city: &'static str,
    day: i32,
}

/// `member`, city by city; gives the leaders, by city and rank.
pub(super) fn write_end_users(out: &Path, scene: &Scene) -> Result<Vec<Leader>, SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &["member_no"], deltas: &["first_seen_date"] };
    let mut writer =
        TableWriter::create(&out.join("member/members.parquet"), layout, |rows: &[Member]| {
            Columns::default()
                .label(
                    "member_no",
                    rows.iter().map(|row| std::fmt::from_fn(move |f| write!(f, "M{:08}", row.number))),
                )
                .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
                .text("city", rows.iter().map(|row| row.city))
                .day("first_seen_date", rows.iter().map(|row| row.day))
        })?;
    let mut towns = towns(scene);
    let earliest = towns.iter().filter_map(|town| town.live.first()).map(|(day, _)| *day).min();
    let start = earliest.unwrap_or(scene.calendar.first_day) - SPAN - 10;
    crowd(scene, &mut towns, start);
    let mut number = 0;
    let mut leaders = Vec::new();
    for (index, town) in towns.iter_mut().enumerate() {
        let mut draw = scene.source.stream(Stream::EndUsers, u32::try_from(index).unwrap_or(0), 0);
        let mut days = days_of(scene, town, start);
        days.sort_unstable();
        for day in days {
            let n_live = town.live.partition_point(|(live_on, _)| *live_on <= day);
            if n_live == 0 {
                continue;
            }
            let (_, account) = town.live[draw.index(n_live)];
            number += 1;
            count(&mut town.leaders, day);
            writer.extend([Member { number, account, city: CITIES[index].name, day }])?;
        }
        leaders.append(&mut town.leaders);
    }
    writer.finish()?;
    Ok(leaders)
}

fn count(leaders: &mut [Leader], day: i32) {
    for leader in leaders {
        if let Some(live_on) = leader.live_on {
            leader.before += u32::from((live_on - SPAN..live_on).contains(&day));
            leader.after += u32::from((live_on..live_on + SPAN).contains(&day));
        }
    }
}

fn towns(scene: &Scene) -> Vec<Town> {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); CITIES.len()];
    for place in scene.places().filter(|&place| scene.account(place).part != Part::Internal) {
        let city = scene.account(place).city;
        let index = CITIES.iter().position(|other| other.name == city.name).unwrap_or(0);
        members[index].push(place);
    }
    let town = |(city, places): (usize, Vec<u32>)| {
        let mut live: Vec<(i32, u32)> =
            places.iter().filter_map(|&place| Some((scene.account(place).live_on?, place))).collect();
        live.sort_unstable();
        let mut ranked: Vec<u32> =
            places.into_iter().filter(|&place| scene.standing(place).rank.is_some()).collect();
        ranked.sort_by_key(|&place| scene.standing(place).rank);
        let n_customers = ranked.len();
        let total: i64 = ranked.iter().map(|&place| scene.standing(place).revenue).sum();
        let is_leader = |(nth, place): &(usize, u32)| {
            *nth < 3 || scene.standing(*place).revenue * 100 >= total * LARGE_SHARE
        };
        let leader = |(nth, account): (usize, u32)| Leader {
            account,
            city,
            n_customers,
            rank: nth + 1,
            live_on: scene.account(account).live_on,
            crowd: 0,
            before: 0,
            after: 0,
        };
        let is_large = n_customers >= ENOUGH;
        let leaders = ranked.into_iter().enumerate().filter(is_leader).filter(|_| is_large).map(leader);
        Town { live, leaders: leaders.collect(), is_large, n_customers }
    };
    members.into_iter().enumerate().map(town).collect()
}

/// How many people a city has by the last day.
fn size(town: &Town) -> i32 {
    let n = i32::try_from(town.n_customers).expect("a city has fewer customers than there are");
    if town.is_large { (n * 30).max(1_300) } else { n * 12 }
}

/// Marks one leader in each of a few cities; the crowd must not spoil the launches of the others.
fn crowd(scene: &Scene, towns: &mut [Town], start: i32) {
    let mut left = if scene.plan.opted_out.is_empty() { 0 } else { WANTED };
    for town in towns.iter_mut().filter(|town| town.is_large) {
        if left == 0 {
            return;
        }
        let days: Vec<(usize, i32)> = town
            .leaders
            .iter()
            .enumerate()
            .filter_map(|(index, leader)| Some((index, leader.live_on?)))
            .collect();
        let earliest = town.live.first().map_or(i32::MAX, |(day, _)| *day);
        let is_free = |&(index, on): &(usize, i32)| {
            town.leaders[index].rank <= 3
                && on - SPAN > earliest
                && on - SPAN > scene.calendar.first_day
                && on + SPAN < scene.last_day()
                && days.iter().all(|(other, day)| *other == index || !(on - 80..on + 100).contains(day))
        };
        if let Some(&(index, _)) = days.iter().find(|day| is_free(day)) {
            let age = real(i64::from(scene.last_day() - start));
            let growth = real(i64::from(size(town))) * 2.0 * 8_100.0 / (age * age);
            town.leaders[index].crowd = i32::try_from(whole(growth)).unwrap_or(0) + 16;
            left -= 1;
        }
    }
}

/// The days on which people of a city are first seen.
fn days_of(scene: &Scene, town: &Town, start: i32) -> Vec<i32> {
    let total = size(town);
    let age = scene.last_day() - start;
    let seen_by = |day: i32| {
        let elapsed = real(i64::from(day - start)) / real(i64::from(age));
        let share = if town.is_large { elapsed * elapsed } else { elapsed };
        whole(share * f64::from(total))
    };
    let mut days = Vec::new();
    for day in start + 1..=scene.last_day() {
        let new = seen_by(day) - seen_by(day - 1);
        days.extend(std::iter::repeat_n(day, usize::try_from(new).unwrap_or(0)));
    }
    for leader in town.leaders.iter().filter(|leader| leader.pulls_nobody()) {
        let live_on = leader.live_on.unwrap_or(start);
        days.extend((0..leader.crowd).map(|nth| live_on - 4 - nth * 56 / leader.crowd));
    }
    days
}
