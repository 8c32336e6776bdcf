//! `table(model, columns=[...], ...)`: rows of a model as a table of the document.
//!
//! | argument | meaning |
//! | --- | --- |
//! | `columns` | names of columns, in order |
//! | `where` | a map of column to value: only rows that have them |
//! | `limit` | the greatest number of rows; the table says how many are left out |
//! | `shares` | columns that are shares of one whole: printed so that they add up to 100.0 |
//! | `bars` | columns with a bar behind the number |
//! | `signed` | columns that are changes, shown with their sign |
//! | `phrases` | columns of codes that are shown as sentences: the word `phrases.<code>`, its places filled from the row |
//! | `last` | the greatest number of rows, counted from the end |
//! | `caption` | a line above the table |

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::{Kwargs, Value, ValueKind};

use super::data::{ColumnInfo, Datum, ModelData};
use super::document::{Block, More, Table, TableCell, TableColumn};
use super::engine::fault;
use super::format::{self, Column, Decimal, Lang};
use super::lists;
use super::objects::{ModelObject, Shared, Source, no_column, shown, text_of};
use super::words::{Style, Words};
use crate::project::header::Unit;

/// Rows shown when a template does not say how many.
const ROWS: usize = 50;

/// The tiers.
const TIERS: [&str; 4] = ["key", "important", "general", "maintenance"];

/// Up to here the bars of shares fill the column by the greatest of them.
const SMALL_SHARE: f64 = 0.25;

/// Rows that a page bears, whatever a template says: the rest is for a file.
const MOST_SHOWN: usize = 400;

pub(super) fn table(model: &ModelObject, kwargs: &Kwargs, shared: &Arc<Shared>) -> Result<Block, Error> {
    let data = model.data()?;
    let names: Option<Vec<String>> = kwargs.get("columns")?;
    let names = names.unwrap_or_else(|| data.columns.iter().map(|column| column.name.clone()).collect());
    let limit: Option<usize> = kwargs.get("limit")?;
    let limit = limit.unwrap_or(ROWS).min(MOST_SHOWN);
    let shares: Vec<String> = kwargs.get::<Option<Vec<String>>>("shares")?.unwrap_or_default();
    let bars: Vec<String> = kwargs.get::<Option<Vec<String>>>("bars")?.unwrap_or_default();
    let signed: Vec<String> = kwargs.get::<Option<Vec<String>>>("signed")?.unwrap_or_default();
    let phrases: Vec<String> = kwargs.get::<Option<Vec<String>>>("phrases")?.unwrap_or_default();
    let last: Option<usize> = kwargs.get("last")?;
    let caption: Option<String> = kwargs.get("caption")?;
    let wanted = conditions(kwargs)?;
    let matching = model.matching(&wanted)?;
    let total =
        if wanted.is_empty() { usize::try_from(data.n_rows).unwrap_or(usize::MAX) } else { matching.len() };
    if last.is_some() && !data.is_whole() {
        return Err(fault(format!(
            "`last` wants all rows of `{}`, and templates see its first {} only",
            model.name,
            data.rows.len()
        )));
    }
    let skipped = last.map_or(0, |last| matching.len().saturating_sub(last));
    let rows: Vec<usize> = matching.iter().copied().skip(skipped).take(limit).collect();
    let mut columns = Vec::new();
    let mut cells: Vec<Vec<TableCell>> = vec![Vec::new(); rows.len()];
    let mut parts = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let index = data.column(name).ok_or_else(|| no_column(&model.name, name))?;
        let part = Part { data, index, info: &data.columns[index], shared, rows: &rows };
        // The first column says what a row is, and stays whatever it holds.
        if place == 0 {
            parts.push((name, part));
        } else if part.is_unknown() {
            unknown.push(heading(&shared.words, &data.name.to_string(), part.info).map_err(fault)?);
        } else if part.says_something() {
            parts.push((name, part));
        }
    }
    let of_money = || parts.iter().filter(|(_, part)| part.info.unit == Unit::Money);
    let money = Column::money_beside(
        shared.words.lang,
        &shared.words.currency,
        &of_money().map(|(_, part)| part.fractions()).collect::<Vec<_>>(),
    );
    let barred: Vec<&Part<'_>> =
        parts.iter().filter(|(name, _)| bars.contains(name)).map(|(_, part)| part).collect();
    let mut adjusted = false;
    for (name, part) in &parts {
        // Changes are read beside what changed.
        let is_signed = signed.contains(name);
        let own = || money.or_own(shared.words.lang, &shared.words.currency, &part.fractions());
        let style = part.style(is_signed, if is_signed { money } else { own() });
        columns.push(TableColumn {
            title: part.title(style)?,
            numeric: is_numeric(part.info.unit),
            class: None,
            href: None,
        });
        let texts = if shares.contains(name) {
            let texts: Vec<String> =
                part.shares(&matching).into_iter().skip(skipped).take(rows.len()).collect();
            adjusted |= texts != part.texts(Style::Prose, false);
            texts
        } else if phrases.contains(name) {
            part.phrases()?
        } else {
            part.texts(style, signed.contains(name))
        };
        let lengths = if bars.contains(name) { part.bars(&barred) } else { vec![None; rows.len()] };
        for (place, (row, (text, bar))) in rows.iter().zip(texts.into_iter().zip(lengths)).enumerate() {
            cells[place].push(part.cell(*row, text, bar));
        }
    }
    let mut notes: Vec<String> = Vec::new();
    if adjusted {
        notes.push(shared.words.fill("shares_adjusted", &[]).map_err(fault)?);
    }
    if !unknown.is_empty() {
        let gap = if shared.words.lang == Lang::En { ", " } else { "、" };
        let names = [("names".to_owned(), unknown.join(gap))];
        notes.push(shared.words.fill("columns_unknown", &names).map_err(fault)?);
    }
    let is_cut = total > rows.len();
    let rest = rest(&shared.words, rows.len(), total, last.is_some(), &notes).map_err(fault)?;
    let empty = shared.words.fill("no_rows", &[]).map_err(fault)?;
    let has_files = data.n_rows > 0 && shared.lists.contains(&model.name);
    let files = has_files.then(|| lists::links(&model.name, data.n_rows, &shared.words).map_err(fault));
    let files = files.transpose()?;
    let caption = caption.unwrap_or_default();
    let more = is_cut.then(|| More { model: model.name.clone(), href: None });
    let is_last = last.is_some();
    Ok(Block::Table(Table {
        empty,
        caption,
        columns,
        rows: cells,
        rest,
        notes,
        total,
        is_last,
        is_matrix: false,
        more,
        files,
    }))
}

