//! What the product brings to a customer by month: its own turnover, and the benefit it puts down to the product.

use std::path::Path;

use super::SampleError;
use super::draw::{Stream, real, whole};
use super::files::{Columns, Layout, TableWriter};
use super::roles::Part;
use super::scene::Scene;
use super::subscriptions::{end_of, left_over};

/// Months that are told.
const MONTHS: u32 = 17;

/// One row of `outcome_month`; money in cents.
struct Outcome {
    account: u32,
    month: i32,
    turnover: i64,
    benefit: i64,
}

/// The figures of an account; none of a month that is not over.
fn outcomes_of(scene: &Scene, place: u32) -> Vec<Outcome> {
    let account = scene.account(place);
    let mut draw = scene.draw(Stream::Outcomes, place);
    let is_told = draw.chance(0.92) && account.part != Part::Internal;
    let Some(last_full) = scene.calendar.last_full.filter(|_| is_told) else { return Vec::new() };
    let usual = real(account.scale) / 12.0 * draw.spread(9.0, 22.0);
    let (growth, share) = (draw.spread(-0.002, 0.018), draw.spread(0.02, 0.05));
    let from = (last_full + 1).saturating_sub(MONTHS);
    let mut rows = Vec::new();
    let mut trend = 1.0;
    for month in from..=last_full {
        trend *= 1.0 + growth;
        let (noise, other) = (draw.spread(0.96, 1.04), draw.spread(0.96, 1.04));
        let entry = &scene.calendar.months[month as usize];
        let spans = &scene.stays.rows[place as usize].spans;
        let end = end_of(scene, place, month);
        let uses = spans.iter().any(|(start, end)| (*start..*end).contains(&month));
        if !uses || end.is_some_and(|end| month >= end) {
            continue;
        }
        let days = real(i64::try_from(entry.weights.len()).unwrap_or(30)) / 30.5;
        let left = end.map_or(1.0, |end| left_over(scene, end, entry.first + 15));
        let turnover = usual * trend * noise * days * (2.0 + entry.season) / 3.0 * (0.3 + 0.7 * left);
        // The benefit grows with the use of the product.
        let benefit = turnover * share * other * (1.0 + (trend - 1.0) * 0.5) * left;
        let round = |cents: f64, to: i64| whole(cents / 100.0) / to * to * 100;
        let (turnover, benefit) = (round(turnover, 100), round(benefit, 10));
        rows.push(Outcome { account: place, month: entry.first, turnover, benefit });
    }
    rows
}

/// `outcome_month`, account by account.
pub(super) fn write_outcomes(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0, 1], numbers: &[], deltas: &["turnover", "benefit_amount"] };
    let path = out.join("outcome_month/outcomes.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Outcome]| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("stat_month", rows.iter().map(|row| row.month))
            .money("turnover", rows.iter().map(|row| row.turnover))
            .money("benefit_amount", rows.iter().map(|row| row.benefit))
    })?;
    for place in scene.places() {
        writer.extend(outcomes_of(scene, place))?;
    }
    writer.finish()
}
