//! Lineage: the rows whose sum a figure is, found in the plans and proven by adding up.
//!
//! Takes built models. Gives, for columns of a model, the rows that fill them: which row of which table adds how much to
//! which figure. A figure is only said to be a sum when its rows come to it exactly, for every row of the model;
//! all else is left to the query that computes it. Never changes a table.

mod expand;
mod kept;
mod route;
mod searches;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema};
use datafusion::common::Column;
use datafusion::error::DataFusionError;
use datafusion::functions::expr_fn::{coalesce, split_part};
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, lit};
use tokio::sync::RwLock;

use self::expand::{DECIMALS, ROW, SOURCE, Tables, VALUE, VALUE_TYPE, nothing};
use self::kept::AboutProof;
use self::route::{Terms, Upstream};
use self::searches::{Means, Way};
pub use self::searches::{Question, Search};
use super::{Inputs, Models, rows, text_columns};
use crate::engine;
use crate::error::{Error, Result};
use crate::names::TableName;
use crate::store::Store;

/// Tables with more rows than this are not read again to say what a figure is made of: a night's run would pay for it.
pub const MOST_READ: u64 = 1_000_000;

/// Nor are more rows than these in all. It is counted in rows and not in seconds, so that the same run says the same.
pub const MOST_READ_IN_ALL: u64 = 50_000_000;

/// Nor do the joins between a figure and its rows give more rows than these.
const MOST_JOINED: u64 = 5_000_000;

/// The column that says which table a row is of.
pub const SOURCE_COLUMN: &str = "evidence_table";
/// The column with the grain of that row.
pub const ROW_COLUMN: &str = "evidence_row";

/// Rows that add up to figures.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The columns of the model that they fill.
    pub columns: Vec<String>,
    /// The table that most of them are of; empty when they are of none.
    pub table: String,
    /// The grain of the model, the table and the grain of the row, and what it adds to each column.
    pub rows: Vec<RecordBatch>,
    /// How many they are.
    pub n_rows: usize,
    /// How many of them add something, for each column.
    pub n_adding: Vec<usize>,
    /// Whether rows of other tables, or of none, are among them.
    pub is_mixed: bool,
    /// The column by which the rows were added up, since they were too many by themselves.
    pub grouped_by: Option<String>,
}

/// What is known of the ways between models.
#[derive(Debug)]
pub struct Lineage<'a> {
    inputs: Inputs<'a>,
    models: &'a Models,
    plans: BTreeMap<TableName, LogicalPlan>,
    /// What was proven by earlier runs.
    store: &'a Store,
    /// How many rows may still be read.
    left: u64,
    /// Held by all who look beside others, and alone by who needs all memory.
    alone: RwLock<()>,
}

impl<'a> Lineage<'a> {
    /// Over built models; none of them is planned before it has to be.
    pub fn new(inputs: Inputs<'a>, models: &'a Models, store: &'a Store) -> Self {
        let plans = BTreeMap::new();
        Self { inputs, models, plans, store, left: MOST_READ_IN_ALL, alone: RwLock::new(()) }
    }

    /// The rows that a search finds, if they come to the figures; those of an earlier run where it looked for the same.
    ///
    /// # Errors
    /// What running the queries finds.
    pub async fn find(&self, search: Search) -> Result<Option<Proof>> {
        let Search { model, columns, means, most, address } = search;
        let plan = match means {
            Means::Kept(None) => return Ok(None),
            Means::Kept(Some((about, path))) => return rows::read(&path).map(|rows| Some(about.with(rows))),
            Means::Plan(plan) => plan,
        };
        let proof = match self.prove(&model, columns, plan, most).await {
            // With more memory it may be found: that it was not is not kept.
            Err(error) if engine::lacks_memory(&error) => return Ok(None),
            proof => proof?,
        };
        let rows = match &proof {
            Some(proof) => rows::write_batches(&proof.rows, self.store.draft()?)?,
            None => None,
        };
        self.store.keep(&address, proof.as_ref().map(AboutProof::of), rows)?;
        Ok(proof)
    }

