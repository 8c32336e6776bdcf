//! Every figure of the sample edition leads to its query and to rows; where rows are said to add up to it, they do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{self, Project, files, published};

/// A figure on a page: where its link leads.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    model: String,
    column: String,
}

/// The text between two marks, each time it comes.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    text.split(open).skip(1).filter_map(|rest| rest.split_once(close)).map(|(inner, _)| inner).collect()
}

/// A page, its links as a browser reads them.
fn read(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace("&#x2f;", "/")
}

fn links(page: &str) -> BTreeSet<Link> {
    let of = |href: &str| {
        let (model, column) =
            href.split_once(".html#").unwrap_or_else(|| panic!("`{href}` leads to no column"));
        Link { model: model.to_owned(), column: column.to_owned() }
    };
    between(page, "href=\"evidence/", "\"").into_iter().map(of).collect()
}

/// The numbers of a page that have no link: cells of a model in words, headline figures and headings of numbers.
fn unlinked(page: &str) -> Vec<&str> {
    let mut found = between(page, "<span class=\"cell", "</span>");
    found.retain(|cell| !cell.contains("title=\"run · ") && !cell.ends_with(">—") && !cell.ends_with(">n/a"));
    found.extend(
        between(page, "<dd class=\"figure", "</dd>").into_iter().filter(|figure| !figure.contains("<a ")),
    );
    found
}

/// The line of a column on an evidence page.
fn line_of<'a>(page: &'a str, column: &str) -> &'a str {
    between(page, &format!("<tr id=\"{column}\">"), "</tr>").first().copied().unwrap_or_default()
}

fn csv_of(line: &str) -> Option<&str> {
    between(line, "<a href=\"", "\"").into_iter().find(|href| href.ends_with(".csv"))
}

