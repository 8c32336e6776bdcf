//! SQL as HTML: comments, texts, keywords and parameters marked, names of models as links.

use std::collections::BTreeSet;

use datafusion::sql::sqlparser::keywords::ALL_KEYWORDS;

use crate::names::TableName;

/// The query of a file, escaped, with its marks. The page says in other places what the header on top of it says.
pub(super) fn highlighted(text: &str, models: &BTreeSet<&TableName>) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    let mut rest = below_header(text);
    while let Some(first) = rest.chars().next() {
        let length = piece(rest, first);
        let (word, after) = rest.split_at(length);
        match first {
            '-' if word.starts_with("--") => mark(&mut html, "i", word),
            '\'' => mark(&mut html, "q", word),
            '$' if length > 1 => mark(&mut html, "mark", word),
            c if c.is_alphabetic() || c == '_' => name(&mut html, word, models),
            _ => escape(&mut html, word),
        }
        rest = after;
    }
    html
}

fn below_header(text: &str) -> &str {
    let is_header = |line: &&str| line.starts_with("--") || line.trim().is_empty();
    let length: usize = text.split_inclusive('\n').take_while(is_header).map(str::len).sum();
    if length == text.len() { text } else { &text[length..] }
}

/// How long the piece is that a text begins with.
fn piece(text: &str, first: char) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let until = |end: usize| end.min(text.len());
    match first {
        '-' if text.starts_with("--") => text.find('\n').unwrap_or(text.len()),
        // A doubled quote begins the next piece, which looks the same.
        '\'' => text[1..].find('\'').map_or(text.len(), |end| until(end + 2)),
        '$' => 1 + text[1..].find(|c| !is_word(c)).unwrap_or(text.len() - 1),
        c if is_word(c) => text.find(|c| !is_word(c) && c != '.').unwrap_or(text.len()),
        c => c.len_utf8(),
    }
}

fn name(html: &mut String, word: &str, models: &BTreeSet<&TableName>) {
    let model = models.iter().find(|model| model.to_string() == word);
    if let Some(model) = model {
        html.push_str(&format!("<a href=\"{model}.html\">{model}</a>"));
    } else if word.chars().all(|c| c.is_ascii_uppercase() || c == '_') && ALL_KEYWORDS.contains(&word) {
        mark(html, "b", word);
    } else {
        escape(html, word);
    }
}

fn mark(html: &mut String, tag: &str, word: &str) {
    let (open, close) = match tag {
        "q" => ("<span class=\"text\">", "</span>"),
        "i" => ("<span class=\"remark\">", "</span>"),
        "b" => ("<span class=\"keyword\">", "</span>"),
        _ => ("<mark>", "</mark>"),
    };
    html.push_str(open);
    escape(html, word);
    html.push_str(close);
}

/// Text as HTML text.
pub(super) fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_is_marked_and_nothing_of_it_is_html() {
        let own = TableName::new("tiers", "current");
        let text = "-- grain: a\nSELECT '<i>', a < $as_of -- <b>\nFROM tiers.current";
        let html = highlighted(text, &BTreeSet::from([&own]));
        assert_eq!(
            html,
            "<span class=\"keyword\">SELECT</span> <span class=\"text\">'&lt;i&gt;'</span>, \
             a &lt; <mark>$as_of</mark> <span class=\"remark\">-- &lt;b&gt;</span>\n\
             <span class=\"keyword\">FROM</span> <a href=\"tiers.current.html\">tiers.current</a>"
        );
    }

    #[test]
    fn an_open_text_ends_with_the_file() {
        assert_eq!(highlighted("'a", &BTreeSet::new()), "<span class=\"text\">'a</span>");
    }
}
