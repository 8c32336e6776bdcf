//! Every pipeline as a list of stages called in order, and nothing else.

mod deliver;
mod diff;
mod edition;
mod post;
mod setting;

use std::collections::{BTreeMap, BTreeSet};

use datafusion::logical_expr::LogicalPlan;
use jiff::civil::Date;

use crate::engine::{self, Engine, Scan};
use crate::error::{Error, Errors, Result};
use crate::export;
use crate::files::{self, WorkFolder};
use crate::models::{self, Graph, Models, Planned, Progress};
use crate::names::TableName;
use crate::project::{self, Project, QueryFile, query_file};
use crate::publish::{Manifest, Shelf, Status, kept};
use crate::reports;
use crate::sources;
use crate::store::Holding;

pub use deliver::{DeliverRequest, can_deliver, deliver, tell_owner};
pub use diff::diff;
pub use edition::Outcome;
use edition::{content, describe, outcome};
use setting::{Reach, build, set_up, warehouse};
pub use setting::{Request, Setting};

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

/// What `check` found when it looked at rows too.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RowsSummary {
    /// Tables that were computed.
    pub tables: usize,
    /// Conditions that hold.
    pub conditions: usize,
    /// Conditions that do not hold and only warn.
    pub warnings: Vec<String>,
    /// Tables that cannot be had.
    pub unavailable: Vec<String>,
}

/// What `query` is to show.
#[derive(Debug, Clone)]
pub enum Question {
    /// A model, or any other table, by name.
    Table(TableName),
    /// SQL over the project's tables.
    Sql(String),
}

/// Computes everything for one day and publishes an edition of the reports.
///
/// # Errors
/// Any fault; the last good edition is then as it was, and `status.json` and the archive say what happened.
pub async fn run(request: &Request, progress: Progress<'_>) -> Result<Outcome, Errors> {
    // Where editions go, and how the archive looks, is known before anything else can fail.
    let config = match project::load_config(&request.project) {
        Ok(config) => config,
        Err(errors) => return Err(tell_unread(request, errors)),
    };
    let templates = project::load_templates(&request.project).ok();
    let words =
        templates.and_then(|templates| reports::archive_words(&config, &templates).ok()).unwrap_or_default();
    let out = request.out.clone().unwrap_or_else(|| request.project.join(&config.out));
    let shelf = Shelf::open(&out)?;
    let (result, as_of) = publish_run(request, &shelf, progress).await;
    let started_at = request.now.timestamp().to_string();
    match result {
        Ok(outcome) => {
            let status = Status {
                state: outcome.state,
                as_of: Some(outcome.as_of.clone()),
                edition: Some(outcome.edition.clone()),
                started_at,
                errors: Vec::new(),
            };
            let followed = shelf.follow(config.keep, &status, &words);
            followed.map_err(|error| {
                error.note(format!("edition {} is published; the archive has not followed", outcome.edition))
            })?;
            Ok(outcome)
        }
        Err(errors) => {
            let live = shelf.editions()?.last().copied();
            let as_of = as_of.map(|day| day.to_string());
            // The fault of the run is what the caller must hear of, whatever becomes of this.
            let _ = shelf.tell(&Status::failed(&errors, as_of, live, started_at), &words);
            Err(errors.note_at_end(match live {
                Some(id) => format!("nothing was published; edition {id} stays live"),
                None => "nothing was published".to_owned(),
            }))
        }
    }
}

