//! The day of an instant in a time zone: `CAST(x AT TIME ZONE 'Asia/Shanghai' AS DATE)`. The engine asks the calendar of the zone for
//! every row; rows of a warehouse lie day by day, so the bounds of the last day answer nearly all of them.
//!
//! Takes a logical plan, gives one with the same rows, in which such casts are done by [`day`].

use std::sync::Arc;

use arrow::array::timezone::Tz;
use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, Date32Array, PrimitiveArray};
use arrow::datatypes::{
    DataType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow::temporal_conversions::as_datetime_with_timezone;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};
use datafusion::optimizer::AnalyzerRule;

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// Has casts of instants to days done by [`day`].
#[derive(Debug)]
pub(super) struct DaysByBounds {
    day: Arc<ScalarUDF>,
}

impl DaysByBounds {
    pub(super) fn new() -> Self {
        Self { day: Arc::new(ScalarUDF::new_from_impl(DayOf::new())) }
    }
}

impl AnalyzerRule for DaysByBounds {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_up_with_subqueries(|node| {
            node.map_expressions(|expression| {
                expression.transform_up(|expression| {
                    Ok(match expression {
                        Expr::Cast(Cast { expr, field }) if is_day_of_instant(field.data_type(), &expr) => {
                            let day = ScalarFunction::new_udf(Arc::clone(&self.day), vec![*expr]);
                            Transformed::yes(Expr::ScalarFunction(day))
                        }
                        other => Transformed::no(other),
                    })
                })
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "days_by_bounds"
    }
}

/// `AT TIME ZONE` is a cast itself.
fn is_day_of_instant(wanted: &DataType, given: &Expr) -> bool {
    let is_instant = |kind: &DataType| matches!(kind, DataType::Timestamp(_, Some(_)));
    *wanted == DataType::Date32 && matches!(given, Expr::Cast(inner) if is_instant(inner.field.data_type()))
}

/// The day of an instant, as a function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct DayOf {
    signature: Signature,
}

impl DayOf {
    fn new() -> Self {
        Self { signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for DayOf {
    fn name(&self) -> &'static str {
        "day_of_instant"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// A cast adds nothing to the name of a column, and neither does this: others may have named it already.
    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        Ok(arguments.iter().map(|instant| instant.schema_name().to_string()).collect())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Date32)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let instants = arguments
            .args
            .into_iter()
            .next()
            .ok_or_else(|| DataFusionError::Internal("no instant is given".to_owned()))?;
        Ok(match instants {
            ColumnarValue::Array(instants) => ColumnarValue::Array(day(&instants)?),
            ColumnarValue::Scalar(instant) => {
                let days = day(&instant.to_array()?)?;
                ColumnarValue::Scalar(datafusion::scalar::ScalarValue::try_from_array(&days, 0)?)
            }
        })
    }
}

/// The day of each instant in its zone.
fn day(instants: &ArrayRef) -> Result<ArrayRef> {
    let DataType::Timestamp(unit, Some(zone)) = instants.data_type() else {
        return Err(DataFusionError::Internal(format!("{} is no instant", instants.data_type())));
    };
    let zone: Tz = zone.parse()?;
    Ok(Arc::new(match unit {
        TimeUnit::Second => days::<TimestampSecondType>(instants.as_primitive(), 1, zone)?,
        TimeUnit::Millisecond => days::<TimestampMillisecondType>(instants.as_primitive(), 1_000, zone)?,
        TimeUnit::Microsecond => days::<TimestampMicrosecondType>(instants.as_primitive(), 1_000_000, zone)?,
        TimeUnit::Nanosecond => {
            days::<TimestampNanosecondType>(instants.as_primitive(), 1_000_000_000, zone)?
        }
    }))
}

fn days<T>(instants: &PrimitiveArray<T>, a_second: i64, zone: Tz) -> Result<Date32Array>
where
    T: ArrowPrimitiveType<Native = i64> + arrow::datatypes::ArrowTemporalType,
{
    // The day that was found last, and the seconds that it lasts, if it is one without a change of the clock.
    let (mut known, mut from, mut to) = (0, 0, 0);
    let mut day_of = |instant: i64| {
        let second = instant.div_euclid(a_second);
        if (from..to).contains(&second) {
            return Ok(known);
        }
        let (day, offset) = local_day::<T>(instant, zone)?;
        let begin = i64::from(day) * SECONDS_OF_DAY - offset;
        let end = begin + SECONDS_OF_DAY;
        let is_plain = |second: i64| {
            let instant = second.checked_mul(a_second);
            instant.is_some_and(|instant| local_day::<T>(instant, zone).is_ok_and(|(_, own)| own == offset))
        };
        if is_plain(begin) && is_plain(end) {
            (known, from, to) = (day, begin, end);
        }
        Ok::<i32, DataFusionError>(day)
    };
    let mut days = Vec::with_capacity(instants.len());
    for (row, instant) in instants.values().iter().enumerate() {
        days.push(if instants.is_valid(row) { day_of(*instant)? } else { 0 });
    }
    Ok(Date32Array::new(days.into(), instants.nulls().cloned()))
}

/// The day of an instant, and how many seconds the clock of the zone is ahead of UTC then.
fn local_day<T>(instant: i64, zone: Tz) -> Result<(i32, i64)>
where
    T: ArrowPrimitiveType + arrow::datatypes::ArrowTemporalType,
{
    let beyond = || DataFusionError::Execution(format!("the instant {instant} is beyond the calendar"));
    let local = as_datetime_with_timezone::<T>(instant, zone).ok_or_else(beyond)?;
    let seconds = local.naive_local().and_utc().timestamp();
    let day = i32::try_from(seconds.div_euclid(SECONDS_OF_DAY)).ok().ok_or_else(beyond)?;
    Ok((day, seconds - local.naive_utc().and_utc().timestamp()))
}

#[cfg(test)]
mod tests {
    use arrow::array::TimestampMicrosecondArray;
    use arrow::compute::cast;
    use proptest::prelude::*;

    use super::*;

    fn instants(seconds: Vec<Option<i64>>, zone: &str) -> ArrayRef {
        let instants = seconds.into_iter().map(|second| second.map(|second| second * 1_000_000 + 7));
        Arc::new(TimestampMicrosecondArray::from_iter(instants).with_timezone(zone))
    }

    proptest! {
        #[test]
        fn the_day_is_that_of_the_engine_also_where_clocks_change(
            begin in -2_000_000_000_i64..2_500_000_000,
            steps in prop::collection::vec(prop::option::weighted(0.9, -9_000_i64..30_000), 1..300),
            zone in prop::sample::select(vec![
                "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "+05:30", "UTC",
            ]),
        ) {
            let mut second = begin;
            let seconds = steps.into_iter().map(|step| step.map(|step| { second += step; second })).collect();
            let instants = instants(seconds, zone);
            prop_assert_eq!(&day(&instants).unwrap(), &cast(&instants, &DataType::Date32).unwrap());
        }
    }

    #[test]
    fn a_day_is_told_by_the_clock_of_the_zone() {
        // 15:59:59 and 16:00:00 UTC.
        let instants = instants(vec![Some(1_700_063_999), Some(1_700_064_000), None], "Asia/Shanghai");
        let days = day(&instants).unwrap();
        let days = days.as_primitive::<arrow::datatypes::Date32Type>();
        assert_eq!(days.iter().collect::<Vec<_>>(), [Some(19_676), Some(19_677), None]);
    }
}
