//! Every pipeline as a list of stages called in order, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use datafusion::logical_expr::LogicalPlan;
use jiff::Zoned;
use jiff::civil::Date;

use crate::engine::{self, Engine, Limits};
use crate::error::{Error, Errors, Result};
use crate::export;
use crate::files::{self, WorkFolder};
use crate::models::{self, Folders, Graph, Inputs, Models, Progress};
use crate::names::{EditionId, TableName};
use crate::project::{self, AsOfRule, Bindings, Project, QueryFile, query_file};
use crate::publish::{CheckedModel, Content, Manifest, RuleEntry, Shelf, Status};
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
    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            project: &self.project,
            sources: &self.sources,
            graph: &self.graph,
            bindings: &self.bindings,
        }
    }

    fn limits(&self, request: &Request) -> Limits {
        Limits { memory: self.project.config.memory, partitions: request.partitions }
    }
}

/// What `check` found to be in order.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CheckSummary {
    /// Query files.
    pub queries: usize,
    /// Rule tables.
    pub rules: usize,
    /// Report templates.
    pub reports: usize,
    /// Tables of the warehouse that are read.
    pub sources: usize,
    /// Tables that are not there and may be absent.
    pub absent: Vec<String>,
}

/// What `query` is to show.
#[derive(Debug, Clone)]
pub enum Question {
    /// A model, or any other table, by name.
    Table(TableName),
    /// SQL over the project's tables.
    Sql(String),
}

/// What a run did.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Outcome {
    /// `published` or `unchanged`.
    pub state: &'static str,
    /// The edition that speaks of the day.
    pub edition: String,
    /// The last day whose rows were seen.
    pub as_of: String,
    /// Where the edition lies.
    pub folder: String,
    /// The page to open first.
    pub first_page: String,
    /// The headline figures, in the first language.
    pub headline: Vec<String>,
    /// Conditions that did not hold and only warn.
    pub warnings: Vec<String>,
    /// Sections that are left out, and what is missing.
    pub unavailable: BTreeMap<String, String>,
}

/// Computes everything for one day and publishes an edition of the reports.
///
/// # Errors
/// Any fault; the last good edition is then as it was, and `status.json` and the archive say what happened.
pub async fn run(request: &Request, progress: Progress<'_>) -> Result<Outcome, Errors> {
    let project = project::load(&request.project)?;
    let words = reports::archive_words(&project)?;
    let out = request.out.clone().unwrap_or_else(|| request.project.join(&project.config.out));
    let shelf = Shelf::open(&out)?;
    let (result, as_of) = publish_run(request, &shelf, progress).await;
    let ended_at = request.now.timestamp().to_string();
    match &result {
        Ok(outcome) => {
            let status = Status {
                state: outcome.state,
                as_of: Some(outcome.as_of.clone()),
                edition: Some(outcome.edition.clone()),
                ended_at,
                errors: Vec::new(),
            };
            shelf.follow(project.config.keep, &status, &words)?;
        }
        Err(errors) => {
            let live = shelf.editions()?.last().copied();
            let as_of = as_of.map(|day| day.to_string());
            // The fault of the run is what the caller must hear of, whatever becomes of this.
            let _ = shelf.tell(&Status::failed(errors, as_of, live, ended_at), &words);
        }
    }
    result
}

/// The stages of a run; gives the day beside the result, as far as it was known.
async fn publish_run(
    request: &Request,
    shelf: &Shelf,
    progress: Progress<'_>,
) -> (Result<Outcome, Errors>, Option<Date>) {
    let mut day = request.as_of;
    let result = stages(request, shelf, progress, &mut day).await;
    (result, day)
}

