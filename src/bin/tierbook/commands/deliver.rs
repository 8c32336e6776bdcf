//! `tierbook deliver`, and what `tierbook run --deliver` does after the run.

use jiff::{Timestamp, Zoned};
use tierbook::deliver::{Delivered, Outside};
use tierbook::error::{Error, Errors};
use tierbook::run::{self, DeliverRequest};

use crate::args::TextFormat;
use crate::terminal;

pub(super) async fn run(request: DeliverRequest, format: TextFormat) -> Result<(), Errors> {
    let delivered = deliver(request).await?;
    warn(&delivered);
    match format {
        TextFormat::Text => terminal::say(&delivered.text()),
        TextFormat::Json => {
            let json = serde_json::to_string(&delivered)
                .map_err(|source| Error::internal("a delivery cannot be written").caused_by(source))?;
            terminal::say(&json);
        }
    }
    Ok(delivered.complete()?)
}

pub(super) fn warn(delivered: &Delivered) {
    for warning in &delivered.warnings {
        terminal::remark(&format!("warning: {warning}"));
    }
}

/// Delivers on a thread that may wait.
pub(super) async fn deliver(request: DeliverRequest) -> Result<Delivered, Errors> {
    aside(move || run::deliver(&request, &outside())).await
}

/// Tells the owner of a run that failed; gives the run's faults, with a word on whether the owner knows.
pub(super) async fn tell_owner(request: DeliverRequest, errors: Errors, started_at: Timestamp) -> Errors {
    let result = aside(move || {
        let told = run::tell_owner(&request, &errors, started_at, &outside());
        Ok((errors, told))
    });
    match result.await {
        Ok((errors, Ok(told))) => errors.note_at_end(told.text()),
        Ok((errors, Err(fault))) => errors
            .note_at_end(format!("the owner could not be told: {}", fault.to_string().replace('\n', "; "))),
        Err(errors) => errors,
    }
}

async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Errors> + Send + 'static,
) -> Result<T, Errors> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
        Err(_) => Err(Error::environment("stopped").into()),
    }
}

#[allow(clippy::disallowed_methods, reason = "the clock and the environment come into the program here")]
fn outside() -> Outside<'static> {
    Outside {
        variable: &|name| std::env::var(name).ok(),
        now: &Zoned::now,
        sleep: &|time| std::thread::sleep(time),
    }
}
