//! Which rows of staging tables lie after the as-of day. Most nights none do: a table is then the same whatever the day, and
//! so is all that is computed from it.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use datafusion::logical_expr::LogicalPlan;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::addresses::{Addresses, addresses};
use super::plan::register_absent;
use super::staging::{self, Sight};
use super::{Inputs, rule_provider};
use crate::engine::{self, Engine, bind};
use crate::error::{Errors, Result};
use crate::names::TableName;
use crate::project::{Bindings, QueryFile, query_file};
use crate::store::{Digest, Store};

/// How much of each staging table is seen; a table that is not named is seen up to the as-of day.
pub type Sights = BTreeMap<TableName, Sight>;

/// The newest value of a column of days or instants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Newest {
    /// It has none.
    #[default]
    Never,
    /// Days since 1970.
    Day(i32),
    /// Microseconds since 1970.
    Instant(i64),
}

/// The newest value of every column of a staging table that its sight goes by.
pub type Horizon = BTreeMap<String, Newest>;

/// Finds the horizons of the staging tables in `order`. A table whose query cannot be planned has none; planning tells why.
///
/// # Errors
/// What reading rows finds.
pub async fn horizons(
    inputs: Inputs<'_>,
    order: &[TableName],
    engine: &Engine,
    store: &Store,
) -> Result<BTreeMap<TableName, Horizon>, Errors> {
    // All rows of all customers: of fewer, the newest is not newer.
    let inputs = Inputs { restriction: None, ..inputs };
    let all = order.iter().map(|name| (name.clone(), Sight::All)).collect();
    let addresses = addresses(inputs, order, &all)?;
    let mut horizons = BTreeMap::new();
    for name in order.iter().filter(|name| name.is_staging()) {
        let Some(address) = addresses.get(name) else { continue };
        let address = Digest::new("horizon").text(address.as_str()).address();
        if let Some(kept) = store.find::<Horizon>(&address) {
            horizons.insert(name.clone(), kept.about);
        }
    }
    let lacks = |name: &TableName| {
        let is_asked = name.is_staging() && inputs.graph.absence(name).is_none();
        is_asked && inputs.project.queries.contains_key(name) && !horizons.contains_key(name)
    };
    if !order.iter().any(lacks) {
        return Ok(horizons);
    }
    for name in order {
        if let Some(horizon) = look(inputs, name, engine, store, &addresses, horizons.get(name)).await? {
            horizons.insert(name.clone(), horizon);
        }
    }
    Ok(horizons)
}

/// Puts a table into the session with all its rows; gives the columns of a staging table that its sight goes by.
///
/// # Errors
/// Faults of its query.
pub(super) async fn register(
    inputs: Inputs<'_>,
    name: &TableName,
    engine: &Engine,
) -> Result<Option<Vec<String>>, Errors> {
    if let Some(source) = inputs.sources.tables.get(name) {
        source.register(engine)?;
    } else if let Some(rules) = inputs.project.rules.get(name) {
        engine.register(name, rule_provider(rules)?)?;
    } else if inputs.graph.absence(name).is_some() {
        register_absent(engine, name)?;
    } else if let Some(query) = inputs.project.queries.get(name) {
        let bound = bind::bind(&query.query, inputs.bindings);
        let plan = engine.plan(&bound).await.map_err(|error| engine::planning_fault(&error, query))?;
        if !name.is_staging() {
            engine.register(name, engine.frame(plan).into_view())?;
            return Ok(None);
        }
        let plan = staging::wrap(engine, query, plan, Sight::All)?;
        let columns = staging::times(query, plan.schema().as_arrow());
        engine.register(name, engine.frame(plan).into_view())?;
        return Ok(Some(columns));
    }
    Ok(None)
}

