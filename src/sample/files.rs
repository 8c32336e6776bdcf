//! Parquet files of the sample: columns, encodings, and the writing of them.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int32Array, StringArray, StringBuilder,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::SampleError;
use crate::files;

/// Rows of a row group, and of a batch: a power of two not above 128 Ki.
pub(super) const ROWS_PER_GROUP: usize = 131_072;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The columns of one batch, in order.
#[derive(Default)]
pub(super) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn push(mut self, name: &str, is_nullable: bool, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, array.data_type().clone(), is_nullable));
        self.arrays.push(array);
        self
    }

    pub(super) fn text<S: AsRef<str>>(self, name: &str, values: impl Iterator<Item = S>) -> Self {
        self.push(name, false, Arc::new(StringArray::from_iter_values(values)))
    }

    pub(super) fn maybe_text<S: AsRef<str>>(
        self,
        name: &str,
        values: impl Iterator<Item = Option<S>>,
    ) -> Self {
        self.push(name, true, Arc::new(values.collect::<StringArray>()))
    }

    /// Text put together in place, without a string per row.
    pub(super) fn label<D: std::fmt::Display>(self, name: &str, values: impl Iterator<Item = D>) -> Self {
        self.push(name, false, Arc::new(labels(values.map(Some))))
    }

    pub(super) fn maybe_label<D: std::fmt::Display>(
        self,
        name: &str,
        values: impl Iterator<Item = Option<D>>,
    ) -> Self {
        self.push(name, true, Arc::new(labels(values)))
    }

    /// Cents, as `Decimal(18, 4)`.
    pub(super) fn money(self, name: &str, cents: impl Iterator<Item = i64>) -> Self {
        let array = Decimal128Array::from_iter_values(cents.map(|cents| i128::from(cents) * 100));
        let array = array.with_precision_and_scale(18, 4).expect("18 and 4 are a valid precision and scale");
        self.push(name, false, Arc::new(array))
    }

    /// Cents, as `Decimal(18, 4)`.
    pub(super) fn maybe_money(self, name: &str, cents: impl Iterator<Item = Option<i64>>) -> Self {
        let array: Decimal128Array = cents.map(|cents| cents.map(|cents| i128::from(cents) * 100)).collect();
        let array = array.with_precision_and_scale(18, 4).expect("18 and 4 are a valid precision and scale");
        self.push(name, true, Arc::new(array))
    }

    /// Hundredths, as `Decimal(5, 2)`.
    pub(super) fn share(self, name: &str, percent: impl Iterator<Item = i64>) -> Self {
        let array = Decimal128Array::from_iter_values(percent.map(i128::from));
        let array = array.with_precision_and_scale(5, 2).expect("5 and 2 are a valid precision and scale");
        self.push(name, false, Arc::new(array))
    }

    pub(super) fn integer(self, name: &str, values: impl Iterator<Item = i32>) -> Self {
        self.push(name, false, Arc::new(Int32Array::from_iter_values(values)))
    }

    pub(super) fn maybe_integer(self, name: &str, values: impl Iterator<Item = Option<i32>>) -> Self {
        self.push(name, true, Arc::new(values.collect::<Int32Array>()))
    }

    /// Days since 1970-01-01.
    pub(super) fn day(self, name: &str, values: impl Iterator<Item = i32>) -> Self {
        self.push(name, false, Arc::new(Date32Array::from_iter_values(values)))
    }

    pub(super) fn maybe_day(self, name: &str, values: impl Iterator<Item = Option<i32>>) -> Self {
        self.push(name, true, Arc::new(values.collect::<Date32Array>()))
    }

    /// Instants in seconds, as microseconds of UTC.
    pub(super) fn instant(self, name: &str, seconds: impl Iterator<Item = i64>) -> Self {
        let array = TimestampMicrosecondArray::from_iter_values(seconds.map(|second| second * 1_000_000));
        self.push(name, false, Arc::new(array.with_timezone("UTC")))
    }

    pub(super) fn maybe_instant(self, name: &str, seconds: impl Iterator<Item = Option<i64>>) -> Self {
        let micros = seconds.map(|second| second.map(|second| second * 1_000_000));
        let array: TimestampMicrosecondArray = micros.collect();
        self.push(name, true, Arc::new(array.with_timezone("UTC")))
    }

    pub(super) fn flag(self, name: &str, values: impl Iterator<Item = bool>) -> Self {
        self.push(name, false, Arc::new(BooleanArray::from_iter(values.map(Some))))
    }

    fn batch(self) -> Result<RecordBatch, Fault> {
        Ok(RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)?)
    }
}

