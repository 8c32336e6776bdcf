//! A plan beside the rows that fill one of its columns.
//!
//! Takes a plan and a route. Gives the same plan with each row repeated for every row that its figure is the sum of, and
//! with columns that say which row that is and what it adds. Rows of windows and limits may then be wrong: whether the
//! figures come out is for the caller to see.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, NullEquality, Result, ScalarValue, plan_datafusion_err};
use datafusion::functions::expr_fn::concat_ws;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, ExprSchemable, JoinType, LogicalPlan, LogicalPlanBuilder, Projection, Union,
    cast, lit, when,
};

use super::route::{Route, call_of, model_of, place};
use crate::names::TableName;

/// The table that a row is of.
pub(super) const SOURCE: &str = "evidence_source";
/// The grain of the row, as text.
pub(super) const ROW: &str = "evidence_row";
/// What the row adds to each figure; a number follows.
pub(super) const VALUE: &str = "evidence_value_";
const KEY: &str = "evidence_key_";

/// Exact for money with four decimals and for counts.
pub(super) const VALUE_TYPE: DataType = DataType::Decimal128(38, DECIMALS);
/// Digits behind the point of what a row adds.
pub(super) const DECIMALS: i8 = 8;

/// What is known of other models.
pub(super) trait Tables {
    /// The columns that name a row of a table.
    fn grain(&self, table: &TableName) -> Vec<String>;
    /// The plan of a model, as it was built.
    fn plan(&self, model: &TableName) -> Option<LogicalPlan>;
}

/// The plan with the rows behind the column that `route` leads from.
pub(super) fn expand(plan: &LogicalPlan, route: &Route, tables: &dyn Tables) -> Result<LogicalPlan> {
    match (plan, route) {
        (LogicalPlan::Aggregate(node), Route::Sum(places)) => {
            let calls =
                places.iter().filter_map(|place| call_of(&node.aggr_expr[*place])).collect::<Vec<_>>();
            attach_sums(node, &calls, tables)
        }
        (LogicalPlan::Aggregate(node), Route::Different(place)) => {
            let call = call_of(&node.aggr_expr[*place]).ok_or_else(|| lost(plan))?;
            attach_different(node, call)
        }
        (LogicalPlan::Aggregate(node), Route::Picked(condition, route)) => {
            let mut input = LogicalPlanBuilder::from(expand(&node.input, route, tables)?);
            if let Some(condition) = condition {
                input = input.filter(condition.clone())?;
            }
            let input = input.build()?;
            let mut columns = keys(&node.group_expr);
            columns.extend(extras(&input));
            let rows = LogicalPlanBuilder::from(input).project(columns)?.build()?;
            attach(LogicalPlan::Aggregate(node.clone()), node.group_expr.len(), rows)
        }
        (LogicalPlan::TableScan(_), Route::Model(model, route)) => {
            let inner = tables.plan(model).ok_or_else(|| lost(plan))?;
            let inner = expand(&inner, route, tables)?;
            let grain = tables.grain(model);
            let mut columns: Vec<Expr> = (0..)
                .zip(&grain)
                .map(|(number, name)| named(&inner, name).map(|column| column.alias(key(number))))
                .collect::<Option<_>>()
                .ok_or_else(|| lost(plan))?;
            columns.extend(extras(&inner));
            let rows = LogicalPlanBuilder::from(inner).project(columns)?.build()?;
            let left: Vec<Column> = grain
                .iter()
                .map(|name| match named(plan, name) {
                    Some(Expr::Column(column)) => Some(column),
                    _ => None,
                })
                .collect::<Option<_>>()
                .ok_or_else(|| lost(plan))?;
            attach_by(plan.clone(), left, rows)
        }
        (LogicalPlan::Join(node), Route::Side(is_left, route)) => {
            let side = if *is_left { &node.left } else { &node.right };
            let side = expand(side, route, tables)?;
            let other = if *is_left { node.right.as_ref() } else { node.left.as_ref() }.clone();
            carry(plan, if *is_left { vec![side, other] } else { vec![other, side] })
        }
        (LogicalPlan::Union(node), Route::Each(routes)) => {
            let inputs = node.inputs.iter().zip(routes).map(|(input, route)| expand(input, route, tables));
            unite(plan, inputs.collect::<Result<_>>()?)
        }
        (_, Route::Through(route)) => {
            let [input] = plan.inputs()[..] else { return Err(lost(plan)) };
            carry(plan, vec![expand(input, route, tables)?])
        }
        _ => Err(lost(plan)),
    }
}