/// Says in `status.json` that the configuration cannot be read, in the folder that the caller names or the usual one, if it has
/// editions: what stands there must not go on telling of the last good run.
fn tell_unread(request: &Request, errors: Errors) -> Errors {
    let out = request.out.clone().unwrap_or_else(|| request.project.join(project::config::OUT));
    if !out.join("editions").is_dir() {
        return errors;
    }
    // The fault of the configuration is what the caller must hear of.
    let Ok(shelf) = Shelf::open(&out) else { return errors };
    let live = shelf.editions().ok().and_then(|editions| editions.last().copied());
    let status = Status::failed(&errors, None, live, request.now.timestamp().to_string());
    let _ = shelf.tell(&status, &[]);
    errors
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
    let setting = set_up(request, &post::targets, Reach::Rows).await?;
    let as_of = setting.bindings.as_of;
    *day = Some(as_of);
    let mut content = content(&setting, shelf)?;
    if let Some(id) = shelf.made_of(as_of, &content.address)? {
        let manifest = Manifest::read(&shelf.folder(id))?;
        return Ok(outcome("unchanged", id, shelf, &setting.project, &manifest.content));
    }
    let targets = post::targets(&setting.project);
    let models = build(&setting, request, &targets, work.path(), &faults, progress).await?;
    let mut rendered = reports::render(setting.report_inputs(&models, None)?).await?;
    describe(&mut content, &setting, &models, &rendered);
    let run = post::Run {
        request,
        setting: &setting,
        shelf,
        content: &content,
        models: &models,
        rendered: &rendered,
        work: work.path(),
        progress,
    };
    let posted = post::post(run).await?;
    rendered.pages.extend(posted.pages);
    // What `diff` compares a later version with.
    rendered.pages.push(kept::page(&setting.project.files)?);
    setting.sources.check_unchanged()?;
    content.warnings.extend(posted.left_out.iter().cloned());
    let times = serde_json::json!({ "started_at": request.now.timestamp().to_string() }).to_string();
    let laid = shelf.lay(as_of, content.clone(), &rendered.pages, format!("{times}\n").as_bytes())?;
    // The whole comes last: a run that is killed before it does everything again.
    let started_at = request.now.timestamp().to_string();
    for scoped in posted.scoped {
        scoped.switch(setting.project.config.keep, &as_of.to_string(), &started_at)?;
    }
    let id = laid.switch()?;
    // What is published is published, whatever becomes of this.
    let _ = setting.store()?.prune();
    let mut outcome = outcome("published", id, shelf, &setting.project, &content);
    outcome.warnings.extend(setting.unkept.clone());
    Ok(Outcome { mails: posted.n_messages, failed: posted.failed, ..outcome })
}

/// A project whose queries have all been planned, over schemas alone.
struct Checked {
    setting: Setting,
    engine: Engine,
    order: Vec<TableName>,
    planned: BTreeMap<TableName, Planned>,
    /// Where the session would spill to.
    _work: WorkFolder,
}

async fn plan_all(request: &Request) -> Result<Checked, Errors> {
    let setting = set_up(request, &every_query, Reach::Schemas).await?;
    let work = WorkFolder::new(&request.scratch)?;
    let engine = Engine::new(&setting.limits(request), work.path())?;
    let order = setting.graph.order().to_vec();
    let planned = models::plan::plan(
        &setting.project,
        &setting.sources,
        &setting.graph,
        &order,
        &setting.bindings,
        &engine,
        &BTreeMap::new(),
    )
    .await?;
    Ok(Checked { setting, engine, order, planned, _work: work })
}

fn every_query(project: &Project) -> BTreeSet<TableName> {
    project.queries.keys().cloned().collect()
}

/// Parses, plans and lints everything, without touching rows.
///
/// # Errors
/// Every fault of the project at once.
pub async fn check(request: &Request) -> Result<CheckSummary, Errors> {
    let Checked { setting, order, planned, .. } = plan_all(request).await?;
    reports::check(&setting.project)?;
    let schemas = planned.into_iter().map(|(name, planned)| (name, planned.schema));
    let schemas = schemas.collect();
    reports::check_advice(&setting.project, &schemas)?;
    reports::check_lists(&setting.project, &schemas)?;
    if setting.project.config.recipients.iter().any(|recipient| recipient.scope.is_some()) {
        models::restrict::check(&setting.project, &setting.graph, &reports::targets(&setting.project))?;
    }
    let absent = order.iter().filter(|name| setting.graph.absence(name).is_some());
    Ok(CheckSummary {
        queries: setting.project.queries.len(),
        rules: setting.project.rules.len(),
        reports: setting.project.templates.reports.len(),
        sources: setting.sources.tables.len(),
        absent: absent.map(ToString::to_string).collect(),
    })
}

