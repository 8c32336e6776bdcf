//! What a list says of itself, on a sheet of its own: what it is, of which days, its columns, and what it rests on.

use super::Column;
use crate::error::{Error, Result};
use crate::names::Lang;
use crate::project::QueryFile;
use crate::reports::words::Words;
use crate::reports::{Grounds, Inputs, format};

/// The definitions of a list, in one language.
#[derive(Debug)]
pub(super) struct About {
    /// The name of the project.
    pub(super) project: String,
    /// The name of the list.
    pub(super) title: String,
    /// What it is.
    pub(super) text: String,
    /// The last day seen, in words.
    pub(super) as_of: String,
    /// The word for the sheet of the list, and that for the sheet of definitions.
    pub(super) sheets: [String; 2],
    /// Short lines: what, and its value.
    pub(super) facts: Vec<[String; 2]>,
    /// Tables, each with headings as its first row.
    pub(super) tables: Vec<(String, Vec<Vec<String>>)>,
}

/// The definitions of a list.
///
/// # Errors
/// Kind `Project` when a word is missing.
pub(super) fn about(
    inputs: Inputs<'_>,
    query: &QueryFile,
    columns: &[Column],
    rows: u64,
    grounds: &Grounds,
    words: &Words,
) -> Result<About> {
    let (project, bindings) = (inputs.project, inputs.bindings);
    let name = query.name.to_string();
    let word = |key: &str| words.fill(key, &[]).map_err(Error::project);
    let as_of = format::day(words.lang, bindings.as_of);
    let window = format::days(words.lang, bindings.window_start, bindings.window_end);
    let title = words.get(&format!("list.{name}.title")).unwrap_or(&name).to_owned();
    let text =
        words.get(&format!("list.{name}.about")).map_or_else(|| query.header.about.clone(), str::to_owned);
    let facts = vec![
        [word("lists.project")?, project.config.name.clone()],
        [word("lists.as_of")?, as_of.clone()],
        [word("lists.window")?, window],
        [word("lists.rows")?, format::integer(i128::from(rows))],
        [word("lists.currency")?, project.config.currency.clone()],
        [word("lists.model")?, name],
    ];
    let mut tables = vec![(word("lists.columns")?, column_table(columns, &word)?)];
    let heads = |keys: [&str; 3]| keys.iter().map(|key| word(key)).collect::<Result<Vec<String>>>();
    let declared = project.config.parameters.iter().filter_map(|(name, declaration)| {
        let value = bindings.get(name)?.to_string();
        let own = words.get(&format!("parameter.{name}")).filter(|_| words.lang != Lang::En);
        Some(vec![name.clone(), value, own.unwrap_or(&declaration.about).to_owned()])
    });
    let rules =
        grounds.limits.iter().map(|line| vec![line.model.clone(), line.value.clone(), line.text.clone()]);
    let totals =
        grounds.totals.iter().map(|total| vec![total.model.clone(), total.value.clone(), total.text.clone()]);
    let sections: [Section; 3] = [
        ("lists.parameters", ["lists.parameter", "lists.value", "lists.meaning"], declared.collect()),
        ("lists.rules", ["lists.rule", "lists.version", "lists.limits"], rules.collect()),
        ("lists.totals", ["lists.of_model", "lists.total", "lists.compared"], totals.collect()),
    ];
    for (title, keys, lines) in sections.into_iter().filter(|(_, _, lines)| !lines.is_empty()) {
        let mut table = vec![heads(keys)?];
        table.extend(lines);
        tables.push((word(title)?, table));
    }
    let sheets = [word("lists.sheet")?, word("lists.sheet_about")?];
    Ok(About { project: project.config.name.clone(), title, text, as_of, sheets, facts, tables })
}

/// A title, three headings, and the lines below them.
type Section = (&'static str, [&'static str; 3], Vec<Vec<String>>);

fn column_table(columns: &[Column], word: &dyn Fn(&str) -> Result<String>) -> Result<Vec<Vec<String>>> {
    let heads = ["lists.column", "lists.unit", "lists.meaning", "lists.in_model"];
    let mut table = vec![heads.iter().map(|key| word(key)).collect::<Result<Vec<String>>>()?];
    for column in columns {
        let unit = word(column.kind.word())?;
        table.push(vec![column.title.clone(), unit, column.meaning.clone(), column.name.clone()]);
    }
    Ok(table)
}
