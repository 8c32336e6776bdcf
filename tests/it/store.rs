//! What is kept from run to run: never anything but what a run from scratch would compute.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::date;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tierbook::run::Request;

use crate::support::{self, Project};
use crate::tables;

/// What happens between two runs.
#[derive(Debug, Clone)]
enum Event {
    Nothing,
    Clear,
    /// Every second file of the store is lost.
    Halve,
    /// A bit of one of its files is another one.
    Flip(usize, usize),
    /// One of its files is cut short.
    Cut(usize, usize),
    /// A month of the warehouse has other amounts.
    Replace(u32, u32),
    Remove(u32),
    /// The analyst edits a query, and takes it back the next time.
    Edit,
    Least(u32),
    Day(i8),
    TwoAtOnce,
    Kill(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => Just(Event::Nothing),
        1 => Just(Event::Clear),
        1 => Just(Event::Halve),
        3 => (any::<usize>(), any::<usize>()).prop_map(|(file, bit)| Event::Flip(file, bit)),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(file, length)| Event::Cut(file, length)),
        3 => (1_u32..6, 1_u32..9).prop_map(|(month, amount)| Event::Replace(month, amount)),
        2 => (1_u32..6).prop_map(Event::Remove),
        1 => Just(Event::Edit),
        1 => (1_u32..4).prop_map(Event::Least),
        1 => (20_i8..=31).prop_map(Event::Day),
        1 => Just(Event::TwoAtOnce),
        1 => (0_u64..120).prop_map(Event::Kill),
    ]
}

/// A project whose sales lie in a file a month.
fn project() -> Project {
    let project = Project::brief();
    fs::remove_file(project.path("warehouse/sales.parquet")).unwrap();
    for month in 1..=10 {
        write_month(&project, month, 3);
    }
    project
}

fn month_file(project: &Project, month: u32) -> PathBuf {
    project.path(&format!("warehouse/sales/{month:02}.parquet"))
}

fn write_month(project: &Project, month: u32, amount: u32) {
    let mut text =
        String::from("order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n");
    for line in 0..20 {
        let (customer, cents) = (1 + (line * month + amount) % 7, 10 * amount + line);
        text += &format!(
            "o{month}-{line},1,c{customer},2026-{month:02}-{:02},{amount}.{cents:02},final\n",
            1 + line
        );
    }
    text += &format!("o{month}-last,1,c1,2026-{month:02}-28,{amount},final\n");
    tables::write_parquet(&text, &month_file(project, month));
}

fn store_files(project: &Project) -> Vec<PathBuf> {
    let folder = project.path(".tierbook/store");
    let files = if folder.is_dir() { support::files(&folder) } else { Vec::new() };
    files.into_iter().filter(|path| !path.ends_with("lock")).collect()
}

/// What a run publishes into a new folder, or why it publishes nothing.
fn outcome(request: &Request, out: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let out = request.project.join(out);
    let result = support::publish(&Request { out: Some(out.clone()), ..request.clone() });
    let tree = editions(&out);
    fs::remove_dir_all(&out).unwrap();
    match result {
        Ok(_) => Ok(tree),
        Err(errors) => Err(support::told(&errors).replace(out.to_str().unwrap(), "OUT")),
    }
}

/// All that was published into a folder, but the times of day.
fn editions(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = out.join("editions");
    let mut tree = if folder.is_dir() { support::tree(&folder) } else { BTreeMap::new() };
    tree.retain(|path, _| !path.ends_with("times.json"));
    tree
}

struct Life {
    project: Project,
    request: Request,
    is_edited: bool,
}

