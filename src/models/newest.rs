//! The newest day of sales, for runs that speak of it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::plan::register_absent;
use super::sights::{Newest, horizons, newest_up_to};
use super::staging::{self, Sight};
use super::{Inputs, rule_provider};
use crate::engine::{self, Engine, bind};
use crate::error::{Error, Errors};
use crate::names::TableName;
use crate::store::Store;

/// The newest day in `staging.sales` that is not after `today`, whatever the as-of day.
///
/// # Errors
/// Kind `Data` when there is no row with a day; faults of the queries below it.
pub async fn newest_day(
    inputs: Inputs<'_>,
    engine: &Engine,
    store: &Store,
    today: Date,
) -> Result<Date, Errors> {
    let sales = TableName::new("staging", "sales");
    let order = inputs.graph.needed(&BTreeSet::from([sales.clone()]));
    let query =
        inputs.project.queries.get(&sales).ok_or_else(|| Error::internal("no query for `staging.sales`"))?;
    let column = query.header.as_of.as_ref().map_or("sold_on", |piece| piece.text.as_str());
    let horizons = horizons(inputs, &order, engine, store).await?;
    let newest = horizons.get(&sales).and_then(|horizon| horizon.get(&column.to_lowercase())).copied();
    let newest = match newest {
        Some(newest) if newest.day(inputs.bindings).is_none_or(|day| day <= today) => newest,
        // A mistyped year must not make a book of the future.
        _ => {
            register(inputs, &order, engine).await?;
            newest_up_to(query, column, engine, today).await?
        }
    };
    newest.day(inputs.bindings).filter(|_| newest != Newest::Never).ok_or_else(|| {
        Error::data("`staging.sales` has no row, so there is no newest day")
            .help("name a day with `--as-of DATE`, or see whether the warehouse was loaded")
            .into()
    })
}

/// Puts tables into the session with all their rows, or tells why that cannot be.
async fn register(inputs: Inputs<'_>, order: &[TableName], engine: &Engine) -> Result<(), Errors> {
    for name in order {
        if let Some(source) = inputs.sources.tables.get(name) {
            source.register(engine)?;
        } else if let Some(rules) = inputs.project.rules.get(name) {
            engine.register(name, rule_provider(rules)?)?;
        } else if inputs.graph.absence(name).is_some() {
            register_absent(engine, name)?;
        } else if let Some(query) = inputs.project.queries.get(name) {
            let bound = bind::bind(&query.query, inputs.bindings);
            let mut plan =
                engine.plan(&bound).await.map_err(|error| engine::planning_fault(&error, query))?;
            if name.is_staging() {
                plan = staging::wrap(engine, query, plan, Sight::All)?;
            }
            engine.register(name, engine.frame(plan).into_view())?;
        }
    }
    Ok(())
}
