//! Parameters: declared with a type, checked, and bound to queries as typed values, never as text.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::config::Config;
use crate::error::{Error, Errors, Result};

/// Parameters that every project has; `--set` may change the two ends of the window.
pub const BUILT_IN: [&str; 5] = ["as_of", "window_start", "window_end", "timezone", "currency"];

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterType {
    /// Any characters.
    Text,
    /// A whole number.
    Int,
    /// An exact number with a decimal point.
    Decimal,
    /// A day, `2026-10-31`.
    Date,
    /// `true` or `false`.
    Bool,
}

impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Bool => "bool",
        })
    }
}

impl FromStr for ParameterType {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Text, Self::Int, Self::Decimal, Self::Date, Self::Bool]
            .into_iter()
            .find(|kind| kind.to_string() == text)
            .ok_or(())
    }
}

/// A value of a parameter. A decimal is kept as its digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// Any characters.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Digits with at most one point and an optional sign.
    Decimal(String),
    /// A day.
    Date(Date),
    /// Yes or no.
    Bool(bool),
}

impl ParameterValue {
    /// Reads a value as the command line gives it; the error says what it is instead.
    pub fn from_text(kind: ParameterType, text: &str) -> Result<Self, String> {
        let parsed = match kind {
            ParameterType::Text => Some(Self::Text(text.to_owned())),
            ParameterType::Int => text.parse().ok().map(Self::Int),
            ParameterType::Decimal => is_decimal(text).then(|| Self::Decimal(text.to_owned())),
            ParameterType::Date => text.parse().ok().map(Self::Date),
            ParameterType::Bool => text.parse().ok().map(Self::Bool),
        };
        parsed.ok_or_else(|| format!("`{text}` is not"))
    }

    /// Reads a value of the config file; the error says what it is instead.
    pub fn from_toml(kind: ParameterType, value: &toml::Value) -> Result<Self, String> {
        match (kind, value) {
            (ParameterType::Int, toml::Value::Integer(number)) => Ok(Self::Int(*number)),
            (ParameterType::Bool, toml::Value::Boolean(flag)) => Ok(Self::Bool(*flag)),
            (ParameterType::Date, toml::Value::Datetime(day)) => Self::from_text(kind, &day.to_string()),
            (ParameterType::Decimal, toml::Value::Float(_)) => {
                Err("a number with a point in TOML is not exact: put it in quotes".to_owned())
            }
            (ParameterType::Decimal, toml::Value::Integer(number)) => Ok(Self::Decimal(number.to_string())),
            (
                ParameterType::Text | ParameterType::Date | ParameterType::Decimal,
                toml::Value::String(text),
            ) => Self::from_text(kind, text),
            (_, other) => Err(format!("`{other}` is not")),
        }
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Decimal(text) => f.write_str(text),
            Self::Int(number) => write!(f, "{number}"),
            Self::Date(day) => write!(f, "{day}"),
            Self::Bool(flag) => write!(f, "{flag}"),
        }
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    all_digits(whole) && all_digits(fraction) && whole.len() + fraction.len() <= 38
}

/// What `tierbook.toml` says of a parameter.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// Its type.
    pub kind: ParameterType,
    /// Its value unless `--set` says otherwise.
    pub value: ParameterValue,
    /// The values allowed, if not all of its type.
    pub one_of: Vec<ParameterValue>,
    /// What it does.
    pub about: String,
}

/// The values of all parameters in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bindings {
    /// The last day whose rows are visible.
    pub as_of: Date,
    /// The first day of the window.
    pub window_start: Date,
    /// The day after the last one of the window.
    pub window_end: Date,
    values: BTreeMap<String, ParameterValue>,
}

impl Bindings {
    /// The business time zone.
    pub fn zone(&self) -> TimeZone {
        let name = match self.values.get("timezone") {
            Some(ParameterValue::Text(name)) => name.as_str(),
            _ => "UTC",
        };
        TimeZone::get(name).expect("the config was read, and refuses zones that are none")
    }

    /// The instant at which the as-of day ends.
    pub fn end_of_day(&self) -> Timestamp {
        let next = self.as_of.saturating_add(1.day());
        next.to_zoned(self.zone()).map_or(Timestamp::MAX, |midnight| midnight.timestamp())
    }

