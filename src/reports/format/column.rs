//! One scale for a whole table column or chart axis, so that cells can be compared by eye and the unit stands in the header once.

use super::Lang;
use super::decimal::{Decimal, Sign};
use super::money::currency_digits;
use super::number::fixed;

/// The power of ten that numbers are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As it is.
    One,
    /// 10³, English.
    Thousand,
    /// 10⁴, Chinese.
    Wan,
    /// 10⁶, English.
    Million,
    /// 10⁸, Chinese.
    Yi,
    /// 10⁹, English.
    Billion,
}

impl Scale {
    /// The largest scale in which the greatest magnitude is at least 10, so that it keeps three digits with one decimal.
    #[must_use]
    pub fn choose(lang: Lang, max_abs: Decimal) -> Self {
        let fits = |scale: &&Self| max_abs.reaches(scale.power() + 1);
        Self::all(lang).iter().find(fits).copied().unwrap_or(Self::One)
    }

    /// The scales of a language, the largest first.
    fn all(lang: Lang) -> &'static [Self] {
        match lang {
            Lang::Zh => &[Self::Yi, Self::Wan, Self::One],
            Lang::En => &[Self::Billion, Self::Million, Self::Thousand, Self::One],
        }
    }

    /// The next larger scale, or the largest.
    fn coarser(self, lang: Lang) -> Self {
        let larger = Self::all(lang).iter().rev().find(|scale| scale.power() > self.power());
        larger.copied().unwrap_or(self)
    }

    /// The next smaller scale, or the smallest.
    fn finer(self, lang: Lang) -> Self {
        let smaller = Self::all(lang).iter().find(|scale| scale.power() < self.power());
        smaller.copied().unwrap_or(self)
    }

    /// The power of ten.
    #[must_use]
    pub fn power(self) -> u32 {
        match self {
            Self::One => 0,
            Self::Thousand => 3,
            Self::Wan => 4,
            Self::Million => 6,
            Self::Yi => 8,
            Self::Billion => 9,
        }
    }

    /// The word of the scale, empty for `One`: `万`, `亿`, `K`, `M`, `B`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::One => "",
            Self::Thousand => "K",
            Self::Wan => "万",
            Self::Million => "M",
            Self::Yi => "亿",
            Self::Billion => "B",
        }
    }

    /// The unit of money at this scale for a header: `万元`, `亿美元`, `CNY K`; `currency` is an ISO 4217 code.
    #[must_use]
    pub fn money_unit(self, lang: Lang, currency: &str) -> String {
        let word = self.word();
        match (lang, chinese_unit(currency)) {
            (Lang::Zh, Some(unit)) => format!("{word}{unit}"),
            (Lang::Zh, None) if !word.is_empty() => format!("{word} {currency}"),
            (Lang::En, _) if !word.is_empty() => format!("{currency} {word}"),
            _ => currency.to_owned(),
        }
    }
}

fn chinese_unit(currency: &str) -> Option<&'static str> {
    Some(match currency {
        "CNY" => "元",
        "USD" => "美元",
        "EUR" => "欧元",
        "GBP" => "英镑",
        "JPY" => "日元",
        "HKD" => "港元",
        "TWD" => "新台币",
        "KRW" => "韩元",
        "SGD" => "新加坡元",
        "AUD" => "澳元",
        _ => return None,
    })
}

/// How every cell of a column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// What cells are divided by.
    pub scale: Scale,
    /// Digits after the point.
    pub digits: u32,
}

impl Column {
    /// The column for amounts of money: one decimal in a scale, the currency's own decimals below 1,000, else none.
    #[must_use]
    pub fn money(lang: Lang, currency: &str, max_abs: Decimal) -> Self {
        let scale = Scale::choose(lang, max_abs);
        let digits = match scale {
            Scale::One if max_abs.reaches(3) => 0,
            Scale::One => currency_digits(currency),
            _ => 1,
        };
        Self { scale, digits }
    }

