//! The fits as aggregates of SQL: rows are tallied in parts, the parts put together, and one fit made of the whole.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, ListArray};
use arrow::datatypes::{DataType, Field, Fields, Float64Type, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::common::scalar::ScalarStructBuilder;
use datafusion::error::Result;
use datafusion::logical_expr::{Accumulator, AggregateUDF, Volatility, create_udaf};

use super::tally::{Tally, refused};
use super::{bgnbd, gamma_gamma};

pub(in crate::engine) fn all() -> Vec<AggregateUDF> {
    vec![fit::<3, BgNbd>(), fit::<2, GammaGamma>()]
}

/// A model of customers that are known by `N` numbers, the first of which is their frequency.
trait Model<const N: usize>: Send + Sync + std::fmt::Debug + 'static {
    const NAME: &'static str;
    /// The parts of the result, but for `converged`.
    const PARTS: &'static [&'static str];

    fn check(row: [f64; N]) -> Result<()>;
    /// The parts, and whether the fit converged.
    fn parts(customers: &Tally<N>) -> (Vec<Option<f64>>, bool);
}

#[derive(Debug)]
struct BgNbd;

impl Model<3> for BgNbd {
    const NAME: &'static str = "bgnbd_fit";
    const PARTS: &'static [&'static str] = &["r", "alpha", "a", "b", "log_likelihood"];

    fn check(row: [f64; 3]) -> Result<()> {
        bgnbd::check(Self::NAME, row)
    }

    fn parts(customers: &Tally<3>) -> (Vec<Option<f64>>, bool) {
        let fit = bgnbd::fit(customers);
        let of = |part: fn(bgnbd::Fit) -> f64| fit.map(part);
        let parts = vec![
            of(|fit| fit.parameters.r),
            of(|fit| fit.parameters.alpha),
            of(|fit| fit.parameters.a),
            of(|fit| fit.parameters.b),
            of(|fit| fit.log_likelihood),
        ];
        (parts, fit.is_some())
    }
}

#[derive(Debug)]
struct GammaGamma;

impl Model<2> for GammaGamma {
    const NAME: &'static str = "gamma_gamma_fit";
    const PARTS: &'static [&'static str] = &["p", "q", "v", "log_likelihood", "correlation"];

    fn check(row: [f64; 2]) -> Result<()> {
        gamma_gamma::check(Self::NAME, row)
    }

    fn parts(customers: &Tally<2>) -> (Vec<Option<f64>>, bool) {
        let fit = gamma_gamma::fit(customers);
        let of = |part: fn(gamma_gamma::Fit) -> f64| fit.map(part);
        let parts = vec![
            of(|fit| fit.parameters.p),
            of(|fit| fit.parameters.q),
            of(|fit| fit.parameters.v),
            of(|fit| fit.log_likelihood),
            gamma_gamma::correlation(customers),
        ];
        (parts, fit.is_some())
    }
}

fn fit<const N: usize, M: Model<N>>() -> AggregateUDF {
    let mut arguments = vec![DataType::Float64; N];
    arguments[0] = DataType::Int64;
    let mut states = vec![list_of(DataType::Float64); N];
    states.push(list_of(DataType::Int64));
    create_udaf(
        M::NAME,
        arguments,
        Arc::new(DataType::Struct(parts_of::<N, M>())),
        Volatility::Immutable,
        Arc::new(|_| Ok(Box::new(Fitting::<N, M>::default()))),
        Arc::new(states),
    )
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(item, true)))
}

fn parts_of<const N: usize, M: Model<N>>() -> Fields {
    M::PARTS
        .iter()
        .map(|part| Field::new(*part, DataType::Float64, true))
        .chain([Field::new("converged", DataType::Boolean, true)])
        .collect()
}

/// Customers on their way to a fit. Between steps a tally is `N` lists of numbers, and one of how often each row came.
#[derive(Debug)]
struct Fitting<const N: usize, M> {
    customers: Tally<N>,
    model: std::marker::PhantomData<M>,
}

impl<const N: usize, M> Default for Fitting<N, M> {
    fn default() -> Self {
        Self { customers: Tally::default(), model: std::marker::PhantomData }
    }
}

impl<const N: usize, M: Model<N>> Accumulator for Fitting<N, M> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let frequencies = values[0].as_primitive::<Int64Type>();
        let others: Vec<&Float64Array> =
            values[1..].iter().map(|array| array.as_primitive::<Float64Type>()).collect();
        for index in 0..frequencies.len() {
            if values.iter().any(|array| array.is_null(index)) {
                continue;
            }
            let mut row = [frequencies.value(index) as f64; N];
            for (cell, array) in row[1..].iter_mut().zip(&others) {
                *cell = array.value(index);
            }
            M::check(row)?;
            self.customers.add(M::NAME, row, 1)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut state: Vec<ScalarValue> = (0..N)
            .map(|column| {
                let cells: Float64Array = self.customers.rows().map(|(row, _)| Some(row[column])).collect();
                one_list(Arc::new(cells))
            })
            .collect();
        let counts: Int64Array = self
            .customers
            .rows()
            .map(|(_, count)| i64::try_from(count).map_err(|_too_many| refused(M::NAME, "too many rows")))
            .collect::<Result<Vec<i64>>>()?
            .into();
        state.push(one_list(Arc::new(counts)));
        Ok(state)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let lists: Vec<&ListArray> = states.iter().map(|array| array.as_list::<i32>()).collect();
        for index in 0..lists[0].len() {
            let parts: Vec<ArrayRef> = lists.iter().map(|list| list.value(index)).collect();
            let counts = parts[N].as_primitive::<Int64Type>();
            for (place, count) in counts.values().iter().enumerate() {
                let mut row = [0.0; N];
                for (cell, part) in row.iter_mut().zip(&parts) {
                    *cell = part.as_primitive::<Float64Type>().value(place);
                }
                self.customers.add(M::NAME, row, count.unsigned_abs())?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let (parts, converged) = M::parts(&self.customers);
        let values =
            parts.into_iter().map(ScalarValue::Float64).chain([ScalarValue::Boolean(Some(converged))]);
        let mut made = ScalarStructBuilder::new();
        for (field, value) in parts_of::<N, M>().iter().zip(values) {
            made = made.with_scalar(Arc::clone(field), value);
        }
        made.build()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.customers.bytes()
    }
}

fn one_list(cells: ArrayRef) -> ScalarValue {
    ScalarValue::List(Arc::new(
        datafusion::common::utils::SingleRowListArrayBuilder::new(cells).build_list_array(),
    ))
}
