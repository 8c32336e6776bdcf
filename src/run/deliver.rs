//! Delivering the mail of an edition, and telling the owner when readers get none.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::Deserialize;

use crate::deliver::{self, Again, Delivered, Notice, Outside, Post, Told};
use crate::error::{Error, Errors, Result};
use crate::files;
use crate::names::EditionId;
use crate::project::{self, Config};
use crate::publish;

/// What is to be delivered.
#[derive(Debug, Clone)]
pub struct DeliverRequest {
    /// The project folder.
    pub project: PathBuf,
    /// Where editions are, in the place of the configured folder.
    pub out: Option<PathBuf>,
    /// An edition in the place of the newest one.
    pub edition: Option<EditionId>,
    /// What may be sent beside that which was never tried or deferred.
    pub again: Again,
}

/// `status.json`, as far as it is asked for here.
#[derive(Debug, Deserialize)]
struct LastRun {
    state: String,
    edition: Option<String>,
    started_at: String,
    errors: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
struct Fault {
    kind: String,
    message: String,
}

/// Sends what is left of the mail of an edition: the newest one, unless the last run failed or it is out of date; or
/// the one that is asked for.
///
/// # Errors
/// Kind `Delivery` when readers get nothing, after the owner was told; kinds `Project`, `Usage` and `Environment` when
/// nothing can be sent at all. Messages that are left are told by [`Delivered::complete`].
pub fn deliver(request: &DeliverRequest, outside: &Outside<'_>) -> Result<Delivered, Errors> {
    let config = project::load_config(&request.project)?;
    let out = out(request, &config);
    let post = post(&config, &request.project, &out)?;
    let editions = publish::editions(&out)?;
    let id = match request.edition {
        Some(id) if editions.contains(&id) => id,
        Some(id) => return Err(no_edition(id, &editions, &out).into()),
        None => {
            if let Some((error, notice)) = unfit(&post, &out, editions.last().copied(), outside)? {
                return Err(told(error, deliver::tell_owner(&post, &notice, outside)).into());
            }
            *editions.last().ok_or_else(|| {
                Error::delivery(format!("there is no edition in `{}`", out.display()))
                    .help("publish one with `tierbook run`")
            })?
        }
    };
    let mut delivered = deliver::deliver(&post, id, request.again, outside)?;
    if request.edition.is_some() {
        delivered.arguments = format!(" --edition {id}");
    }
    Ok(delivered)
}

/// Sees that reports can be mailed, before a run that is to end with that.
///
/// # Errors
/// Kind `Project` when `tierbook.toml` names no mail server.
pub fn can_deliver(request: &DeliverRequest) -> Result<(), Errors> {
    // A configuration that cannot be read is told by the run itself, in `status.json` too.
    let Ok(config) = project::load_config(&request.project) else { return Ok(()) };
    let out = out(request, &config);
    post(&config, &request.project, &out)?;
    Ok(())
}

/// Tells the owner that a run has failed, once for each run; readers get nothing.
///
/// # Errors
/// As for [`deliver()`]; the faults of the run stay what they were.
pub fn tell_owner(
    request: &DeliverRequest,
    errors: &Errors,
    started_at: Timestamp,
    outside: &Outside<'_>,
) -> Result<Told, Errors> {
    let config = project::load_config(&request.project)?;
    let out = out(request, &config);
    let post = post(&config, &request.project, &out)?;
    let faults =
        errors.iter().map(|error| Fault { kind: error.kind.word().to_owned(), message: error.to_string() });
    let run = LastRun {
        state: "failed".to_owned(),
        edition: publish::editions(&out)?.last().map(ToString::to_string),
        started_at: started_at.to_string(),
        errors: faults.collect(),
    };
    Ok(deliver::tell_owner(&post, &failed(&post, &config.name, &run), outside)?)
}

fn out(request: &DeliverRequest, config: &Config) -> PathBuf {
    request.out.clone().unwrap_or_else(|| request.project.join(&config.out))
}

fn post<'a>(config: &'a Config, project: &'a Path, out: &'a Path) -> Result<Post<'a>> {
    let help = "write `[mail]` with `from`, and `[mail.smtp]` with `server`; see \"Mail\" in the README";
    let Some(mail) = &config.mail else {
        return Err(Error::project("`tierbook.toml` does not say how reports are mailed").help(help));
    };
    let Some(smtp) = &mail.smtp else {
        return Err(Error::project("`tierbook.toml` names no mail server").help(help));
    };
    let zone = TimeZone::get(&config.timezone)
        .map_err(|source| Error::internal("the time zone was checked").caused_by(source))?;
    Ok(Post { project, out, name: &config.name, mail, smtp, zone })
}

