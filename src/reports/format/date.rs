//! Civil dates as text.

use jiff::civil::Date;

use super::{Lang, MISSING};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn english_month(date: Date) -> &'static str {
    let index = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    MONTHS.get(index).copied().unwrap_or_default()
}

/// A day in full: `2026年10月31日` or `31 Oct 2026`.
#[must_use]
pub fn day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}", date.year(), short_day(lang, date)),
        Lang::En => format!("{} {}", short_day(lang, date), date.year()),
    }
}

/// A day where the year is known: `10月31日` or `31 Oct`.
#[must_use]
pub fn short_day(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", date.month(), date.day()),
        Lang::En => format!("{} {}", date.day(), english_month(date)),
    }
}

/// A month in full: `2026年10月` or `Oct 2026`.
#[must_use]
pub fn month(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月", date.year(), date.month()),
        Lang::En => format!("{} {}", english_month(date), date.year()),
    }
}

/// A month on an axis, where the year stands below it: `10月` or `Oct`.
#[must_use]
pub fn axis_month(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}月", date.month()),
        Lang::En => english_month(date).to_owned(),
    }
}

/// A year on an axis: `2026年` or `2026`.
#[must_use]
pub fn axis_year(lang: Lang, date: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年", date.year()),
        Lang::En => date.year().to_string(),
    }
}

/// The days of the half-open range `[start, end)`, first and last inclusive: `2026年10月1日—31日` or `1–31 Oct 2026`.
///
/// One day is written as `day` does; an empty range is missing.
#[must_use]
pub fn days(lang: Lang, start: Date, end: Date) -> String {
    let Ok(last) = end.yesterday() else {
        return MISSING.to_owned();
    };
    if last < start {
        return MISSING.to_owned();
    }
    if last == start {
        return day(lang, start);
    }
    let same_year = start.year() == last.year();
    let same_month = same_year && start.month() == last.month();
    match lang {
        Lang::Zh if same_month => format!("{}—{}日", day(lang, start), last.day()),
        Lang::Zh if same_year => format!("{}—{}", day(lang, start), short_day(lang, last)),
        Lang::Zh => format!("{}—{}", day(lang, start), day(lang, last)),
        Lang::En if same_month => format!("{}–{}", start.day(), day(lang, last)),
        Lang::En if same_year => format!("{} – {}", short_day(lang, start), day(lang, last)),
        Lang::En => format!("{} – {}", day(lang, start), day(lang, last)),
    }
}
