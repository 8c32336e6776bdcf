//! A new project: the shipped queries, templates and config, written out for a company to edit.

use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::error::{Error, Result};
use crate::files;

static QUERIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/report_templates");
const CONFIG: &str = include_str!("../../tierbook.toml");

/// Writes a new project into an empty or missing folder, and gives the paths written, relative to it.
///
/// # Errors
/// Kind `Usage` when the folder holds anything already; kind `Environment` when a file cannot be written.
pub fn write_starter(folder: &Path, warehouse: Option<&str>) -> Result<Vec<String>> {
    if !files::entries(folder)?.is_empty() {
        return Err(Error::usage(format!("`{}` is not empty", folder.display()))
            .help("name a folder that does not exist yet"));
    }
    let mut written = Vec::new();
    let mut write = |path: String, bytes: &[u8]| -> Result<()> {
        files::write_synced(&folder.join(&path), bytes)?;
        written.push(path);
        Ok(())
    };
    write("tierbook.toml".to_owned(), config(warehouse).as_bytes())?;
    for (name, shipped) in [("queries", &QUERIES), ("report_templates", &TEMPLATES)] {
        for (path, bytes) in all_files(shipped) {
            write(format!("{name}/{path}"), bytes)?;
        }
    }
    write(".gitignore".to_owned(), b"/book\n")?;
    Ok(written)
}

/// The config of a new project: the sample's, with another warehouse and the day of a real one.
fn config(warehouse: Option<&str>) -> String {
    let location = warehouse.unwrap_or("warehouse");
    let location = location.replace('\\', "\\\\").replace('"', "\\\"");
    let mut is_mail = false;
    CONFIG
        .lines()
        .map(|line| match line.split(" = ").next() {
            // Nobody of the sample is to be mailed by a company.
            Some(head) if head.starts_with('[') => {
                is_mail = head.starts_with("[mail") || head.starts_with("[[recipients");
                if is_mail { format!("# {line}\n") } else { format!("{line}\n") }
            }
            Some(_) if is_mail && !line.is_empty() && !line.starts_with('#') => format!("# {line}\n"),
            Some("location") => format!("location = \"{location}\"\n"),
            Some("as_of") => "as_of = \"yesterday\"\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect()
}

fn all_files(folder: &'static Dir<'static>) -> Vec<(String, &'static [u8])> {
    let mut found = Vec::new();
    let mut waiting = vec![folder];
    while let Some(folder) = waiting.pop() {
        waiting.extend(folder.dirs());
        for file in folder.files() {
            found.push((file.path().to_string_lossy().into_owned(), file.contents()));
        }
    }
    found.sort();
    found
}
