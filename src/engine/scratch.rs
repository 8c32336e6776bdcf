//! What a step of a query writes in order to read it again: pieces of a file, which goes when nobody reads it any more.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::error::{DataFusionError, Result};

use crate::error::Error;
use crate::files;

/// A folder for such files.
#[derive(Debug, Clone)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new(folder: &Path) -> Self {
        Self(folder.to_path_buf())
    }

    /// A file without a piece.
    ///
    /// # Errors
    /// The machine's own, when it cannot be made.
    pub fn file(&self) -> Result<Pieces> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let path = self.0.join(format!("pieces-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
        let file = files::create_to_read_back(&path).map_err(own)?;
        Ok(Pieces { file, path, end: 0 })
    }
}

/// Pieces of a file.
#[derive(Debug)]
pub struct Pieces {
    file: File,
    path: PathBuf,
    end: u64,
}

impl Pieces {
    /// Where the next piece begins.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Writes a piece; gives its place.
    ///
    /// # Errors
    /// The machine's own, such as a full disk.
    pub fn add(&mut self, bytes: &[u8]) -> Result<Range<u64>> {
        let begin = self.end;
        let written = self.file.seek(SeekFrom::Start(begin)).and_then(|_| self.file.write_all(bytes));
        written.map_err(|source| self.failed("write", source))?;
        self.end += bytes.len() as u64;
        Ok(begin..self.end)
    }

    /// Reads what lies at a place.
    ///
    /// # Errors
    /// The machine's own.
    pub fn read(&mut self, place: Range<u64>) -> Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(place.end - place.start).unwrap_or(0)];
        let read =
            self.file.seek(SeekFrom::Start(place.start)).and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|source| self.failed("read", source))?;
        Ok(bytes)
    }

    fn failed(&self, doing: &str, source: io::Error) -> DataFusionError {
        own(files::fault(doing, &self.path, source))
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        // What stays goes with the folder of the session.
        let _ = files::remove_if_there(&self.path);
    }
}

fn own(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_read_back_by_their_places_and_the_file_goes_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(folder.path());
        let (mut one, mut other) = (scratch.file().unwrap(), scratch.file().unwrap());
        let first = one.add(b"first").unwrap();
        other.add(b"of another file").unwrap();
        assert_eq!(one.read(first.clone()).unwrap(), b"first");
        let second = one.add(b"second").unwrap();
        assert_eq!((first, second.clone(), one.end()), (0..5, 5..11, 11));
        assert_eq!(one.read(second).unwrap(), b"second");
        assert_eq!(one.read(3..8).unwrap(), b"stsec");
        assert_eq!(folder.path().read_dir().unwrap().count(), 2);
        drop((one, other));
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_gone_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        files::write(&file, b"").unwrap();
        let error = Scratch::new(&file).file().unwrap_err().to_string();
        assert!(error.contains("a file"), "{error}");
    }
}