/// Computes every table of the project and sees to its conditions; publishes nothing.
///
/// # Errors
/// Faults of the project, and every condition that does not hold.
pub async fn check_rows(request: &Request, progress: Progress<'_>) -> Result<RowsSummary, Errors> {
    let setting = set_up(request, &every_query, Reach::Rows).await?;
    let work = WorkFolder::new(&request.scratch)?;
    let faults = request.scratch.with_extension("faults");
    // What a run stores is stored here too, and no more.
    let read: BTreeSet<&TableName> =
        setting.graph.order().iter().flat_map(|name| setting.graph.reads_of(name)).collect();
    let mut targets = every_query(&setting.project);
    targets.retain(|name| !read.contains(name));
    targets.extend(reports::targets(&setting.project));
    let models = build(&setting, request, &targets, work.path(), &faults, progress).await?;
    Ok(RowsSummary {
        tables: models.built.len(),
        conditions: models.built.values().map(|built| built.n_checks).sum(),
        warnings: models.warnings,
        unavailable: models.unavailable.keys().map(ToString::to_string).collect(),
    })
}

/// The tables of the project as a script for DuckDB.
///
/// # Errors
/// Faults of the project.
pub async fn script(request: &Request) -> Result<String, Errors> {
    let Checked { setting, engine, order, planned, .. } = plan_all(request).await?;
    models::script::script(setting.inputs(), &order, &planned, &engine).await
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
    let targets = |_: &Project| asked.as_ref().map_or_else(BTreeSet::new, names_read);
    let setting = set_up(request, &targets, Reach::Rows).await?;
    if let Some(query) = &asked {
        let names = sources::names(&setting.warehouse)?;
        models::graph::check_reads(&setting.project, &names, query)?;
        models::plan::check_parameters(query, &setting.bindings)?;
    }
    let work = WorkFolder::new(&request.scratch)?;
    let models = build(
        &setting,
        request,
        &targets(&setting.project),
        work.path(),
        &request.scratch.with_extension("faults"),
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

/// What the project keeps from run to run, all of it removed first if that is asked for.
///
/// # Errors
/// Faults of the config; kind `Environment` when the folder cannot be used, or is in use.
pub fn cache(request: &Request, clear: bool) -> Result<Holding, Errors> {
    let config = project::load_config(&request.project)?;
    let store = setting::open_kept(request, &config)?;
    if clear {
        store.clear()?;
    }
    Ok(store.holding()?)
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

/// How a run over the warehouse reads its tables: file by file, or as a whole and why; by the table that is stored.
///
/// # Errors
/// Faults of the project.
pub async fn scans(request: &Request) -> Result<BTreeMap<TableName, Vec<Scan>>, Errors> {
    let Checked { setting, engine, order, planned, _work } = plan_all(request).await?;
    let parts = std::sync::Arc::new(setting.parts(request, None));
    let targets = post::targets(&setting.project);
    let engine = engine.with_parts(parts);
    models::scans::scans(setting.inputs(), &order, &planned, &targets, &engine).await
}

/// The SQL of a question; for a table, all of it.
fn asked(question: &Question) -> Result<Option<QueryFile>> {
    let text = match question {
        Question::Table(name) => format!("SELECT * FROM {name}"),
        Question::Sql(sql) => sql.clone(),
    };
    query_file::parse(TableName::new(models::graph::ASKED, "sql"), "--sql", text.into()).map(Some)
}

fn names_read(query: &QueryFile) -> BTreeSet<TableName> {
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
