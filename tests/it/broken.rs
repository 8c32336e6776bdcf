//! `broken/<case>/`: the project `projects/brief` with one fault each. The whole text that the user reads is in
//! `expected.txt`; `TIERBOOK_BLESS=1` writes it anew. Whatever the fault, the edition published before stays.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::support::{self, Project};
use crate::tables;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The exit code.
    exit: i32,
    /// What follows `tierbook run`.
    #[serde(default)]
    args: Vec<String>,
    /// Pieces of files that are replaced.
    #[serde(default)]
    edit: Vec<Edit>,
    /// Files that are not there.
    #[serde(default)]
    remove: Vec<String>,
    /// A file of which only half is there.
    truncate: Option<String>,
    /// Typed CSV in the place of a table of the warehouse.
    #[serde(default)]
    warehouse: toml::Table,
    /// How many offending rows the file has that the error names.
    offending: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    from: String,
    to: String,
}

#[test]
fn every_fault_is_told_at_its_place_and_leaves_the_last_edition_alone() {
    let good = Project::brief();
    good.tierbook(&["run"]).fine();
    let bless = std::env::var_os("TIERBOOK_BLESS").is_some();
    let folder = support::repository().join("tests/broken");
    support::every(&support::folders(&folder), |name| run(&folder.join(name), &good, bless));
}

fn run(folder: &Path, good: &Project, bless: bool) -> Result<(), String> {
    let text = fs::read_to_string(folder.join("case.toml")).unwrap();
    let case: Case = toml::from_str(&text).map_err(|error| error.to_string())?;
    let project = good.copied();
    spoil(&project, &case);
    let arguments: Vec<&str> = ["run"].into_iter().chain(case.args.iter().map(String::as_str)).collect();
    let said = project.tierbook(&arguments);
    if said.code != Some(case.exit) {
        return Err(format!("exit code {:?}, expected {}:\n{}{}", said.code, case.exit, said.out, said.err));
    }
    if !said.out.is_empty() {
        return Err(format!("standard output holds\n{}", said.out));
    }
    for kept in ["editions", "latest"] {
        let (before, after) = (good.path("book").join(kept), project.path("book").join(kept));
        if support::tree(&before) != support::tree(&after) {
            return Err(format!("`book/{kept}` is not what it was"));
        }
    }
    if fs::read_link(project.path("book/latest")).ok() != fs::read_link(good.path("book/latest")).ok() {
        return Err("`latest` points elsewhere".to_owned());
    }
    if let Some(rows) = case.offending {
        offending_rows(&project, &said.err, rows)?;
    }
    let path = folder.join("expected.txt");
    if bless {
        fs::write(&path, &said.err).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if said.err == expected { Ok(()) } else { Err(format!("told:\n{}\nexpected:\n{expected}", said.err)) }
}

fn spoil(project: &Project, case: &Case) {
    for edit in &case.edit {
        project.edit(&edit.file, &edit.from, &edit.to);
    }
    for file in &case.remove {
        fs::remove_file(project.path(file)).unwrap();
    }
    for (name, csv) in &case.warehouse {
        let path = project.path(&format!("warehouse/{name}.parquet"));
        tables::write_parquet(csv.as_str().expect("a CSV text"), &path);
    }
    if let Some(file) = &case.truncate {
        let bytes = fs::read(project.path(file)).unwrap();
        fs::write(project.path(file), &bytes[..bytes.len() / 2]).unwrap();
    }
}

/// Sees that the file that an error names holds all offending rows, of which the error shows five at most.
fn offending_rows(project: &Project, told: &str, rows: usize) -> Result<(), String> {
    let (_, rest) = told.split_once("all such rows are in `").ok_or("no file of offending rows is named")?;
    let (path, _) = rest.split_once('`').ok_or("the name of the file does not end")?;
    let found = support::records(&project.read(path)).len();
    if found == rows { Ok(()) } else { Err(format!("`{path}` has {found} rows, expected {rows}")) }
}