async fn stages(
    request: &Request,
    shelf: &Shelf,
    progress: Progress<'_>,
    day: &mut Option<Date>,
) -> Result<Outcome, Errors> {
    let request = &Request { scratch: shelf.root().join(".work"), ..request.clone() };
    let faults = shelf.root().join("faults");
    files::remove_folder_if_there(&faults)?;
    let work = WorkFolder::new(&request.scratch)?;
    let setting = set_up(request, &reports::targets, Reach::Rows).await?;
    let as_of = setting.bindings.as_of;
    *day = Some(as_of);
    let mut content = content(&setting, shelf)?;
    if let Some(id) = shelf.made_of(as_of, &content.address)? {
        let manifest = Manifest::read(&shelf.folder(id))?;
        return Ok(outcome("unchanged", id, shelf, &setting.project, &manifest.content));
    }
    let targets = reports::targets(&setting.project);
    let models = build(&setting, request, &targets, work.path(), &faults, progress).await?;
    let inputs = reports::Inputs {
        project: &setting.project,
        graph: &setting.graph,
        bindings: &setting.bindings,
        models: &models,
    };
    let rendered = reports::render(inputs).await?;
    setting.sources.check_unchanged()?;
    describe(&mut content, &setting, &models, &rendered);
    let times = serde_json::json!({ "started_at": request.now.timestamp().to_string() }).to_string();
    let id = shelf.publish(as_of, content.clone(), &rendered.pages, format!("{times}\n").as_bytes())?;
    Ok(outcome("published", id, shelf, &setting.project, &content))
}

/// What the edition is made of, as far as it is known before any row is looked at.
fn content(setting: &Setting, shelf: &Shelf) -> Result<Content> {
    let project = &setting.project;
    let prints = setting.sources.fingerprint()?;
    let project_files: BTreeMap<String, String> = project
        .files
        .iter()
        .map(|(path, text)| (path.clone(), blake3::hash(text.as_bytes()).to_hex().to_string()))
        .collect();
    let mut parameters = BTreeMap::new();
    for (name, value) in setting.bindings.iter() {
        parameters.insert(name.to_owned(), serde_json::to_value(value).map_err(unlisted)?);
    }
    let mut inputs = BTreeMap::new();
    for (table, files) in &prints {
        inputs.insert(table.to_string(), serde_json::to_value(files).map_err(unlisted)?);
    }
    let mut content = Content {
        project: project.config.name.clone(),
        as_of: setting.bindings.as_of.to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        engine: format!("datafusion {}", engine::VERSION),
        reports: project.config.reports.iter().map(ToString::to_string).collect(),
        languages: project.config.languages.iter().map(ToString::to_string).collect(),
        parameters,
        inputs,
        project_files,
        ..Content::default()
    };
    let decisive = serde_json::to_vec(&content).map_err(unlisted)?;
    content.address = blake3::hash(&decisive).to_hex().to_string();
    content.previous_edition = shelf.before(setting.bindings.as_of)?.map(|id| id.to_string());
    Ok(content)
}

fn unlisted(source: serde_json::Error) -> Error {
    Error::internal("the inputs cannot be listed").caused_by(source)
}

/// Adds what building and rendering found.
fn describe(content: &mut Content, setting: &Setting, models: &Models, rendered: &reports::Rendered) {
    let as_of = setting.bindings.as_of;
    content.rules = setting
        .project
        .rules
        .values()
        .map(|rules| RuleEntry {
            table: rules.name.to_string(),
            version: rules.version_on(as_of).map(|version| version.name.clone()),
        })
        .collect();
    let built = setting.graph.order().iter().filter_map(|name| Some((name, models.built.get(name)?)));
    content.models = built
        .map(|(name, built)| CheckedModel {
            name: name.to_string(),
            rows: built.rows,
            checks: built.n_checks,
        })
        .collect();
    content.unavailable =
        models.unavailable.iter().map(|(name, missing)| (name.to_string(), missing.to_string())).collect();
    content.totals.clone_from(&models.totals);
    content.warnings.clone_from(&models.warnings);
    content.headline =
        rendered.headline.iter().map(|(lang, lines)| (lang.to_string(), lines.clone())).collect();
}

