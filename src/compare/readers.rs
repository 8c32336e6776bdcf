//! Reports that a change touches, and who reads them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::Side;
use super::rows::ModelChange;
use super::texts::{ParameterChange, State};
use crate::names::{Lang, ReportName, TableName};
use crate::project::playbook::Play;
use crate::project::{Project, ReportTemplate};

/// A report that is touched.
#[derive(Debug, Serialize)]
pub struct ReportChange {
    /// Its name.
    pub report: String,
    /// What becomes of it.
    pub state: State,
    /// Its template is another.
    pub template: bool,
    /// What all pages share is another: a layout, a component, a style, the name of the project, its languages.
    pub looks: bool,
    /// Words that it shows and that are others, by key.
    pub words: Vec<String>,
    /// Advice of the playbook that it may show and that is another, by name.
    pub advice: Vec<String>,
    /// Parameters that its template shows and that have another value.
    pub parameters: Vec<String>,
    /// Models that it reads and that are not the same, in words, units, order or rows.
    pub models: Vec<String>,
    /// Who reads it, as `[[recipients]]` in `tierbook.toml` has it.
    pub recipients: Vec<Reader>,
}

/// Somebody who reads a report.
#[derive(Debug, Serialize)]
pub struct Reader {
    /// Their name.
    pub name: String,
    /// The language, if only one.
    pub language: Option<String>,
}

/// The reports touched, in the order of the edition; those that are gone last.
pub(super) fn reports(
    before: &Side<'_>,
    after: &Side<'_>,
    models: &[ModelChange],
    parameters: &[ParameterChange],
) -> Vec<ReportChange> {
    let (old, new) = (before.inputs.project, after.inputs.project);
    let changes = Changes { old, new, models, parameters, looks: looks(old, new), words: words(old, new) };
    let gone = old.config.reports.iter().filter(|report| !new.config.reports.contains(report));
    new.config.reports.iter().chain(gone).filter_map(|name| changes.report(name)).collect()
}

struct Changes<'a> {
    old: &'a Project,
    new: &'a Project,
    models: &'a [ModelChange],
    parameters: &'a [ParameterChange],
    looks: bool,
    words: BTreeSet<String>,
}

impl Changes<'_> {
    fn report(&self, name: &ReportName) -> Option<ReportChange> {
        let published = |project: &Project| project.config.reports.contains(name);
        let state = match (published(self.old), published(self.new)) {
            (true, false) => State::Removed,
            (false, true) => State::Added,
            _ => State::Changed,
        };
        let recipients = readers(if state == State::Removed { self.old } else { self.new }, name);
        let mut change = ReportChange {
            report: name.to_string(),
            state,
            template: false,
            looks: false,
            words: Vec::new(),
            advice: Vec::new(),
            parameters: Vec::new(),
            models: Vec::new(),
            recipients,
        };
        if let (Some(old), Some(new), State::Changed) =
            (self.old.templates.reports.get(name), self.new.templates.reports.get(name), state)
        {
            change.template = old.text != new.text;
            change.looks = self.looks;
            change.words = self.words.iter().filter(|key| self.shows(new, key)).cloned().collect();
            change.advice = self.advice(new);
            let shown =
                self.parameters.iter().filter(|p| new.text.contains(&format!("parameters.{}", p.name)));
            change.parameters = shown.map(|parameter| parameter.name.clone()).collect();
            change.models =
                new.reads.iter().filter(|model| self.differs(model)).map(ToString::to_string).collect();
        }
        let is_touched = state != State::Changed
            || change.template
            || change.looks
            || !change.words.is_empty()
            || !change.advice.is_empty()
            || !change.parameters.is_empty()
            || !change.models.is_empty();
        is_touched.then_some(change)
    }

    /// Whether a model is shown in another way, whatever its rows.
    fn differs(&self, name: &TableName) -> bool {
        if self.models.iter().any(|change| change.model == name.to_string()) {
            return true;
        }
        let (Some(old), Some(new)) = (self.old.queries.get(name), self.new.queries.get(name)) else {
            return false;
        };
        let notes = |query: &crate::project::QueryFile| {
            let columns = query.header.columns.iter();
            let columns: Vec<_> =
                columns.map(|note| (note.name.clone(), note.unit, note.meaning.clone())).collect();
            (columns, query.header.order.as_ref().map(|order| order.text.clone()))
        };
        notes(old) != notes(new)
    }

    /// Whether a report may show a word. Words are grouped by the report they belong to; those of columns belong to
    /// the models that have them; the rest is shared by all.
    fn shows(&self, report: &ReportTemplate, key: &str) -> bool {
        if report.text.contains(&format!("\"{key}\"")) || report.text.contains(&format!("'{key}'")) {
            return true;
        }
        let (group, rest) = key.split_once('.').unwrap_or((key, ""));
        if group == "column" {
            return report.reads.iter().any(|model| match rest.strip_prefix(&format!("{model}.")) {
                Some(column) => self.has_column(model, column),
                None => self.has_column(model, rest),
            });
        }
        let is_of_a_report = self.new.templates.reports.keys().any(|name| name.as_str() == group);
        if is_of_a_report { group == report.name.as_str() } else { group != "archive" }
    }

    /// Plays of the models that a report reads which are others, if it shows plays at all.
    fn advice(&self, report: &ReportTemplate) -> Vec<String> {
        let (old, new) = (&self.old.templates.plays, &self.new.templates.plays);
        let text = |play: Option<&Play>| play.map(|play| Arc::clone(&play.file));
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let is_shown = |name: &&&String| {
            let plays = [old.get(**name), new.get(**name)];
            text(plays[0]) != text(plays[1])
                && plays.into_iter().flatten().any(|play| report.reads.contains(&play.model))
        };
        if !report.text.contains("playbook(") {
            return Vec::new();
        }
        names.iter().filter(is_shown).map(|name| (*name).clone()).collect()
    }

    fn has_column(&self, model: &TableName, column: &str) -> bool {
        self.new.queries.get(model).is_some_and(|query| query.column(column).is_some())
    }
}

/// Whether something that every page shows is another.
fn looks(old: &Project, new: &Project) -> bool {
    let shared = |project: &Project| {
        let config = &project.config;
        (config.name.clone(), config.languages.clone(), config.reports.clone())
    };
    old.templates.parts != new.templates.parts || shared(old) != shared(new)
}

/// The keys of words that differ in a language.
fn words(old: &Project, new: &Project) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for lang in Lang::ALL {
        let (old, new) = (old.templates.words.get(&lang), new.templates.words.get(&lang));
        for words in [old, new].into_iter().flatten() {
            let differs = |key: &&String| {
                old.and_then(|words| words.get(*key)) != new.and_then(|words| words.get(*key))
            };
            keys.extend(words.keys().filter(differs).cloned());
        }
    }
    keys
}

fn readers(project: &Project, report: &ReportName) -> Vec<Reader> {
    let readers = project.config.recipients.iter().filter(|recipient| recipient.reports.contains(report));
    readers
        .map(|recipient| Reader {
            name: recipient.name.clone(),
            language: recipient.language.map(|lang| lang.to_string()),
        })
        .collect()
}
