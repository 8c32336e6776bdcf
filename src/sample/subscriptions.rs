//! Subscriptions by month: what each customer pays for which product line, until when, and why it gave up.
//!
//! Whoever buys every month subscribes, and some of the others. A subscription lasts as long as the product is used. In the
//! quarter before the last month the price rose in one region: some who had stopped ordering gave up there.

use std::path::Path;

use super::SampleError;
use super::draw::{Draw, Stream, whole};
use super::files::{Columns, Layout, TableWriter};
use super::plan::{Contact, Load};
use super::roles::Part;
use super::scene::Scene;
use super::standing::Tier;

/// Product lines that are paid for by month.
const LINES: [&str; 6] = ["门店收银", "点餐", "会员营销", "线上商城", "供应链", "数据服务"];

/// Where the price rose, and what people say of it.
pub(super) const WAVE_AREA: &str = "华东";
pub(super) const WAVE_REASON: &str = "涨价";
/// Months before the last one in which it did, the latest first.
const WAVE_MONTHS: std::ops::RangeInclusive<u32> = 1..=3;
/// At most so many give up beside those who would have left anyway.
const N_WAVE: usize = 14;

/// Days before the end over which a leaving customer uses the product less and less.
const DECLINE: i32 = 120;

/// One row of `subscription_month`; the fee in cents a month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    account: u32,
    pub(super) month: u32,
    line: usize,
    pub(super) fee: i64,
    is_yearly: bool,
    pub(super) cancelled_on: Option<i32>,
    pub(super) reason: Option<&'static str>,
}

/// A month in which a customer paid a good deal less than before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Episode {
    pub(super) month: u32,
    /// The day on which somebody did something about it, and what.
    pub(super) help: Option<(i32, &'static str)>,
    /// Left within the three months from then on.
    pub(super) leaves: bool,
}

/// A customer's subscriptions.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) rows: Vec<Row>,
    pub(super) episodes: Vec<Episode>,
}

/// Who is planted: the last month that each pays for, by place.
pub(super) fn cast_wave(scene: &Scene) -> Vec<(u32, u32)> {
    let n = scene.calendar.n_months();
    if scene.plan.opted_out.is_empty() || n < 13 {
        return Vec::new();
    }
    let months = &scene.calendar.months;
    let plan = scene.plan;
    let planned = [&plan.misrouted, &plan.unrouted, &plan.untold, &plan.expanding, &plan.opted_out];
    let fits = |place: u32| {
        let (account, standing, care) = (scene.account(place), scene.standing(place), scene.care(place));
        let stay = &scene.stays.rows[place as usize];
        let is_plain = account.part == Part::Ordinary
            && care.contact == Contact::Regular
            && care.load == Load::Usual
            && care.band.is_none()
            && !care.by_hand
            && standing.tier >= Tier::General
            && !planned.iter().any(|places| places.contains(&place));
        let is_here = stay.spans.last().is_some_and(|&(start, end)| end == n && start + 10 < n);
        if !is_plain || !is_here || stay.is_monthly || account.city.area != WAVE_AREA {
            return None;
        }
        let (first_on, last_on) = (standing.first_on?, standing.last_on?);
        if first_on > scene.last_day() - 300 {
            return None;
        }
        // It orders nothing any more from the month on in which it gives up.
        let mut wave = WAVE_MONTHS.rev().map(|back| n - 1 - back);
        let all: Vec<u32> = wave.by_ref().filter(|&month| last_on < months[month as usize].first).collect();
        let month = *all.get(place as usize % all.len().max(1))?;
        Some((place, month))
    };
    scene.places().filter_map(fits).take(N_WAVE).collect()
}

/// The month from which on an account does not use the product any more, for the use that a month belongs to; none
/// when it still does.
pub(super) fn end_of(scene: &Scene, place: u32, month: u32) -> Option<u32> {
    let spans = &scene.stays.rows[place as usize].spans;
    let (start, end) = *spans.iter().find(|(start, end)| (*start..*end).contains(&month))?;
    let is_last = spans.last().is_some_and(|span| span.0 == start);
    match wave_month(scene, place).filter(|_| is_last) {
        Some(last) => Some(last + 1),
        None => (end < scene.calendar.n_months()).then_some(end),
    }
}

/// The last month that an account pays for, if it gives up because the price rose.
fn wave_month(scene: &Scene, place: u32) -> Option<u32> {
    let at = scene.wave.binary_search_by_key(&place, |(place, _)| *place).ok()?;
    Some(scene.wave[at].1)
}

