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
            let error =
                at(Error::project(format!("function `{name}` gives another value in each run")), name, query);
            Some(error.help("use `$as_of` for the day of the run"))
        }
        Expr::AggregateFunction(call) if matches!(call.func.name(), "sum" | "avg") => {
            let argument = call.params.args.first()?;
            let input = node.inputs().first().map(|input| input.schema().clone())?;
            let is_float = argument.get_type(&input).is_ok_and(|kind| kind.is_floating());
            let name = call.func.name();
            is_float.then(|| {
                at(
                    Error::project(format!(
                        "`{name}` over a floating-point column depends on the order of its rows"
                    )),
                    name,
                    query,
                )
                .help("cast it first: `CAST(x AS DECIMAL(38, 12))`")
            })
        }
        _ => None,
    }
}

fn at(error: Error, name: &str, query: &QueryFile) -> Error {
    let lower = query.text.to_ascii_lowercase();
    let start = lower.match_indices(&format!("{name}(")).map(|(start, _)| start).find(|start| {
        !lower[..*start].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with("--"))
    });
    match start {
        Some(start) => error.at(query.spot(start..start + name.len())),
        None => {
            let message = format!("{} (in `{}`)", error.message, query.path);
            Error { message, ..error }
        }
    }
}
