//! The store: results kept from run to run, each under the address of what went into it.
//!
//! ```text
//! <state>/lock                 shared by those who use it, held alone by who removes
//! <state>/<address>.json       a record: the hash of the rest on its first line, then what is known of the result
//! <state>/<address>.<hash>     its rows, if it has any, named by the first digits of their own hash
//! <state>/draft-<process>-<n>  what is being written
//! ```
//!
//! Takes results under addresses, gives them back. A record or rows that are not, byte for byte, what was kept are as
//! good as absent, and the next result takes their place. What is kept is bounded: what was used least recently goes first.
//! It must never decide what an address is made of.

mod address;
mod draft;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::files;

pub use address::{Address, Digest};
pub use draft::{Draft, Print};

const LOCK: &str = "lock";
const RECORD: &str = "json";
const DRAFT: &str = "draft";

/// Results kept from run to run.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    lock: File,
    most: u64,
    now: SystemTime,
    used: Mutex<BTreeSet<Address>>,
    n_drafts: AtomicU64,
}

/// What is known of a result.
#[derive(Debug, Serialize, Deserialize)]
struct Record<T> {
    address: String,
    data: Option<Print>,
    about: T,
}

/// A result that is there.
#[derive(Debug)]
pub struct Kept<T> {
    /// What was said of it when it was kept.
    pub about: T,
    /// Where its rows lie, if it has any: they are what was kept.
    pub path: Option<PathBuf>,
}

