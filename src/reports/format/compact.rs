//! Compact numbers (`1.23万`, `12.3K`, `1234.5万`): three figures, or one decimal where that says more, as `Intl` does with
//! `notation: "compact"` and `roundingPriority: "morePrecision"`. A headline of `¥4M` beside a change of 4.8 % would say
//! less than the change.

use super::Lang;
use super::decimal::{Decimal, Digits, Sign};
use super::money::currency_symbol;

/// Powers of ten and their words, smallest first.
fn units(lang: Lang) -> &'static [(u32, &'static str)] {
    match lang {
        Lang::Zh => &[(0, ""), (4, "万"), (8, "亿"), (12, "万亿")],
        Lang::En => &[(0, ""), (3, "K"), (6, "M"), (9, "B"), (12, "T")],
    }
}

/// A number in few characters: 12,345 gives `1.23万` or `12.3K`.
#[must_use]
pub fn compact(lang: Lang, value: Decimal) -> String {
    write(lang, value, "", Sign::Negative)
}

/// A compact number with its sign, also when positive: `+1.23万`.
#[must_use]
pub fn signed_compact(lang: Lang, value: Decimal) -> String {
    write(lang, value, "", Sign::ExceptZero)
}

/// Money in few characters: `¥1.23万` or `CN¥12.3K`; `currency` is an ISO 4217 code.
#[must_use]
pub fn compact_money(lang: Lang, currency: &str, value: Decimal) -> String {
    write(lang, value, &currency_symbol(lang, currency), Sign::Negative)
}

/// Compact money with its sign, also when positive: `+¥1.23万`.
#[must_use]
pub fn signed_compact_money(lang: Lang, currency: &str, value: Decimal) -> String {
    write(lang, value, &currency_symbol(lang, currency), Sign::ExceptZero)
}

fn write(lang: Lang, value: Decimal, symbol: &str, sign: Sign) -> String {
    let (digits, unit) = shortened(lang, value);
    format!("{}{symbol}{}{unit}", digits.sign(sign), digits.grouped(GROUPED_FROM))
}

/// Compact notation writes `1234.6万` but `10,000万亿`: CLDR wants two digits before the first comma.
const GROUPED_FROM: usize = 5;

/// Figures that are kept at least.
const FIGURES: i32 = 3;

/// The digits in the largest fitting unit; rounding that reaches the next unit moves there (999,950 is `1M`).
fn shortened(lang: Lang, value: Decimal) -> (Digits, &'static str) {
    let units = units(lang);
    let mut index = units.iter().rposition(|(power, _)| value.reaches(*power)).unwrap_or(0);
    if let Some((next, _)) = units.get(index + 1) {
        let whole = round_in(value, units[index].0).whole;
        let room = usize::try_from(next - units[index].0).unwrap_or(usize::MAX);
        index += usize::from(whole.len() > room);
    }
    let (power, word) = units[index];
    (round_in(value, power).trimmed(), word)
}

fn round_in(value: Decimal, power: u32) -> Digits {
    let shift = -power.cast_signed();
    let places = value.exponent().map_or(1, |exponent| (FIGURES - 1 - exponent - shift).max(1));
    value.rounded(shift, places.unsigned_abs())
}
