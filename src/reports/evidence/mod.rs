//! Evidence: a page for each model behind a figure, and the rows that the figure is the sum of.
//!
//! Takes the models whose cells are on pages. Gives, for each language, a page with the query, the columns, what it was
//! made from, what was checked, and links to rows; and those rows as files. Changes no figure: a page that cannot prove one
//! says how it was computed instead.

mod code;
mod graph;
mod links;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};
use minijinja::value::{Serde, Value};
use rayon::prelude::*;
use serde::Serialize;

use super::data::default_unit;
use super::document::Document;
use super::format::{self, Decimal};
use super::words::{Style, Words};
use super::writers::html::{Frame, HtmlWriter};
use super::{Inputs, data::Datum};
use crate::error::{Errors, Result};
use crate::models::lineage::{Lineage, Question, Search};
use crate::names::TableName;
use crate::project::QueryFile;
use crate::project::header::Unit;
use crate::publish::Page;

pub(super) use links::{link, shown};
use rows::{RowFile, Rows};

/// The place of the rows on a page; no column has such a name.
const ROWS: &str = "model-rows";

/// What lies behind the figures of an edition.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    models: Vec<ModelEvidence>,
    /// The rows, as files.
    pub files: Vec<Page>,
}

/// What lies behind the figures of a model, in no language yet.
#[derive(Debug)]
struct ModelEvidence {
    name: TableName,
    columns: Vec<ColumnEvidence>,
    n_rows: u64,
    /// The model's own rows, when they are few enough.
    rows: Option<RowFile>,
    /// Rows that figures are sums of.
    proofs: Vec<ProofFile>,
}

#[derive(Debug)]
struct ColumnEvidence {
    name: String,
    unit: Unit,
    meaning: String,
    /// Which of the proofs adds up to it.
    proof: Option<usize>,
}

/// Rows that figures are sums of, as a file.
#[derive(Debug)]
struct ProofFile {
    table: TableName,
    file: RowFile,
    /// How many rows add something, by column.
    n_adding: BTreeMap<String, usize>,
    is_mixed: bool,
    grouped_by: Option<String>,
}

impl ProofFile {
    /// What the page says of the rows behind a column.
    fn said(&self, column: &str, words: &Words) -> String {
        let n_adding = self.n_adding.get(column).map_or(self.file.n_rows, |n| *n as u64);
        let values = |n: u64| {
            [
                ("n".to_owned(), count(words, n)),
                ("all".to_owned(), count(words, self.file.n_rows)),
                ("most".to_owned(), count(words, rows::MOST as u64)),
                ("table".to_owned(), self.table.to_string()),
                ("key".to_owned(), self.grouped_by.clone().unwrap_or_default()),
            ]
        };
        let say = |key: &str, n: u64| words.fill(key, &values(n)).unwrap_or_default();
        let of = match (self.table.table(), self.is_mixed) {
            ("", _) => "evidence.sum_of_none",
            (_, true) => "evidence.sum_of_several",
            (_, false) => "evidence.sum_of",
        };
        let mut sentences = vec![say(of, self.file.n_rows)];
        if n_adding < self.file.n_rows {
            sentences.push(say("evidence.sum_among", n_adding));
        }
        if self.grouped_by.is_some() {
            sentences.push(say("evidence.sum_grouped", n_adding));
        }
        sentences.join(if words.lang == crate::names::Lang::En { " " } else { "" })
    }
}

/// A column on a page.
#[derive(Debug, Serialize)]
struct ColumnLine {
    name: String,
    title: String,
    unit: String,
    meaning: String,
    sum: Option<SumLine>,
}

#[derive(Debug, Serialize)]
struct SumLine {
    text: String,
    csv: String,
    parquet: String,
}

/// A table of the warehouse on a page.
#[derive(Debug, Serialize)]
struct InputLine {
    table: String,
    summary: String,
    files: Vec<FileLine>,
}

#[derive(Debug, Serialize)]
struct FileLine {
    name: String,
    size: String,
    rows: String,
}

