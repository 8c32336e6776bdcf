//! Derived tables + templates -> documents -> pages.
//!
//! Takes built models and the project's templates. Renders each report once per language into a document of blocks
//! and cells, and writes that document in every format, so that a number cannot differ between them. Templates do
//! no arithmetic, and text of the warehouse is never read as markup.

pub mod charts;
mod compose;
pub(crate) mod data;
pub mod document;
mod engine;
mod figures;
pub mod format;
mod matrix;
mod objects;
mod playbook;
mod tables;
pub mod words;
mod writers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use minijinja::value::Value;

use crate::error::{Error, Errors, Result};
use crate::export;
use crate::models::{Graph, Models};
use crate::names::{Lang, TableName};
use crate::project::rules::{RuleTable, Version};
use crate::project::templates::template_fault;
use crate::project::{Bindings, Config, Project, ReportTemplate, Templates};
use crate::publish::{ArchiveWords, Page};
use document::{Block, ControlLine, Document};
use engine::Surroundings;
use objects::{Folder, ModelObject, Shared, Slots};
use words::Words;
use writers::html::{Frame, HtmlWriter, Way};

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
}

/// The reports of an edition.
#[derive(Debug)]
pub struct Rendered {
    /// All files, in order.
    pub pages: Vec<Page>,
    /// The headline figures of the first report, by language: `label: figure`.
    pub headline: BTreeMap<Lang, Vec<String>>,
}

