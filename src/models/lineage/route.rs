//! The way from a column of a query down to the sum that fills it.
//!
//! Takes a plan and a column. Gives the steps between them, or nothing when the column is no sum. Looks at plans only.

use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, Distinct, Expr, JoinType, LogicalPlan, Operator, TableScan};

use crate::names::TableName;

/// The steps from a column to its sum; each stands for one node of the plan.
#[derive(Debug, Clone)]
pub(super) enum Route {
    /// A node that passes the column on.
    Through(Box<Route>),
    /// A join, and whether the column comes from its left side.
    Side(bool, Box<Route>),
    /// A union: a way through each of its inputs.
    Each(Vec<Route>),
    /// A grouping that picks the column from one of its rows, under a condition.
    Picked(Option<Expr>, Box<Route>),
    /// Another model, the way through its own query.
    Model(TableName, Box<Route>),
    /// The grouping itself, and which of its sums.
    Sum(Vec<usize>),
    /// A count of different values, which cannot share its rows with another figure.
    Different(usize),
}

impl Route {
    /// Whether two columns come the same way, so that the same rows explain both.
    pub(super) fn is_same_way(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Through(a), Self::Through(b)) => a.is_same_way(b),
            (Self::Side(left, a), Self::Side(right, b)) => left == right && a.is_same_way(b),
            (Self::Each(a), Self::Each(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same_way(b))
            }
            (Self::Picked(p, a), Self::Picked(q, b)) => p == q && a.is_same_way(b),
            (Self::Model(m, a), Self::Model(n, b)) => m == n && a.is_same_way(b),
            (Self::Sum(_), Self::Sum(_)) => true,
            _ => false,
        }
    }

    /// Adds the sums of another column that comes the same way.
    pub(super) fn join(&mut self, other: &Self) {
        match (self, other) {
            (Self::Through(a), Self::Through(b))
            | (Self::Side(_, a), Self::Side(_, b))
            | (Self::Picked(_, a), Self::Picked(_, b))
            | (Self::Model(_, a), Self::Model(_, b)) => a.join(b),
            (Self::Each(a), Self::Each(b)) => a.iter_mut().zip(b).for_each(|(a, b)| a.join(b)),
            (Self::Sum(a), Self::Sum(b)) => a.extend(b.iter()),
            _ => {}
        }
    }
}

/// What a column is made of: sums that are added, or taken off where the flag says so. Most columns are one sum.
pub(super) type Terms = Vec<(bool, Route)>;

/// Gives the way through another model, by its name and a column.
pub(super) trait Upstream {
    /// `None` when the column is no sum there.
    fn terms(&self, model: &TableName, column: &str) -> Option<Terms>;
}

/// The same terms, each a step further.
fn step(terms: Terms, wrap: impl Fn(Box<Route>) -> Route) -> Terms {
    terms.into_iter().map(|(is_taken_off, route)| (is_taken_off, wrap(Box::new(route)))).collect()
}

/// The way from the column at `index` of a plan.
pub(super) fn follow(plan: &LogicalPlan, index: usize, upstream: &dyn Upstream) -> Option<Terms> {
    let through = |input: &LogicalPlan, index: usize| {
        follow(input, index, upstream).map(|terms| step(terms, Route::Through))
    };
    match plan {
        LogicalPlan::Projection(node) => {
            let input = node.input.as_ref();
            computed(node.expr.get(index)?, &|column| through(input, place(input.schema(), column)?))
        }
        LogicalPlan::SubqueryAlias(node) => through(&node.input, index),
        LogicalPlan::Filter(node) => through(&node.input, index),
        LogicalPlan::Sort(node) => through(&node.input, index),
        LogicalPlan::Limit(node) => through(&node.input, index),
        LogicalPlan::Distinct(Distinct::All(input)) => through(input, index),
        LogicalPlan::Window(node) if index < node.input.schema().fields().len() => {
            through(&node.input, index)
        }
        LogicalPlan::Join(node) => {
            // Joins that only ask whether there is a partner give the columns of one side.
            let n_left = match node.join_type {
                JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {
                    node.left.schema().fields().len()
                }
                JoinType::LeftSemi | JoinType::LeftAnti => usize::MAX,
                JoinType::RightSemi | JoinType::RightAnti => 0,
                JoinType::LeftMark | JoinType::RightMark => return None,
            };
            let is_left = index < n_left;
            let side = if is_left { &node.left } else { &node.right };
            let terms = follow(side, if is_left { index } else { index - n_left }, upstream)?;
            Some(step(terms, |route| Route::Side(is_left, route)))
        }
        LogicalPlan::Union(node) => {
            // A part of a union that is itself a difference would need a table of its own.
            let single = |terms: Terms| match <[_; 1]>::try_from(terms) {
                Ok([(false, route)]) => Some(route),
                _ => None,
            };
            let ways: Option<Vec<Route>> =
                node.inputs.iter().map(|input| follow(input, index, upstream).and_then(single)).collect();
            ways.map(|ways| vec![(false, Route::Each(ways))])
        }
        LogicalPlan::Aggregate(node) => grouped(node, index, upstream),
        LogicalPlan::TableScan(scan) => {
            let model = model_of(scan)?;
            let column = scan.projected_schema.fields().get(index)?.name().clone();
            let terms = upstream.terms(&model, &column)?;
            Some(step(terms, |route| Route::Model(model.clone(), route)))
        }
        _ => None,
    }
}