/// What a store holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// How many results.
    pub results: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Store {
    /// Opens a store, making it if need be; it is to hold at most `most` bytes when [`Store::prune`] has been
    /// called. What is used is used `now`.
    ///
    /// # Errors
    /// Kind `Environment` when the folder cannot be used.
    pub fn open(root: &Path, most: u64, now: SystemTime) -> Result<Self> {
        files::create_folder(root)?;
        let path = root.join(LOCK);
        let lock = files::open_for_lock(&path)?;
        lock.lock_shared().map_err(|source| files::fault("lock", &path, source))?;
        let store = Self {
            root: root.to_path_buf(),
            lock,
            most,
            now,
            used: Mutex::new(BTreeSet::new()),
            n_drafts: AtomicU64::new(0),
        };
        Ok(store)
    }

    /// A result, if it is there and is what was kept.
    pub fn find<T: DeserializeOwned>(&self, address: &Address) -> Option<Kept<T>> {
        let record = self.record_of::<T>(address)?;
        let data = match &record.data {
            Some(print) => {
                let data = self.data(address, print);
                if Print::of(&data).ok()? != *print {
                    return None;
                }
                Some(data)
            }
            None => None,
        };
        self.is_used(address);
        Some(Kept { about: record.about, path: data })
    }

    /// The bytes of a file, if they are there and are what was kept.
    pub fn bytes(&self, address: &Address) -> Option<Vec<u8>> {
        let print = self.record_of::<()>(address)?.data?;
        let bytes = files::read(&self.data(address, &print)).ok()?;
        if !print.is_of(&bytes) {
            return None;
        }
        self.is_used(address);
        Some(bytes)
    }

    /// Keeps the bytes of a file.
    ///
    /// # Errors
    /// Kind `Environment` when the disk refuses it.
    pub fn keep_bytes(&self, address: &Address, bytes: &[u8]) -> Result<()> {
        let mut draft = self.draft()?;
        let path = draft.path().to_path_buf();
        draft.write_all(bytes).map_err(|source| files::fault("write", &path, source))?;
        self.keep(address, (), Some(draft.finish()?)).map(drop)
    }

    /// What is known of a result, if it is what was kept; its rows are not looked at.
    fn record_of<T: DeserializeOwned>(&self, address: &Address) -> Option<Record<T>> {
        let text = String::from_utf8(files::read(&self.record(address)).ok()?).ok()?;
        let (hash, rest) = text.split_once('\n')?;
        if blake3::hash(rest.as_bytes()).to_hex().as_str() != hash {
            return None;
        }
        let record: Record<T> = serde_json::from_str(rest).ok()?;
        (record.address == address.as_str()).then_some(record)
    }

    fn is_used(&self, address: &Address) {
        files::touch(&self.record(address), self.now);
        self.use_it(address);
    }

    /// A file to write the rows of a result to.
    ///
    /// # Errors
    /// Kind `Environment` when it cannot be made.
    pub fn draft(&self) -> Result<Draft> {
        Draft::new(self.beside())
    }

    /// Keeps a result, with the rows of a draft that is complete; gives where they lie.
    ///
    /// # Errors
    /// Kind `Environment` when the disk refuses it.
    pub fn keep<T: Serialize>(
        &self,
        address: &Address,
        about: T,
        draft: Option<(PathBuf, Print)>,
    ) -> Result<Option<PathBuf>> {
        let mut data = None;
        let mut print = None;
        if let Some((path, own)) = draft {
            let place = self.data(address, &own);
            files::rename_unsynced(&path, &place)?;
            (data, print) = (Some(place), Some(own));
        }
        let record = Record { address: address.to_string(), data: print, about };
        let text = serde_json::to_string(&record).map_err(|source| {
            Error::internal("what is known of a result cannot be written").caused_by(source)
        })?;
        let text = format!("{}\n{text}", blake3::hash(text.as_bytes()).to_hex());
        let beside = self.beside();
        // Not synced: what a crash leaves of it is found out by its hash.
        files::write(&beside, text.as_bytes())?;
        files::touch(&beside, self.now);
        files::rename_unsynced(&beside, &self.record(address))?;
        self.use_it(address);
        Ok(data)
    }

    /// Removes a result that has turned out to be wrong.
    ///
    /// # Errors
    /// Kind `Environment` when the disk refuses it.
    pub fn forget(&self, address: &Address) -> Result<()> {
        files::remove_if_there(&self.record(address))
    }

    /// Removes what was used least recently until the store is within its bound, and what killed runs have left. What this
    /// process has used stays; nothing is removed while another one uses the store.
    ///
    /// # Errors
    /// Kind `Environment` when the disk refuses it.
    pub fn prune(&self) -> Result<()> {
        if !self.is_mine_alone()? {
            return Ok(());
        }
        let pruned = self.prune_alone();
        self.share_again()?;
        pruned
    }

    fn prune_alone(&self) -> Result<()> {
        let mut results = Vec::new();
        let mut bytes = 0;
        for (address, paths) in self.by_address()? {
            let record = paths.iter().find(|path| is_record(path));
            let Some(record) = record.filter(|_| !address.starts_with(DRAFT)) else {
                paths.iter().try_for_each(|path| files::remove_if_there(path))?;
                continue;
            };
            let size: u64 = paths.iter().map(|path| files::size(path)).sum();
            bytes += size;
            results.push((files::touched_at(record), address, size, paths));
        }
        results.sort();
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, address, size, paths) in results {
            if bytes <= self.most {
                break;
            }
            if !used.iter().any(|used| used.as_str() == address) {
                paths.iter().try_for_each(|path| files::remove_if_there(path))?;
                bytes -= size;
            }
        }
        Ok(())
    }

    /// The files of each result; those of drafts under their own names.
    fn by_address(&self) -> Result<BTreeMap<String, Vec<PathBuf>>> {
        let mut results: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for path in files::entries(&self.root)?.into_iter().filter(|path| !path.ends_with(LOCK)) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let address = name.split('.').next().unwrap_or_default().to_owned();
            results.entry(address).or_default().push(path);
        }
        Ok(results)
    }

    /// How much it holds.
    ///
    /// # Errors
    /// Kind `Environment` when the folder cannot be listed.
    pub fn holding(&self) -> Result<Holding> {
        let all = self.by_address()?;
        let kept = all.values().filter(|paths| paths.iter().any(|path| is_record(path)));
        let sizes = kept.clone().flatten().map(|path| files::size(path));
        Ok(Holding { results: kept.count(), bytes: sizes.sum() })
    }

    /// Removes everything.
    ///
    /// # Errors
    /// Kind `Environment` when another process uses it, or the disk refuses it.
    pub fn clear(&self) -> Result<()> {
        if !self.is_mine_alone()? {
            return Err(Error::environment(format!("the store at `{}` is in use", self.root.display()))
                .help("wait until the other run has ended"));
        }
        for path in files::entries(&self.root)?.iter().filter(|path| !path.ends_with(LOCK)) {
            files::remove_if_there(path)?;
        }
        self.share_again()
    }

    /// Takes the lock alone, unless another process has it too.
    fn is_mine_alone(&self) -> Result<bool> {
        // A lock is not raised in place on every system: it is given back and taken anew.
        let fault = |source| files::fault("lock", &self.root.join(LOCK), source);
        self.lock.unlock().map_err(fault)?;
        if self.lock.try_lock().is_ok() {
            return Ok(true);
        }
        self.lock.lock_shared().map_err(fault)?;
        Ok(false)
    }

    fn share_again(&self) -> Result<()> {
        let fault = |source| files::fault("lock", &self.root.join(LOCK), source);
        self.lock.unlock().map_err(fault)?;
        self.lock.lock_shared().map_err(fault)
    }

    fn use_it(&self, address: &Address) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(address.clone());
    }

    fn beside(&self) -> PathBuf {
        let number = self.n_drafts.fetch_add(1, Ordering::Relaxed);
        self.root.join(format!("{DRAFT}-{}-{number}", std::process::id()))
    }

    fn record(&self, address: &Address) -> PathBuf {
        self.root.join(format!("{address}.{RECORD}"))
    }

    /// Rows are named by their own hash too, so that no file that somebody reads is replaced by another one.
    fn data(&self, address: &Address, print: &Print) -> PathBuf {
        self.root.join(format!("{address}.{}", print.short()))
    }
}

fn is_record(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == RECORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_file_are_given_back_as_long_as_they_are_what_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), u64::MAX, SystemTime::UNIX_EPOCH).unwrap();
        let address = Digest::new("picture").text("a").address();
        assert_eq!(store.bytes(&address), None);
        store.keep_bytes(&address, b"a picture").unwrap();
        assert_eq!(store.bytes(&address).as_deref(), Some(&b"a picture"[..]));
        assert_eq!(store.bytes(&Digest::new("picture").text("b").address()), None);
        let mut entries = files::entries(folder.path()).unwrap().into_iter();
        let place = entries.find(|path| !is_record(path) && !path.ends_with(LOCK)).unwrap();
        files::write(&place, b"a pikture").unwrap();
        assert_eq!(store.bytes(&address), None);
        store.keep_bytes(&address, b"a picture").unwrap();
        assert_eq!(store.bytes(&address).as_deref(), Some(&b"a picture"[..]));
    }
}
