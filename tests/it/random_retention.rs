//! What holds for any subscriptions and any sales: movements, retention and cohorts, beside sums done here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tierbook::run::Request;

use crate::random::cents;
use crate::support::{self, Project, Row};

/// The running month is half over.
const AS_OF: Date = date(2026, 10, 15);

/// One paid month of one subscription: customer, months before the running one, cents.
type Paid = (u8, i64, i64);

/// One sale line: customer, days before the as-of date, cents.
type Sale = (u8, i64, i64);

pub(crate) fn run<T: std::fmt::Debug>(
    strategy: &impl Strategy<Value = T>,
    check: impl Fn(&T) -> Result<(), String>,
) {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner
        .run(strategy, |value| check(&value).map_err(TestCaseError::fail))
        .unwrap_or_else(|error| panic!("{error}"));
}

fn ask(subscriptions: Option<String>, sales: String, question: &str) -> Result<Vec<Row>, String> {
    let mut customers = String::from("customer_id:text,customer_name:text\n");
    for number in 0..10 {
        customers.push_str(&format!("c{number},Customer {number}\n"));
    }
    let given = [("customers".to_owned(), customers), ("sales".to_owned(), sales)];
    let given: Vec<(String, String)> =
        given.into_iter().chain(subscriptions.map(|text| ("subscriptions".to_owned(), text))).collect();
    let project = Project::shipped(&given);
    let request = Request { partitions: 1, as_of: Some(AS_OF), ..project.request() };
    support::asked(&request, question).map_err(|errors| support::told(&errors))
}

fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// Months since the year 0.
pub(crate) fn month_of(day: Date) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month()) - 1
}

pub(crate) fn name_of(month: i64) -> String {
    format!("{:04}-{:02}-01", month.div_euclid(12), month.rem_euclid(12) + 1)
}

pub(crate) fn is_near(value: &serde_json::Value, wanted: Option<f64>) -> bool {
    match (value.as_f64(), wanted) {
        (None, None) => true,
        (Some(value), Some(wanted)) => (value - wanted).abs() < 1e-12,
        _ => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "the sums are small")]
pub(crate) fn ratio(a: i64, b: i64) -> Option<f64> {
    (b != 0).then(|| a as f64 / b as f64)
}

const OF_SUBSCRIPTIONS: &str = "
SELECT 'move' AS kind, CAST(month AS VARCHAR) AS id, '' AS word, CAST(start_mrr AS VARCHAR) AS a, CAST(end_mrr AS VARCHAR) AS b,
  CAST(new AS VARCHAR) AS c, CAST(reactivation AS VARCHAR) AS d, CAST(expansion AS VARCHAR) AS e,
  CAST(contraction AS VARCHAR) AS f, CAST(churn AS VARCHAR) AS g, is_partial AS flag, CAST(NULL AS DOUBLE) AS x, CAST(NULL AS DOUBLE) AS y
FROM revenue.mrr_movements
UNION ALL
SELECT 'kept', CAST(month AS VARCHAR), basis, CAST(start_mrr AS VARCHAR), CAST(end_mrr AS VARCHAR), CAST(kept_mrr AS VARCHAR),
  NULL, NULL, NULL, NULL, is_partial, nrr, grr
FROM revenue.retention
UNION ALL
SELECT 'one', customer_id || ' ' || CAST(month AS VARCHAR), movement, CAST(start_mrr AS VARCHAR), CAST(end_mrr AS VARCHAR),
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM revenue.mrr_by_customer
";

#[test]
fn recurring_revenue_holds_for_any_subscriptions() {
    // Few amounts make months that stay the same; zero is a month not paid for.
    let cents = prop_oneof![3 => 1_i64..50_000, 2 => Just(10_000_i64), 1 => Just(0_i64)];
    run(&prop::collection::vec((0_u8..5, 0_i64..17, cents), 0..60), |paid| check_subscriptions(paid));
}