impl Life {
    fn happens(&mut self, event: &Event) {
        let project = &self.project;
        let nth = |number: usize| {
            let files = store_files(project);
            (!files.is_empty()).then(|| files[number % files.len()].clone())
        };
        match event {
            Event::Nothing => {}
            Event::Clear => {
                project.tierbook(&["cache", "--clear"]).fine();
            }
            Event::Halve => {
                for path in store_files(project).iter().step_by(2) {
                    fs::remove_file(path).unwrap();
                }
            }
            Event::Flip(file, bit) => {
                if let Some(path) = nth(*file) {
                    let mut bytes = fs::read(&path).unwrap();
                    if !bytes.is_empty() {
                        let place = bit / 8 % bytes.len();
                        bytes[place] ^= 1 << (bit % 8);
                    }
                    fs::write(&path, bytes).unwrap();
                }
            }
            Event::Cut(file, length) => {
                if let Some(path) = nth(*file) {
                    let mut bytes = fs::read(&path).unwrap();
                    bytes.truncate(length % (bytes.len() + 1));
                    fs::write(&path, bytes).unwrap();
                }
            }
            Event::Replace(month, amount) => write_month(project, *month, *amount),
            Event::Remove(month) => {
                let _ = fs::remove_file(month_file(project, *month));
            }
            Event::Edit => {
                let (from, to) = match self.is_edited {
                    false => ("ELSE 'general'", "ELSE 'maintenance'"),
                    true => ("ELSE 'maintenance'", "ELSE 'general'"),
                };
                project.edit("queries/review/brief.sql", from, to);
                self.is_edited = !self.is_edited;
            }
            Event::Least(least) => self.request.settings = vec![("least".to_owned(), least.to_string())],
            Event::Day(day) => self.request.as_of = Some(date(2026, 10, *day)),
            Event::TwoAtOnce => {
                let children: Vec<_> = ["one", "two"].iter().map(|out| self.spawn(out)).collect();
                for child in children {
                    child.wait_with_output().unwrap();
                }
                let trees = ["one", "two"].map(|out| {
                    let tree = editions(&project.path(out));
                    fs::remove_dir_all(project.path(out)).unwrap();
                    tree
                });
                assert!(trees[0] == trees[1], "two runs at once publish different bytes");
            }
            Event::Kill(milliseconds) => {
                let mut child = self.spawn("killed");
                std::thread::sleep(Duration::from_millis(*milliseconds));
                child.kill().unwrap();
                child.wait().unwrap();
                let _ = fs::remove_dir_all(project.path("killed"));
            }
        }
    }

    fn spawn(&self, out: &str) -> std::process::Child {
        let mut arguments = vec!["run".to_owned(), "--out".to_owned(), out.to_owned()];
        for (name, value) in &self.request.settings {
            arguments.extend(["--set".to_owned(), format!("{name}={value}")]);
        }
        if let Some(day) = self.request.as_of {
            arguments.extend(["--as-of".to_owned(), day.to_string()]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.project.command(&arguments).spawn().unwrap()
    }
}

#[test]
fn whatever_happens_to_the_store_and_to_the_warehouse_a_run_is_that_of_one_from_scratch() {
    let config = Config { cases: 10, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&prop::collection::vec(event(), 10), |events| {
            let project = project();
            let request = Request { least_parted: 0, ..project.request() };
            let mut life = Life { project, request, is_edited: false };
            for (number, event) in events.iter().enumerate() {
                life.happens(event);
                let kept = outcome(&life.request, "kept");
                let scratch = outcome(&Request { cache: false, ..life.request.clone() }, "scratch");
                match (&kept, &scratch) {
                    (Ok(kept), Ok(scratch)) => {
                        let differ: Vec<_> =
                            scratch.keys().filter(|path| kept.get(*path) != scratch.get(*path)).collect();
                        prop_assert!(
                            differ.is_empty() && kept.len() == scratch.len(),
                            "after event {number}: {differ:?}"
                        );
                    }
                    _ => prop_assert_eq!(&kept, &scratch, "after event {}", number),
                }
            }
            Ok(())
        })
        .unwrap();
}

/// The tables that a run computed, by what it has added to the store.
fn computed(project: &Project, request: &Request) -> Vec<String> {
    let before = store_files(project);
    support::published(&Request { out: Some(project.path("computed")), ..request.clone() });
    fs::remove_dir_all(project.path("computed")).unwrap();
    let mut tables: Vec<String> = store_files(project)
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "json") && !before.contains(path))
        .filter_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let record: serde_json::Value = serde_json::from_str(text.split_once('\n').unwrap().1).unwrap();
            // Rows behind figures are kept too, without checks.
            record["about"]["n_checks"].as_u64()?;
            record["about"]["table"].as_str().map(ToOwned::to_owned)
        })
        .collect();
    tables.sort();
    tables
}

