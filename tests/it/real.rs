//! Two public data sets with figures that others computed: every figure that the models cover must be met.
//! They are not part of the repository; where they are not there, nothing is compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;
use tierbook::project::starter;

use crate::support::{self, Project};

type Rows = Vec<BTreeMap<String, String>>;

const MODELS: [&str; 8] = [
    "value.concentration",
    "value.contribution",
    "tiers.summary",
    "arpu.monthly",
    "churn.monthly",
    "churn.cohorts",
    "key_accounts.fake",
    "key_accounts.headline",
];

const NORTHWIND: (&str, &str) = (
    "-- grain: customer_id
SELECT customerid AS customer_id, companyname AS customer_name, country AS region, region AS province, city
FROM warehouse.customers
",
    "-- grain: order_id, line_no
-- as_of: sold_on
-- rows: 1..
SELECT
  CAST(o.orderid AS VARCHAR) AS order_id,
  d.productid AS line_no,
  o.customerid AS customer_id,
  o.orderdate AS sold_on,
  CAST(ROUND(d.unitprice * d.quantity * (1 - d.discount), 4) AS DECIMAL(18, 4)) AS amount,
  'final' AS state,
  CAST(d.productid AS VARCHAR) AS product_id,
  CAST(o.employeeid AS VARCHAR) AS owner_id,
  d.quantity
FROM warehouse.orderdetails d
JOIN warehouse.orders o ON o.orderid = d.orderid
",
);

const ADVENTURE_WORKS: (&str, &str) = (
    "-- grain: customer_id
SELECT
  CAST(r.resellerkey AS VARCHAR) AS customer_id,
  r.resellername AS customer_name,
  r.businesstype AS industry,
  t.salesterritoryregion AS region,
  g.stateprovincename AS province,
  g.city,
  r.numberemployees AS headcount
FROM warehouse.dimreseller r
LEFT JOIN warehouse.dimgeography g ON g.geographykey = r.geographykey
LEFT JOIN warehouse.dimsalesterritory t ON t.salesterritorykey = g.salesterritorykey
",
    "-- grain: order_id, line_no
-- as_of: sold_on
-- rows: 1..
SELECT
  salesordernumber AS order_id,
  salesorderlinenumber AS line_no,
  CAST(resellerkey AS VARCHAR) AS customer_id,
  CAST(orderdate AS DATE) AS sold_on,
  salesamount AS amount,
  'final' AS state,
  CAST(productkey AS VARCHAR) AS product_id,
  CAST(employeekey AS VARCHAR) AS owner_id,
  orderquantity AS quantity,
  totalproductcost AS cost
FROM warehouse.factresellersales
",
);

#[test]
fn northwind_has_its_known_figures() {
    compare("northwind", "sales", NORTHWIND);
}

#[test]
fn adventure_works_has_its_known_figures() {
    compare("adventureworks", "reseller", ADVENTURE_WORKS);
}

