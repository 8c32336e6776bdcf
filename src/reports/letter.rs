//! A report cut down to what a mail bears: the answer, the headline figures, what is to be done, and of each section the
//! first rows and the columns that a telephone has room for.
//!
//! Takes a document; gives another one of the same cells, so that a mail cannot say another number than the page. What is
//! left out is named. Never writes anything: [`super::writers`] do.

use std::collections::BTreeSet;

use super::document::{Block, Document, Inline, Table, TableCell, TableColumn};
use super::tables;
use super::words::Words;
use super::writers::markdown::plain_text;
use crate::error::{Error, Result};
use crate::names::Lang;

/// Rows of a table in a mail.
const MOST_ROWS: usize = 8;

/// Actions in a mail: as many as a week has days to do them.
const MOST_ACTIONS: usize = 5;

/// The widest words that stay in one line: a name, a region, a segment. Letters of the Latin alphabet.
const SHORT: usize = 10;

/// The room for a table on a telephone, in pixels.
const ROOM: usize = 346;

/// Columns that a mail leaves out: the order of the rows says the same.
const PLACES: [&str; 2] = ["rank", "position"];

/// What a mail shows of a report.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    /// The first words of the report, which say what was found.
    pub(super) finding: String,
    /// What stands above the first section.
    pub(super) head: Vec<Block>,
    /// The sections, each with its heading.
    pub(super) sections: Vec<Section>,
    /// That the control totals agree, in words.
    pub(super) totals: Vec<String>,
}

/// A part of a report with its heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// The words of its heading.
    pub(super) title: String,
    /// Its blocks, the heading included.
    pub(super) blocks: Vec<Block>,
    /// What its tables without room show.
    left_out: Vec<String>,
    /// Whether it says what is to be done.
    is_actions: bool,
}

/// Cuts a report.
///
/// # Errors
/// Kind `Project` when a word is missing.
pub(super) fn cut(document: &Document, words: &Words) -> Result<Letter> {
    let mut letter =
        Letter { finding: String::new(), head: Vec::new(), sections: Vec::new(), totals: Vec::new() };
    let mut left_out = Vec::new();
    for block in &document.blocks {
        match block {
            // The title stands above everything.
            Block::Heading { level: 1, .. } => {}
            Block::Heading { level: 2, inlines, .. } => {
                let (title, blocks) = (plain_text(inlines), vec![block.clone()]);
                letter.sections.push(Section { title, blocks, left_out: Vec::new(), is_actions: false });
            }
            Block::Controls { of: "totals", summary, .. } => letter.totals.push(summary.clone()),
            Block::Controls { .. } => {}
            block => match letter.sections.last_mut() {
                Some(section) => section.add(block, words).map_err(Error::project)?,
                None => letter.head.extend(shortened(block, words, &mut left_out).map_err(Error::project)?),
            },
        }
    }
    letter.head.extend(named(&left_out, words).map_err(Error::project)?);
    for section in &mut letter.sections {
        section.blocks.extend(named(&section.left_out, words).map_err(Error::project)?);
    }
    // Words below the first figures explain those.
    let is_lead = |block: &&Block| !matches!(block, Block::Kpis { .. } | Block::Table(_) | Block::Chart(_));
    let paragraph = letter.head.iter().take_while(is_lead).find_map(|block| match block {
        Block::Paragraph { inlines } => Some(plain_text(inlines)),
        _ => None,
    });
    let note = || {
        letter.head.iter().rev().find_map(|block| match block {
            Block::Note { inlines, .. } => Some(plain_text(inlines)),
            _ => None,
        })
    };
    letter.finding = paragraph
        .or_else(note)
        .unwrap_or_else(|| document.title.clone())
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    letter.sections.retain(|section| section.blocks.len() > 1);
    // What is to be done is read first, and never left to the page.
    letter.sections.sort_by_key(|section| !section.is_actions);
    Ok(letter)
}

impl Section {
    fn add(&mut self, block: &Block, words: &Words) -> Result<(), String> {
        self.is_actions |= matches!(block, Block::Table(table) if is_actions(table));
        self.blocks.extend(shortened(block, words, &mut self.left_out)?);
        Ok(())
    }
}

/// Names what only the page has; stands below all that the mail has too.
fn named(left_out: &[String], words: &Words) -> Result<Option<Block>, String> {
    let mut titles: Vec<&str> = Vec::new();
    for title in left_out {
        // A caption may be a sentence, or two.
        let title = first_sentence(title).trim_end_matches(['.', '。']);
        if !title.is_empty() && !titles.contains(&title) {
            titles.push(title);
        }
    }
    if titles.is_empty() {
        return Ok(None);
    }
    let gap = if words.lang == Lang::En { ", " } else { "、" };
    let text = words.fill("mail.left_out", &[("titles".to_owned(), titles.join(gap))])?;
    Ok(Some(Block::Paragraph { inlines: vec![Inline::Text { text }] }))
}

