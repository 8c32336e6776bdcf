//! Shares of a whole, rounded so that what is printed adds up to 100 %.

use super::decimal::Decimal;

/// How the shares were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareBasis {
    /// All parts are >= 0 and the whole is positive: the printed shares add up to exactly 100 %.
    LargestRemainder,
    /// A part is negative: each share is rounded on its own, and the sum may differ from 100 %.
    PlainRounding,
    /// The whole is zero or negative: shares mean nothing, and all are zero.
    Undefined,
}

/// Rounded shares of the parts of a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    /// One per part, in percent × 10^digits: with one digit, 123 is 12.3 %.
    pub units: Vec<i128>,
    /// The digits after the point.
    pub digits: u32,
    /// How they were made, and so whether they add up.
    pub basis: ShareBasis,
}

impl Shares {
    /// Each share as text, such as `12.3%`; `n/a` when shares are undefined.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let text = |units: &i128| match self.basis {
            ShareBasis::Undefined => super::NOT_AVAILABLE.to_owned(),
            _ => super::decimal(Decimal::new(*units, self.digits), self.digits) + "%",
        };
        self.units.iter().map(text).collect()
    }
}

/// The shares of `values` in their sum, in percent with `digits` decimals, by the method of largest remainders.
///
/// Equal remainders go to the earlier part. `digits` above 6 are taken as 6.
#[must_use]
pub fn largest_remainder(values: &[Decimal], digits: u32) -> Shares {
    let digits = digits.min(6);
    let parts = aligned(values);
    let total: i128 = parts.iter().sum();
    let whole = 10_i128.pow(digits + 2);
    let (units, basis) = if total <= 0 {
        (vec![0; parts.len()], ShareBasis::Undefined)
    } else if parts.iter().any(|part| *part < 0) {
        let round = |part: &i128| {
            let twice = part.unsigned_abs() * whole.unsigned_abs() * 2;
            let nearest = (twice + total.unsigned_abs()) / (total.unsigned_abs() * 2);
            part.signum() * nearest.cast_signed()
        };
        (parts.iter().map(round).collect(), ShareBasis::PlainRounding)
    } else {
        (distribute(&parts, total, whole), ShareBasis::LargestRemainder)
    };
    Shares { units, digits, basis }
}

fn distribute(parts: &[i128], total: i128, whole: i128) -> Vec<i128> {
    let mut units: Vec<i128> = parts.iter().map(|part| part * whole / total).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(parts[*index] * whole % total));
    let mut left = whole - units.iter().sum::<i128>();
    for index in order {
        if left == 0 {
            break;
        }
        units[index] += 1;
        left -= 1;
    }
    units
}

/// The values as integers of one scale, small enough that products with 10^8 and sums stay in range.
fn aligned(values: &[Decimal]) -> Vec<i128> {
    let scale = values.iter().map(|value| value.scale).max().unwrap_or(0);
    let room = |value: &Decimal| {
        let digits = value.unscaled.unsigned_abs().checked_ilog10().unwrap_or(0);
        digits + (scale - value.scale)
    };
    let longest = values.iter().map(room).max().unwrap_or(0);
    let drop = longest.saturating_sub(MAX_DIGITS);
    let shift = |value: &Decimal| {
        let up = (scale - value.scale).saturating_sub(drop);
        let down = drop.saturating_sub(scale - value.scale);
        let magnitude = super::decimal::divide_half_up(value.unscaled.unsigned_abs(), down);
        value.unscaled.signum() * magnitude.cast_signed() * 10_i128.pow(up)
    };
    values.iter().map(shift).collect()
}

/// Values are kept below 10^22: times 10^8 and twice over leaves room to add millions of parts in an `i128`.
const MAX_DIGITS: u32 = 21;