fn compare(name: &str, scope: &str, (customers, sales): (&str, &str)) {
    let folder = support::repository().join("../shared/real").join(name);
    if !folder.is_dir() {
        println!("nothing is compared: there is no `{}`", folder.display());
        return;
    }
    let text = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let expected = &expected[scope];
    let project = mapped(folder.join("source"), customers, sales);
    let day = |key: &str| expected["totals"][key].as_str().unwrap().parse::<Date>().unwrap();
    let last = day("last_order_date");
    let mut request = project.as_of(last);
    request.settings = vec![
        ("window_start".to_owned(), day("first_order_date").first_of_month().to_string()),
        ("window_end".to_owned(), last.saturating_add(1.day()).to_string()),
    ];
    support::published(&request);
    for page in [
        "summary",
        "contribution",
        "tiers",
        "key_accounts",
        "decision_chain",
        "long_tail",
        "arpu",
        "acquisition",
        "churn",
        "coverage",
        "health",
        "review",
    ] {
        for language in ["zh-CN", "en"] {
            assert!(
                project.path(&format!("book/latest/{language}/{page}.html")).is_file(),
                "{page} in {language}"
            );
        }
    }
    let rows: BTreeMap<&str, Rows> = MODELS.iter().map(|model| (*model, project.exported(model))).collect();
    let mut faults = Faults(Vec::new());
    concentration(&mut faults, &rows, &expected["concentration"]);
    months(&mut faults, &rows, expected);
    cohorts(&mut faults, &rows["churn.cohorts"], &expected["cohort_retention_first_6"]["cohorts"]);
    fake(&mut faults, &rows["key_accounts.fake"], expected);
    let page = project.read("book/latest/en/key_accounts.md");
    // What cannot be tested is counted on the page; where a cost is known, profit can be tested for everyone.
    for (title, test) in [("Large without profit", "unprofitable"), ("Squeezers", "squeezer")] {
        let is_one = |row: &&BTreeMap<String, String>| row["test"] == test && row["result"] == "untestable";
        let untestable = rows["key_accounts.fake"].iter().filter(is_one).count();
        assert!(test == "squeezer" || expected["margin"].is_null() || untestable == 0, "{untestable}");
        let said = format!(" {untestable} could not be tested");
        let is_said = page.lines().any(|line| line.contains(title) && line.contains(&said));
        assert!(is_said, "{title}: no line says `{said}`");
    }
    assert!(faults.0.is_empty(), "{} figures differ:\n{}", faults.0.len(), faults.0.join("\n"));
}

/// A new project over these files, with the two tables mapped that every project has.
fn mapped(source: PathBuf, customers: &str, sales: &str) -> Project {
    let project = Project::unmapped();
    fs::remove_dir_all(project.path("queries")).unwrap();
    fs::remove_dir_all(project.path("report_templates")).unwrap();
    fs::remove_file(project.path("tierbook.toml")).unwrap();
    starter::write_starter(project.root(), Some(&source.display().to_string())).unwrap();
    fs::remove_dir_all(project.path("queries/staging")).unwrap();
    project.write("queries/staging/customers.sql", customers);
    project.write("queries/staging/sales.sql", sales);
    project.set("exports", &format!("{MODELS:?}"));
    project
}

struct Faults(Vec<String>);

impl Faults {
    /// Compares a number of a row with the known one.
    fn number(
        &mut self,
        what: &str,
        row: &BTreeMap<String, String>,
        column: &str,
        known: &Value,
        tolerance: f64,
    ) {
        let found = row.get(column).and_then(|text| text.parse::<f64>().ok());
        let known = known.as_f64();
        let same = found.zip(known).is_some_and(|(a, b)| (a - b).abs() <= tolerance)
            || (found, known) == (None, None);
        if !same {
            self.0.push(format!("{what} {column}: {found:?}, known is {known:?}"));
        }
    }
}

const EXACT: f64 = 0.0;
const CENT: f64 = 0.005;
const RATIO: f64 = 1e-6;

fn concentration(faults: &mut Faults, rows: &BTreeMap<&str, Rows>, known: &Value) {
    let revenue = rows["value.concentration"].iter().find(|row| row["basis"] == "revenue").unwrap();
    for (column, key, tolerance) in [
        ("customers", "customers", EXACT),
        ("total", "revenue", CENT),
        ("k80_customers", "customers_making_80pct", EXACT),
        ("k80_customer_share", "share_of_customers_making_80pct", RATIO),
        ("k80_share", "revenue_share_reached", RATIO),
        ("gini", "gini", RATIO),
        ("hhi", "hhi", RATIO),
    ] {
        faults.number("concentration", revenue, column, &known[key], tolerance);
    }
    let tiers = &rows["tiers.summary"];
    assert_eq!(tiers.len(), 4);
    for (row, key) in tiers.iter().zip(["A", "B", "C", "D"]) {
        let known = &known["tiers_50_80_95"][key];
        faults.number(&row["tier"], row, "customers", &known["customers"], EXACT);
        faults.number(&row["tier"], row, "revenue", &known["revenue"], CENT);
        faults.number(&row["tier"], row, "revenue_share", &known["share"], RATIO);
    }
    for (row, known) in rows["value.contribution"].iter().zip(known["top10"].as_array().unwrap()) {
        assert_eq!(row["customer_id"], known["customer_id"].as_str().unwrap());
        faults.number(&row["customer_id"], row, "revenue", &known["revenue"], CENT);
        faults.number(&row["customer_id"], row, "cumulative_share", &known["cum_share"], RATIO);
    }
}

