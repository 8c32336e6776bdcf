//! A file in the making, which is hashed as it is written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::files;

/// What identifies the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    bytes: u64,
    blake3: String,
}

impl Print {
    /// Reads a file through.
    ///
    /// # Errors
    /// Kind `Environment` when it cannot be read.
    pub fn of(path: &Path) -> Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(files::open(path)?).map_err(|source| files::fault("read", path, source))?;
        Ok(Self { bytes: hasher.count(), blake3: hasher.finalize().to_hex().to_string() })
    }

    /// Whether these are the bytes.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes.len() as u64 && self.blake3 == blake3::hash(bytes).to_hex().as_str()
    }

    /// The first digits of the hash.
    pub fn short(&self) -> &str {
        self.blake3.get(..16).unwrap_or(&self.blake3)
    }
}

/// A file in the making.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
}

impl Draft {
    pub(super) fn new(path: PathBuf) -> Result<Self> {
        let file = BufWriter::with_capacity(256 * 1024, files::create(&path)?);
        Ok(Self { path, file, hasher: blake3::Hasher::new() })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// Kind `Environment` when the last bytes cannot be written.
    pub fn finish(mut self) -> Result<(PathBuf, Print)> {
        self.file.flush().map_err(|source| files::fault("write", &self.path, source))?;
        let print = Print { bytes: self.hasher.count(), blake3: self.hasher.finalize().to_hex().to_string() };
        Ok((self.path, print))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
