//! Where leads come from, and what each source costs by month.
//!
//! What a channel costs follows the customers it brings, so that each has a price of its own per customer; but for the
//! one that is planted to be dropped, and for two that are too young to be judged.

use std::path::Path;

use super::SampleError;
use super::draw::{Stream, real, whole};
use super::files::{Columns, Layout, TableWriter, write_table};
use super::scene::Scene;
use super::tables::SORTED_BY_KEY;

/// One channel.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) name: &'static str,
    line: Line,
    mode: &'static str,
    /// Whether the company goes out to the lead; not known of some.
    is_active: Option<bool>,
    /// How many customers come by it beside others: large ones, those in the middle, small ones.
    pub(super) share: [i64; 3],
    /// How many leads that stay leads come by it beside others.
    pub(super) idle: u32,
    /// What a customer costs, in yuan, salaries included.
    price: i64,
    /// Of that, the part that is not salaries, in percent.
    spend: i64,
}

/// Whether a lead comes over the net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Online,
    Offline,
}

const fn channel(
    name: &'static str,
    (line, mode, is_active): (Line, &'static str, Option<bool>),
    share: [i64; 3],
    idle: u32,
    (price, spend): (i64, i64),
) -> Channel {
    Channel { name, line, mode, is_active, share, idle, price, spend }
}

use Line::{Offline, Online};

const ACTIVE: Option<bool> = Some(true);
const PASSIVE: Option<bool> = Some(false);

/// The channels; those that only the planted cases use have no share.
pub(super) const CHANNELS: [Channel; 19] = [
    channel("自媒体", (Online, "网销", PASSIVE), [1, 6, 10], 14, (10_400, 60)),
    channel("行业论坛", (Online, "网销", PASSIVE), [0, 3, 4], 4, (9_000, 60)),
    channel("官网", (Online, "网销", PASSIVE), [2, 8, 12], 14, (8_200, 50)),
    channel("搜索引擎", (Online, "网销", PASSIVE), [1, 9, 14], 18, (12_500, 70)),
    channel("公众号", (Online, "网销", PASSIVE), [1, 6, 10], 12, (9_400, 55)),
    channel("垂直媒体广告", (Online, "网销", PASSIVE), [1, 6, 6], 10, (14_800, 75)),
    channel("邮件", (Online, "网销", ACTIVE), [0, 4, 5], 8, (7_900, 45)),
    channel("短视频", (Online, "网销", PASSIVE), [0, 0, 0], 0, (0, 70)),
    channel("直播", (Online, "网销", PASSIVE), [0, 0, 0], 0, (0, 70)),
    channel("电话外呼", (Offline, "电销", ACTIVE), [2, 10, 8], 20, (13_200, 20)),
    channel("会销", (Offline, "会销", ACTIVE), [9, 12, 3], 16, (15_600, 60)),
    channel("行业峰会", (Offline, "会销", PASSIVE), [7, 5, 1], 6, (16_400, 70)),
    channel("展会", (Offline, "会销", PASSIVE), [4, 6, 2], 12, (15_200, 70)),
    channel("公开课", (Offline, "会销", PASSIVE), [1, 5, 4], 8, (11_200, 50)),
    channel("地推", (Offline, "直销", ACTIVE), [0, 4, 10], 10, (9_700, 25)),
    channel("线下广告", (Offline, "电销", PASSIVE), [0, 0, 0], 3, (0, 90)),
    channel("渠道伙伴", (Offline, "直销", None), [5, 5, 3], 4, (13_900, 65)),
    channel("大客户直销", (Offline, "直销", ACTIVE), [20, 11, 0], 6, (34_000, 20)),
    channel("转介绍", (Offline, "直销", PASSIVE), [0, 0, 0], 2, (4_300, 30)),
];

pub(super) const SEARCH: u8 = 3;
/// Too few leads to be judged.
pub(super) const FEW_LEADS: u8 = 7;
/// Too young to be judged.
pub(super) const YOUNG: u8 = 8;
/// Dear, and hardly anybody comes by it.
pub(super) const TO_DROP: u8 = 15;
/// Dear as well, but many large customers come by it.
pub(super) const DEAR: u8 = 17;
pub(super) const REFERRAL: u8 = 18;

impl Channel {
    pub(super) fn of(index: u8) -> &'static Self {
        &CHANNELS[usize::from(index)]
    }

    pub(super) fn is_online(&self) -> bool {
        self.line == Online
    }

    /// Whether its leads go into the public pool.
    pub(super) fn is_pooled(&self) -> bool {
        self.line == Offline && (self.mode == "会销" || self.mode == "电销" || self.name == "地推")
    }
}

