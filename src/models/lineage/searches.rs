//! What is looked for: which columns of a model have the same rows behind them, and what it takes to find these.
//!
//! Takes questions in an order. Gives searches for as much as may be read, and what an earlier run has found already. Of a model made
//! of the same as before, nothing is planned to know this.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use datafusion::logical_expr::LogicalPlan;
use futures::{FutureExt, StreamExt, TryStreamExt};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::kept::AboutProof;
use super::route::{self, Route, Upstream};
use super::{Lineage, MOST_READ};
use crate::error::{Errors, Result};
use crate::models::plan_of;
use crate::names::TableName;
use crate::store::{Address, Digest};

/// Columns of a model whose rows are asked for.
#[derive(Debug, Clone)]
pub struct Question {
    /// The model.
    pub model: TableName,
    /// Its columns.
    pub columns: Vec<String>,
}

/// Columns whose rows are to be looked for.
#[derive(Debug)]
pub struct Search {
    pub(super) model: TableName,
    pub(super) columns: Vec<String>,
    pub(super) means: Means,
    /// At most so many rows.
    pub(super) most: usize,
    pub(super) address: Address,
}

/// How rows are found.
#[derive(Debug)]
pub(super) enum Means {
    /// By running a plan.
    Plan(LogicalPlan),
    /// An earlier run has done so; what it found, if it found any.
    Kept(Option<(AboutProof, PathBuf)>),
}

impl Search {
    /// What the rows that it finds depend on.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

/// A search, as far as it is known without a plan.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Outline {
    columns: Vec<String>,
    /// The rows of each table that it reads.
    reads: Vec<u64>,
}

