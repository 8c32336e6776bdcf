//! `tierbook query`.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use tierbook::error::{Error, Errors};
use tierbook::export::Format;
use tierbook::files;
use tierbook::models::Step;
use tierbook::names::TableName;
use tierbook::run::{self, Question, Request};

use crate::args::RowFormat;
use crate::terminal::{self, Meter};

/// Rows of a table on the terminal, unless told.
const ROWS_SHOWN: usize = 40;

pub(super) async fn run(
    request: &Request,
    name: Option<TableName>,
    sql: Option<String>,
    limit: Option<usize>,
    (format, output): (RowFormat, Option<PathBuf>),
    timings: bool,
) -> Result<(), Errors> {
    let question = match (name, sql) {
        (Some(name), _) => Question::Table(name),
        (None, Some(sql)) => Question::Sql(sql),
        (None, None) => {
            return Err(Error::usage("nothing to query").help("name a table, or give `--sql`").into());
        }
    };
    if format == RowFormat::Parquet && output.is_none() && std::io::stdout().is_terminal() {
        return Err(Error::usage("Parquet is not for a terminal")
            .help("name a file with `--output FILE`")
            .into());
    }
    let is_table = format == RowFormat::Table;
    let shown = limit.or(is_table.then_some(ROWS_SHOWN));
    // A file is written beside and put in place when it is whole.
    let beside = output.as_ref().map(|path| path.with_added_extension("new"));
    let to: Box<dyn Write + Send> = match &beside {
        Some(path) => Box::new(std::io::BufWriter::new(files::create(path)?)),
        None => Box::new(std::io::stdout()),
    };
    let meter = Meter::new();
    let progress = |step: Step<'_>| meter.step(step);
    let rows = run::query(request, &question, shown, Format::from(format), to, &progress).await;
    meter.clear();
    if timings {
        meter.tell_times();
    }
    let rows = match (rows, &output, &beside) {
        (Ok(rows), Some(path), Some(beside)) => {
            files::rename(beside, path)?;
            rows
        }
        (Ok(rows), _, _) => rows,
        // A reader that has gone away, such as `head`, is no fault.
        (Err(errors), None, _) if errors.iter().all(terminal::is_broken_pipe) => return Ok(()),
        (Err(errors), _, beside) => {
            if let Some(beside) = beside {
                files::remove_if_there(beside)?;
            }
            return Err(errors);
        }
    };
    if is_table && limit.is_none() && rows == ROWS_SHOWN {
        terminal::remark(&format!("the first {ROWS_SHOWN} rows; more with --limit N"));
    }
    Ok(())
}
