//! Derived tables + templates -> documents -> pages.
//!
//! Takes built models and the project's templates. Renders each report once per language into a document of blocks
//! and cells, and writes that document in every format, so that a number cannot differ between them. Lists for people
//! are written from the same values and words. Templates do no arithmetic, and text of the warehouse is never read as
//! markup or as a formula.

pub mod charts;
mod compose;
pub(crate) mod data;
pub mod document;
mod engine;
mod evidence;
mod exports;
mod figures;
pub mod format;
mod letter;
mod lists;
pub mod mail;
mod matrix;
mod objects;
mod pictures;
mod playbook;
mod scope;
mod tables;
pub mod words;
mod writers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use minijinja::value::Value;
use rayon::prelude::*;

use crate::error::{Error, Errors, Result};
use crate::models::sights::Sights;
use crate::models::{ControlTotal, Graph, Models};
use crate::names::{Lang, TableName};
use crate::project::recipients::Scope;
use crate::project::rules::{RuleTable, Version};
use crate::project::templates::template_fault;
use crate::project::{Bindings, Config, Project, ReportTemplate, Templates};
use crate::publish::{ArchiveWords, Page};
use crate::sources::Sources;
use crate::store::Store;
use charts::Drawing;
use document::{Block, ControlLine, Document, Inline};
use engine::Surroundings;
use evidence::Evidence;
use exports::{exported, exported_path};
use objects::{Folder, ModelObject, Shared, Slots};
use pictures::Pictures;
pub use scope::project_name;
use scope::scope_words;
use words::Words;
use writers::html::{Frame, HtmlWriter, STYLE_SHEET, Way};

/// Everything that rendering reads.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The project.
    pub project: &'a Project,
    /// Who reads whom.
    pub graph: &'a Graph,
    /// The parameters of this run.
    pub bindings: &'a Bindings,
    /// The built models.
    pub models: &'a Models,
    /// The files they were built from.
    pub sources: &'a Sources,
    /// What is kept from run to run.
    pub store: &'a Store,
    /// How much of the staging tables was seen.
    pub sights: &'a Sights,
    /// The customers that the models are restricted to; `None` for all.
    pub scope: Option<&'a Scope>,
}

/// The reports of an edition.
#[derive(Debug, Default)]
pub struct Rendered {
    /// All files, in order.
    pub pages: Vec<Page>,
    /// The headline figures of the first report, by language: `label: figure`.
    pub headline: BTreeMap<Lang, Vec<String>>,
    /// What the reader of the run should know.
    pub warnings: Vec<String>,
    /// The reports themselves, by language, for mail.
    documents: Vec<(Words, Vec<Document>)>,
}

/// The models that reports, exports and lists read.
pub fn targets(project: &Project) -> BTreeSet<TableName> {
    let reports = project.config.reports.iter().filter_map(|name| project.templates.reports.get(name));
    reports
        .flat_map(|report| report.reads.iter().cloned())
        .chain(project.config.exports.iter().cloned())
        .chain(project.config.lists.keys().cloned())
        .collect()
}

/// Sees that layouts can be parsed and that every language has its words.
///
/// # Errors
/// Kind `Project`, every fault at once.
pub fn check(project: &Project) -> Result<(), Errors> {
    HtmlWriter::new(&project.templates)?;
    let mut faults = Vec::new();
    for lang in &project.config.languages {
        if !project.templates.words.contains_key(lang) {
            faults.push(
                Error::project(format!("no words for the language `{lang}`"))
                    .help(format!("write them in `report_templates/locales/{lang}.toml`")),
            );
        }
    }
    Errors::none_in(faults)
}

/// Sees that the advice of the playbook reads what the models have, of which these are the columns.
///
/// # Errors
/// Kind `Project`, every fault at once.
pub fn check_advice(project: &Project, schemas: &BTreeMap<TableName, SchemaRef>) -> Result<(), Errors> {
    let mut faults = Vec::new();
    playbook::check(project, schemas, &mut faults);
    Errors::none_in(faults)
}

