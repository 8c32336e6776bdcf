//! Rows -> a file or a stream: one file per format, each behind [`RowWriter`].
//!
//! Takes record batches in their order. Gives bytes that depend on nothing else.

mod csv;
mod json;
mod parquet;
mod table;

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::error::{Error, Result};

pub(crate) use self::csv::guarded;

/// A format that rows can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns side by side, for a terminal.
    Table,
    /// RFC 4180, with a header line.
    Csv,
    /// As `Csv`, for spreadsheets: a byte order mark, CRLF, and no cell that a spreadsheet takes for a formula.
    SpreadsheetCsv,
    /// An array of objects; money as strings, so that no digit is lost.
    Json,
    /// Parquet, zstd.
    Parquet,
}

/// Writes batches in one format.
pub trait RowWriter: Send {
    /// Writes a batch.
    ///
    /// # Errors
    /// Kind `Environment` when the bytes cannot be written.
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;

    /// Writes what belongs at the end.
    ///
    /// # Errors
    /// As for `write`.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// A writer of rows with these columns.
///
/// # Errors
/// Kind `Environment` when the head cannot be written.
pub fn writer<'a>(
    format: Format,
    schema: &SchemaRef,
    to: Box<dyn Write + Send + 'a>,
) -> Result<Box<dyn RowWriter + 'a>> {
    Ok(match format {
        Format::Table => Box::new(table::TableWriter::new(schema, to)),
        Format::Csv => Box::new(csv::CsvWriter::new(schema, to, csv::Reader::Program)?),
        Format::SpreadsheetCsv => Box::new(csv::CsvWriter::new(schema, to, csv::Reader::Spreadsheet)?),
        Format::Json => Box::new(json::JsonWriter::new(schema, to)),
        Format::Parquet => Box::new(parquet::ParquetWriter::new(schema, to)?),
    })
}

/// A fault of the stream that rows are written to.
fn broken(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::environment("cannot write the rows").caused_by(source)
}
