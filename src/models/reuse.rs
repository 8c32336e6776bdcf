//! Tables that were computed by an earlier run, out of the store and into the session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::addresses::Addresses;
use super::check::{self, ControlTotal};
use super::sights::Newest;
use super::{Built, Inputs, making::Finished, plan_of, rows};
use crate::engine::{Engine, Scan};
use crate::error::{Errors, Result};
use crate::names::TableName;
use crate::project::{Project, QueryFile};
use crate::store::{Address, Kept, Store};

/// What is known of a kept table beside its rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) table: TableName,
    /// Whether its rows are stored whoever asks.
    pub(super) is_stored: bool,
    pub(super) rows: u64,
    pub(super) n_checks: usize,
    pub(super) newest: Newest,
    pub(super) totals: Vec<ControlTotal>,
    pub(super) warnings: Vec<String>,
    pub(super) scans: Vec<Scan>,
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
    let find = |(name, address): (&TableName, &Address)| {
        let mut kept = store.find::<About>(address)?;
        let needs_rows = kept.about.is_stored || (targets.contains(name) && !name.is_staging());
        if !needs_rows {
            // Somebody asked for them once; this run would not store them.
            kept.path = None;
        }
        (kept.path.is_some() || !needs_rows).then(|| (name.clone(), kept))
    };
    // Reading them all through is what takes time here.
    queries.into_par_iter().filter_map(find).collect()
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
    engine: &Engine,
) -> Result<Finished, Errors> {
    let schema = match &kept.path {
        Some(path) => {
            let schema = rows::schema(path)?;
            engine.register(&query.name, rows::table(Arc::clone(&schema), path)?)?;
            schema
        }
        None => {
            let plan = plan_of(query, inputs, engine).await?;
            let schema = Arc::clone(plan.schema().inner());
            engine.register(&query.name, engine.frame(plan).into_view())?;
            schema
        }
    };
    let About { rows, n_checks, newest, totals, warnings, scans, .. } = kept.about.clone();
    let (n_fresh, stale) = check::freshness(query, newest, inputs);
    let (n_checks, path, address) = (n_checks + n_fresh, kept.path.clone(), address.clone());
    let built = Built { schema, rows, n_checks, scans, path, address };
    Ok(Finished { built, totals, warnings, faults: stale.into_iter().collect() })
}
