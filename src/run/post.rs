//! The mails of a run, and the editions of those who may see some customers alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::edition::describe;
use super::setting::{Request, Setting};
use crate::error::{Error, Errors, Result};
use crate::mail::{self, Envelope, Outbox, Reader};
use crate::models::{self, Models, Progress, Restriction, restrict};
use crate::names::{EditionId, Lang, TableName};
use crate::project::recipients::Scope;
use crate::project::{MailConfig, Project};
use crate::publish::{ArchiveWords, Content, Laid, Page, Shelf, Status};
use crate::reports::{self, Rendered};

/// The folder of the scopes, each of which is published as the whole is: with editions, `latest` and an archive.
pub(super) const SCOPES: &str = "scopes";

/// What the mails of a run add to it.
#[derive(Debug, Default)]
pub(super) struct Posted {
    /// The messages, for the edition.
    pub(super) pages: Vec<Page>,
    /// How many messages there are.
    pub(super) n_messages: usize,
    /// The editions of scopes, not yet visible.
    pub(super) scoped: Vec<Scoped>,
    /// Who is mailed nothing, and why.
    pub(super) left_out: Vec<String>,
    /// Scopes that could not be computed: mail that should have been written, and was not.
    pub(super) failed: Vec<String>,
}

/// An edition over some of the customers.
#[derive(Debug)]
pub(super) struct Scoped {
    shelf: Shelf,
    laid: Laid,
    words: Vec<ArchiveWords>,
}

impl Scoped {
    /// Switches it in, and lets its archive follow.
    pub(super) fn switch(self, keep: usize, as_of: &str, started_at: &str) -> Result<()> {
        let id = self.laid.switch()?;
        let status = Status {
            state: "published",
            as_of: Some(as_of.to_owned()),
            edition: Some(id.to_string()),
            started_at: started_at.to_owned(),
            errors: Vec::new(),
        };
        self.shelf.follow(keep, &status, &self.words)
    }
}

/// What a run computes: what its reports, exports and lists read, and who is mailed.
pub(super) fn targets(project: &Project) -> BTreeSet<TableName> {
    let mut targets = reports::targets(project);
    if project.config.mail.is_some() && project.queries.contains_key(&mail::table()) {
        targets.insert(mail::table());
    }
    targets
}

/// A run, as far as its mails go by it.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) request: &'a Request,
    pub(super) setting: &'a Setting,
    pub(super) shelf: &'a Shelf,
    /// What the whole edition is made of.
    pub(super) content: &'a Content,
    pub(super) models: &'a Models,
    pub(super) rendered: &'a Rendered,
    /// For stored models.
    pub(super) work: &'a Path,
    pub(super) progress: Progress<'a>,
}

/// Writes the mails of a run, and lays the editions of scopes to the side.
pub(super) async fn post(run: Run<'_>) -> Result<Posted, Errors> {
    let project = &run.setting.project;
    let Some(config) = &project.config.mail else { return Ok(Posted::default()) };
    let (readers, left_out) = mail::readers(project, run.models).await?;
    let mut posted = Posted { left_out, ..Posted::default() };
    let as_of = run.setting.bindings.as_of;
    let edition = run.shelf.next(as_of)?;
    let envelope = Envelope {
        config,
        project: &project.config.name,
        edition,
        written: run.setting.bindings.end_of_day(),
    };
    let mut outbox = Outbox::new(&envelope);
    let inputs = run.setting.report_inputs(run.models, None)?;
    let whole: Vec<&Reader> = readers.iter().filter(|reader| reader.scope.is_none()).collect();
    let link = place(config, "", edition);
    write(&mut outbox, &envelope, inputs, run.rendered, &whole, link)?;
    let scopes: BTreeSet<&Scope> = readers.iter().filter_map(|reader| reader.scope.as_ref()).collect();
    if !scopes.is_empty() {
        restrict::check(project, &run.setting.graph, &reports::targets(project))?;
    }
    for scope in scopes {
        let mine: Vec<&Reader> =
            readers.iter().filter(|reader| reader.scope.as_ref() == Some(scope)).collect();
        let Some(restriction) = Restriction::new(run.models, scope).await? else {
            let names: Vec<String> =
                mine.iter().map(|reader| format!("`{}`", reader.address.email)).collect();
            posted.left_out.push(format!("{} mailed nothing: no customer has {scope}", are(&names)));
            continue;
        };
        match scoped(run, scope, &restriction, &mine, &envelope).await {
            Ok((scoped, mails)) => {
                posted.scoped.push(scoped);
                outbox.take(mails);
            }
            // Its readers get nothing; all others are not kept from their reports.
            Err(errors) => posted.failed.push(format!("nothing is published for {scope}: {errors}")),
        }
    }
    posted.n_messages = outbox.len();
    // An edition that nobody is mailed has no folder of mails.
    if !outbox.is_empty() {
        posted.pages = outbox.pages()?;
    }
    Ok(posted)
}

