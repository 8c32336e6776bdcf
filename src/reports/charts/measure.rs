//! Estimated text widths, without a font: 1 em for CJK, classes of advances for Latin, which are those of a wide face, since
//! a page may be shown in any.

/// The estimated width of a line of text at a font size, in the size's unit.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

fn advance(c: char) -> f64 {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '\u{a0}' => 0.32,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '-' | '/' | 'I' | '"' | '·' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' | '…' => 0.96,
        '0'..='9' | '+' | '<' | '>' | '¥' | '$' | '€' | '£' => 0.64,
        'A'..='Z' | '&' => 0.7,
        c if is_wide(c) => 1.0,
        c if c < '\u{250}' => 0.61,
        _ => 0.7,
    }
}

/// Whether a character takes a full em: CJK, kana, Hangul, full-width forms, emoji.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{3ffff}')
}

/// The text cut to a width with an ellipsis; `None` if it fits as it is.
pub(super) fn shortened(text: &str, size: f64, room: f64) -> Option<String> {
    if text_width(text, size) <= room {
        return None;
    }
    let mut left = room - text_width("…", size);
    let mut short = String::new();
    for c in text.chars() {
        left -= advance(c) * size;
        if left < 0.0 {
            break;
        }
        short.push(c);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    Some(short)
}

/// The text in two lines of about equal width, broken at a space or beside a CJK character; in one if it has no such place.
pub(super) fn in_two(text: &str) -> Vec<&str> {
    let after_space = |at: usize| text[..at].ends_with([' ', '\u{a0}']);
    let beside_wide = |at: usize, c: char| {
        let before = text[..at].chars().next_back();
        let hangs = matches!(c, '，' | '。' | '、' | '；' | '：' | '）' | '！' | '？' | ' ' | '%');
        !hangs && (is_wide(c) || before.is_some_and(is_wide)) && before.is_some_and(|c| c != '（')
    };
    let breaks = text.char_indices().filter(|(at, c)| *at > 0 && (after_space(*at) || beside_wide(*at, *c)));
    let uneven = |at: &usize| {
        let (left, right) = text.split_at(*at);
        (text_width(left.trim_end(), 1.0) - text_width(right, 1.0)).abs()
    };
    match breaks.map(|(at, _)| at).min_by(|a, b| uneven(a).total_cmp(&uneven(b))) {
        Some(at) => vec![text[..at].trim_end(), &text[at..]],
        None => vec![text],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_a_reader_would() {
        assert_eq!(in_two("80% comes from 26.6% of customers"), ["80% comes from", "26.6% of customers"]);
        assert_eq!(in_two("80% 来自 26.6% 的客户"), ["80% 来自", "26.6% 的客户"]);
        assert_eq!(in_two("indivisible"), ["indivisible"]);
        assert_eq!(in_two(""), [""]);
    }

    #[test]
    fn cut_text_fits() {
        let short = shortened("上海某某精密仪器（集团）有限公司", 12.0, 80.0).expect("too long");
        assert!(short.ends_with('…') && text_width(&short, 12.0) <= 80.0, "{short}");
        assert_eq!(shortened("上海", 12.0, 24.0), None);
    }
}
