//! The fitted purchase models: `references/fits.csv` has what other programs make of the same customers, and how far ours may be
//! from it (`references/fits.py` writes it).

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch};
use arrow::datatypes::Float64Type;
use datafusion::datasource::MemTable;
use jiff::civil::date;
use proptest::prelude::*;
use tierbook::engine::{Engine, Limits};
use tierbook::run::Request;

use crate::support::{self, Project, repository};
use crate::tables;

/// Frequency, recency, age, value, and how many customers had them.
type Summary = (i64, f64, f64, f64, usize);

fn cdnow() -> Vec<Summary> {
    let table = reference("cdnow.csv");
    let number = |cell: &str| cell.parse::<f64>().unwrap();
    table
        .rows
        .iter()
        .map(|row| {
            let customers = row[4].parse().unwrap();
            (row[0].parse().unwrap(), number(&row[1]), number(&row[2]), number(&row[3]), customers)
        })
        .collect()
}

fn reference(name: &str) -> tables::Typed {
    tables::typed(&fs::read_to_string(repository().join("tests/references").join(name)).unwrap())
}

/// Rows with a customer each as the table `t`, dealt out over so many partitions.
fn session(rows: &[(i64, f64, f64, f64)], partitions: usize) -> (Engine, tempfile::TempDir) {
    let scratch = tempfile::tempdir().unwrap();
    let engine =
        Engine::new(&Limits { memory: 1 << 30, partitions, ..Limits::default() }, scratch.path()).unwrap();
    let batch = |rows: Vec<&(i64, f64, f64, f64)>| {
        let floats = |of: fn(&(i64, f64, f64, f64)) -> f64| -> ArrayRef {
            Arc::new(rows.iter().map(|row| Some(of(row))).collect::<Float64Array>())
        };
        let frequency: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int64Array>());
        let columns = [
            ("frequency", frequency),
            ("recency", floats(|row| row.1)),
            ("age", floats(|row| row.2)),
            ("value", floats(|row| row.3)),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
    };
    let dealt: Vec<Vec<RecordBatch>> = (0..partitions)
        .map(|partition| {
            let part: Vec<_> = rows.iter().skip(partition).step_by(partitions).collect();
            part.chunks(100).map(|chunk| batch(chunk.to_vec())).collect()
        })
        .collect();
    let table = MemTable::try_new(batch(Vec::new()).schema(), dealt).unwrap();
    engine.context().register_table("t", Arc::new(table)).unwrap();
    (engine, scratch)
}

/// The first row of what a query over the table `t` gives; every column a number or NULL.
fn asked(rows: &[(i64, f64, f64, f64)], partitions: usize, sql: &str) -> Result<Vec<Option<f64>>, String> {
    let (engine, _scratch) = session(rows, partitions);
    let batches = support::wait(async || {
        let frame = engine.context().sql(sql).await.map_err(|error| error.to_string())?;
        frame.collect().await.map_err(|error| error.to_string())
    })?;
    let batch = batches.iter().find(|batch| batch.num_rows() > 0).expect("a row");
    Ok(batch
        .columns()
        .iter()
        .map(|column| {
            let column = arrow::compute::cast(column, &arrow::datatypes::DataType::Float64).unwrap();
            let column = column.as_primitive::<Float64Type>();
            column.is_valid(0).then(|| column.value(0))
        })
        .collect())
}

const BGNBD: &str = "SELECT f['r'], f['alpha'], f['a'], f['b'], f['log_likelihood'], f['converged'] \
                     FROM (SELECT bgnbd_fit(frequency, recency, age) AS f FROM t)";
const GAMMA_GAMMA: &str = "SELECT f['p'], f['q'], f['v'], f['log_likelihood'], f['correlation'], f['converged'] \
     FROM (SELECT gamma_gamma_fit(frequency, value) AS f FROM t WHERE frequency > 0)";

fn one_by_one(summaries: &[Summary]) -> Vec<(i64, f64, f64, f64)> {
    summaries
        .iter()
        .flat_map(|(x, recency, age, value, n)| std::iter::repeat_n((*x, *recency, *age, *value), *n))
        .collect()
}

