//! `tierbook check`.

use tierbook::error::{Error, Errors};
use tierbook::run::{self, Request};

use crate::args::TextFormat;
use crate::terminal;

pub(super) async fn run(request: &Request, format: TextFormat) -> Result<(), Errors> {
    let summary = run::check(request).await?;
    if format == TextFormat::Json {
        let json = serde_json::to_string(&summary)
            .map_err(|source| Error::internal("a summary cannot be written").caused_by(source))?;
        terminal::say(&json);
        return Ok(());
    }
    terminal::say(&format!(
        "in order: {} queries, {} rule tables and {} reports, over {} tables of the warehouse",
        summary.queries, summary.rules, summary.reports, summary.sources
    ));
    if !summary.absent.is_empty() {
        terminal::say(&format!("not there, and may be absent: {}", summary.absent.join(", ")));
    }
    Ok(())
}
