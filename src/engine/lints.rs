//! What plans but must not run: results that change from run to run.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Volatility};

use crate::error::Error;
use crate::project::QueryFile;

/// The faults of a plan that would give other numbers on another day or machine.
pub fn lint(plan: &LogicalPlan, query: &QueryFile) -> Vec<Error> {
    let mut faults = Vec::new();
    let _ = plan.apply_with_subqueries(|node| {
        let _ = node.apply_expressions(|expression| {
            let _ = expression.apply(|part| {
                if let Some(error) = fault(part, node, query) {
                    faults.push(error);
                }
                Ok(TreeNodeRecursion::Continue)
            });
            Ok(TreeNodeRecursion::Continue)
        });
        Ok(TreeNodeRecursion::Continue)
    });
    faults.dedup_by(|a, b| a.message == b.message);
    faults
}

fn fault(part: &Expr, node: &LogicalPlan, query: &QueryFile) -> Option<Error> {
    match part {
        Expr::ScalarFunction(call) if call.func.signature().volatility != Volatility::Immutable => {
            let name = call.func.name();
            let error = at(
                Error::project(format!("function `{name}` gives another value in each run")),
                name,
                false,
                query,
            );
            Some(error.help("use `$as_of` for the day of the run"))
        }
        Expr::AggregateFunction(call) if matches!(call.func.name(), "sum" | "avg") => {
            float_sum(call.func.name(), call.params.args.first()?, false, node, query)
        }
        Expr::WindowFunction(call) if matches!(call.fun.name(), "sum" | "avg") => {
            float_sum(call.fun.name(), call.params.args.first()?, true, node, query)
        }
        _ => None,
    }
}

/// A sum of floating-point numbers: another order of rows gives other digits.
fn float_sum(
    name: &str,
    argument: &Expr,
    is_window: bool,
    node: &LogicalPlan,
    query: &QueryFile,
) -> Option<Error> {
    let input = node.inputs().first().map(|input| input.schema().clone())?;
    let is_float = argument.get_type(&input).is_ok_and(|kind| kind.is_floating());
    let message = format!("`{name}` over a floating-point column depends on the order of its rows");
    is_float.then(|| {
        at(Error::project(message), name, is_window, query)
            .help("cast it first: `CAST(x AS DECIMAL(38, 12))`")
    })
}

/// The call of `name` in the text: with `OVER` behind it for a window, without for an aggregate.
fn at(error: Error, name: &str, is_window: bool, query: &QueryFile) -> Error {
    let lower = query.text.to_ascii_lowercase();
    let call = format!("{name}(");
    let calls = lower.match_indices(&call).map(|(start, _)| start).filter(|start| {
        !lower[..*start].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("--"))
    });
    let mut calls = calls.filter(|start| {
        let open = start + name.len();
        let rest = &lower[open + closing(&lower[open..])..];
        rest.trim_start().starts_with("over") == is_window
    });
    match calls.next() {
        Some(start) => error.at(query.spot(start..start + name.len())),
        None => {
            let message = format!("{} (in `{}`)", error.message, query.path);
            Error { message, ..error }
        }
    }
}

/// The byte after the bracket that closes the one at the start.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (place, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place + c.len_utf8();
        }
    }
    text.len()
}
