//! A temporary project, and the means to run it through the library and through the binary.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use jiff::civil::Date;
use serde_json::{Map, Value};
use tempfile::TempDir;
use tierbook::engine::Steps;
use tierbook::error::Errors;
use tierbook::export::Format;
use tierbook::names::TableName;
use tierbook::run::{self, Outcome, Question, Request};

use crate::tables;

/// The tables that every project has, without a row.
const EMPTY: [(&str, &str); 2] = [
    ("customers", "customer_id:text,customer_name:text\n"),
    ("sales", "order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n"),
];

/// A row of a model.
pub(crate) type Row = Map<String, Value>;

/// The repository, which is itself a project: the one that cargo names at run time, so that tests once built also run over
/// the queries of another checkout.
pub(crate) fn repository() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
    });
    &FOLDER
}

/// A project in a folder of its own, which goes with the value.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The shipped queries, templates and config over staging tables given as typed CSV. Tables that are not given
    /// are not mapped; the two that every project has are then empty.
    pub(crate) fn shipped(given: &[(String, String)]) -> Self {
        let project = Self::unmapped();
        let empty = EMPTY.map(|(table, head)| (table.to_owned(), head.to_owned()));
        let others = empty.iter().filter(|(table, _)| given.iter().all(|(name, _)| name != table));
        for (table, text) in given.iter().chain(others) {
            project.write(&format!("queries/staging/{table}.sql"), &staging(table, text));
            tables::write_parquet(text, &project.path(&format!("warehouse/{table}.parquet")));
        }
        project
    }

    /// The shipped project with no staging query at all.
    pub(crate) fn unmapped() -> Self {
        let project = Self::of_sample();
        fs::remove_dir_all(project.path("queries/staging")).unwrap();
        project
    }

    /// The shipped project as it is, over `warehouse/` in its folder, which is not there yet.
    pub(crate) fn of_sample() -> Self {
        let project = Self::empty();
        for part in ["queries", "report_templates", "tierbook.toml"] {
            copy(&repository().join(part), &project.path(part));
        }
        project.set("location", "\"warehouse\"");
        // Evidence is looked at by its own tests: it takes as long as all else.
        project.set("evidence", "false");
        project.drop_tables(&["[mail", "[[recipients"]);
        project
    }

    /// `tests/projects/brief`: two tables, one model, one report, in a fraction of a second.
    pub(crate) fn brief() -> Self {
        let project = Self::empty();
        copy(&repository().join("tests/projects/brief"), project.root());
        for part in ["components", "layouts", "locales"] {
            let part = format!("report_templates/{part}");
            copy(&repository().join(&part), &project.path(&part));
        }
        project.load_warehouse();
        project
    }

    /// The same project, with all that it has published, in another folder.
    pub(crate) fn copied(&self) -> Self {
        let project = Self::empty();
        copy(self.root(), project.root());
        project
    }

    /// Turns every typed CSV of `warehouse/` into a Parquet file.
    pub(crate) fn load_warehouse(&self) {
        for path in files(&self.path("warehouse")) {
            if path.extension().is_some_and(|extension| extension == "csv") {
                tables::write_parquet(&fs::read_to_string(&path).unwrap(), &path.with_extension("parquet"));
                fs::remove_file(&path).unwrap();
            }
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    /// Replaces a piece of a file, which must be there.
    pub(crate) fn edit(&self, relative: &str, from: &str, to: &str) {
        let text = self.read(relative);
        assert!(text.contains(from), "`{from}` is not in {relative}");
        self.write(relative, &text.replacen(from, to, 1));
    }

    /// Gives a key of `tierbook.toml` another value.
    pub(crate) fn set(&self, key: &str, value: &str) {
        let text = self.read("tierbook.toml");
        let head = format!("{key} = ");
        assert!(text.lines().any(|line| line.starts_with(&head)), "no `{key}` in tierbook.toml");
        let line = |line: &str| {
            if line.starts_with(&head) { format!("{head}{value}\n") } else { format!("{line}\n") }
        };
        self.write("tierbook.toml", &text.lines().map(line).collect::<String>());
    }

    /// Publishes the rows of these models, and no report but a title.
    pub(crate) fn export_only(&self, models: &[&str]) {
        self.write("report_templates/rows.md", "# {{ project }}\n");
        self.set("publish", "[\"rows\"]");
        self.set("exports", &format!("{models:?}"));
        self.drop_lists();
    }

    /// Publishes no rows but the list of this model, with two of its columns.
    pub(crate) fn export_no_more_than(&self, model: &str) {
        self.set("exports", "[]");
        self.drop_lists();
        let list = format!("\n[lists.\"{model}\"]\ncolumns = [\"customer_id\", \"customer_name\"]\n");
        self.write("tierbook.toml", &(self.read("tierbook.toml") + &list));
    }

    /// Takes the lists for people out of `tierbook.toml`, and with them what is computed for nothing else.
    pub(crate) fn drop_lists(&self) {
        self.drop_tables(&["[lists."]);
    }

    /// Takes the tables of `tierbook.toml` away whose head begins so.
    fn drop_tables(&self, heads: &[&str]) {
        let text = self.read("tierbook.toml");
        let is_dropped = |line: &str| heads.iter().any(|head| line.starts_with(head));
        let kept = text.split("\n\n").filter(|part| !part.lines().any(is_dropped)).collect::<Vec<_>>();
        self.write("tierbook.toml", &kept.join("\n\n"));
    }

    /// Adds to `tierbook.toml`.
    pub(crate) fn configure(&self, text: &str) {
        self.write("tierbook.toml", &format!("{}\n{text}", self.read("tierbook.toml")));
    }

    pub(crate) fn request(&self) -> Request {
        Request {
            project: self.root().to_path_buf(),
            warehouse: None,
            as_of: None,
            settings: Vec::new(),
            out: None,
            scratch: self.path(".scratch"),
            now: "2026-11-01T02:00[Asia/Shanghai]".parse().unwrap(),
            partitions: 0,
            memory: None,
            cache: true,
            steps: Steps::Ours,
            least_parted: 16 << 20,
        }
    }

    pub(crate) fn as_of(&self, day: Date) -> Request {
        Request { as_of: Some(day), ..self.request() }
    }

    /// Runs the binary in the project's folder.
    pub(crate) fn tierbook(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The binary with nothing of the caller's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tierbook"));
        command.args(arguments).current_dir(self.root()).env_clear().env("TMPDIR", self.root());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The rows of an exported model of the newest edition.
    pub(crate) fn exported(&self, model: &str) -> Vec<BTreeMap<String, String>> {
        records(&self.read(&format!("book/latest/data/{model}.csv")))
    }
}

/// What the binary said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Standard output of a call that went well.
    #[track_caller]
    pub(crate) fn fine(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self.out
    }

    #[track_caller]
    pub(crate) fn failed_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }
}

