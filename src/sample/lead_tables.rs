//! The tables of leads: `lead`, `lead_event`, and the contacts with leads among those with accounts.

use std::path::Path;

use super::SampleError;
use super::channels::Channel;
use super::files::{Columns, Layout, TableWriter};
use super::lead_paths::{Event, LeadTouch, Life, life_of};
use super::leads::{Entry, Fate, LeadNumber, numbers};
use super::places::AREAS;
use super::scene::Scene;
use super::tables::rep_key;

/// One row of `lead`.
struct Row {
    number: LeadNumber,
    entry: Entry,
    life: Life,
}

/// One row of `lead_event`.
struct EventRow {
    number: LeadNumber,
    event: Event,
}

/// Gives every lead with its number and what happened to it, by month.
pub(super) fn each_lead<E>(
    scene: &Scene,
    mut take: impl FnMut(LeadNumber, Entry, Life) -> Result<(), E>,
) -> Result<(), E> {
    for bucket in 0..scene.book.n_buckets() {
        let entries = scene.book.entries(bucket, scene.source, scene.calendar);
        for (entry, number) in entries.iter().zip(numbers(&entries)) {
            take(number, *entry, life_of(scene, bucket, entry))?;
        }
    }
    Ok(())
}

/// `lead` and `lead_event`, month by month.
pub(super) fn write_leads(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &["lead_no"], deltas: &[] };
    let mut leads = TableWriter::create(&out.join("lead/leads.parquet"), layout, |rows: &[Row]| {
        let channel = |row: &Row| row.entry.channel.map(|index| Channel::of(index).name);
        let account = |row: &Row| match row.entry.fate {
            Fate::Account(place) => Some(scene.keys.account(place)),
            Fate::Idle(_) | Fate::Held(..) => None,
        };
        Columns::default()
            .label("lead_no", rows.iter().map(|row| row.number))
            .maybe_text("channel_name", rows.iter().map(channel))
            .day("created_date", rows.iter().map(|row| row.entry.day))
            .maybe_label("account_no", rows.iter().map(account))
            .maybe_text("search_word", rows.iter().map(|row| row.life.keyword.as_deref()))
            .text("status", rows.iter().map(|row| row.life.status))
            .maybe_text("lost_reason", rows.iter().map(|row| row.life.lost))
    })?;
    let mut events =
        TableWriter::create(&out.join("lead_event/events.parquet"), layout, |rows: &[EventRow]| {
            let events = || rows.iter().map(|row| row.event);
            let pool = |event: Event| event.pool.map(|index| format!("{}公海", AREAS[usize::from(index)]));
            Columns::default()
                .label("lead_no", rows.iter().map(|row| row.number))
                .day("event_date", events().map(|event| event.day))
                .text("event_type", events().map(|event| event.what.word()))
                .maybe_text(
                    "channel_name",
                    events().map(|event| event.channel.map(|index| Channel::of(index).name)),
                )
                .maybe_label("rep_no", events().map(|event| event.rep.map(rep_key)))
                .maybe_text("pool_name", events().map(pool))
        })?;
    each_lead(scene, |number, entry, mut life| {
        events.extend(life.events.drain(..).map(|event| EventRow { number, event }))?;
        leads.extend([Row { number, entry, life }])
    })?;
    leads.finish()?;
    events.finish()
}

/// The contacts with leads before they were accounts, month by month.
pub(super) fn each_touch<E>(
    scene: &Scene,
    mut take: impl FnMut(LeadNumber, u32, LeadTouch) -> Result<(), E>,
) -> Result<(), E> {
    each_lead(scene, |number, _, life| {
        for (nth, touch) in (1..).zip(life.touches) {
            take(number, nth, touch)?;
        }
        Ok(())
    })
}
