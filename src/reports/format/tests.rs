use jiff::civil::date;

use super::*;

/// Expected texts printed by `tests/intl/make.mjs`.
const INTL: &str = include_str!("../../../tests/intl/numbers.tsv");

#[test]
fn numbers_and_dates_agree_with_intl() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for line in INTL.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [kind, tag, argument, input, expected] = fields[..] else {
            panic!("five fields in {line}");
        };
        let lang = Lang::ALL.into_iter().find(|lang| lang.code().starts_with(tag)).expect("a known language");
        let actual = write(kind, lang, argument, input);
        if actual != expected {
            wrong.push(format!("{line}\tgot {actual}"));
        }
        cases += 1;
    }
    assert!(cases > 1700, "only {cases} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn write(kind: &str, lang: Lang, argument: &str, input: &str) -> String {
    let value = || Decimal::parse(input).expect("a decimal");
    let ratio = || input.parse().expect("a float");
    let digits = || argument.parse().expect("a number of digits");
    let whole = || input.parse().expect("a whole number");
    let on = || input.parse().expect("a day");
    let until = || argument.parse::<jiff::civil::Date>().expect("a day").tomorrow().expect("a day");
    match kind {
        "integer" => integer(whole()),
        "signed_integer" => signed_integer(whole()),
        "day" => day(lang, on()),
        "short_day" => short_day(lang, on()),
        "month" => month(lang, on()),
        "axis_month" => axis_month(lang, on()),
        "axis_year" => axis_year(lang, on()),
        "days" => days(lang, on(), until()),
        "decimal" => decimal(value(), digits()),
        "signed_decimal" => signed_decimal(value(), digits()),
        "percent" => percent_digits(ratio(), digits()),
        "signed_percent" => signed_percent(ratio()),
        "compact" => compact(lang, value()),
        "signed_compact" => signed_compact(lang, value()),
        "money" => money(lang, argument, value()),
        "compact_money" => compact_money(lang, argument, value()),
        "signed_compact_money" => signed_compact_money(lang, argument, value()),
        other => panic!("unknown kind {other}"),
    }
}

#[test]
fn extreme_numbers_neither_panic_nor_lie() {
    let widest = Decimal::new(i128::MIN, 38);
    assert_eq!(decimal(widest, 2), "-1.70");
    assert_eq!(decimal(Decimal::new(1, 60), 2), "0.00");
    assert_eq!(decimal(Decimal::new(i128::MIN, 0), 0).len(), 52);
    assert_eq!(percent(f64::NAN), "n/a");
    assert_eq!(percent(f64::INFINITY), "n/a");
    assert_eq!(percent(f64::MIN_POSITIVE), "0.0%");
    assert_eq!(percent(1e300), "n/a");
    assert_eq!(points(Lang::Zh, -0.0123), "-1.2 个百分点");
    assert_eq!(points(Lang::En, 0.0125), "+1.3 pp");
    assert_eq!(signed_integer(-4), "-4");
}

#[test]
fn a_column_has_one_scale() {
    let max = Decimal::new(1_234_567_890, 2);
    let zh = Column::money(Lang::Zh, "CNY", max);
    assert_eq!(zh.scale.money_unit(Lang::Zh, "CNY"), "万元");
    assert_eq!(zh.cell(max), "1,234.6");
    assert_eq!(zh.cell(Decimal::new(499, 0)), "<0.1");
    assert_eq!(zh.cell(Decimal::new(-499, 0)), ">-0.1");
    assert_eq!(zh.cell(Decimal::new(0, 2)), "0.0");
    assert_eq!(zh.signed_cell(Decimal::new(15_000, 0)), "+1.5");
    let en = Column::money(Lang::En, "USD", max);
    assert_eq!(en.scale.money_unit(Lang::En, "USD"), "USD M");
    assert_eq!(en.cell(max), "12.3");
    let small = Column::money(Lang::Zh, "USD", Decimal::new(99_999, 0));
    assert_eq!(small.scale.money_unit(Lang::Zh, "USD"), "美元");
    assert_eq!(small.cell(Decimal::new(123_450, 2)), "1,235");
}