fn outcome(
    state: &'static str,
    id: EditionId,
    shelf: &Shelf,
    project: &Project,
    content: &Content,
) -> Outcome {
    let folder = shelf.folder(id);
    let lang = project.config.languages.first().map(ToString::to_string).unwrap_or_default();
    let report = project.config.reports.first().map(ToString::to_string).unwrap_or_default();
    Outcome {
        state,
        edition: id.to_string(),
        as_of: id.as_of.to_string(),
        first_page: folder.join(&lang).join(format!("{report}.html")).display().to_string(),
        folder: folder.display().to_string(),
        headline: content.headline.get(&lang).cloned().unwrap_or_default(),
        warnings: content.warnings.clone(),
        unavailable: content.unavailable.clone(),
    }
}

/// Parses, plans and lints everything, without touching rows.
///
/// # Errors
/// Every fault of the project at once.
pub async fn check(request: &Request) -> Result<CheckSummary, Errors> {
    let all = |project: &Project| project.queries.keys().cloned().collect();
    let setting = set_up(request, &all, Reach::Schemas).await?;
    let work = WorkFolder::new(&request.scratch)?;
    let engine = Engine::new(&setting.limits(request), work.path())?;
    let order = setting.graph.order().to_vec();
    models::plan::plan(
        &setting.project,
        &setting.sources,
        &setting.graph,
        &order,
        &setting.bindings,
        &engine,
    )
    .await?;
    reports::check(&setting.project)?;
    let absent = order.iter().filter(|name| setting.graph.absence(name).is_some());
    Ok(CheckSummary {
        queries: setting.project.queries.len(),
        rules: setting.project.rules.len(),
        reports: setting.project.templates.reports.len(),
        sources: setting.sources.tables.len(),
        absent: absent.map(ToString::to_string).collect(),
    })
}

/// Runs one model or SQL, and writes its rows; gives how many there were and how many were written.
///
/// # Errors
/// Faults of the project, of the data that it reads, and of the stream.
pub async fn query(
    request: &Request,
    question: &Question,
    limit: Option<usize>,
    format: export::Format,
    to: Box<dyn std::io::Write + Send + '_>,
    progress: Progress<'_>,
) -> Result<usize, Errors> {
    let asked = asked(question)?;
    let targets =
        |_: &Project| asked.as_ref().map_or_else(BTreeSet::new, |query| names_read(query, question));
    let setting = set_up(request, &targets, Reach::Rows).await?;
    let work = WorkFolder::new(&request.scratch)?;
    let models = build(
        &setting,
        request,
        &targets(&setting.project),
        work.path(),
        &work.path().join("faults"),
        progress,
    )
    .await?;
    if let Question::Table(name) = question
        && let Some(missing) = models.unavailable.get(name)
    {
        return Err(Error::data(format!("`{name}` is unavailable: `{missing}` is missing")).into());
    }
    let plan = plan_question(&setting, &models, question, asked.as_ref()).await?;
    let doing = "running the query";
    let mut frame = models.engine.frame(plan);
    if let Some(limit) = limit {
        frame = frame
            .limit(0, Some(limit))
            .map_err(|error| Error::internal("a limit cannot be set").caused_by(error))?;
    }
    let schema = std::sync::Arc::clone(frame.schema().inner());
    let mut stream = models
        .engine
        .stream(frame.into_unoptimized_plan())
        .await
        .map_err(|error| engine::execution_fault(error, doing))?;
    let mut writer = export::writer(format, &schema, to)?;
    let mut rows = 0;
    while let Some(batch) = futures::TryStreamExt::try_next(&mut stream)
        .await
        .map_err(|error| engine::execution_fault(error, doing))?
    {
        rows += batch.num_rows();
        writer.write(&batch)?;
    }
    writer.finish()?;
    Ok(rows)
}

