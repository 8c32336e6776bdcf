//! Short tables that people keep by hand: opt-outs, the named list, estimates of what customers spend elsewhere, and
//! answers to surveys.

use std::path::Path;

use super::SampleError;
use super::draw::Stream;
use super::files::{Columns, Layout, TableWriter, write_table};
use super::names::OrgType;
use super::people::people_of;
use super::roles::Part;
use super::scene::Scene;
use super::standing::{Segment, Tier};
use super::tables::{SORTED_BY_KEY, rep_key};

/// The day on which the nth of those who want no contact said so.
pub(super) fn opted_out_on(scene: &Scene, nth: usize) -> i32 {
    scene.last_day() - 30 - 10 * i32::try_from(nth).unwrap_or(0)
}

/// `contact_block`.
pub(super) fn write_opt_outs(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let rows: Vec<(u32, i32)> = scene
        .plan
        .opted_out
        .iter()
        .enumerate()
        .map(|(nth, &place)| (place, opted_out_on(scene, nth)))
        .collect();
    write_table(&out.join("contact_block.parquet"), SORTED_BY_KEY, &rows, |rows| {
        Columns::default()
            .label("account_no", rows.iter().map(|(place, _)| scene.keys.account(*place)))
            .day("since_date", rows.iter().map(|(_, day)| *day))
    })
}

/// One line of the named list.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) system: &'static str,
    pub(super) name: String,
    pub(super) account: Option<u32>,
    pub(super) rep: Option<u32>,
    pub(super) due_on: Option<i32>,
}

/// The name of the list of organisations that are to be won.
pub(super) const LIST: &str = "九大系统名单";

/// Its systems, with what a target of each is called.
const SYSTEMS: [(&str, OrgType, &str); 9] = [
    ("教育", OrgType::School, "教育局"),
    ("卫健", OrgType::Hospital, "卫生健康委"),
    ("交通", OrgType::Transport, "交通运输局"),
    ("公安", OrgType::Police, "公安局"),
    ("政务", OrgType::Government, "政务服务中心"),
    ("公用事业", OrgType::Utility, "水务集团"),
    ("税务", OrgType::Other, "税务局"),
    ("军队", OrgType::Military, "军人服务社"),
    ("市场监管", OrgType::Enterprise, "市场监督管理局"),
];

/// The lines of the list: customers first, then those still to be won. In each system one to four are customers,
/// where there are any; five blank ones are overdue, one is there twice and one has no owner.
pub(super) fn targets(scene: &Scene) -> Vec<Target> {
    let mut rows = Vec::new();
    if scene.plan.opted_out.is_empty() {
        return rows;
    }
    let mut draw = scene.source.stream(Stream::Notes, 0, 1);
    let n_overdue = 5;
    let mut n_blank = 0;
    let cities = ["上海", "北京", "深圳", "杭州", "广州", "成都", "武汉", "南京", "西安"];
    for (index, (system, org, body)) in SYSTEMS.into_iter().enumerate() {
        let is_member = |place: &u32| {
            let account = scene.account(*place);
            account.org == org
                && org != OrgType::Enterprise
                && org != OrgType::Other
                && account.part == Part::Ordinary
                && scene.standing(*place).rank.is_some()
        };
        for place in scene.places().filter(is_member).take(2 + index % 3) {
            let account = scene.account(place);
            let rep = Some(account.rep.unwrap_or_else(|| draw.below(3)));
            let due_on = Some(scene.last_day() + draw.between(-200, 200));
            rows.push(Target { system, name: account.name.clone(), account: Some(place), rep, due_on });
        }
        for city in &cities[..4 + index % 2] {
            let rep = Some(draw.below(scene.reps.operators.start.max(1)));
            let days = if n_blank % 8 == 2 && n_blank < n_overdue * 8 {
                -draw.between(10, 90)
            } else {
                draw.between(20, 200)
            };
            let due_on = Some(scene.last_day() + days);
            rows.push(Target { system, name: format!("{city}市{body}"), account: None, rep, due_on });
            n_blank += 1;
        }
    }
    if let Some(twice) =
        rows.iter().rev().find(|row| row.account.is_none() && row.due_on > Some(scene.last_day())).cloned()
    {
        let rep = Some(0);
        rows.push(Target { rep, due_on: twice.due_on.map(|day| day + 15), ..twice });
    }
    if let Some(row) = rows.iter_mut().rev().skip(3).find(|row| row.account.is_none()) {
        row.rep = None;
    }
    rows
}

/// `target_list`.
pub(super) fn write_targets(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let rows: Vec<(usize, Target)> = (1..).zip(targets(scene)).collect();
    write_table(&out.join("target_list.parquet"), SORTED_BY_KEY, &rows, |rows| {
        let targets = || rows.iter().map(|(_, row)| row);
        Columns::default()
            .label(
                "target_no",
                rows.iter().map(|(number, _)| std::fmt::from_fn(move |f| write!(f, "L{number:04}"))),
            )
            .text("list_name", targets().map(|_| LIST))
            .text("system_name", targets().map(|row| row.system))
            .text("target_name", targets().map(|row| row.name.as_str()))
            .maybe_label(
                "account_no",
                targets().map(|row| row.account.map(|place| scene.keys.account(place))),
            )
            .maybe_label("rep_no", targets().map(|row| row.rep.map(rep_key)))
            .maybe_day("due_date", targets().map(|row| row.due_on))
    })
}