fn check_subscriptions(paid: &[Paid]) -> Result<(), String> {
    let mut csv = String::from("customer_id:text,month:date,mrr:decimal\n");
    let mut sums: BTreeMap<(u8, i64), i64> = BTreeMap::new();
    for (customer, ago, cents) in paid {
        let month = month_of(AS_OF) - ago;
        csv.push_str(&format!("c{customer},{},{}\n", name_of(month), money(*cents)));
        *sums.entry((*customer, month)).or_default() += cents;
    }
    let sales =
        String::from("order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n");
    let rows = ask(Some(csv), sales, OF_SUBSCRIPTIONS)?;
    let of = |kind: &str| -> Vec<&Row> { rows.iter().filter(|row| row["kind"] == kind).collect() };
    let months: BTreeSet<i64> = sums.keys().map(|(_, month)| *month).collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return if rows.is_empty() { Ok(()) } else { Err(format!("rows of nothing: {rows:?}")) };
    };
    let at = |customer: u8, month: i64| sums.get(&(customer, month)).copied().unwrap_or(0);
    movements(&of("move"), &of("one"), (*first, *last), &at)?;
    retention(&of("kept"), (*first, *last), &at)
}

/// The one movement of a customer in a month, and by how much.
fn movement(customer: u8, month: i64, first: i64, at: &impl Fn(u8, i64) -> i64) -> (&'static str, i64) {
    let (start, end) = (at(customer, month - 1), at(customer, month));
    let was_there = (first..month).any(|before| at(customer, before) > 0);
    match (start, end) {
        (0, 0) => ("none", 0),
        (0, end) if was_there => ("reactivation", end),
        (0, end) => ("new", end),
        (start, 0) => ("churn", start),
        (start, end) if end > start => ("expansion", end - start),
        (start, end) if end < start => ("contraction", start - end),
        _ => ("same", 0),
    }
}

/// Every customer-month has exactly one movement; the end is the start with all of them, to the cent, and the next start.
fn movements(
    rows: &[&Row],
    ones: &[&Row],
    (first, last): (i64, i64),
    at: &impl Fn(u8, i64) -> i64,
) -> Result<(), String> {
    if rows.len() != usize::try_from(last - first + 1).unwrap() {
        return Err(format!("{} months, expected {first} to {last}", rows.len()));
    }
    let mut told: BTreeMap<(String, String), i64> = BTreeMap::new();
    for one in ones {
        let id = one["id"].as_str().unwrap();
        let (customer, month) = id.split_once(' ').unwrap();
        let number: u8 = customer.trim_start_matches('c').parse().unwrap();
        let month_number = (first..=last).find(|number| name_of(*number) == month);
        let month_number = month_number.ok_or_else(|| format!("{id} is outside"))?;
        let (word, _) = movement(number, month_number, first, at);
        *told.entry((customer.to_owned(), month.to_owned())).or_default() += 1;
        if one["word"] != word
            || cents(one, "a") != at(number, month_number - 1)
            || cents(one, "b") != at(number, month_number)
        {
            return Err(format!("{one:?}, expected {word}"));
        }
    }
    if let Some((twice, _)) = told.iter().find(|(_, times)| **times != 1) {
        return Err(format!("{twice:?} moves more than once"));
    }
    for (row, month) in rows.iter().zip(first..=last) {
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for customer in 0..10 {
            let (word, amount) = movement(customer, month, first, at);
            *sums.entry(word).or_default() += amount;
        }
        let sum = |word: &str| sums.get(word).copied().unwrap_or(0);
        let whole = |month: i64| (0..10).map(|customer| at(customer, month)).sum::<i64>();
        let expected = [
            row["id"] == name_of(month).as_str(),
            cents(row, "a") == whole(month - 1),
            cents(row, "b") == whole(month),
            cents(row, "c") == sum("new"),
            cents(row, "d") == sum("reactivation"),
            cents(row, "e") == sum("expansion"),
            cents(row, "f") == sum("contraction"),
            cents(row, "g") == sum("churn"),
            cents(row, "a") + cents(row, "c") + cents(row, "d") + cents(row, "e")
                - cents(row, "f")
                - cents(row, "g")
                == cents(row, "b"),
            row["flag"] == (month == month_of(AS_OF)),
        ];
        if expected.contains(&false) {
            return Err(format!("{expected:?} in {row:?}, expected {sums:?}"));
        }
    }
    Ok(())
}

