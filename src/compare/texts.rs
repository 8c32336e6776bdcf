//! Files and parameters that are not the same on both sides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::Side;
use crate::project::config;

/// What became of a file or a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is there after only.
    Added,
    /// It was there before only.
    Removed,
    /// It is not the same.
    Changed,
}

/// A file of the project that is not the same.
#[derive(Debug, Serialize)]
pub struct FileChange {
    /// Its path in the project.
    pub path: String,
    /// What became of it.
    pub state: State,
    /// How many lines are there before only.
    pub n_lines_removed: usize,
    /// How many lines are there after only.
    pub n_lines_added: usize,
    /// For rules and `tierbook.toml`: the lines that are there before only.
    pub lines_removed: Vec<String>,
    /// For rules and `tierbook.toml`: the lines that are there after only.
    pub lines_added: Vec<String>,
}

/// A parameter that has another value.
#[derive(Debug, Serialize)]
pub struct ParameterChange {
    /// Its name.
    pub name: String,
    /// Its value before; none if it did not exist.
    pub before: Option<String>,
    /// Its value after; none if it exists no more.
    pub after: Option<String>,
}

/// The files that differ, by path.
pub(super) fn files(before: &Side<'_>, after: &Side<'_>) -> Vec<FileChange> {
    let (old, new) = (&before.inputs.project.files, &after.inputs.project.files);
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    paths.into_iter().filter_map(|path| file(path, old.get(path), new.get(path))).collect()
}

fn file(path: &str, old: Option<&Arc<str>>, new: Option<&Arc<str>>) -> Option<FileChange> {
    let state = match (old, new) {
        (Some(old), Some(new)) if old == new => return None,
        (Some(_), Some(_)) => State::Changed,
        (Some(_), None) => State::Removed,
        (None, _) => State::Added,
    };
    let lines = |text: Option<&Arc<str>>| text.map(|text| text.to_string()).unwrap_or_default();
    let (old, new) = (lines(old), lines(new));
    let (removed, added) = (only_in(&old, &new), only_in(&new, &old));
    let shows_lines = path.ends_with(".csv") || path == config::FILE_NAME;
    let shown = |lines: &[&str]| match shows_lines {
        true => lines.iter().map(ToString::to_string).collect(),
        false => Vec::new(),
    };
    Some(FileChange {
        path: path.to_owned(),
        state,
        n_lines_removed: removed.len(),
        n_lines_added: added.len(),
        lines_removed: shown(&removed),
        lines_added: shown(&added),
    })
}

/// The lines of a text that another has not, or has not as often; empty ones do not count.
fn only_in<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for line in other.lines() {
        *left.entry(line.trim_end()).or_default() += 1;
    }
    let mut lines = Vec::new();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        match left.get_mut(line) {
            Some(n) if *n > 0 => *n -= 1,
            _ => lines.push(line),
        }
    }
    lines
}

/// The parameters that differ, by name; the ends of the window, the time zone and the currency are among them.
pub(super) fn parameters(before: &Side<'_>, after: &Side<'_>) -> Vec<ParameterChange> {
    let (old, new) = (before.inputs.bindings, after.inputs.bindings);
    let names: BTreeSet<&str> = old.iter().chain(new.iter()).map(|(name, _)| name).collect();
    let text = |value: Option<&crate::project::ParameterValue>| value.map(ToString::to_string);
    names
        .into_iter()
        .filter(|name| old.get(name) != new.get(name))
        .map(|name| ParameterChange {
            name: name.to_owned(),
            before: text(old.get(name)),
            after: text(new.get(name)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_moved_are_no_change_and_a_line_twice_is_one() {
        assert_eq!(only_in("a\nb\nc\n", "c\r\nb\r\na\r\n"), Vec::<&str>::new());
        assert_eq!(only_in("a\na\n\nb\n", "a\n"), ["a", "b"]);
    }
}