/// A staging query over a given table of the same shape. Tables in which a row has no name of its own are numbered.
fn staging(table: &str, text: &str) -> String {
    let head = text.lines().next().unwrap_or_default();
    let (grain, as_of) = match table {
        "customers" => ("customer_id", "created_on"),
        "sales" => ("order_id, line_no", "sold_on"),
        "customer_history" => ("", "valid_from"),
        "fx_rates" => ("currency, day", "day"),
        "contracts" => ("contract_id", "signed_on"),
        "payments" => ("payment_id", "paid_on"),
        "deal_splits" => ("order_id, owner_id", ""),
        "costs" => ("customer_id, month", "month"),
        "products" => ("product_id", ""),
        "subscriptions" => ("", "month"),
        "stores" => ("store_id", "opened_on"),
        "contacts" => ("", ""),
        "employment" => ("", "started_on"),
        "touches" => ("", "touched_on"),
        "opt_outs" => ("", "since"),
        "balances" => ("customer_id, day", "day"),
        "owners" => ("owner_id", ""),
        "tier_overrides" => ("customer_id, tier", ""),
        "leads" => ("lead_id", "created_on"),
        "lead_events" => ("", "happened_on"),
        "channels" => ("channel", ""),
        "channel_costs" => ("channel, month", "month"),
        "search_visits" => ("keyword, day", "day"),
        "opportunities" => ("opportunity_id", "created_on"),
        "opportunity_stages" => ("", "entered_on"),
        "campaigns" => ("", "live_on"),
        "usage" => ("", "day"),
        "outcomes" => ("customer_id, month", "month"),
        "surveys" => ("", "answered_on"),
        "tickets" => ("ticket_id", "opened_at"),
        "content" => ("", "day"),
        "community" => ("day", "day"),
        "end_users" => ("end_user_id", "first_seen_on"),
        "interventions" => ("", "started_on"),
        "targets" => ("", ""),
        "wallet" => ("", "as_of"),
        other => panic!("no grain is known for a given table `{other}`"),
    };
    let (grain, number) = match grain {
        "" => ("n", ", row_number() OVER () AS n"),
        grain => (grain, ""),
    };
    // A column that is not given cannot hide rows.
    let as_of = if as_of.is_empty() || !head.contains(as_of) {
        String::new()
    } else {
        format!("-- as_of: {as_of}\n")
    };
    format!("-- grain: {grain}\n{as_of}SELECT *{number} FROM warehouse.{table}\n")
}