/// Of those who paid before: net is what they pay now, gross never more than before; no rate where nobody paid.
fn retention(rows: &[&Row], (first, last): (i64, i64), at: &impl Fn(u8, i64) -> i64) -> Result<(), String> {
    let expected: BTreeSet<(String, &str)> = [("month", 1), ("trailing_12", 12)]
        .iter()
        .flat_map(|(basis, span)| (first + span..=last).map(|month| (name_of(month), *basis)))
        .collect();
    let found: BTreeSet<(String, &str)> = rows
        .iter()
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row["word"].as_str().unwrap()))
        .collect();
    if found != expected || rows.len() != expected.len() {
        return Err(format!("retention of {found:?}, expected {expected:?}"));
    }
    for row in rows {
        let span = if row["word"] == "month" { 1 } else { 12 };
        let month = (first..=last).find(|month| row["id"] == name_of(*month).as_str()).unwrap();
        let (mut start, mut end, mut kept) = (0, 0, 0);
        for customer in (0..10).filter(|customer| at(*customer, month - span) > 0) {
            let (before, now) = (at(customer, month - span), at(customer, month));
            (start, end, kept) = (start + before, end + now, kept + before.min(now));
        }
        let expected = [
            cents(row, "a") == start,
            cents(row, "b") == end,
            cents(row, "c") == kept,
            is_near(&row["x"], ratio(end, start)),
            is_near(&row["y"], ratio(kept, start)),
            row["y"].as_f64().is_none_or(|grr| (0.0..=1.0).contains(&grr)),
        ];
        if expected.contains(&false) {
            return Err(format!("{expected:?} in {row:?}, expected {kept} and {end} of {start}"));
        }
    }
    Ok(())
}

const OF_COHORTS: &str = "
SELECT 'cell' AS kind, CAST(cohort AS VARCHAR) AS id, CAST(months_since AS BIGINT) AS since, CAST(cohort_size AS BIGINT) AS size,
  CAST(active_customers AS BIGINT) AS active, CAST(kept_customers AS BIGINT) AS kept, CAST(revenue AS VARCHAR) AS a, is_partial AS flag
FROM churn.cohorts
UNION ALL
SELECT 'average', '', CAST(months_since AS BIGINT), CAST(customers AS BIGINT), CAST(active_customers AS BIGINT),
  CAST(kept_customers AS BIGINT), CAST(revenue AS VARCHAR), false
FROM churn.cohort_average
";

#[test]
fn cohorts_hold_for_any_sales() {
    let cents = prop_oneof![6 => 1_i64..500_000, 1 => -200_000_i64..0, 1 => Just(0_i64)];
    run(&prop::collection::vec((0_u8..8, 0_i64..600, cents), 0..50), |sales| check_cohorts(sales));
}

/// What a cohort was in a month: size, active, never left, cents.
type Cell = (i64, i64, i64, i64);