impl Lineage<'_> {
    /// How the rows behind columns of models are to be found, columns that share their rows together. What they read is
    /// taken off what may be read, so that the order of asking decides.
    ///
    /// # Errors
    /// What planning finds, which building would have found before; kind `Environment` when the store refuses something.
    pub async fn searches(
        &mut self,
        questions: &[Question],
        most: usize,
    ) -> Result<Vec<Vec<Search>>, Errors> {
        let mut plans: BTreeMap<Address, LogicalPlan> = BTreeMap::new();
        let mut outlines: Vec<Option<Vec<Outline>>> =
            questions.iter().map(|question| self.known_outlines(question, most)).collect();
        let unknown: Vec<usize> = (0..outlines.len()).filter(|index| outlines[*index].is_none()).collect();
        self.plan(unknown.iter().map(|index| &questions[*index].model)).await?;
        for index in unknown {
            let question = &questions[index];
            let own = self.planned(question, most, &mut plans);
            let address = self.address("ways", &question.model, &question.columns, most);
            self.store.keep(&address, &own, None)?;
            outlines[index] = Some(own);
        }
        let mut wanted: Vec<(usize, Vec<String>, Address)> = Vec::new();
        for (index, outlines) in outlines.into_iter().enumerate() {
            for Outline { columns, reads } in outlines.into_iter().flatten() {
                if self.may_read(&reads) {
                    let address = self.address("proof", &questions[index].model, &columns, most);
                    wanted.push((index, columns, address));
                }
            }
        }
        // Reading them all through is what takes time here.
        let find = |(_, _, address): &(usize, Vec<String>, Address)| {
            let kept = self.store.find::<Option<AboutProof>>(address)?;
            match (kept.about, kept.path) {
                (None, _) => Some((address.clone(), None)),
                (Some(about), path) => Some((address.clone(), Some((about, path?)))),
            }
        };
        let mut kept: BTreeMap<Address, Option<(AboutProof, PathBuf)>> =
            wanted.par_iter().filter_map(find).collect();
        // Whose outlines are known and whose rows are not has to be planned after all.
        let unplanned: BTreeSet<usize> = wanted
            .iter()
            .filter(|(_, _, address)| !kept.contains_key(address) && !plans.contains_key(address))
            .map(|(index, _, _)| *index)
            .collect();
        self.plan(unplanned.iter().map(|index| &questions[*index].model)).await?;
        for index in unplanned {
            self.planned(&questions[index], most, &mut plans);
        }
        let mut searches: Vec<Vec<Search>> = questions.iter().map(|_| Vec::new()).collect();
        for (index, columns, address) in wanted {
            let means = match kept.remove(&address) {
                Some(found) => Means::Kept(found),
                None => match plans.remove(&address) {
                    Some(plan) => Means::Plan(plan),
                    None => continue,
                },
            };
            let model = questions[index].model.clone();
            searches[index].push(Search { model, columns, means, most, address });
        }
        Ok(searches)
    }

    fn known_outlines(&self, question: &Question, most: usize) -> Option<Vec<Outline>> {
        if question.columns.is_empty() {
            return Some(Vec::new());
        }
        let address = self.address("ways", &question.model, &question.columns, most);
        self.store.find(&address).map(|kept| kept.about)
    }

    /// Plans models and what they read, as far as that has not been done; they are not run.
    async fn plan(&mut self, models: impl Iterator<Item = &TableName>) -> Result<(), Errors> {
        let models: BTreeSet<TableName> = models.cloned().collect();
        let needed = self.inputs.graph.needed(&models);
        let needed = needed.iter().filter(|name| {
            !name.is_staging() && self.models.built.contains_key(name) && !self.plans.contains_key(name)
        });
        let queries = needed.filter_map(|name| self.inputs.project.queries.get(name));
        let (inputs, engine) = (self.inputs, &self.models.engine);
        let plans = queries.map(|query| {
            async move { Ok::<_, Errors>((query.name.clone(), plan_of(query, inputs, engine).await?)) }
                .boxed()
        });
        let plans: Vec<_> = plans.collect();
        let plans: Vec<(TableName, LogicalPlan)> =
            futures::stream::iter(plans).buffered(engine.side_by_side()).try_collect().await?;
        self.plans.extend(plans);
        Ok(())
    }

    /// The searches of a model that is planned, and their plans by address.
    fn planned(
        &self,
        question: &Question,
        most: usize,
        plans: &mut BTreeMap<Address, LogicalPlan>,
    ) -> Vec<Outline> {
        let Question { model, columns } = question;
        let mut outlines = Vec::new();
        for way in self.ways(model, columns) {
            let Some(plan) = self.plans.get(model) else { continue };
            // A way that the plan does not bear is no way.
            let Ok(plan) = self.rows(model, plan, &way, most) else { continue };
            let columns: Vec<String> = way.figures.into_iter().map(|(name, _)| name).collect();
            let mut reads = Vec::new();
            self.rows_read(&plan, &mut reads);
            plans.insert(self.address("proof", model, &columns, most), plan);
            outlines.push(Outline { columns, reads });
        }
        outlines
    }

    /// What the rows behind columns of a model depend on, or the ways to them: what it is made of, and which of the tables below it are
    /// stored, by which it is told what may be read.
    fn address(&self, kind: &str, model: &TableName, columns: &[String], most: usize) -> Address {
        let built = &self.models.built;
        let below = self.inputs.graph.needed(&BTreeSet::from([model.clone()]));
        let stored = below.iter().filter(|name| built.get(name).is_some_and(|built| built.path.is_some()));
        let own = built.get(model).map_or("", |built| built.address.as_str());
        let digest = Digest::new(kind).text(own).texts(columns).text(&most.to_string());
        digest.texts(stored.map(ToString::to_string)).address()
    }

    fn ways(&self, model: &TableName, columns: &[String]) -> Vec<Way> {
        let mut ways: Vec<Way> = Vec::new();
        for column in columns {
            let Some(terms) = self.terms(model, column) else { continue };
            // Sums that come different ways have different rows.
            let Some((_, first)) = terms.first().cloned() else { continue };
            if terms[1..].iter().any(|(_, route)| !first.is_same_way(route)) {
                continue;
            }
            let place = ways.iter().position(|way| way.route.is_same_way(&first));
            let place = place.unwrap_or_else(|| {
                ways.push(Way { route: first.clone(), n_sums: 0, figures: Vec::new() });
                ways.len() - 1
            });
            ways[place].add(column, &terms);
        }
        ways
    }

    /// Whether no table is too large, nor all of them more than is left to read; what is read is gone then.
    fn may_read(&mut self, reads: &[u64]) -> bool {
        let read: u64 = reads.iter().sum();
        if read > self.left || reads.iter().any(|rows| *rows > MOST_READ) {
            return false;
        }
        self.left -= read;
        true
    }

    fn rows_read(&self, plan: &LogicalPlan, tables: &mut Vec<u64>) {
        if let LogicalPlan::TableScan(scan) = plan
            && let Some(table) = route::model_of(scan)
        {
            let built = self.models.built.get(&table).map(|built| built.rows);
            let source = self.inputs.sources.tables.get(&table).map(crate::sources::Source::rows);
            tables.extend(built.or(source));
        }
        plan.inputs().into_iter().for_each(|input| self.rows_read(input, tables));
    }
}

/// Figures whose rows are the same, and the sums that each is made of.
pub(super) struct Way {
    pub(super) route: Route,
    /// How many sums the route leads to.
    pub(super) n_sums: usize,
    /// By column: which sums are added, or taken off.
    pub(super) figures: Vec<(String, Vec<(bool, usize)>)>,
}

impl Way {
    fn add(&mut self, column: &str, terms: &[(bool, Route)]) {
        let mut parts = Vec::new();
        for (is_taken_off, route) in terms {
            // The first sum is the one that the way was found by.
            if self.n_sums > 0 {
                self.route.join(route);
            }
            parts.push((*is_taken_off, self.n_sums));
            self.n_sums += 1;
        }
        self.figures.push((column.to_owned(), parts));
    }
}
