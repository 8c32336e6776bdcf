//! Deals on their way: stages at the customer's house, negotiations, changes asked for, won, lost or open.

use std::path::Path;

use super::SampleError;
use super::accounts::LARGE;
use super::calendar::{instant, shanghai_day};
use super::draw::{Draw, Stream};
use super::files::{Columns, Layout, TableWriter};
use super::plan::Contact;
use super::roles::Part;
use super::scene::Scene;
use super::standing::{Segment, Tier};

/// The stages, in order.
pub(super) const STAGES: [&str; 6] =
    ["需求提出", "部门审批", "分管审批", "总经理审批", "返回提出人", "财务付款"];

/// One deal.
#[derive(Debug, Clone)]
pub(super) struct Deal {
    account: u32,
    /// From 1.
    pub(super) number: u8,
    rep: Option<u32>,
    created_at: i64,
    pub(super) first_contact_on: i32,
    pub(super) won_on: Option<i32>,
    pub(super) lost_on: Option<i32>,
    pub(super) amount: i64,
    change_requests: i32,
    /// On which day each stage was entered, as far as it has come.
    pub(super) stages: Vec<(usize, i32)>,
    /// It will not end.
    pub(super) is_stuck: bool,
    /// Days of negotiation.
    pub(super) negotiated_on: Vec<i32>,
}

impl Deal {
    pub(super) fn created_on(&self) -> i32 {
        shanghai_day(self.created_at)
    }
}

/// The deals of an account, up to the last day.
pub(super) fn deals_of(scene: &Scene, place: u32) -> Vec<Deal> {
    let (account, standing, care) = (scene.account(place), scene.standing(place), scene.care(place));
    if account.part == Part::Internal || account.part.is_fake() {
        return Vec::new();
    }
    let mut draw = scene.draw(Stream::Deals, place);
    let n = match account.scale {
        LARGE.. => 1 + draw.below(4),
        3_000_000..LARGE => draw.below(3),
        _ => u32::from(draw.chance(0.25)),
    };
    // The long tail is sold to only after it has bought by itself.
    let known_since = shanghai_day(account.created_at) + 5;
    let from = match (standing.segment, standing.first_on) {
        (Segment::Tail, Some(first)) if account.part == Part::Ordinary => first + 10,
        _ => known_since,
    };
    let from = from.max(scene.calendar.first_day).max(scene.last_day() - 720);
    let is_left_alone = care.contact != Contact::Regular;
    let until = scene.last_day() - if is_left_alone { 420 } else { 3 };
    if from > until {
        return Vec::new();
    }
    let deal = |number: u32| {
        let number = u8::try_from(number).expect("an account has a handful of deals");
        one(&mut draw, scene, place, number, (known_since.min(from), from, until))
    };
    (1..=n).map(deal).collect()
}

fn one(
    draw: &mut Draw,
    scene: &Scene,
    place: u32,
    number: u8,
    (known, from, until): (i32, i32, i32),
) -> Deal {
    let (account, tier) = (scene.account(place), scene.standing(place).tier);
    let last_day = scene.last_day();
    let created_on = draw.between(from, until);
    let first_contact_on = (created_on - draw.between(0, 20)).max(from.max(known)).min(created_on);
    let is_large = tier == Tier::Key || account.scale >= LARGE;
    let days = if is_large { draw.between(60, 165) } else { draw.between(14, 75) };
    let is_stuck = scene.care(place).contact == Contact::Regular && draw.chance(0.1);
    let is_won = draw.chance(if is_large { 0.6 } else { 0.68 });
    let ends_on = created_on + days;
    let is_open = is_stuck || ends_on > last_day;
    // A lost deal does not get through all stages, and an open one has not yet.
    let reached = if is_won && !is_stuck { STAGES.len() } else { 2 + draw.index(3) };
    let mut stages = Vec::new();
    for index in 0..reached {
        let share = i32::try_from(index).unwrap_or(0);
        let entered_on = created_on + days * share / 6 + if index == 0 { 0 } else { draw.between(0, 6) };
        if entered_on <= last_day {
            stages.push((index, entered_on));
        }
    }
    let n_rounds = if is_large { 2 + draw.below(5) } else { draw.below(3) };
    let mut negotiated_on: Vec<i32> = (0..n_rounds).map(|_| created_on + draw.between(3, days)).collect();
    negotiated_on.retain(|&day| day <= last_day);
    negotiated_on.sort_unstable();
    Deal {
        account: place,
        number,
        rep: account.rep,
        created_at: instant(created_on, draw.between(9 * 60, 18 * 60) * 60),
        first_contact_on,
        won_on: (!is_open && is_won).then_some(ends_on),
        lost_on: (!is_open && !is_won).then_some(ends_on),
        amount: (account.scale / 100_000).max(5) * i64::from(draw.between(200, 900)) * 100,
        change_requests: if is_large { draw.between(0, 6) } else { draw.between(0, 2) / 2 },
        stages,
        is_stuck,
        negotiated_on,
    }
}

/// One row of `deal_stage`.
struct Step {
    account: u32,
    deal: u8,
    stage: usize,
    entered_on: i32,
}

/// `deal` and `deal_stage`.
pub(super) fn write_deals(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &["deal_no"], deltas: &["created_at"] };
    // The first deal is what the lead was about.
    let lead = |row: &Deal| {
        let origin = scene.book.origins[row.account as usize]?;
        let is_of_lead = row.number == 1 && origin.day <= shanghai_day(row.created_at);
        is_of_lead.then_some(origin.number)
    };
    let mut deals = TableWriter::create(&out.join("deal/deals.parquet"), layout, |rows: &[Deal]| {
        Columns::default()
            .label("deal_no", rows.iter().map(|row| scene.keys.deal(row.account, row.number)))
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .maybe_label("lead_no", rows.iter().map(lead))
            .maybe_label("rep_no", rows.iter().map(|row| row.rep.map(super::tables::rep_key)))
            .instant("created_at", rows.iter().map(|row| row.created_at))
            .day("first_contact_date", rows.iter().map(|row| row.first_contact_on))
            .maybe_day("won_date", rows.iter().map(|row| row.won_on))
            .maybe_day("lost_date", rows.iter().map(|row| row.lost_on))
            .money("amount", rows.iter().map(|row| row.amount))
            .integer("change_requests", rows.iter().map(|row| row.change_requests))
    })?;
    let layout = Layout { deltas: &[], ..layout };
    let mut steps =
        TableWriter::create(&out.join("deal_stage/stages.parquet"), layout, |rows: &[Step]| {
            Columns::default()
                .label("deal_no", rows.iter().map(|row| scene.keys.deal(row.account, row.deal)))
                .text("stage", rows.iter().map(|row| STAGES[row.stage]))
                .day("entered_date", rows.iter().map(|row| row.entered_on))
        })?;
    for place in scene.places() {
        for deal in deals_of(scene, place) {
            let step = |&(stage, entered_on): &(usize, i32)| Step {
                account: place,
                deal: deal.number,
                stage,
                entered_on,
            };
            steps.extend(deal.stages.iter().map(step))?;
            deals.extend([deal])?;
        }
    }
    deals.finish()?;
    steps.finish()
}
