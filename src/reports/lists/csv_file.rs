//! A list as CSV for spreadsheets: a byte order mark, CRLF, exact numbers, days as `2026-10-31`.

use super::Column;
use super::entries::{Entry, Kind};
use crate::error::{Error, Result};
use crate::export;
use crate::reports::format::currency_digits;
use crate::reports::words::Words;

/// A file that grows row by row.
pub(super) struct CsvFile {
    to: csv::Writer<Vec<u8>>,
}

impl CsvFile {
    /// A file with its headings.
    ///
    /// # Errors
    /// Kind `Internal`: memory takes all bytes.
    pub(super) fn new(columns: &[Column]) -> Result<Self> {
        let to = "\u{feff}".as_bytes().to_vec();
        let mut to = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        to.write_record(columns.iter().map(|column| export::guarded(&column.title).into_owned()))
            .map_err(|source| Error::internal("a list cannot be written").caused_by(source))?;
        Ok(Self { to })
    }

    pub(super) fn row(&mut self, columns: &[Column], entries: &[Entry], words: &Words) -> Result<(), String> {
        let field = |(column, entry): (&Column, &Entry)| match entry {
            Entry::Empty => String::new(),
            Entry::Text(text) => export::guarded(text).into_owned(),
            Entry::Number(number) => {
                let least = if column.kind == Kind::Money { currency_digits(&words.currency) } else { 0 };
                number.plain(least)
            }
            Entry::Day(day) => day.to_string(),
        };
        let fields = columns.iter().zip(entries).map(field);
        self.to.write_record(fields).map_err(|error| error.to_string())
    }

    pub(super) fn finish(self) -> Result<Vec<u8>> {
        self.to
            .into_inner()
            .map_err(|error| Error::internal(format!("a list cannot be written: {}", error.error())))
    }
}
