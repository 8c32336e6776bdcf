//! Round ticks (steps of 1, 2 or 5 times a power of ten) and their exact labels in one unit per axis.

use crate::reports::format::{Decimal, Lang, Scale, decimal, percent_digits};

/// What the numbers on an axis are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// Money in a currency, an ISO 4217 code.
    Money(String),
    /// Things counted.
    Count,
    /// Shares and rates, shown as percentages.
    Ratio,
}

impl Unit {
    /// The finest step that makes sense: whole things, cents, a tenth of a percent.
    fn least_power(&self) -> i32 {
        match self {
            Self::Money(_) => -2,
            Self::Count => 0,
            Self::Ratio => -3,
        }
    }
}

/// Values beyond this are not drawn: they could not be labelled exactly.
const LARGEST: f64 = 1e24;

/// Whether a value has a place on an axis.
pub(super) fn drawable(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// The value, if it has a place on an axis.
pub(super) fn placed(value: Option<f64>) -> Option<f64> {
    value.filter(|value| drawable(*value))
}

/// Multiples of a step from `first` to `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticks {
    first: i64,
    last: i64,
    mantissa: i64,
    power: i32,
}

impl Ticks {
    /// Ticks that cover `low..=high` with about `count` steps, never many more.
    pub(super) fn covering(low: f64, high: f64, count: f64, unit: &Unit) -> Self {
        // A span that is lost in the digits of its ends would need ticks that floats cannot tell apart.
        let span = (high - low).max(low.abs().max(high.abs()) * 1e-9);
        let least = unit.least_power();
        let (mut mantissa, mut power) = (1, least);
        if span > 0.0 {
            let raw = span / count;
            power = i32::try_from(whole(raw.log10().floor())).unwrap_or(least).max(least);
            let step = raw / 10_f64.powi(power);
            (mantissa, power) = match step {
                step if step <= 1.0 + SLACK => (1, power),
                step if step <= 2.0 + SLACK => (2, power),
                step if step <= 5.0 + SLACK => (5, power),
                _ => (1, power + 1),
            };
        } else if *unit != Unit::Count {
            power = 0;
        }
        let step = f64::from(mantissa) * 10_f64.powi(power);
        let first = whole((low / step + SLACK).floor());
        let last = whole((high / step - SLACK).ceil());
        Self { first, last: last.max(first + 1), mantissa: i64::from(mantissa), power }
    }

    fn exact(&self, index: i64) -> Decimal {
        let unscaled = i128::from(index) * i128::from(self.mantissa);
        match u32::try_from(self.power) {
            Ok(power) => Decimal::new(unscaled * 10_i128.pow(power), 0),
            Err(_) => Decimal::new(unscaled, self.power.unsigned_abs()),
        }
    }

    /// All ticks as positions, lowest first.
    pub(super) fn values(&self) -> Vec<f64> {
        (self.first..=self.last).map(|index| self.exact(index).to_f64()).collect()
    }

    pub(super) fn low(&self) -> f64 {
        self.exact(self.first).to_f64()
    }

    pub(super) fn high(&self) -> f64 {
        self.exact(self.last).to_f64()
    }

    /// The scale of the labels, by the end of the axis that is farther from zero.
    fn scale(&self, unit: &Unit, lang: Lang) -> Scale {
        match unit {
            Unit::Ratio => Scale::One,
            _ if self.first.abs() > self.last.abs() => Scale::choose(lang, self.exact(self.first)),
            _ => Scale::choose(lang, self.exact(self.last)),
        }
    }

    /// The labels of all ticks, lowest first, with as many decimals as the step needs.
    pub(super) fn labels(&self, unit: &Unit, lang: Lang) -> Vec<String> {
        let shift = self.scale(unit, lang).power();
        let decimals = match unit {
            Unit::Ratio => -(self.power + 2),
            _ => shift.cast_signed() - self.power,
        };
        let digits = u32::try_from(decimals).unwrap_or(0);
        let label = |index| {
            let value = self.exact(index);
            match unit {
                Unit::Ratio => percent_digits(value.to_f64(), digits),
                _ => decimal(Decimal::new(value.unscaled, value.scale + shift), digits),
            }
        };
        (self.first..=self.last).map(label).collect()
    }

