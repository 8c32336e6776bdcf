//! Editions: the same bytes from the same inputs, visible all at once, and never taken back by a failure.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use jiff::civil::date;
use serde_json::Value;
use tierbook::sample::{SampleSpec, write_sample};

use crate::support::{self, Project};

/// The manifest of an edition.
pub(crate) fn manifest(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("manifest.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// Whether an edition has a manifest, every file of it with its hash, and no other file.
pub(crate) fn is_whole(folder: &Path) -> bool {
    let manifest = manifest(folder);
    let Some(listed) = manifest["files"].as_array() else { return false };
    let sound = listed.iter().all(|file| {
        let bytes = fs::read(folder.join(file["path"].as_str().unwrap_or_default())).unwrap_or_default();
        file["blake3"] == blake3::hash(&bytes).to_hex().as_str() && file["bytes"] == bytes.len()
    });
    sound && support::files(folder).len() == listed.len() + 2
}

fn status(project: &Project) -> Value {
    serde_json::from_str(&project.read("book/status.json")).unwrap()
}

fn latest(project: &Project) -> String {
    fs::read_link(project.path("book/latest")).unwrap().display().to_string()
}

fn editions(project: &Project) -> Vec<String> {
    support::folders(&project.path("book/editions"))
}

#[test]
fn the_same_inputs_give_the_same_bytes_however_the_work_is_split() {
    let project = Project::of_sample();
    project.set("evidence", "true");
    let spec = SampleSpec { customers: 40, months: 14, seed: 3, last_day: date(2026, 10, 31) };
    write_sample(&spec, &project.path("warehouse")).unwrap();
    let mut first: Option<BTreeMap<String, Vec<u8>>> = None;
    for partitions in [1, 1, 2, 7] {
        let out = project.path("out");
        support::published(&tierbook::run::Request {
            partitions,
            cache: false,
            out: Some(out.clone()),
            ..project.request()
        });
        let mut tree = support::tree(&out.join("editions"));
        tree.retain(|path, _| !path.ends_with("times.json"));
        fs::remove_dir_all(&out).unwrap();
        let first = first.get_or_insert_with(|| tree.clone());
        assert_eq!(first.keys().collect::<Vec<_>>(), tree.keys().collect::<Vec<_>>());
        let differ: Vec<&String> = first.keys().filter(|path| first[*path] != tree[*path]).collect();
        assert!(differ.is_empty(), "with {partitions} partitions these differ: {differ:?}");
    }
}

#[test]
fn a_file_that_did_not_change_is_shared_with_the_newest_edition() {
    use std::os::unix::fs::MetadataExt;

    let project = Project::brief();
    support::published(&project.request());
    let report = project.read("report_templates/brief.md");
    project.write("report_templates/brief.md", &format!("{report}\nA line more.\n"));
    let second = support::published(&project.request());
    assert_eq!(second.edition, "2026-10-31.2");
    let place = |edition: &str, file: &str| {
        let path = project.path("book/editions").join(edition).join(file);
        fs::metadata(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).ino()
    };
    let listed = manifest(&project.path("book/editions/2026-10-31.1"));
    let files =
        listed["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap().to_owned());
    let shared = |file: &String| place("2026-10-31.1", file) == place("2026-10-31.2", file);
    let (same, other): (Vec<String>, Vec<String>) = files.partition(shared);
    assert!(same.contains(&"index.html".to_owned()), "{same:?}");
    // What was edited, and the texts of the project, are files of their own.
    for file in ["en/brief.html", "en/brief.md", "project.parquet"] {
        assert!(other.contains(&file.to_owned()), "{file} is shared");
    }
    // Removing the older edition leaves the newer one whole.
    fs::remove_dir_all(project.path("book/editions/2026-10-31.1")).unwrap();
    assert!(is_whole(&project.path("book/editions/2026-10-31.2")));
}

#[test]
fn the_same_inputs_again_are_unchanged_and_a_changed_query_is_a_new_edition() {
    let project = Project::brief();
    let request = project.request();
    let first = support::published(&request);
    assert_eq!((first.state, first.edition.as_str()), ("published", "2026-10-31.1"));
    assert!(is_whole(&project.path("book/editions/2026-10-31.1")));
    let before = support::tree(&project.path("book/editions"));
    let again = support::published(&request);
    assert_eq!((again.state, again.edition.as_str()), ("unchanged", "2026-10-31.1"));
    assert_eq!(support::tree(&project.path("book/editions")), before);
    assert_eq!(status(&project)["state"], "unchanged");
    assert_eq!(again.headline, first.headline);
    project.edit("queries/review/brief.sql", "ELSE 'general'", "ELSE 'maintenance'");
    let changed = support::published(&request);
    assert_eq!((changed.state, changed.edition.as_str()), ("published", "2026-10-31.2"));
    assert_eq!(latest(&project), "editions/2026-10-31.2");
    assert_eq!(editions(&project), ["2026-10-31.1", "2026-10-31.2"]);
}

#[test]
fn parameters_templates_rules_and_data_each_make_a_new_edition() {
    let project = Project::brief();
    let request = project.request();
    support::published(&request);
    project.edit("report_templates/brief.md", "Largest", "Greatest");
    assert_eq!(support::published(&request).state, "published");
    project.edit("queries/rules/cuts.csv", "0.4", "0.6");
    assert_eq!(support::published(&request).state, "published");
    project.set("value", "\"20\"");
    assert_eq!(support::published(&request).state, "published");
    let path = project.path("warehouse/customers.parquet");
    crate::tables::write_parquet("customer_id:text,customer_name:text\nc1,New name\n", &path);
    project.edit("queries/review/brief.sql", "JOIN staging.customers", "LEFT JOIN staging.customers");
    project.edit("queries/review/brief.sql", "  c.customer_id,", "  s.customer_id,");
    project.edit("queries/review/brief.sql", "BY c.customer_id", "BY s.customer_id");
    assert_eq!(support::published(&request).edition, "2026-10-31.5");
    assert_eq!(support::published(&request).state, "unchanged");
}

#[test]
fn a_backfill_does_not_become_latest() {
    let project = Project::brief();
    support::published(&project.request());
    let earlier = support::published(&project.as_of(date(2026, 9, 30)));
    assert_eq!(earlier.edition, "2026-09-30.1");
    assert_eq!(latest(&project), "editions/2026-10-31.1");
    assert_eq!(editions(&project), ["2026-09-30.1", "2026-10-31.1"]);
    let archive = project.read("book/index.html");
    assert!(archive.contains("editions/2026-09-30.1/en/brief.html"));
}

#[test]
fn a_failed_run_is_told_in_status_and_archive_until_the_next_good_one() {
    let project = Project::brief();
    let request = project.request();
    support::published(&request);
    let good = support::tree(&project.path("book/editions"));
    project.edit("queries/review/brief.sql", "check: revenue > 0", "check: revenue > 50");
    let errors = support::publish(&request).expect_err("a check does not hold");
    assert_eq!(errors.exit_code(), 1);
    assert_eq!(support::tree(&project.path("book/editions")), good);
    assert_eq!(latest(&project), "editions/2026-10-31.1");
    let told = status(&project);
    assert_eq!((&told["state"], &told["edition"]), (&"failed".into(), &"2026-10-31.1".into()));
    assert_eq!(told["as_of"], "2026-10-31");
    assert_eq!(told["errors"][0]["kind"], "data");
    assert!(project.read("book/index.html").contains("The last run failed"));
    assert!(!project.path("book/.work").exists(), "the work folder stays behind");
    project.edit("queries/review/brief.sql", "check: revenue > 50", "check: revenue > 0.5");
    assert_eq!(support::published(&request).edition, "2026-10-31.2");
    assert_eq!(status(&project)["state"], "published");
    assert!(!project.read("book/index.html").contains("The last run failed"));
    assert!(!project.path("book/faults").exists(), "offending rows of an earlier run stay behind");
}

#[test]
fn the_archive_leads_to_the_neighbours_of_an_edition_and_tells_what_is_out_of_date() {
    let project = Project::brief();
    support::published(&project.as_of(date(2026, 9, 30)));
    support::published(&project.request());
    project.edit("report_templates/brief.md", "Largest", "Greatest");
    support::published(&project.request());
    let archive = project.read("book/index.html");
    for piece in [
        "Last run 2026-11-01 02:00",
        "Replaced by edition 2026-10-31.2 of the same day.",
        "href=\"editions/2026-09-30.1/en/brief.html\" rel=\"prev\"",
        "href=\"editions/2026-10-31.2/en/brief.html\" rel=\"next\"",
    ] {
        assert!(archive.contains(piece), "no {piece} in {archive}");
    }
    assert_eq!(archive.matches("id=\"d").count(), 2, "one place for each day: {archive}");
    let page = project.read("book/editions/2026-09-30.1/en/brief.html");
    assert!(
        page.contains("href=\"../../../index.html#d2026-09-30\"") && archive.contains("id=\"d2026-09-30\"")
    );
    support::publish(&project.as_of(date(2026, 11, 30))).expect_err("the sales are not fresh");
    let archive = project.read("book/index.html");
    let stale = "there is none for 2026-11-30, and the newest has data up to 2026-10-31";
    assert!(archive.contains(stale), "{archive}");
}

#[test]
fn the_name_of_a_project_ends_no_style_sheet() {
    let project = Project::brief();
    project.set("name", r#"'a"; } </style><i>青禾'"#);
    support::published(&project.request());
    for path in ["book/latest/en/brief.html", "book/index.html"] {
        let page = project.read(path);
        assert_eq!(page.matches("</style>").count(), 1, "{path}");
        assert!(page.contains(r#"content: "a\22 \3b  \7d  \3c \2f style\3e \3c i\3e 青禾"#), "{page}");
        assert!(!page.contains("<i>"), "{path}");
    }
}

#[test]
fn a_first_run_that_fails_publishes_nothing_and_says_so() {
    let project = Project::brief();
    project.edit("queries/review/brief.sql", "check: revenue > 0", "check: revenue > 50");
    support::publish(&project.request()).expect_err("a check does not hold");
    assert!(editions(&project).is_empty() && !project.path("book/latest").is_symlink());
    assert_eq!((&status(&project)["state"], &status(&project)["edition"]), (&"failed".into(), &Value::Null));
    let archive = project.read("book/index.html");
    assert!(archive.contains("The last run failed") && archive.contains("Nothing has been published yet"));
}

#[test]
fn a_fault_of_the_project_itself_is_told_in_the_archive_too() {
    let project = Project::brief();
    support::published(&project.request());
    project.edit("queries/review/brief.sql", "SELECT", "SELEKT");
    project.tierbook(&["run"]).failed_with(2);
    assert_eq!(status(&project)["state"], "failed");
    assert!(project.read("book/index.html").contains("The last run failed"));
}

#[test]
fn a_lock_that_is_held_is_told_and_not_broken() {
    let project = Project::brief();
    project.tierbook(&["run"]).fine();
    let lock = File::options().write(true).open(project.path("book/.lock")).unwrap();
    lock.lock().unwrap();
    let before = support::tree(&project.path("book"));
    let said = project.tierbook(&["run", "--set", "least=5"]).failed_with(3);
    assert!(said.err.contains("another run is writing to"), "{}", said.err);
    assert_eq!(support::tree(&project.path("book")), before);
    drop(lock);
    project.tierbook(&["run", "--set", "least=5"]).fine();
}

#[test]
fn only_as_many_editions_stay_as_are_to_be_kept() {
    let project = Project::brief();
    project.set("keep", "2");
    for day in [date(2026, 10, 3), date(2026, 10, 4), date(2026, 10, 31)] {
        support::published(&project.as_of(day));
    }
    assert_eq!(editions(&project), ["2026-10-04.1", "2026-10-31.1"]);
    assert_eq!(latest(&project), "editions/2026-10-31.1");
    assert!(!project.read("book/index.html").contains("2026-10-03"));
}

#[test]
fn what_a_killed_run_left_is_cleared() {
    let project = Project::brief();
    project.write("book/.work/models/review.brief.parquet", "half a file");
    project.write("book/.work/edition/en/brief.html", "half a page");
    project.write("book/faults/review.brief.check-1.csv", "old");
    let outcome = support::published(&project.request());
    assert_eq!(outcome.edition, "2026-10-31.1");
    assert!(is_whole(&project.path("book/editions/2026-10-31.1")));
    assert!(!project.path("book/.work").exists() && !project.path("book/faults").exists());
}

#[test]
fn a_damaged_edition_is_made_again() {
    let project = Project::brief();
    support::published(&project.request());
    let page = project.path("book/editions/2026-10-31.1/en/brief.html");
    fs::write(&page, fs::read_to_string(&page).unwrap() + " ").unwrap();
    let again = support::published(&project.request());
    assert_eq!((again.state, again.edition.as_str()), ("published", "2026-10-31.2"));
    assert_eq!(latest(&project), "editions/2026-10-31.2");
}

#[test]
fn a_table_counted_from_the_end_wants_all_rows() {
    let project = Project::brief();
    let mut customers = "customer_id:text,customer_name:text\n".to_owned();
    let mut sales =
        "order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n".to_owned();
    for number in 0..5_001 {
        customers.push_str(&format!("c{number:04},Customer {number}\n"));
        sales.push_str(&format!("o{number:04},1,c{number:04},2026-10-30,{},final\n", number + 1));
    }
    for (table, text) in [("customers", customers), ("sales", sales)] {
        crate::tables::write_parquet(&text, &project.path(&format!("warehouse/{table}.parquet")));
    }
    support::published(&project.request());
    project.edit("report_templates/brief.md", "\"tier\"])", "\"tier\"], last=3)");
    let said = project.tierbook(&["run"]).failed_with(2);
    let told = "error: `last` wants all rows of `review.brief`, and templates see its first 5000 only";
    assert!(said.err.starts_with(told), "{}", said.err);
}
