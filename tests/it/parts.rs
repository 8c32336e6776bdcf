//! Grouped scans file by file: the rows of the engine alone, with only the files read that are new.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use tierbook::engine::{self, Engine, Limits, Merged, Parts, WarehouseFile};
use tierbook::error::{Error, ErrorKind};
use tierbook::models;
use tierbook::names::TableName;
use tierbook::project::query_file;
use tierbook::sources;
use tierbook::store::Store;

use crate::{support, tables};

/// Everything whose merge is exact, with a filter and conditions of single sums.
const EXACT: &str = "SELECT k, sum(amount) AS s, count(*) AS n, count(amount) AS m, count(DISTINCT who) AS d, \
    min(day) AS first_on, max(who) AS last, avg(amount) AS mean, sum(CASE WHEN amount > 3 THEN 1 ELSE 0 END) AS c, \
    sum(amount) FILTER (WHERE who <> 'c1') AS others FROM warehouse.sales WHERE k <> 'k0' GROUP BY k";

struct Warehouse {
    folder: TempDir,
    random: ChaCha8Rng,
}

impl Warehouse {
    fn new(n_files: u32) -> Self {
        let mut own =
            Self { folder: tempfile::tempdir().unwrap(), random: ChaCha8Rng::seed_from_u64(20_261_031) };
        (0..n_files).for_each(|number| own.write(number));
        own
    }

    fn file(&self, number: u32) -> PathBuf {
        self.folder.path().join(format!("warehouse/sales/{number:02}.parquet"))
    }

    /// Writes a file with rows by chance, some values of which are empty.
    fn write(&mut self, number: u32) {
        let mut text = String::from("k:text,who:text,day:date,amount:decimal\n");
        for _ in 0..self.random.random_range(0..60) {
            let (k, who) = (self.random.random_range(0..6), self.random.random_range(0..9));
            let day = self.random.random_range(1..=28);
            let amount = match self.random.random_range(-400_i32..900) {
                cents if cents % 7 == 0 => String::new(),
                cents => format!(
                    "{}{}.{:02}",
                    if cents < 0 { "-" } else { "" },
                    cents.abs() / 100,
                    cents.abs() % 100
                ),
            };
            text += &format!("k{k},c{who},2026-10-{day:02},{amount}\n");
        }
        tables::write_parquet(&text, &self.file(number));
    }

    /// A session over the files, with what `store` keeps.
    fn engine(&self, store: Option<&Arc<Store>>, seed: &str) -> (Engine, Arc<Parts>) {
        let name: TableName = "warehouse.sales".parse().unwrap();
        let mut opened =
            sources::open(&self.folder.path().join("warehouse"), &[name.clone()].into()).unwrap();
        opened.fingerprint().unwrap();
        let files = opened.tables[&name].files.iter().zip(&opened.prints[&name]);
        let file_of = |hash: &str| WarehouseFile { table: name.clone(), hash: hash.to_owned() };
        let files: Vec<_> = files.map(|(file, print)| (file.path.clone(), file_of(&print.blake3))).collect();
        let parts = Arc::new(Parts::new(store.cloned(), files, 0, seed));
        let limits = Limits { memory: 1 << 30, partitions: 2, ..Limits::default() };
        let engine = Engine::new(&limits, &self.folder.path().join("spill")).unwrap();
        let engine = engine.with_parts(Arc::clone(&parts));
        opened.tables[&name].register(&engine).unwrap();
        (engine, parts)
    }

    /// How a query reads the files.
    fn scans(&self, sql: &str) -> Vec<String> {
        let (engine, _) = self.engine(None, "");
        let query = query_file::parse_select("q.sql", &sql.into()).unwrap();
        let scans = support::wait(async || engine.scans(engine.plan(&query).await.unwrap()).await.unwrap());
        scans.iter().map(ToString::to_string).collect()
    }