/// What is said below a table: how many of its rows are shown, if not all, and the notes. `Err` says what is missing.
pub(super) fn rest(
    words: &Words,
    shown: usize,
    total: usize,
    is_last: bool,
    notes: &[String],
) -> Result<Option<String>, String> {
    let mut lines = Vec::new();
    if total > shown {
        let number = |n: usize| format::integer(i128::try_from(n).unwrap_or(0));
        let values = [("shown".to_owned(), number(shown)), ("total".to_owned(), number(total))];
        let key = if is_last { "rows_left_out_before" } else { "rows_left_out" };
        lines.push(words.fill(key, &values)?);
    }
    lines.extend(notes.iter().cloned());
    Ok((!lines.is_empty()).then(|| lines.join(if words.lang == Lang::En { " " } else { "" })))
}

/// The `where` argument as (column, value).
pub(super) fn conditions(kwargs: &Kwargs) -> Result<Vec<(String, String)>, Error> {
    let wanted: Option<Value> = kwargs.get("where")?;
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_undefined() && !wanted.is_none()) else {
        return Ok(Vec::new());
    };
    if wanted.kind() != ValueKind::Map {
        return Err(fault("`where` is a map, such as `where={\"basis\": \"revenue\"}`"));
    }
    let mut conditions = Vec::new();
    for key in wanted.try_iter()? {
        let value = wanted.get_item(&key)?;
        conditions.push((key.to_string(), text_of(&value)));
    }
    Ok(conditions)
}

/// Whether values of a unit stand to the right.
pub(super) fn is_numeric(unit: Unit) -> bool {
    matches!(unit, Unit::Money | Unit::Ratio | Unit::Count | Unit::Days)
}

/// One column of a model, for these of its rows.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) data: &'a Arc<ModelData>,
    pub(super) index: usize,
    pub(super) info: &'a ColumnInfo,
    pub(super) shared: &'a Arc<Shared>,
    pub(super) rows: &'a [usize],
}