/// Sees that the columns of lists are there, and have headings in every language.
///
/// # Errors
/// Kind `Project`, every fault at once.
pub fn check_lists(project: &Project, schemas: &BTreeMap<TableName, SchemaRef>) -> Result<(), Errors> {
    let mut faults = Vec::new();
    lists::check(project, schemas, &mut faults);
    Errors::none_in(faults)
}

/// Renders every report in every language, and the files of exports and lists.
///
/// # Errors
/// Kind `Project`, one for each report that cannot be rendered; faults of reading rows.
pub async fn render(inputs: Inputs<'_>) -> Result<Rendered, Errors> {
    let project = inputs.project;
    check(project)?;
    let schemas = inputs.models.built.iter().map(|(name, built)| (name.clone(), Arc::clone(&built.schema)));
    let schemas = schemas.collect();
    check_advice(project, &schemas)?;
    check_lists(project, &schemas)?;
    let reports: Vec<&ReportTemplate> =
        project.config.reports.iter().filter_map(|name| project.templates.reports.get(name)).collect();
    let names = reports.iter().flat_map(|report| report.reads.iter().cloned()).collect();
    let data = data::load(project, inputs.models, &names).await?;
    let writer = HtmlWriter::new(&project.templates)?;
    let mut rendered = Rendered::default();
    let mut pictures = Pictures::new(inputs.store);
    let mut faults = Vec::new();
    let mut editions = Vec::new();
    for lang in &project.config.languages {
        let words = project.templates.words.get(lang).cloned().unwrap_or_default();
        let words = Words::new(*lang, &project.config.currency, words);
        let made: Vec<Result<Document>> =
            reports.par_iter().map(|report| document(inputs, report, &words, &data)).collect();
        let (made, wrong): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
        faults.extend(wrong.into_iter().filter_map(Result::err));
        let documents: Vec<Document> = made.into_iter().flatten().collect();
        if let Some(first) = documents.first() {
            rendered.headline.insert(*lang, headline(first));
        }
        editions.push((words, documents));
    }
    Errors::none_in(faults)?;
    let evidence = evidence(inputs, &editions).await?;
    for (words, documents) in &mut editions {
        evidence::link(documents, &evidence);
        let documents = &*documents;
        for (path, drawing) in documents.iter().flat_map(|document| charts(document, words)) {
            pictures.look(&format!("{path}.png"), drawing);
        }
        let made: Result<Vec<Vec<Page>>> = documents
            .par_iter()
            .map(|document| pages(inputs, document, documents, words, &writer, &pictures))
            .collect();
        rendered.pages.extend(made?.into_iter().flatten());
        let frame = frame(inputs, documents, None, words);
        rendered.pages.extend(evidence.pages(inputs, documents, &frame, words, &writer)?);
    }
    if evidence.has_pages() {
        let bytes = writer.style().as_bytes().to_vec();
        rendered.pages.push(Page { path: STYLE_SHEET.to_owned(), bytes });
    }
    // Rows that lie behind a figure are there already.
    let is_there = |name: &TableName| evidence.files.iter().any(|page| page.path == exported_path(name));
    let exports: Vec<&TableName> = project.config.exports.iter().filter(|name| !is_there(name)).collect();
    rendered.pages.extend(evidence.files);
    rendered.warnings = pictures.warnings();
    if let Some(first) = reports.first() {
        let entrance =
            writer.entrance(&project.config.name, first.name.as_str(), &project.config.languages)?;
        rendered.pages.push(Page { path: "index.html".to_owned(), bytes: entrance.into_bytes() });
    }
    for name in exports {
        rendered.pages.extend(exported(inputs, name).await?);
    }
    let languages: Vec<Words> = editions.iter().map(|(words, _)| words.clone()).collect();
    for spec in project.config.lists.values() {
        let grounds = grounds(inputs, &BTreeSet::from([spec.model.clone()]))?;
        rendered.pages.extend(lists::files(inputs, spec, &languages, &grounds).await?);
    }
    rendered.documents = editions;
    Ok(rendered)
}