/// The project and its graph over the warehouse.
///
/// # Errors
/// Faults of the project.
pub fn graph(request: &Request) -> Result<(Project, Graph), Errors> {
    let project = project::load(&request.project)?;
    let location = warehouse(request, &project);
    let graph = models::graph::build(&project, &sources::names(&location)?)?;
    Ok((project, graph))
}

/// How far a pipeline looks into the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Schemas,
    Rows,
}

/// Loads the project, opens what `targets` read, and settles the parameters.
pub(crate) async fn set_up(
    request: &Request,
    targets: &(dyn Fn(&Project) -> BTreeSet<TableName> + Sync),
    reach: Reach,
) -> Result<Setting, Errors> {
    let project = project::load(&request.project)?;
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
    let wanted: BTreeSet<TableName> =
        graph.needed(&targets).into_iter().chain(wanted_sources(&graph, &targets)).collect();
    let sources = sources::open(&warehouse, &wanted)?;
    let today = request.now.date();
    let day = match (request.as_of, project.config.as_of) {
        (Some(day), _) | (None, AsOfRule::Day(day)) => day,
        (None, _) => today.yesterday().unwrap_or(today),
    };
    // Settings are looked at before any row is, so that a wrong one is told at once.
    let bindings = Bindings::new(&project.config, day, &request.settings)?;
    let mut setting = Setting { project, warehouse, graph, sources, bindings };
    if uses_newest {
        let work = WorkFolder::new(&request.scratch.join("newest"))?;
        let engine = Engine::new(&setting.limits(request), work.path())?;
        let day = models::newest_day(setting.inputs(), &engine).await?;
        setting.bindings = Bindings::new(&setting.project.config, day, &request.settings)?;
    }
    Ok(setting)
}

fn wanted_sources(graph: &Graph, targets: &BTreeSet<TableName>) -> Vec<TableName> {
    let needed = graph.needed(targets);
    needed.iter().flat_map(|name| graph.reads_of(name)).filter(|name| name.is_warehouse()).cloned().collect()
}

fn warehouse(request: &Request, project: &Project) -> PathBuf {
    match &request.warehouse {
        Some(location) => PathBuf::from(location.strip_prefix("file://").unwrap_or(location)),
        None => {
            let location = &project.config.warehouse;
            request.project.join(location.strip_prefix("file://").unwrap_or(location))
        }
    }
}

pub(crate) async fn build(
    setting: &Setting,
    request: &Request,
    targets: &BTreeSet<TableName>,
    work: &Path,
    faults: &Path,
    progress: Progress<'_>,
) -> Result<Models, Errors> {
    let limits = setting.limits(request);
    let engines = (Engine::new(&limits, &work.join("planning"))?, Engine::new(&limits, &work.join("spill"))?);
    models::build(setting.inputs(), targets, engines, Folders { work, faults }, progress).await
}

/// The SQL of a question; for a table, all of it.
fn asked(question: &Question) -> Result<Option<QueryFile>> {
    let text = match question {
        Question::Table(name) => format!("SELECT * FROM {name}"),
        Question::Sql(sql) => sql.clone(),
    };
    query_file::parse(TableName::new("query", "sql"), "--sql", text.into()).map(Some)
}

fn names_read(query: &QueryFile, _question: &Question) -> BTreeSet<TableName> {
    query.reads.iter().map(|mention| mention.name.clone()).collect()
}

async fn plan_question(
    setting: &Setting,
    models: &Models,
    question: &Question,
    asked: Option<&QueryFile>,
) -> Result<LogicalPlan, Errors> {
    if let Question::Table(name) = question
        && let Some(query) = setting.project.queries.get(name)
    {
        return Ok(models.rows_in_order(query).await?);
    }
    let query = asked.ok_or_else(|| Error::internal("a question without SQL"))?;
    let bound = engine::bind::bind(&query.query, &setting.bindings);
    Ok(models.engine.plan(&bound).await.map_err(|error| engine::planning_fault(&error, query))?)
}