/// `lead_channel`.
pub(super) fn write_channels(out: &Path) -> Result<(), SampleError> {
    write_table(&out.join("lead_channel.parquet"), SORTED_BY_KEY, &CHANNELS, |rows| {
        let traffic = |is_active: bool| if is_active { "主动" } else { "被动" };
        Columns::default()
            .text("channel_name", rows.iter().map(|row| row.name))
            .text("line", rows.iter().map(|row| if row.is_online() { "线上" } else { "线下" }))
            .text("sales_mode", rows.iter().map(|row| row.mode))
            .maybe_text("traffic", rows.iter().map(|row| row.is_active.map(traffic)))
    })
}

/// One row of `channel_cost`; money in cents.
#[derive(Debug)]
pub(super) struct Cost {
    channel: usize,
    pub(super) month: i32,
    pub(super) spend: i64,
    pub(super) salaries: i64,
}

/// Months on either side over which a channel's new customers are averaged.
const SMOOTH: usize = 5;

/// What one channel costs, by month.
pub(super) fn costs_of(scene: &Scene, channel: usize) -> Vec<Cost> {
    let months = &scene.calendar.months;
    let entry = &CHANNELS[channel];
    let is_planted = !scene.plan.opted_out.is_empty();
    let mut draw = scene.source.stream(Stream::Channels, u32::try_from(channel).unwrap_or(0), 0);
    let mut costs = Vec::new();
    for month in months {
        let at = month.index as usize;
        let around = &scene.book.wins[at.saturating_sub(SMOOTH)..(at + SMOOTH + 1).min(months.len())];
        let wins: u32 = around.iter().map(|wins| wins[channel]).sum();
        let a_month = f64::from(wins) / f64::from(u32::try_from(around.len()).unwrap_or(1));
        let left = months.len() - at;
        let cents = match u8::try_from(channel).unwrap_or(0) {
            // Eight times what others pay for a customer, whether any come or not.
            TO_DROP if is_planted => 9_600_000.0 * a_month.max(0.2),
            FEW_LEADS if is_planted && left <= FEW_MONTHS => 480_000.0,
            YOUNG if is_planted && left <= 2 => [2_600_000.0, 900_000.0][left - 1],
            _ => real(entry.price * 100) * a_month,
        };
        let cents = cents * draw.spread(0.93, 1.07);
        if cents >= 100.0 {
            // Whole yuan: these are booked by hand.
            let total = whole(cents / 100.0);
            let spend = total * entry.spend / 100;
            let (spend, salaries) = (spend * 100, (total - spend) * 100);
            costs.push(Cost { channel, month: month.first, spend, salaries });
        }
    }
    costs
}

/// The months since when there is the channel with few leads.
pub(super) const FEW_MONTHS: usize = 7;

/// `channel_cost`, channel by channel.
pub(super) fn write_channel_costs(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[], numbers: &[], deltas: &[] };
    let path = out.join("channel_cost/costs.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Cost]| {
        Columns::default()
            .text("channel_name", rows.iter().map(|row| CHANNELS[row.channel].name))
            .day("cost_month", rows.iter().map(|row| row.month))
            .money("media_amount", rows.iter().map(|row| row.spend))
            .money("salary_amount", rows.iter().map(|row| row.salaries))
    })?;
    for channel in 0..CHANNELS.len() {
        writer.extend(costs_of(scene, channel))?;
    }
    writer.finish()
}