/// The models that reports and exports read.
pub fn targets(project: &Project) -> BTreeSet<TableName> {
    let reports = project.config.reports.iter().filter_map(|name| project.templates.reports.get(name));
    reports
        .flat_map(|report| report.reads.iter().cloned())
        .chain(project.config.exports.iter().cloned())
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

/// Renders every report in every language, and the exported rows.
///
/// # Errors
/// Kind `Project`, one for each report that cannot be rendered; faults of reading rows.
pub async fn render(inputs: Inputs<'_>) -> Result<Rendered, Errors> {
    let project = inputs.project;
    check(project)?;
    let schemas = inputs.models.built.iter().map(|(name, built)| (name.clone(), Arc::clone(&built.schema)));
    check_advice(project, &schemas.collect())?;
    let reports: Vec<&ReportTemplate> =
        project.config.reports.iter().filter_map(|name| project.templates.reports.get(name)).collect();
    let names = reports.iter().flat_map(|report| report.reads.iter().cloned()).collect();
    let data = data::load(project, inputs.models, &names).await?;
    let writer = HtmlWriter::new(&project.templates)?;
    let mut rendered = Rendered { pages: Vec::new(), headline: BTreeMap::new() };
    let mut faults = Vec::new();
    for lang in &project.config.languages {
        let words = project.templates.words.get(lang).cloned().unwrap_or_default();
        let words = Words::new(*lang, &project.config.currency, words);
        let mut documents = Vec::new();
        for report in &reports {
            match document(inputs, report, &words, &data) {
                Ok(document) => documents.push(document),
                Err(error) => faults.push(error),
            }
        }
        if let Some(first) = documents.first() {
            rendered.headline.insert(*lang, headline(first));
        }
        for document in &documents {
            rendered.pages.extend(pages(inputs, document, &documents, &words, &writer)?);
        }
    }
    Errors::none_in(faults)?;
    if let Some(first) = reports.first() {
        let entrance =
            writer.entrance(&project.config.name, first.name.as_str(), &project.config.languages)?;
        rendered.pages.push(Page { path: "index.html".to_owned(), bytes: entrance.into_bytes() });
    }
    for name in &project.config.exports {
        rendered.pages.extend(exported(inputs, name).await?);
    }
    Ok(rendered)
}

/// What the archive page is made with.
///
/// # Errors
/// Kind `Project` when the style or the layout is missing.
pub fn archive_words(config: &Config, templates: &Templates) -> Result<ArchiveWords> {
    let layout = templates
        .parts
        .get("layouts/archive.html")
        .ok_or_else(|| Error::project("no layout `report_templates/layouts/archive.html`"))?;
    let lang = config.languages.first().copied().unwrap_or(Lang::En);
    Ok(ArchiveWords {
        layout: layout.to_string(),
        style: HtmlWriter::new(templates)?.style().to_owned(),
        project: config.name.clone(),
        words: templates.words.get(&lang).cloned().unwrap_or_default(),
        lang: lang.code().to_owned(),
    })
}

/// Renders one report in one language.
fn document(
    inputs: Inputs<'_>,
    report: &ReportTemplate,
    words: &Words,
    data: &BTreeMap<TableName, Arc<data::ModelData>>,
) -> Result<Document> {
    let shared = Arc::new(Shared { words: words.clone(), slots: Slots::default() });
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
    let blocks = compose::blocks(&text, &shared.slots)
        .map_err(|reason| Error::project(format!("report `{}`: {reason}", report.name)))?;
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

fn surroundings(inputs: Inputs<'_>, report: &ReportTemplate, shared: &Arc<Shared>) -> Result<Surroundings> {
    let needed = inputs.graph.needed(&report.reads);
    let names: BTreeSet<String> = needed.iter().map(ToString::to_string).collect();
    let totals = inputs.models.totals.iter().filter(|total| names.contains(&total.model)).cloned().collect();
    let limits = limits_in_force(inputs, report)?;
    let table = |line: &ControlLine| line.model.trim_start_matches("rules.").to_owned();
    let rules = limits.iter().map(|line| (table(line), line.value.clone())).collect();
    Ok(Surroundings {
        report: report.name.to_string(),
        totals,
        rules,
        limits,
        plays: inputs.project.templates.plays.clone(),
        shared: Arc::clone(shared),
    })
}

/// The rule tables that a report goes by: each with its version on the as-of day, and what it says in it.
///
/// # Errors
/// Kind `Internal` for cells that cannot be written as text.
pub(crate) fn limits_in_force(inputs: Inputs<'_>, report: &ReportTemplate) -> Result<Vec<ControlLine>> {
    let needed = inputs.graph.needed(&report.reads);
    let read: BTreeSet<&TableName> = needed.iter().flat_map(|name| inputs.graph.reads_of(name)).collect();
    read.into_iter()
        .filter_map(|name| inputs.project.rules.get(name))
        .filter_map(|rules| Some((rules, rules.version_on(inputs.bindings.as_of)?)))
        .map(|(rules, version)| limits(rules, version))
        .collect()
}

/// What a rule table says in a version: `tier key, below 0.5; tier important, below 0.8`.
fn limits(rules: &RuleTable, version: &Version) -> Result<ControlLine> {
    let columns = crate::models::text_columns(&rules.rows)?;
    let schema = rules.rows.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
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
) -> Result<Vec<Page>> {
    let config = &inputs.project.config;
    let bindings = inputs.bindings;
    let frame = Frame {
        project: config.name.clone(),
        as_of: format::day(words.lang, bindings.as_of),
        window: format::days(words.lang, bindings.window_start, bindings.window_end),
        reports: all
            .iter()
            .map(|other| Way {
                name: other.report.clone(),
                title: other.title.clone(),
                here: other.report == document.report,
            })
            .collect(),
        languages: config
            .languages
            .iter()
            .filter(|lang| **lang != words.lang)
            .map(|lang| (lang.code().to_owned(), lang.own_name().to_owned()))
            .collect(),
    };
    let folder = words.lang.code();
    let html = writer.page(document, &frame, words)?;
    let mut pages = vec![
        Page { path: format!("{folder}/{}.html", document.report), bytes: html.into_bytes() },
        Page {
            path: format!("{folder}/{}.md", document.report),
            bytes: writers::markdown::write(document).into_bytes(),
        },
    ];
    for block in &document.blocks {
        if let Block::Chart(figure) = block
            && let Some(svg) = &figure.file
        {
            let path = format!("{folder}/charts/{}.svg", figure.id);
            pages.push(Page { path, bytes: svg.clone().into_bytes() });
        }
    }
    Ok(pages)
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

/// All rows of a model as a file for spreadsheets.
async fn exported(inputs: Inputs<'_>, name: &TableName) -> Result<Option<Page>, Errors> {
    let (Some(query), Some(built)) = (inputs.project.queries.get(name), inputs.models.built.get(name)) else {
        return Ok(None);
    };
    let doing = format!("exporting `{name}`");
    let plan = inputs.models.rows_in_order(query).await?;
    let mut stream = inputs
        .models
        .engine
        .stream(plan)
        .await
        .map_err(|error| crate::engine::execution_fault(error, &doing))?;
    let mut bytes = Vec::new();
    let mut writer = export::writer(export::Format::SpreadsheetCsv, &built.schema, Box::new(&mut bytes))?;
    while let Some(batch) = futures::TryStreamExt::try_next(&mut stream)
        .await
        .map_err(|error| crate::engine::execution_fault(error, &doing))?
    {
        writer.write(&batch)?;
    }
    writer.finish()?;
    Ok(Some(Page { path: format!("data/{name}.csv"), bytes }))
}
