//! `models/<case>/`: given tables through one model of the shipped queries, compared with what must come out. While working on
//! a folder of queries, `TIERBOOK_CASES` runs only the cases whose names begin with it.

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use tierbook::run::Request;

use crate::support::{self, Project, Row};
use crate::tables;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    model: String,
    params: toml::Table,
    /// The condition that must stop the run.
    fails: Option<String>,
    /// Conditions that must be printed.
    #[serde(default)]
    warns: Vec<String>,
}

#[test]
fn every_case_of_a_model_gives_what_it_must() {
    let folder = support::repository().join("tests/models");
    support::every(&support::folders(&folder), |name| run(&folder.join(name)));
}

fn run(folder: &Path) -> Result<(), String> {
    let case: Case = toml::from_str(&text(&folder.join("case.toml"))).map_err(|error| error.to_string())?;
    let given = csv_files(&folder.join("given"));
    let project = Project::shipped(&given);
    for (table, text) in csv_files(&folder.join("rules")) {
        project.write(&format!("queries/rules/{table}.csv"), &text);
    }
    // Splitting a dozen rows only costs time; that it changes nothing is seen elsewhere.
    let mut request = Request { partitions: 1, ..project.request() };
    for (name, value) in &case.params {
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        match name.as_str() {
            "as_of" => request.as_of = Some(value.parse::<Date>().map_err(|error| error.to_string())?),
            _ => request.settings.push((name.clone(), value)),
        }
    }
    if let Some(condition) = &case.fails {
        return match support::query(&request, &case.model) {
            Err(errors) if errors.to_string().contains(condition.as_str()) => Ok(()),
            Err(errors) => Err(support::told(&errors)),
            Ok(_) => Err(format!("`{condition}` does not stop the run")),
        };
    }
    let rows = support::query(&request, &case.model).map_err(|errors| support::told(&errors))?;
    compare(&rows, &text(&folder.join("expect.csv")))?;
    if !case.warns.is_empty() {
        project.export_only(&[&case.model]);
        let outcome = support::publish(&request).map_err(|errors| support::told(&errors))?;
        for warning in &case.warns {
            if !outcome.warnings.iter().any(|said| said.contains(warning.as_str())) {
                return Err(format!("no warning has `{warning}`: {:?}", outcome.warnings));
            }
        }
    }
    Ok(())
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The CSV files of a folder that may be absent: name and text.
fn csv_files(folder: &Path) -> Vec<(String, String)> {
    if !folder.is_dir() {
        return Vec::new();
    }
    let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    support::files(folder).iter().map(|path| (stem(path), text(path))).collect()
}

fn compare(rows: &[Row], expected: &str) -> Result<(), String> {
    let expected = tables::typed(expected);
    let mut faults = Vec::new();
    if rows.len() != expected.rows.len() {
        faults.push(format!("{} rows, expected {}", rows.len(), expected.rows.len()));
    }
    for (number, (row, cells)) in rows.iter().zip(&expected.rows).enumerate() {
        for ((column, word), cell) in expected.columns.iter().zip(cells) {
            match row.get(column) {
                None => faults.push(format!("no column `{column}`")),
                Some(value) if same(value, word, cell) => {}
                Some(value) => {
                    faults.push(format!("row {} {column}: {value}, expected `{cell}`", number + 1));
                }
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn same(value: &Value, word: &str, cell: &str) -> bool {
    if cell.is_empty() || value.is_null() {
        return cell.is_empty() && value.is_null();
    }
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    match word {
        "float" => match (text.parse::<f64>(), cell.parse::<f64>()) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9,
            _ => false,
        },
        "decimal" => shortest(&text) == shortest(cell),
        _ => text == cell,
    }
}

/// A decimal without the zeros that say nothing.
fn shortest(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