fn bgnbd(customers: &[(i64, f64, f64)]) -> Vec<Option<f64>> {
    let rows: Vec<_> = customers.iter().map(|(x, recency, age)| (*x, *recency, *age, 0.0)).collect();
    asked(&rows, 1, BGNBD).unwrap()
}

fn gamma_gamma(customers: &[(i64, f64)]) -> Vec<Option<f64>> {
    let rows: Vec<_> = customers.iter().map(|(x, value)| (*x, 0.0, 0.0, *value)).collect();
    asked(&rows, 1, GAMMA_GAMMA).unwrap()
}

const NOT_CONVERGED: [Option<f64>; 6] = [None, None, None, None, None, Some(0.0)];

#[test]
fn fits_and_scores_are_those_of_other_programs() {
    let customers = one_by_one(&cdnow());
    assert_eq!(customers.len(), 2357);
    let mut fits: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let parts = [
        ("bgnbd_fit", BGNBD, ["r", "alpha", "a", "b", "log_likelihood", "converged"]),
        ("gamma_gamma_fit", GAMMA_GAMMA, ["p", "q", "v", "log_likelihood", "correlation", "converged"]),
    ];
    for (function, sql, names) in &parts {
        let values = asked(&customers, 2, sql).unwrap();
        for (name, value) in names.iter().zip(values) {
            fits.insert((function, name), value.unwrap());
        }
    }
    assert!(fits[&("bgnbd_fit", "converged")] > 0.5 && fits[&("gamma_gamma_fit", "converged")] > 0.5);
    let mut faults = Vec::new();
    let references = reference("fits.csv").rows;
    assert!(references.len() > 40, "{} numbers", references.len());
    for row in references {
        let (function, arguments) = (row[0].as_str(), row[1].as_str());
        let (expected, within): (f64, f64) = (row[2].parse().unwrap(), row[3].parse().unwrap());
        let found = fits.get(&(function, arguments)).copied().unwrap_or_else(|| {
            let arguments =
                arguments.split(' ').map(|number| format!("'{number}'::double")).collect::<Vec<_>>();
            let sql = format!("SELECT {function}({})", arguments.join(", "));
            asked(&[], 1, &sql).unwrap()[0].unwrap()
        });
        if (found - expected).abs() > within * expected.abs() {
            faults.push(format!("{function}({arguments}): {found}, {} has {expected}", row[4]));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_fit_has_the_same_digits_in_any_order_and_on_any_number_of_cores() {
    let customers = one_by_one(&cdnow());
    let mut backwards = customers.clone();
    backwards.reverse();
    let mut mixed = customers.clone();
    mixed.sort_by_key(|(x, recency, age, _)| (recency.to_bits() ^ age.to_bits().rotate_left(13), *x));
    for sql in [BGNBD, GAMMA_GAMMA] {
        let bits = |rows: &[(i64, f64, f64, f64)], partitions: usize| -> Vec<Option<u64>> {
            let found = asked(rows, partitions, sql).unwrap();
            found.into_iter().map(|number| number.map(f64::to_bits)).collect()
        };
        let first = bits(&customers, 1);
        assert!(first.iter().all(Option::is_some));
        assert_eq!(first, bits(&backwards, 1));
        assert_eq!(first, bits(&mixed, 1));
        assert_eq!(first, bits(&mixed, 7));
    }
}

#[test]
fn the_unit_of_time_and_of_money_is_that_of_the_data() {
    let customers = one_by_one(&cdnow());
    let scaled: Vec<_> = customers.iter().map(|(x, t, age, v)| (*x, t * 7.0, age * 7.0, v * 1e6)).collect();
    for (sql, place) in [(BGNBD, 1), (GAMMA_GAMMA, 2)] {
        let (weeks, days) = (asked(&customers, 1, sql).unwrap(), asked(&scaled, 1, sql).unwrap());
        let factor = if place == 1 { 7.0 } else { 1e6 };
        for index in 0..4 {
            let (expected, found) = (weeks[index].unwrap(), days[index].unwrap());
            let is_scaled = index == place;
            let expected = if is_scaled { expected * factor } else { expected };
            let is_likelihood = place + index == 5;
            let is_same = (found / expected - 1.0).abs() < 1e-6;
            // A density has a unit; parameters other than the scale have none.
            assert!(is_same != is_likelihood, "{sql}: {index} is {found}, not {expected}");
        }
    }
}

#[test]
fn what_data_cannot_tell_has_not_converged() {
    // Nobody at all; one; all the same; nobody who came back; nobody who has been here for any time.
    assert_eq!(bgnbd(&[]), NOT_CONVERGED);
    assert_eq!(bgnbd(&[(3, 10.0, 20.0)]), NOT_CONVERGED);
    assert_eq!(bgnbd(&vec![(3, 10.0, 20.0); 1000]), NOT_CONVERGED);
    assert_eq!(bgnbd(&[(0, 0.0, 20.0), (0, 0.0, 10.0), (0, 0.0, 5.0)]), NOT_CONVERGED);
    assert_eq!(bgnbd(&vec![(0, 0.0, 0.0); 9]), NOT_CONVERGED);
    // Nobody who left: each bought as long as it was here.
    let faithful: Vec<_> = (1..40_i32).map(|n| (i64::from(n), f64::from(n), f64::from(n))).collect();
    assert_eq!(bgnbd(&faithful), NOT_CONVERGED);
    // Numbers beyond all sense, as long as they are numbers.
    assert_eq!(bgnbd(&[(i64::MAX, 1e300, 1e300), (1, 1e-300, 1e300), (0, 0.0, 1e-300)]), NOT_CONVERGED);
    assert_eq!(bgnbd(&[(1, 1e308, 1e308), (2, 1e308, 1e308), (3, 1e307, 1e308)]), NOT_CONVERGED);

    assert_eq!(gamma_gamma(&[]), NOT_CONVERGED);
    assert_eq!(gamma_gamma(&[(3, 10.0)]), NOT_CONVERGED);
    assert_eq!(gamma_gamma(&vec![(3, 10.0); 1000]), NOT_CONVERGED);
    let wide = gamma_gamma(&[(1, 1e300), (i64::MAX, 1e-300), (7, 1.0)]);
    assert_eq!((wide[0], wide[5]), (None, Some(0.0)));
}

#[test]
fn rows_with_a_null_are_left_out_and_groups_have_their_own_fit() {
    let customers = one_by_one(&cdnow());
    let whole = asked(&customers, 1, BGNBD).unwrap();
    let grouped = "SELECT f['r'], f['alpha'], f['a'], f['b'], f['log_likelihood'], f['converged'] FROM (
        SELECT g, bgnbd_fit(x, recency, age) AS f FROM (
            SELECT 1 AS g, frequency AS x, recency, age FROM t
            UNION ALL SELECT 1, NULL, 1.0, 2.0
            UNION ALL SELECT 1, 1, NULL, 2.0
            UNION ALL SELECT 1, 1, 1.0, NULL
            UNION ALL SELECT 2, 5, 1.0, 9.0
        ) GROUP BY g
    ) ORDER BY g";
    assert_eq!(asked(&customers, 2, grouped).unwrap(), whole);
    let filtered =
        "SELECT f['r'] FROM (SELECT bgnbd_fit(frequency, recency, age) FILTER (WHERE age >= 0) AS f FROM t)";
    assert_eq!(asked(&customers, 1, filtered).unwrap(), whole[..1]);
    let none =
        asked(&[], 1, "SELECT bgnbd_p_alive(1, 1, 2, NULL, 1, 1, 1), gamma_gamma_value(NULL, 1, 6, 4, 15)");
    assert_eq!(none.unwrap(), [None, None]);
}

#[test]
fn what_no_customer_can_be_is_refused() {
    let p_alive = |arguments: &str| format!("SELECT bgnbd_p_alive({arguments})");
    let ahead = |arguments: &str| format!("SELECT bgnbd_expected_purchases({arguments})");
    let value = |arguments: &str| format!("SELECT gamma_gamma_value({arguments})");
    for (sql, told) in [
        (p_alive("1, 3, 2, 1, 1, 1, 1"), "`bgnbd_p_alive` got a recency above the age"),
        (
            p_alive("0, 1, 2, 1, 1, 1, 1"),
            "`bgnbd_p_alive` got a recency above zero without a repeat purchase",
        ),
        (p_alive("-1, 1, 2, 1, 1, 1, 1"), "`bgnbd_p_alive` got a number below zero"),
        (p_alive("1, 1, 2, 0, 1, 1, 1"), "`bgnbd_p_alive` got a parameter that is not above zero"),
        (p_alive("1, 1, 'nan'::double, 1, 1, 1, 1"), "`bgnbd_p_alive` got a number below zero, or none"),
        (ahead("-1, 1, 1, 2, 1, 1, 1, 1"), "`bgnbd_expected_purchases` got a number below zero"),
        (ahead("1, 1, 1, 2, 1, 1, 1, -1"), "`bgnbd_expected_purchases` got a parameter"),
        (value("1, -5, 6, 4, 15"), "`gamma_gamma_value` got a number below zero"),
        (value("1, 5, 6, 4, 0"), "`gamma_gamma_value` got a parameter"),
    ] {
        let error = asked(&[], 1, &sql).expect_err(&sql);
        assert!(error.contains(told), "{sql}: {error}");
    }
    for (row, told) in [
        ((1, 3.0, 2.0, 1.0), "`bgnbd_fit` got a recency above the age"),
        ((0, 1.0, 2.0, 1.0), "`bgnbd_fit` got a recency above zero without a repeat purchase"),
        ((-1, 0.0, 2.0, 1.0), "`bgnbd_fit` got a number below zero"),
        ((1, 1.0, f64::INFINITY, 1.0), "`bgnbd_fit` got a number below zero, or none"),
    ] {
        let error = asked(&[row], 1, BGNBD).expect_err(told);
        assert!(error.contains(told), "{error}");
    }
    let error = asked(&[(1, 0.0, 0.0, 0.0)], 1, GAMMA_GAMMA).expect_err("a value of zero");
    assert!(error.contains("`gamma_gamma_fit` got a frequency or a value of zero"), "{error}");
}

#[test]
fn a_mean_that_is_infinite_is_unknown() {
    let found = asked(&[], 1, "SELECT gamma_gamma_value(0, 0, 6, 1, 15), gamma_gamma_value(1, 5, 6, 1, 15)");
    // 6 * (15 + 5) / (6 + 1 - 1).
    assert_eq!(found.unwrap(), [None, Some(20.0)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// For any customer: a probability, less of it the longer nothing is bought, and more purchases the farther one looks, but
    /// no more than without leaving.
    #[test]
    fn scores_are_what_they_are_called(
        x in 0_i64..300, recency in 0.0..200.0_f64, idle in 0.0..200.0_f64, periods in 0.0..200.0_f64,
        r in 0.01..20.0_f64, alpha in 0.1..100.0_f64, a in 0.01..20.0_f64, b in 0.01..20.0_f64,
    ) {
        let recency = if x == 0 { 0.0 } else { recency };
        let age = recency + idle;
        let double = |number: f64| format!("'{number:e}'::double");
        let model = [r, alpha, a, b].map(double).join(", ");
        let (last, now, later) = (double(recency), double(age), double(age + 10.0));
        let sql = format!(
            "SELECT bgnbd_p_alive({x}, {last}, {now}, {model}), bgnbd_p_alive({x}, {last}, {later}, {model}), \
                    bgnbd_expected_purchases({}, {x}, {last}, {now}, {model}), \
                    bgnbd_expected_purchases({}, {x}, {last}, {now}, {model})",
            double(periods),
            double(periods + 10.0),
        );
        let found: Vec<f64> = asked(&[], 1, &sql).unwrap().into_iter().map(Option::unwrap).collect();
        let [alive, alive_later, ahead, farther] = found[..] else { panic!("four numbers") };
        prop_assert!((0.0..=1.0).contains(&alive) && alive_later <= alive, "{sql}: {found:?}");
        prop_assert!(ahead >= 0.0 && farther >= ahead, "{sql}: {found:?}");
        let rate = (r + x as f64) / (alpha + age);
        prop_assert!(ahead <= alive * rate * periods * (1.0 + 1e-9), "{sql}: {found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Any customers have a fit or none; never half a one, and never a fault.
    #[test]
    fn any_customers_have_a_whole_fit_or_none(
        customers in proptest::collection::vec((0_i64..400, 0.0..1.0_f64, 0.0..1.0_f64, -20_i32..20), 0..40),
        unit in -30_i32..30,
    ) {
        let rows: Vec<(i64, f64, f64, f64)> = customers
            .iter()
            .map(|(x, part, age, size)| {
                let age = age * 10_f64.powi(unit);
                let recency = if *x == 0 { 0.0 } else { part * age };
                (*x, recency, age, 10_f64.powi(*size) * (1.0 + part))
            })
            .collect();
        for sql in [BGNBD, GAMMA_GAMMA] {
            let found = asked(&rows, 1, sql).unwrap();
            let converged = found[5] == Some(1.0);
            // What a correlation is depends on the data alone.
            let parameters = &found[..4];
            prop_assert!(parameters.iter().all(|part| part.is_some() == converged), "{found:?}");
            prop_assert!(found[..3].iter().flatten().all(|part| part.is_finite() && *part > 0.0), "{found:?}");
        }
    }
}

/// The customers of CDNOW as sales: a first one, and repeat ones up to the last, each on a day of its own.
fn sales_of_cdnow() -> String {
    let mut lines =
        String::from("order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n");
    let as_of = date(1997, 9, 30);
    let days = |weeks: f64| format!("{:.0}", weeks * 7.0).parse::<i64>().unwrap();
    for (number, (x, recency, age, value)) in one_by_one(&cdnow()).into_iter().enumerate() {
        let (first, last) = (days(age), days(recency));
        for purchase in 0..=x {
            // The last one on its day, those between on the days right after the first.
            let after = if purchase == x { last } else { purchase };
            let on = as_of.checked_sub(jiff::Span::new().days(first - after)).unwrap();
            let amount = if purchase == 0 { 1.0 } else { value };
            lines += &format!("o{number}-{purchase},1,c{number},{on},{amount:.2},final\n");
        }
    }
    lines
}

#[test]
fn the_shipped_models_find_the_parameters_of_cdnow() {
    let mut customers = String::from("customer_id:text,customer_name:text\n");
    for number in 0..2357 {
        customers += &format!("c{number},Customer {number}\n");
    }
    let project =
        Project::shipped(&[("customers".to_owned(), customers), ("sales".to_owned(), sales_of_cdnow())]);
    let request = Request { as_of: Some(date(1997, 9, 30)), ..project.request() };
    let models = support::query(&request, "value.purchase_model").unwrap();
    let near = |row: usize, column: &str, expected: f64| {
        let found = models[row][column].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 0.01, "{column}: {found}, published {expected}");
    };
    assert_eq!(models[0]["model"], "bg_nbd");
    assert_eq!(models[0]["customers"], 2357);
    for (column, published) in [("r", 0.243), ("alpha", 4.414), ("a", 0.793), ("b", 2.426)] {
        near(0, column, published);
    }
    assert_eq!(models[1]["model"], "gamma_gamma");
    assert_eq!(models[1]["customers"], 946);
    for (column, published) in [("p", 6.25), ("q", 3.74), ("v", 15.45), ("correlation", 0.114)] {
        near(1, column, published);
    }
    assert!(models.iter().all(|row| row["converged"] == true && row["holds"] == true));

    // The customer of the papers: two repeat purchases, the last in week 30.43 of 38.86.
    let alive = support::asked(
        &request,
        "SELECT p_alive, bgnbd_expected_purchases(39, frequency, recency, age, 0.243, 4.414, 0.793, 2.426) AS paper, \
                expected_purchases, horizon_weeks, CAST(expected_value AS DOUBLE) AS expected_value, \
                CAST(expected_revenue AS DOUBLE) AS expected_revenue \
         FROM value.alive WHERE frequency = 2 AND round(recency, 2) = 30.43 AND round(age, 2) = 38.86",
    )
    .unwrap();
    let number = |column: &str| alive[0][column].as_f64().unwrap();
    assert!((number("p_alive") - 0.7266).abs() < 0.005, "{alive:?}");
    assert!((number("paper") - 1.226).abs() < 0.001, "{alive:?}");
    assert!((number("expected_value") - 24.67).abs() < 0.3, "{alive:?}");
    let revenue = number("expected_purchases") * number("expected_value");
    assert!((number("expected_revenue") - revenue).abs() < 0.001, "{alive:?}");
}
