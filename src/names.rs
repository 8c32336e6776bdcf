//! Names as types: a table, a report, an edition, a day. None of them is a bare string beyond this file.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// The name of a table: `staging.sales`. Both parts are lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableName {
    schema: String,
    table: String,
}

impl TableName {
    /// The table `table` of the folder `schema`; capitals become small.
    pub fn new(schema: &str, table: &str) -> Self {
        Self { schema: schema.to_lowercase(), table: table.to_lowercase() }
    }

    /// The first part: a folder under `queries/`, or `warehouse`.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The second part.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// One of the tables that everything else reads, mapped from the warehouse.
    pub fn is_staging(&self) -> bool {
        self.schema == "staging"
    }

    /// A table of the warehouse as it was loaded.
    pub fn is_warehouse(&self) -> bool {
        self.schema == "warehouse"
    }

    /// A table of thresholds.
    pub fn is_rule(&self) -> bool {
        self.schema == "rules"
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.table)
    }
}

impl serde::Serialize for TableName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for TableName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for TableName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('.') {
            Some((schema, table)) if !schema.is_empty() && !table.is_empty() && !table.contains('.') => {
                Ok(Self::new(schema, table))
            }
            _ => Err(format!("`{text}` is not a table name like `tiers.current`")),
        }
    }
}

/// The name of a report, which is the name of its template: `summary`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[serde(transparent)]
pub struct ReportName(String);

impl ReportName {
    /// The report of the template `<name>.md`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of an edition: the day it speaks of, and the how-manieth of that day: `2026-10-31.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EditionId {
    /// The last day whose rows it saw.
    pub as_of: Date,
    /// From 1.
    pub number: u32,
}

impl fmt::Display for EditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.as_of, self.number)
    }
}

impl FromStr for EditionId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text
            .split_once('.')
            .and_then(|(day, number)| Some((day.parse().ok()?, number.parse().ok()?)))
            .map(|(as_of, number)| Self { as_of, number });
        match parsed {
            // Only the form that is written is read, so that `2026-1-1.01` is no second name.
            Some(id) if id.number > 0 && id.to_string() == text => Ok(id),
            _ => Err(format!("`{text}` is not an edition like `2026-10-31.1`")),
        }
    }
}

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The BCP 47 tag, which is also the name of the folder in an edition.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// What the language calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Zh => "中文",
            Self::En => "English",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Lang {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|lang| lang.code() == text).ok_or(())
    }
}