fn check_cohorts(sales: &[Sale]) -> Result<(), String> {
    let mut csv =
        String::from("order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n");
    let mut lines: BTreeMap<u8, Vec<(Date, i64)>> = BTreeMap::new();
    for (number, (customer, ago, cents)) in sales.iter().enumerate() {
        let day = AS_OF.saturating_sub(ago.days());
        let state = if *cents < 0 { "refund" } else { "final" };
        csv.push_str(&format!("o{number:03},1,c{customer},{day},{},{state}\n", money(*cents)));
        lines.entry(*customer).or_default().push((day, *cents));
    }
    let rows = ask(None, csv, OF_COHORTS)?;
    let expected = cohorts(&lines);
    let running = month_of(AS_OF);
    let mut found: BTreeMap<(String, i64), Cell> = BTreeMap::new();
    let mut average: BTreeMap<i64, Cell> = BTreeMap::new();
    for row in &rows {
        let number = |column: &str| row[column].as_i64().unwrap();
        let cell = (number("size"), number("active"), number("kept"), cents(row, "a"));
        if row["kind"] == "average" {
            average.insert(number("since"), cell);
            continue;
        }
        let id = row["id"].as_str().unwrap().to_owned();
        let cohort = (0..=running).rev().find(|month| name_of(*month) == id).unwrap();
        if row["flag"] != (cohort + number("since") == running) {
            return Err(format!("the running month is not marked rightly: {row:?}"));
        }
        found.insert((id, number("since")), cell);
    }
    if found != expected || found.len() + average.len() != rows.len() {
        return Err(format!("cohorts {found:?}, expected {expected:?}"));
    }
    let mut sums: BTreeMap<i64, Cell> = BTreeMap::new();
    for ((id, since), cell) in &expected {
        let cohort = (0..=running).rev().find(|month| name_of(*month) == *id).unwrap();
        if cohort + since < running {
            let sum = sums.entry(*since).or_default();
            *sum = (sum.0 + cell.0, sum.1 + cell.1, sum.2 + cell.2, sum.3 + cell.3);
        }
    }
    if average == sums { Ok(()) } else { Err(format!("average {average:?}, expected {sums:?}")) }
}

/// Every observed cell, and none after the running month.
fn cohorts(lines: &BTreeMap<u8, Vec<(Date, i64)>>) -> BTreeMap<(String, i64), Cell> {
    let running = month_of(AS_OF);
    let days: BTreeMap<u8, BTreeSet<Date>> = lines
        .iter()
        .map(|(customer, own)| (*customer, own.iter().filter(|line| line.1 > 0).map(|line| line.0).collect()))
        .filter(|(_, days): &(u8, BTreeSet<Date>)| !days.is_empty())
        .collect();
    let gaps = |days: &BTreeSet<Date>| -> Vec<i64> {
        days.iter().zip(days.iter().skip(1)).map(|(a, b)| i64::from((*b - *a).get_days())).collect()
    };
    let overall = twice_the_median(days.values().flat_map(gaps).collect()).unwrap_or(0);
    let mut cells: BTreeMap<(String, i64), Cell> = BTreeMap::new();
    for (customer, days) in &days {
        let cohort = month_of(*days.first().unwrap());
        let grace = twice_the_median(gaps(days)).unwrap_or(overall).max(90);
        let ends = days.iter().map(|day| day.saturating_add(grace.days()));
        let nexts = days.iter().skip(1).map(Some).chain([None]);
        let left = ends.zip(nexts).find(|(end, next)| next.map_or(*end <= AS_OF, |next| next > end));
        for month in cohort..=running {
            let of_month = |line: &&(Date, i64)| month_of(line.0) == month;
            let own: Vec<&(Date, i64)> = lines[customer].iter().filter(of_month).collect();
            let cell = cells.entry((name_of(cohort), month - cohort)).or_default();
            cell.0 += 1;
            cell.1 += i64::from(own.iter().any(|line| line.1 > 0));
            cell.2 += i64::from(left.is_none_or(|(end, _)| month_of(end) > month));
            cell.3 += own.iter().map(|line| line.1).sum::<i64>();
        }
    }
    cells
}

/// Twice the median, which is a whole number for whole numbers.
fn twice_the_median(mut gaps: Vec<i64>) -> Option<i64> {
    gaps.sort_unstable();
    let middle = gaps.len() / 2;
    match gaps.len() {
        0 => None,
        even if even % 2 == 0 => Some(gaps[middle - 1] + gaps[middle]),
        _ => Some(2 * gaps[middle]),
    }
}
