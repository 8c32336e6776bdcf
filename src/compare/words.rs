//! Words that are others, and the reports that may show them.

use std::collections::{BTreeMap, BTreeSet};

use crate::models::Inputs;
use crate::names::{Lang, TableName};
use crate::project::playbook::Play;
use crate::project::templates::FUNCTIONS;
use crate::project::{Project, ReportTemplate};

/// The part of the templates that only the archive page is made with.
const ARCHIVE: &str = "layouts/archive.html";

/// The keys of words that differ, with the languages that pages are published in and in which they do.
pub(super) fn changed(old: &Project, new: &Project) -> BTreeMap<String, BTreeSet<Lang>> {
    let mut keys: BTreeMap<String, BTreeSet<Lang>> = BTreeMap::new();
    for lang in &new.config.languages {
        let (old, new) = (old.templates.words.get(lang), new.templates.words.get(lang));
        for words in [old, new].into_iter().flatten() {
            let differs = |key: &&String| {
                old.and_then(|words| words.get(*key)) != new.and_then(|words| words.get(*key))
            };
            for key in words.keys().filter(differs) {
                keys.entry(key.clone()).or_default().insert(*lang);
            }
        }
    }
    keys
}

/// Whether a text names a key.
pub(super) fn is_quoted(text: &str, key: &str) -> bool {
    text.contains(&format!("\"{key}\"")) || text.contains(&format!("'{key}'"))
}

/// Whether a report may show a play: it names it, or all those of the play's model.
pub(super) fn may_advise(report: &ReportTemplate, name: &str, play: &Play) -> bool {
    report.reads.contains(&play.model)
        && report.text.contains("playbook(")
        && (is_quoted(&report.text, name) || report.text.contains(&format!("playbook({})", play.model)))
}

/// The words of a report.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) inputs: Inputs<'a>,
    pub(super) report: &'a ReportTemplate,
}

impl Keys<'_> {
    /// Whether the report may show a word: it names it, or it shows something that is told in it. A word that only
    /// other reports name is theirs; one that nobody names is shared by all.
    pub(super) fn shows(&self, key: &str) -> bool {
        let project = self.inputs.project;
        let mut parts = project.templates.parts.iter().filter(|(path, _)| *path != ARCHIVE);
        if names(&self.report.text, key) || parts.any(|(_, text)| is_quoted(text, key)) {
            return true;
        }
        let text = &self.report.text;
        let Some((group, rest)) = key.split_once('.') else {
            return match FUNCTIONS.contains(&key) {
                true => text.contains(&format!("{key}(")),
                false => self.is_shared(key),
            };
        };
        match group {
            "archive" | "definition" | "method" => false,
            "chart" => text.contains("chart("),
            "column" => self.report.reads.iter().any(|model| self.heads(model, rest)),
            "values" => {
                let column = rest.rsplit_once('.').map_or(rest, |(column, _)| column);
                self.report.reads.iter().any(|model| self.has_kind(model, column))
            }
            "phrases" => text.contains("phrases=") && self.may_say(rest),
            "measure" => project
                .templates
                .plays
                .iter()
                .any(|(name, play)| play.measure == rest && may_advise(self.report, name, play)),
            _ if project.templates.reports.keys().any(|name| name.as_str() == group) => {
                group == self.report.name.as_str()
            }
            _ => self.is_shared(key),
        }
    }

    fn is_shared(&self, key: &str) -> bool {
        !self.inputs.project.templates.reports.values().any(|report| names(&report.text, key))
    }

    /// Whether a word heads a column of a model: its own, or one of that name of any model.
    fn heads(&self, model: &TableName, key: &str) -> bool {
        let column = key.strip_prefix(&format!("{model}.")).unwrap_or(key);
        self.columns(model).any(|name| name == column)
    }

    /// Whether a model has a column of a kind: `from_tier` is a `tier`.
    fn has_kind(&self, model: &TableName, column: &str) -> bool {
        self.columns(model).any(|name| name == column || name.rsplit('_').next() == Some(column))
    }

    fn columns(&self, model: &TableName) -> impl Iterator<Item = &str> {
        let query = self.inputs.project.queries.get(model);
        query.into_iter().flat_map(|query| query.header.columns.iter().map(|note| note.name.as_str()))
    }

    /// Whether a query below the report may give the code of a phrase.
    fn may_say(&self, code: &str) -> bool {
        let needed = self.inputs.graph.needed(&self.report.reads);
        let mut queries = needed.iter().filter_map(|name| self.inputs.project.queries.get(name));
        queries.any(|query| query.text.contains(&format!("'{code}'")))
    }
}

/// Whether a template names a key, be it put together: `\"values.unit.\" ~ parameters.unit`.
fn names(text: &str, key: &str) -> bool {
    let is_beginning = |(joined, _): (usize, &str)| {
        let piece = text[..joined].trim_end();
        let piece = piece.strip_suffix('"').and_then(|piece| piece.rsplit_once('"'));
        piece.is_some_and(|(_, beginning)| !beginning.is_empty() && key.starts_with(beginning))
    };
    is_quoted(text, key) || text.match_indices('~').any(is_beginning)
}
