//! What a fitted model says of one customer, as functions of SQL.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

use super::tally::refused;
use super::{bgnbd, gamma_gamma};
use crate::engine::functions::wrap;

const P_ALIVE: &str = "bgnbd_p_alive";
const EXPECTED_PURCHASES: &str = "bgnbd_expected_purchases";
const VALUE: &str = "gamma_gamma_value";

pub(in crate::engine) fn all() -> Vec<ScalarUDF> {
    vec![
        score(P_ALIVE, |[x, recency, age, r, alpha, a, b]: [f64; 7]| {
            let customer = bgnbd_customer(P_ALIVE, [x, recency, age])?;
            let parameters = bgnbd_parameters(P_ALIVE, [r, alpha, a, b])?;
            Ok(Some(bgnbd::p_alive(customer, parameters)))
        }),
        score(EXPECTED_PURCHASES, |[periods, x, recency, age, r, alpha, a, b]: [f64; 8]| {
            not_below_zero(EXPECTED_PURCHASES, [periods])?;
            let customer = bgnbd_customer(EXPECTED_PURCHASES, [x, recency, age])?;
            let parameters = bgnbd_parameters(EXPECTED_PURCHASES, [r, alpha, a, b])?;
            Ok(bgnbd::expected_purchases(periods, customer, parameters))
        }),
        score(VALUE, |[x, mean, p, q, v]: [f64; 5]| {
            let customer = not_below_zero(VALUE, [x, mean])?;
            let [p, q, v] = above_zero(VALUE, [p, q, v])?;
            Ok(gamma_gamma::value(customer, gamma_gamma::Parameters { p, q, v }))
        }),
    ]
}

fn bgnbd_customer(function: &str, customer: [f64; 3]) -> Result<[f64; 3]> {
    bgnbd::check(function, not_below_zero(function, customer)?)?;
    Ok(customer)
}

fn bgnbd_parameters(function: &str, parameters: [f64; 4]) -> Result<bgnbd::Parameters> {
    let [r, alpha, a, b] = above_zero(function, parameters)?;
    Ok(bgnbd::Parameters { r, alpha, a, b })
}

fn not_below_zero<const N: usize>(function: &str, numbers: [f64; N]) -> Result<[f64; N]> {
    let holds = numbers.iter().all(|number| number.is_finite() && *number >= 0.0);
    holds.then_some(numbers).ok_or_else(|| refused(function, "a number below zero, or none at all"))
}

fn above_zero<const N: usize>(function: &str, numbers: [f64; N]) -> Result<[f64; N]> {
    let holds = numbers.iter().all(|number| number.is_finite() && *number > 0.0);
    holds.then_some(numbers).ok_or_else(|| refused(function, "a parameter that is not above zero"))
}

/// A function of `N` numbers that gives one, or NULL where any of them is NULL.
fn score<const N: usize>(
    name: &'static str,
    of: impl Fn([f64; N]) -> Result<Option<f64>> + Send + Sync + 'static,
) -> ScalarUDF {
    let run = move |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let columns: Vec<&Float64Array> =
            arrays.iter().map(|array| array.as_primitive::<Float64Type>()).collect();
        let made = (0..columns[0].len())
            .map(|index| {
                if columns.iter().any(|column| column.is_null(index)) {
                    return Ok(None);
                }
                let mut numbers = [0.0; N];
                for (number, column) in numbers.iter_mut().zip(&columns) {
                    *number = column.value(index);
                }
                of(numbers)
            })
            .collect::<Result<Float64Array>>()?;
        wrap(arguments, Arc::new(made))
    };
    create_udf(name, vec![DataType::Float64; N], DataType::Float64, Volatility::Immutable, Arc::new(run))
}
