//! Rule tables: thresholds as effective-dated CSV with typed headers, matched by name.
//!
//! `tier:text,below:decimal,valid_from:date,valid_to:date,version:text`. A version is valid from `valid_from`
//! (empty: always) to the day before `valid_to` (empty: for good), and exactly one is valid on a day.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use jiff::civil::Date;

use crate::error::{Error, Errors, Result, Spot};
use crate::names::TableName;

/// The scale of `decimal` columns.
const SCALE: i8 = 6;

/// A rule table, parsed.
#[derive(Debug, Clone)]
pub struct RuleTable {
    /// Its name: `rules.<file>`.
    pub name: TableName,
    /// Its path relative to the project.
    pub path: String,
    /// Its rows, `decimal` as `Decimal(18, 6)`.
    pub rows: RecordBatch,
    /// Its versions in order of time; empty for a table without the column `version`.
    pub versions: Vec<Version>,
}

/// A version of a rule table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its name.
    pub name: String,
    /// The first day, `None` for always.
    pub from: Option<Date>,
    /// The day after the last one, `None` for good.
    pub to: Option<Date>,
}

impl RuleTable {
    /// The version valid on a day.
    pub fn version_on(&self, day: Date) -> Option<&Version> {
        self.versions.iter().find(|version| {
            version.from.is_none_or(|from| from <= day) && version.to.is_none_or(|to| day < to)
        })
    }
}

struct Reader<'a> {
    path: &'a str,
    text: Arc<str>,
}

impl Reader<'_> {
    fn at(&self, range: Range<usize>) -> Spot {
        Spot::new(self.path, Arc::clone(&self.text), range)
    }

    /// The bytes of the line a record starts on.
    fn line(&self, record: &csv::StringRecord) -> Range<usize> {
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let rest = &self.text[start.min(self.text.len())..];
        let skipped = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let length = rest[skipped..].find(['\r', '\n']).unwrap_or(rest.len() - skipped);
        start + skipped..start + skipped + length
    }
}

/// Parses a rule table.
///
/// # Errors
/// Kind `Project`, one for each wrong header, value or version, pointing at the line.
pub fn parse(name: TableName, path: &str, text: &Arc<str>) -> Result<RuleTable, Errors> {
    let reader = Reader { path, text: Arc::from(text.trim_start_matches('\u{feff}')) };
    let mut csv = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(reader.text.as_bytes());
    let header = csv.headers().map_err(|source| csv_fault(&reader, &source))?.clone();
    let columns = header.iter().map(|cell| column(&reader, cell)).collect::<Result<Vec<_>>>()?;
    let mut records = Vec::new();
    let mut faults = Vec::new();
    for record in csv.records() {
        match record {
            Ok(record) if record.iter().all(str::is_empty) => {}
            Ok(record) => records.push(record),
            Err(source) => faults.push(csv_fault(&reader, &source)),
        }
    }
    Errors::none_in(faults)?;
    let mut arrays = Vec::new();
    let mut faults = Vec::new();
    for (index, (name, kind)) in columns.iter().enumerate() {
        match array(&reader, name, kind, index, &records) {
            Ok(array) => arrays.push(array),
            Err(error) => faults.push(error),
        }
    }
    Errors::none_in(faults)?;
    let fields: Vec<Field> =
        columns.iter().map(|(name, kind)| Field::new(name.as_str(), kind.clone(), true)).collect();
    let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|source| {
        Error::internal(format!("rule table `{name}` cannot be built")).caused_by(source)
    })?;
    let versions = versions(&reader, &name, &columns, &records)?;
    Ok(RuleTable { name, path: path.to_owned(), rows, versions })
}

fn csv_fault(reader: &Reader<'_>, source: &csv::Error) -> Error {
    let error = Error::project(match source.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("a row has {len} values, the header {expected_len}")
        }
        _ => format!("`{}` is not CSV: {source}", reader.path),
    });
    match source.position() {
        Some(position) => {
            let mut record = csv::StringRecord::new();
            record.set_position(Some(position.clone()));
            error.at(reader.at(reader.line(&record)))
        }
        None => error,
    }
}