/// What a customer spends with all suppliers in a year, in cents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub(super) account: u32,
    pub(super) on: i32,
    pub(super) source: &'static str,
    pub(super) amount: i64,
}

/// Estimates for the key accounts: five are older than a year, one account has two, one estimate is below our sales.
pub(super) fn estimates(scene: &Scene) -> Vec<Estimate> {
    let mut rows = Vec::new();
    if scene.plan.opted_out.is_empty() {
        return rows;
    }
    let is_key = |place: &u32| {
        let standing = scene.standing(*place);
        standing.rank.is_some() && standing.tier == Tier::Key && scene.account(*place).part == Part::Ordinary
    };
    for (nth, place) in scene.places().filter(is_key).take(40).enumerate() {
        let mut draw = scene.source.stream(Stream::Notes, scene.account(place).id, 2);
        let source = draw.pick(&["客户访谈", "行业报告", "招标公告"]);
        let percent = if nth == 11 { 70 } else { i64::from(draw.between(115, 420)) };
        // Whole thousands of yuan: nobody knows better.
        let amount = scene.standing(place).revenue * percent / 100 / 100_000 * 100_000;
        let age = match nth {
            4 | 9 | 14 | 19 | 24 => draw.between(400, 600),
            6 => draw.between(10, 100),
            _ => draw.between(10, 300),
        };
        let on = scene.last_day() - age;
        if nth == 6 {
            rows.push(Estimate { account: place, on: on - 150, source, amount: amount * 2 });
        }
        rows.push(Estimate { account: place, on, source, amount });
    }
    rows
}

/// `wallet_estimate`.
pub(super) fn write_wallet(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    write_table(&out.join("wallet_estimate.parquet"), SORTED_BY_KEY, &estimates(scene), |rows| {
        Columns::default()
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .day("estimate_date", rows.iter().map(|row| row.on))
            .text("source", rows.iter().map(|row| row.source))
            .money("estimated_spend", rows.iter().map(|row| row.amount))
    })
}

/// One row of `survey_answer`.
struct Answer {
    account: u32,
    number: u32,
    person: Option<u8>,
    on: i32,
    kind: &'static str,
    score: i32,
}

/// `survey_answer`, account by account: about a third of the customers answer in a year.
pub(super) fn write_surveys(out: &Path, scene: &Scene) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &["answer_no", "person_no"], deltas: &[] };
    let path = out.join("survey_answer/answers.parquet");
    let mut writer = TableWriter::create(&path, layout, |rows: &[Answer]| {
        let person = |row: &Answer| row.person.map(|number| scene.keys.person(row.account, number));
        Columns::default()
            .label("answer_no", rows.iter().map(|row| scene.keys.part('V', row.account, row.number)))
            .label("account_no", rows.iter().map(|row| scene.keys.account(row.account)))
            .maybe_label("person_no", rows.iter().map(person))
            .day("answered_date", rows.iter().map(|row| row.on))
            .text("survey_type", rows.iter().map(|row| row.kind))
            .integer("score", rows.iter().map(|row| row.score))
    })?;
    for place in scene.places() {
        writer.extend(answers_of(scene, place))?;
    }
    writer.finish()
}

fn answers_of(scene: &Scene, place: u32) -> Vec<Answer> {
    let standing = scene.standing(place);
    let Some(first_on) = standing.first_on.filter(|_| scene.account(place).part != Part::Internal) else {
        return Vec::new();
    };
    let mut draw = scene.source.stream(Stream::Notes, scene.account(place).id, 3);
    let people = people_of(scene, place);
    let is_brand = standing.segment == Segment::Head || standing.tier <= Tier::Important;
    let mut rows = Vec::new();
    let mood = draw.bell();
    for round in 0..5 {
        let on = scene.last_day() - 15 - round * 90 - draw.between(0, 40);
        if on <= first_on || !draw.chance(0.22) {
            continue;
        }
        let person = (!people.is_empty()).then(|| people[draw.index(people.len())].number);
        let mut push = |kind: &'static str, score: f64, low: i64, high: i64| {
            let number = u32::try_from(rows.len() + 1).expect("an account gives a handful of answers");
            let score = i32::try_from(whole_between(score, low, high)).expect("scores are small");
            rows.push(Answer { account: place, number, person, on, kind, score });
        };
        push("满意度", 3.9 + 0.7 * mood + 0.4 * draw.bell(), 1, 5);
        push("净推荐值", 7.2 + 1.6 * mood + draw.bell(), 0, 10);
        if is_brand {
            push("品牌认知", 62.0 + 14.0 * mood + 6.0 * draw.bell(), 0, 100);
        }
    }
    rows
}

fn whole_between(value: f64, low: i64, high: i64) -> i64 {
    super::draw::whole(value).clamp(low, high)
}