/// Collects what lies behind the models in `shown`.
///
/// # Errors
/// What reading rows finds.
pub(super) async fn gather(
    inputs: Inputs<'_>,
    shown: &BTreeMap<TableName, BTreeSet<String>>,
) -> Result<Evidence, Errors> {
    let targets: BTreeSet<TableName> =
        shown.keys().filter(|name| inputs.models.built.contains_key(name)).cloned().collect();
    let needed: Vec<TableName> = inputs
        .graph
        .needed(&targets)
        .into_iter()
        .filter(|name| inputs.models.built.contains_key(name) && inputs.project.queries.contains_key(name))
        .collect();
    let build = crate::models::Inputs {
        project: inputs.project,
        sources: inputs.sources,
        graph: inputs.graph,
        bindings: inputs.bindings,
        sights: inputs.sights,
        restriction: None,
    };
    let mut lineage = Lineage::new(build, inputs.models, inputs.store);
    let columns: Vec<Vec<ColumnEvidence>> = needed.iter().map(|name| columns(inputs, name)).collect();
    let questions: Vec<Question> = needed
        .iter()
        .zip(&columns)
        .map(|(name, columns)| {
            let figures = shown.get(name).filter(|_| targets.contains(name));
            let columns = figures.map_or_else(Vec::new, |figures| summable(columns, figures));
            Question { model: name.clone(), columns }
        })
        .collect();
    // What may be read is dealt out in order; the rows are looked for side by side.
    let searches = lineage.searches(&questions, rows::MOST).await?;
    let asked = needed.iter().zip(columns).zip(searches);
    let at_once = inputs.models.engine.side_by_side();
    let found: Vec<BoxFuture<'_, _>> = asked
        .map(|((name, columns), searches)| prove(inputs, &lineage, name, columns, searches).boxed())
        .collect();
    let found: Vec<(ModelEvidence, Vec<Rows>)> =
        futures::stream::iter(found).buffered(at_once).try_collect().await?;
    let mut evidence = Evidence::default();
    let mut unwritten = Vec::new();
    for (model, rows) in found {
        evidence.models.push(model);
        unwritten.extend(rows);
    }
    let mut with_rows = targets;
    let proofs = evidence.models.iter().flat_map(|model| &model.proofs);
    with_rows.extend(proofs.map(|proof| proof.table.clone()));
    let with_rows = |model: &ModelEvidence| with_rows.contains(&model.name) && !model.name.is_staging();
    let listed: Vec<(usize, TableName, u64)> = (0..)
        .zip(&evidence.models)
        .filter(|(_, model)| with_rows(model))
        .map(|(place, model)| (place, model.name.clone(), model.n_rows))
        .collect();
    let listed: Vec<BoxFuture<'_, _>> =
        listed.into_iter().map(|(place, name, n_rows)| list(inputs, place, name, n_rows).boxed()).collect();
    let listed: Vec<(usize, Option<Rows>)> =
        futures::stream::iter(listed).buffered(at_once).try_collect().await?;
    for (place, rows) in listed {
        evidence.models[place].rows = rows.as_ref().map(Rows::file);
        unwritten.extend(rows);
    }
    let files: Result<Vec<[Page; 2]>> =
        unwritten.into_par_iter().map(|rows| rows.pages(inputs.store)).collect();
    evidence.files = files?.into_iter().flatten().collect();
    Ok(evidence)
}

/// The rows of the model at `place`.
async fn list(
    inputs: Inputs<'_>,
    place: usize,
    name: TableName,
    n_rows: u64,
) -> Result<(usize, Option<Rows>), Errors> {
    Ok((place, rows::of_model(inputs, &name, n_rows).await?))
}

fn columns(inputs: Inputs<'_>, name: &TableName) -> Vec<ColumnEvidence> {
    let (query, built) = (&inputs.project.queries[name], &inputs.models.built[name]);
    let column = |field: &Arc<arrow::datatypes::Field>| {
        let note = query.column(field.name());
        ColumnEvidence {
            name: field.name().clone(),
            unit: note.map_or_else(|| default_unit(field.data_type()), |note| note.unit),
            meaning: note.map_or_else(|| field.name().replace('_', " "), |note| note.meaning.clone()),
            proof: None,
        }
    };
    built.schema.fields().iter().map(column).collect()
}

/// The columns that pages show and that may be sums.
fn summable(columns: &[ColumnEvidence], figures: &BTreeSet<String>) -> Vec<String> {
    columns
        .iter()
        .filter(|column| matches!(column.unit, Unit::Money | Unit::Count | Unit::Days))
        .filter(|column| figures.contains(&column.name))
        .map(|column| column.name.clone())
        .collect()
}

