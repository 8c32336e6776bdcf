//! What holds for any sales at all: random books through the shipped models, beside sums done here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tierbook::run::Request;

use crate::support::{self, Project, Row};

/// One sale line: customer, days before the end of the window, amount in cents, state.
type Sale = (u8, i64, i64, u8);

/// Everything that is compared, in one question, so that a case costs one run.
const QUESTION: &str = "
SELECT 'customer' AS kind, t.customer_id AS id, t.tier AS word, CAST(t.position AS BIGINT) AS place, c.rank AS rank,
  CAST(t.revenue AS VARCHAR) AS amount, CAST(c.cumulative_revenue AS VARCHAR) AS total, c.in_k80 AS flag, t.share_before AS share
FROM tiers.current t JOIN value.contribution c ON c.customer_id = t.customer_id
UNION ALL
SELECT 'line', customer_id, order_id || '/' || line_no, CAST(final_on - DATE '2020-01-01' AS BIGINT), NULL,
  CAST(amount AS VARCHAR), CAST(running_total AS VARCHAR), NULL, NULL
FROM value.running_totals
UNION ALL
SELECT 'tier', tier, NULL, customers, NULL, CAST(revenue AS VARCHAR), NULL, NULL, revenue_share
FROM tiers.summary
";

fn sales() -> impl Strategy<Value = Vec<Sale>> {
    // Few customers and few amounts make ties; negative ones make customers at zero or below.
    let amount =
        prop_oneof![3 => 1_i64..500_000, 2 => Just(10_000_i64), 1 => -200_000_i64..0, 1 => Just(0_i64)];
    prop::collection::vec((0_u8..12, 0_i64..800, amount, 0_u8..10), 0..60)
}

#[test]
fn tiers_shares_and_running_totals_hold_for_any_sales() {
    let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner
        .run(&sales(), |sales| check(&sales).map_err(TestCaseError::fail))
        .unwrap_or_else(|error| panic!("{error}"));
}

fn check(sales: &[Sale]) -> Result<(), String> {
    let end = date(2026, 10, 31);
    let mut csv =
        String::from("order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n");
    let mut plain: BTreeMap<String, i64> = BTreeMap::new();
    let mut ever: BTreeMap<String, i64> = BTreeMap::new();
    for (line, (customer, ago, cents, state)) in sales.iter().enumerate() {
        let (id, day) = (format!("c{customer:02}"), end.saturating_sub(ago.days()));
        let state = if *state == 0 { "intent" } else { "final" };
        let sign = if *cents < 0 { "-" } else { "" };
        let amount = format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100);
        csv.push_str(&format!("o{:03},{},{id},{day},{amount},{state}\n", line / 2, line % 2 + 1));
        if state == "final" {
            *ever.entry(id.clone()).or_default() += cents;
            if day >= date(2025, 11, 1) {
                *plain.entry(id).or_default() += cents;
            }
        }
    }
    let project = Project::shipped(&[("sales".to_owned(), csv)]);
    let request = Request { partitions: 1, as_of: Some(end), ..project.request() };
    let rows = support::asked(&request, QUESTION).map_err(|errors| support::told(&errors))?;
    let of = |kind: &str| -> Vec<&Row> { rows.iter().filter(|row| row["kind"] == kind).collect() };
    customers(&of("customer"), &plain)?;
    tiers(&of("customer"), &of("tier"))?;
    lines(&of("line"), &ever)
}

pub(crate) fn cents(row: &Row, column: &str) -> i64 {
    let text = row[column].as_str().unwrap_or("0").replace('.', "");
    text.parse::<i64>().unwrap_or_else(|error| panic!("{text}: {error}")) / 100
}

/// Every customer with a final line is there once; the 80 % are the fewest that reach it; shares never fall.
fn customers(rows: &[&Row], plain: &BTreeMap<String, i64>) -> Result<(), String> {
    let found: BTreeMap<String, i64> =
        rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), cents(row, "amount"))).collect();
    if found != *plain || found.len() != rows.len() {
        return Err(format!("customers {found:?}, expected {plain:?}"));
    }
    let mut ranked: Vec<(&String, i64)> =
        plain.iter().map(|(id, cents)| (id, *cents)).filter(|(_, cents)| *cents > 0).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let total: i64 = ranked.iter().map(|(_, cents)| cents).sum();
    let by_id: BTreeMap<&str, &&Row> = rows.iter().map(|row| (row["id"].as_str().unwrap(), row)).collect();
    let (mut ahead, mut last_position) = (0, 0);
    for (place, (id, cents_of)) in ranked.iter().enumerate() {
        let row = by_id[id.as_str()];
        let position = row["place"].as_i64().unwrap();
        let share = row["share"].as_f64().unwrap();
        let expected = [
            row["rank"] == place + 1,
            cents(row, "total") == ahead + cents_of,
            // In as long as the customers before have not reached 80 %: so none of the set can be spared.
            row["flag"] == (ahead * 10 < total * 8),
            position >= last_position,
            (0.0..1.0).contains(&share),
        ];
        if expected.contains(&false) {
            return Err(format!("{id}: {expected:?} in {row:?}, {ahead} of {total} ahead"));
        }
        (ahead, last_position) = (ahead + cents_of, position);
    }
    let outside = rows.iter().filter(|row| cents(row, "amount") <= 0);
    for row in outside {
        if !row["rank"].is_null() || row["flag"] != false || row["word"] != "maintenance" {
            return Err(format!("a customer at zero or below is ranked: {row:?}"));
        }
    }
    Ok(())
}

/// The tiers are all there, and each customer is in one of them.
fn tiers(customers: &[&Row], tiers: &[&Row]) -> Result<(), String> {
    let names: BTreeSet<&str> = tiers.iter().map(|row| row["id"].as_str().unwrap()).collect();
    if names != BTreeSet::from(["key", "important", "general", "maintenance"]) {
        return Err(format!("tiers are {names:?}"));
    }
    for tier in tiers {
        let of_tier: Vec<&&Row> = customers.iter().filter(|row| row["word"] == tier["id"]).collect();
        let sum: i64 = of_tier.iter().map(|row| cents(row, "amount")).sum();
        if tier["place"] != of_tier.len() || cents(tier, "amount") != sum {
            return Err(format!("{tier:?}: {} customers with {sum}", of_tier.len()));
        }
    }
    Ok(())
}

/// Each running total is the one before and the line; the last one of a customer is its plain sum.
fn lines(rows: &[&Row], ever: &BTreeMap<String, i64>) -> Result<(), String> {
    let mut by_customer: BTreeMap<String, Vec<(i64, String, i64, i64)>> = BTreeMap::new();
    for row in rows {
        let entry = (
            row["place"].as_i64().unwrap(),
            row["word"].as_str().unwrap().to_owned(),
            cents(row, "amount"),
            cents(row, "total"),
        );
        by_customer.entry(row["id"].as_str().unwrap().to_owned()).or_default().push(entry);
    }
    let mut ends = BTreeMap::new();
    for (id, mut lines) in by_customer {
        lines.sort();
        let mut sum = 0;
        for (_, name, amount, total) in &lines {
            sum += amount;
            if sum != *total {
                return Err(format!("{id} {name}: running total {total}, expected {sum}"));
            }
        }
        ends.insert(id, sum);
    }
    if ends == *ever { Ok(()) } else { Err(format!("running totals end in {ends:?}, expected {ever:?}")) }
}