fn column(reader: &Reader<'_>, cell: &str) -> Result<(String, DataType)> {
    let start = reader.text.find(cell).unwrap_or(0);
    let at = || reader.at(start..start + cell.len());
    let Some((name, word)) = cell.split_once(':') else {
        return Err(Error::project(format!("column `{cell}` of a rule table has no type"))
            .at(at())
            .help(format!("write it as `{cell}:text`; types are text, int, decimal, date and bool")));
    };
    let kind = match word.trim() {
        "text" => DataType::Utf8,
        "int" => DataType::Int64,
        "decimal" => DataType::Decimal128(18, SCALE),
        "date" => DataType::Date32,
        "bool" => DataType::Boolean,
        other => {
            return Err(Error::project(format!("unknown type `{other}` of column `{name}`"))
                .at(at())
                .help("types are text, int, decimal, date and bool"));
        }
    };
    Ok((name.trim().to_lowercase(), kind))
}

fn array(
    reader: &Reader<'_>,
    name: &str,
    kind: &DataType,
    index: usize,
    records: &[csv::StringRecord],
) -> Result<ArrayRef> {
    fn values<T>(
        reader: &Reader<'_>,
        name: &str,
        index: usize,
        records: &[csv::StringRecord],
        word: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<Option<T>>> {
        let read = |record: &csv::StringRecord| match record.get(index).unwrap_or_default() {
            "" => Ok(None),
            text => parse(text).map(Some).ok_or_else(|| {
                Error::project(format!("column `{name}` is declared as {word}, but `{text}` is not"))
                    .at(reader.at(reader.line(record)))
            }),
        };
        records.iter().map(read).collect()
    }
    Ok(match kind {
        DataType::Int64 => Arc::new(Int64Array::from(values(reader, name, index, records, "int", |text| {
            text.parse::<i64>().ok()
        })?)),
        DataType::Decimal128(precision, scale) => {
            let digits = values(reader, name, index, records, "decimal", decimal)?;
            let array = Decimal128Array::from(digits).with_precision_and_scale(*precision, *scale).map_err(
                |source| Error::internal("a decimal of a rule table has no type").caused_by(source),
            )?;
            Arc::new(array)
        }
        DataType::Date32 => {
            let epoch = Date::constant(1970, 1, 1);
            let days = values(reader, name, index, records, "date", |text| {
                day(text).map(|day| (day - epoch).get_days())
            })?;
            Arc::new(Date32Array::from(days))
        }
        DataType::Boolean => {
            let flags = values(reader, name, index, records, "bool", |text| {
                text.to_lowercase().parse::<bool>().ok()
            })?;
            Arc::new(BooleanArray::from(flags))
        }
        _ => Arc::new(StringArray::from(values(reader, name, index, records, "text", |text| {
            Some(text.to_owned())
        })?)),
    })
}

fn decimal(text: &str) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = usize::from(SCALE.unsigned_abs());
    let digits_only = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || fraction.len() > scale
        || !digits_only(whole)
        || !digits_only(fraction)
    {
        return None;
    }
    format!("{whole}{fraction:0<scale$}").parse::<i128>().ok().map(|number| sign * number)
}

