//! The tables of a project as a script for DuckDB, so that its numbers can be computed by another engine and compared.
//!
//! Takes planned queries. Gives SQL: views over the warehouse's files, rule tables with their rows, then every query in an order
//! in which they can be made, its parameters bound, as a table where it is stored here and as a view where it is not. What
//! fits a model to purchases has no place there, nor has what reads it; the script says so. Reads no rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;

use arrow::datatypes::{DataType, Schema};
use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, DataType as SqlType, Expr, FunctionArgumentClause, FunctionArguments, Ident,
    ObjectName, Query, visit_expressions, visit_expressions_mut,
};

use super::{Inputs, Planned, staging, text_columns};
use crate::engine::{self, Engine, bind};
use crate::error::{Errors, Result};
use crate::names::TableName;
use crate::project::{QueryFile, RuleTable, contract};
use crate::sources::Source;

/// Functions of ours that DuckDB lacks, in its own words, and how it divides whole numbers.
const PREAMBLE: &str = "\
SET integer_division = true;
SET TimeZone = 'UTC';
CREATE MACRO month_start(day) AS CAST(date_trunc('month', day) AS DATE);
CREATE MACRO month_end(day) AS last_day(day);
CREATE MACRO week_start(day) AS CAST(date_trunc('week', day) AS DATE);
CREATE MACRO xun_start(day) AS month_start(day) + least(CAST((date_part('day', day) - 1) // 10 AS INTEGER), 2) * 10;
CREATE MACRO month_add(day, n) AS CAST(day + to_months(CAST(n AS INTEGER)) AS DATE);
CREATE MACRO months_between(a, b) AS date_diff('month', a, b);
";

/// Writes the script for the tables in `order`; `planning` is the session that they were planned in.
///
/// # Errors
/// Faults of the queries, which planning has found before.
pub async fn script(
    inputs: Inputs<'_>,
    order: &[TableName],
    planned: &BTreeMap<TableName, Planned>,
    planning: &Engine,
) -> Result<String, Errors> {
    let fitted: BTreeSet<String> = engine::fitted_functions();
    let mut text = PREAMBLE.to_owned();
    for schema in order.iter().map(TableName::schema).collect::<BTreeSet<_>>() {
        let _ = writeln!(text, "CREATE SCHEMA {schema};");
    }
    let mut left_out: BTreeSet<&TableName> = BTreeSet::new();
    for name in order {
        let statement = if let Some(source) = inputs.sources.tables.get(name) {
            of_files(source)
        } else if let Some(rules) = inputs.project.rules.get(name) {
            of_rules(rules)?
        } else if let (Some(query), Some(plan)) = (inputs.project.queries.get(name), planned.get(name)) {
            if inputs.graph.absence(name).is_some() {
                empty(name, &plan.schema)
            } else if fits(query, &fitted)
                || inputs.graph.reads_of(name).iter().any(|read| left_out.contains(read))
            {
                left_out.insert(name);
                format!("-- {name} is over a model that is fitted to purchases, and left out")
            } else {
                of_query(inputs, query, plan, planning).await?
            }
        } else if let Some(table) = contract::table(name.table()).filter(|_| name.is_staging()) {
            empty(name, &table.schema())
        } else {
            continue;
        };
        text.push_str(&statement);
        text.push('\n');
    }
    Ok(text)
}

/// Whether a query calls a function that is fitted.
fn fits(query: &QueryFile, fitted: &BTreeSet<String>) -> bool {
    visit_expressions(&query.query, |expression| match expression {
        Expr::Function(call) if fitted.contains(&call.name.to_string().to_lowercase()) => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .is_break()
}

fn of_files(source: &Source) -> String {
    // The script may be run from anywhere.
    let place = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let files: Vec<String> =
        source.files.iter().map(|file| quoted(&place(&file.path).to_string_lossy())).collect();
    let hive = !source.hive_columns.is_empty();
    format!(
        "CREATE VIEW {} AS SELECT * FROM read_parquet([{}], hive_partitioning = {hive});",
        source.name,
        files.join(", ")
    )
}

fn of_rules(rules: &RuleTable) -> Result<String> {
    let schema = rules.rows.schema();
    let columns = text_columns(&rules.rows)?;
    let mut rows = Vec::new();
    for row in 0..rules.rows.num_rows() {
        let cells = schema.fields().iter().zip(&columns).map(|(field, column)| {
            let value = column[row].as_deref().map_or("NULL".to_owned(), quoted);
            // Days are moved by whole numbers that are not large.
            let kind = if field.data_type().is_integer() { "INTEGER" } else { &sql_type(field.data_type()) };
            format!("CAST({value} AS {kind})")
        });
        rows.push(format!("({})", cells.collect::<Vec<_>>().join(", ")));
    }
    if rows.is_empty() {
        return Ok(empty(&rules.name, &schema));
    }
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    Ok(format!(
        "CREATE TABLE {} AS SELECT * FROM (VALUES\n  {}\n) AS rules ({});",
        rules.name,
        rows.join(",\n  "),
        names.join(", ")
    ))
}

fn empty(name: &TableName, schema: &Schema) -> String {
    let columns = schema
        .fields()
        .iter()
        .map(|field| format!("CAST(NULL AS {}) AS {}", sql_type(field.data_type()), field.name()));
    format!("CREATE TABLE {name} AS SELECT {} WHERE false;", columns.collect::<Vec<_>>().join(", "))
}

async fn of_query(
    inputs: Inputs<'_>,
    query: &QueryFile,
    planned: &Planned,
    planning: &Engine,
) -> Result<String, Errors> {
    let mut bound = bind::bind(&query.query, inputs.bindings);
    let kind = if planned.is_stored { "TABLE" } else { "VIEW" };
    let body = if query.name.is_staging() {
        mapped(inputs, query, &planned.schema, &mut bound, planning).await?
    } else {
        in_its_words(&mut bound)
    };
    Ok(format!("CREATE {kind} {} AS {body};", query.name))
}

/// A staging query with the types of the contract, up to the as-of day.
async fn mapped(
    inputs: Inputs<'_>,
    query: &QueryFile,
    schema: &Schema,
    bound: &mut Query,
    planning: &Engine,
) -> Result<String, Errors> {
    let plan = planning.plan(bound).await.map_err(|error| engine::planning_fault(&error, query))?;
    let own = plan.schema();
    let is_known = contract::table(query.name.table()).is_some();
    let bindings = inputs.bindings;
    let end = bindings.end_of_day();
    let seen = |column: &str, kind: &DataType| match kind {
        DataType::Date32 => format!("{column} <= DATE '{}'", bindings.as_of),
        _ => format!("{column} < TIMESTAMPTZ '{end}'"),
    };
    let columns = schema.fields().iter().map(|field| {
        let (name, kind) = (field.name(), sql_type(field.data_type()));
        if !own.fields().iter().any(|own| own.name() == name) {
            return format!("CAST(NULL AS {kind}) AS {name}");
        }
        let cast = format!("CAST({name} AS {kind})");
        match is_known && staging::MILESTONES.contains(&name.as_str()) {
            true => format!("CASE WHEN {} THEN {cast} END AS {name}", seen(name, field.data_type())),
            false => format!("{cast} AS {name}"),
        }
    });
    let mut text = format!("SELECT {} FROM ({bound}) AS mapped", columns.collect::<Vec<_>>().join(", "));
    if let Some(column) = &query.header.as_of {
        let column = column.text.to_lowercase();
        if let Ok(field) = schema.field_with_name(&column) {
            let _ = write!(text, " WHERE {} OR {column} IS NULL", seen(&column, field.data_type()));
        }
    }
    Ok(text)
}

/// The text of a query with what DuckDB writes in another way.
fn in_its_words(query: &mut Query) -> String {
    let _ = visit_expressions_mut(query, |expression: &mut Expr| {
        // Days between days are a whole number there, too wide to move a day by.
        if let Expr::BinaryOp { op: BinaryOperator::Plus | BinaryOperator::Minus, right, .. } = expression
            && matches!(right.as_ref(), Expr::Nested(inner) if is_span(inner))
        {
            let span = std::mem::replace(right.as_mut(), Expr::Wildcard(AttachedToken::empty()));
            let kind = SqlType::Integer(None);
            **right = Expr::Cast {
                kind: CastKind::Cast,
                expr: Box::new(span),
                data_type: kind,
                array: false,
                format: None,
            };
        }
        if let Expr::Function(call) = expression {
            if call.over.is_none() {
                // The first of a group is no window there.
                match call.name.to_string().to_lowercase().as_str() {
                    "first_value" => call.name = ObjectName::from(vec![Ident::new("first")]),
                    "last_value" => call.name = ObjectName::from(vec![Ident::new("last")]),
                    _ => {}
                }
            } else if let FunctionArguments::List(list) = &mut call.args
                && let Some(nulls) = call.null_treatment.take()
            {
                list.clauses.push(FunctionArgumentClause::IgnoreOrRespectNulls(nulls));
            }
        }
        ControlFlow::<()>::Continue(())
    });
    query.to_string().replace(" LEFT ANTI JOIN ", " ANTI JOIN ").replace(" LEFT SEMI JOIN ", " SEMI JOIN ")
}

/// Whether an expression takes a day from a day.
fn is_span(expression: &Expr) -> bool {
    let is_day = |side: &Expr| matches!(side, Expr::Cast { data_type: SqlType::Date, .. });
    matches!(expression, Expr::BinaryOp { left, op: BinaryOperator::Minus, right } if is_day(left) && is_day(right))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn sql_type(kind: &DataType) -> String {
    match kind {
        DataType::Timestamp(_, Some(_)) => "TIMESTAMPTZ".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Utf8View | DataType::LargeUtf8 => "VARCHAR".to_owned(),
        kind if kind.is_integer() => "BIGINT".to_owned(),
        kind => staging::sql_type(kind),
    }
}