/// Runs what is asynchronous on a thread whose stack is as deep as the program's own.
pub(crate) fn wait<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let body = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(work())
        };
        let thread = std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, body).unwrap();
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

pub(crate) fn publish(request: &Request) -> Result<Outcome, Errors> {
    wait(async || run::run(request, &|_| {}).await)
}

/// Publishes, and says all faults when it cannot.
#[track_caller]
pub(crate) fn published(request: &Request) -> Outcome {
    publish(request).unwrap_or_else(|errors| panic!("{}", told(&errors)))
}

/// The rows of a model, money as text.
pub(crate) fn query(request: &Request, model: &str) -> Result<Vec<Row>, Errors> {
    rows(request, &Question::Table(model.parse::<TableName>().unwrap()))
}

/// The rows that SQL over the models gives.
pub(crate) fn asked(request: &Request, sql: &str) -> Result<Vec<Row>, Errors> {
    rows(request, &Question::Sql(sql.to_owned()))
}

fn rows(request: &Request, question: &Question) -> Result<Vec<Row>, Errors> {
    let mut bytes = Vec::new();
    let to = Box::new(&mut bytes);
    wait(async || run::query(request, question, None, Format::Json, to, &|_| {}).await)?;
    let rows: Vec<Row> = serde_json::from_slice(&bytes).unwrap();
    Ok(rows)
}

/// Errors with their help and notes, without the text of their files.
pub(crate) fn told(errors: &Errors) -> String {
    let mut text = String::new();
    for error in errors.iter() {
        text.push_str(&format!("{error}\n"));
        for line in error.notes.iter().chain(&error.help) {
            text.push_str(&format!("  {line}\n"));
        }
        if let Some(source) = &error.source {
            text.push_str(&format!("  caused by {source}\n"));
        }
    }
    text
}

/// The records of a CSV text by column.
pub(crate) fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|record| record.unwrap()).collect()
}

/// Copies a file or a folder; a link stays a link.
pub(crate) fn copy(from: &Path, to: &Path) {
    if from.is_symlink() {
        std::os::unix::fs::symlink(fs::read_link(from).unwrap(), to).unwrap();
    } else if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// All files below a folder, sorted; links are not followed.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Everything below a folder by path: the bytes of a file, the target of a link.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let content = |path: &PathBuf| {
        if path.is_symlink() {
            fs::read_link(path).unwrap().into_os_string().into_encoded_bytes()
        } else {
            fs::read(path).unwrap()
        }
    };
    let name = |path: &PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
    files(folder).iter().map(|path| (name(path), content(path))).collect()
}

/// Folders right below a folder, by name, sorted.
pub(crate) fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Runs every case on the machine's cores, and fails with all that went wrong, by case. `TIERBOOK_CASES=key_` runs those alone
/// whose names begin so.
pub(crate) fn every(cases: &[String], run: impl Fn(&str) -> Result<(), String> + Sync) {
    let wanted = env::var("TIERBOOK_CASES").unwrap_or_default();
    let cases: Vec<&String> = cases.iter().filter(|case| case.starts_with(&wanted)).collect();
    assert!(!cases.is_empty(), "no case begins with `{wanted}`");
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    let worker = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(case)));
            let result = result.unwrap_or_else(|panic| {
                Err(panic
                    .downcast::<String>()
                    .map_or_else(|_| "it panics; see above".to_owned(), |words| *words))
            });
            if let Err(reason) = result {
                failures.lock().unwrap().insert((*case).clone(), reason);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    let failures = failures.into_inner().unwrap();
    let told: Vec<String> = failures.iter().map(|(case, reason)| format!("--- {case}\n{reason}")).collect();
    assert!(told.is_empty(), "{} of {} cases fail:\n{}", told.len(), cases.len(), told.join("\n"));
}

/// Words by key.
pub(crate) type Words = BTreeMap<String, String>;

/// The words of a language, from all its files.
pub(crate) fn words(language: &str) -> Words {
    let folder = repository().join("report_templates/locales");
    let own =
        |path: &&PathBuf| path.strip_prefix(&folder).unwrap().display().to_string().starts_with(language);
    let mut words = Words::new();
    for path in files(&folder).iter().filter(own) {
        flatten("", &fs::read_to_string(path).unwrap().parse().unwrap(), &mut words);
    }
    words
}

fn flatten(prefix: &str, table: &toml::Table, words: &mut Words) {
    for (name, value) in table {
        match value {
            toml::Value::Table(inner) => flatten(&format!("{prefix}{name}."), inner, words),
            value => {
                words.insert(format!("{prefix}{name}"), value.as_str().expect("a word is a text").to_owned());
            }
        }
    }
}
