//! Models as files for people: a spreadsheet and a CSV file for each list of `tierbook.toml` and each language.
//!
//! Takes the rows of a list once and writes them in every language, with the headings and the words of the pages.
//! Numbers, days and identifiers keep their types, so that files can be sorted and added up. A file never holds a
//! formula, and its name comes from the model alone. The columns stand as the list says, whatever the data are.

mod about;
mod csv_file;
mod entries;
mod workbook;

use std::collections::BTreeMap;
use std::fmt::Write;

use arrow::datatypes::SchemaRef;
use futures::TryStreamExt;

use super::data::{self, ColumnInfo, Datum};
use super::document::FileLinks;
use super::words::Words;
use super::{Grounds, Inputs, format, tables};
use crate::engine;
use crate::error::{Error, Errors, Result};
use crate::names::{Lang, TableName};
use crate::project::{ListSpec, Project, QueryFile};
use crate::publish::Page;
use csv_file::CsvFile;
use entries::{Entry, Kind, entry};
use workbook::Workbook;

/// The folder of lists, beside the pages of a language.
const FOLDER: &str = "lists";

/// The rows that a sheet holds below its heading.
const MOST_ROWS: u64 = 1_048_575;

/// A column as a file of one language has it.
#[derive(Debug, Clone)]
struct Column {
    /// Where it stands in the model.
    index: usize,
    /// Its name in the model.
    name: String,
    /// Its heading, unlike those of all other columns of the file.
    title: String,
    /// What it holds, in words.
    meaning: String,
    /// How it is written.
    kind: Kind,
    /// It holds changes.
    is_signed: bool,
}

/// What the table of a model says of its files.
///
/// # Errors
/// The word that is missing.
pub(super) fn links(model: &str, rows: u64, words: &Words) -> Result<FileLinks, String> {
    // A list without a title of its own is called as its model.
    let title = words.get(&format!("list.{model}.title")).unwrap_or(model).to_owned();
    let number = [("n".to_owned(), format::integer(i128::from(rows))), ("title".to_owned(), title)];
    let path = |ending: &str| format!("{FOLDER}/{}.{ending}", in_address(model));
    Ok(FileLinks { label: words.fill("lists.all_rows", &number)?, excel: path("xlsx"), csv: path("csv") })
}

/// A file name as an address writes it.
fn in_address(name: &str) -> String {
    let mut address = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => address.push(char::from(byte)),
            other => {
                let _ = write!(address, "%{other:02X}");
            }
        }
    }
    address
}

/// Sees that every column of every list is there and has a heading in every language; `schemas` are the columns of
/// the models.
pub(super) fn check(project: &Project, schemas: &BTreeMap<TableName, SchemaRef>, faults: &mut Vec<Error>) {
    let words = |lang: &Lang| {
        let words = project.templates.words.get(lang).cloned().unwrap_or_default();
        Words::new(*lang, &project.config.currency, words)
    };
    let languages: Vec<Words> = project.config.languages.iter().map(words).collect();
    for spec in project.config.lists.values() {
        let (Some(schema), Some(query)) = (schemas.get(&spec.model), project.queries.get(&spec.model)) else {
            continue;
        };
        let names = || schema.fields().iter().map(|field| field.name().as_str());
        for column in &spec.columns {
            if names().all(|name| name != column.name) {
                faults.push(
                    Error::project(format!("model `{}` has no column `{}`", spec.model, column.name))
                        .at(column.spot.clone())
                        .did_you_mean("column", &column.name, names()),
                );
                continue;
            }
            for words in &languages {
                let info = info(query, &column.name, schema);
                if let Err(reason) = tables::heading(words, &spec.model.to_string(), &info) {
                    faults.push(
                        Error::project(reason)
                            .at(column.spot.clone())
                            .help("every column of a list has a heading in every language"),
                    );
                }
            }
        }
    }
}

/// The files of a list in all these languages; none where the model is unavailable.
///
/// # Errors
/// Kind `Project` for more rows than a spreadsheet holds, or a code without a sentence; faults of reading rows.
pub(super) async fn files(
    inputs: Inputs<'_>,
    spec: &ListSpec,
    languages: &[Words],
    grounds: &Grounds,
) -> Result<Vec<Page>, Errors> {
    let name = &spec.model;
    let (Some(query), Some(built)) = (inputs.project.queries.get(name), inputs.models.built.get(name)) else {
        return Ok(Vec::new());
    };
    check_size(spec, built.rows)?;
    let infos: Vec<ColumnInfo> =
        built.schema.fields().iter().map(|field| info(query, field.name(), &built.schema)).collect();
    let mut writers = Vec::new();
    for words in languages {
        let columns = columns(spec, &infos, &built.schema, words)?;
        let about = about::about(inputs, query, &columns, built.rows, grounds, words)?;
        writers.push(ListWriter {
            words,
            workbook: Workbook::new(&columns, &about, words, inputs.bindings.as_of)?,
            csv: CsvFile::new(&columns)?,
            columns,
        });
    }
    let doing = format!("writing the list `{name}`");
    let fault = |error| engine::execution_fault(error, &doing);
    let plan = inputs.models.rows_in_order(query).await?;
    let mut stream = inputs.models.engine.stream(plan).await.map_err(fault)?;
    while let Some(batch) = stream.try_next().await.map_err(fault)? {
        let values: Vec<Vec<Datum>> =
            batch.columns().iter().map(|column| data::datums(column, name)).collect::<Result<_>>()?;
        for row in 0..batch.num_rows() {
            let row: Vec<Datum> = values.iter().map(|column| column[row].clone()).collect();
            for writer in &mut writers {
                writer.row(&infos, &row).map_err(|reason| {
                    Error::project(format!("the list `{name}` cannot be written: {reason}"))
                        .at(spec.spot.clone())
                })?;
            }
        }
    }
    let mut pages = Vec::new();
    for writer in writers {
        let path = |ending: &str| format!("{}/{FOLDER}/{name}.{ending}", writer.words.lang.code());
        pages.push(Page { path: path("xlsx"), bytes: writer.workbook.finish()? });
        pages.push(Page { path: path("csv"), bytes: writer.csv.finish()? });
    }
    Ok(pages)
}

