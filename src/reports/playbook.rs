//! `playbook(model, ...)`: the advice that the numbers of a model of one row call for.
//!
//! Named plays are shown where they are named, each when its condition holds; without names, all plays of the model.
//! Nothing is shown for a model that is unavailable: what is not known calls for nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef};
use minijinja::value::Object as _;
use minijinja::{Error, ErrorKind, Value};

use super::compose;
use super::document::Block;
use super::engine::fault;
use super::objects::{ModelObject, RowObject, Shared};
use crate::error::{Error as Fault, similar_name};
use crate::names::TableName;
use crate::project::Project;
use crate::project::playbook::{Play, places};

/// The blocks of the plays that hold.
///
/// # Errors
/// For a name that no play has, a play of another model, and columns that are not there.
pub(super) fn advice(
    model: &ModelObject,
    names: &[String],
    plays: &BTreeMap<String, Play>,
    shared: &Arc<Shared>,
) -> Result<Vec<Block>, Error> {
    for name in names {
        let Some(play) = plays.get(name) else {
            let similar = similar_name(name, plays.keys().map(String::as_str));
            let hint =
                similar.map(|name| format!("; one with a similar name is `{name}`")).unwrap_or_default();
            return Err(fault(format!("the playbook has no `{name}`{hint}")));
        };
        if play.model.to_string() != model.name {
            return Err(fault(format!("`{name}` speaks of `{}`, not of `{}`", play.model, model.name)));
        }
    }
    if model.data.is_none() {
        return Ok(Vec::new());
    }
    let Some(row) = model.only_row()? else { return Ok(Vec::new()) };
    let of_model = plays.iter().filter(|(name, play)| {
        play.model.to_string() == model.name && (names.is_empty() || names.contains(name))
    });
    let mut blocks = Vec::new();
    for (_, play) in of_model {
        blocks.extend(block(play, &row, shared)?);
    }
    Ok(blocks)
}

fn block(play: &Play, row: &Arc<RowObject>, shared: &Arc<Shared>) -> Result<Option<Block>, Error> {
    let lang = shared.words.lang;
    let cell = |column: &str| {
        row.get_value(&Value::from(column)).ok_or_else(|| {
            let reason =
                format!("`{}` names a column that `{}` does not have: `{column}`", play.path, play.model);
            Error::new(ErrorKind::UndefinedError, reason)
        })
    };
    if !cell(&play.shown_when)?.is_true() {
        return Ok(None);
    }
    let words =
        play.texts.get(&lang).ok_or_else(|| fault(format!("`{}` has no words in `{lang}`", play.path)))?;
    let mut values = Vec::new();
    for column in places(&words.title).into_iter().chain(places(&words.text)) {
        values.push((column.to_owned(), cell(column)?.to_string()));
    }
    let filled = |text: &str| {
        super::words::fill(text, &values).map_err(|reason| fault(format!("`{}`: {reason}", play.path)))
    };
    let title = super::engine::words(&filled(&words.title)?, shared)?;
    let blocks = compose::blocks(&filled(words.text.trim())?, &shared.slots).map_err(fault)?;
    let measure = shared.words.fill(&format!("measure.{}", play.measure), &[]).map_err(fault)?;
    Ok(Some(Block::Advice { title, blocks, measure }))
}

/// Sees that every play reads columns that are there, and that a yes or no decides it. Models without a schema here
/// are left for later, if the project has them.
pub(super) fn check(project: &Project, schemas: &BTreeMap<TableName, SchemaRef>, faults: &mut Vec<Fault>) {
    for play in project.templates.plays.values() {
        if !project.queries.contains_key(&play.model) {
            let models: Vec<String> = project.queries.keys().map(ToString::to_string).collect();
            let name = play.model.to_string();
            faults.push(
                Fault::project(format!("no model `{name}` for advice")).at(play.spot_of(&name)).did_you_mean(
                    "model",
                    &name,
                    models.iter().map(String::as_str),
                ),
            );
        }
        let Some(schema) = schemas.get(&play.model) else { continue };
        for column in play.columns() {
            let names = schema.fields().iter().map(|field| field.name().as_str());
            match schema.field_with_name(column) {
                Err(_) => faults.push(
                    Fault::project(format!("`{}` has no column `{column}`", play.model))
                        .at(play.spot_of(column))
                        .did_you_mean("column", column, names),
                ),
                Ok(field) if column == play.shown_when && *field.data_type() != DataType::Boolean => faults
                    .push(
                        Fault::project(format!("`{column}` of `{}` is no yes or no", play.model))
                            .at(play.spot_of(column))
                            .help("`shown_when` names a column that is true or false"),
                    ),
                Ok(_) => {}
            }
        }
    }
}
