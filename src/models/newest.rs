//! The newest day of sales, for runs that speak of it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Inputs;
use super::sights::{horizons, newest_up_to, register};
use crate::engine::Engine;
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
            for name in &order {
                register(inputs, name, engine).await?;
            }
            newest_up_to(query, column, engine, today).await?
        }
    };
    newest.day(inputs.bindings).ok_or_else(|| {
        Error::data("`staging.sales` has no row, so there is no newest day")
            .help("name a day with `--as-of DATE`, or see whether the warehouse was loaded")
            .into()
    })
}