    fn rows(
        &self,
        model: &TableName,
        plan: &LogicalPlan,
        way: &Way,
        most: usize,
    ) -> Result<LogicalPlan, DataFusionError> {
        let expanded = expand::expand(plan, &way.route, self)?;
        let find = |name: &str| {
            let found = expanded.schema().iter().find(|(_, field)| field.name() == name);
            found
                .map(|(qualifier, field)| Expr::Column(Column::from((qualifier, field))))
                .ok_or_else(|| datafusion::common::plan_datafusion_err!("no column `{name}`"))
        };
        let grain = self.grain(model);
        let mut shown = grain
            .iter()
            .map(|name| Ok(find(name)?.alias(name)))
            .collect::<Result<Vec<_>, DataFusionError>>()?;
        shown.push(find(SOURCE)?.alias(SOURCE_COLUMN));
        shown.push(find(ROW)?.alias(ROW_COLUMN));
        for (column, parts) in &way.figures {
            let mut value: Option<Expr> = None;
            for (is_taken_off, number) in parts {
                let part = find(&format!("{VALUE}{number}"))?;
                value = Some(match (value, is_taken_off) {
                    (None, false) if parts.len() == 1 => part,
                    (None, _) => signed(nothing(), part, *is_taken_off),
                    (Some(value), _) => signed(value, part, *is_taken_off),
                });
            }
            let value =
                value.ok_or_else(|| datafusion::common::plan_datafusion_err!("no sum for `{column}`"))?;
            shown.push(cast(value, VALUE_TYPE).alias(column));
        }
        let names: Vec<String> = grain
            .iter()
            .map(String::as_str)
            .chain([SOURCE_COLUMN, ROW_COLUMN])
            .chain(way.figures.iter().map(|(name, _)| name.as_str()))
            .map(ToOwned::to_owned)
            .collect();
        let order: Vec<_> =
            names.iter().map(|name| Expr::Column(Column::new_unqualified(name)).sort(true, false)).collect();
        LogicalPlanBuilder::from(expanded).project(shown)?.sort(order)?.limit(0, Some(most + 1))?.build()
    }

    /// Adds the rows up, and keeps the columns whose figures they come to.
    async fn prove(
        &self,
        model: &TableName,
        columns: Vec<String>,
        plan: LogicalPlan,
        most: usize,
    ) -> Result<Option<Proof>> {
        let doing = format!("looking for the rows behind `{model}`");
        let Some(mut rows) = self.rows_of(plan.clone(), &doing).await? else { return Ok(None) };
        let count = |rows: &[RecordBatch]| rows.iter().map(RecordBatch::num_rows).sum::<usize>();
        let mut grouped_by = None;
        if count(&rows) > most {
            let Some((plan, by)) = self.grouped(model, plan, &rows, &columns, most)? else { return Ok(None) };
            let Some(fewer) = self.rows_of(plan, &doing).await? else { return Ok(None) };
            (rows, grouped_by) = (fewer, Some(by));
        }
        let n_rows = count(&rows);
        if n_rows > most || n_rows == 0 {
            return Ok(None);
        }
        let n_grain = self.grain(model).len();
        let mut n_adding = vec![0; columns.len()];
        let mut sums: BTreeMap<Vec<Option<String>>, Vec<i128>> = BTreeMap::new();
        let mut tables: BTreeMap<String, usize> = BTreeMap::new();
        for batch in &rows {
            let texts = text_columns(&batch.project(&(0..n_grain + 1).collect::<Vec<_>>()).map_err(unread)?)?;
            for row in 0..batch.num_rows() {
                let key = texts[..n_grain].iter().map(|column| column[row].clone()).collect();
                // Rows that a query writes itself are of no table.
                if let Some(table) = texts[n_grain][row].as_ref().filter(|table| !table.is_empty()) {
                    *tables.entry(table.clone()).or_default() += 1;
                }
                let totals = sums.entry(key).or_insert_with(|| vec![0; columns.len()]);
                for (number, total) in totals.iter_mut().enumerate() {
                    let values = batch.column(n_grain + 2 + number).as_primitive::<Decimal128Type>();
                    if values.is_valid(row) {
                        *total += values.value(row);
                        n_adding[number] += usize::from(values.value(row) != 0);
                    }
                }
            }
        }
        let proven = self.proven(model, &columns, &sums, &doing).await?;
        if !proven.contains(&true) {
            return Ok(None);
        }
        let kept: Vec<usize> = (0..n_grain + 2)
            .chain((0..columns.len()).filter(|number| proven[*number]).map(|number| n_grain + 2 + number))
            .collect();
        // In one batch, so that its file does not tell how they were found.
        let rows = arrow::compute::concat_batches(&rows[0].schema(), &rows).map_err(unread)?;
        let rows = vec![self.in_own_types(model, &rows.project(&kept).map_err(unread)?)?];
        let n_adding = n_adding.into_iter().zip(&proven).filter(|(_, proven)| **proven).map(|(n, _)| n);
        let columns = columns.into_iter().zip(&proven).filter(|(_, proven)| **proven).map(|(name, _)| name);
        let n_named: usize = tables.values().sum();
        let is_mixed = tables.len() > 1 || n_named < n_rows;
        let table = tables.into_iter().max_by_key(|(_, n)| *n).map_or_else(String::new, |(table, _)| table);
        let (columns, n_adding) = (columns.collect(), n_adding.collect());
        Ok(Some(Proof { columns, table, rows, n_rows, n_adding, is_mixed, grouped_by }))
    }

