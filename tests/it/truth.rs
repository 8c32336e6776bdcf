//! The shipped models over the shipped sample find what the generator says that it planted.

use std::collections::BTreeMap;
use std::fs;

use tierbook::run::Request;

use crate::support::{self, Project, Row, repository};

fn over_the_sample(model: &str) -> Vec<Row> {
    let project = Project::of_sample();
    let warehouse = repository().join("sample_data/warehouse").display().to_string();
    let request = Request { warehouse: Some(warehouse), ..project.request() };
    support::query(&request, model).unwrap_or_else(|errors| panic!("{}", support::told(&errors)))
}

/// The rows of the tables of `TRUTH.md` that have this many cells.
fn truth(cells: usize) -> Vec<Vec<String>> {
    let text = fs::read_to_string(repository().join("sample_data/TRUTH.md")).unwrap();
    let row = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let rows = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("| ---"));
    rows.map(row).filter(|row| row.len() == cells).skip(1).collect()
}

#[test]
fn every_planted_customer_has_the_revenue_and_profit_that_were_planted() {
    let rows = over_the_sample("value.contribution");
    let by_account: BTreeMap<&str, &Row> =
        rows.iter().map(|row| (row["customer_id"].as_str().unwrap(), row)).collect();
    let planted = truth(7);
    assert!(planted.len() > 10);
    let mut faults = Vec::new();
    for cells in planted {
        let [kind, account, name, revenue, profit, ..] = cells.as_slice() else { continue };
        let Some(row) = by_account.get(account.as_str()) else {
            assert_eq!(kind, "internal", "{account} {name} is not among the customers");
            continue;
        };
        assert_ne!(kind, "internal", "{account} {name} is among the customers");
        assert_eq!(row["customer_name"], name.as_str());
        for (column, figure) in [("revenue", revenue), ("gross_profit", profit)] {
            if row[column] != format!("{figure}00") {
                faults.push(format!("{account} {column}: {}, planted as {figure}", row[column]));
            }
        }
        assert_eq!(row["rank"].is_null(), revenue.starts_with('-'), "{account}");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn as_many_contracts_have_closed_as_were_let_close() {
    let rows = over_the_sample("revenue.contract_closings");
    let closed = rows.iter().filter(|row| !row["closed_on"].is_null()).count();
    let counts: BTreeMap<String, usize> =
        truth(2).into_iter().map(|cells| (cells[0].clone(), cells[1].parse().unwrap())).collect();
    let planted = counts["closed"] + counts["closed, over-paid and the rest given back"];
    assert_eq!((closed, rows.len()), (planted, counts.values().sum()), "{counts:?}");
}
