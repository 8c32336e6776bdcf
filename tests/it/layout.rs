//! What the repository claims of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jiff::civil::date;
use tierbook::engine::{Engine, Limits};
use tierbook::error::ErrorKind;
use tierbook::models;
use tierbook::names::TableName;
use tierbook::project::{self, Bindings, header};
use tierbook::sample::{SampleSpec, truth_markdown, write_sample};
use tierbook::sources;

use crate::support::{self, Project, repository};

/// Files and folders at the top, beside what git and builds keep there.
const TOP: [&str; 14] = [
    ".ci",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "benches",
    "clippy.toml",
    "queries",
    "report_templates",
    "rustfmt.toml",
    "sample_data",
    "src",
    "tests",
    "tierbook.toml",
];
const UNTRACKED: [&str; 5] = [".git", ".gitignore", ".tierbook", "book", "target"];

#[test]
fn the_top_of_the_repository_is_as_agreed() {
    let entries = fs::read_dir(repository()).unwrap().map(|entry| entry.unwrap().file_name());
    let found: BTreeSet<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    let agreed: BTreeSet<String> = TOP.iter().map(ToString::to_string).collect();
    let extra: Vec<&String> =
        found.difference(&agreed).filter(|name| !UNTRACKED.contains(&name.as_str())).collect();
    let missing: Vec<&String> = agreed.difference(&found).collect();
    assert!(extra.is_empty() && missing.is_empty(), "not agreed: {extra:?}; missing: {missing:?}");
}

#[test]
fn no_file_of_the_sources_is_longer_than_a_reader_bears() {
    let is_text = |path: &std::path::PathBuf| path.extension().is_some_and(|kind| kind != "otf");
    for path in support::files(&repository().join("src")).into_iter().filter(is_text) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn the_sample_is_small_and_is_what_the_program_makes() {
    let shipped = repository().join("sample_data");
    let size: u64 = support::files(&shipped).iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(size <= 4 << 20, "the sample has {size} bytes");
    let made = tempfile::tempdir().unwrap();
    let spec = SampleSpec { customers: 600, months: 30, seed: 7, last_day: date(2026, 10, 31) };
    let summary = write_sample(&spec, made.path()).unwrap();
    let (shipped_files, made_files) = (support::tree(&shipped.join("warehouse")), support::tree(made.path()));
    let names = |tree: &std::collections::BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&shipped_files), names(&made_files));
    let differ: Vec<&String> =
        shipped_files.keys().filter(|path| shipped_files[*path] != made_files[*path]).collect();
    assert!(differ.is_empty(), "these differ: {differ:?}");
    assert_eq!(fs::read_to_string(shipped.join("TRUTH.md")).unwrap(), truth_markdown(&summary.truth));
}

#[test]
fn every_query_says_what_a_row_and_what_each_column_is() {
    let project = project::load(repository()).unwrap_or_else(|errors| panic!("{}", support::told(&errors)));
    let warehouse = repository().join(&project.config.warehouse);
    let tables: Vec<TableName> = sources::names(&warehouse).unwrap();
    let opened = sources::open(&warehouse, &tables.iter().cloned().collect()).unwrap();
    let graph = models::graph::build(&project, &tables).unwrap();
    let bindings = Bindings::new(&project.config, date(2026, 10, 31), &[]).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let engine =
        Engine::new(&Limits { memory: 1 << 30, partitions: 1, ..Limits::default() }, scratch.path()).unwrap();
    let order = graph.order().to_vec();
    let planned = support::wait(async || {
        models::plan::plan(&project, &opened, &graph, &order, &bindings, &engine, &BTreeMap::new()).await
    });
    let planned = planned.unwrap_or_else(|errors| panic!("{}", support::told(&errors)));
    let mut faults = Vec::new();
    for (name, query) in &project.queries {
        let header = &query.header;
        if header.grain.is_empty() {
            faults.push(format!("{name} has no grain"));
        }
        if header.about.is_empty() {
            faults.push(format!("{name} is not described"));
        }
        let shape = planned.get(name).unwrap_or_else(|| panic!("{name} is not planned"));
        for field in shape.schema.fields() {
            // A staging table has all columns of the contract; those that are not mapped need no words.
            let is_mapped = !name.is_staging() || query.text.contains(field.name().as_str());
            match query.column(field.name()) {
                Some(note) if note.meaning.is_empty() => {
                    faults.push(format!("{name}.{} has no meaning", field.name()))
                }
                None if is_mapped => faults.push(format!("{name}.{} has no `column` note", field.name())),
                _ => {}
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn readme() -> String {
    fs::read_to_string(repository().join("README.md")).expect("a README.md")
}

/// Lines of the tables of a text that begin with this cell.
fn has_row(text: &str, cell: &str) -> bool {
    text.lines().any(|line| {
        let first = line.trim().strip_prefix('|').and_then(|rest| rest.split('|').next());
        first.is_some_and(|first| first.split(',').any(|word| word.trim().trim_matches('`') == cell))
    })
}

#[test]
fn the_readme_tells_every_exit_code() {
    let readme = readme();
    let kinds =
        [ErrorKind::Data, ErrorKind::Usage, ErrorKind::Project, ErrorKind::Environment, ErrorKind::Internal];
    for code in kinds.iter().map(|kind| kind.exit_code()).chain([0]) {
        assert!(has_row(&readme, &code.to_string()), "exit code {code} is not in a table of README.md");
    }
}

#[test]
fn the_readme_tells_every_key_of_a_query_file() {
    let readme = readme();
    for key in header::KEYS {
        assert!(has_row(&readme, key), "key `{key}` is not in a table of README.md");
    }
}

#[test]
fn the_readme_tells_every_command() {
    let readme = readme();
    let help = Project::brief().tierbook(&["--help"]).fine();
    let (_, commands) = help.split_once("Commands:").unwrap();
    let names = commands.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(|line| {
        line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?.split_whitespace().next()
    });
    let names: Vec<&str> = names.filter(|name| *name != "help").collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        assert!(
            readme.contains(&format!("tierbook {name}")) || has_row(&readme, name),
            "`{name}` is not in README.md"
        );
    }
}

#[test]
fn what_is_linked_from_the_readme_is_there() {
    for rest in readme().split("](").skip(1) {
        let target = rest.split([')', '#']).next().unwrap_or_default();
        if !target.is_empty() && !target.contains("://") {
            assert!(repository().join(target).exists(), "README.md links to `{target}`");
        }
    }
}