/// The part of its usual use that is left on a day, when it ends with a month.
pub(super) fn left_over(scene: &Scene, end: u32, day: i32) -> f64 {
    let last = scene.calendar.months[end as usize].first - 10;
    let days = (last - day).clamp(0, DECLINE);
    0.25 + 0.75 * f64::from(days) / f64::from(DECLINE)
}

fn is_subscriber(scene: &Scene, place: u32, draw: &mut Draw) -> bool {
    let some = draw.chance(0.4);
    let is_wave = wave_month(scene, place).is_some();
    let account = scene.account(place);
    let buys = scene.standing(place).first_on.is_some() && account.part != Part::Internal;
    buys && (scene.stays.rows[place as usize].is_monthly || some || is_wave)
}

/// The subscriptions of an account, by month.
pub(super) fn course_of(scene: &Scene, place: u32) -> Course {
    let mut draw = scene.draw(Stream::Subscriptions, place);
    let mut course = Course::default();
    if !is_subscriber(scene, place, &mut draw) {
        return course;
    }
    let is_yearly = draw.chance(0.25);
    for &(start, end) in &scene.stays.rows[place as usize].spans {
        let end = end_of(scene, place, start).unwrap_or(end);
        let is_over = end < scene.calendar.n_months();
        let mut lines = first_lines(&mut draw, scene.account(place).scale);
        // Who leaves has often given up a part before.
        let falls = (is_over && end >= start + 6 && draw.chance(0.7)).then(|| end - 2);
        let mut quiet = start + 3;
        for month in start..end {
            if Some(month) == falls || (month > quiet && draw.chance(0.016) && falls.is_none()) {
                fall(&mut draw, scene, month, end, &mut lines, &mut course);
                quiet = month + 4;
            } else if month > quiet {
                drift(&mut draw, &mut lines);
            }
            course.rows.extend(lines.iter().map(|&(line, fee)| Row {
                account: place,
                month,
                line,
                fee,
                is_yearly,
                cancelled_on: None,
                reason: None,
            }));
        }
        if is_over {
            let reason = reason(&mut draw, scene, place, end - 1);
            let days = scene.calendar.months[end as usize - 1].weights.len();
            let last = i32::try_from(days).unwrap_or(28) - 1;
            let day = scene.calendar.months[end as usize - 1].first + draw.between(4, last);
            for row in course.rows.iter_mut().filter(|row| row.month == end - 1) {
                (row.cancelled_on, row.reason) = (Some(day), reason);
            }
        }
    }
    course
}

/// Whole yuan: about half of what the customer spends, over one to three lines.
fn first_lines(draw: &mut Draw, scale: i64) -> Vec<(usize, i64)> {
    let total = whole(super::accounts::monthly(scale) * draw.spread(0.4, 0.6));
    let n = if total < 20_000 { 1 } else { 1 + draw.index(3) };
    let first = draw.index(2);
    let shares: &[i64] = [&[100][..], &[62, 38], &[52, 30, 18]][n - 1];
    let line = |(nth, share): (usize, &i64)| {
        let fee = (total * share / 100).max(3_900) / 100 * 100;
        ((first + nth * 2) % LINES.len(), fee)
    };
    shares.iter().enumerate().map(line).collect()
}

fn scaled(fee: i64, percent: i32) -> i64 {
    (fee * i64::from(percent) / 100).max(1_900) / 100 * 100
}

/// Small changes up and down, seats and shops that come and go.
fn drift(draw: &mut Draw, lines: &mut Vec<(usize, i64)>) {
    let lot = draw.unit();
    let at = draw.index(lines.len());
    let fee = &mut lines[at].1;
    if lot < 0.035 {
        *fee = scaled(*fee, draw.between(110, 135));
    } else if lot < 0.05 {
        *fee = scaled(*fee, draw.between(92, 96));
    } else if lot < 0.058 && lines.len() < 3 {
        let taken: Vec<usize> = lines.iter().map(|(line, _)| *line).collect();
        let fee = scaled(lines[0].1, 40);
        lines.extend((0..LINES.len()).find(|line| !taken.contains(line)).map(|line| (line, fee)));
    }
}

