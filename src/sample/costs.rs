//! What accounts cost by month beside the goods: rebates, service, implementation, late payment.

use std::path::Path;

use super::SampleError;
use super::calendar::{Month, shanghai_day};
use super::draw::{Stream, real, whole};
use super::files::{Columns, Layout, TableWriter};
use super::plan::Burden;
use super::roles::Part;
use super::scene::Scene;

/// Months of costs.
const MONTHS: usize = 18;

/// One row of `account_cost`; money in cents.
struct Cost {
    account: u32,
    month: i32,
    rebate: i64,
    service: i64,
    implementation: i64,
    overdue_days: i32,
}

fn costs_of(scene: &Scene, place: u32) -> Vec<Cost> {
    let (account, standing, care) = (scene.account(place), scene.standing(place), scene.care(place));
    let (Some(first_on), Some(last_on)) = (standing.first_on, standing.last_on) else { return Vec::new() };
    if account.part == Part::Internal {
        return Vec::new();
    }
    let months = &scene.calendar.months[scene.calendar.months.len().saturating_sub(MONTHS)..];
    let in_use = |month: &&Month| {
        let after = month.first + i32::try_from(month.weights.len()).unwrap_or(31);
        first_on < after && month.first <= last_on
    };
    let n = months.iter().filter(in_use).count().max(1);
    let a_month = real(standing.revenue.max(0)) / f64::from(u32::try_from(n.min(12)).unwrap_or(12));
    let mut draw = scene.draw(Stream::Costs, place);
    let has_rebate = standing.in_k80 && draw.chance(0.6);
    let has_delays = draw.chance(0.3);
    let live_on = account.live_on.unwrap_or(shanghai_day(account.created_at));
    let row = |month: &Month| {
        let (service, overdue) = match care.burden {
            Burden::Squeezing => (draw.spread(0.07, 0.09), draw.between(50, 75)),
            Burden::Laborious => (draw.spread(0.03, 0.05), draw.between(0, 4)),
            Burden::Late => (draw.spread(0.01, 0.02), draw.between(18, 45)),
            Burden::Light => (draw.spread(0.01, 0.02), draw.between(0, 4)),
            Burden::Small if has_delays => (draw.spread(0.02, 0.08), draw.between(9, 30)),
            Burden::Small => (draw.spread(0.02, 0.08), draw.between(0, 6)),
        };
        let rebate = if has_rebate { draw.spread(0.005, 0.02) } else { 0.0 };
        let is_start = (live_on - 45..live_on + 20).contains(&month.first);
        let implementation = if is_start { draw.spread(0.05, 0.3) } else { 0.0 };
        // Whole yuan: these are booked by hand.
        let money = |share: f64| whole(a_month * share / 100.0) * 100;
        Cost {
            account: place,
            month: month.first,
            rebate: money(rebate),
            service: money(service),
            implementation: money(implementation),
            overdue_days: overdue,
        }
    };
    months.iter().filter(in_use).map(row).collect()
}

/// `account_cost`, account by account.
pub(super) fn write_costs(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0, 1], numbers: &[], deltas: &[] };
    let path = out.join("account_cost/costs.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Cost]| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("cost_month", rows.iter().map(|row| row.month))
            .money("rebate_amount", rows.iter().map(|row| row.rebate))
            .money("service_amount", rows.iter().map(|row| row.service))
            .money("implementation_amount", rows.iter().map(|row| row.implementation))
            .integer("overdue_days", rows.iter().map(|row| row.overdue_days))
    })?;
    for place in scene.places() {
        writer.extend(costs_of(scene, place))?;
    }
    writer.finish()
}
