//! Where every pipeline starts: a project over a warehouse, with the parameters of one run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use jiff::civil::Date;

use crate::engine::{Engine, Limits};
use crate::error::{Error, Errors};
use crate::files::WorkFolder;
use crate::models::{self, Folders, Graph, Inputs, Models, Progress};
use crate::names::TableName;
use crate::project::recipients::Scope;
use crate::project::{self, AsOfRule, Bindings, Project};
use crate::reports;
use crate::sources::{self, Sources};

/// What the caller of a pipeline asks for; everything from outside comes in here.
#[derive(Debug, Clone)]
pub struct Request {
    /// The project folder.
    pub project: PathBuf,
    /// A warehouse in the place of the configured one.
    pub warehouse: Option<String>,
    /// The as-of day in the place of the configured one.
    pub as_of: Option<Date>,
    /// Parameters in the place of the configured ones.
    pub settings: Vec<(String, String)>,
    /// Where editions go, in the place of the configured folder.
    pub out: Option<PathBuf>,
    /// A folder for files that nobody keeps, for pipelines that publish nothing.
    pub scratch: PathBuf,
    /// The time of the call.
    pub now: Zoned,
    /// How many parts of a query run side by side; 0 for one a core.
    pub partitions: usize,
}

/// A project over a warehouse, with the parameters of one run: where every pipeline starts.
#[derive(Debug)]
pub struct Setting {
    /// The project.
    pub project: Project,
    /// Where the warehouse is.
    pub warehouse: PathBuf,
    /// Who reads whom.
    pub graph: Graph,
    /// The opened tables of the warehouse.
    pub sources: Sources,
    /// The parameters.
    pub bindings: Bindings,
}

impl Setting {
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            project: &self.project,
            sources: &self.sources,
            graph: &self.graph,
            bindings: &self.bindings,
            restriction: None,
        }
    }

    /// What reports are rendered from: these models, over these customers.
    pub(super) fn report_inputs<'a>(
        &'a self,
        models: &'a Models,
        scope: Option<&'a Scope>,
    ) -> reports::Inputs<'a> {
        reports::Inputs {
            project: &self.project,
            graph: &self.graph,
            bindings: &self.bindings,
            models,
            sources: &self.sources,
            scope,
        }
    }

    pub(super) fn limits(&self, request: &Request) -> Limits {
        Limits { memory: self.project.config.memory, partitions: request.partitions }
    }
}

/// How far a pipeline looks into the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Schemas,
    Rows,
}

/// Loads the project, opens what `targets` read, and settles the parameters.
pub(super) async fn set_up(
    request: &Request,
    targets: &(dyn Fn(&Project) -> BTreeSet<TableName> + Sync),
    reach: Reach,
) -> Result<Setting, Errors> {
    set_up_over(project::load(&request.project)?, request, targets, reach).await
}

/// As [`set_up`], for a project that has been loaded.
pub(super) async fn set_up_over(
    project: Project,
    request: &Request,
    targets: &(dyn Fn(&Project) -> BTreeSet<TableName> + Sync),
    reach: Reach,
) -> Result<Setting, Errors> {
    let warehouse = warehouse(request, &project);
    // A folder that is not there is told as such, rather than as many tables that are not there.
    sources::open(&warehouse, &BTreeSet::new())?;
    let graph = models::graph::build(&project, &sources::names(&warehouse)?)?;
    let mut targets = targets(&project);
    let uses_newest =
        request.as_of.is_none() && project.config.as_of == AsOfRule::Newest && reach == Reach::Rows;
    if uses_newest {
        targets.insert(TableName::new("staging", "sales"));
    }
    let wanted: BTreeSet<TableName> = graph.needed(&targets).into_iter().collect();
    let sources = sources::open(&warehouse, &wanted)?;
    let zone = jiff::tz::TimeZone::get(&project.config.timezone)
        .map_err(|source| Error::internal("the time zone was checked").caused_by(source))?;
    let today = request.now.with_time_zone(zone).date();
    let day = match (request.as_of, project.config.as_of) {
        (Some(day), _) | (None, AsOfRule::Day(day)) => day,
        (None, AsOfRule::Yesterday) => today.yesterday().unwrap_or(today),
        // The latest that the newest day can be; it is looked for below.
        (None, AsOfRule::Newest) => today,
    };
    // Settings are looked at before any row is, so that a wrong one is told at once.
    let bindings = Bindings::new(&project.config, day, &request.settings)?;
    let mut setting = Setting { project, warehouse, graph, sources, bindings };
    if uses_newest {
        let work = WorkFolder::new(&request.scratch.with_extension("newest"))?;
        let engine = Engine::new(&setting.limits(request), work.path())?;
        let day = models::newest_day(setting.inputs(), &engine, today).await?;
        setting.bindings = Bindings::new(&setting.project.config, day, &request.settings)?;
    }
    Ok(setting)
}

pub(super) fn warehouse(request: &Request, project: &Project) -> PathBuf {
    match &request.warehouse {
        Some(location) => PathBuf::from(location.strip_prefix("file://").unwrap_or(location)),
        None => {
            let location = &project.config.warehouse;
            request.project.join(location.strip_prefix("file://").unwrap_or(location))
        }
    }
}

pub(super) async fn build(
    setting: &Setting,
    request: &Request,
    targets: &BTreeSet<TableName>,
    work: &Path,
    faults: &Path,
    progress: Progress<'_>,
) -> Result<Models, Errors> {
    let engines = engines(&setting.limits(request), work)?;
    models::build(setting.inputs(), targets, engines, Folders { work, faults }, progress).await
}

/// A session to plan in and one to compute in.
pub(super) fn engines(limits: &Limits, work: &Path) -> Result<(Engine, Engine), Errors> {
    Ok((Engine::new(limits, &work.join("planning"))?, Engine::new(limits, &work.join("spill"))?))
}