async fn prove(
    inputs: Inputs<'_>,
    lineage: &Lineage<'_>,
    name: &TableName,
    mut columns: Vec<ColumnEvidence>,
    searches: Vec<Search>,
) -> Result<(ModelEvidence, Vec<Rows>), Errors> {
    let mut unwritten = Vec::new();
    let mut proofs = Vec::new();
    for search in searches {
        let address = search.address().clone();
        let Some(proof) = lineage.find(search).await? else { continue };
        for column in &mut columns {
            if proof.columns.contains(&column.name) {
                column.proof = Some(proofs.len());
            }
        }
        let stem = format!("data/evidence/{name}.{}", proofs.len() + 1);
        let rows = Rows::of_proof(stem, &address, proof.rows, inputs.store);
        let file = rows.file();
        unwritten.push(rows);
        let (schema, table) = proof.table.split_once('.').unwrap_or_default();
        let n_adding = proof.columns.iter().cloned().zip(proof.n_adding).collect();
        let table = TableName::new(schema, table);
        proofs.push(ProofFile {
            table,
            file,
            n_adding,
            is_mixed: proof.is_mixed,
            grouped_by: proof.grouped_by,
        });
    }
    let n_rows = inputs.models.built[name].rows;
    Ok((ModelEvidence { name: name.clone(), columns, n_rows, rows: None, proofs }, unwritten))
}

/// Where columns of models are explained, from a report's page.
struct Ways<'a>(BTreeMap<String, &'a ModelEvidence>);

impl Ways<'_> {
    /// The way to a column of a model; what is no column, such as the number of rows, is with the rows.
    fn to(&self, model: &str, column: &str) -> Option<String> {
        let found = self.0.get(model)?;
        let is_column = found.columns.iter().any(|own| own.name == column);
        Some(format!("evidence/{model}.html#{}", if is_column { column } else { ROWS }))
    }
}

impl Evidence {
    /// Whether there are pages at all.
    pub(super) fn has_pages(&self) -> bool {
        !self.models.is_empty()
    }

    /// Where columns of models are explained.
    fn ways(&self) -> Ways<'_> {
        Ways(self.models.iter().map(|model| (model.name.to_string(), model)).collect())
    }

    /// The pages in one language.
    ///
    /// # Errors
    /// Kind `Project` when the layout cannot be rendered.
    pub(super) fn pages(
        &self,
        inputs: Inputs<'_>,
        documents: &[Document],
        frame: &Frame,
        words: &Words,
        writer: &HtmlWriter<'_>,
    ) -> Result<Vec<Page>> {
        let known: BTreeSet<&TableName> = self.models.iter().map(|model| &model.name).collect();
        let reports = links::reports_by_model(documents);
        let around = HtmlWriter::around_evidence(frame, words);
        let page = |model: &ModelEvidence| {
            let query = &inputs.project.queries[&model.name];
            let reports = reports.get(&model.name.to_string()).map_or(&[][..], Vec::as_slice);
            let text = self.context(inputs, model, query, &known, reports, words)?;
            let html = writer.evidence(around.clone(), text)?;
            let path = format!("{}/evidence/{}.html", words.lang.code(), model.name);
            Ok(Page { path, bytes: html.into_bytes() })
        };
        self.models.par_iter().map(page).collect()
    }

    fn context(
        &self,
        inputs: Inputs<'_>,
        model: &ModelEvidence,
        query: &QueryFile,
        known: &BTreeSet<&TableName>,
        reports: &[(String, String)],
        words: &Words,
    ) -> Result<Value> {
        let totals = inputs.models.totals.iter().filter(|total| total.model == model.name.to_string());
        let totals: Vec<(String, String)> =
            totals.map(|total| (total.text.clone(), total.value.clone())).collect();
        let checks: Vec<String> = query.header.checks.iter().map(|(_, piece)| piece.text.clone()).collect();
        let parameters: BTreeSet<&str> =
            query.parameters.iter().map(|mention| mention.name.as_str()).collect();
        let parameters: Vec<(String, String)> = parameters
            .into_iter()
            .filter_map(|name| Some((format!("${name}"), inputs.bindings.get(name)?.to_string())))
            .collect();
        let command = format!(
            "tierbook query {} --as-of {} --format csv --output {}.csv",
            model.name, inputs.bindings.as_of, model.name
        );
        Ok(minijinja::context! {
            name => model.name.to_string(),
            about => query.header.about.clone(),
            path => query.path.clone(),
            sql => Value::from_safe_string(code::highlighted(&query.text, known)),
            parameters => Value::from(Serde(parameters)),
            columns => Value::from(Serde(self.columns(model, words))),
            grain => query.header.grain.clone(),
            graph => Value::from_safe_string(graph::draw(inputs.graph, &model.name, known, words)?),
            inputs => Value::from(Serde(input_lines(inputs, &model.name, words))),
            rules => Value::from(Serde(rule_lines(inputs, &model.name))),
            checks => checks,
            n_checks => inputs.models.built[&model.name].n_checks,
            totals => Value::from(Serde(totals)),
            n_rows => count(words, model.n_rows),
            rows => model.rows.as_ref().map(|file| Value::from(Serde(&file.paths))),
            command => command,
            reports => Value::from(Serde(reports)),
        })
    }

    fn columns(&self, model: &ModelEvidence, words: &Words) -> Vec<ColumnLine> {
        let name = model.name.to_string();
        let line = |column: &ColumnEvidence| {
            let sum = column.proof.map(|number| {
                let proof = &model.proofs[number];
                SumLine {
                    text: proof.said(&column.name, words),
                    csv: proof.file.paths.csv.clone(),
                    parquet: proof.file.paths.parquet.clone(),
                }
            });
            let key = ["values.measured.", unit_word(column.unit)].concat();
            ColumnLine {
                name: column.name.clone(),
                title: words.column(&name, &column.name).unwrap_or(&column.meaning).to_owned(),
                unit: words.get(&key).unwrap_or_default().replace("{currency}", &words.currency),
                meaning: column.meaning.clone(),
                sum,
            }
        };
        model.columns.iter().map(line).collect()
    }
}

