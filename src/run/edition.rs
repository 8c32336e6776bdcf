//! What an edition is made of, and what is said of it when a run ends.

use std::collections::BTreeMap;

use super::setting::Setting;
use crate::engine;
use crate::error::{Error, Result};
use crate::models::Models;
use crate::names::EditionId;
use crate::project::Project;
use crate::publish::{CheckedModel, Content, RuleEntry, Shelf};
use crate::reports;

/// What a run did.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Outcome {
    /// `published` or `unchanged`.
    pub state: &'static str,
    /// The edition that speaks of the day.
    pub edition: String,
    /// The last day whose rows were seen.
    pub as_of: String,
    /// Where the edition lies.
    pub folder: String,
    /// The page to open first.
    pub first_page: String,
    /// The headline figures, in the first language.
    pub headline: Vec<String>,
    /// Conditions that did not hold and only warn.
    pub warnings: Vec<String>,
    /// Sections that are left out, and what is missing.
    pub unavailable: BTreeMap<String, String>,
    /// How many mails lie in the edition.
    pub mails: usize,
    /// Customers of whom nothing could be published for those who may see them alone, and why.
    pub failed: Vec<String>,
}

/// What the edition is made of, as far as it is known before any row is looked at.
pub(super) fn content(setting: &Setting, shelf: &Shelf) -> Result<Content> {
    let project = &setting.project;
    let project_files: BTreeMap<String, String> = project
        .files
        .iter()
        .map(|(path, text)| (path.clone(), blake3::hash(text.as_bytes()).to_hex().to_string()))
        .collect();
    let mut parameters = BTreeMap::new();
    for (name, value) in setting.bindings.iter() {
        parameters.insert(name.to_owned(), serde_json::to_value(value).map_err(unlisted)?);
    }
    let mut inputs = BTreeMap::new();
    for (table, files) in &setting.sources.prints {
        inputs.insert(table.to_string(), serde_json::to_value(files).map_err(unlisted)?);
    }
    let mut content = Content {
        project: project.config.name.clone(),
        as_of: setting.bindings.as_of.to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        engine: format!("datafusion {}", engine::VERSION),
        reports: project.config.reports.iter().map(ToString::to_string).collect(),
        languages: project.config.languages.iter().map(ToString::to_string).collect(),
        parameters,
        inputs,
        project_files,
        ..Content::default()
    };
    let decisive = serde_json::to_vec(&content).map_err(unlisted)?;
    content.address = blake3::hash(&decisive).to_hex().to_string();
    content.previous_edition = shelf.before(setting.bindings.as_of)?.map(|id| id.to_string());
    Ok(content)
}

fn unlisted(source: serde_json::Error) -> Error {
    Error::internal("the inputs cannot be listed").caused_by(source)
}

/// Adds what building and rendering found.
pub(super) fn describe(
    content: &mut Content,
    setting: &Setting,
    models: &Models,
    rendered: &reports::Rendered,
) {
    let as_of = setting.bindings.as_of;
    content.rules = setting
        .project
        .rules
        .values()
        .map(|rules| RuleEntry {
            table: rules.name.to_string(),
            version: rules.version_on(as_of).map(|version| version.name.clone()),
        })
        .collect();
    let built = setting.graph.order().iter().filter_map(|name| Some((name, models.built.get(name)?)));
    content.models = built
        .map(|(name, built)| CheckedModel {
            name: name.to_string(),
            rows: built.rows,
            checks: built.n_checks,
            scans: built.scans.clone(),
        })
        .collect();
    content.unavailable =
        models.unavailable.iter().map(|(name, missing)| (name.to_string(), missing.to_string())).collect();
    content.totals.clone_from(&models.totals);
    content.warnings.clone_from(&models.warnings);
    content.warnings.extend(rendered.warnings.iter().cloned());
    content.headline =
        rendered.headline.iter().map(|(lang, lines)| (lang.to_string(), lines.clone())).collect();
}

pub(super) fn outcome(
    state: &'static str,
    id: EditionId,
    shelf: &Shelf,
    project: &Project,
    content: &Content,
) -> Outcome {
    let folder = shelf.folder(id);
    let lang = project.config.languages.first().map(ToString::to_string).unwrap_or_default();
    let report = project.config.reports.first().map(ToString::to_string).unwrap_or_default();
    Outcome {
        state,
        edition: id.to_string(),
        as_of: id.as_of.to_string(),
        first_page: folder.join(&lang).join(format!("{report}.html")).display().to_string(),
        folder: folder.display().to_string(),
        headline: content.headline.get(&lang).cloned().unwrap_or_default(),
        warnings: content.warnings.clone(),
        // Tables that nothing shown depends on are not worth a word here.
        unavailable: content
            .unavailable
            .iter()
            .filter(|(name, _)| reports::targets(project).iter().any(|target| target.to_string() == **name))
            .map(|(name, missing)| (name.clone(), missing.clone()))
            .collect(),
        mails: 0,
        failed: Vec::new(),
    }
}
