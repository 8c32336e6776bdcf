//! `tierbook run`.

use tierbook::deliver::{Again, Delivered};
use tierbook::error::{Error, ErrorKind, Errors};
use tierbook::models::Step;
use tierbook::run::{self, DeliverRequest, Outcome, Request};

use super::deliver;
use crate::args::TextFormat;
use crate::terminal::{self, Meter};

pub(super) async fn run(
    request: Request,
    deliver: bool,
    format: TextFormat,
    timings: bool,
) -> Result<(), Errors> {
    let mut told = false;
    let meter = Meter::new();
    let result = attempt(request, deliver, format, &meter, &mut told).await;
    if timings {
        meter.tell_times();
    }
    if let (TextFormat::Json, false, Err(errors)) = (format, told, &result) {
        let errors: Vec<_> = errors
            .iter()
            .map(|error| serde_json::json!({ "kind": error.kind.word(), "message": error.to_string() }))
            .collect();
        terminal::say(&serde_json::json!({ "state": "failed", "errors": errors }).to_string());
    }
    result
}

/// A run and what follows it; `told` says whether its result has been.
async fn attempt(
    request: Request,
    deliver: bool,
    format: TextFormat,
    meter: &Meter,
    told: &mut bool,
) -> Result<(), Errors> {
    let post = deliver.then(|| DeliverRequest {
        project: request.project.clone(),
        out: request.out.clone(),
        edition: None,
        again: Again::default(),
    });
    if let Some(post) = &post {
        run::can_deliver(post)?;
    }
    let progress = |step: Step<'_>| meter.step(step);
    let outcome = run::run(&request, &progress).await;
    meter.clear();
    let outcome = match (outcome, &post) {
        (Ok(outcome), _) => outcome,
        (Err(errors), None) => return Err(errors),
        (Err(errors), Some(post)) => {
            return Err(deliver::tell_owner(post.clone(), errors, request.now.timestamp()).await);
        }
    };
    for warning in &outcome.warnings {
        terminal::remark(&format!("warning: {warning}"));
    }
    if format == TextFormat::Text {
        tell(&outcome);
    }
    let delivered = match post {
        Some(post) => Some(deliver::deliver(post).await),
        None => None,
    };
    if let Some(Ok(delivered)) = &delivered {
        deliver::warn(delivered);
    }
    match (format, &delivered) {
        (TextFormat::Json, delivered) => {
            tell_json(&outcome, delivered.as_ref().and_then(|delivered| delivered.as_ref().ok()))?;
            *told = true;
        }
        (TextFormat::Text, Some(Ok(delivered))) => terminal::say(&delivered.text()),
        (TextFormat::Text, _) => {}
    }
    match delivered {
        _ if !outcome.failed.is_empty() => Err(left_out(&outcome)),
        None => Ok(()),
        Some(Ok(delivered)) => Ok(delivered.complete()?),
        Some(Err(errors)) => Err(published_all_the_same(errors, &outcome)),
    }
}

/// Customers of whom those who may see them alone get nothing, while all others have their reports.
fn left_out(outcome: &Outcome) -> Errors {
    let mut error = Error::delivery("some readers have no reports of this day").help(
        "`tierbook run` again once that is mended; what their customers lack is no fault of the others",
    );
    for line in &outcome.failed {
        error = error.note(line.as_str());
    }
    error.note(format!("edition {} is published", outcome.edition)).into()
}

/// Whatever keeps mail from going after a run that went well: the scheduler sees that an edition was published.
fn published_all_the_same(errors: Errors, outcome: &Outcome) -> Errors {
    let faults = errors.into_iter().map(|mut error| {
        error.kind = match error.kind {
            ErrorKind::Internal => ErrorKind::Internal,
            _ => ErrorKind::Delivery,
        };
        error
    });
    match Errors::none_in(faults.collect()) {
        Err(errors) => errors.note_at_end(format!("edition {} is published", outcome.edition)),
        Ok(()) => Error::internal("a delivery failed without a fault").into(),
    }
}

fn tell_json(outcome: &Outcome, delivered: Option<&Delivered>) -> Result<(), Error> {
    let unwritten = |source| Error::internal("the result cannot be written").caused_by(source);
    let mut json = serde_json::to_value(outcome).map_err(unwritten)?;
    if let Some(delivered) = delivered {
        json["mail"] = serde_json::to_value(delivered).map_err(unwritten)?;
    }
    terminal::say(&json.to_string());
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
    if outcome.mails > 0 {
        terminal::say(&format!("wrote {} mails to {}/mail/new", outcome.mails, outcome.folder));
    }
    terminal::say(&format!("open {}", outcome.first_page));
}
