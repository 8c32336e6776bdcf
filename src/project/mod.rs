//! The folder -> [`Project`]: config, parameters, query files, rules and templates, all parsed and checked.
//!
//! Takes a folder. Gives everything in it as typed values, or all its faults together.
//! Never touches the warehouse, and never runs SQL: what only planning can find is found in [`crate::models`].

pub mod config;
pub mod contract;
pub mod header;
pub mod lists;
pub mod mail;
pub mod parameters;
pub mod playbook;
pub mod query_file;
pub mod recipients;
pub mod rules;
pub mod starter;
pub mod templates;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Errors, Result};
use crate::files;
use crate::names::TableName;

pub use config::{AsOfRule, Config};
pub use lists::{ListColumn, ListSpec};
pub use mail::MailConfig;
pub use parameters::{Bindings, ParameterType, ParameterValue};
pub use query_file::QueryFile;
pub use recipients::Recipient;
pub use rules::RuleTable;
pub use templates::{ReportTemplate, Templates};

/// A project folder, parsed.
#[derive(Debug)]
pub struct Project {
    /// The folder.
    pub root: PathBuf,
    /// `tierbook.toml`.
    pub config: Config,
    /// The query files, by the name of their table.
    pub queries: BTreeMap<TableName, QueryFile>,
    /// The rule tables, by name.
    pub rules: BTreeMap<TableName, RuleTable>,
    /// Report templates, components, layouts and words.
    pub templates: Templates,
    /// Every file that was read: path relative to the project, and its text.
    pub files: BTreeMap<String, Arc<str>>,
}

/// Reads and parses a project folder.
///
/// # Errors
/// Kind `Project`, one for each independent fault; kind `Environment` when a file cannot be read.
pub fn load(root: &Path) -> Result<Project, Errors> {
    let config_path = config_path(root)?;
    let mut files = BTreeMap::new();
    let mut faults = Vec::new();
    let text = read(root, &config_path, &mut files)?;
    let config = match config::parse(&text) {
        Ok(config) => Some(config),
        Err(error) => {
            faults.push(error);
            None
        }
    };
    let queries = load_queries(root, &mut files, &mut faults)?;
    let rules = load_rules(root, &mut files, &mut faults)?;
    let templates = match templates::load(root, &mut files) {
        Ok(templates) => Some(templates),
        Err(errors) => {
            faults.extend(errors);
            None
        }
    };
    if let (Some(config), Some(templates)) = (&config, &templates) {
        config::check_reports(config, &text, templates, &mut faults);
        playbook::check_languages(config, &templates.plays, &mut faults);
    }
    match (config, templates, Errors::none_in(faults)) {
        (_, _, Err(errors)) => Err(errors),
        (Some(config), Some(templates), Ok(())) => {
            Ok(Project { root: root.to_path_buf(), config, queries, rules, templates, files })
        }
        _ => Err(Error::internal("a project without faults has no config or no templates").into()),
    }
}

/// Reads the config alone, for a run that wants to know where to tell of its faults.
///
/// # Errors
/// As for [`load`], for the config.
pub fn load_config(root: &Path) -> Result<Config, Errors> {
    let path = config_path(root)?;
    Ok(config::parse(&read(root, &path, &mut BTreeMap::new())?)?)
}

/// Reads the templates alone.
///
/// # Errors
/// As for [`load`], for the templates.
pub fn load_templates(root: &Path) -> Result<Templates, Errors> {
    templates::load(root, &mut BTreeMap::new())
}

fn config_path(root: &Path) -> Result<PathBuf> {
    let path = root.join(config::FILE_NAME);
    if path.is_file() {
        return Ok(path);
    }
    Err(Error::usage(format!("no `{}` in `{}`", config::FILE_NAME, root.display()))
        .help("run this in a project folder, or name one with `--project DIR`")
        .help("`tierbook init DIR` makes a new one"))
}

/// Reads one file of the project and remembers it.
pub(crate) fn read(root: &Path, path: &Path, files: &mut BTreeMap<String, Arc<str>>) -> Result<Arc<str>> {
    // Some editors begin a file with a byte order mark.
    let text: Arc<str> = files::read_text(path)?.trim_start_matches('\u{feff}').into();
    files.insert(files::relative(path, root), Arc::clone(&text));
    Ok(text)
}

fn load_queries(
    root: &Path,
    files: &mut BTreeMap<String, Arc<str>>,
    faults: &mut Vec<Error>,
) -> Result<BTreeMap<TableName, QueryFile>> {
    let folder = root.join("queries");
    let mut queries: BTreeMap<TableName, QueryFile> = BTreeMap::new();
    for path in files::files_below(&folder)? {
        if path.extension().is_none_or(|extension| extension != "sql") {
            continue;
        }
        let relative = files::relative(&path, root);
        let text = read(root, &path, files)?;
        match table_of(&path, &folder, &relative).and_then(|name| query_file::parse(name, &relative, text)) {
            Ok(query) => match queries.get(&query.name) {
                Some(first) => faults.push(Error::project(format!(
                    "two query files for the table `{}`: `{}` and `{relative}`",
                    query.name, first.path
                ))),
                None => {
                    queries.insert(query.name.clone(), query);
                }
            },
            Err(error) => faults.push(error),
        }
    }
    Ok(queries)
}

fn load_rules(
    root: &Path,
    files: &mut BTreeMap<String, Arc<str>>,
    faults: &mut Vec<Error>,
) -> Result<BTreeMap<TableName, RuleTable>> {
    let mut tables = BTreeMap::new();
    for path in files::files_below(&root.join("queries/rules"))? {
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let relative = files::relative(&path, root);
        let text = read(root, &path, files)?;
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        match rules::parse(TableName::new("rules", &stem), &relative, &text) {
            Ok(table) => {
                tables.insert(table.name.clone(), table);
            }
            Err(errors) => faults.extend(errors),
        }
    }
    Ok(tables)
}

fn table_of(path: &Path, folder: &Path, relative: &str) -> Result<TableName> {
    let below = files::relative(path, folder);
    let stem = below.trim_end_matches(".sql");
    match stem.split_once('/') {
        Some((schema, table)) if !table.contains('/') && is_word(schema) && is_word(table) => {
            if schema == "warehouse" || schema == "rules" {
                return Err(Error::project(format!(
                    "query file `{relative}` lies in a folder that is taken"
                ))
                .help("`warehouse` holds the loaded tables, `rules` the CSV tables: choose another folder"));
            }
            Ok(TableName::new(schema, table))
        }
        _ => Err(Error::project(format!("query file `{relative}` does not give a table name"))
            .help("put it at `queries/<folder>/<name>.sql`, in small letters, digits and `_`")),
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
