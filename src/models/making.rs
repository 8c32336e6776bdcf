//! Tables computed side by side: each as soon as all that it reads is there, as many at once as the session has cores for.
//!
//! What comes out does not depend on which of them ended first. A table for which there was not enough memory beside others is
//! computed once more, alone; where that is not enough either, with joins that write to disk what they cannot hold.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::addresses::Addresses;
use super::check::{self, ControlTotal, Verdict};
use super::queue::Queue;
use super::reuse::{About, reuse};
use super::watch::Watch;
use super::{
    Built, Fault, Folders, Inputs, Missing, Planned, Progress, Step, plan_of, register_empty, register_rules,
    rows,
};
use crate::engine::{self, Engine, Scan};
use crate::error::{Error, Errors, Result};
use crate::names::TableName;
use crate::project::{QueryFile, query_file};
use crate::sources::Source;
use crate::store::{Address, Digest, Kept, Print};

/// What every table is made with.
pub(super) struct Making<'a> {
    pub(super) inputs: Inputs<'a>,
    pub(super) engine: &'a Engine,
    pub(super) folders: Folders<'a>,
    pub(super) targets: &'a BTreeSet<TableName>,
    /// Tables of an earlier build.
    pub(super) same: &'a BTreeMap<TableName, Built>,
    pub(super) addresses: &'a Addresses,
    /// Tables of earlier runs.
    pub(super) kept: &'a BTreeMap<TableName, Kept<About>>,
    pub(super) planned: &'a BTreeMap<TableName, Planned>,
}

/// What has been made so far; what is told of tables is by their place in the order.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) built: BTreeMap<TableName, Built>,
    pub(super) unavailable: BTreeMap<TableName, Missing>,
    pub(super) totals: BTreeMap<usize, Vec<ControlTotal>>,
    pub(super) warnings: BTreeMap<usize, Vec<String>>,
    pub(super) faults: BTreeMap<usize, Vec<Fault>>,
    broken: BTreeSet<TableName>,
}

/// A table that was made, and what is said of it.
pub(super) struct Finished {
    pub(super) built: Built,
    pub(super) totals: Vec<ControlTotal>,
    pub(super) warnings: Vec<String>,
    pub(super) faults: Vec<Error>,
}

/// What became of a table.
enum Outcome {
    /// It is in the session, and no query made it.
    Registered,
    Unavailable(Missing),
    Finished(Box<Finished>),
    /// It could not be made, or what it reads could not.
    Broken(Vec<Error>),
}

/// A table whose turn it is.
struct Turn<'a> {
    index: usize,
    name: &'a TableName,
    /// What is already known to be missing.
    missing: Option<Missing>,
    /// Whether a table that it reads is broken.
    is_broken: bool,
}

/// How a table is computed for which there was not enough memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    /// With all the memory and all cores.
    Alone,
    /// Its joins by sorting, for which the engine wants two parts: the last way that there is.
    Sorting,
}