    /// A query's rows as text, sorted, and what was merged; by the engine alone, or with what `store` keeps.
    fn rows(
        &self,
        sql: &str,
        store: Option<&Arc<Store>>,
        seed: &str,
    ) -> Result<(Vec<String>, Vec<Merged>), Error> {
        let (engine, parts) = self.engine(store, seed);
        let query = query_file::parse_select("q.sql", &sql.into()).unwrap();
        let batches = support::wait(async || {
            let plan = engine.plan(&query).await.unwrap();
            engine.collect(plan).await
        });
        let batches = batches.map_err(|error| engine::execution_fault(error, "computing `a.b`"))?;
        let mut rows = Vec::new();
        for batch in batches {
            let columns = models::text_columns(&batch).unwrap();
            rows.extend(
                (0..batch.num_rows()).map(|row| {
                    format!("{:?}", columns.iter().map(|column| &column[row]).collect::<Vec<_>>())
                }),
            );
        }
        rows.sort();
        Ok((rows, parts.take_merged()))
    }

    fn store(&self) -> Arc<Store> {
        Arc::new(Store::open(&self.folder.path().join("store"), u64::MAX, SystemTime::UNIX_EPOCH).unwrap())
    }
}

#[test]
fn groups_merged_from_files_are_those_of_all_rows_and_only_new_files_are_read() {
    let mut warehouse = Warehouse::new(8);
    let store = warehouse.store();
    let (_, merged) = warehouse.rows(EXACT, Some(&store), "").unwrap();
    assert_eq!(merged, [Merged { files: 8, read: 8 }]);
    for round in 0..40_u32 {
        let number = warehouse.random.random_range(0..10);
        let was_there = warehouse.file(number).is_file();
        let n_new = if was_there && round % 3 == 0 {
            fs::remove_file(warehouse.file(number)).unwrap();
            0
        } else {
            warehouse.write(number);
            1
        };
        let (own, _) = warehouse.rows(EXACT, None, "").unwrap();
        // Another seed each time, so that what is kept is compared now and then.
        let (rows, merged) = warehouse.rows(EXACT, Some(&store), &round.to_string()).unwrap();
        assert_eq!(rows, own, "round {round}");
        assert_eq!(merged.iter().map(|merged| merged.read).sum::<usize>(), n_new, "round {round}");
        let (_, again) = warehouse.rows(EXACT, Some(&store), &round.to_string()).unwrap();
        assert!(again.len() == 1 && again[0].read == 0, "round {round}: {again:?}");
    }
}

#[test]
fn what_would_depend_on_the_order_of_adding_is_computed_from_all_rows() {
    let warehouse = Warehouse::new(4);
    let store = warehouse.store();
    for call in ["sum(CAST(amount AS DOUBLE))", "avg(CAST(amount AS DOUBLE))", "array_agg(who ORDER BY who)"]
    {
        let sql = format!("SELECT k, {call} AS x FROM warehouse.sales GROUP BY k");
        let (_, merged) = warehouse.rows(&sql, Some(&store), "").unwrap();
        assert!(merged.is_empty(), "{call}");
    }
}

