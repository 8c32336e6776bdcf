//! Tables that were computed by an earlier run, out of the store and into the session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use serde::{Deserialize, Serialize};

use super::addresses::Addresses;
use super::check::{self, ControlTotal};
use super::sights::Newest;
use super::{Built, Inputs, Models, plan_of, rows};
use crate::error::{Error, Errors, Result};
use crate::names::TableName;
use crate::project::{Project, QueryFile};
use crate::store::{Address, Kept, Store};

/// What is known of a kept table beside its rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) table: TableName,
    pub(super) rows: u64,
    pub(super) n_checks: usize,
    pub(super) newest: Newest,
    pub(super) totals: Vec<ControlTotal>,
    pub(super) warnings: Vec<String>,
}

/// The tables of queries that are in the store, their rows proven to be what was kept. What is asked for has to have rows
/// there.
pub(super) fn kept(
    project: &Project,
    targets: &BTreeSet<TableName>,
    addresses: &Addresses,
    store: &Store,
) -> BTreeMap<TableName, Kept<About>> {
    let queries: Vec<_> = addresses.iter().filter(|(name, _)| project.queries.contains_key(name)).collect();
    let found = Mutex::new(BTreeMap::new());
    let find = |part: &[(&TableName, &Address)]| {
        for (name, address) in part {
            let Some(kept) = store.find::<About>(address) else { continue };
            if kept.path.is_some() || name.is_staging() || !targets.contains(name) {
                found.lock().unwrap_or_else(PoisonError::into_inner).insert((*name).clone(), kept);
            }
        }
    };
    // Reading them all through is what takes time here.
    let n_threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for part in queries.chunks(queries.len().div_ceil(n_threads).max(1)) {
            scope.spawn(|| find(part));
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The columns of those that have rows there.
pub(super) fn kept_schemas(
    kept: &BTreeMap<TableName, Kept<About>>,
) -> Result<BTreeMap<TableName, SchemaRef>> {
    let stored = kept.iter().filter_map(|(name, kept)| Some((name, kept.path.as_ref()?)));
    stored.map(|(name, path)| Ok((name.clone(), rows::schema(path)?))).collect()
}

/// Puts a kept table into the session; tells if it has become too old.
pub(super) async fn reuse(
    query: &QueryFile,
    inputs: Inputs<'_>,
    address: &Address,
    kept: &Kept<About>,
    models: &mut Models,
) -> Result<Option<Error>, Errors> {
    let schema = match &kept.path {
        Some(path) => {
            let schema = rows::schema(path)?;
            models.engine.register(&query.name, rows::table(Arc::clone(&schema), path)?)?;
            schema
        }
        None => {
            let plan = plan_of(query, inputs, &models.engine).await?;
            let schema = Arc::clone(plan.schema().inner());
            models.engine.register(&query.name, models.engine.frame(plan).into_view())?;
            schema
        }
    };
    let about = kept.about.clone();
    let (n_fresh, stale) = check::freshness(query, about.newest, inputs);
    let path = kept.path.clone();
    let built = Built {
        schema,
        rows: about.rows,
        n_checks: about.n_checks + n_fresh,
        path,
        address: address.clone(),
    };
    models.built.insert(query.name.clone(), built);
    models.totals.extend(about.totals);
    models.warnings.extend(about.warnings);
    Ok(stale)
}
