//! An exact decimal, and its rounding to a number of places.

/// An exact decimal number, `unscaled × 10^-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The digits as an integer.
    pub unscaled: i128,
    /// The number of digits after the decimal point.
    pub scale: u32,
}

impl Decimal {
    /// A decimal from its digits and the number of them after the point.
    #[must_use]
    pub const fn new(unscaled: i128, scale: u32) -> Self {
        Self { unscaled, scale }
    }

    /// The decimal that a float prints as (the shortest digits that read back as the same float).
    ///
    /// `None` for NaN, infinities and magnitudes beyond 38 digits. Digits after the 30th place are dropped.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let mut number = Self::parse(mantissa)?;
        let scale = i32::try_from(number.scale).ok()? - exponent;
        if scale < 0 {
            let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
            number.unscaled = number.unscaled.checked_mul(factor)?;
        }
        number.scale = scale.max(0).unsigned_abs();
        if number.scale > 30 {
            let factor = 10_i128.checked_pow(number.scale - 30);
            number.unscaled = factor.map_or(0, |factor| number.unscaled / factor);
            number.scale = 30;
        }
        Some(number)
    }

    /// The decimal that a plain text such as `-1234.50` writes; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !plain(whole) || !plain(fraction) {
            return None;
        }
        let magnitude: i128 = format!("{whole}{fraction}").parse().ok()?;
        let negative = digits.len() < text.len();
        Some(Self {
            unscaled: if negative { -magnitude } else { magnitude },
            scale: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// The digits as a plain text such as `-1234.50`: all of them, but no zeros beyond `least` decimals.
    #[must_use]
    pub fn plain(self, least: u32) -> String {
        let (mut unscaled, mut scale) = (self.unscaled, self.scale);
        while scale > least && unscaled % 10 == 0 {
            (unscaled, scale) = (unscaled / 10, scale - 1);
        }
        let width = usize::try_from(scale).unwrap_or(0);
        let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = width + 1);
        let (whole, fraction) = digits.split_at(digits.len() - width);
        let sign = if unscaled < 0 { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    /// The nearest float, for positions in a chart; never for text.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        format!("{}e-{}", self.unscaled, self.scale).parse().unwrap_or(f64::NAN)
    }

    /// The power of ten of the first figure: 2 for 123.45, -2 for 0.04; none for zero.
    pub(super) fn exponent(self) -> Option<i32> {
        let first = self.unscaled.unsigned_abs().checked_ilog10()?;
        Some(first.cast_signed() - self.scale.cast_signed())
    }

    /// Whether `|self| >= 10^power`.
    pub(super) fn reaches(self, power: u32) -> bool {
        let magnitude = self.unscaled.unsigned_abs();
        10_u128.checked_pow(self.scale.saturating_add(power)).is_some_and(|limit| magnitude >= limit)
    }

    /// The digits of `self × 10^shift`, rounded to `places` with ties away from zero.
    pub(super) fn rounded(self, shift: i32, places: u32) -> Digits {
        let drop = i64::from(self.scale) - i64::from(shift) - i64::from(places);
        let magnitude = self.unscaled.unsigned_abs();
        let kept = match u32::try_from(drop) {
            Ok(drop) => divide_half_up(magnitude, drop),
            Err(_) => magnitude,
        };
        let mut text = kept.to_string();
        if kept > 0 {
            text.extend((drop..0).map(|_| '0'));
        }
        let places = usize::try_from(places).unwrap_or(usize::MAX);
        while text.len() <= places {
            text.insert(0, '0');
        }
        let fraction = text.split_off(text.len() - places);
        Digits { negative: self.unscaled < 0 && kept > 0, zero: kept == 0, whole: text, fraction }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(i128::from(value), 0)
    }
}

/// `magnitude / 10^power` to the nearest integer, ties upwards.
pub(super) fn divide_half_up(magnitude: u128, power: u32) -> u128 {
    let Some(divisor) = 10_u128.checked_pow(power) else {
        return 0;
    };
    let (quotient, rest) = (magnitude / divisor, magnitude % divisor);
    quotient + u128::from(rest >= divisor - rest)
}

/// A rounded number before grouping and sign.
pub(super) struct Digits {
    /// Below zero after rounding.
    pub(super) negative: bool,
    /// Zero after rounding.
    pub(super) zero: bool,
    /// Digits before the point, at least one.
    pub(super) whole: String,
    /// Digits after the point, possibly none.
    pub(super) fraction: String,
}

/// When the sign is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A minus below zero, nothing else (`signDisplay: "negative"`).
    Negative,
    /// A plus or a minus, but none on zero (`signDisplay: "exceptZero"`).
    ExceptZero,
}

impl Digits {
    /// The sign to write in front.
    pub(super) fn sign(&self, sign: Sign) -> &'static str {
        match (self.negative, sign) {
            (true, _) => "-",
            (false, Sign::ExceptZero) if !self.zero => "+",
            _ => "",
        }
    }

    /// Drops zeros at the end of the fraction.
    pub(super) fn trimmed(mut self) -> Self {
        self.fraction.truncate(self.fraction.trim_end_matches('0').len());
        self
    }

    /// The magnitude with commas between thousands, once there are at least `from` digits before the point.
    pub(super) fn grouped(&self, from: usize) -> String {
        let mut text = String::with_capacity(self.whole.len() * 4 / 3 + self.fraction.len() + 1);
        for (index, digit) in self.whole.chars().enumerate() {
            let left = self.whole.len() - index;
            if index > 0 && left.is_multiple_of(3) && self.whole.len() >= from {
                text.push(',');
            }
            text.push(digit);
        }
        if !self.fraction.is_empty() {
            text.push('.');
            text.push_str(&self.fraction);
        }
        text
    }
}