/// What lies behind the figures of all languages.
async fn evidence(inputs: Inputs<'_>, editions: &[(Words, Vec<Document>)]) -> Result<Evidence, Errors> {
    // The evidence has the texts of queries and rules, which may name any customer.
    if !inputs.project.config.evidence || inputs.scope.is_some() {
        return Ok(Evidence::default());
    }
    let mut shown: BTreeMap<TableName, BTreeSet<String>> = BTreeMap::new();
    for (model, columns) in editions.iter().flat_map(|(_, documents)| evidence::shown(documents)) {
        shown.entry(model).or_default().extend(columns);
    }
    evidence::gather(inputs, &shown).await
}

/// What the archive pages are made with, one for each language of the reports.
///
/// # Errors
/// Kind `Project` when the style or the layout is missing.
pub fn archive_words(config: &Config, templates: &Templates) -> Result<Vec<ArchiveWords>> {
    let layout = templates
        .parts
        .get("layouts/archive.html")
        .ok_or_else(|| Error::project("no layout `report_templates/layouts/archive.html`"))?;
    let style = HtmlWriter::new(templates)?.style().to_owned();
    let of = |lang: &Lang| ArchiveWords {
        path: archive_path(config, *lang),
        layout: layout.to_string(),
        style: style.clone(),
        project: config.name.clone(),
        words: templates.words.get(lang).cloned().unwrap_or_default(),
        lang: lang.code().to_owned(),
        timezone: config.timezone.clone(),
    };
    Ok(config.languages.iter().map(of).collect())
}

/// Where the archive lies below the published folder: the first language has the page that a browser opens by itself.
fn archive_path(config: &Config, lang: Lang) -> String {
    if config.languages.first().is_none_or(|first| *first == lang) {
        "index.html".to_owned()
    } else {
        format!("index.{}.html", lang.code())
    }
}

/// Renders one report in one language.
fn document(
    inputs: Inputs<'_>,
    report: &ReportTemplate,
    words: &Words,
    data: &BTreeMap<TableName, Arc<data::ModelData>>,
) -> Result<Document> {
    let lists = inputs.project.config.lists.keys().map(ToString::to_string).collect();
    let shared = Arc::new(Shared { words: words.clone(), slots: Slots::default(), lists });
    let environment = engine::environment(Arc::new(surroundings(inputs, report, &shared)?));
    let mut values = engine::values(inputs.bindings, &inputs.project.config.name, &shared);
    let folders = folders(inputs, report, data, &shared);
    let mut context: BTreeMap<String, Value> = BTreeMap::new();
    context.extend(values.iter_mut().map(|(name, value)| ((*name).to_owned(), value.clone())));
    context.extend(folders);
    let fault = |error: &minijinja::Error| template_fault(error, &report.path, &report.text);
    let template =
        environment.template_from_named_str(&report.path, &report.text).map_err(|error| fault(&error))?;
    let text = template.render(Value::from(context)).map_err(|error| fault(&error))?;
    let mut blocks = compose::blocks(&text, &shared.slots)
        .map_err(|reason| Error::project(format!("report `{}`: {reason}", report.name)))?;
    files_once(&mut blocks);
    if let Some(scope) = inputs.scope {
        let rows = [("rows".to_owned(), scope_words(words, scope))];
        let text = words.fill("mail.scope", &rows).map_err(Error::project)?;
        let note = Block::Note { tone: "info".to_owned(), inlines: vec![Inline::Text { text }] };
        blocks.insert(1.min(blocks.len()), note);
    }
    let title = blocks.iter().find_map(|block| match block {
        Block::Heading { level: 1, inlines, .. } => Some(writers::markdown::plain_text(inlines)),
        _ => None,
    });
    let title = title.ok_or_else(|| {
        Error::project(format!("report `{}` has no title", report.name))
            .help("begin the template with `# ...`")
    })?;
    Ok(Document { report: report.name.to_string(), title, blocks })
}