fn grouped(node: &Aggregate, index: usize, upstream: &dyn Upstream) -> Option<Terms> {
    let schema = node.input.schema();
    let picked = |expr: &Expr, condition: Option<Expr>| {
        passed(expr).into_iter().find_map(|column| {
            let terms = follow(&node.input, place(schema, column)?, upstream)?;
            Some(step(terms, |route| Route::Picked(condition.clone(), route)))
        })
    };
    let single = |route: Route| vec![(false, route)];
    if node.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) {
        return None;
    }
    let Some(place) = index.checked_sub(node.group_expr.len()) else {
        return picked(&node.group_expr[index], None);
    };
    let call = call_of(node.aggr_expr.get(place)?)?;
    let is_distinct = call.params.distinct;
    match call.func.name() {
        "sum" if !is_distinct => {
            is_exact(call.params.args.first()?, schema).then(|| single(Route::Sum(vec![place])))
        }
        "count" if is_distinct => (call.params.args.len() == 1).then(|| single(Route::Different(place))),
        "count" => Some(single(Route::Sum(vec![place]))),
        "max" | "min" | "first_value" | "last_value" => {
            let given = call.params.args.first()?;
            picked(given, condition_of(given))
        }
        _ => None,
    }
}

/// A sum over floating-point numbers is no evidence: it depends on the order of adding.
fn is_exact(expr: &Expr, schema: &DFSchema) -> bool {
    use datafusion::logical_expr::ExprSchemable;
    expr.get_type(schema).is_ok_and(|kind| kind.is_decimal() || kind.is_integer())
}

/// The condition of `CASE WHEN condition THEN column END`.
fn condition_of(expr: &Expr) -> Option<Expr> {
    match bare(expr) {
        Expr::Case(case) if case.expr.is_none() && case.when_then_expr.len() == 1 => {
            Some(case.when_then_expr[0].0.as_ref().clone())
        }
        _ => None,
    }
}

/// An aggregate call below its name.
pub(super) fn call_of(expr: &Expr) -> Option<&AggregateFunction> {
    match bare(expr) {
        Expr::AggregateFunction(call) => Some(call),
        _ => None,
    }
}

/// An expression without names and casts around it.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => bare(&alias.expr),
        Expr::Cast(cast) => bare(&cast.expr),
        Expr::TryCast(cast) => bare(&cast.expr),
        other => other,
    }
}

/// The terms of an expression over columns: one that is passed on, or several that are added and taken off.
fn computed(expr: &Expr, follow: &dyn Fn(&Column) -> Option<Terms>) -> Option<Terms> {
    if let Expr::BinaryExpr(binary) = bare(expr)
        && matches!(binary.op, Operator::Plus | Operator::Minus)
    {
        let mut terms = computed(&binary.left, follow)?;
        let is_minus = binary.op == Operator::Minus;
        let right = computed(&binary.right, follow)?;
        terms.extend(right.into_iter().map(|(is_taken_off, route)| (is_taken_off != is_minus, route)));
        return Some(terms);
    }
    if let Expr::Case(case) = bare(expr)
        && let [(_, then)] = case.when_then_expr.as_slice()
        && matches!(bare(then), Expr::BinaryExpr(_))
    {
        return computed(then, follow);
    }
    passed(expr).into_iter().find_map(follow)
}

/// The columns that an expression may pass on as they are; whether it does is seen by adding up.
fn passed(expr: &Expr) -> Vec<&Column> {
    match bare(expr) {
        Expr::Column(column) => vec![column],
        Expr::Case(case) => {
            let branches = case.when_then_expr.iter().map(|(_, then)| then.as_ref());
            branches.chain(case.else_expr.as_deref()).flat_map(passed).collect()
        }
        Expr::ScalarFunction(call) if call.name() == "coalesce" => {
            call.args.iter().flat_map(passed).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a column stands.
pub(super) fn place(schema: &DFSchema, column: &Column) -> Option<usize> {
    schema.maybe_index_of_column(column)
}

/// The table that a scan reads, when it is one of the project's.
pub(super) fn model_of(scan: &TableScan) -> Option<TableName> {
    Some(TableName::new(scan.table_name.schema()?, scan.table_name.table()))
}
