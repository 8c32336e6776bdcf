//! Tiers that somebody has set by hand.

use std::path::Path;

use super::SampleError;
use super::accounts::Account;
use super::calendar::Calendar;
use super::files::{Columns, write_table};
use super::roles::Part;
use super::tables::{Keys, SORTED_BY_KEY, rep_key};

/// A tier that somebody has set by hand.
pub(super) struct Override {
    pub(super) account: u32,
    pub(super) tier: &'static str,
    rep: u32,
    pub(super) reason: &'static str,
    pub(super) expires_on: i32,
}

/// Why a customer that brings no profit is kept.
const STRATEGIC: (&str, &str, i32) = ("key", "战略客户，亏损经总部批准，用于行业示范", 300);

/// Four rows where there are enough accounts, the first of them expired, and one for a customer that is kept although
/// it brings no profit.
pub(super) fn overrides(accounts: &[Account], calendar: &Calendar) -> Vec<Override> {
    let kinds = [
        ("key", "签约洽谈中，先按关键客户服务", -45),
        ("important", "区域标杆客户，战略合作期内保留", 120),
        ("key", "集团采购框架即将签署", 240),
        ("general", "降低拜访频率，客户要求线上对接", 365),
    ];
    let is_eligible = |account: &&(u32, &Account)| {
        account.1.part == Part::Ordinary
            && account.1.start < calendar.n_months()
            && account.1.scale >= 1_000_000
    };
    let numbered: Vec<(u32, &Account)> = (0..).zip(accounts).collect();
    let eligible = numbered.iter().filter(is_eligible).step_by((accounts.len() / 30).max(1));
    let losing = numbered.iter().find(|(_, account)| account.part == Part::Unprofitable);
    let mut rows: Vec<Override> = eligible
        .zip(kinds)
        .chain(losing.map(|account| (account, STRATEGIC)))
        .map(|((place, account), (tier, reason, days))| Override {
            account: *place,
            tier,
            rep: account.rep.unwrap_or(0),
            reason,
            expires_on: calendar.last_day + days,
        })
        .collect();
    rows.sort_by_key(|row| row.account);
    rows
}

/// `tier_override`.
pub(super) fn write_overrides(
    out: &Path,
    accounts: &[Account],
    calendar: &Calendar,
    keys: &Keys,
) -> Result<(), SampleError> {
    let rows = overrides(accounts, calendar);
    write_table(&out.join("tier_override.parquet"), SORTED_BY_KEY, &rows, |rows| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| keys.account(row.account)))
            .text("tier", rows.iter().map(|row| row.tier))
            .label("rep_no", rows.iter().map(|row| rep_key(row.rep)))
            .text("reason", rows.iter().map(|row| row.reason))
            .day("expires_date", rows.iter().map(|row| row.expires_on))
    })
}