    /// The rows of a plan, unless its joins give too many or the engine cannot compute it. One for which memory is short beside
    /// others is computed once more, alone: whether rows are found must not depend on what else is looked for.
    ///
    /// # Errors
    /// When memory is short even so.
    async fn rows_of(&self, plan: LogicalPlan, doing: &str) -> Result<Option<Vec<RecordBatch>>> {
        let engine = &self.models.engine;
        let lacks_memory = |error: DataFusionError| {
            let fault = engine::execution_fault(error, doing);
            engine::lacks_memory(&fault).then_some(fault)
        };
        {
            let _beside = self.alone.read().await;
            match engine.in_parts(1).collect_bounded(plan.clone(), MOST_JOINED).await {
                Ok(rows) => return Ok(Some(rows)),
                Err(error) => {
                    if lacks_memory(error).is_none() {
                        return Ok(None);
                    }
                }
            }
        }
        let _alone = self.alone.write().await;
        match engine.collect_bounded(plan, MOST_JOINED).await {
            Ok(rows) => Ok(Some(rows)),
            Err(error) => lacks_memory(error).map_or(Ok(None), Err),
        }
    }

    /// The rows added up by the first column that names each, such as the customer of a customer's days; `None` where they
    /// have no second one. The plan gives one row more than `most`, of which `rows` tell the table.
    fn grouped(
        &self,
        model: &TableName,
        plan: LogicalPlan,
        rows: &[RecordBatch],
        columns: &[String],
        most: usize,
    ) -> Result<Option<(LogicalPlan, String)>> {
        let n_grain = self.grain(model).len();
        let Some(first) = rows.iter().find(|batch| batch.num_rows() > 0) else { return Ok(None) };
        let sources = text_columns(&first.project(&[n_grain]).map_err(unread)?)?;
        let table = sources[0][0].as_deref().and_then(|table| table.parse::<TableName>().ok());
        let grain = table.map_or_else(Vec::new, |table| self.grain(&table));
        let [by, _, ..] = grain.as_slice() else { return Ok(None) };
        // Without the limit and the order below it, which are made again.
        let LogicalPlan::Limit(limit) = plan else { return Ok(None) };
        let LogicalPlan::Sort(sort) = limit.input.as_ref() else { return Ok(None) };
        let named = |name: &str| Expr::Column(Column::new_unqualified(name));
        let own = self.grain(model);
        let mut groups: Vec<Expr> = own.iter().map(|name| named(name)).collect();
        groups.push(named(SOURCE_COLUMN));
        groups.push(split_part(named(ROW_COLUMN), lit("/"), lit(1_i64)).alias(ROW_COLUMN));
        let sums = columns.iter().map(|name| sum(named(name)).alias(name));
        let names = own.iter().map(String::as_str).chain([SOURCE_COLUMN, ROW_COLUMN]);
        let order: Vec<_> = names.clone().map(|name| named(name).sort(true, false)).collect();
        let shown: Vec<Expr> = names
            .map(named)
            .chain(columns.iter().map(|name| cast(named(name), VALUE_TYPE).alias(name)))
            .collect();
        let built = LogicalPlanBuilder::from(sort.input.as_ref().clone())
            .aggregate(groups, sums.collect::<Vec<_>>())
            .and_then(|plan| plan.project(shown))
            .and_then(|plan| plan.sort(order))
            .and_then(|plan| plan.limit(0, Some(most + 1)))
            .and_then(LogicalPlanBuilder::build);
        Ok(built.ok().map(|plan| (plan, by.clone())))
    }

