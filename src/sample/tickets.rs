//! Requests to the service desk, and the minutes spent on them.

use std::path::Path;

use super::SampleError;
use super::calendar::instant;
use super::draw::{Stream, real, whole};
use super::files::{Columns, Layout, TableWriter};
use super::plan::Burden;
use super::roles::Part;
use super::scene::Scene;
use super::standing::Segment;

/// Days of tickets before the last day.
const SPAN: i32 = 455;

/// One row of `ticket`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    account: u32,
    number: u32,
    kind: &'static str,
    pub(super) opened_on: i32,
    opened_at: i64,
    replied_at: Option<i64>,
    closed_at: Option<i64>,
    pub(super) minutes: i32,
}

/// The tickets of an account, by day: none before its first order.
pub(super) fn tickets_of(scene: &Scene, place: u32) -> Vec<Ticket> {
    let (account, standing, care) = (scene.account(place), scene.standing(place), scene.care(place));
    let Some(first_on) = standing.first_on.filter(|_| account.part != Part::Internal) else {
        return Vec::new();
    };
    let mut draw = scene.draw(Stream::Tickets, place);
    let from = (first_on + 1).max(scene.last_day() - SPAN);
    let until = standing.last_on.map_or(from, |on| on + 45).min(scene.last_day());
    if from >= until {
        return Vec::new();
    }
    let a_year = match (care.burden, standing.segment) {
        (Burden::Squeezing, _) => 55.0,
        (Burden::Laborious, _) => 12.0,
        (_, Segment::Tail) => 9.0,
        (_, Segment::Waist) => 5.0,
        (_, Segment::Head) => 6.0,
    };
    let n = whole(a_year * f64::from(until - from) / 365.0 * draw.spread(0.75, 1.25)).max(1);
    // Minutes per 1,000 yuan of revenue a year.
    let per_thousand = match care.burden {
        Burden::Squeezing => draw.spread(8.5, 10.0),
        Burden::Laborious => draw.spread(2.2, 5.5),
        Burden::Light | Burden::Late => draw.spread(0.4, 1.2),
        Burden::Small => draw.spread(3.0, 14.0),
    };
    let usual = real(standing.revenue.max(0)) / 100_000.0 * per_thousand / a_year;
    let mut tickets = Vec::new();
    for _ in 0..n {
        let opened_on = draw.between(from, until);
        let opened_at = instant(opened_on, draw.between(8 * 60, 21 * 60) * 60);
        let reply =
            if standing.segment == Segment::Head { draw.between(5, 90) } else { draw.between(10, 900) };
        let replied_at = opened_at + i64::from(reply) * 60;
        let closed_at = replied_at + i64::from(draw.between(20, 4_000)) * 60;
        let end = instant(scene.last_day() + 1, 0);
        let minutes = i32::try_from(whole(usual * draw.spread(0.6, 1.4))).unwrap_or(i32::MAX).clamp(2, 480);
        tickets.push(Ticket {
            account: place,
            number: 0,
            kind: ["咨询", "故障", "投诉", "需求"][draw.weighted(&[5, 3, 1, 2])],
            opened_on,
            opened_at,
            replied_at: Some(replied_at).filter(|at| *at < end),
            closed_at: Some(closed_at).filter(|at| *at < end),
            minutes,
        });
    }
    tickets.sort_by_key(|ticket| ticket.opened_at);
    for (number, ticket) in (1..).zip(&mut tickets) {
        ticket.number = number;
    }
    tickets
}

/// `ticket`, account by account.
pub(super) fn write_tickets(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout {
        sorted_by: &[0],
        numbers: &["ticket_no"],
        deltas: &["opened_at", "first_reply_at", "closed_at"],
    };
    let mut writer =
        TableWriter::create(&out.join("ticket/tickets.parquet"), layout, |rows: &[Ticket]| {
            Columns::default()
                .label("ticket_no", rows.iter().map(|row| scene.keys.part('K', row.account, row.number)))
                .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
                .text("ticket_type", rows.iter().map(|row| row.kind))
                .instant("opened_at", rows.iter().map(|row| row.opened_at))
                .maybe_instant("first_reply_at", rows.iter().map(|row| row.replied_at))
                .maybe_instant("closed_at", rows.iter().map(|row| row.closed_at))
                .integer("minutes", rows.iter().map(|row| row.minutes))
        })?;
    for place in scene.places() {
        writer.extend(tickets_of(scene, place))?;
    }
    writer.finish()
}
