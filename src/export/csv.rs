//! CSV, for programs and for spreadsheets.

use std::borrow::Cow;
use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};

use super::{RowWriter, broken};
use crate::error::{Error, Result};
use crate::models::formatters;

/// Who reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Takes every cell as it is.
    Program,
    /// Runs a cell that starts like a formula.
    Spreadsheet,
}

pub(super) struct CsvWriter<'a> {
    to: csv::Writer<Box<dyn Write + Send + 'a>>,
    reader: Reader,
    is_text: Vec<bool>,
}

impl<'a> CsvWriter<'a> {
    pub(super) fn new(
        schema: &SchemaRef,
        mut to: Box<dyn Write + Send + 'a>,
        reader: Reader,
    ) -> Result<Self> {
        let mut builder = csv::WriterBuilder::new();
        if reader == Reader::Spreadsheet {
            to.write_all("\u{feff}".as_bytes()).map_err(broken)?;
            builder.terminator(csv::Terminator::CRLF);
        }
        let mut to = builder.from_writer(to);
        to.write_record(schema.fields().iter().map(|field| field.name())).map_err(broken)?;
        let is_text = schema
            .fields()
            .iter()
            .map(|field| {
                matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
            })
            .collect();
        Ok(Self { to, reader, is_text })
    }
}

impl RowWriter for CsvWriter<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = formatters(batch)?;
        let mut cell = String::new();
        for row in 0..batch.num_rows() {
            for (column, is_text) in columns.iter().zip(&self.is_text) {
                cell.clear();
                column
                    .value(row)
                    .write(&mut cell)
                    .map_err(|source| Error::internal("a value cannot be written").caused_by(source))?;
                let is_guarded = *is_text && self.reader == Reader::Spreadsheet;
                let field = if is_guarded { guarded(&cell) } else { Cow::Borrowed(cell.as_str()) };
                self.to.write_field(field.as_bytes()).map_err(broken)?;
            }
            self.to.write_record(None::<&[u8]>).map_err(broken)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.to.flush().map_err(broken)
    }
}

/// A text with an apostrophe before what a spreadsheet would take for a formula.
pub(crate) fn guarded(cell: &str) -> Cow<'_, str> {
    if looks_like_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// The characters that OWASP names (CSV injection), and their full-width forms.
fn looks_like_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'])
}