    /// A value between the ticks, in their scale: with a decimal where the ticks have no four digits.
    pub(super) fn text(&self, value: f64, unit: &Unit, lang: Lang) -> String {
        if *unit == Unit::Ratio {
            return percent_digits(value, 1);
        }
        let power = self.scale(unit, lang).power();
        let farthest = self.high().abs().max(self.low().abs());
        let digits = u32::from(farthest < 10_f64.powi(power.cast_signed() + 3));
        let shown = |exact: Decimal| decimal(Decimal::new(exact.unscaled, exact.scale + power), digits);
        Decimal::from_f64(value).map_or_else(String::new, shown)
    }

    /// The title of an axis with the unit of its labels: `Revenue (CNY K)`, `收入（万元）`.
    pub(super) fn caption(&self, title: &str, unit: &Unit, lang: Lang) -> String {
        let scale = self.scale(unit, lang);
        let words = match unit {
            Unit::Money(currency) => scale.money_unit(lang, currency),
            Unit::Count => scale.word().to_owned(),
            Unit::Ratio => String::new(),
        };
        match (title.is_empty(), words.is_empty(), lang) {
            (_, true, _) => title.to_owned(),
            (true, false, _) => words,
            (false, false, Lang::Zh) => format!("{title}（{words}）"),
            (false, false, Lang::En) => format!("{title} ({words})"),
        }
    }
}

/// Keeps a float that is a hair off a round number from adding a tick.
const SLACK: f64 = 1e-9;

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float to integer cast saturates, and tick indices are small"
)]
fn whole(value: f64) -> i64 {
    value as i64
}

/// The index of the equal step of `0.0..=1.0` that a share lies in, below `steps`.
pub(super) fn step_of(share: f64, steps: u8) -> u8 {
    let last = i64::from(steps) - 1;
    let step = whole((share * f64::from(steps)).floor()).clamp(0, last);
    u8::try_from(step).unwrap_or(0)
}

/// A length or a number of items as a float.
pub(super) fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money() -> Unit {
        Unit::Money("CNY".to_owned())
    }

    #[test]
    fn ticks_are_round_and_in_one_unit() {
        let ticks = Ticks::covering(0.0, 1_234_567.0, 5.0, &money());
        assert_eq!(ticks.labels(&money(), Lang::Zh), ["0", "50", "100", "150"]);
        assert_eq!(ticks.caption("收入", &money(), Lang::Zh), "收入（万元）");
        assert_eq!(ticks.labels(&money(), Lang::En)[3], "1,500");
        assert_eq!(ticks.caption("Revenue", &money(), Lang::En), "Revenue (CNY K)");

        let ticks = Ticks::covering(-0.3, 0.1 + 0.2, 6.0, &Unit::Ratio);
        assert_eq!(ticks.labels(&Unit::Ratio, Lang::En), ["-30%", "-20%", "-10%", "0%", "10%", "20%", "30%"]);
        let ticks = Ticks::covering(0.0, 3.0, 5.0, &Unit::Count);
        assert_eq!(ticks.labels(&Unit::Count, Lang::En), ["0", "1", "2", "3"]);
    }

    #[test]
    fn ticks_cover_any_range_with_few_steps() {
        for exponent in -6..20 {
            for mantissa in [1.0, 1.7, 2.0, 3.3, 5.0, 9.99] {
                let high = mantissa * 10_f64.powi(exponent);
                for unit in [money(), Unit::Count, Unit::Ratio] {
                    let ticks = Ticks::covering(0.0, high, 5.0, &unit);
                    assert!(ticks.high() >= high * 0.999_999, "{high} {ticks:?}");
                    assert!(ticks.values().len() <= 7, "{high} {ticks:?}");
                    assert_eq!(ticks.values().len(), ticks.labels(&unit, Lang::Zh).len());
                }
            }
        }
        let nothing = Ticks::covering(0.0, 0.0, 5.0, &money());
        assert_eq!(nothing.labels(&money(), Lang::Zh), ["0", "1"]);
    }
}