fn lost(plan: &LogicalPlan) -> datafusion::error::DataFusionError {
    plan_datafusion_err!("the way is lost at {}", plan.display())
}

fn key(number: usize) -> String {
    format!("{KEY}{number}")
}

fn keys(groups: &[Expr]) -> Vec<Expr> {
    let bare = |expr: &Expr| match expr {
        Expr::Alias(alias) => alias.expr.as_ref().clone(),
        other => other.clone(),
    };
    groups.iter().enumerate().map(|(number, expr)| bare(expr).alias(key(number))).collect()
}

/// The columns that have been added so far.
fn extras(plan: &LogicalPlan) -> Vec<Expr> {
    let added = |name: &str| name == SOURCE || name == ROW || name.starts_with(VALUE);
    plan.schema()
        .iter()
        .filter(|(_, field)| added(field.name()))
        .map(|(qualifier, field)| Expr::Column(Column::from((qualifier, field))))
        .map(|column| {
            let name = column.schema_name().to_string();
            let bare = name.rsplit('.').next().unwrap_or_default().to_owned();
            column.alias(bare)
        })
        .collect()
}

fn named(plan: &LogicalPlan, name: &str) -> Option<Expr> {
    let (qualifier, field) = plan.schema().iter().find(|(_, field)| field.name() == name)?;
    Some(Expr::Column(Column::from((qualifier, field))))
}

fn own_columns(plan: &LogicalPlan) -> Vec<Expr> {
    plan.schema().columns().into_iter().map(Expr::Column).collect()
}

/// The node over other inputs, which have columns more.
fn carry(node: &LogicalPlan, mut inputs: Vec<LogicalPlan>) -> Result<LogicalPlan> {
    match node {
        LogicalPlan::Projection(projection) => {
            let input = inputs.remove(0);
            let mut columns = projection.expr.clone();
            columns.extend(extras(&input));
            Projection::try_new(columns, Arc::new(input)).map(LogicalPlan::Projection)
        }
        // The order is made again at the end, and more rows than one stand for each.
        LogicalPlan::Sort(_) | LogicalPlan::Limit(_) | LogicalPlan::Distinct(Distinct::All(_)) => {
            Ok(inputs.remove(0))
        }
        _ => node.with_new_exprs(node.expressions(), inputs),
    }
}

/// Inputs of a union, with the names that its columns had.
fn unite(node: &LogicalPlan, inputs: Vec<LogicalPlan>) -> Result<LogicalPlan> {
    let schema = node.schema();
    let n_own = schema.fields().len();
    let inputs = inputs.into_iter().map(|input| {
        let added = extras(&input);
        let plain = own_columns(&input)
            .into_iter()
            .filter(|column| match column {
                Expr::Column(column) => {
                    column.name != SOURCE && column.name != ROW && !column.name.starts_with(VALUE)
                }
                _ => true,
            })
            .take(n_own);
        let mut columns: Vec<Expr> = plain
            .zip(schema.iter())
            .map(|(column, (_, field))| {
                let kind = column.get_type(input.schema())?;
                let column =
                    if kind == *field.data_type() { column } else { cast(column, field.data_type().clone()) };
                Ok(column.alias(field.name()))
            })
            .collect::<Result<_>>()?;
        columns.extend(added);
        Ok(Arc::new(LogicalPlanBuilder::from(input).project(columns)?.build()?))
    });
    let union = LogicalPlan::Union(Union::try_new(inputs.collect::<Result<_>>()?)?);
    let mut columns: Vec<Expr> = schema
        .iter()
        .map(|(qualifier, field)| {
            let column = Expr::Column(Column::new_unqualified(field.name()));
            column.alias_qualified(qualifier.cloned(), field.name())
        })
        .collect();
    columns.extend(extras(&union));
    LogicalPlanBuilder::from(union).project(columns)?.build()
}