fn labels<D: std::fmt::Display>(values: impl Iterator<Item = Option<D>>) -> StringArray {
    let mut builder = StringBuilder::new();
    for value in values {
        match value {
            Some(value) => {
                write!(builder, "{value}").expect("writing to memory cannot fail");
                builder.append_value("");
            }
            None => builder.append_null(),
        }
    }
    builder.finish()
}

/// How a table lies in its files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// The columns by which the rows are sorted.
    pub(super) sorted_by: &'static [i32],
    /// Texts that differ from row to row but share their beginnings.
    pub(super) numbers: &'static [&'static str],
    /// Instants, and amounts that hardly repeat.
    pub(super) deltas: &'static [&'static str],
}

/// Writes the rows as one file, a row group at a time, and makes the folders above it.
pub(super) fn write_table<T>(
    path: &Path,
    layout: Layout,
    rows: &[T],
    columns: impl Fn(&[T]) -> Columns,
) -> Result<(), SampleError> {
    let mut writer = TableWriter::create(path, layout, columns)?;
    // A month without rows still has a file, so that its columns are known.
    for chunk in rows.chunks(ROWS_PER_GROUP) {
        writer.write(chunk)?;
    }
    writer.finish()
}

/// Writes a table whose rows come bit by bit; holds one row group of them.
pub(super) struct TableWriter<T, F> {
    path: PathBuf,
    writer: ArrowWriter<File>,
    rows: Vec<T>,
    columns: F,
}

impl<T, F: Fn(&[T]) -> Columns> TableWriter<T, F> {
    /// Makes the file and the folders above it.
    pub(super) fn create(path: &Path, layout: Layout, columns: F) -> Result<Self, SampleError> {
        let open = || -> Result<ArrowWriter<File>, Fault> {
            let schema = columns(&[]).batch()?.schema();
            // The Arrow schema in the footer would repeat what the Parquet types say.
            let options =
                ArrowWriterOptions::new().with_properties(properties(layout)?).with_skip_arrow_metadata(true);
            Ok(ArrowWriter::try_new_with_options(files::create(path)?, schema, options)?)
        };
        let writer = open().map_err(|source| SampleError::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), writer, rows: Vec::new(), columns })
    }

    pub(super) fn extend(&mut self, rows: impl IntoIterator<Item = T>) -> Result<(), SampleError> {
        for row in rows {
            self.rows.push(row);
            if self.rows.len() == ROWS_PER_GROUP {
                let rows = std::mem::take(&mut self.rows);
                self.write(&rows)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, rows: &[T]) -> Result<(), SampleError> {
        let batch = (self.columns)(rows).batch();
        let written = batch.and_then(|batch| Ok(self.writer.write(&batch)?));
        written.map_err(|source| SampleError::Write { path: self.path.clone(), source })
    }

    pub(super) fn finish(mut self) -> Result<(), SampleError> {
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            self.write(&rows)?;
        }
        let closed = self.writer.close();
        closed.map(|_| ()).map_err(|source| SampleError::Write { path: self.path, source: source.into() })
    }
}

fn properties(layout: Layout) -> Result<WriterProperties, Fault> {
    let sorted_by = layout.sorted_by.iter().map(|&column_idx| SortingColumn {
        column_idx,
        descending: false,
        nulls_first: false,
    });
    let mut builder = WriterProperties::builder()
        .set_created_by("tierbook".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(6)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_sorting_columns(Some(sorted_by.collect()));
    for column in layout.numbers {
        builder = builder
            .set_column_dictionary_enabled(ColumnPath::from(*column), false)
            .set_column_encoding(ColumnPath::from(*column), Encoding::DELTA_BYTE_ARRAY);
    }
    for column in layout.deltas {
        builder = builder
            .set_column_dictionary_enabled(ColumnPath::from(*column), false)
            .set_column_encoding(ColumnPath::from(*column), Encoding::DELTA_BINARY_PACKED);
    }
    Ok(builder.build())
}
