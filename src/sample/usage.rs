//! Use of the product by customer and day, in the last thirteen months.

use std::path::Path;

use super::SampleError;
use super::accounts::Account;
use super::buyers::Buyer;
use super::calendar::{Calendar, Month};
use super::draw::{Draw, Source, Stream, real, whole};
use super::files::{Columns, Layout, TableWriter};
use super::roles::Part;
use super::tables::Keys;

/// How many months there are rows of.
const MONTHS: usize = 13;

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

/// `usage_day`, one month of it: a row for every day of every account that uses the product in the month.
pub(super) fn write_usage(
    out: &Path,
    month: &Month,
    accounts: &[Account],
    buyers: &[Buyer],
    source: &Source,
    calendar: &Calendar,
    keys: &Keys,
) -> Result<(), SampleError> {
    if (month.index as usize) + MONTHS < calendar.months.len() {
        return Ok(());
    }
    let path = out.join(format!("usage_day/month={}/part-0.parquet", month.key));
    let layout = Layout { sorted_by: &[0, 1], numbers: &[], deltas: &[] };
    let mut writer = TableWriter::create(&path, layout, |rows: &[Day]| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| keys.account(row.account)))
            .day("usage_date", rows.iter().map(|row| row.day))
            .integer("logins", rows.iter().map(|row| row.logins))
            .integer("active_users", rows.iter().map(|row| row.active))
            .integer("seats", rows.iter().map(|row| row.seats))
            .integer("minutes", rows.iter().map(|row| row.minutes))
            .maybe_text("device", rows.iter().map(|row| row.device.map(|index| DEVICES[usize::from(index)])))
    })?;
    for (place, (account, buyer)) in (0..).zip(accounts.iter().zip(buyers)) {
        if account.part != Part::Internal && buyer.uses(month) {
            let mut draw = source.stream(Stream::Usage, account.id, month.index);
            writer.extend(days_of(&mut draw, place, account, buyer, month, calendar))?;
        }
    }
    writer.finish()
}

fn days_of(
    draw: &mut Draw,
    place: u32,
    account: &Account,
    buyer: &Buyer,
    month: &Month,
    calendar: &Calendar,
) -> Vec<Day> {
    let seats = seats_of(account);
    let usual = (buyer.usage * 0.8).min(1.0);
    let favourite = u8::try_from(account.id % 4).expect("a remainder of 4 is below 4");
    // A quiet day has few logins, and a small customer none at all on many days.
    let mut rows = Vec::with_capacity(month.weights.len());
    for (day, weight) in (month.first..=calendar.last_day).zip(&month.weights) {
        let busy = f64::from(*weight) / 100.0;
        let active = (0..seats.min(8)).filter(|_| draw.chance((usual * busy * 0.75).min(0.95))).count();
        let active =
            whole(real(i64::try_from(active).unwrap_or(0)) * f64::from(seats) / f64::from(seats.min(8)));
        let active = i32::try_from(active).expect("seats are few");
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
