//! `[[recipients]]` of `tierbook.toml`: who reads which reports.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::names::{Lang, ReportName};

/// Somebody who reads reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// A person or a group, in the company's words.
    pub name: String,
    /// What they read, in the order of the edition.
    pub reports: Vec<ReportName>,
    /// The language they read it in, if only one.
    pub language: Option<Lang>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    name: Spanned<String>,
    reports: Option<Spanned<Vec<Spanned<String>>>>,
    language: Option<Spanned<String>>,
}

/// Checks the recipients against what is published; a fault comes with its place in the file.
pub(super) fn parse(
    tables: Vec<Table>,
    published: &[ReportName],
    languages: &[Lang],
) -> Result<Vec<Recipient>, (Error, Range<usize>)> {
    let mut recipients: Vec<Recipient> = Vec::new();
    for table in tables {
        let at = table.name.span();
        let name = table.name.into_inner();
        if name.trim().is_empty() {
            return Err((Error::project("a recipient has no name"), at));
        }
        if recipients.iter().any(|known| known.name == name) {
            let error = Error::project(format!("recipient `{name}` stands twice"));
            return Err((error.help("name all their reports in one `[[recipients]]`"), at));
        }
        let reports = reports(&name, table.reports, published)?;
        let language = table.language.map(|word| language(&name, &word, languages)).transpose()?;
        recipients.push(Recipient { name, reports, language });
    }
    Ok(recipients)
}

fn reports(
    recipient: &str,
    named: Option<Spanned<Vec<Spanned<String>>>>,
    published: &[ReportName],
) -> Result<Vec<ReportName>, (Error, Range<usize>)> {
    let Some(named) = named else { return Ok(published.to_vec()) };
    if named.get_ref().is_empty() {
        let error = Error::project(format!("recipient `{recipient}` reads no report"));
        return Err((error.help("leave `reports` out for all of them"), named.span()));
    }
    let known = || published.iter().map(ReportName::as_str);
    if let Some(wrong) = named.get_ref().iter().find(|name| !known().any(|known| known == *name.get_ref())) {
        let error = Error::project(format!(
            "recipient `{recipient}` reads `{}`, which is no published report",
            wrong.get_ref()
        ));
        let error = error
            .did_you_mean("report", wrong.get_ref(), known())
            .help("reports are those in `publish` under `[reports]`");
        return Err((error, wrong.span()));
    }
    let wanted = |report: &&ReportName| named.get_ref().iter().any(|name| name.get_ref() == report.as_str());
    Ok(published.iter().filter(wanted).cloned().collect())
}

fn language(
    recipient: &str,
    word: &Spanned<String>,
    languages: &[Lang],
) -> Result<Lang, (Error, Range<usize>)> {
    let known = languages.iter().find(|lang| lang.code() == word.get_ref());
    known.copied().ok_or_else(|| {
        let codes: Vec<String> = languages.iter().map(|lang| format!("`{lang}`")).collect();
        let error = Error::project(format!(
            "recipient `{recipient}` reads the language `{}`, in which nothing is published",
            word.get_ref()
        ));
        (error.help(format!("reports are published in {}", codes.join(" and "))), word.span())
    })
}
