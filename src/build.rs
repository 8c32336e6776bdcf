//! Gives the program a name for its own sources, so that results of other sources are not taken for its own.
#![allow(clippy::disallowed_methods, reason = "a build script is no part of the program")]

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::PathBuf;

fn main() {
    let mut hasher = DefaultHasher::new();
    let mut waiting = vec![PathBuf::from("src"), PathBuf::from("Cargo.lock")];
    let mut files = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        println!("cargo::rerun-if-changed={}", path.display());
        match fs::read_dir(&path) {
            Ok(entries) => waiting.extend(entries.flatten().map(|entry| entry.path())),
            Err(_) => {
                files.insert(path);
            }
        }
    }
    for path in files {
        hasher.write(path.to_string_lossy().as_bytes());
        hasher.write(&fs::read(&path).unwrap_or_default());
    }
    println!("cargo::rustc-env=TIERBOOK_BUILD={:016x}", hasher.finish());
}
