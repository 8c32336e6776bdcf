//! What an edition is made of, and what it holds: everything needed to say where a number came from.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Page;
use crate::engine::Scan;
use crate::error::{Error, Result};
use crate::files;
use crate::names::EditionId;

/// The file's name in an edition.
pub(super) const FILE_NAME: &str = "manifest.json";

/// `manifest.json`. Times are kept apart, in `times.json`, so that the same run gives the same bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The edition.
    pub edition: String,
    /// What it is made of.
    #[serde(flatten)]
    pub content: Content,
    /// What it holds.
    pub files: Vec<FileEntry>,
}

/// What an edition is made of.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Content {
    /// A hash over all that decides the edition's bytes: inputs, project, parameters, program.
    pub address: String,
    /// The name of the project.
    pub project: String,
    /// The last day whose rows were seen.
    pub as_of: String,
    /// The customers that it is about; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The version of this program.
    pub program: String,
    /// The version of the query engine.
    pub engine: String,
    /// The edition with the next earlier as-of day when this one was made.
    pub previous_edition: Option<String>,
    /// Reports, in order.
    pub reports: Vec<String>,
    /// Languages, in order.
    pub languages: Vec<String>,
    /// Lines that the archive shows, by language.
    pub headline: BTreeMap<String, Vec<String>>,
    /// All parameters with their values.
    pub parameters: BTreeMap<String, serde_json::Value>,
    /// The files of the warehouse, by table.
    pub inputs: BTreeMap<String, serde_json::Value>,
    /// BLAKE3 hashes of the project's files, by path.
    pub project_files: BTreeMap<String, String>,
    /// Rule tables, and the version valid on the as-of day.
    pub rules: Vec<RuleEntry>,
    /// Models with their rows and checks, in the order of building.
    pub models: Vec<CheckedModel>,
    /// Models that could not be had, and what is missing.
    pub unavailable: BTreeMap<String, String>,
    /// Control totals.
    pub totals: Vec<crate::models::ControlTotal>,
    /// Conditions that did not hold and only warn.
    pub warnings: Vec<String>,
}

/// A rule table in a manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RuleEntry {
    /// Its name.
    pub table: String,
    /// The version valid on the as-of day.
    pub version: Option<String>,
}

/// A model in a manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckedModel {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// How many conditions it was checked against.
    pub checks: usize,
    /// How it reads the tables of the warehouse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Scan>,
}

/// A file in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its path below the edition.
    pub path: String,
    /// Its size.
    pub bytes: usize,
    /// Its BLAKE3 hash.
    pub blake3: String,
}

impl Manifest {
    pub(super) fn new(id: EditionId, content: Content, pages: &[Page]) -> Self {
        let mut files: Vec<FileEntry> = pages.iter().map(|page| entry(&page.path, &page.bytes)).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { edition: id.to_string(), content, files }
    }

    /// Reads the manifest of an edition.
    ///
    /// # Errors
    /// Kind `Environment` when it is not there or not whole.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE_NAME);
        serde_json::from_slice(&files::read(&path)?).map_err(|source| {
            Error::environment(format!("`{}` is not a manifest", path.display())).caused_by(source)
        })
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|source| Error::internal("a manifest cannot be written").caused_by(source))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Whether every file is there with the content that the manifest names.
    pub fn is_whole(&self, folder: &Path) -> bool {
        self.files.iter().all(|file| {
            files::read(&folder.join(&file.path)).is_ok_and(|bytes| entry(&file.path, &bytes) == *file)
        })
    }
}

fn entry(path: &str, bytes: &[u8]) -> FileEntry {
    FileEntry { path: path.to_owned(), bytes: bytes.len(), blake3: blake3::hash(bytes).to_hex().to_string() }
}
