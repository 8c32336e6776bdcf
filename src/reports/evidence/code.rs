//! SQL as HTML: comments, texts, keywords and parameters marked, names of models as links.

use std::collections::BTreeSet;

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace};

use crate::names::TableName;

/// The query of a file, escaped, with its marks. The page says in other places what the header on top of it says.
pub(super) fn highlighted(text: &str, models: &BTreeSet<&TableName>) -> String {
    let text = below_header(text);
    let mut html = String::with_capacity(text.len() * 2);
    // A file that was planned can be read; if it could not, it would stand there without marks.
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location().unwrap_or_default();
    let mut starts = starts(text, &tokens);
    starts.push(text.len());
    let mut index = 0;
    while index < tokens.len() {
        let model = name(&tokens[index..]).and_then(|name| models.get(&name));
        let (n_tokens, mark) = match model {
            Some(model) => (3, Mark::Model(model)),
            None => (1, mark(&tokens[index])),
        };
        write(&mut html, &text[starts[index]..starts[index + n_tokens]], &mark);
        index += n_tokens;
    }
    if tokens.is_empty() {
        escape(&mut html, text);
    }
    html
}

/// The byte at which each token begins; they stand one after the other, blanks among them.
fn starts(text: &str, tokens: &[TokenWithSpan]) -> Vec<usize> {
    let (mut line, mut column) = (1, 1);
    let mut letters = text.char_indices().peekable();
    let mut starts = Vec::with_capacity(tokens.len() + 1);
    for token in tokens {
        let place = token.span.start;
        while let Some((_, letter)) = letters.next_if(|_| (line, column) < (place.line, place.column)) {
            (line, column) = if letter == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        starts.push(letters.peek().map_or(text.len(), |(byte, _)| *byte));
    }
    starts
}

fn below_header(text: &str) -> &str {
    let is_header = |line: &&str| line.starts_with("--") || line.trim().is_empty();
    let length: usize = text.split_inclusive('\n').take_while(is_header).map(str::len).sum();
    if length == text.len() { text } else { &text[length..] }
}

/// How a piece is written.
enum Mark<'a> {
    Nothing,
    Class(&'static str),
    Parameter,
    Model(&'a TableName),
}

fn mark(token: &TokenWithSpan) -> Mark<'static> {
    match &token.token {
        Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
            Mark::Class("remark")
        }
        Token::SingleQuotedString(_) => Mark::Class("text"),
        Token::Placeholder(_) => Mark::Parameter,
        // Keywords are written in capitals, so that a column `date` is none.
        Token::Word(word)
            if word.keyword != Keyword::NoKeyword && word.value.chars().all(|c| !c.is_lowercase()) =>
        {
            Mark::Class("keyword")
        }
        _ => Mark::Nothing,
    }
}

/// The name `schema.table` that the tokens begin with; names of tables are written as they are.
fn name(tokens: &[TokenWithSpan]) -> Option<TableName> {
    let [schema, point, table, ..] = tokens else { return None };
    match (&schema.token, &point.token, &table.token) {
        (Token::Word(schema), Token::Period, Token::Word(table)) => {
            let name = TableName::new(&schema.value, &table.value);
            (name.schema() == schema.value && name.table() == table.value).then_some(name)
        }
        _ => None,
    }
}

fn write(html: &mut String, text: &str, mark: &Mark<'_>) {
    let (open, close) = match mark {
        Mark::Nothing => (String::new(), ""),
        Mark::Class(class) => (format!("<span class=\"{class}\">"), "</span>"),
        Mark::Parameter => ("<mark>".to_owned(), "</mark>"),
        Mark::Model(model) => (format!("<a href=\"{model}.html\">"), "</a>"),
    };
    html.push_str(&open);
    escape(html, text);
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
             a &lt; <mark>$as_of</mark> <span class=\"remark\">-- &lt;b&gt;\n</span>\
             <span class=\"keyword\">FROM</span> <a href=\"tiers.current.html\">tiers.current</a>"
        );
    }

    #[test]
    fn quotes_and_chinese_letters_stay_where_they_are() {
        let html = highlighted("SELECT 'it''s' AS \"客户\" /* a */", &BTreeSet::new());
        assert_eq!(
            html,
            "<span class=\"keyword\">SELECT</span> <span class=\"text\">'it''s'</span> \
             <span class=\"keyword\">AS</span> &quot;客户&quot; <span class=\"remark\">/* a */</span>"
        );
    }

    #[test]
    fn what_is_no_sql_stands_without_marks() {
        assert_eq!(highlighted("'a <", &BTreeSet::new()), "'a &lt;");
    }
}