impl Part<'_> {
    pub(super) fn datum(&self, row: usize) -> &Datum {
        &self.data.rows[row][self.index]
    }

    /// How the column is written; `money` is how the amounts of its table are.
    pub(super) fn style(&self, is_signed: bool, money: Column) -> Style {
        match self.info.unit {
            Unit::Money => Style::Column(money),
            Unit::Count | Unit::Days => match self.fractions().as_slice() {
                [] if is_signed => Style::Signed,
                [] => Style::Prose,
                numbers => Style::Column(Column::plain(numbers)),
            },
            _ if is_signed => Style::Signed,
            _ => Style::Prose,
        }
    }

    /// The numbers that are not whole by their kind, amounts among them.
    pub(super) fn fractions(&self) -> Vec<Decimal> {
        let number = |row: &usize| match self.datum(*row) {
            Datum::Exact(number) => Some(*number),
            Datum::Float(number) => Decimal::from_f64(*number),
            _ => None,
        };
        self.rows.iter().filter_map(number).collect()
    }

    /// The greatest number, whatever its sign.
    fn greatest(&self) -> Option<Decimal> {
        self.rows.iter().filter_map(|row| magnitude(self.datum(*row))).max_by(compare)
    }

    /// Whether no row of the model has a value; of a model of which templates see a part only, nobody can say.
    fn is_unknown(&self) -> bool {
        let rows = &self.data.rows;
        self.data.is_whole() && !rows.is_empty() && rows.iter().all(|row| row[self.index] == Datum::Null)
    }

    /// Whether it is more than a mark that none of the rows has, or dashes alone.
    fn says_something(&self) -> bool {
        let nothing = |row: &usize| matches!(self.datum(*row), Datum::Bool(false) | Datum::Null);
        self.rows.is_empty() || !self.rows.iter().all(nothing)
    }

    /// The heading, with the unit of the whole column.
    pub(super) fn title(&self, style: Style) -> Result<String, Error> {
        let words = &self.shared.words;
        let title = heading(words, &self.data.name.to_string(), self.info).map_err(fault)?;
        Ok(match (style, words.lang) {
            (Style::Column(column), Lang::Zh) if self.info.unit == Unit::Money => {
                format!("{title}（{}）", column.scale.money_unit(words.lang, &words.currency))
            }
            (Style::Column(column), Lang::En) if self.info.unit == Unit::Money => {
                format!("{title} ({})", column.scale.money_unit(words.lang, &words.currency))
            }
            _ => title,
        })
    }

    pub(super) fn texts(&self, style: Style, is_signed: bool) -> Vec<String> {
        let words = &self.shared.words;
        let one = |row: &usize| match (style, self.datum(*row)) {
            (Style::Column(column), Datum::Exact(number)) if is_signed => column.signed_cell(*number),
            (Style::Column(column), Datum::Float(number)) => match Decimal::from_f64(*number) {
                Some(number) if is_signed => column.signed_cell(number),
                Some(number) => column.cell(number),
                None => format::NOT_AVAILABLE.to_owned(),
            },
            (_, datum) => words.show(datum, self.info.unit, &self.info.name, style),
        };
        self.rows.iter().map(one).collect()
    }

    /// Shares of one whole that add up to 100.0 as printed, over all rows that match, shown or not. Rows without a share
    /// have no part in the whole.
    fn shares(&self, matching: &[usize]) -> Vec<String> {
        let exact = |row: &usize| match self.datum(*row) {
            Datum::Float(number) => Decimal::from_f64(*number),
            Datum::Exact(number) => Some(*number),
            _ => None,
        };
        let all: Vec<Option<Decimal>> = matching.iter().map(exact).collect();
        let known: Vec<Decimal> = all.iter().flatten().copied().collect();
        let texts = Part { rows: matching, ..*self }.texts(Style::Prose, false);
        let sum: f64 = known.iter().map(|share| share.to_f64()).sum();
        if known.len() < all.len() && (sum - 1.0).abs() > 1e-6 {
            return texts;
        }
        let mut shares = format::largest_remainder(&known, 1).texts().into_iter();
        let one = |(share, text): (&Option<Decimal>, String)| match share {
            Some(_) => shares.next().unwrap_or(text),
            None => text,
        };
        all.iter().zip(texts).map(one).collect()
    }

    /// Codes as sentences, with the other values of their rows in them.
    fn phrases(&self) -> Result<Vec<String>, Error> {
        let words = &self.shared.words;
        let one = |row: &usize| match self.datum(*row) {
            Datum::Text(code) => {
                phrase(words, &self.data.columns, &self.data.rows[*row], code).map_err(fault)
            }
            _ => Ok(format::MISSING.to_owned()),
        };
        self.rows.iter().map(one).collect()
    }

    /// The length of each bar in percent: against the longest of all columns with bars of the same unit, so that they can
    /// be compared across the table, and shares against the whole, unless all of them are small.
    fn bars(&self, barred: &[&Part<'_>]) -> Vec<Option<String>> {
        let number = |row: &usize| magnitude(self.datum(*row)).map(Decimal::to_f64);
        let alike = barred.iter().filter(|part| part.info.unit == self.info.unit);
        let greatest = alike.filter_map(|part| part.greatest()).map(Decimal::to_f64).fold(0.0_f64, f64::max);
        let whole = if self.info.unit == Unit::Ratio && greatest > SMALL_SHARE {
            greatest.max(1.0)
        } else {
            greatest
        };
        let length = |row: &usize| {
            let is_negative = matches!(self.datum(*row), Datum::Exact(number) if number.unscaled < 0);
            let value = number(row).filter(|_| whole > 0.0 && !is_negative)?;
            Some(format!("{:.1}", value / whole * 100.0))
        };
        self.rows.iter().map(length).collect()
    }

    pub(super) fn cell(&self, row: usize, text: String, bar: Option<String>) -> TableCell {
        let source = Source {
            model: self.data.name.to_string(),
            key: self.data.key(row),
            column: self.info.name.clone(),
        };
        TableCell { cell: shown(text, self.datum(row), source), bar, class: self.class(row) }
    }

    /// The class of a value that looks the same everywhere: a tier has its colour, and a "no" is quiet.
    pub(super) fn class(&self, row: usize) -> Option<String> {
        let name = self.info.name.as_str();
        let is_tier = name == "tier" || name.ends_with("_tier");
        // A band of another measure may be a tier too.
        let is_banded = |text: &str| name == "band" && TIERS.contains(&text);
        match self.datum(row) {
            Datum::Bool(false) => Some("no".to_owned()),
            Datum::Text(text)
                if is_banded(text) || (is_tier && text.chars().all(|c| c.is_ascii_lowercase())) =>
            {
                Some(format!("tier tier-{text}"))
            }
            _ => None,
        }
    }
}

