//! Money in full, with the symbol that the language uses for the currency.

use super::Lang;
use super::decimal::{Decimal, Sign};

/// The symbol in front of an amount, with a no-break space after it when it is a code: `¥`, `CN¥`, `US$`, `SGD `.
#[must_use]
pub fn currency_symbol(lang: Lang, currency: &str) -> String {
    let by_language = match (lang, currency) {
        (Lang::Zh, "CNY") => Some("¥"),
        (Lang::Zh, "USD") => Some("US$"),
        (Lang::Zh, "JPY") => Some("JP¥"),
        (Lang::Zh, "AUD") => Some("AU$"),
        (Lang::En, "CNY") => Some("CN¥"),
        (Lang::En, "USD") => Some("$"),
        (Lang::En, "JPY") => Some("¥"),
        (Lang::En, "AUD") => Some("A$"),
        _ => None,
    };
    let symbol = by_language.or(match currency {
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "HKD" => Some("HK$"),
        "TWD" => Some("NT$"),
        "CAD" => Some("CA$"),
        "NZD" => Some("NZ$"),
        "INR" => Some("₹"),
        "KRW" => Some("₩"),
        "VND" => Some("₫"),
        "BRL" => Some("R$"),
        "MXN" => Some("MX$"),
        _ => None,
    });
    symbol.map_or_else(|| format!("{currency}\u{a0}"), str::to_owned)
}

/// How many decimals an amount in this currency has (ISO 4217).
#[must_use]
pub fn currency_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Money in full: `¥1,234.50` or `CN¥1,234.50`; `currency` is an ISO 4217 code.
#[must_use]
pub fn money(lang: Lang, currency: &str, value: Decimal) -> String {
    write(lang, currency, value, Sign::Negative)
}

/// Money in full with its sign, also when positive: `+¥1,234.50`.
#[must_use]
pub fn signed_money(lang: Lang, currency: &str, value: Decimal) -> String {
    write(lang, currency, value, Sign::ExceptZero)
}

fn write(lang: Lang, currency: &str, value: Decimal, sign: Sign) -> String {
    let digits = value.rounded(0, currency_digits(currency));
    let symbol = currency_symbol(lang, currency);
    format!("{}{symbol}{}", digits.sign(sign), digits.grouped(4))
}