    /// The values in the types of their figures, where these hold every digit of them.
    fn in_own_types(&self, model: &TableName, batch: &RecordBatch) -> Result<RecordBatch> {
        let Some(built) = self.models.built.get(model) else { return Ok(batch.clone()) };
        let mut fields: Vec<Field> = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let own = built.schema.field_with_name(field.name()).ok().map(Field::data_type);
            let narrow = own.filter(|_| *field.data_type() == VALUE_TYPE).and_then(|kind| {
                let narrow = arrow::compute::cast(column, kind).ok()?;
                let wide = arrow::compute::cast(&narrow, &VALUE_TYPE).ok()?;
                (wide.as_ref() == column.as_ref()).then_some(narrow)
            });
            let column = narrow.unwrap_or_else(|| Arc::clone(column));
            fields.push(Field::new(field.name(), column.data_type().clone(), true));
            columns.push(column);
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(unread)
    }

    /// Which columns have exactly these sums in every row of the model where they are known.
    async fn proven(
        &self,
        model: &TableName,
        columns: &[String],
        sums: &BTreeMap<Vec<Option<String>>, Vec<i128>>,
        doing: &str,
    ) -> Result<Vec<bool>> {
        let grain = self.grain(model);
        let frame = self.models.engine.table(model).await?;
        let own = grain.iter().map(|name| Expr::Column(Column::new_unqualified(name)));
        let figures =
            columns.iter().map(|name| cast(Expr::Column(Column::new_unqualified(name)), VALUE_TYPE));
        let plan = frame.select(own.chain(figures).collect::<Vec<_>>()).map_err(|source| {
            Error::internal(format!("{doing}: the figures cannot be read")).caused_by(source)
        })?;
        let batches = self
            .models
            .engine
            .collect(plan.into_unoptimized_plan())
            .await
            .map_err(|error| engine::execution_fault(error, doing))?;
        let mut proven = vec![true; columns.len()];
        // Rows that add nothing to any known figure say nothing of it.
        let mut says_something = vec![false; columns.len()];
        for batch in &batches {
            let texts = text_columns(&batch.project(&(0..grain.len()).collect::<Vec<_>>()).map_err(unread)?)?;
            for row in 0..batch.num_rows() {
                let key: Vec<Option<String>> = texts.iter().map(|column| column[row].clone()).collect();
                let sums = sums.get(&key);
                for number in 0..columns.len() {
                    let figures = batch.column(grain.len() + number).as_primitive::<Decimal128Type>();
                    if figures.is_null(row) {
                        continue;
                    }
                    let sum = sums.map_or(0, |sums| sums[number]);
                    proven[number] &= figures.value(row) == sum;
                    says_something[number] |= sum != 0;
                }
            }
        }
        Ok(proven.into_iter().zip(says_something).map(|(proven, says)| proven && says).collect())
    }
}

/// A value more, or less; what is not known adds nothing.
fn signed(value: Expr, part: Expr, is_taken_off: bool) -> Expr {
    let part = coalesce(vec![part, nothing()]);
    if is_taken_off { value - part } else { value + part }
}

impl Upstream for Lineage<'_> {
    fn terms(&self, model: &TableName, column: &str) -> Option<Terms> {
        let plan = self.plans.get(model)?;
        let index = plan.schema().iter().position(|(_, field)| field.name() == column)?;
        let kind = plan.schema().field(index).data_type();
        // Figures with more decimals than the rows are written with are not said to be their sum.
        let is_exact =
            matches!(kind, DataType::Decimal128(_, scale) if *scale <= DECIMALS) || kind.is_integer();
        is_exact.then(|| route::follow(plan, index, self)).flatten()
    }
}

impl Tables for Lineage<'_> {
    fn grain(&self, table: &TableName) -> Vec<String> {
        self.inputs.project.queries.get(table).map_or_else(Vec::new, |query| query.header.grain.clone())
    }

    fn plan(&self, model: &TableName) -> Option<LogicalPlan> {
        self.plans.get(model).cloned()
    }
}

fn unread(source: arrow::error::ArrowError) -> Error {
    Error::internal("the rows behind a figure cannot be read").caused_by(source)
}
