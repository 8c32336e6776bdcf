//! `tierbook.toml`: where the warehouse is, parameters, reports. Unknown keys are refused.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::lists::{self, ListSpec};
use super::mail::{self, MailConfig};
use super::parameters::{Declaration, ParameterValue};
use super::recipients::{self, Recipient};
use super::templates::Templates;
use crate::error::{Error, Result, Spot};
use crate::names::{Lang, ReportName, TableName};

/// The name of the file.
pub const FILE_NAME: &str = "tierbook.toml";

/// Where editions go unless told otherwise.
pub const OUT: &str = "book";

/// Where results are kept from run to run unless told otherwise.
pub const STATE: &str = ".tierbook";

/// The config of a project, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name on the reports.
    pub name: String,
    /// The business time zone, by its IANA name.
    pub timezone: String,
    /// The report currency, ISO 4217.
    pub currency: String,
    /// The languages of the reports; the first one is shown first.
    pub languages: Vec<Lang>,
    /// Where the warehouse is: a folder, relative to the project, or `file://`.
    pub warehouse: String,
    /// What day a run speaks of when none is named.
    pub as_of: AsOfRule,
    /// Where editions go, relative to the project.
    pub out: String,
    /// Where results are kept from run to run, relative to the project.
    pub state: String,
    /// How much of them is kept, in bytes.
    pub cache: u64,
    /// How many editions stay.
    pub keep: usize,
    /// How much memory queries may take before they spill to disk, in bytes.
    pub memory: usize,
    /// The reports of an edition, in order; the first is what a reader opens.
    pub reports: Vec<ReportName>,
    /// Models whose rows are published as CSV for programs.
    pub exports: Vec<TableName>,
    /// Whether figures lead to their evidence.
    pub evidence: bool,
    /// Models that are published as files for people.
    pub lists: BTreeMap<TableName, ListSpec>,
    /// The declared parameters.
    pub parameters: BTreeMap<String, Declaration>,
    /// Who reads the reports.
    pub recipients: Vec<Recipient>,
    /// How reports are mailed; `None` when they are not.
    pub mail: Option<MailConfig>,
}

