//! `tierbook check`.

use tierbook::error::{Error, Errors};
use tierbook::models::Step;
use tierbook::run::{self, CheckSummary, Request, RowsSummary};

use crate::args::TextFormat;
use crate::terminal::{self, Meter};

pub(super) async fn run(
    request: &Request,
    rows: bool,
    timings: bool,
    format: TextFormat,
) -> Result<(), Errors> {
    let summary = run::check(request).await?;
    let rows = match rows {
        true => Some(look_at_rows(request, timings).await?),
        false => None,
    };
    if format == TextFormat::Json {
        return Ok(tell_json(&summary, rows.as_ref())?);
    }
    terminal::say(&format!(
        "in order: {} queries, {} rule tables and {} reports, over {} tables of the warehouse",
        summary.queries, summary.rules, summary.reports, summary.sources
    ));
    if !summary.absent.is_empty() {
        terminal::say(&format!("not there, and may be absent: {}", summary.absent.join(", ")));
    }
    if let Some(rows) = rows {
        for warning in &rows.warnings {
            terminal::remark(&format!("warning: {warning}"));
        }
        terminal::say(&format!("their rows too: {} tables, {} conditions", rows.tables, rows.conditions));
        if !rows.unavailable.is_empty() {
            terminal::say(&format!("left out for want of data: {}", rows.unavailable.join(", ")));
        }
    }
    Ok(())
}

async fn look_at_rows(request: &Request, timings: bool) -> Result<RowsSummary, Errors> {
    let meter = Meter::new();
    let progress = |step: Step<'_>| meter.step(step);
    let rows = run::check_rows(request, &progress).await;
    meter.clear();
    if timings {
        meter.tell_times();
    }
    rows
}

fn tell_json(summary: &CheckSummary, rows: Option<&RowsSummary>) -> Result<(), Error> {
    let unwritten = |source| Error::internal("a summary cannot be written").caused_by(source);
    let mut json = serde_json::to_value(summary).map_err(unwritten)?;
    if let Some(rows) = rows {
        json["rows"] = serde_json::to_value(rows).map_err(unwritten)?;
    }
    terminal::say(&json.to_string());
    Ok(())
}
