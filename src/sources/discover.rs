//! Which tables a folder holds: `<table>.parquet`, or `<table>/` with Parquet files at any depth.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::files;
use crate::names::TableName;

/// A table, not yet opened.
pub(super) struct Found {
    pub(super) name: TableName,
    pub(super) path: PathBuf,
    pub(super) files: Vec<PathBuf>,
}

/// The tables of a folder, by name. Two for one name are a fault, as a folder without Parquet files is no table.
pub(super) fn tables(location: &Path, faults: &mut Vec<Error>) -> Result<Vec<Found>> {
    let mut tables: Vec<Found> = Vec::new();
    for path in files::entries(location)? {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if name.starts_with('.') || name.starts_with('_') {
            continue;
        }
        let (stem, parquet) = if path.is_dir() {
            let parquet: Vec<PathBuf> =
                files::files_below(&path)?.into_iter().filter(|path| is_parquet(path)).collect();
            // Some writers call the folder itself `orders.parquet`.
            (name.strip_suffix(".parquet").unwrap_or(&name), parquet)
        } else if is_parquet(&path) {
            (name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem), vec![path.clone()])
        } else {
            continue;
        };
        if parquet.is_empty() {
            continue;
        }
        let table = TableName::new("warehouse", stem);
        match tables.iter().find(|other| other.name == table) {
            Some(other) => faults.push(
                Error::data(format!(
                    "two tables are called `{table}`: `{}` and `{}`",
                    files::relative(&other.path, location),
                    files::relative(&path, location)
                ))
                .help("names of tables are read in small letters: rename one of the two"),
            ),
            None => tables.push(Found { name: table, path, files: parquet }),
        }
    }
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "parquet")
}
