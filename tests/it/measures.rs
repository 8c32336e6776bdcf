//! `queries/MEASURES.md`: what it says of every measure is there, and nothing that is there goes unsaid.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{self, repository};

/// A row of the table.
struct Measure {
    id: String,
    queries: Vec<String>,
    rules: Vec<String>,
    sections: Vec<String>,
    tests: Vec<String>,
}

fn measures() -> Vec<Measure> {
    let text = fs::read_to_string(repository().join("queries/MEASURES.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| M"));
    let coded =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect() };
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, queries, rules, sections, tests] = cells.as_slice() else { panic!("six cells: {line}") };
        Measure {
            id: (*id).to_owned(),
            queries: coded(queries),
            rules: coded(rules),
            sections: coded(sections),
            tests: coded(tests),
        }
    })
    .collect()
}

#[test]
fn the_readme_leads_to_the_measures() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.contains("](queries/MEASURES.md)"));
}

#[test]
fn every_measure_has_its_query_its_rule_its_section_and_its_test() {
    let measures = measures();
    let ids: Vec<String> = measures.iter().map(|measure| measure.id.clone()).collect();
    let expected: Vec<String> = (1..=73).map(|number| format!("M{number:02}")).collect();
    assert_eq!(ids, expected);
    let functions: String = support::files(&repository().join("tests/it"))
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let mut faults = Vec::new();
    for measure in &measures {
        let id = &measure.id;
        for query in &measure.queries {
            if !repository().join(format!("queries/{}.sql", query.replace('.', "/"))).is_file() {
                faults.push(format!("{id}: no query `{query}`"));
            }
        }
        for rule in &measure.rules {
            if !repository().join(format!("queries/rules/{rule}.csv")).is_file() {
                faults.push(format!("{id}: no rule table `{rule}`"));
            }
        }
        for section in &measure.sections {
            if !has_section(section) {
                faults.push(format!("{id}: no section `{section}`"));
            }
        }
        for test in &measure.tests {
            let is_case = repository().join(format!("tests/models/{test}/case.toml")).is_file();
            if !is_case && !functions.contains(&format!("fn {test}()")) {
                faults.push(format!("{id}: no test `{test}`"));
            }
        }
        for (what, list) in
            [("query", &measure.queries), ("section", &measure.sections), ("test", &measure.tests)]
        {
            if list.is_empty() {
                faults.push(format!("{id} has no {what}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `key_accounts: Fake key accounts`: a heading of that report, in English.
fn has_section(section: &str) -> bool {
    let Some((report, heading)) = section.split_once(": ") else { return false };
    let Ok(template) = fs::read_to_string(repository().join(format!("report_templates/{report}.md"))) else {
        return false;
    };
    let words = support::words("en");
    template.lines().filter(|line| line.starts_with('#')).any(|line| {
        let key = line.split('"').nth(1).unwrap_or_default();
        words.get(key).is_some_and(|word| word == heading)
    })
}

#[test]
fn every_query_and_every_rule_belongs_to_a_measure() {
    let measures = measures();
    let queries: BTreeSet<&str> =
        measures.iter().flat_map(|measure| measure.queries.iter().map(String::as_str)).collect();
    let rules: BTreeSet<&str> =
        measures.iter().flat_map(|measure| measure.rules.iter().map(String::as_str)).collect();
    // What later measures own, and what belongs to none of them.
    let others = ["staging", "review"];
    let mut faults = Vec::new();
    for path in support::files(&repository().join("queries")) {
        let relative = path.strip_prefix(repository().join("queries")).unwrap().display().to_string();
        let Some((folder, file)) = relative.split_once('/') else { continue };
        let stem = file.split('.').next().unwrap_or_default();
        let name = format!("{folder}.{stem}");
        let is_listed =
            if folder == "rules" { rules.contains(stem) } else { queries.contains(name.as_str()) };
        if !is_listed && !others.contains(&folder) {
            faults.push(name);
        }
    }
    assert!(faults.is_empty(), "in no row of MEASURES.md: {}", faults.join(", "));
}