#[test]
fn only_what_an_edit_or_a_new_file_reaches_is_computed() {
    let project = project();
    let request = project.request();
    let all = ["review.brief", "review.largest", "staging.customers", "staging.sales"];
    assert_eq!(computed(&project, &request), all);
    assert!(computed(&project, &request).is_empty());
    // A word in a comment is no other query; a leaf is computed alone.
    project.edit("queries/review/largest.sql", "large enough to speak of", "large");
    assert!(computed(&project, &request).is_empty());
    project.edit("queries/review/largest.sql", "max(revenue) > 100", "max(revenue) > 200");
    assert_eq!(computed(&project, &request), ["review.largest"]);
    // A parameter that a query does not read is no part of it.
    let settings = vec![("least".to_owned(), "11".to_owned())];
    let other = Request { settings, ..request.clone() };
    assert_eq!(computed(&project, &other), ["review.brief", "review.largest"]);
    // Back to what was computed before.
    assert!(computed(&project, &request).is_empty());
    write_month(&project, 9, 4);
    assert_eq!(computed(&project, &request), ["review.brief", "review.largest", "staging.sales"]);
    // The day after, the tables of the warehouse are the same ones.
    let next = Request { as_of: Some(date(2026, 10, 30)), ..request.clone() };
    assert_eq!(computed(&project, &next), ["review.brief", "review.largest"]);
    assert!(computed(&project, &Request { cache: false, ..next }).is_empty());
}

#[test]
fn what_is_kept_is_told_bounded_and_removed() {
    let project = project();
    let out = project.tierbook(&["cache"]).fine();
    assert_eq!(out, "nothing is kept\n");
    support::published(&project.request());
    let told: serde_json::Value =
        serde_json::from_str(&project.tierbook(&["cache", "--format", "json"]).fine()).unwrap();
    let bytes: u64 = store_files(&project).iter().map(|path| path.metadata().unwrap().len()).sum();
    assert_eq!(told["bytes"], bytes);
    assert!(project.tierbook(&["cache"]).fine().ends_with("KiB\n"));
    assert_eq!(project.tierbook(&["cache", "--clear"]).fine(), "nothing is kept\n");
    assert!(store_files(&project).is_empty());
    // What the run itself has used stays whatever the bound; what earlier ones have left goes.
    let with =
        |least: &str| Request { settings: vec![("least".to_owned(), least.to_owned())], ..project.request() };
    support::published(&with("11"));
    let first = store_files(&project);
    project.set("keep", "60\ncache = \"0MiB\"");
    support::published(&with("12"));
    let second = store_files(&project);
    let gone = first.iter().filter(|path| !second.contains(path)).count();
    assert!(gone > 0 && second.iter().any(|path| first.contains(path)), "{gone} of {}", first.len());
}

#[test]
fn a_condition_that_is_added_is_counted_although_the_rows_are_the_same() {
    let project = project();
    let checks = || {
        support::published(&Request { out: Some(project.path("out")), ..project.request() });
        let manifest: serde_json::Value =
            serde_json::from_str(&project.read("out/latest/manifest.json")).unwrap();
        let models = manifest["models"].as_array().unwrap();
        models.iter().find(|model| model["name"] == "staging.sales").unwrap()["checks"].as_u64().unwrap()
    };
    let before = checks();
    project.edit("queries/staging/sales.sql", "-- fresh: 3 days\n", "");
    assert_eq!(checks(), before - 1);
}

