//! Reports that a change touches, and who reads them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Side;
use super::rows::ModelChange;
use super::texts::{ParameterChange, State};
use super::words::{self, Keys};
use crate::error::Result;
use crate::names::{Lang, ReportName, TableName};
use crate::project::playbook::Play;
use crate::project::{Project, ReportTemplate};
use crate::reports;

/// A report that is touched.
#[derive(Debug, Serialize)]
pub struct ReportChange {
    /// Its name.
    pub report: String,
    /// What becomes of it.
    pub state: State,
    /// Its template is another.
    pub template: bool,
    /// What all pages share is another: a layout, a component, a style, the names of the project and of its reports,
    /// its languages.
    pub looks: bool,
    /// Words that it shows and that are others, by key.
    pub words: Vec<String>,
    /// Advice of the playbook that it may show and that is another, by name.
    pub advice: Vec<String>,
    /// Parameters that its template shows and that have another value.
    pub parameters: Vec<String>,
    /// Rule tables whose version or values it prints and that are others.
    pub rules: Vec<String>,
    /// Models whose control totals it prints and that are others.
    pub totals: Vec<String>,
    /// Models that it reads and that are not the same, in words, units, order or rows.
    pub models: Vec<String>,
    /// The languages whose pages are others.
    pub languages: Vec<String>,
    /// Who reads these pages, as `[[recipients]]` in `tierbook.toml` has it.
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
///
/// # Errors
/// What printing a rule table finds.
pub(super) fn reports(
    before: &Side<'_>,
    after: &Side<'_>,
    models: &[ModelChange],
    parameters: &[ParameterChange],
) -> Result<Vec<ReportChange>> {
    let (old, new) = (before.inputs.project, after.inputs.project);
    let words = words::changed(old, new);
    let changes = Changes { before, after, models, parameters, looks: looks(old, new, &words), words };
    let gone = old.config.reports.iter().filter(|report| !new.config.reports.contains(report));
    let mut reports = Vec::new();
    for name in new.config.reports.iter().chain(gone) {
        reports.extend(changes.report(name)?);
    }
    Ok(reports)
}

struct Changes<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    models: &'a [ModelChange],
    parameters: &'a [ParameterChange],
    /// The languages in which what all pages share is another.
    looks: BTreeSet<Lang>,
    /// Words that are others, and in which languages.
    words: BTreeMap<String, BTreeSet<Lang>>,
}

impl Changes<'_> {
    fn report(&self, name: &ReportName) -> Result<Option<ReportChange>> {
        let (old, new) = (self.before.inputs.project, self.after.inputs.project);
        let published = |project: &Project| project.config.reports.contains(name);
        let (state, of) = match (published(old), published(new)) {
            (true, false) => (State::Removed, old),
            (false, true) => (State::Added, new),
            _ => (State::Changed, new),
        };
        let mut change = ReportChange {
            report: name.to_string(),
            state,
            template: false,
            looks: false,
            words: Vec::new(),
            advice: Vec::new(),
            parameters: Vec::new(),
            rules: Vec::new(),
            totals: Vec::new(),
            models: Vec::new(),
            languages: Vec::new(),
            recipients: Vec::new(),
        };
        let mut languages: BTreeSet<Lang> = BTreeSet::new();
        if let (Some(before), Some(after), State::Changed) =
            (old.templates.reports.get(name), new.templates.reports.get(name), state)
        {
            change.template = before.text != after.text;
            change.looks = !self.looks.is_empty();
            languages.extend(&self.looks);
            let keys = Keys { inputs: self.after.inputs, report: after };
            for (key, langs) in self.words.iter().filter(|(key, _)| keys.shows(key)) {
                change.words.push(key.clone());
                languages.extend(langs);
            }
            for (play, langs) in self.advice(after) {
                change.advice.push(play);
                languages.extend(langs);
            }
            let shown =
                self.parameters.iter().filter(|p| after.text.contains(&format!("parameters.{}", p.name)));
            change.parameters = shown.map(|parameter| parameter.name.clone()).collect();
            change.rules = self.rules(before, after)?;
            change.totals =
                if after.text.contains("controls(") { self.totals(before, after) } else { Vec::new() };
            change.models =
                after.reads.iter().filter(|model| self.differs(model)).map(ToString::to_string).collect();
        }
        // These differ in every language.
        let lists = [&change.parameters, &change.rules, &change.totals, &change.models];
        if state != State::Changed || change.template || lists.iter().any(|list| !list.is_empty()) {
            languages.extend(&of.config.languages);
        }
        languages.retain(|lang| of.config.languages.contains(lang));
        change.recipients = readers(of, name, &languages);
        change.languages = languages.iter().map(ToString::to_string).collect();
        Ok((!languages.is_empty()).then_some(change))
    }

    /// Whether a model is shown in another way, whatever its rows.
    fn differs(&self, name: &TableName) -> bool {
        if self.models.iter().any(|change| change.model == name.to_string()) {
            return true;
        }
        let queries = |side: &Side<'_>| side.inputs.project.queries.get(name).map(notes);
        match (queries(self.before), queries(self.after)) {
            (Some(old), Some(new)) => old != new,
            _ => false,
        }
    }

    /// Plays that a report may show and that are others, and in which languages.
    fn advice(&self, report: &ReportTemplate) -> Vec<(String, BTreeSet<Lang>)> {
        let old = &self.before.inputs.project.templates.plays;
        let new = &self.after.inputs.project.templates.plays;
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let differing = names.into_iter().filter_map(|name| {
            let (before, after) = (old.get(name), new.get(name));
            let is_shown = before.into_iter().chain(after).any(|play| words::may_advise(report, name, play));
            let langs = if is_shown { told_in(before, after) } else { BTreeSet::new() };
            (!langs.is_empty()).then(|| (name.clone(), langs))
        });
        differing.collect()
    }

    /// Rule tables that a report prints by version, with `rules()`, or by value, with `limits()`.
    fn rules(&self, before: &ReportTemplate, after: &ReportTemplate) -> Result<Vec<String>> {
        let (versions, values) = (after.text.contains("rules("), after.text.contains("limits("));
        let printed =
            |side: &Side<'_>, report: &ReportTemplate| -> Result<BTreeMap<String, (String, String)>> {
                let crate::models::Inputs { project, graph, bindings, .. } = side.inputs;
                let lines = reports::limits_in_force(project, graph, bindings, &report.reads)?;
                let shown = |text: String| if values { text } else { String::new() };
                Ok(lines.into_iter().map(|line| (line.model, (line.value, shown(line.text)))).collect())
            };
        if !versions && !values {
            return Ok(Vec::new());
        }
        Ok(different(&printed(self.before, before)?, &printed(self.after, after)?))
    }

    /// Models below a report whose control totals are others, by their text or by what they come to.
    fn totals(&self, before: &ReportTemplate, after: &ReportTemplate) -> Vec<String> {
        let computed = |side: &Side<'_>, name: &TableName| -> Vec<(String, String)> {
            let totals = side.models.totals.iter().filter(|total| total.model == name.to_string());
            totals.map(|total| (total.text.clone(), total.value.clone())).collect()
        };
        let printed = |side: &Side<'_>, other: &Side<'_>, report: &ReportTemplate| {
            let needed = side.inputs.graph.needed(&report.reads).into_iter();
            let totals = needed.filter_map(|name| {
                let query = side.inputs.project.queries.get(&name)?;
                let texts: Vec<String> = query.header.totals.iter().map(|piece| piece.text.clone()).collect();
                // What only one side computed cannot differ.
                let both = !computed(other, &name).is_empty();
                let values = if both { computed(side, &name) } else { Vec::new() };
                (!texts.is_empty()).then(|| (name.to_string(), (texts, values)))
            });
            totals.collect::<BTreeMap<_, _>>()
        };
        different(&printed(self.before, self.after, before), &printed(self.after, self.before, after))
    }
}