fn no_edition(id: EditionId, editions: &[EditionId], out: &Path) -> Error {
    let error = Error::usage(format!("there is no edition {id} in `{}`", out.display()));
    match editions {
        [] => error.help("publish one with `tierbook run`"),
        [.., last] => error.help(format!("the newest one is {last}")),
    }
}

/// Why the newest edition does not go to readers, with what the owner is told.
fn unfit(
    post: &Post<'_>,
    out: &Path,
    newest: Option<EditionId>,
    outside: &Outside<'_>,
) -> Result<Option<(Error, Notice)>> {
    let path = out.join("status.json");
    if path.exists() {
        let run: LastRun = serde_json::from_slice(&files::read(&path)?).map_err(|source| {
            Error::environment(format!("`{}` cannot be read", path.display())).caused_by(source)
        })?;
        if run.state == "failed" {
            let began = format!("it was started at {}", clock(&run.started_at, post));
            let error = Error::delivery("the last run failed: readers get no mail").note(began);
            let error = run.errors.iter().fold(error, |error, fault| error.note(fault.message.clone()));
            let error = error
                .help("after the next run that goes well, deliver again")
                .help("an edition that is named goes all the same: `tierbook deliver --edition ID`");
            return Ok(Some((error, failed(post, post.name, &run))));
        }
    }
    let Some(id) = newest else { return Ok(None) };
    let today = (outside.now)().with_time_zone(post.zone.clone()).date();
    let days = today.since(id.as_of).map_or(0, |span| span.get_days());
    let age = Duration::from_hours(u64::try_from(days).unwrap_or(0) * 24);
    if age <= post.mail.stale_after {
        return Ok(None);
    }
    let told = format!("edition {id} is out of date: readers get no mail");
    let why = format!(
        "today is {today}, {days} days after its data end; `stale_after` under `[mail]` allows {}",
        length(post.mail.stale_after)
    );
    let notice = Notice {
        about: format!("{id} is stale"),
        subject: format!("{}: {told}", post.name),
        lines: vec![
            format!("It is the newest edition: {why}."),
            "See why no later run has published one.".to_owned(),
        ],
    };
    let error = Error::delivery(told)
        .note(why)
        .help("see why no later run has published an edition")
        .help(format!("to send it all the same: `tierbook deliver --edition {id}`"));
    Ok(Some((error, notice)))
}

fn failed(post: &Post<'_>, name: &str, run: &LastRun) -> Notice {
    let mut lines = vec![format!("The run of {} ended with:", clock(&run.started_at, post)), String::new()];
    lines.extend(run.errors.iter().map(|error| format!("{}: {}", error.kind, error.message)));
    lines.push(String::new());
    lines.push(match &run.edition {
        Some(edition) => format!("Nothing was published. Edition {edition} stays live."),
        None => "Nothing was published.".to_owned(),
    });
    Notice {
        about: format!("run of {} failed", run.started_at),
        subject: format!("{name}: the run failed, readers get no mail"),
        lines,
    }
}

fn told(error: Error, told: Result<Told>) -> Error {
    match told {
        Ok(told) => error.note(told.text()),
        Err(fault) => {
            let error = error.note(format!("the owner could not be told: {fault}"));
            fault.help.into_iter().fold(error, Error::help)
        }
    }
}

/// A time on the clock of the business.
fn clock(at: &str, post: &Post<'_>) -> String {
    let at = at.parse::<Timestamp>().map(|at| at.to_zoned(post.zone.clone()));
    at.map_or_else(|_| String::new(), |at: Zoned| at.strftime("%Y-%m-%d %H:%M").to_string())
}

fn length(time: Duration) -> String {
    let hours = time.as_secs() / 3600;
    match hours {
        24 => "1 day".to_owned(),
        hours if hours > 0 && hours % 24 == 0 => format!("{} days", hours / 24),
        _ => format!("{} hours", time.as_secs_f64() / 3600.0),
    }
}