#[test]
fn a_store_that_is_in_use_is_not_cleared_and_one_that_cannot_be_made_is_done_without() {
    let project = project();
    fs::create_dir_all(project.path(".tierbook/store")).unwrap();
    let lock = fs::File::create(project.path(".tierbook/store/lock")).unwrap();
    lock.lock_shared().unwrap();
    let said = project.tierbook(&["cache", "--clear"]).failed_with(3);
    assert_eq!(
        said.err.trim_end(),
        "error: the store at `./.tierbook/store` is in use\n |\n = help: wait until the other run has ended"
    );
    drop(lock);
    fs::remove_dir_all(project.path(".tierbook")).unwrap();
    project.write(".tierbook", "");
    let said = project.tierbook(&["run"]);
    assert_eq!(
        said.err.trim_end(),
        "warning: results are not kept for the next run: cannot create folder `./.tierbook/store`: Not a directory (os error 20)"
    );
    said.fine();
}

#[test]
fn a_run_that_goes_on_after_another_was_killed_computes_the_rest() {
    let project = project();
    // As a run leaves it that was killed before the last table.
    computed(&project, &project.request());
    let last = store_files(&project).into_iter().find(|path| {
        fs::read_to_string(path).is_ok_and(|text| text.contains("\"table\":\"review.largest\""))
    });
    fs::remove_file(last.unwrap()).unwrap();
    assert_eq!(computed(&project, &project.request()), ["review.largest"]);
}

#[test]
fn what_somebody_else_has_stored_or_reads_changes_no_edition() {
    let project = project();
    project.write(
        "queries/review/sold.sql",
        "-- Lines of known customers.\n--\n-- grain: order_id, line_no\n-- column: order_id text \"Order\"\n\
         -- column: line_no count \"Line\"\n-- column: customer_id text \"Customer\"\n-- column: amount money \"Amount\"\n\
         SELECT s.order_id, s.line_no, s.customer_id, s.amount\nFROM staging.sales s\n\
         JOIN staging.customers k ON k.customer_id = s.customer_id\n",
    );
    project.edit("queries/review/brief.sql", "FROM staging.sales s", "FROM review.sold s");
    let request = project.request();
    let proven = |tree: &BTreeMap<String, Vec<u8>>| -> String {
        let (_, rows) = tree
            .iter()
            .find(|(path, _)| path.ends_with("data/evidence/review.brief.1.csv"))
            .expect("the rows behind the figures");
        String::from_utf8_lossy(rows).into_owned()
    };
    let same = |doing: &str| {
        let kept = outcome(&request, "kept").unwrap();
        let scratch = outcome(&Request { cache: false, ..request.clone() }, "scratch").unwrap();
        let differ: Vec<_> = scratch.keys().filter(|path| kept.get(*path) != scratch.get(*path)).collect();
        assert!(differ.is_empty() && kept.len() == scratch.len(), "{doing}: {differ:?}");
        proven(&kept)
    };
    let inlined = same("at first");
    assert!(inlined.contains("c1,review.sold,o1-11/1,3.4100"), "{inlined}");
    // Whoever asks for a table that is not stored has its rows stored; the next run goes on as before.
    project.tierbook(&["query", "review.sold", "--as-of", "2026-10-29"]).fine();
    assert_eq!(same("after a question"), inlined);
    // With a second reader it is stored, which changes no row behind a figure.
    let second = "-- How many lines.\n--\n-- grain: as_of\n-- column: as_of date \"Day\"\n-- column: n count \"Lines\"\n\
                  SELECT $as_of AS as_of, count(*) AS n\nFROM review.sold\n";
    project.write("queries/review/lines.sql", second);
    assert_eq!(same("with a second reader"), inlined);
    fs::remove_file(project.path("queries/review/lines.sql")).unwrap();
    assert_eq!(same("without it again"), inlined);
}
