//! Use of the product by customer and day, in the last seventeen months.

use std::path::Path;

use super::SampleError;
use super::accounts::Account;
use super::calendar::{Month, shanghai_day};
use super::draw::{Stream, real, whole};
use super::files::{Columns, Layout, TableWriter};
use super::roles::Part;
use super::scene::Scene;
use super::stays::MONTHS;
use super::subscriptions::{end_of, left_over};

const DEVICES: [&str; 4] = ["手机", "平板", "电脑", "收银机"];

/// One row of `usage_day`.
struct Day {
    account: u32,
    day: i32,
    logins: i32,
    active: i32,
    seats: i32,
    minutes: i32,
    device: Option<u8>,
}

/// `usage_day`, month by month: a row for every day of every account that uses the product in the month.
pub(super) fn write_usage(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let months = &scene.calendar.months;
    for month in &months[months.len().saturating_sub(MONTHS)..] {
        write_month(out, scene, month)?;
    }
    Ok(())
}

fn write_month(out: &Path, scene: &Scene, month: &Month) -> Result<(), SampleError> {
    let path = out.join(format!("usage_day/month={}/part-0.parquet", month.key));
    let layout = Layout { sorted_by: &[0, 1], numbers: &[], deltas: &[] };
    let mut writer = TableWriter::create(&path, layout, |rows: &[Day]| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("usage_date", rows.iter().map(|row| row.day))
            .integer("logins", rows.iter().map(|row| row.logins))
            .integer("active_users", rows.iter().map(|row| row.active))
            .integer("seats", rows.iter().map(|row| row.seats))
            .integer("minutes", rows.iter().map(|row| row.minutes))
            .maybe_text("device", rows.iter().map(|row| row.device.map(|index| DEVICES[usize::from(index)])))
    })?;
    for place in scene.places() {
        writer.extend(days_of(scene, place, month))?;
    }
    writer.finish()
}

/// How often people of an account logged in from one day to another, both included; of months that are told.
pub(super) fn logins_of(scene: &Scene, place: u32, from: i32, until: i32) -> i32 {
    let months = &scene.calendar.months;
    let told = &months[months.len().saturating_sub(MONTHS)..];
    let days = told.iter().flat_map(|month| days_of(scene, place, month));
    days.filter(|row| (from..=until).contains(&row.day)).map(|row| row.logins).sum()
}

/// The days of one month, none if the product is not used in it; fewer people come when the use ends soon.
fn days_of(scene: &Scene, place: u32, month: &Month) -> Vec<Day> {
    let account = scene.account(place);
    let spans = &scene.stays.rows[place as usize].spans;
    let uses = spans.iter().any(|(start, end)| (*start..*end).contains(&month.index));
    let end = end_of(scene, place, month.index);
    let is_over = end.is_some_and(|end| month.index >= end);
    // Some prospects use what is free.
    let is_free = account.part == Part::Silent
        && account.id % 3 == 1
        && shanghai_day(account.created_at) + 30 < month.first;
    if account.part == Part::Internal || !(uses || is_free) || is_over {
        return Vec::new();
    }
    let mut draw = scene.source.stream(Stream::Usage, account.id, month.index);
    let mut thin = scene.source.stream(Stream::Decline, account.id, month.index);
    let seats = seats_of(account);
    let usual = (scene.stays.level(place, month.index) * 0.8).min(1.0);
    let favourite = u8::try_from(account.id % 4).expect("a remainder of 4 is below 4");
    // A quiet day has few logins, and a small customer none at all on many days.
    let mut rows = Vec::with_capacity(month.weights.len());
    for (day, weight) in (month.first..=scene.last_day()).zip(&month.weights) {
        let busy = f64::from(*weight) / 100.0;
        let active = (0..seats.min(8)).filter(|_| draw.chance((usual * busy * 0.75).min(0.95))).count();
        let active =
            whole(real(i64::try_from(active).unwrap_or(0)) * f64::from(seats) / f64::from(seats.min(8)));
        let active = i32::try_from(active).expect("seats are few");
        let active = match end {
            None => active,
            Some(end) => {
                let left = left_over(scene, end, day);
                let kept = (0..active).filter(|_| thin.chance(left)).count();
                i32::try_from(kept).expect("seats are few")
            }
        };
        let (logins, minutes, device) = if active == 0 {
            (0, 0, None)
        } else {
            let device = if draw.chance(0.9) { favourite } else { (favourite + 1) % 4 };
            let minutes = active * 6 * draw.between(3, 7);
            (active + draw.between(0, (active / 2).min(3)), minutes, Some(device))
        };
        rows.push(Day { account: place, day, logins, active, seats, minutes, device });
    }
    rows
}

fn seats_of(account: &Account) -> i32 {
    let by_spending = account.scale / 3_000_000;
    i32::try_from(1 + by_spending.min(40)).expect("at most forty-one seats")
}
