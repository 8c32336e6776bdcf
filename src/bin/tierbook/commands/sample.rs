//! `tierbook sample`.

use std::path::Path;

use jiff::civil::Date;
use tierbook::error::{Error, Errors};
use tierbook::sample::{SampleError, SampleSpec, truth_markdown, write_sample};

use crate::terminal;

pub(super) fn run(customers: u32, months: u32, seed: u64, until: Date, out: &Path) -> Result<(), Errors> {
    let spec = SampleSpec { customers, months, seed, last_day: until };
    let summary = write_sample(&spec, out).map_err(fault)?;
    let truth = out.join("TRUTH.md");
    tierbook::files::write_synced(&truth, truth_markdown(&summary.truth).as_bytes())?;
    terminal::say(&format!(
        "wrote {} sale lines and {} payments of {} customers, {} to {}, to {}",
        summary.lines,
        summary.receipts,
        summary.customers,
        summary.first_day,
        summary.last_day,
        out.display()
    ));
    terminal::say(&format!("what was planted in it is told in {}", truth.display()));
    Ok(())
}

fn fault(error: SampleError) -> Error {
    match error {
        SampleError::Spec(reason) => Error::usage(reason),
        SampleError::Occupied(path) => Error::usage(format!("`{}` is already there", path.display()))
            .help("name a folder that does not exist yet"),
        SampleError::Write { path, source } => {
            Error::environment(format!("cannot write `{}`", path.display())).caused_by(source)
        }
    }
}
