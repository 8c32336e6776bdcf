//! What the terminal shows: errors with their place, progress, and lines of text.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is where the program prints")]

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use indicatif::{ProgressBar, ProgressStyle};
use tierbook::error::{Error, ErrorKind, Errors};
use tierbook::models::Step;
use tierbook::names::TableName;

/// Prints the result of a command.
pub(crate) fn say(line: &str) {
    // A reader that has gone away, such as `head`, is no fault.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints what is not the result.
pub(crate) fn remark(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Whether an error says that the reader of the output has gone.
pub(crate) fn is_broken_pipe(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Prints every error with its place in its file.
pub(crate) fn show_errors(errors: &Errors) {
    let renderer = if std::io::stderr().is_terminal() { Renderer::styled() } else { Renderer::plain() };
    for error in errors.iter() {
        remark(&render(error, &renderer));
        remark("");
    }
}

fn render(error: &Error, renderer: &Renderer) -> String {
    let title = Level::ERROR.primary_title(error.message.as_str());
    let mut group = match &error.spot {
        Some(spot) => title.element(
            Snippet::source(spot.text.as_ref())
                .path(spot.path.as_str())
                .annotation(AnnotationKind::Primary.span(spot.range.clone())),
        ),
        None => Group::with_title(title),
    };
    for note in &error.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    for help in &error.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let cause = std::error::Error::source(error)
        .filter(|_| matches!(error.kind, ErrorKind::Internal | ErrorKind::Environment))
        .map(|source| source.to_string());
    if let Some(cause) = &cause {
        group = group.element(Level::NOTE.message(cause.as_str()));
    }
    if error.kind == ErrorKind::Internal {
        group = group
            .element(Level::HELP.message("this is a fault of tierbook: please report it with this text"));
    }
    renderer.render(&[group])
}

/// Prints what the command line's parser says, with our exit codes.
pub(crate) fn clap_exit(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(ErrorKind::Usage.exit_code()) } else { ExitCode::SUCCESS }
}

/// Shows how far a run is: on a terminal only, and only when it takes longer than a second. Takes the time of each table.
pub(crate) struct Meter {
    began: Instant,
    bar: Mutex<Option<ProgressBar>>,
    times: Mutex<Vec<Time>>,
}

/// When a table was computed.
struct Time {
    table: String,
    began: Instant,
    /// From when its conditions were looked at.
    checked: Option<Instant>,
    ended: Option<Instant>,
}

impl Time {
    fn for_conditions(&self) -> Duration {
        let times = self.checked.zip(self.ended);
        times.map_or(Duration::ZERO, |(checked, ended)| ended.duration_since(checked))
    }

    fn took(&self) -> Duration {
        self.ended.map_or(Duration::ZERO, |ended| ended.duration_since(self.began))
    }
}

/// A table that has begun and not ended.
fn running<'a>(times: &'a mut [Time], table: &TableName) -> impl Iterator<Item = &'a mut Time> {
    let table = table.to_string();
    times.iter_mut().rev().filter(move |time| time.table == table && time.ended.is_none()).take(1)
}

/// How many tables are named of those that took longest.
const SLOWEST: usize = 20;

impl Meter {
    #[allow(clippy::disallowed_methods, reason = "a progress bar lives by the clock")]
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), bar: Mutex::new(None), times: Mutex::new(Vec::new()) }
    }

    /// A step of building models.
    #[allow(clippy::disallowed_methods, reason = "a progress bar lives by the clock")]
    pub(crate) fn step(&self, step: Step<'_>) {
        let now = Instant::now();
        let Ok(mut times) = self.times.lock() else { return };
        let (done, of, table) = match step {
            Step::Begins { done, of, table } => {
                times.push(Time { table: table.to_string(), began: now, checked: None, ended: None });
                (done, of, table)
            }
            Step::Checks { table } => {
                running(&mut times, table).for_each(|time| time.checked = Some(now));
                return;
            }
            Step::Ended { table } => {
                running(&mut times, table).for_each(|time| time.ended = Some(now));
                return;
            }
        };
        if !std::io::stderr().is_terminal() || self.began.elapsed() < Duration::from_secs(1) {
            return;
        }
        let Ok(mut bar) = self.bar.lock() else { return };
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        bar.set_length(u64::try_from(of).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(done).unwrap_or(0));
        bar.set_message(table.to_string());
    }

    /// Tells how long the whole took so far, and the tables that took longest. Tables are computed side by side, so that their
    /// times overlap.
    pub(crate) fn tell_times(&self) {
        let Ok(times) = self.times.lock() else { return };
        let first = times.iter().map(|time| time.began).min();
        let last = times.iter().filter_map(|time| time.ended).max();
        let tables = first.zip(last).map_or(Duration::ZERO, |(first, last)| last.duration_since(first));
        remark(&format!("{:8.2} s in all", self.began.elapsed().as_secs_f64()));
        let (all, conditions): (Duration, Duration) =
            (times.iter().map(Time::took).sum(), times.iter().map(Time::for_conditions).sum());
        let (all, conditions) = (all.as_secs_f64(), conditions.as_secs_f64());
        remark(&format!(
            "{conditions:8.2} s of the {all:.2} s that tables took, side by side, were for their conditions"
        ));
        remark(&format!("{:8.2} s for {} tables, these the longest:", tables.as_secs_f64(), times.len()));
        let mut times: Vec<&Time> = times.iter().collect();
        times.sort_by_key(|time| (std::cmp::Reverse(time.took()), time.table.as_str()));
        for time in times.iter().take(SLOWEST) {
            remark(&format!("{:8.2} s {}", time.took().as_secs_f64(), time.table));
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        if let Ok(Some(bar)) = self.bar.lock().as_deref() {
            bar.finish_and_clear();
        }
    }
}
