//! Numbers, money, dates and shares as text, in Chinese and English.
//!
//! Takes exact decimals, ratios and civil dates; gives strings that agree with CLDR as `Intl` in ECMAScript prints it.
//! Ties round away from zero (`halfExpand`). Money never passes through a float, and nothing here reads the machine's locale.

mod column;
mod compact;
mod date;
mod decimal;
mod money;
mod number;
mod shares;

pub use column::{Column, Scale};
pub use compact::{compact, compact_money, signed_compact, signed_compact_money};
pub use date::{axis_month, axis_year, day, days, month, short_day};
pub use decimal::Decimal;
pub use money::{currency_digits, currency_symbol, money, signed_money};
pub use number::{
    decimal, integer, percent, percent_digits, points, signed_decimal, signed_integer, signed_percent,
};
pub use shares::{ShareBasis, Shares, largest_remainder};

/// What a cell without a value shows.
pub const MISSING: &str = "—";

/// What a number that cannot be computed shows, such as a ratio on base zero.
pub const NOT_AVAILABLE: &str = "n/a";

pub use crate::names::Lang;

#[cfg(test)]
mod tests;