/// A grouping beside the rows of its sums.
fn attach_sums(node: &Aggregate, calls: &[&AggregateFunction], tables: &dyn Tables) -> Result<LogicalPlan> {
    let schema = node.input.schema();
    let hint = calls
        .iter()
        .flat_map(|call| &call.params.args)
        .flat_map(columns_of)
        .find_map(|column| place(schema, &column));
    let tagged = tag(&node.input, hint, tables)?;
    let mut columns = keys(&node.group_expr);
    columns.extend(extras(&tagged));
    let mut adds = lit(false);
    for (number, call) in calls.iter().enumerate() {
        let name = format!("{VALUE}{number}");
        columns.push(cast(added(call)?, VALUE_TYPE).alias(&name));
        adds = adds.or(Expr::Column(Column::new_unqualified(&name)).not_eq(nothing()));
    }
    let rows = LogicalPlanBuilder::from(tagged).project(columns)?.filter(adds)?.build()?;
    attach(LogicalPlan::Aggregate(node.clone()), node.group_expr.len(), rows)
}

/// An amount of zero.
pub(super) fn nothing() -> Expr {
    Expr::Literal(ScalarValue::Decimal128(Some(0), 38, DECIMALS), None)
}

/// What a row adds to a sum or a count.
fn added(call: &AggregateFunction) -> Result<Expr> {
    let given = call.params.args.first().cloned();
    let value = match (call.func.name(), given) {
        ("sum", Some(given)) => given,
        ("count", Some(given)) if !matches!(given, Expr::Literal(..)) => {
            when(given.is_not_null(), lit(1_i64)).end()?
        }
        _ => lit(1_i64),
    };
    match &call.params.filter {
        Some(condition) => when(condition.as_ref().clone(), value).end(),
        None => Ok(value),
    }
}

/// A grouping beside the different values that it counts.
fn attach_different(node: &Aggregate, call: &AggregateFunction) -> Result<LogicalPlan> {
    let given = call.params.args[0].clone();
    let mut rows =
        LogicalPlanBuilder::from(node.input.as_ref().clone()).filter(given.clone().is_not_null())?;
    if let Some(condition) = &call.params.filter {
        rows = rows.filter(condition.as_ref().clone())?;
    }
    let mut columns = keys(&node.group_expr);
    columns.push(lit(first_scan(&node.input)).alias(SOURCE));
    columns.push(cast(given, DataType::Utf8).alias(ROW));
    columns.push(cast(lit(1_i64), VALUE_TYPE).alias(format!("{VALUE}0")));
    let rows = rows.project(columns)?.distinct()?.build()?;
    attach(LogicalPlan::Aggregate(node.clone()), node.group_expr.len(), rows)
}

/// Joins rows to the groups that they belong to: the first columns of a grouping.
fn attach(groups: LogicalPlan, n_groups: usize, rows: LogicalPlan) -> Result<LogicalPlan> {
    let left = groups.schema().columns().into_iter().take(n_groups).collect();
    attach_by(groups, left, rows)
}

fn attach_by(left: LogicalPlan, by: Vec<Column>, rows: LogicalPlan) -> Result<LogicalPlan> {
    let mut columns = own_columns(&left);
    columns.extend(extras(&rows));
    let builder = LogicalPlanBuilder::from(left);
    let joined = if by.is_empty() {
        builder.cross_join(rows)?
    } else {
        let right = (0..by.len()).map(|number| Column::new_unqualified(key(number))).collect();
        builder.join_detailed(rows, JoinType::Inner, (by, right), None, NullEquality::NullEqualsNull)?
    };
    joined.project(columns)?.build()
}