impl Making<'_> {
    /// Makes the tables in `order`.
    ///
    /// # Errors
    /// What the session or the store refuses; what is wrong with a table is told with it.
    pub(super) async fn make(&self, order: &[TableName], progress: Progress<'_>) -> Result<Tables, Errors> {
        let mut tables = Tables::default();
        let mut queue = Queue::new(order, |name| self.inputs.graph.reads_of(name));
        let mut running = FuturesUnordered::new();
        let mut again: VecDeque<(usize, Again)> = VecDeque::new();
        let most = self.engine.side_by_side();
        loop {
            while running.len() < most
                && let Some(index) = queue.next()
            {
                progress(Step::Begins { done: queue.n_done, of: order.len(), table: &order[index] });
                // Queries that run beside others are computed each in one part: two of them that share two cores do the same work
                // in the same time as one after the other, without handing rows from core to core.
                let n_beside = (running.len() + 1 + queue.n_ready()).min(most);
                let engine = self.engine.in_parts(most / n_beside);
                running.push(self.step(self.turn(index, &order[index], &tables), engine, progress));
            }
            let (way, (index, outcome)) = match running.next().await {
                Some(done) => (None, done),
                None => match again.pop_front() {
                    Some((index, way)) => {
                        let engine = match way {
                            Again::Alone => self.engine.in_parts(most),
                            Again::Sorting => self.engine.in_parts(2).with_joins_that_spill(),
                        };
                        let turn = self.turn(index, &order[index], &tables);
                        (Some(way), self.step(turn, engine, progress).await)
                    }
                    None => return Ok(tables),
                },
            };
            let outcome = outcome?;
            if outcome.lacks_memory() && way != Some(Again::Sorting) {
                // Where nothing runs side by side it was alone already.
                let is_new = way.is_none() && most > 1;
                again.push_back((index, if is_new { Again::Alone } else { Again::Sorting }));
                queue.put_off(index);
                continue;
            }
            progress(Step::Ended { table: &order[index] });
            tables.add(index, &order[index], outcome);
            queue.done(index, self.rows_of(&order[index], &tables));
        }
    }

    /// How many rows a table has that is there.
    fn rows_of(&self, name: &TableName, tables: &Tables) -> u64 {
        let source = self.inputs.sources.tables.get(name).map(Source::rows);
        source.or_else(|| tables.built.get(name).map(|built| built.rows)).unwrap_or(0)
    }

    fn turn<'a>(&self, index: usize, name: &'a TableName, tables: &Tables) -> Turn<'a> {
        let reads = self.inputs.graph.reads_of(name);
        let is_broken = reads.iter().any(|read| tables.broken.contains(read));
        Turn { index, name, missing: self.missing_above(name, tables), is_broken }
    }

    /// A table that it reads and that is not to be had.
    fn missing_above(&self, name: &TableName, tables: &Tables) -> Option<Missing> {
        if self.inputs.graph.absence(name).is_some() {
            return Some(Missing::Table(name.clone()));
        }
        let query = self.inputs.project.queries.get(name)?;
        let may_be_empty =
            |read: &TableName| query.header.empty_if_missing.iter().any(|(table, _)| table == read);
        let reads = self.inputs.graph.reads_of(name).iter().filter(|read| !may_be_empty(read));
        reads.filter_map(|read| tables.unavailable.get(read)).next().cloned()
    }

    async fn step(
        &self,
        turn: Turn<'_>,
        engine: Engine,
        progress: Progress<'_>,
    ) -> (usize, Result<Outcome, Errors>) {
        (turn.index, self.table(turn, &engine, progress).await)
    }

    async fn table(
        &self,
        turn: Turn<'_>,
        engine: &Engine,
        progress: Progress<'_>,
    ) -> Result<Outcome, Errors> {
        let (inputs, name) = (self.inputs, turn.name);
        if let Some(source) = inputs.sources.tables.get(name) {
            source.register(engine)?;
            return Ok(Outcome::Registered);
        }
        if let Some(rules) = inputs.project.rules.get(name) {
            register_rules(engine, rules, inputs.restriction)?;
            return Ok(Outcome::Registered);
        }
        let Some(address) = self.addresses.get(name) else { return Ok(Outcome::Registered) };
        if let (Some(query), Some(kept)) = (inputs.project.queries.get(name), self.kept.get(name)) {
            return Ok(match turn.is_broken {
                true => Outcome::Broken(Vec::new()),
                false => Outcome::finished(reuse(query, inputs, address, kept, engine).await?),
            });
        }
        let missing = match turn.missing {
            Some(missing) => Some(missing),
            // What it reads may not even be in the session.
            None if turn.is_broken => return Ok(Outcome::Broken(Vec::new())),
            None => self.missing_column(name, engine).await?,
        };
        if let Some(missing) = missing {
            register_empty(engine, name, self.planned.get(name))?;
            return Ok(Outcome::Unavailable(missing));
        }
        let (Some(query), Some(plan)) = (inputs.project.queries.get(name), self.planned.get(name)) else {
            return Ok(Outcome::Registered);
        };
        if let Some(restriction) = inputs.restriction.filter(|_| name.is_staging()) {
            let columns = plan.schema.fields().iter().map(|field| field.name().clone()).collect();
            if let Some(missing) = restriction.undivided(name, &columns) {
                register_empty(engine, name, Some(plan))?;
                return Ok(Outcome::Unavailable(missing));
            }
        }
        let finished = match self.same.get(name) {
            Some(built) => self.again(query, built, engine).await,
            None => {
                let is_stored = plan.is_stored_for(name, self.targets);
                self.one(query, plan, is_stored, address, engine, progress).await
            }
        };
        Ok(match finished {
            Ok(finished) => Outcome::finished(finished),
            Err(errors) => Outcome::Broken(errors.into_iter().collect()),
        })
    }

    /// A column that a table needs and that is empty throughout, if there is one.
    async fn missing_column(&self, name: &TableName, engine: &Engine) -> Result<Option<Missing>> {
        let Some(query) = self.inputs.project.queries.get(name) else { return Ok(None) };
        let store = self.folders.store;
        for (table, column) in &query.header.needs {
            let missing = || Some(Missing::Column(table.clone(), column.clone()));
            let address = self.addresses.get(table).map_or("", Address::as_str);
            let address = Digest::new("needs").text(address).text(column).address();
            if let Some(kept) = store.find::<bool>(&address) {
                match kept.about {
                    true => continue,
                    false => return Ok(missing()),
                }
            }
            let sql = format!("SELECT 1 FROM {table} WHERE {column} IS NOT NULL LIMIT 1");
            let parsed = query_file::parse_select(&query.path, &sql.as_str().into())?;
            let doing = format!("looking for `{table}.{column}`");
            let plan = engine.plan(&parsed).await.map_err(|error| engine::planning_fault(&error, query))?;
            let rows = engine.collect(plan).await.map_err(|error| engine::execution_fault(error, &doing))?;
            let is_there = rows.iter().any(|batch| batch.num_rows() > 0);
            store.keep(&address, is_there, None)?;
            if !is_there {
                return Ok(missing());
            }
        }
        Ok(None)
    }

    /// Puts a table of an earlier build into the session.
    async fn again(&self, query: &QueryFile, built: &Built, engine: &Engine) -> Result<Finished, Errors> {
        match built.table()? {
            Some(table) => engine.register(&query.name, table)?,
            None => {
                let plan = plan_of(query, self.inputs, engine).await?;
                engine.register(&query.name, engine.frame(plan).into_view())?;
            }
        }
        let built = built.clone();
        Ok(Finished { built, totals: Vec::new(), warnings: Vec::new(), faults: Vec::new() })
    }

    /// Computes a table, checks it and keeps it.
    async fn one(
        &self,
        query: &QueryFile,
        planned: &Planned,
        is_stored: bool,
        address: &Address,
        engine: &Engine,
        progress: Progress<'_>,
    ) -> Result<Finished, Errors> {
        let folders = self.folders;
        let plan = plan_of(query, self.inputs, engine).await?;
        let (mut draft, mut seen, mut scans) = (None, None, Vec::new());
        let schema = if is_stored {
            let is_in_order = !planned.has_rows_as_read || query.header.order.is_some();
            let plan = if is_in_order { rows::ordered(engine, query, plan)? } else { plan };
            let schema = rows::plain(plan.schema().inner());
            let has_grain_in_order = is_in_order && rows::has_grain_in_order(query);
            let watch = Watch::new(query, self.inputs.bindings, &schema, engine, has_grain_in_order)?;
            let draft_of_rows = folders.store.draft()?;
            let written = rows::write(engine, query, plan, is_in_order, draft_of_rows, watch).await?;
            engine.register(&query.name, rows::table(Arc::clone(&schema), &written.draft.0)?)?;
            (draft, seen, scans) = (Some(written.draft), written.seen, written.scans);
            schema
        } else {
            let schema = Arc::clone(plan.schema().inner());
            engine.register(&query.name, engine.frame(plan).into_view())?;
            schema
        };
        progress(Step::Checks { table: &query.name });
        let verdict = check::check(query, self.inputs, engine, folders.faults, seen).await?;
        let path = self.keep(query, planned, &verdict, &scans, address, draft)?;
        if let Some(path) = &path {
            engine.register(&query.name, rows::table(Arc::clone(&schema), path)?)?;
        }
        let (n_fresh, stale) = check::freshness(query, verdict.newest, self.inputs);
        let (n_checks, address) = (verdict.n_checks + n_fresh, address.clone());
        let built = Built { schema, rows: verdict.rows, n_checks, scans, path, address };
        let mut faults = verdict.faults;
        faults.extend(stale);
        Ok(Finished { built, totals: verdict.totals, warnings: verdict.warnings, faults })
    }

    /// Keeps a table that is sound; gives where its rows lie.
    fn keep(
        &self,
        query: &QueryFile,
        planned: &Planned,
        verdict: &Verdict,
        scans: &[Scan],
        address: &Address,
        draft: Option<(PathBuf, Print)>,
    ) -> Result<Option<PathBuf>> {
        // Rows of a file that is being replaced are of no address.
        if !verdict.faults.is_empty() || self.inputs.sources.check_unchanged().is_err() {
            return Ok(draft.map(|(path, _)| path));
        }
        let about = About {
            table: query.name.clone(),
            is_stored: planned.is_stored,
            rows: verdict.rows,
            n_checks: verdict.n_checks,
            newest: verdict.newest,
            totals: verdict.totals.clone(),
            warnings: verdict.warnings.clone(),
            scans: scans.to_vec(),
        };
        self.folders.store.keep(address, about, draft)
    }
}

impl Outcome {
    fn finished(finished: Finished) -> Self {
        Self::Finished(Box::new(finished))
    }

    /// Whether it was broken by a want of memory.
    fn lacks_memory(&self) -> bool {
        matches!(self, Self::Broken(faults) if faults.iter().any(engine::lacks_memory))
    }
}

impl Tables {
    fn add(&mut self, index: usize, name: &TableName, outcome: Outcome) {
        let faults = match outcome {
            Outcome::Registered => return,
            Outcome::Unavailable(missing) => {
                self.unavailable.insert(name.clone(), missing);
                return;
            }
            Outcome::Finished(finished) => {
                let Finished { built, totals, warnings, faults } = *finished;
                self.built.insert(name.clone(), built);
                self.totals.insert(index, totals);
                self.warnings.insert(index, warnings);
                if faults.is_empty() {
                    return;
                }
                faults
            }
            Outcome::Broken(faults) => faults,
        };
        self.broken.insert(name.clone());
        let faults = faults.into_iter().map(|error| Fault { table: name.clone(), error });
        self.faults.insert(index, faults.collect());
    }
}
