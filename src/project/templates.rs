//! Report templates, components, layouts and words: read, parsed, and their names resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;

use super::playbook::{self, Play};
use crate::error::{Error, Errors, Result, Spot};
use crate::files;
use crate::names::{Lang, ReportName, TableName};

/// The folder of templates in a project.
pub const FOLDER: &str = "report_templates";

/// What a report template may call; `reports::engine` gives each of them.
pub const FUNCTIONS: [&str; 15] = [
    "t",
    "available",
    "missing",
    "kpi",
    "kpis",
    "table",
    "matrix",
    "chart",
    "spark",
    "playbook",
    "note",
    "controls",
    "limits",
    "rules",
    "small_sample",
];

/// Values that every report template has.
pub const VALUES: [&str; 5] = ["project", "as_of", "window", "parameters", "lang"];

/// The report templates of a project.
#[derive(Debug, Default)]
pub struct Templates {
    /// By name.
    pub reports: BTreeMap<ReportName, ReportTemplate>,
    /// Layouts, components and style sheets: path below [`FOLDER`], and text.
    pub parts: BTreeMap<String, Arc<str>>,
    /// The words of each language, by key.
    pub words: BTreeMap<Lang, BTreeMap<String, String>>,
    /// Advice by name: the file's, without its ending.
    pub plays: BTreeMap<String, Play>,
}

/// A report template.
#[derive(Debug, Clone)]
pub struct ReportTemplate {
    /// The name of the report.
    pub name: ReportName,
    /// Its path relative to the project.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// The models it reads.
    pub reads: BTreeSet<TableName>,
}

impl ReportTemplate {
    /// The place where a name first stands in the template.
    pub fn spot_of(&self, name: &str) -> Spot {
        let start = self.text.find(name).unwrap_or(0);
        Spot::new(self.path.clone(), Arc::clone(&self.text), start..start + name.len())
    }
}

/// Reads and parses all templates.
///
/// # Errors
/// Kind `Project`, one for each template or word list that cannot be parsed.
pub fn load(root: &Path, read: &mut BTreeMap<String, Arc<str>>) -> Result<Templates, Errors> {
    let folder = root.join(FOLDER);
    let mut templates = Templates::default();
    let mut faults = Vec::new();
    for path in files::files_below(&folder)? {
        let text = super::read(root, &path, read)?;
        let relative = files::relative(&path, root);
        let below = files::relative(&path, &folder);
        let result = match (below.split_once('/'), below.strip_suffix(".md")) {
            (None, Some(name)) => report(name, &relative, &text).map(|report| {
                templates.reports.insert(report.name.clone(), report);
            }),
            (Some(("locales", file)), _) => words(file, &relative, &text, &mut templates.words),
            (Some((playbook::FOLDER, file)), _) => playbook::parse(&relative, &text).map(|play| {
                templates.plays.insert(file.trim_end_matches(".toml").to_owned(), play);
            }),
            _ => {
                templates.parts.insert(below, text);
                Ok(())
            }
        };
        if let Err(error) = result {
            faults.push(error);
        }
    }
    Errors::none_in(faults)?;
    Ok(templates)
}

fn report(name: &str, path: &str, text: &Arc<str>) -> Result<ReportTemplate> {
    let environment = environment();
    let template = environment
        .template_from_named_str(path, text)
        .map_err(|error| template_fault(&error, path, text))?;
    let mut report = ReportTemplate {
        name: ReportName::new(name),
        path: path.to_owned(),
        text: Arc::clone(text),
        reads: BTreeSet::new(),
    };
    let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    names.sort();
    for name in names {
        let mut parts = name.split('.');
        let root = parts.next().unwrap_or_default();
        if FUNCTIONS.contains(&root) || VALUES.contains(&root) {
            continue;
        }
        match parts.next() {
            Some(table) => {
                report.reads.insert(TableName::new(root, table));
            }
            // `revenue` beside `revenue.final` is the same mention, cut shorter.
            None if text.contains(&format!("{root}.")) => {}
            None => {
                let known = FUNCTIONS.into_iter().chain(VALUES);
                return Err(Error::project(format!("unknown name `{root}` in a template"))
                    .at(report.spot_of(root))
                    .did_you_mean("name", root, known)
                    .help("a model is written with both its names, such as `tiers.summary`"));
            }
        }
    }
    Ok(report)
}

/// The template engine as every template here expects it: nothing undefined passes, and the line of a block
/// leaves no trace.
///
/// # Panics
/// Never: the syntax is constant.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the delimiters are the usual ones");
    environment.set_syntax(syntax);
    environment.add_filter("css_string", css_string);
    environment
}

/// Text as a string of a style sheet, quotes included: whatever is not a letter, a digit or a space is escaped, so
/// that it ends neither the string nor the sheet.
fn css_string(text: &str) -> Value {
    let mut string = String::from("\"");
    for c in text.chars() {
        if c.is_alphanumeric() || c == ' ' {
            string.push(c);
        } else {
            string.push_str(&format!("\\{:x} ", u32::from(c)));
        }
    }
    string.push('"');
    Value::from_safe_string(string)
}

/// A fault of MiniJinja as ours, with its place.
pub fn template_fault(error: &minijinja::Error, path: &str, text: &Arc<str>) -> Error {
    let detail = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
    let message = match error.kind() {
        minijinja::ErrorKind::UndefinedError => {
            if detail == error.kind().to_string() {
                "a template uses a value that is not there".to_owned()
            } else {
                detail
            }
        }
        _ => detail,
    };
    let fault = Error::project(message);
    let own = error.name().is_none_or(|name| name == path);
    match error.range() {
        Some(range) if own => fault.at(Spot::new(path, Arc::clone(text), range)),
        _ => match error.line() {
            Some(line) if own => {
                let start: usize =
                    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
                let length = text[start..].find('\n').unwrap_or(text.len() - start);
                fault.at(Spot::new(path, Arc::clone(text), start..start + length))
            }
            _ => fault,
        },
    }
}

/// Adds the words of a file, which is `<language>.toml` or any file below `<language>/`.
fn words(
    file: &str,
    path: &str,
    text: &Arc<str>,
    all: &mut BTreeMap<Lang, BTreeMap<String, String>>,
) -> Result<()> {
    let stem = file.strip_suffix(".toml").unwrap_or_default();
    let lang = stem.split('/').next().and_then(|code| code.parse().ok()).ok_or_else(|| {
        Error::project(format!("`{path}` is not a list of words"))
            .help("word lists are `zh-CN.toml` and `en.toml`, or files in folders `zh-CN` and `en`")
    })?;
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let fault = Error::project(error.message().to_owned());
        match error.span() {
            Some(range) => fault.at(Spot::new(path, Arc::clone(text), range)),
            None => fault,
        }
    })?;
    let mut words = Vec::new();
    flatten("", &table, &mut words)
        .map_err(|key| Error::project(format!("word `{key}` in `{path}` is not a text")))?;
    let known = all.entry(lang).or_default();
    for (key, word) in words {
        if known.insert(key.clone(), word).is_some() {
            return Err(Error::project(format!("word `{key}` is written twice in `{lang}`"))
                .note(format!("the second time in `{path}`")));
        }
    }
    Ok(())
}

fn flatten(prefix: &str, table: &toml::Table, words: &mut Vec<(String, String)>) -> Result<(), String> {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::String(text) => {
                words.push((key, text.clone()));
            }
            toml::Value::Table(inner) => flatten(&key, inner, words)?,
            _ => return Err(key),
        }
    }
    Ok(())
}
