//! Launch campaigns, put where orders rise anyway, and orders that two representatives share.

use std::path::Path;

use super::SampleError;
use super::files::{Columns, write_table};
use super::scene::Scene;
use super::standing::LargeOrder;
use super::tables::{SORTED_BY_KEY, rep_key};

/// Days before and after that are compared.
const SPAN: i32 = 28;
/// How many campaigns there are.
const WANTED: usize = 5;

/// A campaign with the orders around its first day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Launch {
    pub(super) account: u32,
    pub(super) live_on: i32,
    /// In cents.
    pub(super) subsidy: i64,
    pub(super) before: usize,
    pub(super) after: usize,
}

/// The campaigns, by account: each on the day with the steepest rise, far from both ends of the data. There is no order
/// on that day or at the ends of the spans, so that it does not matter to which side these belong.
pub(super) fn launches(scene: &Scene) -> Vec<Launch> {
    if scene.plan.opted_out.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Launch> =
        scene.known.followed.iter().filter_map(|(place, days)| steepest(scene, *place, days)).collect();
    found.sort_by_key(|launch| (std::cmp::Reverse(launch.after - launch.before), launch.account));
    found.truncate(WANTED);
    found.sort_by_key(|launch| launch.account);
    for (nth, launch) in (1_i64..).zip(&mut found) {
        launch.subsidy = 200_000 + nth * 130_000;
    }
    found
}

fn steepest(scene: &Scene, account: u32, days: &[i32]) -> Option<Launch> {
    let first_on = scene.standing(account).first_on?;
    let is_owned = scene.account(account).rep.is_some();
    let count = |from: i32, to: i32| days.iter().filter(|day| (from..to).contains(*day)).count();
    let is_clear = |on: &i32| ![on - SPAN, *on, on + SPAN].iter().any(|day| days.contains(day));
    let from = (scene.last_day() - 240).max(first_on + 2 * SPAN);
    (from..=scene.last_day() - SPAN - 2)
        .filter(|_| is_owned)
        .filter(is_clear)
        .map(|live_on| Launch {
            account,
            live_on,
            subsidy: 0,
            before: count(live_on - SPAN, live_on),
            after: count(live_on, live_on + SPAN),
        })
        .filter(|launch| launch.before >= 2 && launch.after >= launch.before + 3)
        .max_by_key(|launch| (launch.after - launch.before, std::cmp::Reverse(launch.live_on)))
}

/// `launch_campaign`.
pub(super) fn write_launches(out: &Path, scene: &Scene, launches: &[Launch]) -> Result<(), SampleError> {
    write_table(&out.join("launch_campaign.parquet"), SORTED_BY_KEY, launches, |rows| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("live_date", rows.iter().map(|row| row.live_on))
            .money("subsidy_amount", rows.iter().map(|row| row.subsidy))
    })
}

/// One representative's part in an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub(super) order: LargeOrder,
    pub(super) rep: u32,
    pub(super) percent: i64,
}

/// Orders that two share: the one who sold it and the one of headquarters who helped.
pub(super) fn splits(scene: &Scene) -> Vec<Split> {
    if scene.plan.opted_out.is_empty() {
        return Vec::new();
    }
    let mut splits = Vec::new();
    for (nth, order) in (0..).zip(scene.known.large.iter().take(20)) {
        let helper = u32::from(order.rep == 0);
        let percent = [50, 60, 70, 80][nth % 4];
        splits.push(Split { order: *order, rep: order.rep, percent });
        splits.push(Split { order: *order, rep: helper, percent: 100 - percent });
    }
    splits
}

/// `order_credit`.
pub(super) fn write_splits(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    write_table(&out.join("order_credit.parquet"), SORTED_BY_KEY, &splits(scene), |rows| {
        Columns::default()
            .label("order_no", rows.iter().map(|row| scene.keys.order(row.order.number)))
            .label("rep_no", rows.iter().map(|row| rep_key(row.rep)))
            .share("share", rows.iter().map(|row| row.percent))
    })
}
