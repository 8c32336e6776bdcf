//! The comment block on top of a query file: its documentation, and the few keys in it that are read.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, Result, Spot};
use crate::names::TableName;

/// A piece of a file: its text, and the bytes it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text, continued lines joined by a space.
    pub text: String,
    /// Where it stands.
    pub range: Range<usize>,
}

/// How a column is measured, which decides how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// An amount in the report currency.
    Money,
    /// A share or rate, 1 is 100 %.
    Ratio,
    /// A number of things.
    Count,
    /// A day.
    Date,
    /// The first day of a month.
    Month,
    /// A number of days.
    Days,
    /// Words.
    Text,
    /// Yes or no.
    Bool,
}

/// The unit words, as written in a `column` key.
pub const UNITS: [(&str, Unit); 8] = [
    ("money", Unit::Money),
    ("ratio", Unit::Ratio),
    ("count", Unit::Count),
    ("date", Unit::Date),
    ("month", Unit::Month),
    ("days", Unit::Days),
    ("text", Unit::Text),
    ("bool", Unit::Bool),
];

/// What a `column` key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnNote {
    /// The column.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// Its meaning, in English.
    pub meaning: String,
    /// Where the key's value stands.
    pub range: Range<usize>,
}

/// Whether a broken condition stops publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// `check`: it does.
    Stop,
    /// `warn`: it is printed.
    Warn,
}

/// The keys of a query file.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// What the query is, in words.
    pub about: String,
    /// Columns that are not null and unique together.
    pub grain: Vec<String>,
    /// The row order, if it is not the grain.
    pub order: Option<Piece>,
    /// Conditions on every row.
    pub checks: Vec<(Severity, Piece)>,
    /// Sums that equal a sum elsewhere.
    pub totals: Vec<Piece>,
    /// Units and meanings.
    pub columns: Vec<ColumnNote>,
    /// Staging: the column that holds the business date.
    pub as_of: Option<Piece>,
    /// Staging: how many days old the newest row may be.
    pub fresh_days: Option<i64>,
    /// Staging: the least and greatest number of rows.
    pub rows: Option<(u64, Option<u64>)>,
    /// Staging: the warehouse table may be absent.
    pub optional: bool,
    /// Columns without which the model is unavailable.
    pub needs: Vec<(TableName, String)>,
    /// Optional tables that are read as empty ones where they are unavailable.
    pub empty_if_missing: Vec<(TableName, Range<usize>)>,
    /// Where the value of `grain` stands.
    pub grain_range: Range<usize>,
}

impl Header {
    /// A key that may stand once has been read already.
    fn is_set(&self, key: &str) -> bool {
        match key {
            "grain" => !self.grain.is_empty(),
            "order" => self.order.is_some(),
            "as_of" => self.as_of.is_some(),
            "fresh" => self.fresh_days.is_some(),
            "rows" => self.rows.is_some(),
            _ => false,
        }
    }
}

/// Keys that are read, in the order of the documentation.
pub const KEYS: [&str; 12] = [
    "grain",
    "order",
    "check",
    "warn",
    "total",
    "column",
    "as_of",
    "fresh",
    "rows",
    "optional",
    "needs",
    "empty_if_missing",
];

/// Parses the comment block on top of `text`.
///
/// # Errors
/// Kind `Project` with its place: an unknown key, or a value that cannot be read.
pub fn parse(path: &str, text: &Arc<str>, staging: bool) -> Result<Header> {
    let mut header = Header::default();
    for (key, piece) in split(text) {
        let Some(key) = key else {
            if !header.about.is_empty() {
                header.about.push('\n');
            }
            header.about.push_str(&piece.text);
            continue;
        };
        let at = || Spot::new(path, Arc::clone(text), piece.range.clone());
        if !KEYS.contains(&key.text.as_str()) {
            return Err(Error::project(format!("unknown key `{}`", key.text))
                .at(Spot::new(path, Arc::clone(text), key.range))
                .did_you_mean("key", &key.text, KEYS));
        }
        let staging_only = matches!(key.text.as_str(), "as_of" | "fresh" | "rows" | "optional");
        if staging_only && !staging {
            return Err(Error::project(format!("key `{}` belongs in a staging query", key.text))
                .at(Spot::new(path, Arc::clone(text), key.range))
                .help("it says something of a table of the warehouse"));
        }
        set(&mut header, &key.text, &piece).map_err(|error| error.at(at()))?;
    }
    header.about = header.about.trim().to_owned();
    Ok(header)
}

/// The lines of the block as (key, value); documentation has no key.
fn split(text: &str) -> Vec<(Option<Piece>, Piece)> {
    let mut pieces: Vec<(Option<Piece>, Piece)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let offset = start;
        start += line.len();
        let trimmed = line.trim_end();
        let Some(comment) = trimmed.strip_prefix("--") else {
            if trimmed.is_empty() {
                continue;
            }
            break;
        };
        let indent = comment.len() - comment.trim_start().len();
        let words = comment.trim();
        let first = offset + 2 + indent;
        let range = first..first + words.len();
        let parsed = key_and_value(words);
        let is_key = parsed.is_some_and(|(key, _)| KEYS.contains(&key));
        let continued = indent >= 3 && !is_key && matches!(pieces.last(), Some((Some(_), _)));
        if continued {
            if let Some((_, value)) = pieces.last_mut() {
                value.text = format!("{} {words}", value.text);
                value.range.end = range.end;
            }
        } else if let Some((key, value)) = parsed {
            let key_range = first..first + key.len();
            let value_start = first + words.len() - value.len();
            let value_range = if value.is_empty() { key_range.clone() } else { value_start..range.end };
            pieces.push((
                Some(Piece { text: key.to_owned(), range: key_range }),
                Piece { text: value.to_owned(), range: value_range },
            ));
        } else {
            pieces.push((None, Piece { text: words.to_owned(), range }));
        }
    }
    pieces
}

