//! What is not there: left out and said, never zero; and conditions that only warn.

use crate::support::{self, Project};
use crate::tables;

const SECTION: &str = "
{% if available(review.extra) %}
{{ table(review.extra, columns=[\"name\", \"amount\"]) }}
{% else %}
{{ missing(review.extra) }}
{% endif %}
";

/// The brief project with a second section over a model that lacks something.
fn project(header: &str, select: &str, section: &str) -> Project {
    let project = Project::brief();
    let columns = "-- column: name text \"Name\"\n-- column: amount money \"Amount\"\n";
    project.write("queries/review/extra.sql", &format!("-- grain: name\n{header}{columns}{select}\n"));
    let products = "-- grain: product_id\n-- optional\nSELECT * FROM warehouse.product\n";
    project.write("queries/staging/products.sql", products);
    let report = project.read("report_templates/brief.md");
    project.write("report_templates/brief.md", &(report + section));
    project
}

const OF_PRODUCTS: &str = "SELECT product_name AS name, list_price AS amount FROM staging.products";
const OF_COST: &str =
    "SELECT customer_id AS name, sum(cost) AS amount FROM staging.sales GROUP BY customer_id";

#[test]
fn a_section_without_its_optional_table_is_left_out_and_the_page_says_so() {
    let project = project("", OF_PRODUCTS, SECTION);
    let outcome = support::published(&project.request());
    assert_eq!(outcome.unavailable["review.extra"], "staging.products");
    let page = project.read("book/latest/en/brief.md");
    assert!(page.contains("This section is left out") && page.contains("products"), "{page}");
    let said = project.tierbook(&["query", "review.extra"]).failed_with(1);
    assert!(
        said.err.contains("`review.extra` is unavailable: `staging.products` is missing"),
        "{}",
        said.err
    );
    let product = "product_id:text,product_name:text,list_price:decimal\np1,Till,99\n";
    tables::write_parquet(product, &project.path("warehouse/product.parquet"));
    let outcome = support::published(&project.request());
    assert_eq!((outcome.edition.as_str(), outcome.unavailable.len()), ("2026-10-31.2", 0));
    let page = project.read("book/latest/en/brief.md");
    assert!(page.contains("| Till |") && !page.contains("This section is left out"), "{page}");
}

#[test]
fn a_model_without_the_column_that_it_needs_is_unavailable() {
    let project = project("-- needs: staging.sales.cost\n", OF_COST, SECTION);
    let outcome = support::published(&project.request());
    assert_eq!(outcome.unavailable["review.extra"], "staging.sales.cost");
    assert!(project.read("book/latest/en/brief.html").contains("This section is left out"));
}

#[test]
fn a_template_that_shows_what_is_unavailable_without_asking_is_a_fault() {
    let section = "\n{{ table(review.extra, columns=[\"name\"]) }}\n";
    let project = project("", OF_PRODUCTS, section);
    let said = project.tierbook(&["run"]).failed_with(2);
    assert!(said.err.contains("ask `available(review.extra)` first"), "{}", said.err);
    assert!(said.err.contains("report_templates/brief.md:12"), "{}", said.err);
}

#[test]
fn an_optional_table_can_be_read_as_an_empty_one() {
    let select = "SELECT c.customer_name AS name, min(p.list_price) AS amount FROM staging.customers c
LEFT JOIN staging.products p ON p.product_id = c.customer_id GROUP BY c.customer_name";
    let project = project("-- empty_if_missing: staging.products\n", select, SECTION);
    let outcome = support::published(&project.request());
    assert!(!outcome.unavailable.contains_key("review.extra"));
    let page = project.read("book/latest/en/brief.md");
    assert!(page.contains("| Northwind | — |"), "a missing price is not a dash: {page}");
}

#[test]
fn a_condition_that_only_warns_is_printed_and_published() {
    let project = Project::brief();
    project.edit("queries/review/brief.sql", "-- check: revenue > 0", "-- warn: revenue > 75");
    let said = project.tierbook(&["run"]);
    assert_eq!(said.err, "warning: check of `review.brief` does not hold: revenue > 75 (2 rows of 7)\n");
    assert!(said.fine().starts_with("published edition 2026-10-31.1"));
}