fn are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// Where an edition is to be seen.
fn place(config: &MailConfig, folder: &str, edition: EditionId) -> Option<url::Url> {
    let link = config.link.as_ref()?;
    link.join(&format!("{folder}editions/{edition}/")).ok()
}

/// Computes the reports over some of the customers, writes their mails, and lays their edition to the side.
async fn scoped(
    run: Run<'_>,
    scope: &Scope,
    restriction: &Restriction,
    readers: &[&Reader],
    envelope: &Envelope<'_>,
) -> Result<(Scoped, Outbox), Errors> {
    let setting = run.setting;
    let project = &setting.project;
    let folder = scope.folder();
    let work = run.work.join(SCOPES).join(&folder);
    let faults = run.shelf.root().join("faults").join(SCOPES).join(&folder);
    let engines = setting.engines(run.request, &work)?;
    let folders = models::Folders { store: setting.store()?, faults: &faults };
    let inputs = models::Inputs { restriction: Some(restriction), ..setting.inputs() };
    let targets = reports::targets(project);
    let models = models::build(inputs, &targets, engines, folders, run.progress).await?;
    let inputs = setting.report_inputs(&models, Some(scope))?;
    let rendered = reports::render(inputs).await?;
    let as_of = setting.bindings.as_of;
    let shelf = Shelf::open(&root(run.shelf, &folder))?;
    let edition = shelf.next(as_of)?;
    let link = place(envelope.config, &format!("{SCOPES}/{folder}/"), edition);
    let mut outbox = Outbox::new(envelope);
    write(&mut outbox, &Envelope { edition, ..*envelope }, inputs, &rendered, readers, link)?;
    let first = project.config.languages.first().copied().unwrap_or(Lang::En);
    let mut content = Content {
        project: reports::project_name(project, first, Some(scope)),
        scope: Some(scope.to_string()),
        address: blake3::hash(format!("{}\n{scope}", run.content.address).as_bytes()).to_hex().to_string(),
        previous_edition: shelf.before(as_of)?.map(|id| id.to_string()),
        // Folders of a warehouse may be called by customers; the manifest of the whole has them.
        inputs: BTreeMap::new(),
        ..run.content.clone()
    };
    describe(&mut content, setting, &models, &rendered);
    let times = serde_json::json!({ "started_at": run.request.now.timestamp().to_string() }).to_string();
    let laid = shelf.lay(as_of, content, &rendered.pages, format!("{times}\n").as_bytes())?;
    let mut words = reports::archive_words(&project.config, &project.templates)?;
    for (page, lang) in words.iter_mut().zip(&project.config.languages) {
        page.project = reports::project_name(project, *lang, Some(scope));
    }
    Ok((Scoped { shelf, laid, words }, outbox))
}

/// Where a scope is published.
fn root(shelf: &Shelf, folder: &str) -> PathBuf {
    shelf.root().join(SCOPES).join(folder)
}

/// Writes the mails of some readers. A body is made once, however many read it.
fn write(
    outbox: &mut Outbox,
    envelope: &Envelope<'_>,
    inputs: reports::Inputs<'_>,
    rendered: &Rendered,
    readers: &[&Reader],
    link: Option<url::Url>,
) -> Result<()> {
    let surroundings =
        reports::mail::Surroundings { edition: envelope.edition, link, attach: envelope.config.attach };
    let wanted: BTreeMap<_, _> = readers
        .iter()
        .flat_map(|reader| reader.reports.iter().map(|report| (report, reader.lang)))
        .map(|(report, lang)| ((report.as_str(), lang.code()), (report, lang)))
        .collect();
    let bodies: BTreeMap<_, _> = wanted
        .into_par_iter()
        .map(|(key, (report, lang))| {
            let body = reports::mail::body(inputs, rendered, report, lang, &surroundings)?;
            Ok((key, body.ok_or_else(|| missing(report.as_str()))?))
        })
        .collect::<Result<_>>()?;
    for reader in readers {
        for report in &reader.reports {
            if let Some(body) = bodies.get(&(report.as_str(), reader.lang.code())) {
                outbox.add(envelope, body, &reader.address, reader.scope.as_ref())?;
            }
        }
    }
    Ok(())
}

fn missing(report: &str) -> Error {
    Error::internal(format!("report `{report}` was not rendered"))
}
