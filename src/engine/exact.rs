//! Which aggregates come to the same wherever their rows are cut: all but those that add floating-point numbers, whose sum depends
//! on the order of adding.

use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;

/// Whether a function adds floating-point numbers, or holds them in order to.
pub(super) fn adds_floats(function: &AggregateFunctionExpr) -> Result<bool> {
    let name = function.fun().name();
    if ["count", "min", "max"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Ok(false);
    }
    Ok(function.state_fields()?.iter().any(|field| has_floats(field.data_type())))
}

fn has_floats(kind: &DataType) -> bool {
    match kind {
        DataType::List(item) | DataType::LargeList(item) => has_floats(item.data_type()),
        kind => kind.is_floating(),
    }
}
