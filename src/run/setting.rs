//! Where every pipeline starts: a project over a warehouse, with the parameters of one run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Zoned;
use jiff::civil::Date;

use crate::engine::{Engine, Limits, Parts, Steps, WarehouseFile};
use crate::error::{Error, Errors, Result};
use crate::files::WorkFolder;
use crate::models::sights::{self, Sights, horizons};
use crate::models::{self, Folders, Graph, Inputs, Models, Progress};
use crate::names::TableName;
use crate::project::config::Config;
use crate::project::recipients::Scope;
use crate::project::{self, AsOfRule, Bindings, Project};
use crate::reports;
use crate::sources::{self, Sources};
use crate::store::Store;

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
    /// Memory for queries in the place of the configured one, in bytes.
    pub memory: Option<usize>,
    /// Whose steps queries are computed with.
    pub steps: Steps,
    /// Whether results of earlier runs are used, and those of this one kept.
    pub cache: bool,
    /// From how many bytes on the files of a table are summed up one by one, so that a night pays for new ones alone.
    pub least_parted: u64,
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
    /// How much of the staging tables is seen.
    pub sights: Sights,
    /// What is kept from run to run; none for pipelines that look at schemas alone.
    store: Option<Arc<Store>>,
    /// Why results cannot be kept, where they should be.
    pub(super) unkept: Option<String>,
    /// The folder of a store that is for one run only; it goes with the last who uses it.
    folder: Option<Arc<WorkFolder>>,
}

impl Setting {
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            project: &self.project,
            sources: &self.sources,
            graph: &self.graph,
            bindings: &self.bindings,
            sights: &self.sights,
            restriction: None,
        }
    }

    /// What reports are rendered from: these models, over these customers.
    pub(super) fn report_inputs<'a>(
        &'a self,
        models: &'a Models,
        scope: Option<&'a Scope>,
    ) -> Result<reports::Inputs<'a>> {
        Ok(reports::Inputs {
            project: &self.project,
            graph: &self.graph,
            bindings: &self.bindings,
            sights: &self.sights,
            models,
            sources: &self.sources,
            store: self.store()?,
            scope,
        })
    }

    /// What is kept from run to run.
    pub(super) fn store(&self) -> Result<&Arc<Store>> {
        self.store.as_ref().ok_or_else(|| Error::internal("this pipeline keeps nothing"))
    }

    /// Uses the store of another setting.
    pub(super) fn share_store(&mut self, other: &Self) {
        self.store.clone_from(&other.store);
        self.folder.clone_from(&other.folder);
    }

    /// A session to plan in and one to compute in.
    pub(super) fn engines(&self, request: &Request, work: &Path) -> Result<(Engine, Engine), Errors> {
        let limits = self.limits(request);
        let store = match self.folder {
            // Nothing is kept from run to run.
            Some(_) => None,
            None => Some(Arc::clone(self.store()?)),
        };
        let parts = Arc::new(self.parts(request, store));
        let computing = Engine::new(&limits, &work.join("spill"))?.with_parts(parts);
        Ok((Engine::new(&limits, &work.join("planning"))?, computing))
    }

    /// The files of the warehouse, and where what they come to is kept.
    pub(super) fn parts(&self, request: &Request, store: Option<Arc<Store>>) -> Parts {
        let files = self.sources.tables.values().flat_map(|source| {
            let prints = self.sources.prints.get(&source.name).map_or(&[][..], Vec::as_slice);
            source.files.iter().enumerate().map(|(place, file)| {
                let hash = prints.get(place).map_or_else(String::new, |print| print.blake3.clone());
                (file.path.clone(), WarehouseFile { table: source.name.clone(), hash })
            })
        });
        let seed = format!("{} {}", self.bindings.as_of, request.now.timestamp());
        Parts::new(store, files, request.least_parted, &seed)
    }

    pub(super) fn limits(&self, request: &Request) -> Limits {
        let memory = request.memory.unwrap_or(self.project.config.memory);
        Limits { memory, partitions: request.partitions, steps: request.steps }
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
    let mut sources = sources::open(&warehouse, &wanted)?;
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
    let (mut store, mut folder, mut unkept) = (None, None, None);
    if reach == Reach::Rows {
        sources.fingerprint()?;
        let (own, own_folder) = open_store(request, &project, &mut unkept)?;
        (store, folder) = (Some(Arc::new(own)), own_folder.map(Arc::new));
    }
    let sights = Sights::new();
    let mut setting = Setting { project, warehouse, graph, sources, bindings, sights, store, unkept, folder };
    if reach == Reach::Rows {
        let work = WorkFolder::new(&request.scratch.with_extension("looking"))?;
        if uses_newest {
            let (_, engine) = setting.engines(request, work.path())?;
            let day = models::newest_day(setting.inputs(), &engine, setting.store()?, today).await?;
            setting.bindings = Bindings::new(&setting.project.config, day, &request.settings)?;
        }
        let (_, engine) = setting.engines(request, work.path())?;
        let staging = wanted.into_iter().filter(TableName::is_staging).collect();
        let order = setting.graph.needed(&staging);
        let horizons = horizons(setting.inputs(), &order, &engine, setting.store()?).await?;
        setting.sights = sights::sights(setting.inputs(), &order, &horizons);
    }
    Ok(setting)
}

/// The store of the project.
pub(super) fn open_kept(request: &Request, config: &Config) -> Result<Store> {
    let root = request.project.join(&config.state).join("store");
    Store::open(&root, config.cache, SystemTime::from(request.now.timestamp()))
}

/// The store of the project, or one that is gone after the run.
fn open_store(
    request: &Request,
    project: &Project,
    unkept: &mut Option<String>,
) -> Result<(Store, Option<WorkFolder>)> {
    if request.cache {
        match open_kept(request, &project.config) {
            Ok(store) => return Ok((store, None)),
            // Who may not write there computes everything, as on the first day.
            Err(error) => *unkept = Some(format!("results are not kept for the next run: {error}")),
        }
    }
    let now = SystemTime::from(request.now.timestamp());
    let folder = WorkFolder::new(&request.scratch.with_extension("store"))?;
    Ok((Store::open(folder.path(), u64::MAX, now)?, Some(folder)))
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
    let engines = setting.engines(request, work)?;
    let folders = Folders { store: setting.store()?, faults };
    models::build(setting.inputs(), targets, engines, folders, progress).await
}