impl Letter {
    /// The finding as the subject of a mail: whole sentences, or as many of their parts as a subject has room for.
    pub(super) fn subject(&self) -> String {
        const ROOM: usize = 112;
        let sentence = first_sentence(&self.finding);
        if width(sentence) <= ROOM {
            return sentence.trim_end_matches(['.', '。']).to_owned();
        }
        let ends = sentence.char_indices().filter(|(_, c)| matches!(c, '，' | '；' | '：' | ',' | ';' | ':'));
        let mut fits = ends.map(|(end, _)| &sentence[..end]).filter(|part| {
            // A comma within a number ends no part of a sentence.
            let rest = &sentence[part.len()..];
            let in_number = rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit());
            width(part) <= ROOM && width(part) > ROOM / 4 && !(in_number && rest.is_char_boundary(1))
        });
        match fits.next_back() {
            Some(part) => format!("{part}…"),
            None => {
                let mut cut = String::new();
                for c in sentence.chars() {
                    if width(&cut) + 3 > ROOM {
                        break;
                    }
                    cut.push(c);
                }
                format!("{}…", cut.trim_end())
            }
        }
    }
}

/// The first sentence of a text, its full stop included.
fn first_sentence(text: &str) -> &str {
    let chinese = text.find('。').map(|at| at + '。'.len_utf8());
    let english = text.find(". ").map(|at| at + 1);
    let end = [chinese, english].into_iter().flatten().min().unwrap_or(text.len());
    &text[..end]
}

/// A block as a mail has room for it; what has no room at all is added to `left_out`.
fn shortened(block: &Block, words: &Words, left_out: &mut Vec<String>) -> Result<Option<Block>, String> {
    Ok(match block {
        Block::Table(table) if is_too_wide(table) => {
            left_out.push(table.caption.clone());
            None
        }
        Block::Table(table) => Some(Block::Table(shortened_table(table, words)?)),
        Block::Quote { blocks } => {
            let blocks = all(blocks, words, left_out)?;
            (!blocks.is_empty()).then_some(Block::Quote { blocks })
        }
        Block::List { ordered, items } => {
            let mut kept = Vec::new();
            for item in items {
                let blocks = all(item, words, left_out)?;
                kept.extend((!blocks.is_empty()).then_some(blocks));
            }
            (!kept.is_empty()).then_some(Block::List { ordered: *ordered, items: kept })
        }
        other => Some(other.clone()),
    })
}

/// Whether a table of pairs has no room: without one of its columns it would say something else.
fn is_too_wide(table: &Table) -> bool {
    let rows: Vec<&[TableCell]> = table.rows.iter().map(Vec::as_slice).collect();
    let room: usize = (0..table.columns.len()).map(|index| room(table, index, &rows, index == 0)).sum();
    table.is_matrix && room > ROOM + 12
}

fn all(blocks: &[Block], words: &Words, left_out: &mut Vec<String>) -> Result<Vec<Block>, String> {
    blocks.iter().filter_map(|block| shortened(block, words, left_out).transpose()).collect()
}

fn shortened_table(table: &Table, words: &Words) -> Result<Table, String> {
    let most = if is_actions(table) { MOST_ACTIONS } else { MOST_ROWS };
    let skipped = if table.is_last { table.rows.len().saturating_sub(most) } else { 0 };
    let rows: Vec<&[TableCell]> = table.rows.iter().skip(skipped).take(most).map(Vec::as_slice).collect();
    let keep = columns(table, &rows);
    let pick = |cells: &[TableCell]| {
        let kept = keep.iter().filter_map(|index| cells.get(*index).cloned());
        kept.map(|mut cell| {
            cell.cell.whole |= width(&cell.cell.text) <= SHORT;
            cell
        })
        .collect()
    };
    let mut notes = table.notes.clone();
    let names: Vec<&str> = (0..table.columns.len())
        .filter(|index| !keep.contains(index) && !is_place(table, *index))
        .map(|index| table.columns[index].title.as_str())
        .collect();
    if !names.is_empty() {
        let has_comma = names.iter().any(|name| name.contains(','));
        let gap = match words.lang {
            Lang::En if has_comma => "; ",
            Lang::En => ", ",
            Lang::Zh => "、",
        };
        notes.push(words.fill("mail.columns", &[("names".to_owned(), names.join(gap))])?);
    }
    let rest = tables::rest(words, rows.len(), table.total, table.is_last, &notes)?;
    let columns: Vec<TableColumn> = keep.iter().map(|index| table.columns[*index].clone()).collect();
    let rows: Vec<Vec<TableCell>> = rows.into_iter().map(pick).collect();
    Ok(Table { columns, rows, rest, notes, ..table.clone() })
}

