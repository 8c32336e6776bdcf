//! The binary: that flags, texts and exit codes are wired.

use std::fs::{self, File};
use std::time::{Duration, Instant};

use arrow::array::{Array, AsArray};
use arrow::datatypes::Decimal128Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::support::{self, Project};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn what_the_parser_of_the_command_line_says_has_our_exit_codes() {
    let project = Project::brief();
    for (arguments, code) in [
        (vec!["--help"], 0),
        (vec!["--version"], 0),
        (vec!["run", "--help"], 0),
        (vec![], 2),
        (vec!["publish"], 2),
        (vec!["run", "--as-of", "yesterday"], 2),
        (vec!["run", "--set", "least"], 2),
        (vec!["query"], 2),
        (vec!["query", "review.brief", "--sql", "SELECT 1"], 2),
        (vec!["query", "brief"], 2),
        (vec!["check", "--project", "nowhere"], 2),
        (vec!["check", "--warehouse", "nowhere"], 1),
        (vec!["query", "review.nothing"], 2),
    ] {
        let said = project.tierbook(&arguments);
        assert_eq!(said.code, Some(code), "{arguments:?}: {}{}", said.out, said.err);
        assert_eq!(said.out.is_empty(), code != 0, "{arguments:?} says on standard output: {}", said.out);
        assert_eq!(said.err.is_empty(), code == 0, "{arguments:?} says on standard error: {}", said.err);
    }
}

#[test]
fn every_command_shows_an_example() {
    let project = Project::brief();
    let help = project.tierbook(&["--help"]).fine();
    for command in ["run", "deliver", "check", "query", "diff", "graph", "init", "sample", "completions"] {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(command)),
            "{command} is not in the help"
        );
        let help = project.tierbook(&[command, "--help"]).fine();
        assert!(help.contains(&format!("tierbook {command}")) && help.contains("Example"), "{help}");
    }
}

#[test]
fn check_says_what_is_in_order() {
    let project = Project::brief();
    assert!(project.tierbook(&["check"]).fine().starts_with("in order: 4 queries, 1 rule tables"));
    let summary = json(&project.tierbook(&["check", "--format", "json"]).fine());
    assert_eq!((&summary["queries"], &summary["reports"]), (&4.into(), &1.into()));
    assert!(!project.path("book").exists(), "check publishes");
}