/// Puts a table into the session; gives its horizon, unless it is known.
async fn look(
    inputs: Inputs<'_>,
    name: &TableName,
    engine: &Engine,
    store: &Store,
    addresses: &Addresses,
    known: Option<&Horizon>,
) -> Result<Option<Horizon>, Errors> {
    let Ok(Some(columns)) = register(inputs, name, engine).await else { return Ok(None) };
    let (Some(query), None) = (inputs.project.queries.get(name), known) else { return Ok(None) };
    let mut horizon = Horizon::new();
    if !columns.is_empty() {
        let newest: Vec<String> = columns.iter().map(|column| format!("max({column})")).collect();
        let sql = format!("SELECT {} FROM {name}", newest.join(", "));
        let values = values(query, engine, &sql).await?;
        horizon = columns.into_iter().zip(values).collect();
    }
    if let Some(address) = addresses.get(name) {
        store.keep(&Digest::new("horizon").text(address.as_str()).address(), &horizon, None)?;
    }
    Ok(Some(horizon))
}

/// The newest day of a column of a table that [`register`] has put into the session, among those up to `today`.
///
/// # Errors
/// What reading rows finds.
pub async fn newest_up_to(query: &QueryFile, column: &str, engine: &Engine, today: Date) -> Result<Newest> {
    let sql = format!("SELECT max({column}) FROM {} WHERE {column} <= DATE '{today}'", query.name);
    let values = values(query, engine, &sql).await?;
    Ok(values.first().copied().unwrap_or(Newest::Never))
}

async fn values(query: &QueryFile, engine: &Engine, sql: &str) -> Result<Vec<Newest>> {
    let parsed = query_file::parse_select(&query.path, &sql.into())?;
    let plan: LogicalPlan =
        engine.plan(&parsed).await.map_err(|error| engine::planning_fault(&error, query))?;
    let doing = format!("looking for the newest day of `{}`", query.name);
    let batches = engine.collect(plan).await.map_err(|error| engine::execution_fault(error, &doing))?;
    Ok(batches
        .first()
        .map_or_else(Vec::new, |batch| (0..batch.num_columns()).map(|n| value(batch, n)).collect()))
}

/// The value in the first row of a batch.
pub(super) fn value(batch: &RecordBatch, number: usize) -> Newest {
    let column = batch.column(number);
    if column.is_empty() || column.is_null(0) {
        return Newest::Never;
    }
    match column.data_type() {
        DataType::Date32 => Newest::Day(column.as_primitive::<Date32Type>().value(0)),
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
            Newest::Instant(column.as_primitive::<TimestampMicrosecondType>().value(0))
        }
        // What cannot be told counts as later than any day.
        _ => Newest::Instant(i64::MAX),
    }
}

impl Newest {
    /// Whether nothing lies after the as-of day.
    fn is_seen(self, bindings: &Bindings) -> bool {
        match self {
            Self::Never => true,
            Self::Day(day) => day <= (bindings.as_of - Date::constant(1970, 1, 1)).get_days(),
            Self::Instant(instant) => instant < bindings.end_of_day().as_microsecond(),
        }
    }

    /// As a business day.
    pub fn day(self, bindings: &Bindings) -> Option<Date> {
        match self {
            Self::Never => None,
            Self::Day(day) => Date::constant(1970, 1, 1).checked_add(i64::from(day).days()).ok(),
            Self::Instant(instant) => {
                let instant = jiff::Timestamp::from_microsecond(instant).ok()?;
                Some(instant.to_zoned(bindings.zone()).date())
            }
        }
    }
}

/// What is seen of each staging table: all of it, where neither it nor what it reads has anything after the as-of day.
pub fn sights(inputs: Inputs<'_>, order: &[TableName], horizons: &BTreeMap<TableName, Horizon>) -> Sights {
    let mut sights = Sights::new();
    for name in order.iter().filter(|name| name.is_staging()) {
        let Some(horizon) = horizons.get(name) else { continue };
        let reads =
            inputs.graph.reads_of(name).iter().filter(|read| inputs.project.queries.contains_key(*read));
        let is_seen = horizon.values().all(|newest| newest.is_seen(inputs.bindings));
        if is_seen && reads.into_iter().all(|read| sights.contains_key(read)) {
            sights.insert(name.clone(), Sight::All);
        }
    }
    sights
}