/// Whether the rows say what is to be done, and why.
fn is_actions(table: &Table) -> bool {
    table.rows.first().is_some_and(|row| row.iter().any(|cell| cell.cell.column == "why"))
}

/// Whether a column says nothing but which place a row has.
fn is_place(table: &Table, index: usize) -> bool {
    let column = table.rows.first().and_then(|row| row.get(index)).map(|cell| cell.cell.column.as_str());
    index == 0 && table.columns.len() > 1 && column.is_some_and(|column| PLACES.contains(&column))
}

/// The columns that a telephone has room for, in their order: what a row is about, its owner, who stands below the name, and
/// as many others from the left as fit. A row of an action is a card, which has room for all of them.
fn columns(table: &Table, rows: &[&[TableCell]]) -> BTreeSet<usize> {
    let of = |index: usize| rows.first().and_then(|row| row.get(index)).map(|cell| cell.cell.column.as_str());
    let all = (0..table.columns.len()).filter(|index| !is_place(table, *index));
    if rows.is_empty() || table.is_matrix || is_actions(table) {
        return all.collect();
    }
    let has_name = (0..table.columns.len()).any(|index| of(index) == Some("customer_name"));
    let mut keep = BTreeSet::new();
    let mut used = 0;
    let mut is_full = false;
    for (place, index) in all.enumerate() {
        if has_name && of(index) == Some("owner_name") {
            keep.insert(index);
            continue;
        }
        used += room(table, index, rows, place == 0);
        is_full |= used > ROOM && place > 1;
        if !is_full {
            keep.insert(index);
        }
    }
    keep
}

/// The pixels that a column takes: numbers, days, tiers and short words stay whole, others are broken over lines.
fn room(table: &Table, index: usize, rows: &[&[TableCell]], is_first: bool) -> usize {
    const GAP: usize = 11;
    const WORDS: usize = 76;
    let cell =
        |cell: &TableCell| match (cell.cell.whole || width(&cell.cell.text) <= SHORT, cell.class.is_some()) {
            (true, _) => pixels(&cell.cell.text),
            // A tier has its colour before its name.
            (false, true) => pixels(&cell.cell.text) + 14,
            (false, false) => pixels(&cell.cell.text).min(WORDS),
        };
    let own = rows.iter().filter_map(|row| row.get(index)).map(cell).max().unwrap_or(0);
    // A heading of two or three Chinese characters is one word.
    let is_word = |word: &&str| word.is_ascii() || word.chars().count() <= 3;
    let title = table.columns[index].title.split(' ').filter(is_word).map(pixels).max();
    own.max(title.unwrap_or(0)).max(if is_first { WORDS } else { 38 }) + GAP
}

/// The pixels of a text in letters of 13.
fn pixels(text: &str) -> usize {
    let of = |c: char| match c {
        c if u32::from(c) >= 0x2e80 => 130,
        '0'..='9' | '%' | '+' => 73,
        '.' | ',' | ':' | ' ' => 37,
        c if c.is_uppercase() => 82,
        _ => 62,
    };
    text.chars().map(of).sum::<usize>() / 10
}

/// How wide a text is, in letters of the Latin alphabet.
fn width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) < 0x2e80 { 1 } else { 2 }).sum()
}

/// The charts of some blocks, in order: id and drawing.
pub(super) fn figures(blocks: &[Block]) -> impl Iterator<Item = &super::document::Figure> {
    blocks.iter().filter_map(|block| match block {
        Block::Chart(figure) if figure.drawing.is_some() => Some(figure),
        _ => None,
    })
}

/// The files that the tables of some blocks lead to, each once.
pub(super) fn files(blocks: &[Block]) -> BTreeSet<String> {
    let of = |block: &Block| match block {
        Block::Table(table) => table.files.as_ref().map(|files| files.excel.clone()),
        _ => None,
    };
    blocks.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(finding: &str) -> Letter {
        Letter { finding: finding.to_owned(), head: Vec::new(), sections: Vec::new(), totals: Vec::new() }
    }

    #[test]
    fn a_subject_is_the_first_sentence_or_its_first_parts() {
        let subject = |finding: &str| letter(finding).subject();
        assert_eq!(subject("收入 ¥395.3万，较上月 +4.8%。下面是名单。"), "收入 ¥395.3万，较上月 +4.8%");
        assert_eq!(subject("Revenue was CN¥3.95M. More."), "Revenue was CN¥3.95M");
        let long = "Visits are behind: of the 1,234 due since 1 October 2026 only 234 were made by those who look after them, \
                    19.0% against a target of 95.0% for the quarter.";
        assert_eq!(
            subject(long),
            "Visits are behind: of the 1,234 due since 1 October 2026 only 234 were made by those who look after them…"
        );
        let endless = "一".repeat(60);
        assert_eq!(width(&subject(&endless)), 111);
    }
}
