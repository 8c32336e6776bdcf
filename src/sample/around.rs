//! The tables around sales: shops, people, contacts, deals, balances, costs, tickets and lists.
//!
//! Account by account, with what the sales say of each; gives what was planted in them.

use std::fmt::Display as _;
use std::path::Path;

use super::SampleError;
use super::files::{Columns, Layout, TableWriter};
use super::findings::{Section, sections};
use super::lead_paths::LeadTouch;
use super::leads::LeadNumber;
use super::scene::Scene;
use super::tables::rep_key;
use super::tickets::tickets_of;
use super::touches::{By, Kind, Touch, touches_of};
use super::{
    balances, channels, content, costs, deals, end_users, launches, lead_tables, lists, outcomes, people,
    search, shops, subscriptions, tickets, usage,
};

/// Contacts of one operator in the window.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OperatorCount {
    pub(super) contacts: u32,
    pub(super) on_head: u32,
}

/// What was counted while the tables were written.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// By place among the operators.
    pub(super) operators: Vec<OperatorCount>,
    /// Tickets and their minutes in the window, by segment.
    pub(super) tickets: [(u64, i64); 3],
    pub(super) leaders: Vec<end_users::Leader>,
    pub(super) launches: Vec<launches::Launch>,
}

/// Writes the tables, and gives what was planted in them.
pub(super) fn write_around(out: &Path, scene: &Scene) -> Result<Vec<Section>, SampleError> {
    shops::write_shops(out, scene.accounts, scene.source, scene.calendar, scene.keys)?;
    people::write_people(out, scene)?;
    deals::write_deals(out, scene)?;
    balances::write_balances(out, scene)?;
    costs::write_costs(out, scene)?;
    tickets::write_tickets(out, scene)?;
    lists::write_opt_outs(out, scene)?;
    lists::write_targets(out, scene)?;
    lists::write_wallet(out, scene)?;
    lists::write_surveys(out, scene)?;
    launches::write_splits(out, scene)?;
    channels::write_channels(out)?;
    channels::write_channel_costs(out, scene)?;
    search::write_search(out, scene)?;
    lead_tables::write_leads(out, scene)?;
    content::write_content(out, scene)?;
    content::write_community(out, scene)?;
    subscriptions::write_subscriptions(out, scene)?;
    subscriptions::write_actions(out, scene)?;
    outcomes::write_outcomes(out, scene)?;
    usage::write_usage(out, scene)?;
    let mut counts = Counts { launches: launches::launches(scene), ..Counts::default() };
    launches::write_launches(out, scene, &counts.launches)?;
    counts.leaders = end_users::write_end_users(out, scene)?;
    count_tickets(scene, &mut counts);
    write_touches(out, scene, &mut counts)?;
    Ok(if scene.plan.opted_out.is_empty() { Vec::new() } else { sections(scene, &counts) })
}

fn count_tickets(scene: &Scene, counts: &mut Counts) {
    for place in scene.places().filter(|&place| scene.standing(place).is_rated) {
        let (n, minutes) = &mut counts.tickets[scene.standing(place).segment as usize];
        for ticket in tickets_of(scene, place).iter().filter(|ticket| scene.is_in_window(ticket.opened_on)) {
            *n += 1;
            *minutes += i64::from(ticket.minutes);
        }
    }
}

/// One row of `activity`.
struct Row {
    of: Of,
    number: u32,
    touch: Touch,
}

/// What a contact was with.
enum Of {
    Account(u32),
    Lead(LeadNumber),
}

impl Of {
    fn account(&self) -> Option<u32> {
        if let Self::Account(place) = self { Some(*place) } else { None }
    }

    fn lead(&self) -> Option<LeadNumber> {
        if let Self::Lead(number) = self { Some(*number) } else { None }
    }
}

/// `activity`, account by account, then the contacts with those who were no accounts yet.
fn write_touches(out: &Path, scene: &Scene, counts: &mut Counts) -> Result<(), SampleError> {
    let layout =
        Layout { sorted_by: &[0], numbers: &["activity_no", "person_no"], deltas: &["activity_date"] };
    let path = out.join("activity/activities.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Row]| {
        let touches = || rows.iter().map(|row| &row.touch);
        let key = |row: &Row| {
            let number = row.number;
            let of_account = row.of.account().map(|place| scene.keys.part('A', place, number));
            let of_lead = row.of.lead().map(LeadNumber::bare);
            std::fmt::from_fn(move |f| match (&of_account, &of_lead) {
                (Some(key), _) => key.fmt(f),
                (None, Some(lead)) => write!(f, "B{lead}-{number:02}"),
                (None, None) => Ok(()),
            })
        };
        let deal = |row: &Row| Some(scene.keys.deal(row.of.account()?, row.touch.deal?));
        let person = |row: &Row| Some(scene.keys.person(row.of.account()?, row.touch.person?));
        Columns::default()
            .label("activity_no", rows.iter().map(key))
            .maybe_label("account_no", rows.iter().map(|row| Some(scene.keys.account(row.of.account()?))))
            .maybe_label("lead_no", rows.iter().map(|row| row.of.lead()))
            .maybe_label("deal_no", rows.iter().map(deal))
            .maybe_label("person_no", rows.iter().map(person))
            .day("activity_date", touches().map(|touch| touch.day))
            .text("activity_type", touches().map(|touch| touch.kind.word()))
            .maybe_label("rep_no", touches().map(|touch| touch.by.rep().map(rep_key)))
            .text("team", touches().map(|touch| touch.by.team(scene)))
            .flag("is_done", touches().map(|touch| touch.done))
    })?;
    let first = scene.reps.operators.start;
    counts.operators = vec![OperatorCount::default(); scene.reps.operators.len()];
    for place in scene.places() {
        let touches = touches_of(scene, place);
        let is_head =
            scene.standing(place).is_rated && scene.standing(place).segment == super::standing::Segment::Head;
        for touch in &touches {
            let is_counted = touch.done && touch.kind != Kind::Campaign && scene.is_in_window(touch.day);
            if let By::Operator(rep) = touch.by
                && is_counted
            {
                let count = &mut counts.operators[(rep - first) as usize];
                count.contacts += 1;
                count.on_head += u32::from(is_head);
            }
        }
        let row = |(number, touch)| Row { of: Of::Account(place), number, touch };
        writer.extend((1..).zip(touches).map(row))?;
    }
    lead_tables::each_touch(scene, |lead, number, touch| {
        let LeadTouch { day, kind, by } = touch;
        let touch = Touch { day, kind, by, deal: None, person: None, done: true };
        writer.extend([Row { of: Of::Lead(lead), number, touch }])
    })?;
    writer.finish()
}
