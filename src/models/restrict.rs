//! A build over some of the customers: staging tables without a row, an id or a name of any other.
//!
//! Takes the tables of a whole build and a scope; gives the ids that belong to it. A restricted build sees a staging table
//! through these ids alone, before any model is computed, so that no figure, no check and no file of it can hold another
//! customer. What cannot be divided among customers is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datafusion::common::Column;
use datafusion::common::JoinType;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan, lit, when};

use super::{Graph, Missing, Models};
use crate::engine::{Engine, execution_fault};
use crate::error::{Error, Errors, Result};
use crate::names::TableName;
use crate::project::recipients::Scope;
use crate::project::{Project, contract};
use crate::store::Digest;

/// What a row belongs to when it names no customer, and the table that says whose that is.
const KEYS: [(&str, &str); 3] =
    [("order_id", "sales"), ("lead_id", "leads"), ("opportunity_id", "opportunities")];

/// Tables of the contract that are everybody's.
const SHARED: [&str; 4] = ["products", "owners", "channels", "fx_rates"];

/// Columns that name another customer than that of the row.
const REFERENCES: [&str; 2] = ["parent_id", "referrer_id"];

/// The customers that a build is restricted to, and what belongs to them.
#[derive(Debug, Clone)]
pub struct Restriction {
    customers: RecordBatch,
    keys: BTreeMap<&'static str, RecordBatch>,
    digest: String,
}

impl Restriction {
    /// The ids of a scope, as the tables of a whole build have them; `None` when no customer is in it.
    ///
    /// # Errors
    /// What reading the tables finds.
    pub async fn new(models: &Models, scope: &Scope) -> Result<Option<Self>, Errors> {
        let doing = "finding the customers of a scope";
        let fault = |error: DataFusionError| execution_fault(error, doing);
        let mut frame = models.engine.table(&TableName::new("staging", "customers")).await?;
        for (column, values) in scope.columns() {
            let values = values.iter().map(|value| lit(value.as_str())).collect();
            frame = frame.filter(name(column).in_list(values, false)).map_err(fault)?;
        }
        let customers = ids(models, frame, "customer_id").await?;
        if customers.num_rows() == 0 {
            return Ok(None);
        }
        let mut keys = BTreeMap::new();
        // The ids are a matter of the scope and of the tables that they are found in.
        let mut digest = Digest::new("scope").text(&scope.to_string());
        let tables = KEYS.iter().map(|(_, table)| *table).chain(["customers"]);
        for built in tables.filter_map(|table| models.built.get(&TableName::new("staging", table))) {
            digest = digest.text(built.address.as_str());
        }
        for (key, table) in KEYS {
            let table = TableName::new("staging", table);
            if models.built.contains_key(&table) {
                let frame = models.engine.table(&table).await?;
                let frame = semi_join(&models.engine, frame, "customer_id", &customers).map_err(fault)?;
                keys.insert(key, ids(models, frame, key).await?);
            }
        }
        Ok(Some(Self { customers, keys, digest: digest.address().to_string() }))
    }

    /// What the restriction is, in few words: that of other customers has others.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// What keeps a staging table out of a restricted build: its rows are of no single customer.
    pub(super) fn undivided(&self, table: &TableName, columns: &BTreeSet<String>) -> Option<Missing> {
        let is_shared = SHARED.contains(&table.table()) && contract::table(table.table()).is_some();
        let is_divided = is_shared || columns.contains("customer_id") || self.key(columns).is_some();
        (!is_divided).then(|| Missing::Table(table.clone()))
    }

    fn key(&self, columns: &BTreeSet<String>) -> Option<(&'static str, &RecordBatch)> {
        KEYS.iter()
            .filter(|(key, _)| columns.contains(*key))
            .find_map(|(key, _)| Some((*key, self.keys.get(key)?)))
    }