    /// The parameters of a run on `as_of`, with what `--set name=value` changes.
    ///
    /// # Errors
    /// Kind `Usage`, one for each setting that is unknown, of the wrong type, or not allowed.
    pub fn new(config: &Config, as_of: Date, settings: &[(String, String)]) -> Result<Self, Errors> {
        let (window_start, window_end) = default_window(as_of);
        let mut values = BTreeMap::from([
            ("as_of".to_owned(), ParameterValue::Date(as_of)),
            ("window_start".to_owned(), ParameterValue::Date(window_start)),
            ("window_end".to_owned(), ParameterValue::Date(window_end)),
            ("timezone".to_owned(), ParameterValue::Text(config.timezone.clone())),
            ("currency".to_owned(), ParameterValue::Text(config.currency.clone())),
        ]);
        for (name, declaration) in &config.parameters {
            values.insert(name.clone(), declaration.value.clone());
        }
        let mut faults = Vec::new();
        for (name, text) in settings {
            match setting(config, name, text) {
                Ok(value) => {
                    values.insert(name.clone(), value);
                }
                Err(error) => faults.push(error),
            }
        }
        Errors::none_in(faults)?;
        let day = |name: &str| match values.get(name) {
            Some(ParameterValue::Date(day)) => *day,
            _ => as_of,
        };
        let (window_start, window_end) = (day("window_start"), day("window_end"));
        if window_start >= window_end {
            return Err(Error::usage(format!("the window [{window_start}, {window_end}) is empty"))
                .help("`window_end` is the day after the window's last day")
                .into());
        }
        if window_end > as_of.saturating_add(1.day()) {
            return Err(Error::usage(format!(
                "the window [{window_start}, {window_end}) goes beyond the as-of day {as_of}"
            ))
            .help("rows after the as-of day are not seen: end the window on the day after it, or earlier")
            .into());
        }
        Ok(Self { as_of, window_start, window_end, values })
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&ParameterValue> {
        self.values.get(name)
    }

    /// All parameters by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ParameterValue)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }
}

fn setting(config: &Config, name: &str, text: &str) -> Result<ParameterValue> {
    let (kind, one_of): (_, &[ParameterValue]) = match (name, config.parameters.get(name)) {
        ("window_start" | "window_end", _) => (ParameterType::Date, &[]),
        ("as_of", _) => {
            return Err(Error::usage("`as_of` is not set with `--set`").help("use `--as-of DATE`"));
        }
        ("timezone" | "currency", _) => {
            return Err(Error::usage(format!("`{name}` is not set with `--set`"))
                .help("it belongs in `tierbook.toml`, under `[project]`"));
        }
        (_, Some(declaration)) => (declaration.kind, &declaration.one_of),
        (_, None) => {
            let known = config.parameters.keys().map(String::as_str).chain(["window_start", "window_end"]);
            return Err(Error::usage(format!("unknown parameter `{name}`")).did_you_mean(
                "parameter",
                name,
                known,
            ));
        }
    };
    let value = ParameterValue::from_text(kind, text)
        .map_err(|reason| Error::usage(format!("parameter `{name}` is declared as {kind}, but {reason}")))?;
    if !one_of.is_empty() && !one_of.contains(&value) {
        let allowed: Vec<String> = one_of.iter().map(|value| format!("`{value}`")).collect();
        return Err(Error::usage(format!("parameter `{name}` cannot be `{value}`"))
            .help(format!("it is one of {}", allowed.join(", "))));
    }
    Ok(value)
}

/// The last 12 full months before or on `as_of`, half-open. A month is full when its last day has come.
pub fn default_window(as_of: Date) -> (Date, Date) {
    let next = as_of.last_of_month().saturating_add(1.day());
    let end = if as_of == as_of.last_of_month() { next } else { as_of.first_of_month() };
    (end.saturating_sub(12.months()), end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_default_window_is_the_last_twelve_full_months() {
        assert_eq!(default_window(date(2026, 10, 31)), (date(2025, 11, 1), date(2026, 11, 1)));
        assert_eq!(default_window(date(2026, 10, 30)), (date(2025, 10, 1), date(2026, 10, 1)));
        assert_eq!(default_window(date(2028, 2, 29)), (date(2027, 3, 1), date(2028, 3, 1)));
    }

    #[test]
    fn decimals_are_digits_only() {
        assert!(is_decimal("-0.05") && is_decimal("12"));
        assert!(!is_decimal("1e3") && !is_decimal(".5") && !is_decimal("1.") && !is_decimal(""));
    }
}
