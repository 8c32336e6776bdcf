//! `tierbook diff`.

use tierbook::error::{Error, Errors};
use tierbook::models::Step;
use tierbook::run::{self, Request};

use crate::args::TextFormat;
use crate::terminal::{self, Meter};

pub(super) async fn run(
    request: &Request,
    against: &str,
    limit: usize,
    format: TextFormat,
) -> Result<(), Errors> {
    let meter = Meter::new();
    let progress = |step: Step<'_>| meter.step(step);
    let comparison = run::diff(request, against, limit, &progress).await;
    meter.clear();
    let comparison = comparison?;
    match format {
        TextFormat::Text => terminal::say(&comparison.text()),
        TextFormat::Json => {
            let json = serde_json::to_string(&comparison)
                .map_err(|source| Error::internal("a comparison cannot be written").caused_by(source))?;
            terminal::say(&json);
        }
    }
    Ok(())
}
