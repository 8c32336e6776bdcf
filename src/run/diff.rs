//! `diff`: two versions of a project over the same rows, and what the edit between them changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::setting::{Reach, Request, Setting, set_up_over};
use crate::compare::{self, Affected, Comparison, Side};
use crate::engine::Engine;
use crate::error::{Error, Errors, Result};
use crate::files::WorkFolder;
use crate::models::{self, Built, Fault, Folders, Models, Progress};
use crate::names::{EditionId, TableName};
use crate::project::{self, Config, Project, config, parameters};
use crate::publish::{self, Manifest, kept};
use crate::reports;

/// The version that is compared against.
struct Other {
    /// In the words of the caller.
    name: String,
    /// Where its project lies.
    project: PathBuf,
    /// The day that it speaks of, for an edition.
    as_of: Option<Date>,
    /// Parameters that its run had set.
    settings: Vec<(String, String)>,
}

impl Other {
    /// Says of faults in which version they are.
    fn blame(&self, errors: Errors) -> Errors {
        errors.note_at_end(format!("this is in what is compared against: {}", self.name))
    }
}

/// Compares the project with `against`: another project folder, `latest`, the name of an edition, or its folder.
/// Both versions are computed over the same rows, for the day of the request or of the edition. `limit` is how many
/// customers are named.
///
/// # Errors
/// Faults of either project; conditions on rows that do not hold are in the comparison.
pub async fn diff(
    request: &Request,
    against: &str,
    limit: usize,
    progress: Progress<'_>,
) -> Result<Comparison, Errors> {
    let work = WorkFolder::new(&request.scratch)?;
    let ours = project::load(&request.project)?;
    let other = other(request, &ours.config, against, work.path())?;
    let theirs = project::load(&other.project).map_err(|errors| other.blame(errors))?;
    let mut wanted = compare::wanted(&ours, &theirs, reports::targets(&ours));
    wanted.extend(compare::wanted(&theirs, &ours, reports::targets(&theirs)));
    let here = |project: &Project| -> BTreeSet<TableName> {
        wanted.iter().filter(|name| project.queries.contains_key(*name)).cloned().collect()
    };
    let day = request.as_of.or(other.as_of);
    let after = set_up_over(ours, &Request { as_of: day, ..request.clone() }, &here, Reach::Rows).await?;
    let request_before = Request {
        project: other.project.clone(),
        warehouse: Some(after.warehouse.display().to_string()),
        as_of: Some(after.bindings.as_of),
        settings: other.settings.clone(),
        cache: false,
        ..request.clone()
    };
    let before = set_up_over(theirs, &request_before, &here, Reach::Rows).await;
    let mut before = before.map_err(|errors| other.blame(errors))?;
    // What a night has kept serves both.
    before.share_store(&after);
    let affected = compare::affected(before.inputs(), after.inputs(), &wanted);
    let building = Building { request, work: work.path(), progress };
    // The caller's own version first: its faults are what the caller wants to hear of.
    let new = building.build(&after, "after", &affected.after, &BTreeMap::new()).await?;
    let same = same(&affected, &new);
    let old = building.build(&before, "before", &affected.before, &same).await;
    let old = old.map_err(|errors| other.blame(errors))?;
    after.sources.check_unchanged()?;
    let name = own_name(request);
    let engine = Engine::new(&after.limits(request), &work.path().join("compare"))?;
    let (before, after) = (side(&other.name, &before, &old), side(&name, &after, &new));
    Ok(compare::compare(before, after, &affected, engine, limit).await?)
}

fn side<'a>(name: &'a str, setting: &'a Setting, built: &'a (Models, Vec<Fault>)) -> Side<'a> {
    Side { name, inputs: setting.inputs(), models: &built.0, faults: &built.1 }
}

struct Building<'a> {
    request: &'a Request,
    work: &'a Path,
    progress: Progress<'a>,
}