/// Leaves the files of a list below the last table of a section that shows rows of it.
fn files_once(blocks: &mut [Block]) {
    let mut told: BTreeSet<String> = BTreeSet::new();
    for block in blocks.iter_mut().rev() {
        match block {
            Block::Heading { level: 1 | 2, .. } => told.clear(),
            Block::Table(table) => {
                let address = table.files.as_ref().map(|files| files.excel.clone());
                if address.is_some_and(|address| !told.insert(address)) {
                    table.files = None;
                }
            }
            _ => {}
        }
    }
}

fn surroundings(inputs: Inputs<'_>, report: &ReportTemplate, shared: &Arc<Shared>) -> Result<Surroundings> {
    let Grounds { totals, rules, limits } = grounds(inputs, &report.reads)?;
    Ok(Surroundings {
        report: report.name.to_string(),
        totals,
        rules,
        limits,
        plays: inputs.project.templates.plays.clone(),
        shared: Arc::clone(shared),
    })
}

/// What numbers rest on.
struct Grounds {
    /// Control totals.
    totals: Vec<ControlTotal>,
    /// Rule tables and their versions.
    rules: Vec<(String, String)>,
    /// What these rule tables say.
    limits: Vec<ControlLine>,
}

/// What these models, and all that they are made from, rest on.
fn grounds(inputs: Inputs<'_>, reads: &BTreeSet<TableName>) -> Result<Grounds> {
    let needed = inputs.graph.needed(reads);
    let names: BTreeSet<String> = needed.iter().map(ToString::to_string).collect();
    let totals = inputs.models.totals.iter().filter(|total| names.contains(&total.model)).cloned().collect();
    let limits = limits_in_force(inputs.project, inputs.graph, inputs.bindings, reads)?;
    let table = |line: &ControlLine| line.model.trim_start_matches("rules.").to_owned();
    let rules = limits.iter().map(|line| (table(line), line.value.clone())).collect();
    Ok(Grounds { totals, rules, limits })
}

/// The rule tables that models go by, and all that they are made from: each with its version on the as-of day, and what it
/// says in it.
///
/// # Errors
/// Kind `Internal` for cells that cannot be written as text.
pub(crate) fn limits_in_force(
    project: &Project,
    graph: &Graph,
    bindings: &Bindings,
    reads: &BTreeSet<TableName>,
) -> Result<Vec<ControlLine>> {
    let needed = graph.needed(reads);
    let read: BTreeSet<&TableName> = needed.iter().flat_map(|name| graph.reads_of(name)).collect();
    read.into_iter()
        .filter_map(|name| project.rules.get(name))
        .filter_map(|rules| Some((rules, rules.version_on(bindings.as_of)?)))
        .map(|(rules, version)| limits(rules, version))
        .collect()
}

/// What a rule table says in a version: `tier key, below 0.5; tier important, below 0.8`.
fn limits(rules: &RuleTable, version: &Version) -> Result<ControlLine> {
    let columns = crate::models::text_columns(&rules.rows)?;
    let schema = rules.rows.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    // What is ruled for single customers is no threshold, and not for every reader.
    if names.contains(&"customer_id") {
        return Ok(ControlLine {
            model: rules.name.to_string(),
            value: version.name.clone(),
            text: String::new(),
        });
    }
    let versions = names.iter().position(|name| *name == "version");
    let of_version = |row: &usize| {
        versions.is_none_or(|index| columns[index][*row].as_deref() == Some(version.name.as_str()))
    };
    let line = |row: usize| {
        let cells = names.iter().zip(&columns).filter_map(|(name, column)| {
            let is_date = matches!(*name, "valid_from" | "valid_to" | "version");
            let text = column[row].as_deref().filter(|_| !is_date)?;
            let text =
                if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
            Some(format!("{name} {text}"))
        });
        cells.collect::<Vec<_>>().join(", ")
    };
    let lines: Vec<String> = (0..rules.rows.num_rows()).filter(of_version).map(line).collect();
    Ok(ControlLine { model: rules.name.to_string(), value: version.name.clone(), text: lines.join("; ") })
}

