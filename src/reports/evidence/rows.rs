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

/// Writes the rows of a model, unless they are too many.
///
/// # Errors
/// What reading them finds.
pub(super) async fn of_model(
    inputs: Inputs<'_>,
    name: &TableName,
    n_rows: u64,
    files: &mut Vec<Page>,
) -> Result<Option<RowFile>, Errors> {
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
    Ok(Some(write(&format!("data/{name}"), &batches, files)?))
}

/// Writes rows below a path without an ending.
///
/// # Errors
/// Kind `Environment` when the bytes cannot be made.
pub(super) fn write(stem: &str, batches: &[RecordBatch], files: &mut Vec<Page>) -> Result<RowFile> {
    let paths = Paths { csv: format!("{stem}.csv"), parquet: format!("{stem}.parquet") };
    for (path, format) in [(&paths.csv, Format::SpreadsheetCsv), (&paths.parquet, Format::Parquet)] {
        let mut bytes = Vec::new();
        if let Some(first) = batches.first() {
            let mut writer = writer(format, &first.schema(), Box::new(&mut bytes))?;
            for batch in batches {
                writer.write(batch)?;
            }
            writer.finish()?;
        }
        files.push(Page { path: path.clone(), bytes });
    }
    let n_rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
    Ok(RowFile { paths, n_rows })
}
