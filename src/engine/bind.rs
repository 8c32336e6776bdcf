//! Parameters into queries: each `$name` becomes a typed literal of the parsed query before planning.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, ExactNumberInfo, Expr, Query, Value, VisitMut, visit_expressions_mut,
};

use crate::project::{Bindings, ParameterValue};

/// A copy of `query` with every parameter bound. Unknown ones stay, and are found beforehand.
pub fn bind(query: &Query, bindings: &Bindings) -> Query {
    let mut query = query.clone();
    bind_in(&mut query, bindings);
    query
}

/// Binds the parameters in a query or condition.
pub fn bind_in<N: VisitMut>(node: &mut N, bindings: &Bindings) {
    let _ = visit_expressions_mut(node, |expression: &mut Expr| {
        if let Expr::Value(value) = expression
            && let Value::Placeholder(name) = &value.value
            && let Some(bound) = bindings.get(name.trim_start_matches('$'))
        {
            *expression = literal(bound);
        }
        ControlFlow::<()>::Continue(())
    });
}

fn literal(value: &ParameterValue) -> Expr {
    match value {
        ParameterValue::Text(text) => text_literal(text.clone()),
        ParameterValue::Bool(flag) => Expr::Value(Value::Boolean(*flag).with_empty_span()),
        ParameterValue::Int(number) => cast(text_literal(number.to_string()), DataType::BigInt(None)),
        ParameterValue::Date(day) => cast(text_literal(day.to_string()), DataType::Date),
        ParameterValue::Decimal(digits) => {
            let scale = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            let scale = i64::try_from(scale).unwrap_or(0);
            cast(
                text_literal(digits.clone()),
                DataType::Decimal(ExactNumberInfo::PrecisionAndScale(38, scale)),
            )
        }
    }
}

fn text_literal(text: String) -> Expr {
    Expr::Value(Value::SingleQuotedString(text).with_empty_span())
}

fn cast(expression: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(expression), data_type, array: false, format: None }
}
