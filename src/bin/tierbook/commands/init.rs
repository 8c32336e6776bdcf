//! `tierbook init`.

use std::path::Path;

use tierbook::error::Errors;
use tierbook::project::starter;

use crate::terminal;

pub(super) fn run(dir: &Path, warehouse: Option<&str>) -> Result<(), Errors> {
    let written = starter::write_starter(dir, warehouse)?;
    terminal::say(&format!("wrote {} files to {}", written.len(), dir.display()));
    terminal::say("next:");
    terminal::say("  1. set `name`, `timezone` and `currency` in tierbook.toml");
    terminal::say("  2. map your tables in queries/staging/customers.sql and queries/staging/sales.sql,");
    terminal::say("     and delete the staging queries that you have no table for");
    terminal::say(&format!("  3. tierbook check --project {}", dir.display()));
    terminal::say(&format!("  4. tierbook run --project {}", dir.display()));
    Ok(())
}
