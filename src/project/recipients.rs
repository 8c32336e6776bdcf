//! `[[recipients]]` of `tierbook.toml`: who reads which reports, over which customers, and where they are mailed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use lettre::message::Mailbox;
use serde::Deserialize;
use toml::Spanned;

use super::contract;
use super::mail;
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
    /// Where their mail goes; `None` for those who are not mailed.
    pub address: Option<Mailbox>,
    /// Which of their reports are mailed.
    pub mailed: Vec<ReportName>,
    /// The customers that they may see; `None` for all.
    pub scope: Option<Scope>,
}

/// Some of the customers: those that have one of these values in each of these columns of `staging.customers`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope(BTreeMap<String, BTreeSet<String>>);

impl Scope {
    /// The customers with one of `values` in each column; `None` where a column is not one that scopes may name, or has
    /// no values.
    pub fn new(columns: BTreeMap<String, BTreeSet<String>>) -> Option<Self> {
        let known = |(column, values): (&String, &BTreeSet<String>)| {
            scope_columns().any(|known| known == column) && !values.is_empty()
        };
        (!columns.is_empty() && columns.iter().all(known)).then_some(Self(columns))
    }

    /// Columns and values, in order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.0.iter().map(|(column, values)| (column.as_str(), values))
    }

    /// The name of its folder: always the same, and free of what values may hold.
    pub fn folder(&self) -> String {
        let columns: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let digest = blake3::hash(format!("{:?}", self.0).as_bytes()).to_hex();
        format!("{}-{}", columns.join("-"), &digest[..12])
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (column, values)) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { ", " };
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            write!(f, "{gap}{column} = {}", values.join(" | "))?;
        }
        Ok(())
    }
}

/// The columns of `staging.customers` that a scope may name: those of text.
pub fn scope_columns() -> impl Iterator<Item = &'static str> {
    let customers = contract::table("customers").into_iter().flat_map(contract::StagingTable::columns);
    customers
        .filter(|column| column.data_type == arrow::datatypes::DataType::Utf8)
        .map(|column| column.name)
        .filter(|name| !matches!(*name, "customer_name" | "parent_id" | "referrer_id"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    name: Spanned<String>,
    reports: Option<Spanned<Vec<Spanned<String>>>>,
    language: Option<Spanned<String>>,
    address: Option<Spanned<String>>,
    mail: Option<Spanned<Vec<Spanned<String>>>>,
    rows: Option<Spanned<BTreeMap<Spanned<String>, Values>>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

type Fault = (Error, Range<usize>);

/// Checks the recipients against what is published; a fault comes with its place in the file.
pub(super) fn parse(
    tables: Vec<Table>,
    published: &[ReportName],
    languages: &[Lang],
) -> Result<Vec<Recipient>, Fault> {
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
        let address = table.address.as_ref().map(mail::mailbox).transpose()?;
        let mailed = match (&address, table.mail) {
            (None, Some(named)) => {
                let error =
                    Error::project(format!("recipient `{name}` is mailed reports, but has no address"));
                return Err((error.help("write `address = \"...\"`, or leave `mail` out"), named.span()));
            }
            (None, None) => Vec::new(),
            (Some(_), None) => reports.iter().take(1).cloned().collect(),
            (Some(_), Some(named)) => mailed(&name, &named, &reports)?,
        };
        let scope = table.rows.map(|rows| scope(&name, rows)).transpose()?;
        recipients.push(Recipient { name, reports, language, address, mailed, scope });
    }
    Ok(recipients)
}

fn mailed(
    recipient: &str,
    named: &Spanned<Vec<Spanned<String>>>,
    reports: &[ReportName],
) -> Result<Vec<ReportName>, Fault> {
    let known = || reports.iter().map(ReportName::as_str);
    if let Some(wrong) = named.get_ref().iter().find(|name| !known().any(|known| known == name.get_ref())) {
        let error = Error::project(format!(
            "recipient `{recipient}` is mailed `{}`, which is none of their reports",
            wrong.get_ref()
        ));
        return Err((error.did_you_mean("report", wrong.get_ref(), known()), wrong.span()));
    }
    let wanted = |report: &&ReportName| named.get_ref().iter().any(|name| name.get_ref() == report.as_str());
    Ok(reports.iter().filter(wanted).cloned().collect())
}

fn scope(recipient: &str, rows: Spanned<BTreeMap<Spanned<String>, Values>>) -> Result<Scope, Fault> {
    let at = rows.span();
    let mut columns = BTreeMap::new();
    for (column, values) in rows.into_inner() {
        let name = column.get_ref();
        if !scope_columns().any(|known| known == name) {
            let error = Error::project(format!(
                "recipient `{recipient}` is to see rows by `{name}`, which is no column of text of `staging.customers`"
            ));
            return Err((error.did_you_mean("column", name, scope_columns()), column.span()));
        }
        let values: BTreeSet<String> = match values {
            Values::One(value) => BTreeSet::from([value]),
            Values::Many(values) => values.into_iter().collect(),
        };
        columns.insert(name.clone(), values);
    }
    Scope::new(columns).ok_or_else(|| {
        let error = Error::project(format!("the rows of recipient `{recipient}` are none"));
        (
            error.help(
                "name a value, such as `rows = { region = \"East\" }`; leave `rows` out for all customers",
            ),
            at,
        )
    })
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