/// A day as people and spreadsheets write it: `2026-01-31`, `2026/1/31`, `2026年1月31日`.
fn day(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/', '年', '月', '日']).filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn versions(
    reader: &Reader<'_>,
    table: &TableName,
    columns: &[(String, DataType)],
    records: &[csv::StringRecord],
) -> Result<Vec<Version>> {
    let place = |name: &str| columns.iter().position(|(column, _)| column == name);
    let Some(version_at) = place("version") else { return Ok(Vec::new()) };
    let day_at = |record: &csv::StringRecord, name: &str| {
        place(name).and_then(|index| day(record.get(index).unwrap_or_default()))
    };
    if records.is_empty() {
        return Err(Error::project(format!("rule table `{table}` has no version"))
            .at(reader.at(0..reader.text.lines().next().unwrap_or_default().len()))
            .help("add a line below its headings: what reads it would find nothing, and say nothing of it"));
    }
    let mut versions: Vec<(Version, Range<usize>)> = Vec::new();
    for record in records {
        let name = record.get(version_at).unwrap_or_default().to_owned();
        let line = reader.line(record);
        if name.is_empty() {
            return Err(
                Error::project(format!("a row of rule table `{table}` has no version")).at(reader.at(line))
            );
        }
        let version = Version { name, from: day_at(record, "valid_from"), to: day_at(record, "valid_to") };
        if version.from.zip(version.to).is_some_and(|(from, to)| to <= from) {
            return Err(Error::project(format!(
                "version `{}` of rule table `{table}` ends before it begins",
                version.name
            ))
            .at(reader.at(line))
            .help("`valid_to` is the day after the last one on which it is valid"));
        }
        match versions.iter().find(|(known, _)| known.name == version.name) {
            Some((known, _)) if *known != version => {
                return Err(Error::project(format!(
                    "version `{}` of rule table `{table}` has two ranges",
                    version.name
                ))
                .at(reader.at(line))
                .help("all rows of a version share `valid_from` and `valid_to`"));
            }
            Some(_) => {}
            None => versions.push((version, line)),
        }
    }
    versions.sort_by_key(|(version, _)| version.from);
    if let Some((first, line)) = versions.first()
        && let Some(from) = first.from
    {
        return Err(Error::project(format!("no version of rule table `{table}` is valid before {from}"))
            .at(reader.at(line.clone()))
            .help("past months are computed too: leave the first `valid_from` empty"));
    }
    for pair in versions.windows(2) {
        let [(earlier, _), (later, line)] = pair else { continue };
        if earlier.to.is_none() || earlier.to != later.from {
            let what =
                if earlier.to.is_none() || earlier.to > later.from { "both valid" } else { "neither valid" };
            return Err(Error::project(format!(
                "rule table `{table}`: versions `{}` and `{}` are {what} on some days",
                earlier.name, later.name
            ))
            .at(reader.at(line.clone()))
            .help(format!("let `valid_to` of `{}` be `valid_from` of `{}`", earlier.name, later.name)));
        }
    }
    Ok(versions.into_iter().map(|(version, _)| version).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn parsed(text: &str) -> Result<RuleTable, Errors> {
        parse(TableName::new("rules", "cuts"), "queries/rules/cuts.csv", &Arc::from(text))
    }

    #[test]
    fn versions_follow_one_another_and_excel_dates_are_read() {
        let table = parsed(
            "\u{feff}tier:text,below:decimal,valid_from:date,valid_to:date,version:text\r\n\
             key,0.5,,2026/1/1,v1\r\nkey,0.45,2026/1/1,,v2\r\n",
        )
        .expect("a table");
        assert_eq!(table.version_on(date(2025, 12, 31)).map(|v| v.name.as_str()), Some("v1"));
        assert_eq!(table.version_on(date(2026, 1, 1)).map(|v| v.name.as_str()), Some("v2"));
    }

    #[test]
    fn overlaps_gaps_and_wrong_values_are_faults_at_their_line() {
        let header = "cut:decimal,valid_from:date,valid_to:date,version:text\n";
        for (rows, message) in [
            (
                "1,,,v1\n2,2026-01-01,,v2\n",
                "rule table `rules.cuts`: versions `v1` and `v2` are both valid on some days",
            ),
            (
                "1,,2025-12-01,v1\n2,2026-01-01,,v2\n",
                "rule table `rules.cuts`: versions `v1` and `v2` are neither valid on some days",
            ),
            ("1,,,v1\nabc,,,v1\n", "column `cut` is declared as decimal, but `abc` is not"),
        ] {
            let errors = parsed(&format!("{header}{rows}")).expect_err("a fault");
            let error = errors.into_iter().next().expect("one");
            assert_eq!(error.message, message);
            assert_eq!(error.spot.expect("a place").line_column().0, 3);
        }
    }
}
