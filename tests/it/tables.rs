//! CSV with typed headers (`amount:decimal`) as Parquet, for the warehouses of tests.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use jiff::Timestamp;
use jiff::civil::Date;
use parquet::arrow::ArrowWriter;

/// Money has four decimals, as the contract of the staging tables has it.
const SCALE: usize = 4;

/// A CSV text: names and type words of its columns, and its cells.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) columns: Vec<(String, String)>,
    pub(crate) rows: Vec<Vec<String>>,
}

pub(crate) fn typed(text: &str) -> Typed {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader
        .headers()
        .unwrap()
        .iter()
        .map(|cell| cell.split_once(':').expect("a typed header"))
        .map(|(name, word)| (name.to_owned(), word.to_owned()))
        .collect();
    let rows = reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect());
    Typed { columns, rows: rows.collect() }
}

/// Writes a CSV text as a Parquet file; an empty cell is NULL.
pub(crate) fn write_parquet(text: &str, path: &Path) {
    let table = typed(text);
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (index, (name, word)) in table.columns.iter().enumerate() {
        let cells: Vec<Option<&str>> =
            table.rows.iter().map(|row| Some(row[index].as_str()).filter(|cell| !cell.is_empty())).collect();
        let array = array(word, &cells);
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    write_batches(&[batch], path);
}

/// Writes batches of one schema as a Parquet file.
pub(crate) fn write_batches(batches: &[RecordBatch], path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let schema = batches.first().expect("a batch").schema();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, None).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
}

fn array(word: &str, cells: &[Option<&str>]) -> ArrayRef {
    match word {
        "text" => Arc::new(StringArray::from(cells.to_vec())),
        "int" => Arc::new(
            cells.iter().map(|cell| cell.map(|text| text.parse::<i64>().unwrap())).collect::<Int64Array>(),
        ),
        "bool" => {
            Arc::new(cells.iter().map(|cell| cell.map(|text| text == "true")).collect::<BooleanArray>())
        }
        "date" => Arc::new(cells.iter().map(|cell| cell.map(days)).collect::<Date32Array>()),
        "instant" => {
            let micros = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
            let array: TimestampMicrosecondArray = cells.iter().map(|cell| cell.map(micros)).collect();
            Arc::new(array.with_timezone("UTC"))
        }
        "decimal" => {
            let array: Decimal128Array = cells.iter().map(|cell| cell.map(unscaled)).collect();
            Arc::new(array.with_precision_and_scale(18, i8::try_from(SCALE).unwrap()).unwrap())
        }
        other => panic!("no type `{other}` in a typed CSV"),
    }
}

fn days(text: &str) -> i32 {
    (text.parse::<Date>().unwrap() - Date::constant(1970, 1, 1)).get_days()
}

fn unscaled(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<SCALE$}").parse().unwrap()
}
