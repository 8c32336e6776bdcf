//! What the company publishes and who reads it, day by day; and the community of its customers.
//!
//! Both are of one size, however many customers there are. In the last month fewer readers pass on what they read, so that fewer
//! come, and more followers leave than come in its second half; members invite fewer members in the last two months.

use std::path::Path;

use super::SampleError;
use super::calendar::Month;
use super::channels::Channel;
use super::draw::{Draw, Stream, real, whole};
use super::files::{Columns, Layout, TableWriter};
use super::scene::Scene;

/// Months that are told.
const MONTHS: usize = 14;
/// Days on which a piece is read.
const READ: i32 = 8;

/// Where readers come from, with their share in percent.
pub(super) const SOURCES: [(&str, f64); 4] =
    [("订阅推送", 38.0), ("推荐", 24.0), ("搜索", 12.0), ("转发", 26.0)];
const FORWARDED: usize = 3;
/// By which channel pieces come out, and on which days of the week.
const SERIES: [(u8, &[i32]); 2] = [(4, &[1]), (0, &[3, 5])];

/// One row of `content_day`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) channel: u8,
    published_on: i32,
    pub(super) day: i32,
    pub(super) source: usize,
    pub(super) views: i32,
    shares: i32,
    likes: i32,
    comments: i32,
    pub(super) followers: i32,
}

/// The first day of the last month that is told, in which readers fall away.
pub(super) fn fall_from(scene: &Scene) -> i32 {
    scene.calendar.months.last().map_or(i32::MAX, |month| month.first)
}

/// The readings of a month, by day; pieces of the month before are still read in it.
pub(super) fn readings(scene: &Scene, month: &Month) -> Vec<Reading> {
    let days = i32::try_from(month.weights.len()).unwrap_or(31);
    let until = (month.first + days - 1).min(scene.last_day());
    let mut rows = Vec::new();
    for published_on in month.first - READ + 1..=until {
        for (channel, weekdays) in SERIES {
            // Thursday was the first day of 1970; Monday is 0 here.
            if published_on < scene.calendar.first_day
                || !weekdays.contains(&(published_on + 3).rem_euclid(7))
            {
                continue;
            }
            let id = u32::try_from(published_on).unwrap_or(0);
            let mut draw = scene.source.stream(Stream::Content, id, u32::from(channel));
            let piece = piece(&mut draw, scene, channel, published_on);
            rows.extend(piece.into_iter().filter(|row| (month.first..=until).contains(&row.day)));
        }
    }
    rows.sort_by_key(|row| (row.day, row.channel, row.published_on, row.source));
    rows
}

fn piece(draw: &mut Draw, scene: &Scene, channel: u8, published_on: i32) -> Vec<Reading> {
    let fall = fall_from(scene);
    let age = real(i64::from(published_on - scene.calendar.first_day)) / 365.0;
    let appeal = draw.spread(0.7, 1.4) * (1.0 + 0.18 * age);
    let usual = if channel == 4 { 1_500.0 } else { 620.0 } * appeal;
    let mut rows = Vec::new();
    let mut left = 0.46;
    for day in published_on..published_on + READ {
        for (source, (_, share)) in SOURCES.iter().enumerate() {
            let lost = if source == FORWARDED && day >= fall { 0.25 } else { 1.0 };
            // Who does not see it passed on does not go on to search for it either.
            let lost = if day >= fall && source != FORWARDED { 0.88 } else { lost };
            let views = whole(usual * left * share / 100.0 * lost * draw.spread(0.85, 1.15));
            let part = |percent: f64| i32::try_from(whole(real(views) * percent / 100.0)).unwrap_or(0);
            let is_late = day >= fall + 15;
            let come = if is_late { draw.spread(-1.1, 0.2) } else { draw.spread(0.1, 1.3) };
            let (passed_on, liked, said) =
                (draw.spread(2.0, 5.0), draw.spread(2.0, 6.0), draw.spread(0.1, 0.9));
            let passed_on = if day >= fall { passed_on * 0.3 } else { passed_on };
            if views > 0 {
                rows.push(Reading {
                    channel,
                    published_on,
                    day,
                    source,
                    views: i32::try_from(views).unwrap_or(0),
                    shares: part(passed_on),
                    likes: part(liked),
                    comments: part(said),
                    followers: part(come),
                });
            }
        }
        left *= 0.55;
    }
    rows
}

/// The months that are told.
pub(super) fn told<'a>(scene: &Scene<'a>) -> &'a [Month] {
    let months = &scene.calendar.months;
    &months[months.len().saturating_sub(MONTHS)..]
}

/// `content_day`, month by month.
pub(super) fn write_content(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[2], numbers: &[], deltas: &[] };
    let path = out.join("content_day/readings.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Reading]| {
        let number = |row: &Reading| {
            let day = super::calendar::civil(row.published_on);
            let (letter, day) =
                (if row.channel == 4 { 'G' } else { 'Z' }, day.strftime("%y%m%d").to_string());
            std::fmt::from_fn(move |f| write!(f, "{letter}{day}"))
        };
        Columns::default()
            .text("channel_name", rows.iter().map(|row| Channel::of(row.channel).name))
            .label("content_no", rows.iter().map(number))
            .day("stat_date", rows.iter().map(|row| row.day))
            .text("source", rows.iter().map(|row| SOURCES[row.source].0))
            .integer("views", rows.iter().map(|row| row.views))
            .integer("shares", rows.iter().map(|row| row.shares))
            .integer("likes", rows.iter().map(|row| row.likes))
            .integer("comments", rows.iter().map(|row| row.comments))
            .integer("net_followers", rows.iter().map(|row| row.followers))
    })?;
    for month in told(scene) {
        writer.extend(readings(scene, month))?;
    }
    writer.finish()
}

/// One row of `community_day`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gathering {
    pub(super) day: i32,
    pub(super) members: i32,
    active: i32,
    pub(super) invited: i32,
    events: i32,
}

/// The community from the first month that is told on, by day.
pub(super) fn gatherings(scene: &Scene) -> Vec<Gathering> {
    let mut members = 640;
    let mut rows = Vec::new();
    let months = told(scene);
    for (nth, month) in months.iter().enumerate() {
        let mut draw = scene.source.stream(Stream::Community, 0, month.index);
        let is_late = nth + 2 >= months.len();
        for (day, weight) in (month.first..=scene.last_day()).zip(&month.weights) {
            let busy = f64::from(*weight) / 100.0;
            let is_event = (day + 3).rem_euclid(7) == 3 && draw.chance(0.7);
            let invited = draw.count(if is_late { 0.5 } else { 1.6 } * busy).cast_signed();
            let others = draw.count(0.5 * busy).cast_signed();
            let left = draw.count(0.35).cast_signed();
            members += invited + others - left;
            let share = draw.spread(0.15, 0.21) * (0.5 + 0.5 * busy) + if is_event { 0.09 } else { 0.0 };
            let active = i32::try_from(whole(f64::from(members) * share)).unwrap_or(0);
            rows.push(Gathering { day, members, active, invited, events: i32::from(is_event) });
        }
    }
    rows
}

/// `community_day`.
pub(super) fn write_community(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &[], deltas: &[] };
    super::files::write_table(&out.join("community_day.parquet"), layout, &gatherings(scene), |rows| {
        Columns::default()
            .day("stat_date", rows.iter().map(|row| row.day))
            .integer("members", rows.iter().map(|row| row.members))
            .integer("active_members", rows.iter().map(|row| row.active))
            .integer("invited", rows.iter().map(|row| row.invited))
            .integer("events", rows.iter().map(|row| row.events))
    })
}
