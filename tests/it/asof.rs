//! A run of an earlier day sees what it would have seen on that day, and nothing of what came later.

use std::fs::{self, File};
use std::path::Path;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};
use jiff::civil::{Date, date};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tierbook::sample::{SampleSpec, write_sample};

use crate::support::{self, Project};
use crate::tables;

const MODELS: [&str; 13] = [
    "tiers.current",
    "tiers.history",
    "tiers.migration",
    "tiers.changes",
    "churn.cohorts",
    "churn.monthly",
    "churn.lost_customers",
    "arpu.monthly",
    "value.contribution",
    "value.concentration",
    "revenue.final",
    "revenue.intent",
    "review.headline",
];

/// The columns that say when a row of the sample happened.
const HAPPENED: [(&str, &str); 4] = [
    ("sales_order_line", "ordered_at"),
    ("receipt", "received_at"),
    ("contract", "signed_date"),
    ("crm_account", "created_at"),
];

#[test]
fn no_row_of_a_later_day_leaks_into_any_model() {
    let whole = Project::of_sample();
    let spec = SampleSpec { customers: 60, months: 14, seed: 11, last_day: date(2026, 10, 31) };
    write_sample(&spec, &whole.path("warehouse")).unwrap();
    for staging in ["sales", "customers", "payments", "contracts"] {
        let path = format!("queries/staging/{staging}.sql");
        let text: String = whole
            .read(&path)
            .lines()
            .filter(|line| !line.starts_with("-- fresh"))
            .map(|line| format!("{line}\n"))
            .collect();
        whole.write(&path, &text);
    }
    whole.export_only(&MODELS);
    for day in [date(2026, 8, 31), date(2026, 9, 17)] {
        let cut = whole.copied();
        let dropped = cut_at(&cut.path("warehouse"), day);
        assert!(dropped > 100, "only {dropped} rows lie after {day}");
        support::published(&whole.as_of(day));
        support::published(&cut.as_of(day));
        for model in MODELS {
            let file = format!("book/editions/{day}.1/data/{model}.csv");
            let (seen, then) = (whole.read(&file), cut.read(&file));
            assert!(seen.lines().count() > 1, "{model} has no row on {day}");
            let differ = seen.lines().zip(then.lines()).find(|(seen, then)| seen != then);
            assert!(seen == then, "{model} on {day} knows of later rows: {differ:?}");
        }
    }
}

/// Keeps the rows up to a day, and gives how many went.
fn cut_at(warehouse: &Path, day: Date) -> usize {
    let mut dropped = 0;
    for (table, column) in HAPPENED {
        for path in support::files(&warehouse.join(table)) {
            dropped += cut_file(&path, column, day);
        }
    }
    dropped
}

fn cut_file(path: &Path, column: &str, day: Date) -> usize {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(|batch| batch.unwrap()).collect();
    let kept: Vec<RecordBatch> = batches
        .iter()
        .map(|batch| filter_record_batch(batch, &up_to(batch.column_by_name(column).unwrap(), day)).unwrap())
        .collect();
    let rows = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    let dropped = rows(&batches) - rows(&kept);
    fs::remove_file(path).unwrap();
    if rows(&kept) > 0 {
        tables::write_batches(&kept, path);
    }
    dropped
}

/// Which values lie on or before a day, in the business time zone (UTC+8 without summer time).
fn up_to(column: &dyn Array, day: Date) -> BooleanArray {
    let last = (day - Date::constant(1970, 1, 1)).get_days();
    match column.data_type() {
        DataType::Date32 => {
            column.as_primitive::<Date32Type>().iter().map(|day| day.map(|day| day <= last)).collect()
        }
        DataType::Timestamp(_, _) => {
            let instants = column.as_primitive::<TimestampMicrosecondType>().iter();
            let day_of = |instant: i64| (instant + 8 * 3_600_000_000).div_euclid(86_400_000_000);
            instants.map(|instant| instant.map(|instant| day_of(instant) <= i64::from(last))).collect()
        }
        other => panic!("{other} is no time"),
    }
}

/// 23:59:59 of the day in Shanghai is 15:59:59 in UTC.
#[test]
fn an_instant_belongs_to_the_business_day_it_falls_on_and_later_milestones_are_not_known_yet() {
    let tickets = "ticket_id:text,customer_id:text,opened_at:instant,first_reply_at:instant,closed_at:instant
t1,c1,2026-09-30T15:59:59Z,2026-09-30T15:59:59Z,2026-09-30T16:00:00Z
t2,c1,2026-09-30T16:00:00Z,,
t3,c1,2026-09-29T01:00:00Z,2026-10-02T01:00:00Z,
";
    let project = Project::shipped(&[("tickets".to_owned(), tickets.to_owned())]);
    let sql = "-- grain: ticket_id
-- column: ticket_id text \"Ticket\"
-- column: has_reply bool \"Replied\"
-- column: has_end bool \"Closed\"
SELECT ticket_id, first_reply_at IS NOT NULL AS has_reply, closed_at IS NOT NULL AS has_end
FROM staging.tickets
";
    project.write("queries/review/tickets.sql", sql);
    let rows = support::query(&project.as_of(date(2026, 9, 30)), "review.tickets").unwrap();
    let seen: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row["ticket_id"], row["has_reply"], row["has_end"]))
        .collect();
    assert_eq!(seen, ["\"t1\" true false", "\"t3\" false false"]);
}