#[test]
fn the_amounts_of_a_table_have_one_scale() {
    let of = |lang, columns: &[&[i128]]| {
        let column = |numbers: &&[i128]| numbers.iter().map(|number| Decimal::new(*number, 0)).collect();
        Column::money_beside(lang, "CNY", &columns.iter().map(column).collect::<Vec<_>>())
    };
    // A change of 59,058 beside 60,321 before: both in yuan.
    let beside = of(Lang::Zh, &[&[-59_058, 338], &[603_210, 109_900], &[0]]);
    assert_eq!((beside.cell(Decimal::new(-59_058, 0)), beside.scale), ("-59,058".to_owned(), Scale::One));
    // 22.3 million beside 9.4 million: both in thousands, although the first alone would be in millions.
    let beside = of(Lang::En, &[&[22_338_100], &[9_448_400]]);
    assert_eq!(
        (beside.cell(Decimal::new(22_338_100, 0)), beside.scale),
        ("22,338.1".to_owned(), Scale::Thousand)
    );
    // A cell that would be a fraction of a million is no fraction in thousands.
    assert_eq!(of(Lang::En, &[&[93_700_000, -48_000]]).scale, Scale::Thousand);
    assert_eq!(of(Lang::En, &[&[93_700_000, 1_900_000]]).scale, Scale::Million);
    // Not finer than six digits before the point of the greatest.
    assert_eq!(of(Lang::En, &[&[44_300_000], &[12]]).scale, Scale::Thousand);
    assert_eq!(of(Lang::Zh, &[&[44_300_000], &[12]]).scale, Scale::Wan);
    // Prices of a few units beside revenue of millions have a scale of their own; what has room keeps the common one.
    let prices = [Decimal::new(1_290, 2), Decimal::new(99, 0)];
    let own = Column::money_beside(Lang::En, "CNY", &[vec![Decimal::new(44_300_000, 0)], prices.to_vec()]);
    assert_eq!(own.scale, Scale::Thousand);
    let own = own.or_own(Lang::En, "CNY", &prices);
    assert_eq!((own.cell(prices[0]), own.scale), ("12.90".to_owned(), Scale::One));
    let common = of(Lang::En, &[&[44_300_000], &[1_200]]);
    assert_eq!(common.or_own(Lang::En, "CNY", &[Decimal::new(1_200, 0)]), common);
    // Zeros have no say, and a single column is as it was.
    let money = |amount: i128| Column::money(Lang::Zh, "CNY", Decimal::new(amount, 0));
    assert_eq!(of(Lang::Zh, &[&[0], &[123_456_789]]), money(123_456_789));
    assert_eq!(of(Lang::Zh, &[]), money(0));
}

#[test]
fn numbers_of_a_column_have_a_decimal_if_one_of_them_has() {
    let numbers = [Decimal::new(16, 1), Decimal::new(2, 0), Decimal::new(623, 1)];
    let texts = numbers.map(|number| Column::plain(&numbers).cell(number));
    assert_eq!(texts, ["1.6", "2.0", "62.3"]);
    let whole = [Decimal::new(900, 1), Decimal::new(20, 1)];
    assert_eq!(whole.map(|number| Column::plain(&whole).cell(number)), ["90", "2"]);
}

#[test]
fn printed_shares_add_up() {
    let thirds = [Decimal::new(1, 0), Decimal::new(10, 1), Decimal::new(100, 2)];
    let shares = largest_remainder(&thirds, 1);
    assert_eq!(shares.units, [334, 333, 333]);
    assert_eq!(shares.texts()[0], "33.4%");

    let huge = [Decimal::new(i128::MAX, 0), Decimal::new(i128::MAX, 0), Decimal::new(1, 10)];
    assert_eq!(largest_remainder(&huge, 1).units, [500, 500, 0]);

    let mixed = [Decimal::new(150, 0), Decimal::new(-50, 0)];
    let shares = largest_remainder(&mixed, 1);
    assert_eq!((shares.units, shares.basis), (vec![1500, -500], ShareBasis::PlainRounding));

    let nothing = largest_remainder(&[Decimal::new(0, 2)], 1);
    assert_eq!((nothing.units, nothing.basis), (vec![0], ShareBasis::Undefined));
    assert!(largest_remainder(&[], 1).units.is_empty());
}

#[test]
fn dates_read_naturally() {
    let (start, end) = (date(2025, 11, 1), date(2026, 11, 1));
    assert_eq!(days(Lang::Zh, start, end), "2025年11月1日—2026年10月31日");
    assert_eq!(days(Lang::En, start, end), "1 Nov 2025 – 31 Oct 2026");
    assert_eq!(days(Lang::En, date(2026, 10, 1), end), "1–31 Oct 2026");
    assert_eq!(days(Lang::Zh, date(2026, 10, 1), end), "2026年10月1日—31日");
    assert_eq!(days(Lang::En, date(2026, 9, 1), end), "1 Sep – 31 Oct 2026");
    assert_eq!(days(Lang::En, date(2026, 10, 31), end), "31 Oct 2026");
    assert_eq!(days(Lang::En, end, end), "—");
    assert_eq!(month(Lang::En, end), "Nov 2026");
}
