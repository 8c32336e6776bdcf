//! One file per command; each calls the library once and tells what it gave.

mod cache;
mod check;
mod deliver;
mod diff;
mod graph;
mod init;
mod query;
mod run;
mod sample;

use std::path::PathBuf;
use std::time::Duration;

use tierbook::deliver::Again;
use tierbook::engine::Steps;
use tierbook::error::{Error, Errors};
use tierbook::run::{DeliverRequest, Request};

use crate::args::{Arguments, Command, Scope};

/// Runs the command, or stops it when the user or the scheduler does.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Errors> {
    let mut work = tokio::spawn(dispatch(arguments.command));
    tokio::select! {
        result = &mut work => result.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())),
        () = interrupted() => {
            work.abort();
            // Time to take its files away; what stays is taken away by the next run.
            let _ = tokio::time::timeout(Duration::from_secs(2), work).await;
            Err(Error::environment("stopped").help("what was published before is as it was; run again").into())
        }
    }
}

async fn dispatch(command: Command) -> Result<(), Errors> {
    match command {
        Command::Run { scope, out, deliver, timings, format } => {
            run::run(request(scope, out), deliver, format, timings).await
        }
        Command::Deliver { project, out, edition, resend_doubtful, retry_refused, format } => {
            let again = Again { doubtful: resend_doubtful, refused: retry_refused };
            deliver::run(DeliverRequest { project, out, edition, again }, format).await
        }
        Command::Check { scope, rows, timings, format } => {
            check::run(&request(scope, None), rows, timings, format).await
        }
        Command::Query { name, sql, limit, format, output, timings, scope } => {
            query::run(&request(scope, None), name, sql, limit, (format, output), timings).await
        }
        Command::Diff { against, limit, format, scope } => {
            diff::run(&request(scope, None), &against, limit, format).await
        }
        Command::Graph { scope, format } => graph::run(&request(scope, None), format).await,
        Command::Cache { project, clear, format } => {
            let scope = Scope {
                project,
                warehouse: None,
                as_of: None,
                settings: Vec::new(),
                partitions: 0,
                memory: None,
                no_cache: false,
                plain_engine: false,
            };
            cache::run(&request(scope, None), clear, format)
        }
        Command::Init { dir, warehouse } => init::run(&dir, warehouse.as_deref()),
        Command::Sample { customers, months, seed, until, out } => {
            sample::run(customers, months, seed, until, &out)
        }
        Command::Completions { shell } => {
            let mut command = <Arguments as clap::CommandFactory>::command();
            clap_complete::generate(shell, &mut command, "tierbook", &mut std::io::stdout());
            Ok(())
        }
    }
}

/// Ctrl-C, or a scheduler's SIGTERM.
async fn interrupted() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

#[allow(clippy::disallowed_methods, reason = "the clock and the environment come into the program here")]
fn request(scope: Scope, out: Option<PathBuf>) -> Request {
    Request {
        project: scope.project,
        warehouse: scope.warehouse,
        as_of: scope.as_of,
        settings: scope.settings,
        out,
        scratch: std::env::temp_dir().join(format!("tierbook-{}", std::process::id())),
        now: jiff::Zoned::now(),
        partitions: scope.partitions,
        memory: scope.memory,
        // What was kept has been computed with our steps.
        cache: !scope.no_cache && !scope.plain_engine,
        steps: if scope.plain_engine { Steps::Engine } else { Steps::Ours },
        least_parted: 16 << 20,
    }
}
