//! A document as Markdown (CommonMark with pipe tables), for diffs, wikis and plain-text mail.

use std::fmt::Write;

use crate::reports::document::{Block, Document, Inline, Kpi, Table};

/// The document as Markdown. Charts are files below `charts/`.
pub(crate) fn write(document: &Document) -> String {
    let mut text = String::new();
    for block in &document.blocks {
        let part = block_text(block);
        if !part.is_empty() {
            text.push_str(part.trim_end());
            text.push_str("\n\n");
        }
    }
    let mut text = text.trim_end().to_owned();
    text.push('\n');
    text
}

fn block_text(block: &Block) -> String {
    match block {
        Block::Heading { level, inlines, .. } => {
            format!("{} {}", "#".repeat(usize::from(*level)), one_line(&inline_text(inlines)))
        }
        Block::Paragraph { inlines } => guard_start(&inline_text(inlines)),
        Block::List { ordered, items } => list(*ordered, items),
        Block::Quote { blocks } => {
            let inner: Vec<String> = blocks.iter().map(block_text).collect();
            prefixed(&inner.join("\n\n"), "> ")
        }
        Block::Rule => "---".to_owned(),
        Block::Kpis { items } => items.iter().map(kpi).collect::<Vec<_>>().join("\n"),
        Block::Table(table) => table_text(table),
        Block::Chart(figure) if figure.drawing.is_some() => {
            format!(
                "![{}](charts/{}.svg)\n\n{}",
                escape(&figure.title),
                figure.id,
                guard_start(&escape(&figure.description))
            )
        }
        Block::Chart(_) => String::new(),
        Block::Note { inlines, .. } => prefixed(&inline_text(inlines), "> "),
        Block::Advice { title, blocks, measure } => {
            let title = format!("**{}**", one_line(&inline_text(title)));
            let inner: Vec<String> = blocks.iter().map(block_text).collect();
            prefixed(&format!("{title}\n\n{}\n\n*{}*", inner.join("\n\n"), escape(measure)), "> ")
        }
        Block::Controls { summary, totals, .. } => {
            let mut text = guard_start(&escape(summary));
            for total in totals {
                let _ = write!(
                    text,
                    "\n- {}: {} ({})",
                    code(&total.model),
                    escape(&total.value),
                    code(&total.text)
                );
            }
            text
        }
    }
}

fn list(ordered: bool, items: &[Vec<Block>]) -> String {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        let mark = if ordered { format!("{}. ", index + 1) } else { "- ".to_owned() };
        let inner: Vec<String> = item.iter().map(block_text).collect();
        let indent = " ".repeat(mark.len());
        let inner = inner.join("\n").replace('\n', &format!("\n{indent}"));
        let _ = writeln!(text, "{mark}{inner}");
    }
    text
}

fn kpi(kpi: &Kpi) -> String {
    let notes: Vec<String> = kpi.notes.iter().map(|note| one_line(&inline_text(note))).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("- {}: **{}**{notes}", one_line(&inline_text(&kpi.label)), escape(&kpi.value.text))
}

fn table_text(table: &Table) -> String {
    let mut text = String::new();
    if !table.caption.is_empty() {
        let _ = writeln!(text, "{}\n", guard_start(&escape(&table.caption)));
    }
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let heads = table.columns.iter().map(|column| escape(&column.title)).collect();
    let rules =
        table.columns.iter().map(|column| if column.numeric { "---:" } else { "---" }.to_owned()).collect();
    let _ = writeln!(text, "{}\n{}", row(heads), row(rules));
    for cells in &table.rows {
        let _ = writeln!(text, "{}", row(cells.iter().map(|cell| escape(&cell.cell.text)).collect()));
    }
    if table.rows.is_empty() {
        let _ = writeln!(text, "\n{}", guard_start(&escape(&table.empty)));
    }
    if let Some(rest) = &table.rest {
        let _ = writeln!(text, "\n{}", guard_start(&escape(rest)));
    }
    if let Some(files) = &table.files {
        let label = guard_start(&escape(&files.label));
        let _ = writeln!(text, "\n{label} [Excel]({}) · [CSV]({})", files.excel, files.csv);
    }
    text
}

fn inline_text(inlines: &[Inline]) -> String {
    let mut text = String::new();
    for inline in inlines {
        match inline {
            Inline::Text { text: words } => text.push_str(&escape_words(words)),
            Inline::Cell(cell) => text.push_str(&escape(&cell.text)),
            Inline::Strong { inlines } => {
                let _ = write!(text, "**{}**", inline_text(inlines));
            }
            Inline::Emphasis { inlines } => {
                let _ = write!(text, "*{}*", inline_text(inlines));
            }
            Inline::Code { text: words } => text.push_str(&code(words)),
            Inline::Break => text.push_str("  \n"),
        }
    }
    text
}

/// The words alone, without any marks.
pub(in crate::reports) fn plain_text(inlines: &[Inline]) -> String {
    let mut text = String::new();
    for inline in inlines {
        match inline {
            Inline::Text { text: words } | Inline::Code { text: words } => text.push_str(words),
            Inline::Cell(cell) => text.push_str(&cell.text),
            Inline::Strong { inlines } | Inline::Emphasis { inlines } => {
                text.push_str(&plain_text(inlines));
            }
            Inline::Break => text.push(' '),
        }
    }
    text
}

/// Text as text: every character that Markdown or HTML may read as a sign is escaped; a line break becomes a space.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '$'
            | '^' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("&#64;"),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    // A bare address would become a link in many readers.
    escaped.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// Words of a template, whose own line breaks stay.
fn escape_words(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// Keeps a paragraph from being read as a list, a rule or a heading.
fn guard_start(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let after = text[digits..].chars().next();
    if digits > 0 && matches!(after, Some('.' | ')')) {
        return format!("{}\\{}", &text[..digits], &text[digits..]);
    }
    if text.starts_with(['-', '+', '=']) { format!("\\{text}") } else { text.to_owned() }
}

fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace(['\n', '\r'], " "))
}

fn one_line(text: &str) -> String {
    text.replace("  \n", " ").replace('\n', " ")
}

fn prefixed(text: &str, prefix: &str) -> String {
    text.lines().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_the_data_is_markup() {
        assert_eq!(escape("<script>alert(1)</script>|=cmd()"), "\\<script\\>alert(1)\\</script\\>\\|=cmd()");
        assert_eq!(escape("see http://x.y"), "see http&#58;//x.y");
        assert_eq!(escape("a\nb"), "a b");
        assert_eq!(escape("total:"), "total:");
    }

    #[test]
    fn a_paragraph_that_begins_with_a_number_is_no_list() {
        assert_eq!(guard_start("2026. was"), "2026\\. was");
        assert_eq!(guard_start("-4"), "\\-4");
    }
}