fn unit_word(unit: Unit) -> &'static str {
    let found = crate::project::header::UNITS.iter().find(|(_, own)| *own == unit);
    found.map_or("text", |(word, _)| word)
}

fn count(words: &Words, number: u64) -> String {
    let number = Datum::Int(i64::try_from(number).unwrap_or(i64::MAX));
    words.show(&number, Unit::Count, "rows", Style::Full)
}

/// A size in bytes as people write it: `12 KB`, `3.4 MB`.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| Decimal::new(i128::from(bytes * 10 / unit), 1);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", format::integer(i128::from(bytes / 1_000))),
        1_000_000..1_000_000_000 => format!("{} MB", super::data::plain(&Datum::Exact(tenths(1_000_000)))),
        _ => format!("{} GB", super::data::plain(&Datum::Exact(tenths(1_000_000_000)))),
    }
}

/// The tables of the warehouse that a model is made from.
fn input_lines(inputs: Inputs<'_>, name: &TableName, words: &Words) -> Vec<InputLine> {
    let needed = inputs.graph.needed(&BTreeSet::from([name.clone()]));
    let mut lines = Vec::new();
    for table in needed.iter().filter_map(|name| inputs.sources.tables.get(name)) {
        let bytes: u64 = table.files.iter().map(|file| file.bytes).sum();
        let values = [
            ("files".to_owned(), count(words, table.files.len() as u64)),
            ("size".to_owned(), size(bytes)),
            ("rows".to_owned(), count(words, table.rows())),
        ];
        let files = table.files.iter().map(|file| FileLine {
            name: file.name.clone(),
            size: size(file.bytes),
            rows: count(words, file.rows),
        });
        lines.push(InputLine {
            table: table.name.to_string(),
            summary: words.fill("evidence.input", &values).unwrap_or_default(),
            files: files.collect(),
        });
    }
    lines
}

/// The rule tables that a model reads itself, and their versions.
fn rule_lines(inputs: Inputs<'_>, name: &TableName) -> Vec<(String, String)> {
    let rules = inputs.graph.reads_of(name).iter().filter_map(|name| inputs.project.rules.get(name));
    rules
        .map(|rules| {
            let version = rules.version_on(inputs.bindings.as_of).map_or("", |version| version.name.as_str());
            (rules.name.to_string(), version.to_owned())
        })
        .collect()
}
