//! `[lists."<model>"]` of `tierbook.toml`: which models are published as files for people, and with which columns.
//!
//! Takes the tables as they are written; gives each list with the place of every name, so that what only planning can
//! find (a column that is not there) is told at its character. Never looks into a model.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::error::{Error, Spot};
use crate::names::TableName;

/// A model that is published as a spreadsheet and as CSV, in each language.
#[derive(Debug, Clone)]
pub struct ListSpec {
    /// The model.
    pub model: TableName,
    /// Where it is named.
    pub spot: Spot,
    /// Its columns in the order of the files, the same every time.
    pub columns: Vec<ListColumn>,
}

/// A column of a list.
#[derive(Debug, Clone)]
pub struct ListColumn {
    /// Its name in the model.
    pub name: String,
    /// Where it is named.
    pub spot: Spot,
    /// Its codes are shown as sentences, as `phrases` of a table does.
    pub is_phrase: bool,
    /// It holds changes, shown with their sign, as `signed` of a table does.
    pub is_signed: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    columns: Vec<Spanned<String>>,
    #[serde(default)]
    phrases: Vec<Spanned<String>>,
    #[serde(default)]
    signed: Vec<Spanned<String>>,
}

/// Reads the lists; `spot` makes a place of a range of the file.
///
/// # Errors
/// Kind `Project`, at the name that is wrong.
pub(super) fn parse(
    tables: BTreeMap<Spanned<String>, Table>,
    spot: &dyn Fn(Range<usize>) -> Spot,
) -> Result<BTreeMap<TableName, ListSpec>, Error> {
    let mut lists = BTreeMap::new();
    for (key, table) in tables {
        let place = spot(key.span());
        let model: TableName =
            key.get_ref().parse().map_err(|reason: String| Error::project(reason).at(place.clone()))?;
        if table.columns.is_empty() {
            return Err(Error::project(format!("the list `{model}` has no columns")).at(place));
        }
        let mut columns: Vec<ListColumn> = Vec::new();
        for name in &table.columns {
            if columns.iter().any(|column| column.name == *name.get_ref()) {
                return Err(Error::project(format!(
                    "the list `{model}` has the column `{}` twice",
                    name.get_ref()
                ))
                .at(spot(name.span())));
            }
            let is_in =
                |others: &[Spanned<String>]| others.iter().any(|other| other.get_ref() == name.get_ref());
            columns.push(ListColumn {
                name: name.get_ref().clone(),
                spot: spot(name.span()),
                is_phrase: is_in(&table.phrases),
                is_signed: is_in(&table.signed),
            });
        }
        let stray = table.phrases.iter().chain(&table.signed);
        if let Some(stray) = stray.into_iter().find(|name| columns.iter().all(|c| c.name != *name.get_ref()))
        {
            let known = columns.iter().map(|column| column.name.as_str());
            return Err(Error::project(format!("`{}` is no column of this list", stray.get_ref()))
                .at(spot(stray.span()))
                .did_you_mean("column", stray.get_ref(), known));
        }
        lists.insert(model.clone(), ListSpec { model, spot: place, columns });
    }
    Ok(lists)
}
