//! Warehouse files -> tables in one session: discovery, schemas, fingerprints.
//!
//! Takes a folder. Gives its tables with their files, checked to be whole and alike, and can put them into an
//! [`Engine`] as `warehouse.<name>`. Never writes, and never reads rows except to fingerprint a file.

mod discover;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::Column;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::Expr;
use rayon::prelude::*;
use serde::Serialize;

use crate::engine::{self, Engine};
use crate::error::{Error, Errors, Result};
use crate::files;
use crate::names::TableName;

/// The tables of a warehouse.
#[derive(Debug)]
pub struct Sources {
    /// Where they lie.
    pub location: PathBuf,
    /// By name; only those that were asked for have been opened.
    pub tables: BTreeMap<TableName, Source>,
    /// What identifies the content of their files, once [`Sources::fingerprint`] was called.
    pub prints: BTreeMap<TableName, Vec<Fingerprint>>,
}

/// A table of the warehouse.
#[derive(Debug)]
pub struct Source {
    /// `warehouse.<name>`.
    pub name: TableName,
    /// The folder, or the single file.
    pub path: PathBuf,
    /// Its files, sorted by path; at least one.
    pub files: Vec<SourceFile>,
    /// Its columns in files, in the files' own letters.
    pub schema: SchemaRef,
    /// Columns in the names of folders: `month=2026-01`.
    pub hive_columns: Vec<String>,
}

/// A file of a table.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its path below the warehouse.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// When it was last written, to see that it stays the same during a run.
    written_at: Option<SystemTime>,
}

/// What identifies a file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fingerprint {
    /// The file, below the warehouse.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// Its BLAKE3 hash.
    pub blake3: String,
}

/// Finds the tables of a warehouse, and opens those in `wanted`: reads the footer of each of their files.
///
/// A table that is wanted and not there is no fault here: who reads it decides.
///
/// # Errors
/// Kind `Data`: no such folder, two tables of one name, a file that is no whole Parquet file, files of a table
/// that do not fit together. All of them come out together.
pub fn open(location: &Path, wanted: &BTreeSet<TableName>) -> Result<Sources, Errors> {
    if !location.is_dir() {
        return Err(Error::data(format!("no warehouse at `{}`", location.display()))
            .help("set `location` under `[warehouse]` in `tierbook.toml`, or give `--warehouse DIR`")
            .into());
    }
    let mut faults = Vec::new();
    let found = discover::tables(location, &mut faults)?;
    let mut tables = BTreeMap::new();
    for table in found {
        if !wanted.contains(&table.name) {
            continue;
        }
        match schema::open(location, table) {
            Ok(source) => {
                tables.insert(source.name.clone(), source);
            }
            Err(errors) => faults.extend(errors),
        }
    }
    Errors::none_in(faults)?;
    Ok(Sources { location: location.to_path_buf(), tables, prints: BTreeMap::new() })
}

/// The names of all tables of a warehouse, whether they can be read or not.
///
/// # Errors
/// Kind `Environment` when the folder cannot be listed.
pub fn names(location: &Path) -> Result<Vec<TableName>> {
    Ok(discover::tables(location, &mut Vec::new())?.into_iter().map(|table| table.name).collect())
}

impl Sources {
    /// Hashes the content of every opened file.
    ///
    /// # Errors
    /// Kind `Environment` when a file cannot be read.
    pub fn fingerprint(&mut self) -> Result<()> {
        for (name, source) in &self.tables {
            let prints = source.files.par_iter().map(SourceFile::fingerprint).collect::<Result<_>>()?;
            self.prints.insert(name.clone(), prints);
        }
        Ok(())
    }

    /// Sees that no file has changed since it was opened.
    ///
    /// # Errors
    /// Kind `Data`, naming each file that has.
    pub fn check_unchanged(&self) -> Result<(), Errors> {
        let mut faults = Vec::new();
        for file in self.tables.values().flat_map(|source| &source.files) {
            let now = schema::stamp(&file.path).ok();
            if now != Some((file.bytes, file.written_at)) {
                faults.push(
                    Error::data(format!("`{}` was changed while it was being read", file.name))
                        .help("run again when the warehouse has been loaded"),
                );
            }
        }
        Errors::none_in(faults)
    }
}

impl SourceFile {
    fn fingerprint(&self) -> Result<Fingerprint> {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update_reader(files::open(&self.path)?)
            .map_err(|source| files::fault("read", &self.path, source))?;
        let blake3 = hasher.finalize().to_hex().to_string();
        Ok(Fingerprint { file: self.name.clone(), bytes: self.bytes, rows: self.rows, blake3 })
    }
}

impl Source {
    /// The rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// The columns as queries see them: names in small letters, those of folders last.
    pub fn columns(&self) -> Vec<String> {
        let own = self.schema.fields().iter().map(|field| field.name().to_lowercase());
        own.chain(self.hive_columns.iter().map(|column| column.to_lowercase())).collect()
    }

    /// Puts the table into a session.
    ///
    /// # Errors
    /// Kind `Data` when the engine cannot read it; kind `Internal` when the session refuses it.
    pub fn register(&self, engine: &Engine) -> Result<()> {
        let listing = self.listing().map_err(|source| {
            Error::data(format!("table `{}` cannot be read", self.name)).caused_by(source)
        })?;
        let provider = self.in_small_letters(engine, Arc::new(listing)).map_err(|source| {
            Error::data(format!("table `{}` cannot be read", self.name)).caused_by(source)
        })?;
        engine.register(&self.name, provider)
    }

    fn listing(&self) -> Result<ListingTable, DataFusionError> {
        let urls = if self.hive_columns.is_empty() {
            self.files.iter().map(|file| engine::file_url(&file.path)).collect::<Result<_, _>>()?
        } else {
            vec![engine::folder_url(&self.path)?]
        };
        let partitions =
            self.hive_columns.iter().map(|column| (column.clone(), DataType::Utf8)).collect::<Vec<_>>();
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
            .with_file_extension(".parquet")
            .with_table_partition_cols(partitions);
        let config = ListingTableConfig::new_with_multi_paths(urls)
            .with_listing_options(options)
            .with_schema(Arc::clone(&self.schema));
        ListingTable::try_new(config)
    }

    fn in_small_letters(
        &self,
        engine: &Engine,
        table: Arc<dyn TableProvider>,
    ) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let schema = table.schema();
        if schema.fields().iter().all(|field| field.name().to_lowercase() == *field.name()) {
            return Ok(table);
        }
        let columns = schema.fields().iter().map(|field| {
            Expr::Column(Column::new_unqualified(field.name())).alias(field.name().to_lowercase())
        });
        let frame = engine.context().read_table(table)?.select(columns.collect::<Vec<_>>())?;
        Ok(frame.into_view())
    }
}