fn check_size(spec: &ListSpec, rows: u64) -> Result<()> {
    if rows <= MOST_ROWS {
        return Ok(());
    }
    let told = format!("the list `{}` has {rows} rows, and a spreadsheet holds {MOST_ROWS}", spec.model);
    Err(Error::project(told)
        .at(spec.spot.clone())
        .help("list fewer rows, or publish the model for programs: `exports` under `[reports]`"))
}

/// A column of a model as its query describes it.
fn info(query: &QueryFile, name: &str, schema: &SchemaRef) -> ColumnInfo {
    let unit = schema.field_with_name(name).map(|field| data::default_unit(field.data_type()));
    let note = query.column(name);
    ColumnInfo {
        name: name.to_owned(),
        unit: note.map_or_else(|| unit.unwrap_or(crate::project::header::Unit::Text), |note| note.unit),
        meaning: note.map_or_else(|| name.replace('_', " "), |note| note.meaning.clone()),
    }
}

fn columns(spec: &ListSpec, infos: &[ColumnInfo], schema: &SchemaRef, words: &Words) -> Result<Vec<Column>> {
    let model = spec.model.to_string();
    let mut columns: Vec<Column> = Vec::new();
    for wanted in &spec.columns {
        let Some(index) = infos.iter().position(|info| info.name == wanted.name) else { continue };
        let info = &infos[index];
        let kind = Kind::of(info.unit, schema.field(index).data_type(), wanted.is_phrase);
        let heading = tables::heading(words, &model, info)
            .map_err(|reason| Error::project(reason).at(wanted.spot.clone()))?;
        let title = entries::with_unit(&heading, kind, words);
        columns.push(Column {
            index,
            name: info.name.clone(),
            title: unlike(title, &columns),
            meaning: meaning(&model, info, heading, words),
            kind,
            is_signed: wanted.is_signed,
        });
    }
    Ok(columns)
}

/// A heading that no column has yet, in capitals or not: a table of a spreadsheet has no two alike.
fn unlike(title: String, columns: &[Column]) -> String {
    let is_taken =
        |title: &str| columns.iter().any(|other| other.title.to_lowercase() == title.to_lowercase());
    let mut name = title.clone();
    let mut number = 2;
    while is_taken(&name) {
        name = format!("{title} {number}");
        number += 1;
    }
    name
}

/// What a column holds: a word of its own, else what the query says in English and the heading in other languages.
fn meaning(model: &str, info: &ColumnInfo, heading: String, words: &Words) -> String {
    let own = words.get(&format!("meaning.{model}.{}", info.name));
    let own = own.or_else(|| words.get(&format!("meaning.{}", info.name)));
    match own {
        Some(own) => own.to_owned(),
        None if words.lang == Lang::En => info.meaning.clone(),
        None => heading,
    }
}

/// The files of one language.
struct ListWriter<'a> {
    words: &'a Words,
    columns: Vec<Column>,
    workbook: Workbook,
    csv: CsvFile,
}

impl ListWriter<'_> {
    fn row(&mut self, infos: &[ColumnInfo], row: &[Datum]) -> Result<(), String> {
        let entries: Vec<Entry> = (self.columns.iter())
            .map(|column| entry(column, infos, row, self.words))
            .collect::<Result<_, String>>()?;
        self.workbook.row(&self.columns, &entries)?;
        self.csv.row(&self.columns, &entries, self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Spot;

    #[test]
    fn more_rows_than_a_sheet_holds_are_a_fault() {
        let model = TableName::new("tiers", "current");
        let spec =
            ListSpec { model, spot: Spot::new("tierbook.toml", "tiers.current", 0..13), columns: Vec::new() };
        assert!(check_size(&spec, 1_048_575).is_ok());
        let error = check_size(&spec, 1_048_576).expect_err("a row too many");
        assert!(error.to_string().contains("1048576 rows, and a spreadsheet holds 1048575"), "{error}");
    }

    #[test]
    fn a_file_name_is_safe_in_an_address() {
        assert_eq!(in_address("tiers.current"), "tiers.current");
        assert_eq!(in_address("a b.(客)"), "a%20b.%28%E5%AE%A2%29");
    }
}