#[test]
fn a_query_tells_how_it_reads_the_files_and_why_not_one_by_one() {
    let warehouse = Warehouse::new(3);
    let whole = |why: &str| vec![format!("warehouse.sales as a whole: {why}")];
    let one_by_one = vec!["warehouse.sales file by file".to_owned()];
    let of = |sql: &str| warehouse.scans(&sql.replace("TABLE", "warehouse.sales"));
    assert_eq!(of(EXACT), one_by_one);
    // What is done with the groups is another matter.
    let sql = "SELECT a.k, a.n, row_number() OVER (ORDER BY a.n) AS place FROM \
               (SELECT k, count(*) AS n FROM TABLE GROUP BY k) a JOIN (VALUES ('k1')) b (k) ON b.k = a.k";
    assert_eq!(of(sql), one_by_one);
    assert_eq!(of("SELECT k, amount FROM TABLE ORDER BY k"), whole("its rows are not grouped"));
    let sql = "SELECT a.k, count(*) AS n FROM TABLE a JOIN (VALUES ('k1')) b (k) ON b.k = a.k GROUP BY a.k";
    assert_eq!(of(sql), whole("its rows are joined before they are grouped"));
    let sql = "SELECT k, lag(day) OVER (PARTITION BY k ORDER BY day, who, amount) AS d FROM TABLE";
    assert_eq!(of(sql), whole("its rows are ranked among each other"));
    let sql =
        "SELECT k, count(*) AS n FROM (SELECT k FROM TABLE UNION ALL SELECT who FROM TABLE) a GROUP BY k";
    assert_eq!(of(sql), whole("its rows are put beside others before they are grouped"));
    let sql = "SELECT k, who, count(*) AS n FROM TABLE GROUP BY ROLLUP (k, who)";
    assert_eq!(of(sql), whole("its rows are grouped in several ways at once"));
    let sql = "SELECT k, array_agg(who ORDER BY who) AS x FROM TABLE GROUP BY k";
    assert_eq!(of(sql), whole("`array_agg` cannot be merged from parts"));
    let sql = "SELECT k, sum(CAST(amount AS DOUBLE)) AS x FROM TABLE GROUP BY k";
    assert_eq!(of(sql), whole("`sum` adds floating-point numbers, whose sum depends on their order"));
    let sql = "SELECT k, sum(DISTINCT amount) AS x, count(*) AS n FROM TABLE GROUP BY k";
    assert_eq!(of(sql), whole("`sum` of distinct values cannot be merged from parts"));
    // Read twice, each in its own way; a part that is read twice is looked at once.
    let sql = "WITH n AS (SELECT k, count(*) AS n FROM TABLE GROUP BY k) \
               SELECT a.k, a.n, b.n AS m, c.who FROM n a JOIN n b ON b.n = a.n JOIN TABLE c ON c.k = a.k";
    assert_eq!(of(sql), [one_by_one, whole("its rows are not grouped")].concat());
    // Of a single file there is nothing to tell.
    assert!(Warehouse::new(1).scans(EXACT).is_empty());
}

#[test]
fn what_is_kept_of_a_file_and_is_not_what_its_rows_come_to_is_found_told_and_forgotten() {
    let warehouse = Warehouse::new(2);
    let store = warehouse.store();
    let (own, _) = warehouse.rows(EXACT, Some(&store), "").unwrap();
    let folder = warehouse.folder.path().join("store");
    swap_the_first_for_the_second(&folder);
    let found = (0..64).find_map(|seed| warehouse.rows(EXACT, Some(&store), &seed.to_string()).err());
    let error = found.expect("what is kept is looked at within 64 runs");
    assert_eq!(error.kind, ErrorKind::Environment);
    let messages = [0, 1].map(|number| {
        let file = warehouse.file(number).canonicalize().unwrap();
        format!("computing `a.b`: what was kept of `{}` is not what its rows come to", file.display())
    });
    assert!(messages.contains(&error.message), "{}", error.message);
    let help = "it was removed from the store: run again, and see whether the disk or the memory is sound";
    assert_eq!(error.help, [help]);
    let (rows, merged) = warehouse.rows(EXACT, Some(&store), "").unwrap();
    assert_eq!((rows, merged), (own, vec![Merged { files: 2, read: 1 }]));
}

/// Gives the first of two results the rows of the second, with a hash that is right.
fn swap_the_first_for_the_second(store: &Path) {
    let files = support::files(store);
    let records: Vec<&PathBuf> =
        files.iter().filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    let read = |path: &Path| -> serde_json::Value {
        let text = fs::read_to_string(path).unwrap();
        serde_json::from_str(text.split_once('\n').unwrap().1).unwrap()
    };
    let (mut first, second) = (read(records[0]), read(records[1]));
    first["data"] = second["data"].clone();
    let short = second["data"]["blake3"].as_str().unwrap()[..16].to_owned();
    let rows = files.iter().find(|path| path.extension().is_some_and(|kind| kind == short.as_str())).unwrap();
    fs::copy(rows, records[0].with_extension(&short)).unwrap();
    let text = first.to_string();
    fs::write(records[0], format!("{}\n{text}", blake3::hash(text.as_bytes()).to_hex())).unwrap();
}
