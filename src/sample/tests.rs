use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::{Date32Type, Decimal128Type, Int32Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use jiff::civil::date;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::files;

use super::{Planted, SampleError, SampleSpec, SampleSummary, Section, truth_markdown, write_sample};

pub(super) fn spec(customers: u32, months: u32) -> SampleSpec {
    SampleSpec { customers, months, seed: 7, last_day: date(2026, 10, 31) }
}

pub(super) fn made(spec: &SampleSpec) -> (tempfile::TempDir, SampleSummary) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let summary = write_sample(spec, folder.path()).expect("the sample can be written");
    (folder, summary)
}

pub(super) fn written(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = files::files_below(folder).expect("the folder can be read").into_iter();
    let name = |path: &Path| path.strip_prefix(folder).expect("it is below the folder").to_owned();
    paths.map(|path| (name(&path), files::read(&path).expect("the file can be read"))).collect()
}

/// All batches of a table, in the order of its files.
pub(super) fn table(folder: &Path, name: &str) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for path in written(folder).into_keys().filter(|path| path.starts_with(name)) {
        let file = files::open(&folder.join(path)).expect("the file can be opened");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet").build();
        batches.extend(reader.expect("it can be read").map(|batch| batch.expect("it can be read")));
    }
    batches
}

pub(super) fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let array = batch.column_by_name(column).expect("the table has the column");
    array.as_string::<i32>().iter().map(|value| value.map(str::to_owned)).collect()
}

pub(super) fn days(batch: &RecordBatch, column: &str) -> Vec<i32> {
    let array = batch.column_by_name(column).expect("the table has the column");
    array.as_primitive::<Date32Type>().values().to_vec()
}

fn flags(batch: &RecordBatch, column: &str) -> Vec<bool> {
    let array = batch.column_by_name(column).expect("the table has the column");
    array.as_boolean().iter().map(|value| value == Some(true)).collect()
}

pub(super) fn section<'a>(summary: &'a SampleSummary, title: &str) -> &'a Section {
    let found = summary.truth.sections.iter().find(|section| section.title == title);
    found.expect("the page has the section")
}

fn instants(batch: &RecordBatch, column: &str) -> Vec<i64> {
    let array = batch.column_by_name(column).expect("the table has the column");
    array.as_primitive::<TimestampMicrosecondType>().values().to_vec()
}

pub(super) fn money(batch: &RecordBatch, column: &str) -> Vec<i128> {
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

/// Days since 1970-01-01 of the last day of [`spec`].
pub(super) const LAST_DAY: i32 = 20_757;

#[test]
fn what_is_planted_around_sales_is_told() {
    let (folder, summary) = made(&spec(300, 16));
    for section in &summary.truth.sections {
        assert!(!section.rows.is_empty(), "{} is empty", section.title);
        assert!(section.rows.iter().all(|row| row.len() == section.columns.len()), "{}", section.title);
    }
    let told = truth_markdown(&summary.truth);
    assert!(told.contains("## Visits missed\n"));

    let mut latest: BTreeMap<String, i32> = BTreeMap::new();
    for batch in table(folder.path(), "activity") {
        let rows = texts(&batch, "account_no").into_iter().flatten().zip(days(&batch, "activity_date"));
        for ((account, day), done) in rows.zip(flags(&batch, "is_done")) {
            assert!(day <= LAST_DAY, "{account} is contacted after the last day");
            let seen = latest.entry(account).or_insert(i32::MIN);
            *seen = if done { day.max(*seen) } else { *seen };
        }
    }
    let unseen: BTreeSet<String> =
        section(&summary, "Customers out of sight").rows.iter().map(|row| row[0].clone()).collect();
    for batch in table(folder.path(), "crm_account") {
        let accounts = texts(&batch, "account_no").into_iter().flatten();
        for (account, is_test) in accounts.zip(flags(&batch, "is_test")) {
            let is_recent = latest.get(&account).is_some_and(|day| *day >= LAST_DAY - 90);
            assert_eq!(is_recent, !is_test && !unseen.contains(&account), "{account}");
        }
    }
}

#[test]
fn keys_of_the_tables_around_sales_are_unique() {
    let (folder, _) = made(&spec(300, 16));
    let keys: [(&str, &[&str]); 10] = [
        ("activity", &["activity_no"]),
        ("contact_person", &["person_no"]),
        ("crm_shop", &["shop_no"]),
        ("deal/", &["deal_no"]),
        ("deal_stage", &["deal_no", "stage"]),
        ("lead/", &["lead_no"]),
        ("member", &["member_no"]),
        ("order_credit.parquet", &["order_no", "rep_no"]),
        ("survey_answer", &["answer_no"]),
        ("ticket", &["ticket_no"]),
    ];
    for (name, columns) in keys {
        let mut seen = BTreeSet::new();
        for batch in table(folder.path(), name) {
            let columns: Vec<_> = columns.iter().map(|column| texts(&batch, column)).collect();
            for row in 0..batch.num_rows() {
                let key: Vec<_> = columns.iter().map(|column| column[row].clone()).collect();
                assert!(seen.insert(key.clone()), "{name} has {key:?} twice");
            }
        }
        assert!(!seen.is_empty(), "{name} is empty");
    }
}

#[test]
fn balances_are_exact_on_the_edges() {
    let (folder, _) = made(&spec(300, 16));
    let mut sums: BTreeMap<String, (i128, i128)> = BTreeMap::new();
    for batch in table(folder.path(), "settlement_balance") {
        let rows = texts(&batch, "account_no").into_iter().flatten().zip(days(&batch, "balance_date"));
        for ((account, _), amount) in
            rows.zip(money(&batch, "balance")).filter(|((_, day), _)| *day > LAST_DAY - 31)
        {
            let (sum, n) = sums.entry(account).or_default();
            (*sum, *n) = (*sum + amount, *n + 1);
        }
    }
    for edge in [200_000, 1_000_000, 5_000_000, 10_000_000] {
        let exact = sums.values().filter(|(sum, n)| *n == 31 && *sum == n * edge * 10_000).count();
        assert_eq!(exact, 1, "{edge}");
    }
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
