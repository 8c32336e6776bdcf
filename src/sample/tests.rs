use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::{Decimal128Type, Int32Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use jiff::civil::date;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::files;

use super::{Planted, SampleError, SampleSpec, SampleSummary, truth_markdown, write_sample};

fn spec(customers: u32, months: u32) -> SampleSpec {
    SampleSpec { customers, months, seed: 7, last_day: date(2026, 10, 31) }
}

fn made(spec: &SampleSpec) -> (tempfile::TempDir, SampleSummary) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let summary = write_sample(spec, folder.path()).expect("the sample can be written");
    (folder, summary)
}

fn written(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = files::files_below(folder).expect("the folder can be read").into_iter();
    let name = |path: &Path| path.strip_prefix(folder).expect("it is below the folder").to_owned();
    paths.map(|path| (name(&path), files::read(&path).expect("the file can be read"))).collect()
}

/// All batches of a table, in the order of its files.
fn table(folder: &Path, name: &str) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for path in written(folder).into_keys().filter(|path| path.starts_with(name)) {
        let file = files::open(&folder.join(path)).expect("the file can be opened");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet").build();
        batches.extend(reader.expect("it can be read").map(|batch| batch.expect("it can be read")));
    }
    batches
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let array = batch.column_by_name(column).expect("the table has the column");
    array.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect()
}

fn instants(batch: &RecordBatch, column: &str) -> Vec<i64> {
    let array = batch.column_by_name(column).expect("the table has the column");
    array.as_primitive::<TimestampMicrosecondType>().values().to_vec()
}

fn money(batch: &RecordBatch, column: &str) -> Vec<i128> {
    let array = batch.column_by_name(column).expect("the table has the column");
    array.as_primitive::<Decimal128Type>().values().to_vec()
}

#[test]
fn same_specification_same_bytes() {
    let (first, _) = made(&spec(80, 6));
    let (second, _) = made(&spec(80, 6));
    assert_eq!(written(first.path()), written(second.path()));
    let (other, _) = made(&SampleSpec { seed: 8, ..spec(80, 6) });
    assert_ne!(written(first.path()), written(other.path()));
}

#[test]
fn keys_are_unique_and_time_runs_forward() {
    let last_day = date(2026, 10, 17);
    let (folder, summary) = made(&SampleSpec { last_day, ..spec(120, 9) });
    let mut created = BTreeMap::new();
    for batch in table(folder.path(), "crm_account") {
        created.extend(texts(&batch, "account_no").into_iter().zip(instants(&batch, "created_at")));
    }
    assert_eq!(created.len(), 120);

    let end_of_data = (20_743 + 1) * 86_400_000_000_i64 - 8 * 3_600_000_000;
    let mut keys = BTreeSet::new();
    let mut latest = i64::MIN;
    for batch in table(folder.path(), "sales_order_line") {
        let lines = batch.column_by_name("line_seq").expect("the table has the column");
        let lines = lines.as_primitive::<Int32Type>().values().to_vec();
        let at = instants(&batch, "ordered_at");
        let (orders, accounts) = (texts(&batch, "order_no"), texts(&batch, "account_no"));
        for (((order, line), account), at) in orders.into_iter().zip(lines).zip(accounts).zip(at) {
            assert!(keys.insert((order, line)), "a line is there twice");
            assert!(created[&account] < at, "an order before the account");
            assert!((latest..end_of_data).contains(&at), "out of order");
            latest = at;
        }
    }
    assert_eq!(keys.len() as u64, summary.lines);
    let receipts: Vec<RecordBatch> = table(folder.path(), "receipt");
    assert!(receipts.iter().flat_map(|batch| instants(batch, "received_at")).all(|at| at < end_of_data));
    let numbers: BTreeSet<_> = receipts.iter().flat_map(|batch| texts(batch, "receipt_no")).collect();
    assert_eq!(numbers.len() as u64, summary.receipts);
}

#[test]
fn contracts_amount_to_their_lines() {
    let (folder, _) = made(&spec(150, 8));
    let mut sums = BTreeMap::new();
    for batch in table(folder.path(), "sales_order_line") {
        let net = money(&batch, "gross_amount").into_iter().zip(money(&batch, "discount_amount"));
        for (contract, (gross, discount)) in texts(&batch, "contract_no").into_iter().zip(net) {
            if let Some(contract) = contract {
                *sums.entry(contract).or_insert(0) += gross - discount;
            }
        }
    }
    let mut amounts = BTreeMap::new();
    for batch in table(folder.path(), "contract") {
        let numbers = texts(&batch, "contract_no").into_iter().flatten();
        amounts.extend(numbers.zip(money(&batch, "contract_amount")));
    }
    assert!(!sums.is_empty());
    assert_eq!(sums, amounts);
}

#[test]
fn planted_customers_are_as_told() {
    let (_folder, summary) = made(&spec(120, 18));
    let of = |planted: Planted| summary.truth.customers.iter().filter(move |c| c.planted == planted);
    assert_eq!(of(Planted::Internal).count(), 2);
    assert_eq!(of(Planted::Occasional).count(), 3);
    assert!(of(Planted::Occasional).all(|customer| (1..=2).contains(&customer.n_months)));
    assert_eq!(of(Planted::Unprofitable).chain(of(Planted::Squeezer)).count(), 6);
    let mut losing = of(Planted::Unprofitable).chain(of(Planted::Squeezer));
    assert!(losing.all(|customer| customer.n_months >= 10 && customer.cost > customer.revenue));
    assert!(of(Planted::LateRefund).all(|customer| customer.revenue < 0));
    let names: BTreeSet<_> = of(Planted::SameName).map(|customer| &customer.account_name).collect();
    assert_eq!(names.len(), 1);
    assert!(truth_markdown(&summary.truth).contains("| occasional bulk buyer | C"));
}

#[test]
fn the_smallest_sample_works_and_none_is_refused() {
    let (folder, summary) = made(&spec(1, 1));
    assert_eq!(summary.customers, 1);
    assert!(summary.truth.customers.is_empty());
    assert!(written(folder.path()).contains_key(Path::new("sales_order_line/month=2026-10/part-0.parquet")));
    let occupied = write_sample(&spec(1, 1), folder.path());
    assert!(matches!(occupied, Err(SampleError::Occupied(path)) if path.ends_with("crm_account")));

    for (customers, months) in [(0, 1), (1, 0)] {
        let out = folder.path().join("none");
        let refused = write_sample(&spec(customers, months), &out);
        assert!(matches!(refused, Err(SampleError::Spec(message)) if message.contains("not 0")));
        assert!(!out.exists());
    }
}