/// Large and without profit: all that are known to be. Where no cost is known nobody has passed.
fn fake(faults: &mut Faults, rows: &Rows, expected: &Value) {
    let known = &expected["key_account_flags"];
    let of_test: Vec<_> = rows.iter().filter(|row| row["test"] == "unprofitable").collect();
    assert_eq!(Value::from(of_test.len()), known["key_customers_A_B"]);
    if expected["margin"].is_null() {
        for row in rows.iter().filter(|row| row["test"] != "occasional" && row["result"] != "untestable") {
            faults.0.push(format!(
                "{} is {} as {} without a cost",
                row["customer_id"], row["result"], row["test"]
            ));
        }
        return;
    }
    let flagged: Vec<&str> = (of_test.iter())
        .filter(|row| row["evidence"] == "negative_profit" && row["result"] == "flagged")
        .map(|row| row["customer_id"].as_str())
        .collect();
    let negative = &known["negative_profit"];
    if negative["count"] != flagged.len() {
        faults.0.push(format!("{} without profit, known are {}", flagged.len(), negative["count"]));
    }
    for id in negative["customer_ids"].as_array().unwrap() {
        if !flagged.contains(&id.as_str().unwrap()) {
            faults.0.push(format!("{id} is not flagged"));
        }
    }
}

fn months(faults: &mut Faults, rows: &BTreeMap<&str, Rows>, known: &Value) {
    let of = |model: &str, month: &Value| {
        let month = month.as_str().unwrap();
        rows[model]
            .iter()
            .find(|row| row["month"].starts_with(month))
            .unwrap_or_else(|| panic!("{model} {month}"))
    };
    for known in known["arpu_last_6_full_months"].as_array().unwrap() {
        let row = of("arpu.monthly", &known["month"]);
        faults.number(&row["month"], row, "active_customers", &known["active_customers"], EXACT);
        faults.number(&row["month"], row, "revenue", &known["revenue"], CENT);
        faults.number(&row["month"], row, "arpu", &known["arpu_active"], CENT);
    }
    for known in known["monthly"].as_array().unwrap() {
        let row = of("arpu.monthly", &known["month"]);
        faults.number(&row["month"], row, "active_customers", &known["active_customers"], EXACT);
        faults.number(&row["month"], row, "revenue", &known["revenue"], CENT);
    }
    for known in known["month_on_month"].as_array().unwrap() {
        let row = of("churn.monthly", &known["month"]);
        for column in ["active_before", "retained", "lost", "new", "reactivated"] {
            faults.number(&row["month"], row, column, &known[column], EXACT);
        }
        faults.number(&row["month"], row, "logo_retention", &known["retention"], RATIO);
    }
}

fn cohorts(faults: &mut Faults, rows: &Rows, known: &Value) {
    for known in known.as_array().unwrap() {
        let cohort = known["cohort"].as_str().unwrap();
        let own: Vec<_> = rows.iter().filter(|row| row["cohort"].starts_with(cohort)).collect();
        let retained = known["retained_by_months_since"].as_array().unwrap();
        assert_eq!(own.len(), retained.len(), "cohort {cohort}");
        for (row, retained) in own.iter().zip(retained) {
            faults.number(cohort, row, "cohort_size", &known["size"], EXACT);
            faults.number(cohort, row, "active_customers", retained, EXACT);
        }
    }
}
