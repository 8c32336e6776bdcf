//! Functions of ours that queries may call: calendar steps that the engine lacks. All of them give NULL for NULL.
//! Models that are fitted to purchases have functions of their own, in `fits`.
//!
//! | function | gives |
//! | --- | --- |
//! | `month_start(day)`, `month_end(day)` | first and last day of the month |
//! | `month_add(day, n)` | the day `n` calendar months later, cut to the month's last day |
//! | `months_between(a, b)` | calendar months from the month of `a` to the month of `b` |
//! | `week_start(day)` | the Monday of the ISO week |
//! | `xun_start(day)` | the 1st, 11th or 21st that opens the ten-day period (旬) |

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, Int64Array};
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::common::cast::as_date32_array;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

const EPOCH: Date = Date::constant(1970, 1, 1);

pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        of_day("month_start", |day| Some(day.first_of_month())),
        of_day("month_end", |day| Some(day.last_of_month())),
        of_day("week_start", |day| {
            let back = i64::from(day.weekday().since(Weekday::Monday));
            day.checked_sub(back.days()).ok()
        }),
        of_day("xun_start", |day| {
            let first = match day.day() {
                1..=10 => 1,
                11..=20 => 11,
                _ => 21,
            };
            Date::new(day.year(), day.month(), first).ok()
        }),
        month_add(),
        months_between(),
    ]
}

/// What was worked out for a day: in a column days repeat, and the calendar is slow.
struct Known<K, V> {
    slots: Vec<Option<(i32, K, V)>>,
}

impl<K: Copy + PartialEq, V: Copy> Known<K, V> {
    /// For a column of so many rows. A dozen years of days have a place of their own each.
    fn new(rows: usize) -> Self {
        Self { slots: vec![None; rows.next_power_of_two().clamp(1, 4096)] }
    }

    fn get(&mut self, day: i32, key: K, work: impl FnOnce() -> Result<V>) -> Result<V> {
        let place = usize::try_from(day.unsigned_abs()).unwrap_or(0) & (self.slots.len() - 1);
        if let Some((known, own, value)) = self.slots[place]
            && known == day
            && own == key
        {
            return Ok(value);
        }
        let value = work()?;
        self.slots[place] = Some((day, key, value));
        Ok(value)
    }
}

fn to_day(number: i32) -> Option<Date> {
    EPOCH.checked_add(i64::from(number).days()).ok()
}

fn to_number(day: Date) -> i32 {
    // Both lie within the range of `Date`, whose days fit by far.
    (day - EPOCH).get_days()
}

/// A function from a day to a day; a value beyond the calendar is an error, not NULL.
fn of_day(name: &'static str, step: fn(Date) -> Option<Date>) -> ScalarUDF {
    let run = move |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let days = as_date32_array(&arrays[0])?;
        let mut known = Known::new(days.len());
        let mut made = |day: i32| {
            known.get(day, (), || to_day(day).and_then(step).map(to_number).ok_or_else(|| beyond(name)))
        };
        let made: Date32Array =
            days.iter().map(|day| day.map(&mut made).transpose()).collect::<Result<_>>()?;
        wrap(arguments, Arc::new(made))
    };
    create_udf(name, vec![DataType::Date32], DataType::Date32, Volatility::Immutable, Arc::new(run))
}

fn month_add() -> ScalarUDF {
    let run = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let days = arrays[0].as_primitive::<Date32Type>();
        let steps = arrays[1].as_primitive::<Int64Type>();
        let later = |day: i32, n: i64| {
            let later = to_day(day)
                .and_then(|day| (n.abs() < 120_000).then(|| day.checked_add(n.months()).ok()).flatten());
            later.map(to_number).ok_or_else(|| beyond("month_add"))
        };
        let mut known = Known::new(days.len());
        let made: Date32Array = days
            .iter()
            .zip(steps)
            .map(|pair| match pair {
                (Some(day), Some(n)) => known.get(day, n, || later(day, n)).map(Some),
                _ => Ok(None),
            })
            .collect::<Result<_>>()?;
        wrap(arguments, Arc::new(made))
    };
    let types = vec![DataType::Date32, DataType::Int64];
    create_udf("month_add", types, DataType::Date32, Volatility::Immutable, Arc::new(run))
}

fn months_between() -> ScalarUDF {
    let run = |arguments: &[ColumnarValue]| {
        let arrays = ColumnarValue::values_to_arrays(arguments)?;
        let (from, to) = (arrays[0].as_primitive::<Date32Type>(), arrays[1].as_primitive::<Date32Type>());
        let mut known = Known::new(from.len());
        let mut month = |day: i32| {
            let month = || to_day(day).map(|day| i64::from(day.year()) * 12 + i64::from(day.month()));
            known.get(day, (), || month().ok_or_else(|| beyond("months_between")))
        };
        let made: Int64Array = from
            .iter()
            .zip(to)
            .map(|pair| match pair {
                (Some(from), Some(to)) => Ok(Some(month(to)? - month(from)?)),
                _ => Ok(None),
            })
            .collect::<Result<_>>()?;
        wrap(arguments, Arc::new(made))
    };
    let types = vec![DataType::Date32, DataType::Date32];
    create_udf("months_between", types, DataType::Int64, Volatility::Immutable, Arc::new(run))
}

fn beyond(function: &str) -> DataFusionError {
    DataFusionError::Execution(format!(
        "function `{function}` got a day beyond the calendar (years 1 to 9999)"
    ))
}

/// One value for constant arguments, so that the planner can fold them.
pub(super) fn wrap(arguments: &[ColumnarValue], made: ArrayRef) -> Result<ColumnarValue> {
    let constant = arguments.iter().all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
    if constant && made.len() == 1 {
        return Ok(ColumnarValue::Scalar(datafusion::common::ScalarValue::try_from_array(&made, 0)?));
    }
    Ok(ColumnarValue::Array(made))
}
