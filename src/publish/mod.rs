//! Pages -> one edition, visible all at once: manifest, switch, retention.
//!
//! Takes the bytes of an edition. Builds it to the side, syncs it, reads it back, and switches it in by one rename;
//! then lets `latest` and the archive follow. A process that is killed between any two steps leaves the last
//! edition as it was, and the next run repairs what had not followed yet.
//!
//! ```text
//! <out>/editions/2026-10-31.1/   an edition, never changed once it is here
//! <out>/latest                   a link to the edition with the greatest as-of day
//! <out>/index.html               the archive, in the first language; index.en.html and so on in the others
//! <out>/status.json              what the last run did
//! <out>/.lock  .work/  faults/   held, used and left by runs
//! ```

mod archive;
pub mod kept;
mod manifest;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::error::{Error, Result};
use crate::files;
use crate::names::EditionId;

pub use archive::{ArchiveWords, Status};
pub use manifest::{CheckedModel, Content, FileEntry, Manifest, RuleEntry};

/// A file of an edition.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its path below the edition, with forward slashes.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The folder that editions are published in, held by this process alone.
#[derive(Debug)]
pub struct Shelf {
    root: PathBuf,
    // Held as long as the value lives; the system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Shelf {
    /// Opens the folder and takes its lock.
    ///
    /// # Errors
    /// Kind `Environment` when another run holds it, or the folder cannot be written.
    pub fn open(root: &Path) -> Result<Self> {
        files::create_folder(&root.join("editions"))?;
        let path = root.join(".lock");
        let lock = files::open_for_lock(&path)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_path_buf(), _lock: lock }),
            Err(std::fs::TryLockError::WouldBlock) => {
                Err(Error::environment(format!("another run is writing to `{}`", root.display()))
                    .help("wait until it has ended; the lock goes with its process"))
            }
            Err(std::fs::TryLockError::Error(source)) => Err(files::fault("lock", &path, source)),
        }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where an edition lies.
    pub fn folder(&self, id: EditionId) -> PathBuf {
        self.root.join("editions").join(id.to_string())
    }

    /// The editions, oldest first.
    ///
    /// # Errors
    /// Kind `Environment` when the folder cannot be listed.
    pub fn editions(&self) -> Result<Vec<EditionId>> {
        editions(&self.root)
    }

    /// The edition that a reader of this day's run would have had before: the newest with an earlier as-of day.
    ///
    /// # Errors
    /// As for [`Shelf::editions`].
    pub fn before(&self, as_of: Date) -> Result<Option<EditionId>> {
        Ok(self.editions()?.into_iter().rev().find(|id| id.as_of < as_of))
    }

    /// The newest edition of the day, if it is whole and made of what has this address.
    ///
    /// # Errors
    /// As for [`Shelf::editions`].
    pub fn made_of(&self, as_of: Date, address: &str) -> Result<Option<EditionId>> {
        let Some(id) = self.editions()?.into_iter().rev().find(|id| id.as_of == as_of) else {
            return Ok(None);
        };
        let folder = self.folder(id);
        let Ok(manifest) = Manifest::read(&folder) else { return Ok(None) };
        let same = manifest.content.address == address && manifest.is_whole(&folder);
        Ok(same.then_some(id))
    }

    /// The name of the next edition of a day.
    ///
    /// # Errors
    /// As for [`Shelf::editions`].
    pub fn next(&self, as_of: Date) -> Result<EditionId> {
        let last = self.editions()?.into_iter().filter(|id| id.as_of == as_of).map(|id| id.number).max();
        Ok(EditionId { as_of, number: last.unwrap_or(0) + 1 })
    }

    /// Lays an edition of `content` and `pages` to the side, with the times of the run beside them, and reads it back. A
    /// file that the newest edition has with the same bytes is shared with it, so that a year of editions takes the room
    /// of what changed.
    ///
    /// # Errors
    /// Kind `Environment`; nothing is visible then.
    pub fn lay(&self, as_of: Date, content: Content, pages: &[Page], times: &[u8]) -> Result<Laid> {
        let newest = self.editions()?.last().map(|id| self.folder(*id));
        let id = self.next(as_of)?;
        let work = files::WorkFolder::new(&self.root.join(".work").join("edition"))?;
        let manifest = Manifest::new(id, content, pages);
        let mut folders = BTreeMap::new();
        for page in pages {
            let path = work.path().join(&page.path);
            let shared = newest.as_ref().map(|folder| folder.join(&page.path));
            if !shared.is_some_and(|shared| files::share(&shared, &path, &page.bytes)) {
                files::write_synced(&path, &page.bytes)?;
            }
            if let Some(folder) = path.parent() {
                folders.insert(folder.to_path_buf(), ());
            }
        }
        files::write_synced(&work.path().join(manifest::FILE_NAME), &manifest.to_bytes()?)?;
        files::write_synced(&work.path().join("times.json"), times)?;
        for folder in folders.keys() {
            files::sync_folder(folder)?;
        }
        files::sync_folder(work.path())?;
        if !manifest.is_whole(work.path()) {
            return Err(Error::environment("the edition on disk differs from what was written")
                .help("see whether the disk is sound"));
        }
        Ok(Laid { id, work, place: self.folder(id) })
    }

    /// Lets `latest` and the archive follow the editions that are there, and lets go of those beyond `keep`.
    ///
    /// # Errors
    /// Kind `Environment`; the editions themselves stay readable.
    ///
    /// The edition that the status speaks of stays, however old its day is.
    pub fn follow(&self, keep: usize, status: &Status, words: &[ArchiveWords]) -> Result<()> {
        let editions = self.editions()?;
        // The greatest as-of day, and of that day the last number: a backfill does not become latest.
        if let Some(latest) = editions.last() {
            let target = Path::new("editions").join(latest.to_string());
            files::replace_link(&self.root.join("latest"), &target)?;
        }
        let excess = editions.len().saturating_sub(keep.max(1));
        let spared = |id: &&EditionId| status.edition.as_deref() != Some(id.to_string().as_str());
        for id in editions.iter().take(excess).filter(spared) {
            // Out of sight at once, then gone: no reader finds half an edition.
            let aside = self.root.join(".work").join(format!("old-{id}"));
            files::remove_folder_if_there(&aside)?;
            files::create_folder(&self.root.join(".work"))?;
            files::rename(&self.folder(*id), &aside)?;
            files::remove_folder_if_there(&aside)?;
        }
        if excess > 0 {
            files::remove_folder_if_there(&self.root.join(".work"))?;
        }
        self.tell(status, words)
    }

    /// Writes `status.json` and the archive, a page for each language, with its banner if the last run failed.
    ///
    /// # Errors
    /// Kind `Environment`.
    pub fn tell(&self, status: &Status, words: &[ArchiveWords]) -> Result<()> {
        files::replace(&self.root.join("status.json"), &status.to_bytes()?)?;
        // Without its layout the archive stays as it was.
        let mut entries = Vec::new();
        for id in self.editions()?.into_iter().rev() {
            if let Ok(manifest) = Manifest::read(&self.folder(id)) {
                entries.push((id, manifest));
            }
        }
        for page in words {
            let text = archive::page(&entries, status, page, words)?;
            files::replace(&self.root.join(&page.path), text.as_bytes())?;
        }
        Ok(())
    }
}

/// An edition that is complete, and not yet visible.
#[derive(Debug)]
pub struct Laid {
    id: EditionId,
    work: files::WorkFolder,
    place: PathBuf,
}

impl Laid {
    /// Switches it in by one rename.
    ///
    /// # Errors
    /// Kind `Environment`; nothing is visible then.
    pub fn switch(self) -> Result<EditionId> {
        files::rename(self.work.path(), &self.place)?;
        Ok(self.id)
    }
}

/// The editions in a folder, oldest first.
///
/// # Errors
/// Kind `Environment` when the folder cannot be listed.
pub fn editions(root: &Path) -> Result<Vec<EditionId>> {
    let names = files::entries(&root.join("editions"))?;
    let mut ids: Vec<EditionId> =
        names.iter().filter_map(|path| path.file_name()?.to_str()?.parse().ok()).collect();
    ids.sort();
    Ok(ids)
}