#[test]
fn rows_come_in_four_forms() {
    let project = Project::brief();
    let rows = json(&project.tierbook(&["query", "review.brief", "--format", "json"]).fine());
    assert_eq!(rows.as_array().unwrap().len(), 7);
    assert_eq!(rows[0]["customer_name"], "青禾");
    assert_eq!(rows[0]["revenue"], "640.5000");
    let rows = project.tierbook(&["query", "review.brief", "--format", "csv", "--limit", "2"]).fine();
    assert_eq!(
        rows,
        "customer_id,customer_name,revenue,tier\nc1,青禾,640.5000,key\nc2,Northwind,300.2500,key\n"
    );
    let table = project.tierbook(&["query", "review.brief"]).fine();
    assert!(table.contains("640.5000") && table.contains("青禾"), "{table}");
    let arguments = ["query", "review.brief", "--format", "parquet", "--output", "out/rows.parquet"];
    assert_eq!(project.tierbook(&arguments).fine(), "");
    let file = File::open(project.path("out/rows.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(|batch| batch.unwrap()).collect();
    assert_eq!(batches[0].num_rows(), 7);
    let revenue = batches[0].column_by_name("revenue").unwrap();
    assert_eq!(revenue.as_primitive::<Decimal128Type>().value(0), 6_405_000);
    assert_eq!(revenue.null_count(), 0);
}

#[test]
fn sql_of_the_caller_reads_every_table_and_changes_none() {
    let project = Project::brief();
    let query = |sql: &str| project.tierbook(&["query", "--format", "csv", "--sql", sql]);
    let sql = "SELECT tier, count(*) AS n FROM review.brief GROUP BY tier ORDER BY tier";
    assert_eq!(query(sql).fine(), "tier,n\ngeneral,1\nkey,6\n");
    assert_eq!(query("SELECT count(*) AS n FROM warehouse.sales WHERE sold_on > $as_of").fine(), "n\n0\n");
    assert_eq!(query("SELECT max(cut) AS cut FROM rules.cuts").fine(), "cut\n0.500000\n");
    let told = query("SELECT tear FROM review.brief").failed_with(2).err;
    assert!(told.contains("column `tear` not found") && told.contains("`tier`"), "{told}");
    for sql in ["DROP TABLE review.brief", "COPY review.brief TO 'x.csv'", "SELECT 1; SELECT 2", "SET a = 1"]
    {
        query(sql).failed_with(2);
    }
    assert!(!project.path("x.csv").exists());
    assert!(!project.path("book").exists(), "a query publishes");
}

#[test]
fn a_query_that_fails_leaves_the_output_file_alone() {
    let project = Project::brief();
    project.write("rows.csv", "kept\n");
    project.tierbook(&["query", "review.brif", "--format", "csv", "--output", "rows.csv"]).failed_with(2);
    assert_eq!(project.read("rows.csv"), "kept\n");
}

#[test]
fn check_looks_at_rows_when_it_is_asked_to() {
    let project = Project::brief();
    let said = project.tierbook(&["check", "--rows"]).fine();
    assert!(said.contains("their rows too: 4 tables, "), "{said}");
    let summary = json(&project.tierbook(&["check", "--rows", "--format", "json"]).fine());
    assert_eq!(summary["rows"]["tables"], 4);
    assert!(summary["rows"]["conditions"].as_u64().unwrap() > 10, "{summary}");
    project.edit("queries/review/brief.sql", "check: revenue > 0", "check: revenue > 1000000");
    project.tierbook(&["check"]).fine();
    let said = project.tierbook(&["check", "--rows"]).failed_with(1);
    assert!(said.err.contains("check of `review.brief` does not hold: revenue > 1000000"), "{}", said.err);
    assert!(!project.path("book").exists(), "check publishes");
}

#[test]
fn the_graph_is_a_script_for_another_engine_too() {
    let project = Project::brief();
    let script = project.tierbook(&["graph", "--format", "duckdb", "--as-of", "2026-10-29"]).fine();
    let statements = [
        "CREATE SCHEMA staging;",
        "CREATE VIEW warehouse.sales AS SELECT * FROM read_parquet(['/",
        "CREATE VIEW staging.sales AS SELECT CAST(order_id AS VARCHAR) AS order_id, ",
        " WHERE sold_on <= DATE '2026-10-29' OR sold_on IS NULL;",
        "CREATE TABLE rules.cuts AS SELECT * FROM (VALUES\n  (",
        "CREATE TABLE review.brief AS SELECT c.customer_id, ",
    ];
    let mut rest = script.as_str();
    for statement in statements {
        let (_, after) =
            rest.split_once(statement).unwrap_or_else(|| panic!("`{statement}` is not in {rest}"));
        rest = after;
    }
    assert!(!script.contains('$'), "{script}");
}

#[test]
fn the_graph_comes_in_three_forms() {
    let project = Project::brief();
    let text = project.tierbook(&["graph"]).fine();
    assert!(
        text.contains("review.brief\n    reads staging.sales, staging.customers, rules.cuts\n"),
        "{text}"
    );
    let dot = project.tierbook(&["graph", "--format", "dot"]).fine();
    assert!(dot.starts_with("digraph") && dot.contains("\"review.brief\" -> \"report brief\";"), "{dot}");
    let graph = json(&project.tierbook(&["graph", "--format", "json"]).fine());
    assert_eq!(graph["reports"][0]["reads"][0], "review.brief");
    assert_eq!(graph["tables"].as_array().unwrap().len(), 4);
    assert_eq!(graph["tables"][0]["scans"], serde_json::json!([]));
    // A query that cannot be planned still has its place.
    project.edit("queries/review/brief.sql", "  c.customer_name,", "  c.customer_nome,");
    let said = project.tierbook(&["graph"]);
    let left_out =
        "how the warehouse is read is left out: the project has a fault, which `tierbook check` tells\n";
    assert_eq!(said.err, left_out);
    assert_eq!(said.fine(), text);
    let faulty = json(&project.tierbook(&["graph", "--format", "json"]).fine());
    assert!(faulty["tables"][0]["scans"].is_null(), "{faulty}");
}

#[test]
fn a_new_project_is_in_order_over_the_sample_and_never_overwrites() {
    let project = Project::brief();
    let warehouse = support::repository().join("sample_data/warehouse").display().to_string();
    project.tierbook(&["init", "ours", "--warehouse", &warehouse]).fine();
    assert!(project.tierbook(&["check", "--project", "ours"]).fine().contains("12 reports"));
    let before = support::tree(&project.path("ours"));
    let said = project.tierbook(&["init", "ours"]).failed_with(2);
    assert!(said.err.contains("`ours` is not empty"), "{}", said.err);
    assert_eq!(support::tree(&project.path("ours")), before);
    for folder in ["queries", "report_templates"] {
        assert_eq!(
            support::tree(&project.path("ours").join(folder)),
            support::tree(&support::repository().join(folder)),
        );
    }
}

#[test]
fn a_sample_is_the_same_each_time_and_never_overwrites() {
    let project = Project::brief();
    let sample = |out: &str| {
        project.tierbook(&["sample", "--customers", "30", "--months", "3", "--seed", "5", "--out", out])
    };
    sample("one").fine();
    sample("two").fine();
    assert_eq!(support::tree(&project.path("one")), support::tree(&project.path("two")));
    assert!(project.read("one/TRUTH.md").contains("made up"));
    sample("one").failed_with(2);
    project.tierbook(&["sample", "--customers", "0", "--out", "none"]).failed_with(2);
}

#[test]
fn completions_print() {
    let project = Project::brief();
    for shell in ["bash", "zsh", "fish"] {
        assert!(project.tierbook(&["completions", shell]).fine().contains("tierbook"));
    }
}

#[test]
fn a_run_tells_one_json_object_in_its_last_line() {
    let project = Project::brief();
    let out = project.tierbook(&["run", "--format", "json"]).fine();
    let outcome = json(out.lines().last().unwrap());
    assert_eq!((&outcome["state"], &outcome["edition"]), (&"published".into(), &"2026-10-31.1".into()));
    assert!(project.path(outcome["first_page"].as_str().unwrap()).is_file(), "{outcome}");
    let again = project.tierbook(&["run"]).fine();
    assert!(again.starts_with("nothing changed: edition 2026-10-31.1"), "{again}");
    // A run that fails tells one, too, and so does `status.json`, whatever it was that could not be read.
    for (file, from, to, arguments) in [
        ("queries/review/brief.sql", "c.customer_name", "c.custmer_name", vec!["run", "--format", "json"]),
        ("tierbook.toml", "timezone", "timezoen", vec!["run", "--format", "json", "--deliver"]),
    ] {
        project.edit(file, from, to);
        let said = project.tierbook(&arguments).failed_with(2);
        let told = json(said.out.lines().last().unwrap());
        assert_eq!((&told["state"], &told["errors"][0]["kind"]), (&"failed".into(), &"project".into()));
        let status = json(&project.read("book/status.json"));
        assert_eq!((&status["state"], &status["errors"]), (&told["state"], &told["errors"]));
        assert_eq!(status["edition"], "2026-10-31.1");
        let what = to.rsplit('.').next().unwrap();
        assert!(status["errors"][0]["message"].as_str().unwrap().contains(what), "{status}");
    }
}

#[test]
fn the_day_the_folder_and_the_warehouse_can_be_given() {
    let project = Project::brief();
    fs::rename(project.path("warehouse"), project.path("elsewhere")).unwrap();
    let url = format!("file://{}", project.path("elsewhere").display());
    let arguments =
        ["run", "--as-of", "2026-10-03", "--out", "shelf", "--warehouse", &url, "--partitions", "1"];
    project.tierbook(&arguments).fine();
    assert!(project.path("shelf/editions/2026-10-03.1/en/brief.html").is_file());
    assert!(!project.path("book").exists());
}

#[test]
fn a_run_that_is_told_to_stop_stops_and_publishes_nothing() {
    let project = Project::of_sample();
    let warehouse = support::repository().join("sample_data/warehouse").display().to_string();
    for signal in ["INT", "TERM"] {
        let child = project.command(&["run", "--warehouse", &warehouse]).spawn().unwrap();
        let began = Instant::now();
        while !project.path("book/.work").exists() {
            assert!(began.elapsed() < Duration::from_secs(60), "the run does not begin");
            std::thread::sleep(Duration::from_millis(5));
        }
        let order = format!("kill -{signal} {}", child.id());
        assert!(std::process::Command::new("sh").args(["-c", &order]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "after SIG{signal}: {told}");
        assert!(told.starts_with("error: stopped"), "{told}");
        assert!(support::folders(&project.path("book/editions")).is_empty());
        assert!(!project.path("book/latest").is_symlink());
        assert!(!project.path("book/.work").exists(), "the work folder stays behind");
    }
}

#[test]
fn nothing_is_left_in_the_folder_for_temporary_files() {
    let project = Project::brief();
    project.set("as_of", "\"newest\"");
    // What is kept for the next call is no temporary file.
    let tree = || {
        let mut tree = support::tree(project.root());
        tree.retain(|path, _| !path.starts_with(".tierbook/"));
        tree
    };
    let before = tree();
    project.tierbook(&["check"]).fine();
    project.tierbook(&["query", "review.brief"]).fine();
    project.tierbook(&["query", "review.brief", "--no-cache"]).fine();
    project.tierbook(&["query", "review.brif"]).failed_with(2);
    project.tierbook(&["graph"]).fine();
    assert_eq!(tree(), before);
    project.edit("queries/staging/sales.sql", "sold_on", "solt_on");
    project.tierbook(&["query", "review.brief"]).failed_with(2);
    let left: Vec<String> =
        support::folders(project.root()).into_iter().filter(|name| name.starts_with("tierbook-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_times_of_tables_and_the_memory_of_queries_are_the_callers() {
    let project = Project::brief();
    let said = project.tierbook(&["run", "--timings", "--memory", "64MiB"]);
    let lines: Vec<&str> = said.err.lines().map(str::trim).collect();
    assert!(lines[0].ends_with(" s in all"), "{lines:?}");
    let parts = lines[1].split_once(" s of the ").and_then(|(conditions, rest)| {
        let all = rest.strip_suffix(" s that tables took, side by side, were for their conditions")?;
        Some((conditions.parse::<f64>().ok()?, all.parse::<f64>().ok()?))
    });
    assert!(parts.is_some_and(|(conditions, all)| conditions > 0.0 && conditions < all), "{lines:?}");
    assert!(lines[2].ends_with("tables, these the longest:"), "{lines:?}");
    assert!(lines[3..].iter().any(|line| line.ends_with(" s review.brief")), "{lines:?}");
    said.fine();
    let said = project.tierbook(&["run", "--memory", "1MiB"]).failed_with(2);
    assert!(said.err.contains("invalid value '1MiB' for '--memory <SIZE>'"), "{}", said.err);
    assert!(said.err.contains("use at least `64MiB`, for example `4GiB`"), "{}", said.err);
}
