//! The engine's errors in our words, with their place in the query file.

use std::ops::Range;

use datafusion::common::{Column, SchemaError, Span};
use datafusion::error::DataFusionError;

use crate::error::{Error, ErrorKind};
use crate::project::QueryFile;
use crate::project::query_file::byte_range;

/// What planning a query file found.
pub fn planning_fault(error: &DataFusionError, query: &QueryFile) -> Error {
    let root = error.find_root();
    let (message, helps) = message(root);
    let mut fault = Error::project(message);
    let diagnostic = error.diagnostic();
    let range = diagnostic
        .and_then(|diagnostic| diagnostic.span)
        .map(|span| to_range(&query.text, span))
        .or_else(|| mentioned(root, query));
    if let Some(range) = range.filter(|range| range.end > range.start) {
        fault = fault.at(query.spot(range));
    } else {
        fault.message = format!("{} (in `{}`)", fault.message, query.path);
    }
    for help in helps {
        fault = fault.help(help);
    }
    fault
}

/// What running a query found: rows that cannot be computed, or a machine that is too small.
pub fn execution_fault(error: DataFusionError, doing: &str) -> Error {
    let root = error.find_root();
    // What our own parts of a query have found is told as they tell it.
    if let DataFusionError::External(inner) = root
        && let Some(own) = inner.downcast_ref::<Error>()
    {
        let mut fault = Error::new(own.kind, format!("{doing}: {}", own.message));
        fault.help.clone_from(&own.help);
        fault.notes.clone_from(&own.notes);
        return fault;
    }
    let words = match root {
        DataFusionError::ArrowError(inner, _) => inner.to_string(),
        DataFusionError::ParquetError(inner) => inner.to_string(),
        other => other.strip_backtrace(),
    };
    let kind = match root {
        DataFusionError::ResourcesExhausted(_) => ErrorKind::Environment,
        DataFusionError::IoError(_) => ErrorKind::Environment,
        DataFusionError::Internal(_) => ErrorKind::Internal,
        _ => ErrorKind::Data,
    };
    let words = words
        .trim_start_matches("Execution error: ")
        .trim_start_matches("Cast error: ")
        .trim_start_matches("Resources exhausted: ");
    let first = words.lines().next().unwrap_or_default().to_owned();
    let mut fault = Error::new(kind, format!("{doing}: {first}"));
    if matches!(root, DataFusionError::ResourcesExhausted(_)) {
        fault = fault.help("raise `memory` under `[run]` in `tierbook.toml`, or free some disk space");
    }
    fault.caused_by(error)
}

/// Whether a fault of [`execution_fault`] says that there was not enough memory.
pub fn lacks_memory(fault: &Error) -> bool {
    let cause = fault.source.as_ref().and_then(|source| source.downcast_ref::<DataFusionError>());
    cause.is_some_and(|cause| matches!(cause.find_root(), DataFusionError::ResourcesExhausted(_)))
}

fn to_range(text: &str, span: Span) -> Range<usize> {
    let place = |line: u64, column: u64| datafusion::sql::sqlparser::tokenizer::Location { line, column };
    byte_range(
        text,
        datafusion::sql::sqlparser::tokenizer::Span {
            start: place(span.start.line, span.start.column),
            end: place(span.end.line, span.end.column),
        },
    )
}

fn message(error: &DataFusionError) -> (String, Vec<String>) {
    if let DataFusionError::SchemaError(schema, _) = error
        && let SchemaError::FieldNotFound { field, valid_fields } = schema.as_ref()
    {
        let message = match &field.relation {
            Some(relation) => format!("column `{}` not found in `{relation}`", field.name),
            None => format!("column `{}` not found", field.name),
        };
        let in_relation = |column: &&Column| field.relation.is_none() || column.relation == field.relation;
        let names: Vec<&str> =
            valid_fields.iter().filter(in_relation).map(|column| column.name.as_str()).collect();
        let mut unique = names.clone();
        unique.sort_unstable();
        unique.dedup();
        let help = match crate::error::similar_name(&field.name, unique.iter().copied()) {
            Some(name) => format!("a column with a similar name: `{name}`"),
            None => format!("columns here: {}", unique.join(", ")),
        };
        return (message, vec![help]);
    }
    let words = error.strip_backtrace();
    let words = words
        .trim_start_matches("Error during planning: ")
        .trim_start_matches("Schema error: ")
        .trim_start_matches("This feature is not implemented: ")
        .trim_start_matches("SQL error: ");
    let first = words.lines().next().unwrap_or_default();
    let (first, help) = match first.split_once(". ") {
        Some((first, help)) => (first, vec![help.trim_end_matches('.').to_owned()]),
        None => (first, Vec::new()),
    };
    let mut letters = first.chars();
    let lower = letters.next().map_or_else(String::new, |c| c.to_lowercase().chain(letters).collect());
    (lower.replace('\'', "`").trim_end_matches('.').to_owned(), help)
}

/// Finds the function or column that an error without a place speaks of, by its quoted name.
fn mentioned(error: &DataFusionError, query: &QueryFile) -> Option<Range<usize>> {
    let words = error.strip_backtrace();
    let lower = query.text.to_ascii_lowercase();
    words.split(['\'', '`', '"']).skip(1).step_by(2).find_map(|name| {
        let name = name.split('(').next().unwrap_or(name).trim().to_ascii_lowercase();
        if name.is_empty() {
            return None;
        }
        lower.match_indices(&name).map(|(start, _)| start).find_map(|start| {
            let in_comment = lower[..start].rsplit('\n').next().is_some_and(|line| line.contains("--"));
            (!in_comment).then(|| start..start + name.len())
        })
    })
}