/// The heading of a column, without its unit; `Err` says what is missing.
pub(super) fn heading(words: &Words, model: &str, info: &ColumnInfo) -> Result<String, String> {
    match words.column(model, &info.name) {
        Some(title) => Ok(title.to_owned()),
        None if words.lang == Lang::En => Ok(info.meaning.clone()),
        None => Err(format!(
            "no word `column.{}` in `locales/{1}.toml` or the files of `locales/{1}/`",
            info.name, words.lang
        )),
    }
}

/// A code as a sentence, with the values of its row in it; `Err` says what is missing.
pub(super) fn phrase(
    words: &Words,
    columns: &[ColumnInfo],
    row: &[Datum],
    code: &str,
) -> Result<String, String> {
    let shown = |(info, datum): (&ColumnInfo, &Datum)| {
        (info.name.clone(), words.show(datum, info.unit, &info.name, Style::Prose))
    };
    let values: Vec<(String, String)> = columns.iter().zip(row).map(shown).collect();
    words.fill(&format!("phrases.{code}"), &values)
}

/// How great a number is, whatever its sign.
pub(super) fn magnitude(datum: &Datum) -> Option<Decimal> {
    match datum {
        Datum::Exact(number) => Some(Decimal::new(number.unscaled.abs(), number.scale)),
        Datum::Int(number) => Some(Decimal::new(i128::from(*number).abs(), 0)),
        Datum::Float(number) => Decimal::from_f64(number.abs()),
        _ => None,
    }
}

fn compare(a: &Decimal, b: &Decimal) -> std::cmp::Ordering {
    a.to_f64().total_cmp(&b.to_f64())
}