impl Building<'_> {
    async fn build(
        &self,
        setting: &Setting,
        folder: &str,
        targets: &BTreeSet<TableName>,
        same: &BTreeMap<TableName, Built>,
    ) -> Result<(Models, Vec<Fault>), Errors> {
        let work = self.work.join(folder);
        // A comparison tells the first row that is wrong; a run keeps them all.
        let faults = work.join("faults");
        let engines = setting.engines(self.request, &work)?;
        let folders = Folders { store: setting.store()?, faults: &faults };
        models::build_around(setting.inputs(), same, targets, engines, folders, self.progress).await
    }
}

/// What the other version need not compute again.
fn same(affected: &Affected, (models, faults): &(Models, Vec<Fault>)) -> BTreeMap<TableName, Built> {
    let sound =
        |name: &TableName| affected.same.contains(name) && faults.iter().all(|fault| fault.table != *name);
    let built = models.built.iter().filter(|(name, _)| sound(name));
    built.map(|(name, built)| (name.clone(), built.clone())).collect()
}

fn own_name(request: &Request) -> String {
    let settings: Vec<String> =
        request.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let with = if settings.is_empty() { String::new() } else { format!(" with {}", settings.join(", ")) };
    format!("`{}`{with}", request.project.display())
}

/// Finds what the caller compares against.
fn other(request: &Request, config: &Config, against: &str, work: &Path) -> Result<Other, Errors> {
    let shelf = request.project.join(&config.out);
    let folder = match against.parse::<EditionId>() {
        _ if against == "latest" => shelf.join("latest"),
        Ok(id) => shelf.join("editions").join(id.to_string()),
        Err(_) => PathBuf::from(against),
    };
    let is_named = against == "latest" || against.parse::<EditionId>().is_ok();
    if folder.join("manifest.json").is_file() {
        return edition(&folder, work);
    }
    if folder.join(config::FILE_NAME).is_file() && !is_named {
        let name = format!("`{against}`");
        return Ok(Other { name, project: folder, as_of: None, settings: Vec::new() });
    }
    let error = if is_named {
        Error::usage(format!("no edition `{against}` in `{}`", shelf.display()))
    } else {
        Error::usage(format!("neither a project nor an edition at `{against}`"))
    };
    let newest: Vec<String> =
        publish::editions(&shelf)?.iter().rev().take(3).map(|id| format!("`{id}`")).collect();
    let error = match newest.is_empty() {
        true => error.help("nothing has been published yet"),
        false => error.help(format!("the newest editions are {}", newest.join(", "))),
    };
    Err(error
        .help("name a project folder, `latest`, an edition such as `2026-10-31.1`, or its folder")
        .into())
}

/// The project that an edition was made from, with the parameters it was made with.
fn edition(folder: &Path, work: &Path) -> Result<Other, Errors> {
    // `latest` is a link; the edition is what it shows now.
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let manifest = Manifest::read(&folder)?;
    let id: EditionId = manifest.edition.parse().map_err(|reason: String| {
        Error::environment(format!("`{}` is not a manifest", folder.join("manifest.json").display()))
            .note(reason)
    })?;
    let project = work.join("against");
    kept::unpack(&folder, &project)?;
    let name = format!("edition {id}");
    let mut other = Other { name, project, as_of: Some(id.as_of), settings: Vec::new() };
    let config = project::load_config(&other.project).map_err(|errors| other.blame(errors))?;
    let (start, end) = parameters::default_window(id.as_of);
    let usual = |name: &str| match name {
        // The window of another day is another one, unless it was set.
        "window_start" => Some(start.to_string()),
        "window_end" => Some(end.to_string()),
        _ => config.parameters.get(name).map(|declaration| declaration.value.to_string()),
    };
    for (name, value) in &manifest.content.parameters {
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        if usual(name).is_some_and(|usual| usual != value) {
            other.settings.push((name.clone(), value));
        }
    }
    Ok(other)
}
