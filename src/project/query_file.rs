//! A query file: one plain SELECT, with its header, the tables it reads and the parameters it uses.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use datafusion::sql::sqlparser::ast::{Expr, ObjectName, Query, SetExpr, Statement, Value, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token};

use super::header::{self, Header, Piece};
use crate::error::{Error, Result, Spot};
use crate::names::TableName;

/// A name in a query, and where it stands.
#[derive(Debug, Clone)]
pub struct Mention<T> {
    /// The name.
    pub name: T,
    /// The bytes of the file it stands on.
    pub range: Range<usize>,
}

/// A query file, parsed.
#[derive(Debug, Clone)]
pub struct QueryFile {
    /// The table it makes.
    pub name: TableName,
    /// Its path relative to the project.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// Its keys and documentation.
    pub header: Header,
    /// Its SELECT.
    pub query: Query,
    /// The tables it reads, in the order of the text, those of its checks after them.
    pub reads: Vec<Mention<TableName>>,
    /// The parameters it uses.
    pub parameters: Vec<Mention<String>>,
}

impl QueryFile {
    /// A place in the file.
    pub fn spot(&self, range: Range<usize>) -> Spot {
        Spot::new(self.path.clone(), Arc::clone(&self.text), range)
    }

    /// The note on a column.
    pub fn column(&self, name: &str) -> Option<&header::ColumnNote> {
        self.header.columns.iter().find(|column| column.name == name)
    }
}

/// Parses a query file.
///
/// # Errors
/// Kind `Project` with its place: a header that cannot be read, wrong SQL, or anything but one SELECT.
pub fn parse(name: TableName, path: &str, text: Arc<str>) -> Result<QueryFile> {
    let header = header::parse(path, &text, name.is_staging())?;
    let query = parse_select(path, &text)?;
    let (mut reads, mut parameters) = mentions_in(&query, &text, path, None)?;
    for piece in header.checks.iter().map(|(_, piece)| piece).chain(&header.totals) {
        let expression = parse_expression(path, &text, piece)?;
        let (more, used) = mentions_in(&expression, &text, path, Some(piece.range.clone()))?;
        reads.extend(more);
        parameters.extend(used);
    }
    Ok(QueryFile { name, path: path.to_owned(), text, header, query, reads, parameters })
}

/// Parses SQL that must be one SELECT.
///
/// # Errors
/// Kind `Project` with its place.
pub fn parse_select(path: &str, text: &Arc<str>) -> Result<Query> {
    let syntax = |error: ParserError| syntax_fault(&error.to_string(), path, text);
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(text).map_err(syntax)?;
    let whole = || Spot::new(path, Arc::clone(text), first_word(text));
    if parser.peek_token().token == Token::EOF {
        return Err(Error::project(format!("`{path}` holds no query")).help("write one SELECT in it"));
    }
    let statement = parser.parse_statement().map_err(syntax)?;
    let is_ended = parser.consume_token(&Token::SemiColon);
    while parser.consume_token(&Token::SemiColon) {}
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        let at = Spot::new(path, Arc::clone(text), byte_range(text, rest.span));
        return Err(if is_ended {
            Error::project("a query file holds one SELECT").at(at).help("make a file for each query")
        } else {
            Error::project(format!("expected the end of the query, found `{rest}`")).at(at)
        });
    }
    match statement {
        Statement::Query(query) if reads_only(&query.body) && query.locks.is_empty() => Ok(*query),
        _ => Err(Error::project("a query only reads")
            .at(whole())
            .help("write one plain SELECT, no other statement")),
    }
}

fn reads_only(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select.into.is_none(),
        SetExpr::Query(query) => reads_only(&query.body),
        SetExpr::SetOperation { left, right, .. } => reads_only(left) && reads_only(right),
        SetExpr::Values(_) => true,
        _ => false,
    }
}

fn first_word(text: &str) -> Range<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if !trimmed.is_empty() && !trimmed.starts_with("--") {
            let begin = start + line.len() - trimmed.len();
            let length = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
            return begin..begin + length;
        }
        start += line.len();
    }
    0..0
}

/// Parses the condition of a `check` or the two sides of a `total`.
///
/// # Errors
/// Kind `Project`, pointing at the key's value.
pub fn parse_expression(path: &str, text: &Arc<str>, piece: &Piece) -> Result<Expr> {
    let at = || Spot::new(path, Arc::clone(text), piece.range.clone());
    let mut parser = Parser::new(&GenericDialect {})
        .try_with_sql(&piece.text)
        .map_err(|error| Error::project(plain(&error.to_string()).0).at(at()))?;
    let expression =
        parser.parse_expr().map_err(|error| Error::project(plain(&error.to_string()).0).at(at()))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        return Err(Error::project(format!("expected the end of the condition, found `{rest}`")).at(at()));
    }
    Ok(expression)
}

/// Turns the parser's words into ours, and its "at Line: 3, Column: 5" into a place.
fn syntax_fault(words: &str, path: &str, text: &Arc<str>) -> Error {
    let (message, place) = plain(words);
    let error = Error::project(message);
    match place {
        Some((line, column)) => {
            let start = offset(text, Location { line, column });
            let rest = &text[start..];
            let length = rest.find(|c: char| c.is_whitespace() || "(),;".contains(c)).unwrap_or(rest.len());
            let length = if length == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { length };
            error.at(Spot::new(path, Arc::clone(text), start..start + length))
        }
        None => error.at(Spot::new(path, Arc::clone(text), text.trim_end().len()..text.trim_end().len())),
    }
}

