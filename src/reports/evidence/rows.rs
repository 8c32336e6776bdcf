//! Rows of evidence as files: CSV for a spreadsheet, Parquet for a program.

use arrow::array::RecordBatch;
use futures::TryStreamExt;
use serde::Serialize;

use crate::engine::execution_fault;
use crate::error::{Errors, Result};
use crate::export::{Format, writer};
use crate::names::TableName;
use crate::publish::Page;
use crate::reports::Inputs;

/// The most rows that a file holds; for more the page has a command.
pub(super) const MOST: usize = 100_000;

/// Rows in two formats.
#[derive(Debug)]
pub(super) struct RowFile {
    pub(super) paths: Paths,
    pub(super) n_rows: u64,
}

/// Paths below the edition.
#[derive(Debug, Serialize)]
pub(super) struct Paths {
    pub(super) csv: String,
    pub(super) parquet: String,
}

/// Rows that are to be written, below a path without an ending.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) stem: String,
    pub(super) batches: Vec<RecordBatch>,
}

impl Rows {
    /// The files that they are to be.
    pub(super) fn file(&self) -> RowFile {
        let paths = Paths { csv: format!("{}.csv", self.stem), parquet: format!("{}.parquet", self.stem) };
        let n_rows = self.batches.iter().map(|batch| batch.num_rows() as u64).sum();
        RowFile { paths, n_rows }
    }

    /// Both files.
    ///
    /// # Errors
    /// Kind `Environment` when the bytes cannot be made.
    pub(super) fn pages(&self) -> Result<[Page; 2]> {
        let Paths { csv, parquet } = self.file().paths;
        Ok([
            Page { path: csv, bytes: self.bytes(Format::SpreadsheetCsv)? },
            Page { path: parquet, bytes: self.bytes(Format::Parquet)? },
        ])
    }

    fn bytes(&self, format: Format) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if let Some(first) = self.batches.first() {
            let mut writer = writer(format, &first.schema(), Box::new(&mut bytes))?;
            for batch in &self.batches {
                writer.write(batch)?;
            }
            writer.finish()?;
        }
        Ok(bytes)
    }
}

/// The rows of a model, unless they are too many.
///
/// # Errors
/// What reading them finds.
pub(super) async fn of_model(
    inputs: Inputs<'_>,
    name: &TableName,
    n_rows: u64,
) -> Result<Option<Rows>, Errors> {
    if usize::try_from(n_rows).map_or(true, |rows| rows > MOST) {
        return Ok(None);
    }
    let doing = format!("reading the rows of `{name}`");
    let plan = inputs.models.rows_in_order(&inputs.project.queries[name]).await?;
    let stream = inputs.models.engine.stream(plan).await.map_err(|error| execution_fault(error, &doing))?;
    let schema = stream.schema();
    let mut batches: Vec<RecordBatch> =
        stream.try_collect().await.map_err(|error| execution_fault(error, &doing))?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(Some(Rows { stem: format!("data/{name}"), batches }))
}
