//! The archive page and `status.json`: which editions there are, and what the last run did.

use jiff::Timestamp;
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::Manifest;
use crate::error::{Error, Errors, Result};
use crate::names::EditionId;
use crate::project::templates;

/// What the last run did.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// `published`, `unchanged` or `failed`.
    pub state: &'static str,
    /// The day it was for, if it got that far.
    pub as_of: Option<String>,
    /// The edition that is live now.
    pub edition: Option<String>,
    /// When it was started, RFC 3339.
    pub started_at: String,
    /// What went wrong.
    pub errors: Vec<StatusError>,
}

/// A fault in `status.json`.
#[derive(Debug, Clone, Serialize)]
pub struct StatusError {
    /// Who must act.
    pub kind: &'static str,
    /// The message, with its place.
    pub message: String,
}

/// What the archive page needs beside the editions.
#[derive(Debug, Clone)]
pub struct ArchiveWords {
    /// Where the page lies below the published folder.
    pub path: String,
    /// The layout, a MiniJinja template.
    pub layout: String,
    /// The style sheet that it carries.
    pub style: String,
    /// The name of the project.
    pub project: String,
    /// Words by key, in the language of the page.
    pub words: std::collections::BTreeMap<String, String>,
    /// The tag of that language.
    pub lang: String,
    /// The business time zone, in which the time of the last run is told.
    pub timezone: String,
}

impl Status {
    /// What a failed run says.
    pub fn failed(
        errors: &Errors,
        as_of: Option<String>,
        live: Option<EditionId>,
        started_at: String,
    ) -> Self {
        let errors =
            errors.iter().map(|error| StatusError { kind: error.kind.word(), message: error.to_string() });
        Self {
            state: "failed",
            as_of,
            edition: live.map(|id| id.to_string()),
            started_at,
            errors: errors.collect(),
        }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|source| Error::internal("the status cannot be written").caused_by(source))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    edition: String,
    as_of: String,
    /// The language to open it in: that of the page, if the edition has it.
    lang: &'a str,
    languages: &'a [String],
    first_report: Option<&'a String>,
    reports: &'a [String],
    headline: &'a [String],
}

/// The archive as a page; `all` are the pages of all languages.
pub(super) fn page(
    editions: &[(EditionId, Manifest)],
    status: &Status,
    words: &ArchiveWords,
    all: &[ArchiveWords],
) -> Result<String> {
    let entries: Vec<Entry<'_>> = editions
        .iter()
        .map(|(id, manifest)| Entry {
            edition: id.to_string(),
            as_of: id.as_of.to_string(),
            lang: manifest
                .content
                .languages
                .iter()
                .find(|lang| **lang == words.lang)
                .or(manifest.content.languages.first())
                .map_or("", String::as_str),
            languages: &manifest.content.languages,
            first_report: manifest.content.reports.first(),
            reports: &manifest.content.reports,
            headline: manifest.content.headline.get(&words.lang).map_or(&[], Vec::as_slice),
        })
        .collect();
    let mut environment = templates::environment();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    let archives: Vec<(&str, &str)> = all
        .iter()
        .filter(|other| other.lang != words.lang)
        .map(|other| (other.lang.as_str(), other.path.as_str()))
        .collect();
    let values = context! {
        archives => Value::from(Serde(&archives)), ran_at => ran_at(status, words),
        project => words.project.as_str(), lang => words.lang.as_str(), words => Value::from(Serde(&words.words)),
        style => Value::from_safe_string(words.style.clone()),
        editions => Value::from(Serde(&entries)), status => Value::from(Serde(status)),
    };
    environment.render_str(&words.layout, values).map_err(|source| {
        Error::project(
            "the layout of the archive cannot be rendered: `report_templates/layouts/archive.html`",
        )
        .note(source.to_string())
        .caused_by(source)
    })
}

/// When the last run was started, on the clock of the business.
fn ran_at(status: &Status, words: &ArchiveWords) -> String {
    let at = status.started_at.parse::<Timestamp>().and_then(|at| at.in_tz(&words.timezone));
    at.map_or_else(|_| status.started_at.clone(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}