fn plain(words: &str) -> (String, Option<(u64, u64)>) {
    let words = words.trim_start_matches("sql parser error: ").trim_start_matches("Tokenizer error: ");
    let (words, place) = match words.rsplit_once(" at Line: ") {
        Some((words, place)) => {
            let mut numbers = place.split(", Column: ").map(|number| number.trim().parse::<u64>().ok());
            (words, numbers.next().flatten().zip(numbers.next().flatten()))
        }
        None => (words, None),
    };
    let message = match words.strip_prefix("Expected: ").and_then(|rest| rest.split_once(", found: ")) {
        Some((expected, "EOF")) => {
            format!("expected {expected}, found the end of the query")
        }
        Some((expected, found)) => format!("expected {expected}, found `{found}`"),
        None => {
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    };
    (message, place)
}

/// The byte at which a place of the parser stands. Its columns count characters from 1.
fn offset(text: &str, place: Location) -> usize {
    let line = usize::try_from(place.line.saturating_sub(1)).unwrap_or(usize::MAX);
    let column = usize::try_from(place.column.saturating_sub(1)).unwrap_or(usize::MAX);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let within: usize = text[start..].chars().take(column).map(char::len_utf8).sum();
    start + within
}

/// The bytes of a span of the parser.
pub fn byte_range(text: &str, span: Span) -> Range<usize> {
    let start = offset(text, span.start);
    start..offset(text, span.end).max(start)
}

type Mentions = (Vec<Mention<TableName>>, Vec<Mention<String>>);

/// The tables and parameters in a query or condition. `whole` stands for every place when given, for pieces
/// whose own places do not count from the start of the file.
fn mentions_in<N: Visit>(
    node: &N,
    text: &Arc<str>,
    path: &str,
    whole: Option<Range<usize>>,
) -> Result<Mentions> {
    let mut finder = Finder::default();
    let _ = node.visit(&mut finder);
    let range_of = |span: Span| whole.clone().unwrap_or_else(|| byte_range(text, span));
    let mut reads = Vec::new();
    for (parts, span) in finder.relations {
        let at = || Spot::new(path, Arc::clone(text), range_of(span));
        match parts.as_slice() {
            [single] if finder.own_names.contains(single) => {}
            [single] if finder.functions.contains(single) => {}
            [single] => {
                return Err(Error::project(format!("unknown table `{single}`"))
                    .at(at())
                    .help("a table has two names: `folder.name` for a query file, `warehouse.name`, or `rules.name`"));
            }
            [schema, table] => {
                reads.push(Mention { name: TableName::new(schema, table), range: range_of(span) });
            }
            _ => return Err(Error::project("a table has two names, not three").at(at())),
        }
    }
    let parameters =
        finder.parameters.into_iter().map(|(name, span)| Mention { name, range: range_of(span) }).collect();
    Ok((reads, parameters))
}

#[derive(Default)]
struct Finder {
    relations: Vec<(Vec<String>, Span)>,
    own_names: BTreeSet<String>,
    functions: BTreeSet<String>,
    parameters: Vec<(String, Span)>,
}

impl Visitor for Finder {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.own_names.insert(cte.alias.name.value.to_lowercase());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(
        &mut self,
        factor: &datafusion::sql::sqlparser::ast::TableFactor,
    ) -> ControlFlow<()> {
        use datafusion::sql::sqlparser::ast::TableFactor;
        if let TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } = factor {
            self.functions.insert(name.to_string().to_lowercase());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let mut parts = Vec::new();
        let mut span: Option<Span> = None;
        for ident in relation.0.iter().filter_map(|part| part.as_ident()) {
            parts.push(ident.value.to_lowercase());
            span = Some(span.map_or(ident.span, |span| span.union(&ident.span)));
        }
        self.relations.push((parts, span.unwrap_or_else(Span::empty)));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if let Expr::Value(value) = expression
            && let Value::Placeholder(name) = &value.value
        {
            self.parameters.push((name.trim_start_matches('$').to_owned(), value.span));
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<QueryFile> {
        parse(TableName::new("a", "b"), "queries/a/b.sql", text.into())
    }

    #[test]
    fn tables_and_parameters_are_found_and_ctes_are_not_tables() {
        let query = parsed(
            "WITH recent AS (SELECT * FROM staging.sales WHERE sold_on > $as_of)\n\
             SELECT * FROM recent JOIN Rules.Tier_Cuts c ON true",
        )
        .expect("a query");
        let reads: Vec<String> = query.reads.iter().map(|read| read.name.to_string()).collect();
        assert_eq!(reads, ["staging.sales", "rules.tier_cuts"]);
        assert_eq!(query.parameters[0].name, "as_of");
        assert_eq!(&query.text[query.parameters[0].range.clone()], "$as_of");
    }

    #[test]
    fn a_syntax_error_points_at_the_word_after_chinese_text() {
        let error = parsed("-- 客户\nSELECT '客户' FROM a.b WHERE )").expect_err("a fault");
        let spot = error.spot.expect("a place");
        assert_eq!(&spot.text[spot.range.clone()], ")", "{}", error.message);
    }

    #[test]
    fn only_one_select_is_a_query() {
        for sql in ["DROP TABLE a.b", "SELECT 1; SELECT 2", "INSERT INTO a.b SELECT 1", "COPY a.b TO 'x'"] {
            assert!(parsed(sql).is_err(), "{sql}");
        }
    }
}
