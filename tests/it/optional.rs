//! What is not there: left out and said, never zero; and conditions that only warn.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use jiff::civil::date;
use tierbook::engine::Steps;
use tierbook::models::Graph;
use tierbook::names::TableName;
use tierbook::publish::Manifest;
use tierbook::run;
use tierbook::sample::{SampleSpec, write_sample};

use crate::support::{self, Project, folders};
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
    assert!(said.err.contains("report_templates/brief.md:14"), "{}", said.err);
}

#[test]
fn an_optional_table_can_be_read_as_an_empty_one() {
    let select = "SELECT c.customer_name AS name, min(p.list_price) AS amount FROM staging.customers c
LEFT JOIN staging.products p ON p.product_id = c.customer_id GROUP BY c.customer_name";
    let project = project("-- empty_if_missing: staging.products\n", select, SECTION);
    let outcome = support::published(&project.request());
    assert!(!outcome.unavailable.contains_key("review.extra"));
    let page = project.read("book/latest/en/brief.md");
    // A price that is known of nobody is no column of dashes, and no zero, but a line below the table.
    assert!(page.contains("| Northwind |\n"), "{page}");
    assert!(page.contains("Left out, because no row has a value: Amount."), "{page}");
}

#[test]
fn a_condition_that_only_warns_is_printed_and_published() {
    let project = Project::brief();
    project.edit("queries/review/brief.sql", "-- check: revenue > 0", "-- warn: revenue > 75");
    let said = project.tierbook(&["run"]);
    assert_eq!(said.err, "warning: check of `review.brief` does not hold: revenue > 75 (2 rows of 7)\n");
    assert!(said.fine().starts_with("published edition 2026-10-31.1"));
}

/// The shipped project over a small sample, in one language and without files for spreadsheets.
fn small_book() -> Project {
    let project = Project::of_sample();
    let spec = SampleSpec { customers: 100, months: 14, seed: 7, last_day: date(2026, 10, 31) };
    write_sample(&spec, &project.path("warehouse")).unwrap();
    project.set("languages", "[\"en\"]");
    project.set("exports", "[]");
    project.drop_lists();
    project
}

#[test]
fn the_graph_and_the_manifest_tell_alike_how_the_warehouse_is_read() {
    let project = small_book();
    let request = run::Request { least_parted: 0, ..project.request() };
    let told = support::wait(async || run::scans(&request).await.unwrap());
    let manifests = [true, false].map(|cache| {
        let out = project.path(if cache { "kept" } else { "not" });
        support::published(&run::Request { cache, out: Some(out.clone()), ..request.clone() });
        Manifest::read(&out.join("latest")).unwrap()
    });
    for manifest in manifests {
        let models = &manifest.content.models;
        for model in models {
            let mut told = told.get(&model.name.parse().unwrap()).cloned().unwrap_or_default();
            // A count of all rows, or their last day, may be answered without reading any.
            told.retain(|scan| scan.whole_because.is_some() || model.scans.contains(scan));
            assert_eq!(model.scans, told, "{}", model.name);
        }
        let scans = models.iter().flat_map(|model| &model.scans);
        let (whole, by_file): (Vec<_>, Vec<_>) = scans.partition(|scan| scan.whole_because.is_some());
        assert!(whole.len() > 5 && by_file.len() > 3, "{} {}", whole.len(), by_file.len());
    }
}

#[test]
fn a_book_that_the_engine_computes_with_its_own_steps_alone_is_the_same() {
    let project = small_book();
    let books = [Steps::Ours, Steps::Engine].map(|steps| {
        let out = project.path(if steps == Steps::Ours { "ours" } else { "engine" });
        let request = run::Request { steps, least_parted: 0, cache: false, ..project.request() };
        support::published(&run::Request { out: Some(out.clone()), ..request });
        let mut tree = support::tree(&out.join("editions"));
        // One tells the time, the other how the warehouse is read.
        tree.retain(|path, _| !path.ends_with("times.json") && !path.ends_with("manifest.json"));
        tree
    });
    let [ours, own] = books;
    let differ: Vec<_> = ours.keys().filter(|path| ours.get(*path) != own.get(*path)).collect();
    assert!(differ.is_empty(), "{differ:?}");
    assert_eq!(ours.len(), own.len());
    assert!(ours.contains_key("2026-10-31.1/en/summary.html"), "{:?}", ours.keys());
}

#[test]
fn joins_for_which_there_is_no_memory_are_done_by_sorting_and_give_the_same_book() {
    let project = small_book();
    project.set("publish", "[\"key_accounts\", \"arpu\", \"churn\", \"coverage\"]");
    // In 12 MB several tables cannot hold a side of a join, alone neither.
    let books = [64 << 20, 12_000_000].map(|memory| {
        let out = project.path(&format!("in {memory}"));
        let request = run::Request { memory: Some(memory), cache: false, ..project.request() };
        support::published(&run::Request { out: Some(out.clone()), ..request });
        let mut tree = support::tree(&out.join("editions"));
        tree.retain(|path, _| !path.ends_with("times.json"));
        tree
    });
    let [plenty, little] = books;
    let differ: Vec<_> = plenty.keys().filter(|path| plenty.get(*path) != little.get(*path)).collect();
    assert!(differ.is_empty(), "{differ:?}");
    assert_eq!(plenty.len(), little.len());
}