/// A line's key and value. Prose may hold a colon; a key is one word before it, in small letters, or a key that
/// somebody has written with capitals. A word alone is a key when it is one, or nearly one, that has no value.
fn key_and_value(words: &str) -> Option<(&str, &str)> {
    let Some((key, value)) = words.split_once(':') else {
        let alone = words == "optional" || crate::error::similar_name(words, ["optional"]).is_some();
        return alone.then_some((words, ""));
    };
    let key = key.trim_end();
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    let small = key.chars().all(|c| !c.is_ascii_uppercase());
    let is_key = is_word && (small || KEYS.contains(&key.to_ascii_lowercase().as_str()));
    is_key.then(|| (key, value.trim()))
}

fn set(header: &mut Header, key: &str, piece: &Piece) -> Result<()> {
    let value = piece.text.as_str();
    if header.is_set(key) {
        return Err(Error::project(format!("key `{key}` stands twice")));
    }
    if value.is_empty() && key != "optional" {
        return Err(Error::project(format!("key `{key}` has no value")));
    }
    match key {
        "grain" => {
            header.grain = value.split(',').map(|name| name.trim().to_lowercase()).collect();
            header.grain_range = piece.range.clone();
        }
        "order" => header.order = Some(piece.clone()),
        "check" => header.checks.push((Severity::Stop, piece.clone())),
        "warn" => header.checks.push((Severity::Warn, piece.clone())),
        "total" => header.totals.push(piece.clone()),
        "column" => header.columns.push(column(piece)?),
        "as_of" => header.as_of = Some(piece.clone()),
        "fresh" => header.fresh_days = Some(fresh(value)?),
        "rows" => header.rows = Some(rows(value)?),
        "optional" => header.optional = true,
        "needs" => {
            for name in value.split(',') {
                header.needs.push(needed(name.trim())?);
            }
        }
        "empty_if_missing" => {
            for name in value.split(',') {
                let table = TableName::from_str(name.trim()).map_err(Error::project)?;
                header.empty_if_missing.push((table, piece.range.clone()));
            }
        }
        other => return Err(Error::internal(format!("key `{other}` is known but not read"))),
    }
    Ok(())
}

fn column(piece: &Piece) -> Result<ColumnNote> {
    let mut words = piece.text.splitn(3, char::is_whitespace);
    let (name, unit, meaning) = (words.next(), words.next(), words.next());
    let (Some(name), Some(unit)) = (name, unit) else {
        return Err(Error::project("a column has a name, a unit and a meaning")
            .help("for example `column: revenue money \"Final revenue in the window\"`"));
    };
    let known = UNITS.iter().find(|(word, _)| *word == unit);
    let Some((_, unit)) = known else {
        return Err(Error::project(format!("unknown unit `{unit}` of column `{name}`"))
            .help("units are money, ratio, count, date, month, days, text and bool"));
    };
    Ok(ColumnNote {
        name: name.to_lowercase(),
        unit: *unit,
        meaning: meaning.unwrap_or_default().trim().trim_matches('"').to_owned(),
        range: piece.range.clone(),
    })
}

fn fresh(value: &str) -> Result<i64> {
    let number = value.strip_suffix("days").or_else(|| value.strip_suffix("day")).unwrap_or("");
    number.trim().parse::<u32>().map(i64::from).map_err(|source| {
        Error::project(format!("`{value}` is not an age"))
            .help("for example `fresh: 3 days`")
            .caused_by(source)
    })
}

fn rows(value: &str) -> Result<(u64, Option<u64>)> {
    let parsed = value.split_once("..").and_then(|(least, most)| {
        let least = least.trim().parse().ok()?;
        let most = match most.trim() {
            "" => None,
            most => Some(most.parse().ok()?),
        };
        (most.is_none_or(|most| least <= most)).then_some((least, most))
    });
    parsed.ok_or_else(|| {
        Error::project(format!("`{value}` is not a band of rows"))
            .help("for example `rows: 1000..` or `rows: 1..5000`")
    })
}

fn needed(name: &str) -> Result<(TableName, String)> {
    let parts = name
        .rsplit_once('.')
        .and_then(|(table, column)| Some((TableName::from_str(table).ok()?, column.to_lowercase())));
    parts.ok_or_else(|| {
        Error::project(format!("`{name}` is not a column of a table"))
            .help("for example `needs: staging.sales.cost`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Header> {
        parse("queries/a/b.sql", &text.into(), false)
    }

    #[test]
    fn keys_documentation_and_continued_lines() {
        let header = parsed(
            "-- Customers: ranked.\n--\n-- grain: customer_id\n-- total: sum(a) =\n--   (select 1)\nSELECT 1\n-- check: no\n",
        )
        .expect("a header");
        assert_eq!(header.about, "Customers: ranked.");
        assert_eq!(header.grain, ["customer_id"]);
        assert_eq!(header.totals[0].text, "sum(a) = (select 1)");
        assert!(header.checks.is_empty(), "comments after the block are comments");
    }

    #[test]
    fn an_unknown_key_is_an_error_at_the_key() {
        let error = parsed("-- 客户\n-- grian: a\nSELECT 1").expect_err("a fault");
        assert_eq!(error.message, "unknown key `grian`");
        assert_eq!(error.spot.expect("a place").line_column(), (2, 4));
        assert_eq!(error.help, ["a key with a similar name: `grain`"]);
    }
}
