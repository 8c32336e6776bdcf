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
use crate::store::{Address, Digest, Store};

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

/// Rows that are to be written, below a path without an ending. Files that an earlier run has made of the same are not made again.
#[derive(Debug)]
pub(super) struct Rows {
    stem: String,
    n_rows: u64,
    /// What the rows depend on.
    address: Address,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Rows(Vec<RecordBatch>),
    /// The CSV and the Parquet of an earlier run.
    Files([Vec<u8>; 2]),
}

/// The formats of the two files.
const FORMATS: [Format; 2] = [Format::SpreadsheetCsv, Format::Parquet];

impl Rows {
    /// Rows behind figures.
    pub(super) fn of_proof(
        stem: String,
        address: &Address,
        batches: Vec<RecordBatch>,
        store: &Store,
    ) -> Self {
        let n_rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        let content = kept(address, store).map_or(Content::Rows(batches), Content::Files);
        Self { stem, n_rows, address: address.clone(), content }
    }

    /// The files that they are to be.
    pub(super) fn file(&self) -> RowFile {
        let paths = Paths { csv: format!("{}.csv", self.stem), parquet: format!("{}.parquet", self.stem) };
        RowFile { paths, n_rows: self.n_rows }
    }

    /// Both files.
    ///
    /// # Errors
    /// Kind `Environment` when the bytes cannot be made or kept.
    pub(super) fn pages(self, store: &Store) -> Result<[Page; 2]> {
        let Paths { csv, parquet } = self.file().paths;
        let [csv_bytes, parquet_bytes] = match self.content {
            Content::Files(files) => files,
            Content::Rows(batches) => {
                let mut files = [Vec::new(), Vec::new()];
                for (format, file) in FORMATS.into_iter().zip(&mut files) {
                    *file = bytes(&batches, format)?;
                    store.keep_bytes(&address(&self.address, format), file)?;
                }
                files
            }
        };
        Ok([Page { path: csv, bytes: csv_bytes }, Page { path: parquet, bytes: parquet_bytes }])
    }
}

/// What a file of rows depends on: the rows, and its format.
fn address(rows: &Address, format: Format) -> Address {
    Digest::new("rows").text(rows.as_str()).text(&format!("{format:?}")).address()
}

fn kept(rows: &Address, store: &Store) -> Option<[Vec<u8>; 2]> {
    let [csv, parquet] = FORMATS.map(|format| store.bytes(&address(rows, format)));
    Some([csv?, parquet?])
}

fn bytes(batches: &[RecordBatch], format: Format) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(first) = batches.first() {
        let mut writer = writer(format, &first.schema(), Box::new(&mut bytes))?;
        for batch in batches {
            writer.write(batch)?;
        }
        writer.finish()?;
    }
    Ok(bytes)
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
    let address = inputs.models.built[name].address().clone();
    let content = match kept(&address, inputs.store) {
        Some(files) => Content::Files(files),
        None => Content::Rows(rows_of(inputs, name).await?),
    };
    Ok(Some(Rows { stem: format!("data/{name}"), n_rows, address, content }))
}

async fn rows_of(inputs: Inputs<'_>, name: &TableName) -> Result<Vec<RecordBatch>, Errors> {
    let doing = format!("reading the rows of `{name}`");
    let plan = inputs.models.rows_in_order(&inputs.project.queries[name]).await?;
    let stream = inputs.models.engine.stream(plan).await.map_err(|error| execution_fault(error, &doing))?;
    let schema = stream.schema();
    let mut batches: Vec<RecordBatch> =
        stream.try_collect().await.map_err(|error| execution_fault(error, &doing))?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}