/// What day a run speaks of when none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOfRule {
    /// The day before today, in the project's time zone.
    Yesterday,
    /// The newest day in `staging.sales`.
    Newest,
    /// Always this day.
    Day(Date),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    project: ProjectTable,
    warehouse: WarehouseTable,
    #[serde(default)]
    run: RunTable,
    reports: ReportsTable,
    #[serde(default)]
    lists: BTreeMap<Spanned<String>, lists::Table>,
    #[serde(default)]
    parameters: BTreeMap<String, Spanned<ParameterTable>>,
    #[serde(default)]
    recipients: Vec<recipients::Table>,
    mail: Option<mail::Table>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectTable {
    name: String,
    timezone: Spanned<String>,
    currency: Spanned<String>,
    languages: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WarehouseTable {
    location: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunTable {
    as_of: Option<Spanned<String>>,
    out: Option<String>,
    state: Option<String>,
    cache: Option<Spanned<String>>,
    keep: Option<Spanned<usize>>,
    memory: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportsTable {
    publish: Vec<String>,
    #[serde(default)]
    exports: Vec<Spanned<String>>,
    #[serde(default = "yes")]
    evidence: bool,
}

/// Without evidence only when it is asked for.
fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterTable {
    r#type: Spanned<String>,
    value: Spanned<toml::Value>,
    one_of: Option<Spanned<Vec<toml::Value>>>,
    #[serde(default)]
    about: String,
}

/// Parses the text of `tierbook.toml`.
///
/// # Errors
/// Kind `Project`, pointing at the key or value.
pub fn parse(text: &Arc<str>) -> Result<Config> {
    let file: File = toml::from_str(text).map_err(|error| toml_fault(&error, text))?;
    let timezone = file.project.timezone;
    if jiff::tz::TimeZone::get(timezone.get_ref()).is_err() {
        return Err(Error::project(format!("unknown time zone `{}`", timezone.get_ref()))
            .at(spot(text, timezone.span()))
            .help("use an IANA name such as `Asia/Shanghai`"));
    }
    let currency = file.project.currency;
    if currency.get_ref().len() != 3 || !currency.get_ref().chars().all(|c| c.is_ascii_uppercase()) {
        return Err(Error::project(format!("`{}` is not a currency code", currency.get_ref()))
            .at(spot(text, currency.span()))
            .help("use three capitals such as `CNY`"));
    }
    let mut parameters = BTreeMap::new();
    for (name, table) in file.parameters {
        parameters.insert(name.clone(), declaration(&name, table, text)?);
    }
    let languages = languages(file.project.languages, text)?;
    let reports: Vec<ReportName> = file.reports.publish.into_iter().map(ReportName::new).collect();
    let recipients = recipients::parse(file.recipients, &reports, &languages)
        .map_err(|(error, range)| error.at(spot(text, range)))?;
    let mail =
        file.mail.map(mail::parse).transpose().map_err(|(error, range)| error.at(spot(text, range)))?;
    Ok(Config {
        name: file.project.name,
        timezone: timezone.into_inner(),
        currency: currency.into_inner(),
        languages,
        warehouse: file.warehouse.location,
        as_of: as_of(file.run.as_of, text)?,
        out: file.run.out.unwrap_or_else(|| OUT.to_owned()),
        state: file.run.state.unwrap_or_else(|| STATE.to_owned()),
        cache: cache(file.run.cache, text)?,
        keep: keep(file.run.keep, text)?,
        memory: memory(file.run.memory, text)?,
        reports,
        exports: exports(file.reports.exports, text)?,
        evidence: file.reports.evidence,
        lists: lists::parse(file.lists, &|range| spot(text, range))?,
        parameters,
        recipients,
        mail,
    })
}

/// Finds reports that have no template.
pub(super) fn check_reports(
    config: &Config,
    text: &Arc<str>,
    templates: &Templates,
    faults: &mut Vec<Error>,
) {
    if config.reports.is_empty() {
        faults.push(
            Error::project("no report is to be published")
                .help("name reports in `publish` under `[reports]`"),
        );
    }
    for report in &config.reports {
        if templates.reports.contains_key(report) {
            continue;
        }
        let quoted = format!("\"{report}\"");
        let mut error = Error::project(format!("report `{report}` has no template"));
        if let Some(start) = text.find(&quoted) {
            error = error.at(spot(text, start + 1..start + quoted.len() - 1));
        }
        faults.push(
            error
                .did_you_mean("template", report.as_str(), templates.reports.keys().map(ReportName::as_str))
                .help(format!("a report is written in `report_templates/{report}.md`")),
        );
    }
}

fn spot(text: &Arc<str>, range: Range<usize>) -> Spot {
    Spot::new(FILE_NAME, mail::veiled(text), range)
}

fn toml_fault(error: &toml::de::Error, text: &Arc<str>) -> Error {
    let message = error.message().trim().to_owned();
    let (first, rest) = message.split_once(", expected ").unwrap_or((&message, ""));
    let mut fault = Error::project(first.lines().next().unwrap_or_default().to_owned());
    if !rest.is_empty() {
        // A password is read only to be told that it does not stand here.
        let expected = rest.lines().next().unwrap_or_default().replace("`password`, ", "");
        fault = fault.help(format!("expected {expected}"));
        if let Some(wrong) = first.strip_prefix("unknown field `").and_then(|rest| rest.strip_suffix('`')) {
            fault.message = format!("unknown key `{wrong}`");
            let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
            fault = fault.did_you_mean("key", wrong, known);
        }
    }
    match error.span() {
        Some(range) => fault.at(spot(text, range)),
        None => fault,
    }
}

fn declaration(name: &str, table: Spanned<ParameterTable>, text: &Arc<str>) -> Result<Declaration> {
    let range = table.span();
    let table = table.into_inner();
    if super::parameters::BUILT_IN.contains(&name) {
        return Err(Error::project(format!("parameter `{name}` is the program's own"))
            .at(spot(text, range))
            .help("choose another name"));
    }
    let kind = table.r#type.get_ref().parse().map_err(|()| {
        Error::project(format!("unknown type `{}` of parameter `{name}`", table.r#type.get_ref()))
            .at(spot(text, table.r#type.span()))
            .help("types are text, int, decimal, date and bool")
    })?;
    let value = |value: &toml::Value, range: Range<usize>| {
        ParameterValue::from_toml(kind, value).map_err(|reason| {
            Error::project(format!("parameter `{name}` is declared as {kind}, but {reason}"))
                .at(spot(text, range))
        })
    };
    let default = value(table.value.get_ref(), table.value.span())?;
    let mut one_of = Vec::new();
    if let Some(allowed) = &table.one_of {
        for choice in allowed.get_ref() {
            one_of.push(value(choice, allowed.span())?);
        }
        if !one_of.contains(&default) {
            return Err(Error::project(format!("the value of parameter `{name}` is not in its `one_of`"))
                .at(spot(text, table.value.span())));
        }
    }
    Ok(Declaration { kind, value: default, one_of, about: table.about })
}

fn languages(words: Vec<Spanned<String>>, text: &Arc<str>) -> Result<Vec<Lang>> {
    let mut languages: Vec<Lang> = Vec::new();
    for word in words {
        let lang: Lang = word.get_ref().parse().map_err(|()| {
            Error::project(format!("no reports in the language `{}`", word.get_ref()))
                .at(spot(text, word.span()))
                .help("languages are `zh-CN` and `en`")
        })?;
        if !languages.contains(&lang) {
            languages.push(lang);
        }
    }
    if languages.is_empty() {
        return Err(
            Error::project("no language for the reports").help("set `languages = [\"zh-CN\", \"en\"]`")
        );
    }
    Ok(languages)
}

fn as_of(word: Option<Spanned<String>>, text: &Arc<str>) -> Result<AsOfRule> {
    let Some(word) = word else { return Ok(AsOfRule::Yesterday) };
    match word.get_ref().as_str() {
        "yesterday" => Ok(AsOfRule::Yesterday),
        "newest" => Ok(AsOfRule::Newest),
        day => day.parse().map(AsOfRule::Day).map_err(|source| {
            Error::project(format!("`as_of` is `{day}`, which is not a day"))
                .at(spot(text, word.span()))
                .help("use `yesterday`, `newest`, or a day such as `2026-10-31`")
                .caused_by(source)
        }),
    }
}

fn keep(keep: Option<Spanned<usize>>, text: &Arc<str>) -> Result<usize> {
    match keep {
        None => Ok(60),
        Some(keep) if *keep.get_ref() == 0 => {
            Err(Error::project("`keep` is 0: the newest edition always stays")
                .at(spot(text, keep.span()))
                .help("set at least 1"))
        }
        Some(keep) => Ok(keep.into_inner()),
    }
}

fn memory(memory: Option<Spanned<String>>, text: &Arc<str>) -> Result<usize> {
    let Some(word) = memory else { return Ok(4 << 30) };
    parse_memory(word.get_ref()).ok_or_else(|| {
        Error::project(format!("`memory` is `{}`", word.get_ref()))
            .at(spot(text, word.span()))
            .help("use at least `64MiB`, for example `1GiB`")
    })
}

fn cache(cache: Option<Spanned<String>>, text: &Arc<str>) -> Result<u64> {
    let Some(word) = cache else { return Ok(20 << 30) };
    let bytes = parse_bytes(word.get_ref()).and_then(|bytes| u64::try_from(bytes).ok());
    bytes.ok_or_else(|| {
        Error::project(format!("`cache` is `{}`", word.get_ref()))
            .at(spot(text, word.span()))
            .help("use a size such as `20GiB`; what is kept stays below it when a run has ended")
    })
}

/// Reads how much memory queries may take, which is at least 64 MiB.
pub fn parse_memory(text: &str) -> Option<usize> {
    parse_bytes(text).filter(|bytes| *bytes >= 64 << 20)
}

/// Reads `512MiB` or `2GiB` as bytes.
pub fn parse_bytes(text: &str) -> Option<usize> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let factor: usize = match unit.trim() {
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(factor)
}

fn exports(names: Vec<Spanned<String>>, text: &Arc<str>) -> Result<Vec<TableName>> {
    names
        .into_iter()
        .map(|name| {
            name.get_ref()
                .parse()
                .map_err(|reason: String| Error::project(reason).at(spot(text, name.span())))
        })
        .collect()
}