#[test]
fn without_any_one_optional_table_exactly_the_sections_over_it_are_left_out() {
    let whole = small_book();
    support::published(&whole.request());
    let (project, graph) =
        run::graph(&whole.request()).unwrap_or_else(|errors| panic!("{}", support::told(&errors)));
    let tables: BTreeSet<String> = (project.queries.values())
        .filter(|query| query.header.optional && graph.absence(&query.name).is_none())
        .flat_map(|query| query.reads.iter().map(|mention| mention.name.table().to_owned()))
        .collect();
    assert!(tables.len() > 15, "{tables:?}");
    let tables: Vec<String> = tables.into_iter().collect();
    support::every(&tables, |table| {
        let reduced = whole.copied();
        fs::remove_dir_all(reduced.path("book")).unwrap();
        let (file, folder) = (
            reduced.path(&format!("warehouse/{table}.parquet")),
            reduced.path(&format!("warehouse/{table}")),
        );
        if file.exists() {
            fs::remove_file(file).unwrap()
        } else {
            fs::remove_dir_all(folder).unwrap()
        }
        let gone = TableName::new("warehouse", table);
        // A report that reads nothing over the table is what it was.
        let reports: Vec<&str> = (project.config.reports.iter())
            .filter(|name| graph.needed(&project.templates.reports[*name].reads).contains(&gone))
            .map(|name| name.as_str())
            .collect();
        let reports = if reports.is_empty() { vec!["summary"] } else { reports };
        reduced.set("publish", &format!("{reports:?}"));
        let outcome = support::publish(&reduced.request()).map_err(|errors| support::told(&errors))?;
        let taken = Taken { table: &gone, graph: &graph, unavailable: &outcome.unavailable };
        let faults: Vec<String> = reports
            .iter()
            .flat_map(|report| {
                let page = format!("book/latest/en/{report}.md");
                let template = whole.read(&format!("report_templates/{report}.md"));
                taken.faults(report, &template, &whole.read(&page), &reduced.read(&page))
            })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    });
    assert!(folders(&whole.path("warehouse")).len() > 5);
}

/// A table that was taken away.
struct Taken<'a> {
    table: &'a TableName,
    /// Who reads whom, with the table.
    graph: &'a Graph,
    /// The models that went with it, and for want of what.
    unavailable: &'a BTreeMap<String, String>,
}

impl Taken<'_> {
    /// What a page without the table does not say as it should.
    fn faults(&self, report: &str, template: &str, whole: &str, reduced: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let gone = self.table;
        let (sections, before, after) = (sections(template), sections(whole), sections(reduced));
        let titles = |sections: &[String]| -> Vec<String> {
            sections.iter().map(|section| section.lines().next().unwrap_or_default().to_owned()).collect()
        };
        if titles(&before) != titles(&after) || sections.len() != before.len() {
            return vec![format!(
                "{report}: sections {:?}, with the table {:?}",
                titles(&after),
                titles(&before)
            )];
        }
        let names = variables(template);
        for (template, (before, after)) in sections.iter().zip(before.iter().zip(&after)) {
            let title = before.lines().next().unwrap_or_default();
            let is_left_out = after.contains("This section is left out");
            let asked = guarded(template);
            let should_be = asked.iter().any(|model| self.unavailable.contains_key(&model.to_string()));
            if is_left_out != should_be {
                let word = if should_be { "is not left out" } else { "is left out" };
                faults.push(format!("{report}, {title}: {word} without `{gone}`"));
            }
            let reads =
                |model: &TableName| self.graph.needed(&BTreeSet::from([model.clone()])).contains(gone);
            // What goes must read the table; and what does not read it stays as it was.
            if is_left_out && !asked.iter().any(reads) {
                faults
                    .push(format!("{report}, {title}: is left out without `{gone}`, which it does not read"));
            }
            // The method tells of everything that a report reads.
            let depends = models(template, &names).iter().any(reads);
            if !depends && before != after && !template.contains("controls()") {
                faults.push(format!("{report}, {title}: changes without `{gone}`, which it does not read"));
            }
        }
        faults
    }
}

/// A page or a template in pieces that begin with a heading of the second level.
fn sections(text: &str) -> Vec<String> {
    text.split("\n## ").map(|section| section.trim().to_owned()).collect()
}

/// The models of `missing(...)`.
fn guarded(template: &str) -> Vec<TableName> {
    let calls = template.split("missing(").skip(1).filter_map(|rest| rest.split(')').next());
    calls.filter_map(|name| name.parse().ok()).collect()
}

/// The models that a template keeps the rows of, by variable.
fn variables(template: &str) -> BTreeMap<&str, TableName> {
    let lines = template.split("{% set ").skip(1).filter_map(|rest| rest.split_once(" = "));
    lines.filter_map(|(name, rest)| Some((name, named(rest).into_iter().next()?))).collect()
}

/// The models that a piece of a template reads, by name or by variable.
fn models(template: &str, names: &BTreeMap<&str, TableName>) -> Vec<TableName> {
    let kept = names.iter().filter(|(name, _)| {
        template.match_indices(&format!("{name}.")).any(|(start, _)| {
            !template[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.')
        })
    });
    named(template).into_iter().chain(kept.map(|(_, model)| model.clone())).collect()
}

/// Words of the form `folder.name`, of which some are models.
fn named(text: &str) -> Vec<TableName> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.contains('.'));
    words
        .filter_map(|word| {
            let mut parts = word.split('.');
            Some(TableName::new(parts.next()?, parts.next()?))
        })
        .collect()
}
