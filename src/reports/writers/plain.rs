//! A document as text for those who read mail without HTML: no marks, no tables, a line for each row.

use std::fmt::Write;

use super::markdown::plain_text;
use crate::reports::document::{Block, Kpi, Table};
use crate::reports::format;

/// Blocks as text, a blank line between them.
pub(crate) fn write(blocks: &[Block]) -> String {
    let parts: Vec<String> = blocks
        .iter()
        .map(block)
        .map(|part| part.trim_end().to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("\n\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading { level, inlines, .. } => {
            let title = one_line(&plain_text(inlines));
            if *level < 3 { format!("{title}\n{}", "-".repeat(title.chars().count().min(60))) } else { title }
        }
        Block::Paragraph { inlines } => lines(&plain_text(inlines)),
        Block::List { ordered, items } => {
            let item = |(index, blocks): (usize, &Vec<Block>)| {
                let mark = if *ordered { format!("{}. ", index + 1) } else { "- ".to_owned() };
                format!("{mark}{}", write(blocks).replace('\n', "\n  "))
            };
            items.iter().enumerate().map(item).collect::<Vec<_>>().join("\n")
        }
        Block::Quote { blocks } | Block::Advice { blocks, .. } => {
            let title = match block {
                Block::Advice { title, .. } => format!("{}\n", one_line(&plain_text(title))),
                _ => String::new(),
            };
            let text = format!("{title}{}", write(blocks));
            text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
        }
        Block::Rule => String::new(),
        Block::Kpis { items } => items.iter().map(kpi).collect::<Vec<_>>().join("\n"),
        Block::Table(table) => rows(table),
        Block::Chart(figure) if figure.drawing.is_some() => lines(&figure.description),
        Block::Chart(_) => String::new(),
        Block::Note { inlines, .. } => lines(&plain_text(inlines)),
        Block::Controls { summary, .. } => lines(summary),
    }
}

fn kpi(kpi: &Kpi) -> String {
    let notes: Vec<String> = kpi.notes.iter().map(|note| one_line(&plain_text(note))).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("- {}: {}{notes}", one_line(&plain_text(&kpi.label)), one_line(&kpi.value.text))
}

/// A line for each row: what it is about, then each further cell that has a value, with its heading.
fn rows(table: &Table) -> String {
    let mut text = String::new();
    if !table.caption.is_empty() {
        let _ = writeln!(text, "{}", one_line(&table.caption));
    }
    for cells in &table.rows {
        let mut cells = cells.iter().zip(&table.columns);
        let first = cells.next().map(|(cell, _)| one_line(&cell.cell.text)).unwrap_or_default();
        // A line has no column that a dash would keep open.
        let rest: Vec<String> = cells
            .filter(|(cell, _)| cell.cell.text != format::MISSING)
            .map(|(cell, column)| format!("{}: {}", one_line(&column.title), one_line(&cell.cell.text)))
            .collect();
        let _ = writeln!(text, "- {first}{}{}", if rest.is_empty() { "" } else { " | " }, rest.join("; "));
    }
    if table.rows.is_empty() {
        let _ = writeln!(text, "{}", one_line(&table.empty));
    }
    if let Some(rest) = &table.rest {
        let _ = writeln!(text, "{}", one_line(rest));
    }
    text
}

/// Text without line breaks or other signs that a terminal would obey.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn lines(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}
