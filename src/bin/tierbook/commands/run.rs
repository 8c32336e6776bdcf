//! `tierbook run`.

use tierbook::error::{Error, Errors};
use tierbook::names::TableName;
use tierbook::run::{self, Outcome, Request};

use crate::args::TextFormat;
use crate::terminal::{self, Meter};

pub(super) async fn run(request: Request, format: TextFormat) -> Result<(), Errors> {
    let meter = Meter::new();
    let progress = |done: usize, of: usize, name: &TableName| meter.step(done, of, name);
    let outcome = run::run(&request, &progress).await;
    meter.clear();
    let outcome = outcome?;
    for warning in &outcome.warnings {
        terminal::remark(&format!("warning: {warning}"));
    }
    match format {
        TextFormat::Text => tell(&outcome),
        TextFormat::Json => {
            let json = serde_json::to_string(&outcome)
                .map_err(|source| Error::internal("the result cannot be written").caused_by(source))?;
            terminal::say(&json);
        }
    }
    Ok(())
}

fn tell(outcome: &Outcome) {
    match outcome.state {
        "unchanged" => terminal::say(&format!(
            "nothing changed: edition {} is made of the same data, queries and parameters",
            outcome.edition
        )),
        _ => terminal::say(&format!("published edition {} (data up to {})", outcome.edition, outcome.as_of)),
    }
    for line in &outcome.headline {
        terminal::say(&format!("  {line}"));
    }
    if !outcome.unavailable.is_empty() {
        let models: Vec<String> =
            outcome.unavailable.iter().map(|(name, missing)| format!("{name} (no {missing})")).collect();
        terminal::say(&format!("  left out for want of data: {}", models.join(", ")));
    }
    terminal::say(&format!("open {}", outcome.first_page));
}
