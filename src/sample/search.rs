//! Search words: how many came by each on a day, and how many of them left their number.
//!
//! A few short words bring most visits, many long ones bring few and more of those stay.

use std::path::Path;

use super::SampleError;
use super::calendar::Month;
use super::draw::{Draw, Stream};
use super::files::{Columns, Layout, TableWriter};
use super::scene::Scene;

/// Months with visits.
const MONTHS: usize = 14;

const HEADS: [&str; 8] =
    ["收银系统", "点餐系统", "会员系统", "扫码点餐", "餐饮软件", "进销存", "小程序商城", "收银机"];
/// The company's own name.
const BRANDS: [&str; 2] = ["青禾云", "青禾云 收银"];
const TRADES: [&str; 8] =
    ["奶茶店", "火锅店", "烘焙店", "便利店", "生鲜超市", "服装店", "学校食堂", "连锁快餐"];
const THINGS: [&str; 5] = ["收银系统", "点餐系统", "会员系统", "进销存", "小程序"];
const ASKED: [&str; 3] = ["多少钱", "哪个好", "怎么选"];
/// How many words there are of trade, thing and question.
const N_TAILS: u32 = 120;

/// What people type.
#[derive(Debug, Clone, Copy)]
enum Word {
    Head(usize),
    Brand(usize),
    Tail(u32),
}

impl Word {
    fn text(self) -> String {
        match self {
            Self::Head(index) => HEADS[index].to_owned(),
            Self::Brand(index) => BRANDS[index].to_owned(),
            Self::Tail(index) => {
                let index = index as usize;
                let (trade, thing) = (TRADES[index % 8], THINGS[index / 8 % 5]);
                format!("{trade} {thing} {}", ASKED[index / 40 % 3])
            }
        }
    }
}

/// The word by which a lead came; those who buy more often typed a long one. Not known of some.
pub(super) fn keyword(draw: &mut Draw, pays: bool) -> Option<String> {
    let weights = if pays { [30, 12, 58] } else { [55, 10, 35] };
    let kind = draw.weighted(&weights);
    let (head, brand, tail) = (draw.index(HEADS.len()), draw.index(BRANDS.len()), draw.below(N_TAILS));
    let word = [Word::Head(head), Word::Brand(brand), Word::Tail(tail)][kind];
    draw.chance(0.9).then(|| word.text())
}

/// What kind of words people type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Head,
    Brand,
    Tail,
}

/// One row of `search_visit`.
struct Visit {
    word: Word,
    day: i32,
    visits: i32,
    converted: i32,
}

fn visits_of(scene: &Scene, month: &Month, word: Word, into: &mut Vec<Visit>) {
    let (step, usual, rate) = match word {
        Word::Head(index) => (index, 34.0 - 3.0 * f64::from(u32::try_from(index).unwrap_or(0)), 0.009),
        Word::Brand(index) => (100 + index, if index == 0 { 12.0 } else { 3.0 }, 0.06),
        Word::Tail(index) => (200 + index as usize, 0.16, 0.047),
    };
    let mut draw = scene.source.stream(Stream::Search, u32::try_from(step).unwrap_or(0), month.index);
    // A long word is asked for in some months and not in others.
    let mood = if matches!(word, Word::Tail(_)) { draw.spread(0.0, 2.0) } else { draw.spread(0.85, 1.15) };
    for (day, weight) in (month.first..=scene.last_day()).zip(&month.weights) {
        let mean = usual * mood * (0.5 + f64::from(*weight) / 200.0);
        let visits = match word {
            Word::Tail(_) => draw.count(mean.min(7.0)).cast_signed(),
            _ => i32::try_from(super::draw::whole(mean * draw.spread(0.7, 1.3))).unwrap_or(0),
        };
        if visits == 0 {
            continue;
        }
        let converted = (0..visits).filter(|_| draw.chance(rate)).count();
        into.push(Visit { word, day, visits, converted: i32::try_from(converted).unwrap_or(0) });
    }
}

fn visits_of_month(scene: &Scene, month: &Month) -> Vec<Visit> {
    let mut rows = Vec::new();
    let words = (0..HEADS.len()).map(Word::Head).chain((0..BRANDS.len()).map(Word::Brand));
    for word in words.chain((0..N_TAILS).map(Word::Tail)) {
        visits_of(scene, month, word, &mut rows);
    }
    rows.sort_by_key(|row| row.day);
    rows
}

/// Kind of words, visits, and visitors who left their number, of a month.
pub(super) fn visits_of_all(scene: &Scene, month: &Month) -> Vec<(Kind, i32, i32)> {
    let kind = |row: &Visit| match row.word {
        Word::Head(_) => Kind::Head,
        Word::Brand(_) => Kind::Brand,
        Word::Tail(_) => Kind::Tail,
    };
    visits_of_month(scene, month).iter().map(|row| (kind(row), row.visits, row.converted)).collect()
}

/// `search_visit`, month by month; the company is of one size on the net, however many customers it has.
pub(super) fn write_search(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let months = &scene.calendar.months;
    let layout = Layout { sorted_by: &[1], numbers: &[], deltas: &[] };
    let path = out.join("search_visit/visits.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Visit]| {
        Columns::default()
            .text("search_word", rows.iter().map(|row| row.word.text()))
            .day("visit_date", rows.iter().map(|row| row.day))
            .integer("visits", rows.iter().map(|row| row.visits))
            .integer("conversions", rows.iter().map(|row| row.converted))
    })?;
    for month in &months[months.len().saturating_sub(MONTHS)..] {
        writer.extend(visits_of_month(scene, month))?;
    }
    writer.finish()
}