/// A good deal less than before: a line is cancelled, or all fees fall.
fn fall(
    draw: &mut Draw,
    scene: &Scene,
    month: u32,
    end: u32,
    lines: &mut Vec<(usize, i64)>,
    course: &mut Course,
) {
    let (cancels, percent) = (draw.chance(0.4), draw.between(60, 82));
    let first = scene.calendar.months[month as usize].first;
    let reason = draw.pick(&["用不上", "预算", "竞品"]);
    let day = first - draw.between(2, 25);
    let total: i64 = lines.iter().map(|(_, fee)| fee).sum();
    let is_cancelled =
        cancels && lines.len() > 1 && lines.last().is_some_and(|line| line.1 * 100 >= total * 15);
    if is_cancelled {
        let gone = lines.pop().map(|(line, _)| line);
        let of_before = course.rows.iter_mut().rev().take_while(|row| row.month + 1 >= month);
        for row in of_before.filter(|row| row.month + 1 == month && Some(row.line) == gone) {
            (row.cancelled_on, row.reason) = (Some(day), Some(reason));
        }
    } else {
        for (_, fee) in lines.iter_mut() {
            *fee = scaled(*fee, percent);
        }
    }
    let left: i64 = lines.iter().map(|(_, fee)| fee).sum();
    if (total - left) * 10 < total {
        return;
    }
    let leaves = end <= month + 3 && end < scene.calendar.n_months();
    let is_helped = draw.chance(if leaves { 0.15 } else { 0.5 });
    let kind = draw.pick(&["上门回访", "续费优惠", "使用培训", "方案调整"]);
    let help = first + draw.between(1, 12);
    let help = (is_helped && help <= scene.last_day()).then_some((help, kind));
    course.episodes.push(Episode { month, help, leaves });
}

/// Why a customer gave up in a month; some do not say.
fn reason(draw: &mut Draw, scene: &Scene, place: u32, month: u32) -> Option<&'static str> {
    let all = [WAVE_REASON, "竞品", "关店", "用不上", "服务", "预算"];
    let usual = all[draw.weighted(&[3, 25, 30, 24, 10, 8])];
    let (is_told, is_price) = (draw.chance(0.93), draw.chance(0.75));
    if wave_month(scene, place).is_some() || (is_of_wave(scene, place, month) && is_price) {
        return Some(WAVE_REASON);
    }
    is_told.then_some(usual)
}

/// Whether the price rose there and then.
pub(super) fn is_of_wave(scene: &Scene, place: u32, month: u32) -> bool {
    let back = scene.calendar.n_months() - 1 - month;
    !scene.wave.is_empty() && WAVE_MONTHS.contains(&back) && scene.account(place).city.area == WAVE_AREA
}

/// `subscription_month`, account by account.
pub(super) fn write_subscriptions(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &[], deltas: &[] };
    let path = out.join("subscription_month/subscriptions.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Row]| {
        let fee = |row: &Row| if row.is_yearly { row.fee * 12 } else { row.fee };
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("bill_month", rows.iter().map(|row| scene.calendar.months[row.month as usize].first))
            .text("product_line", rows.iter().map(|row| LINES[row.line]))
            .text("plan_cycle", rows.iter().map(|row| if row.is_yearly { "年付" } else { "月付" }))
            .money("plan_fee", rows.iter().map(fee))
            .maybe_day("cancel_date", rows.iter().map(|row| row.cancelled_on))
            .maybe_text("cancel_reason", rows.iter().map(|row| row.reason))
    })?;
    for place in scene.places() {
        writer.extend(course_of(scene, place).rows)?;
    }
    writer.finish()
}

/// One row of `retention_action`.
struct Action {
    account: u32,
    day: i32,
    kind: &'static str,
    rep: Option<u32>,
}

/// `retention_action`: what was done for customers who paid less, account by account.
pub(super) fn write_actions(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &[], deltas: &[] };
    let path = out.join("retention_action/actions.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Action]| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("start_date", rows.iter().map(|row| row.day))
            .text("action_type", rows.iter().map(|row| row.kind))
            .maybe_label("rep_no", rows.iter().map(|row| row.rep.map(super::tables::rep_key)))
    })?;
    for place in scene.places() {
        let rep = scene.account(place).rep;
        let episodes = course_of(scene, place).episodes;
        let helped = episodes.into_iter().filter_map(|episode| episode.help);
        writer.extend(helped.map(|(day, kind)| Action { account: place, day, kind, rep }))?;
    }
    writer.finish()
}