/// An exact amount in units of its eighth decimal.
fn exact(text: &str) -> i128 {
    let text = text.trim_start_matches('\'');
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number = format!("{whole}{fraction:0<8}");
    sign * number.parse::<i128>().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The grain that a query file names.
fn grain(project: &Project, model: &str) -> Vec<String> {
    let text = project.read(&format!("queries/{}.sql", model.replace('.', "/")));
    let line = text.lines().find_map(|line| line.strip_prefix("-- grain: ")).unwrap_or_default();
    line.split(", ").map(ToOwned::to_owned).collect()
}

fn key(record: &BTreeMap<String, String>, grain: &[String]) -> Vec<String> {
    grain.iter().map(|column| record[column].clone()).collect()
}

/// Rows that do not come to their figures.
fn wrong_sums(project: &Project, page: &Path, model: &str, column: &str, line: &str) -> Vec<String> {
    let Some(href) = csv_of(line) else { return Vec::new() };
    let at = |href: &str| fs::read_to_string(page.parent().unwrap().join(href)).unwrap();
    let text = read(page);
    let own = between(&text, "<p class=\"files\">", "</p>");
    let own = csv_of(own.first().unwrap_or_else(|| panic!("{model} has no rows"))).unwrap();
    let grain = grain(project, model);
    let mut sums: BTreeMap<Vec<String>, i128> = BTreeMap::new();
    for row in support::records(&at(href)) {
        let value = if row[column].is_empty() { 0 } else { exact(&row[column]) };
        *sums.entry(key(&row, &grain)).or_default() += value;
    }
    assert!(sums.values().any(|sum| *sum != 0), "{model}.{column}: rows that add nothing to it");
    let figures = support::records(&at(own));
    let known = figures.iter().filter(|row| !row[column].is_empty());
    known
        .filter_map(|row| {
            let (figure, sum) =
                (exact(&row[column]), sums.get(&key(row, &grain)).copied().unwrap_or_default());
            (figure != sum)
                .then(|| format!("{model}.{column} {:?}: {figure}, its rows {sum}", key(row, &grain)))
        })
        .collect()
}

#[test]
fn every_figure_leads_to_its_query_and_to_rows_that_come_to_it() {
    let project = Project::of_sample();
    project.set("location", &format!("{:?}", support::repository().join("sample_data/warehouse")));
    project.set("evidence", "true");
    project.set("languages", "[\"en\"]");
    published(&project.request());
    let folder = project.path("book/latest/en");
    let mut all: BTreeSet<Link> = BTreeSet::new();
    let mut faults = Vec::new();
    let pages: Vec<PathBuf> =
        files(&folder).into_iter().filter(|path| path.parent() == Some(&folder)).collect();
    for path in pages.iter().filter(|path| path.extension().is_some_and(|extension| extension == "html")) {
        let page = read(path);
        faults.extend(
            unlinked(&page).into_iter().map(|cell| format!("{}: no way from {cell}", path.display())),
        );
        let links = links(&page);
        assert!(!links.is_empty(), "{}", path.display());
        all.extend(links);
    }
    let mut proven = BTreeSet::new();
    for Link { model, column } in &all {
        let path = folder.join("evidence").join(format!("{model}.html"));
        let page = read(&path);
        if column == "model-rows" {
            continue;
        }
        let line = line_of(&page, column);
        let has_sql =
            between(&page, "<pre class=\"code\"", "</pre>").iter().any(|sql| sql.contains("SELECT"));
        let has_rows = page.contains("<p class=\"files\">") || page.contains("tierbook query ");
        if line.is_empty() || !has_sql || !has_rows {
            faults.push(format!(
                "{model}.{column}: line {}, query {has_sql}, rows {has_rows}",
                !line.is_empty()
            ));
        }
        faults.extend(wrong_sums(&project, &path, model, column, line));
        if csv_of(line).is_some() {
            proven.insert(format!("{model}.{column}"));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    for figure in [
        "review.headline.revenue",
        "review.headline.month_revenue",
        "value.contribution.revenue",
        "tiers.summary.revenue",
        "tiers.summary.customers",
        "arpu.monthly.revenue",
    ] {
        assert!(proven.contains(figure), "no rows behind {figure}; there are for {proven:#?}");
    }
}

/// A model of two columns in its grain with more rows than a file of evidence holds, and a model of their sum.
const CUSTOMER_DAY: &str = "-- Revenue by customer and day.
--
-- grain: customer_id, sold_on
-- column: customer_id text \"Customer\"
-- column: sold_on date \"Day\"
-- column: revenue money \"Revenue\"
SELECT customer_id, sold_on, sum(amount) AS revenue FROM staging.sales GROUP BY customer_id, sold_on
";
const TOTAL: &str = "-- All revenue.
--
-- grain: name
-- column: name text \"Name\"
-- column: revenue money \"Revenue\"
SELECT 'all' AS name, sum(revenue) AS revenue FROM review.customer_day
";

#[test]
fn rows_that_are_too_many_are_added_up_by_what_names_them_first() {
    let project = Project::brief();
    let mut sales =
        "order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n".to_owned();
    // 350 customers on each of 300 days: 105,000 rows, where a file has at most 100,000.
    let first = jiff::civil::date(2026, 1, 4);
    for (number, day) in first.series(jiff::Span::new().days(1)).take(300).enumerate() {
        for customer in 0..350 {
            let order = format!("o{number:03}{customer:03}");
            sales.push_str(&format!("{order},1,c{customer:03},{day},{}.25,final\n", customer + 1));
        }
    }
    crate::tables::write_parquet(&sales, &project.path("warehouse/sales.parquet"));
    project.write("queries/review/customer_day.sql", CUSTOMER_DAY);
    project.write("queries/review/total.sql", TOTAL);
    project.set("publish", "[\"total\"]");
    project.set("exports", "[]");
    project.write("report_templates/total.md", "# All\n\n{{ review.total.first.revenue }} in all.\n");
    published(&project.request());
    let edition = project.path("book/latest");
    let page = read(&edition.join("en/evidence/review.total.html"));
    let line = line_of(&page, "revenue");
    assert!(line.contains("Rows of review.customer_day: 350."), "{line}");
    assert!(line.contains("Added up by customer_id, since there are more than 100,000."), "{line}");
    let csv = csv_of(line).expect("a file of rows").trim_start_matches("../../");
    let text = fs::read_to_string(edition.join(csv)).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 350);
    assert_eq!(rows[0][..3], ["all", "review.customer_day", "c000"]);
    // 300 days of 1.25 for the first customer; 300 times 350 of a quarter and 1 + 2 + ... + 350 in all.
    assert_eq!(exact(rows[0][3]), exact("375"));
    let sum: i128 = rows.iter().map(|row| exact(row[3])).sum();
    assert_eq!(sum, exact("18453750"));
    assert!(page.contains("tierbook query") || page.contains("data/review.total.csv"), "{page}");
}

#[test]
fn rows_of_mapped_tables_are_named_as_the_project_names_them() {
    let project = Project::brief();
    published(&project.request());
    let edition = project.path("book/latest");
    let page = read(&edition.join("en/evidence/review.brief.html"));
    let line = line_of(&page, "revenue");
    assert!(line.contains("Rows of staging.sales: 8."), "{line}");
    let csv = csv_of(line).expect("a file of rows").trim_start_matches("../../");
    let text = fs::read_to_string(edition.join(csv)).unwrap();
    for row in ["c1,staging.sales,o1/1,600.5", "c1,staging.sales,o8/1,40"] {
        assert!(text.lines().any(|line| line.starts_with(row)), "no {row} in {text}");
    }
}
