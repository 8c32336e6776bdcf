//! Plain numbers, percentages and changes of percentages; the same in both languages except for words.

use super::decimal::{Decimal, Sign};
use super::{Lang, NOT_AVAILABLE};

/// An integer with commas between thousands: `1,234,567`.
#[must_use]
pub fn integer(value: i128) -> String {
    decimal(Decimal::new(value, 0), 0)
}

/// An integer with its sign, also when positive: `+4`, `-4`, `0`.
#[must_use]
pub fn signed_integer(value: i128) -> String {
    signed_decimal(Decimal::new(value, 0), 0)
}

/// A decimal with a fixed number of digits after the point: `1,234.50`.
#[must_use]
pub fn decimal(value: Decimal, digits: u32) -> String {
    fixed(value, 0, digits, Sign::Negative)
}

/// A decimal with its sign, also when positive: `+1,234.50`.
#[must_use]
pub fn signed_decimal(value: Decimal, digits: u32) -> String {
    fixed(value, 0, digits, Sign::ExceptZero)
}

/// A ratio as a percentage with one decimal: 0.123 gives `12.3%`; not finite gives `n/a`.
#[must_use]
pub fn percent(ratio: f64) -> String {
    percent_digits(ratio, 1)
}

/// A ratio as a percentage with a fixed number of decimals; not finite gives `n/a`.
#[must_use]
pub fn percent_digits(ratio: f64, digits: u32) -> String {
    ratio_text(ratio, digits, Sign::Negative, "%")
}

/// A relative change as a percentage with its sign: 0.123 gives `+12.3%`; not finite gives `n/a`.
#[must_use]
pub fn signed_percent(ratio: f64) -> String {
    ratio_text(ratio, 1, Sign::ExceptZero, "%")
}

/// A difference of two ratios in percentage points: 0.012 gives `+1.2 pp` or `+1.2 个百分点`.
#[must_use]
pub fn points(lang: Lang, difference: f64) -> String {
    let unit = match lang {
        Lang::Zh => " 个百分点",
        Lang::En => " pp",
    };
    ratio_text(difference, 1, Sign::ExceptZero, unit)
}

fn ratio_text(ratio: f64, digits: u32, sign: Sign, unit: &str) -> String {
    match Decimal::from_f64(ratio) {
        Some(value) => fixed(value, 2, digits, sign) + unit,
        None => NOT_AVAILABLE.to_owned(),
    }
}

/// `value × 10^shift` with a fixed number of digits after the point.
pub(super) fn fixed(value: Decimal, shift: i32, digits: u32, sign: Sign) -> String {
    let rounded = value.rounded(shift, digits);
    format!("{}{}", rounded.sign(sign), rounded.grouped(4))
}