    /// The columns of a table, which readers compare with each other and add up, in one scale: that of the smallest column,
    /// and a finer one where the smallest cell would be a fraction in it; but never one in which the greatest has more than
    /// six digits before its point. Zeros have no say. Each of `columns` has the amounts of one.
    #[must_use]
    pub fn money_beside(lang: Lang, currency: &str, columns: &[Vec<Decimal>]) -> Self {
        let size = |number: &Decimal| number.to_f64().abs();
        let by_size = |a: &Decimal, b: &Decimal| size(a).total_cmp(&size(b));
        let magnitude = |number: &Decimal| Decimal::new(number.unscaled.abs(), number.scale);
        let cells = || columns.iter().flatten().filter(|number| number.unscaled != 0).map(magnitude);
        let greatest = columns.iter().filter_map(|column| column.iter().map(magnitude).max_by(by_size));
        let column = greatest.filter(|number| number.unscaled != 0).min_by(by_size);
        let (Some(least), Some(column), Some(most)) =
            (cells().min_by(by_size), column, cells().max_by(by_size))
        else {
            return Self::money(lang, currency, Decimal::new(0, 0));
        };
        let own = Self::money(lang, currency, most);
        let mut scale = Scale::choose(lang, column);
        if scale != Scale::One && !least.reaches(scale.power()) {
            scale = scale.finer(lang);
        }
        while scale != own.scale && most.reaches(scale.power() + 6) {
            scale = scale.coarser(lang);
        }
        if scale == own.scale {
            return own;
        }
        Self { scale, digits: u32::from(scale != Scale::One) }
    }

    /// This column for amounts that it has room for; a scale of their own for amounts that are all fractions of its unit, such
    /// as prices beside revenue.
    #[must_use]
    pub fn or_own(self, lang: Lang, currency: &str, amounts: &[Decimal]) -> Self {
        let most = amounts.iter().max_by(|a, b| a.to_f64().abs().total_cmp(&b.to_f64().abs()));
        match most {
            Some(most) if most.unscaled != 0 && !most.reaches(self.scale.power()) => {
                Self::money(lang, currency, Decimal::new(most.unscaled.abs(), most.scale))
            }
            _ => self,
        }
    }

    /// The column for numbers that are no money: a decimal if any of them has one.
    #[must_use]
    pub fn plain(numbers: &[Decimal]) -> Self {
        let has_decimal = |number: &Decimal| number.rounded(0, 1).fraction != "0";
        Self { scale: Scale::One, digits: u32::from(numbers.iter().any(has_decimal)) }
    }

    /// The column for counts: never a decimal, and a scale only from a million units up in English, 100 万 in Chinese.
    #[must_use]
    pub fn count(lang: Lang, max_abs: Decimal) -> Self {
        let scale = match Scale::choose(lang, max_abs) {
            scale if max_abs.reaches(6) => scale,
            _ => Scale::One,
        };
        let digits = u32::from(scale != Scale::One);
        Self { scale, digits }
    }

    /// A cell: `1,234.5`. What is not zero but would show as zero is `<0.1`, or `>-0.1` when negative.
    #[must_use]
    pub fn cell(&self, value: Decimal) -> String {
        self.write(value, Sign::Negative)
    }

    /// A cell of differences, with its sign: `+1,234.5`. Too small to show is `<+0.1` or `>-0.1`.
    #[must_use]
    pub fn signed_cell(&self, value: Decimal) -> String {
        self.write(value, Sign::ExceptZero)
    }

    fn write(&self, value: Decimal, sign: Sign) -> String {
        let shift = -self.scale.power().cast_signed();
        if value.unscaled != 0 && value.rounded(shift, self.digits).zero {
            let least = Decimal::new(value.unscaled.signum(), self.digits);
            let mark = if value.unscaled < 0 { '>' } else { '<' };
            return format!("{mark}{}", fixed(least, 0, self.digits, sign));
        }
        fixed(value, shift, self.digits, sign)
    }
}