/// The keys that do not have the same value in both.
fn different<V: PartialEq>(old: &BTreeMap<String, V>, new: &BTreeMap<String, V>) -> Vec<String> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).cloned().collect()
}

/// The units and words of a query's columns, and its order.
fn notes(
    query: &crate::project::QueryFile,
) -> (Vec<(String, crate::project::header::Unit, String)>, Option<String>) {
    let columns = query.header.columns.iter();
    let columns = columns.map(|note| (note.name.clone(), note.unit, note.meaning.clone())).collect();
    (columns, query.header.order.as_ref().map(|order| order.text.clone()))
}

/// The languages in which a play is told differently; none where only its comments are others.
fn told_in(before: Option<&Play>, after: Option<&Play>) -> BTreeSet<Lang> {
    let condition = |play: &Play| (play.measure.clone(), play.model.clone(), play.shown_when.clone());
    let (Some(before), Some(after)) = (before, after) else { return Lang::ALL.into_iter().collect() };
    let is_other = |lang: &Lang| {
        condition(before) != condition(after) || before.texts.get(lang) != after.texts.get(lang)
    };
    Lang::ALL.into_iter().filter(is_other).collect()
}

/// The languages in which something that every page shows is another: its frame, or the names of the reports.
fn looks(old: &Project, new: &Project, words: &BTreeMap<String, BTreeSet<Lang>>) -> BTreeSet<Lang> {
    let shared = |project: &Project| {
        let config = &project.config;
        (config.name.clone(), config.languages.clone(), config.reports.clone())
    };
    let title = |project: &Project, name: &ReportName| {
        let text = project.templates.reports.get(name).map(|report| report.text.clone());
        text.and_then(|text| text.lines().find(|line| line.starts_with("# ")).map(ToOwned::to_owned))
    };
    let names = &new.config.reports;
    if old.templates.parts != new.templates.parts
        || shared(old) != shared(new)
        || names.iter().any(|name| title(old, name) != title(new, name))
    {
        return Lang::ALL.into_iter().collect();
    }
    let is_name = |key: &str| {
        names.iter().any(|name| {
            key == format!("{name}.name")
                || title(new, name).is_some_and(|title| words::is_quoted(&title, key))
        })
    };
    words.iter().filter(|(key, _)| is_name(key)).flat_map(|(_, langs)| langs.iter().copied()).collect()
}

/// Those who read the report in one of these languages.
fn readers(project: &Project, report: &ReportName, languages: &BTreeSet<Lang>) -> Vec<Reader> {
    let readers = project.config.recipients.iter().filter(|recipient| {
        let in_one = recipient.language.is_none_or(|lang| languages.contains(&lang));
        in_one && recipient.reports.contains(report)
    });
    readers
        .map(|recipient| Reader {
            name: recipient.name.clone(),
            language: recipient.language.map(|lang| lang.to_string()),
        })
        .collect()
}