    /// The rows of a table that belong to the scope, without the names of others in them.
    pub(super) fn rows(&self, engine: &Engine, plan: LogicalPlan) -> Result<LogicalPlan> {
        let fault = |error: DataFusionError| {
            Error::internal("a table cannot be restricted to its scope").caused_by(error)
        };
        let mut frame = engine.frame(plan);
        let fields: Vec<String> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
        let columns: BTreeSet<String> = fields.iter().cloned().collect();
        if columns.contains("customer_id") {
            frame = semi_join(engine, frame, "customer_id", &self.customers).map_err(fault)?;
        } else if let Some((key, ids)) = self.key(&columns) {
            frame = semi_join(engine, frame, key, ids).map_err(fault)?;
        }
        for column in fields.iter().filter(|column| is_reference(column)) {
            frame = self.without_others(engine, frame, &fields, column).map_err(fault)?;
        }
        Ok(frame.into_unoptimized_plan())
    }

    /// The same rows, in which a reference to a customer beyond the scope is empty.
    fn without_others(
        &self,
        engine: &Engine,
        frame: DataFrame,
        fields: &[String],
        column: &str,
    ) -> Result<DataFrame, DataFusionError> {
        let own = format!("scope_{column}");
        let ids = engine.context().read_batch(self.customers.clone())?;
        let ids = ids.select(vec![name("id").alias(&own)])?;
        let joined = frame.join(ids, JoinType::Left, &[column], &[own.as_str()], None)?;
        let shown = fields.iter().map(|field| {
            let value = name(field);
            if field == column {
                Ok(when(name(&own).is_not_null(), value).end()?.alias(field))
            } else {
                Ok(value)
            }
        });
        joined.select(shown.collect::<Result<Vec<_>, DataFusionError>>()?)
    }
}

/// Whether a column names another customer than that of its row.
fn is_reference(column: &str) -> bool {
    REFERENCES.contains(&column) || (column != "customer_id" && column.ends_with("customer_id"))
}

fn name(column: &str) -> Expr {
    Expr::Column(Column::new_unqualified(column))
}

fn semi_join(
    engine: &Engine,
    frame: DataFrame,
    key: &str,
    ids: &RecordBatch,
) -> Result<DataFrame, DataFusionError> {
    let ids = engine.context().read_batch(ids.clone())?;
    frame.join(ids, JoinType::LeftSemi, &[key], &["id"], None)
}

/// The values of a column, each once, as a column `id`.
async fn ids(models: &Models, frame: DataFrame, column: &str) -> Result<RecordBatch, Errors> {
    let doing = "finding the customers of a scope";
    let frame = frame
        .filter(name(column).is_not_null())
        .and_then(|frame| frame.select(vec![name(column).alias("id")]))
        .and_then(DataFrame::distinct)
        .map_err(|error| execution_fault(error, doing))?;
    let schema = Arc::clone(frame.schema().inner());
    let batches = models
        .engine
        .collect(frame.into_unoptimized_plan())
        .await
        .map_err(|error| execution_fault(error, doing))?;
    let schema = batches.first().map_or(schema, RecordBatch::schema);
    Ok(concat_batches(&schema, &batches)
        .map_err(|error| Error::internal("ids are one column").caused_by(error))?)
}

/// Sees that nothing but staging tables reads the warehouse, whose tables no restriction reaches.
///
/// # Errors
/// Kind `Project`, one for each query that does.
pub fn check(project: &Project, graph: &Graph, targets: &BTreeSet<TableName>) -> Result<(), Errors> {
    let needed = graph.needed(targets);
    let queries =
        needed.iter().filter(|name| !name.is_staging()).filter_map(|name| project.queries.get(name));
    let faults = queries.filter_map(|query| {
        let read = graph.reads_of(&query.name).iter().find(|read| read.is_warehouse())?;
        let mention = query.reads.iter().find(|mention| mention.name == *read);
        let error = Error::project(format!(
            "`{}` reads `{read}`, so it cannot be shown to those who may see some customers alone",
            query.name
        ))
        .at(query.spot(mention.map_or(0..0, |mention| mention.range.clone())))
        .help("read it in a query of `queries/staging/`, and that one here");
        Some(error)
    });
    Errors::none_in(faults.collect())
}