fn folders(
    inputs: Inputs<'_>,
    report: &ReportTemplate,
    data: &BTreeMap<TableName, Arc<data::ModelData>>,
    shared: &Arc<Shared>,
) -> BTreeMap<String, Value> {
    let mut folders: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for name in &report.reads {
        let model = ModelObject {
            name: name.to_string(),
            data: data.get(name).map(Arc::clone),
            missing: inputs.models.unavailable.get(name).map(ToString::to_string),
            shared: Arc::clone(shared),
        };
        folders
            .entry(name.schema().to_owned())
            .or_default()
            .insert(name.table().to_owned(), Value::from_object(model));
    }
    folders.into_iter().map(|(name, models)| (name, Value::from_object(Folder { models }))).collect()
}

/// The files of a document.
fn pages(
    inputs: Inputs<'_>,
    document: &Document,
    all: &[Document],
    words: &Words,
    writer: &HtmlWriter<'_>,
    pictures: &Pictures<'_>,
) -> Result<Vec<Page>> {
    let frame = frame(inputs, all, Some(document), words);
    let folder = words.lang.code();
    let html = writer.page(document, &frame, words)?;
    let mut pages = vec![
        Page { path: format!("{folder}/{}.html", document.report), bytes: html.into_bytes() },
        Page {
            path: format!("{folder}/{}.md", document.report),
            bytes: writers::markdown::write(document).into_bytes(),
        },
    ];
    let charts: Vec<(String, &Drawing)> = charts(document, words).collect();
    let drawn = charts.into_par_iter().map(|(path, drawing)| {
        let svg = Page { path: format!("{path}.svg"), bytes: drawing.svg.clone().into_bytes() };
        Ok([svg, pictures.page(format!("{path}.png"), drawing)?])
    });
    let drawn: Result<Vec<[Page; 2]>> = drawn.collect();
    pages.extend(drawn?.into_iter().flatten());
    Ok(pages)
}

/// The charts of a document, and where each is laid, without an ending.
fn charts<'a>(document: &'a Document, words: &Words) -> impl Iterator<Item = (String, &'a Drawing)> {
    let folder = words.lang.code();
    document.blocks.iter().filter_map(move |block| match block {
        Block::Chart(figure) => Some((format!("{folder}/charts/{}", figure.id), figure.drawing.as_ref()?)),
        _ => None,
    })
}

/// What the pages of an edition say around their content.
fn frame(inputs: Inputs<'_>, all: &[Document], here: Option<&Document>, words: &Words) -> Frame {
    let config = &inputs.project.config;
    let bindings = inputs.bindings;
    let ways = all.iter().map(|other| Way {
        name: other.report.clone(),
        title: other.title.clone(),
        here: here.is_some_and(|here| here.report == other.report),
    });
    let others = config.languages.iter().filter(|lang| **lang != words.lang);
    Frame {
        project: project_name(inputs.project, words.lang, inputs.scope),
        as_of: format::day(words.lang, bindings.as_of),
        window: format::days(words.lang, bindings.window_start, bindings.window_end),
        reports: ways.collect(),
        languages: others.map(|lang| (lang.code().to_owned(), lang.own_name().to_owned())).collect(),
        archive: format!("{}#d{}", archive_path(config, words.lang), bindings.as_of),
    }
}

/// The headline figures of a document as lines of text.
fn headline(document: &Document) -> Vec<String> {
    let first = document.blocks.iter().find_map(|block| match block {
        Block::Kpis { items } => Some(items),
        _ => None,
    });
    let line = |kpi: &document::Kpi| {
        let notes: Vec<String> = kpi.notes.iter().map(|note| writers::markdown::plain_text(note)).collect();
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        format!("{}: {}{notes}", writers::markdown::plain_text(&kpi.label), kpi.value.text)
    };
    first.map_or_else(Vec::new, |items| items.iter().map(line).collect())
}