/// The plan with the table and the grain of each row; `hint` is a column that comes from the table that is meant.
fn tag(plan: &LogicalPlan, hint: Option<usize>, tables: &dyn Tables) -> Result<LogicalPlan> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let table = model_of(scan).ok_or_else(|| lost(plan))?;
            let grain: Option<Vec<Expr>> =
                tables.grain(&table).iter().map(|name| named(plan, name)).collect();
            tagged(plan, &table.to_string(), &grain.ok_or_else(|| lost(plan))?)
        }
        LogicalPlan::Aggregate(node) => {
            // These are no rows of that table but sums over them.
            let groups: Vec<Expr> = own_columns(plan).into_iter().take(node.group_expr.len()).collect();
            tagged(plan, &format!("{} (grouped)", first_scan(&node.input)), &groups)
        }
        LogicalPlan::SubqueryAlias(_)
            if own_name(plan).is_some_and(|table| !tables.grain(&table).is_empty()) =>
        {
            // A table that is mapped from the warehouse and read in place: its rows have names, those below it have none.
            let table = own_name(plan).ok_or_else(|| lost(plan))?;
            let grain: Option<Vec<Expr>> =
                tables.grain(&table).iter().map(|name| named(plan, name)).collect();
            tagged(plan, &table.to_string(), &grain.ok_or_else(|| lost(plan))?)
        }
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => tagged(plan, "", &[]),
        LogicalPlan::Join(node) => {
            let n_left = node.left.schema().fields().len();
            let (is_left, hint) = match hint {
                Some(index) if index >= n_left => (false, Some(index - n_left)),
                other => (true, other),
            };
            if is_left {
                carry(plan, vec![tag(&node.left, hint, tables)?, node.right.as_ref().clone()])
            } else {
                carry(plan, vec![node.left.as_ref().clone(), tag(&node.right, hint, tables)?])
            }
        }
        LogicalPlan::Union(node) => {
            let inputs = node.inputs.iter().map(|input| tag(input, hint, tables));
            unite(plan, inputs.collect::<Result<_>>()?)
        }
        LogicalPlan::Projection(node) => {
            let schema = node.input.schema();
            let first = hint
                .and_then(|index| node.expr.get(index))
                .and_then(|expr| columns_of(expr).iter().find_map(|column| place(schema, column)));
            carry(plan, vec![tag(&node.input, first, tables)?])
        }
        _ => {
            let [input] = plan.inputs()[..] else { return Err(lost(plan)) };
            let n_columns = input.schema().fields().len();
            carry(plan, vec![tag(input, hint.filter(|index| *index < n_columns), tables)?])
        }
    }
}

/// The columns of an expression in the order of its text, those of values before those of conditions.
fn columns_of(expression: &Expr) -> Vec<Column> {
    let mut columns = Vec::new();
    match expression {
        Expr::Column(column) => columns.push(column.clone()),
        Expr::Case(case) => {
            let values = case.when_then_expr.iter().map(|(_, value)| value).chain(&case.else_expr);
            let conditions =
                case.expr.iter().chain(case.when_then_expr.iter().map(|(condition, _)| condition));
            columns.extend(values.chain(conditions).flat_map(|part| columns_of(part)));
        }
        other => {
            let _ = other.apply_children(|child| {
                columns.extend(columns_of(child));
                Ok(TreeNodeRecursion::Continue)
            });
        }
    }
    columns
}

fn tagged(plan: &LogicalPlan, table: &str, grain: &[Expr]) -> Result<LogicalPlan> {
    let parts: Vec<Expr> = grain.iter().map(|column| cast(column.clone(), DataType::Utf8)).collect();
    let row = if parts.is_empty() { lit("") } else { concat_ws(lit("/"), parts) };
    let mut columns = own_columns(plan);
    columns.push(lit(table).alias(SOURCE));
    columns.push(cast(row, DataType::Utf8).alias(ROW));
    LogicalPlanBuilder::from(plan.clone()).project(columns)?.build()
}

/// The table of the project that a part of a plan stands for.
fn own_name(plan: &LogicalPlan) -> Option<TableName> {
    let LogicalPlan::SubqueryAlias(node) = plan else { return None };
    Some(TableName::new(node.alias.schema()?, node.alias.table()))
}

/// The table that is read first below a node.
fn first_scan(plan: &LogicalPlan) -> String {
    if let Some(table) = own_name(plan) {
        return table.to_string();
    }
    if let LogicalPlan::TableScan(scan) = plan {
        return model_of(scan).map_or_else(String::new, |table| table.to_string());
    }
    plan.inputs().first().map_or_else(String::new, |input| first_scan(input))
}
