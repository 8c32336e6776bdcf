//! Files, with errors that name the path. The only place that touches `std::fs` beyond opening warehouse files.
#![allow(clippy::disallowed_methods, reason = "this is the replacement that the lint asks for")]

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Error, Result};

/// A fault of the disk, saying what was being done to which path.
pub fn fault(doing: &str, path: &Path, source: io::Error) -> Error {
    let error = Error::environment(format!("cannot {doing} `{}`: {}", path.display(), reason(&source)));
    match source.kind() {
        io::ErrorKind::StorageFull => error.help("free some disk space and run again"),
        _ => error,
    }
    .caused_by(source)
}

fn reason(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => source.to_string(),
    }
}

/// The whole text of a file; bytes that are not UTF-8 are an error.
pub fn read_text(path: &Path) -> Result<String> {
    let bytes = read(path)?;
    String::from_utf8(bytes).map_err(|source| {
        Error::project(format!("`{}` is not UTF-8 text", path.display()))
            .help("save the file with the encoding UTF-8")
            .caused_by(source)
    })
}

/// The whole content of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| fault("read", path, source))
}

/// Opens a file to read.
pub fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| fault("open", path, source))
}

/// Opens a new file, in a folder that is made if need be.
pub fn create(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    File::create(path).map_err(|source| fault("write", path, source))
}

/// Opens a new file, to write it and to read it back.
pub fn create_to_read_back(path: &Path) -> Result<File> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(path);
    file.map_err(|source| fault("write", path, source))
}

/// Opens a file to lock, making it if need be; never empties it.
pub fn open_for_lock(path: &Path) -> Result<File> {
    File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(|source| fault("open", path, source))
}

/// Opens a file to add to its end, making it if need be.
pub fn open_to_append(path: &Path) -> Result<File> {
    File::options().create(true).append(true).open(path).map_err(|source| fault("open", path, source))
}

/// Adds to the end of a file, and waits until it is on disk.
pub fn append_synced(file: &mut File, path: &Path, bytes: &[u8]) -> Result<()> {
    file.write_all(bytes).and_then(|()| file.sync_data()).map_err(|source| fault("write", path, source))
}

/// Takes away what is beyond `length` in an opened file, and waits until it is on disk.
pub fn cut_synced(file: &File, path: &Path, length: u64) -> Result<()> {
    file.set_len(length).and_then(|()| file.sync_data()).map_err(|source| fault("write", path, source))
}

/// Whether others than the owner of a file may read or write it.
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(path).is_ok_and(|file| file.mode() & 0o077 != 0)
}

/// Writes a whole file and waits until it is on disk.
pub fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|source| fault("write", path, source))
}

/// Gives a file that is there a second name, if it holds these bytes; says whether it did. Where a disk cannot do this,
/// or the file is another one, the answer is no.
pub fn share(there: &Path, path: &Path, bytes: &[u8]) -> bool {
    let same_size = fs::metadata(there).is_ok_and(|file| file.len() == bytes.len() as u64);
    same_size
        && fs::read(there).is_ok_and(|own| own == bytes)
        && path.parent().is_none_or(|folder| create_folder(folder).is_ok())
        && fs::hard_link(there, path).is_ok()
}

/// Writes a whole file, for those who find out by themselves whether it is whole.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|source| fault("write", path, source))
}

/// Renames, for those who find out by themselves whether it was done.
pub fn rename_unsynced(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|source| fault("move into place", to, source))
}

/// Says that a file was used at a time, where that is allowed.
pub fn touch(path: &Path, at: SystemTime) {
    let times = fs::FileTimes::new().set_modified(at);
    let _ = File::options().append(true).open(path).and_then(|file| file.set_times(times));
}

/// When a file was last written or touched.
pub fn touched_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

/// The size of a file; 0 if it is not there.
pub fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Replaces a file by one rename, so that a reader sees the old or the new one, never half of one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let beside = beside(path);
    write_synced(&beside, bytes)?;
    rename(&beside, path)
}

/// Points the symbolic link at `path` to `target` by one rename.
pub fn replace_link(path: &Path, target: &Path) -> Result<()> {
    let beside = beside(path);
    remove_if_there(&beside)?;
    std::os::unix::fs::symlink(target, &beside).map_err(|source| fault("link", &beside, source))?;
    rename(&beside, path)
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.new"))
}

/// Renames, and waits until both folders know it.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|source| fault("move into place", to, source))?;
    for folder in [from.parent(), to.parent()].into_iter().flatten() {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Waits until the entries of a folder are on disk.
pub fn sync_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|file| file.sync_all()).map_err(|source| fault("sync", folder, source))
}

/// Makes a folder and those above it.
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|source| fault("create folder", path, source))
}

/// Makes a folder that is nobody else's, unless it is there.
pub fn create_own_folder(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
            Err(fault("create folder", path, source))
        }
        _ => Ok(()),
    }
}

/// Removes a file or a link, if it is there.
pub fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(fault("remove", path, source)),
        _ => Ok(()),
    }
}

/// Removes a folder with all that is in it, if it is there.
pub fn remove_folder_if_there(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(fault("remove", path, source)),
        _ => Ok(()),
    }
}

/// The entries of a folder, sorted by name; none if the folder is not there.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(fault("list", folder, source)),
    };
    let mut paths = Vec::new();
    for entry in listing {
        paths.push(entry.map_err(|source| fault("list", folder, source))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// All files below a folder, sorted by path; hidden ones and those that start with `_` are left out.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for path in entries(&folder)? {
            let hidden = path.file_name().is_none_or(|name| {
                let name = name.to_string_lossy();
                name.starts_with('.') || name.starts_with('_')
            });
            match (hidden, path.is_dir()) {
                (true, _) => {}
                (false, true) => waiting.push(path),
                (false, false) => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The path below `base` with forward slashes, for names that stay the same on every machine.
pub fn relative(path: &Path, base: &Path) -> String {
    path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// A folder of this process alone, removed when the value goes.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
}

impl WorkFolder {
    /// Makes the folder anew, without what a killed run may have left in it.
    ///
    /// # Errors
    /// Kind `Environment` when it cannot be made.
    pub fn new(path: &Path) -> Result<Self> {
        remove_folder_if_there(path)?;
        create_folder(path)?;
        Ok(Self { path: path.to_path_buf() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // A query that was stopped may still put a file in while the folder is being emptied. What stays behind all the
        // same is removed by the next run.
        for _ in 0..20 {
            if remove_folder_if_there(&self.path).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}
