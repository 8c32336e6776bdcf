//! How the queries of a project read the tables of the warehouse, found by planning alone: what a run says in its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::datasource::empty::EmptyTable;

use super::plan::register_absent;
use super::{Inputs, Planned, plan_of, register_rules, rows};
use crate::engine::{Engine, Scan, execution_fault};
use crate::error::Errors;
use crate::names::TableName;

/// How each table in `order` that is stored reads the warehouse; `engine` knows its files. No row is read.
///
/// # Errors
/// Faults of the queries, which planning has found before.
pub async fn scans(
    inputs: Inputs<'_>,
    order: &[TableName],
    planned: &BTreeMap<TableName, Planned>,
    targets: &BTreeSet<TableName>,
    engine: &Engine,
) -> Result<BTreeMap<TableName, Vec<Scan>>, Errors> {
    let mut found = BTreeMap::new();
    for name in order {
        if let Some(source) = inputs.sources.tables.get(name) {
            source.register(engine)?;
        } else if let Some(rules) = inputs.project.rules.get(name) {
            register_rules(engine, rules, None)?;
        } else if inputs.graph.absence(name).is_some() {
            register_absent(engine, name)?;
        } else if let (Some(query), Some(known)) = (inputs.project.queries.get(name), planned.get(name)) {
            let plan = plan_of(query, inputs, engine).await?;
            if !known.is_stored_for(name, targets) {
                engine.register(name, engine.frame(plan).into_view())?;
                continue;
            }
            let schema = rows::plain(plan.schema().inner());
            let doing = format!("planning `{name}`");
            let scans = engine.scans(plan).await.map_err(|error| execution_fault(error, &doing))?;
            found.insert(name.clone(), scans);
            engine.register(name, Arc::new(EmptyTable::new(schema)))?;
        }
    }
    Ok(found)
}
