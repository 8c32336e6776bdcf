//! Who is mailed: the recipients of `tierbook.toml`, and those of the table `staging.recipients`.

use std::collections::{BTreeMap, BTreeSet};

use lettre::message::Mailbox;

use crate::engine::execution_fault;
use crate::error::{Errors, Result};
use crate::models::{Models, text_columns};
use crate::names::{Lang, ReportName, TableName};
use crate::project::recipients::{Scope, scope_columns};
use crate::project::{Config, Project};

/// The word in `rows_column` for all customers.
const ALL: &str = "all";

/// Somebody who is mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Where the mail goes.
    pub address: Mailbox,
    /// The reports that are mailed, in the order of the edition.
    pub reports: Vec<ReportName>,
    /// The language.
    pub lang: Lang,
    /// The customers that they may see; `None` for all.
    pub scope: Option<Scope>,
}

/// The table of recipients, which a company may map.
pub fn table() -> TableName {
    TableName::new("staging", "recipients")
}

/// Everybody who is mailed, and why some of the table are not: whoever is not understood gets nothing.
///
/// # Errors
/// What reading the table finds.
pub async fn readers(project: &Project, models: &Models) -> Result<(Vec<Reader>, Vec<String>), Errors> {
    let config = &project.config;
    let first = config.languages.first().copied().unwrap_or(Lang::En);
    let named = config.recipients.iter().filter_map(|recipient| {
        let address = recipient.address.as_ref()?;
        Some(Reader {
            address: Mailbox::new(
                Some(address.name.clone().unwrap_or_else(|| recipient.name.clone())),
                address.email.clone(),
            ),
            reports: recipient.mailed.clone(),
            lang: recipient.language.unwrap_or(first),
            scope: recipient.scope.clone(),
        })
    });
    let mut readers: Vec<Reader> = named.collect();
    let mut left_out = Vec::new();
    if models.built.contains_key(&table()) {
        let lines = lines(models).await?;
        for (line, values) in lines {
            match reader(config, &line, values) {
                Ok(reader) => readers.push(reader),
                Err(reason) => left_out.push(format!("`{}` is mailed nothing: {reason}", line.address)),
            }
        }
    }
    Ok((readers, left_out))
}

/// A line of the table, but for the value of its rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    address: String,
    name: Option<String>,
    reports: Option<String>,
    language: Option<String>,
    column: Option<String>,
}

/// The lines of the table, those that differ in the value of their rows alone taken together.
async fn lines(models: &Models) -> Result<BTreeMap<Line, BTreeSet<String>>, Errors> {
    let doing = "reading `staging.recipients`";
    let names = ["address", "recipient_name", "reports", "language", "rows_column", "rows_value"];
    let frame = models.engine.table(&table()).await?;
    let frame = frame.select_columns(&names).map_err(|error| execution_fault(error, doing))?;
    let batches = models
        .engine
        .collect(frame.into_unoptimized_plan())
        .await
        .map_err(|error| execution_fault(error, doing))?;
    let mut lines: BTreeMap<Line, BTreeSet<String>> = BTreeMap::new();
    for batch in &batches {
        let columns = text_columns(batch)?;
        for row in 0..batch.num_rows() {
            let cell = |index: usize| {
                let text = columns.get(index).and_then(|column| column.get(row).cloned().flatten());
                text.filter(|text| !text.trim().is_empty())
            };
            let line = Line {
                address: cell(0).unwrap_or_default(),
                name: cell(1),
                reports: cell(2),
                language: cell(3),
                column: cell(4),
            };
            // A value of blanks is none, and never all.
            lines.entry(line).or_default().extend(cell(5));
        }
    }
    Ok(lines)
}

fn reader(config: &Config, line: &Line, values: BTreeSet<String>) -> Result<Reader, String> {
    let address: Option<lettre::Address> = line.address.trim().parse().ok();
    let address = address.ok_or("this is no mail address")?;
    let lang = match &line.language {
        None => config.languages.first().copied().unwrap_or(Lang::En),
        Some(word) => config
            .languages
            .iter()
            .copied()
            .find(|lang| lang.code() == word.trim())
            .ok_or_else(|| format!("nothing is published in the language `{}`", word.trim()))?,
    };
    let reports = match &line.reports {
        None => config.reports.iter().take(1).cloned().collect(),
        Some(text) => reports(config, text)?,
    };
    let scope = match line.column.as_deref().map(str::trim) {
        None => return Err("`rows_column` is empty; `all` is the word for all customers".to_owned()),
        Some(ALL) => None,
        Some(column) if scope_columns().any(|known| known == column) => {
            let scope = Scope::new(BTreeMap::from([(column.to_owned(), values)]));
            Some(scope.ok_or_else(|| format!("`rows_value` is empty beside `{column}`"))?)
        }
        Some(column) => return Err(format!("`{column}` is no column of text of `staging.customers`")),
    };
    Ok(Reader { address: Mailbox::new(line.name.clone(), address), reports, lang, scope })
}

fn reports(config: &Config, text: &str) -> Result<Vec<ReportName>, String> {
    let words: Vec<&str> =
        text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
    if let Some(wrong) =
        words.iter().find(|word| config.reports.iter().all(|report| report.as_str() != **word))
    {
        return Err(format!("`{wrong}` is no published report"));
    }
    Ok(config.reports.iter().filter(|report| words.contains(&report.as_str())).cloned().collect())
}
