//! Names that would be markup, links or formulas, if anything took them for more than names.

use std::fs;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::support::{self, Project};
use crate::xlsx::{self, Cell};

const SCRIPT: &str = "<script>alert(1)</script>|=cmd()";
const LINK: &str = "[click](javascript:alert(2)) ![x](http://evil.example/p.png) <http://evil.example>";
const FORMULA: &str = "=1+1";
const LINES: &str = "two\n| lines\n# of";
const NAMES: [&str; 4] = [SCRIPT, LINK, FORMULA, LINES];

fn project() -> Project {
    let mut customers = csv::Writer::from_writer(Vec::new());
    customers.write_record(["customer_id:text", "customer_name:text"]).unwrap();
    let mut sales =
        "order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n".to_owned();
    for (index, name) in NAMES.iter().enumerate() {
        customers.write_record([format!("c{index}").as_str(), name]).unwrap();
        for month in 1..=9 + u32::from(index != 1) {
            let amount = 100 * (index + 1) + 37 * usize::try_from(month).unwrap() * (4 - index);
            sales.push_str(&format!("o{index}-{month},1,c{index},2026-{month:02}-15,{amount},final\n"));
        }
    }
    let customers = String::from_utf8(customers.into_inner().unwrap()).unwrap();
    let project = Project::shipped(&[("customers".to_owned(), customers), ("sales".to_owned(), sales)]);
    support::published(&project.as_of("2026-10-31".parse().unwrap()));
    project
}

#[test]
fn names_of_customers_are_never_markup_links_or_formulas() {
    let project = project();
    let mut pages = 0;
    for path in support::files(&project.path("book/editions")) {
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        // The project's own texts, which nobody shows.
        if matches!(extension.as_str(), "parquet" | "xlsx" | "png") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let name = path.display();
        match extension.as_str() {
            "html" | "svg" => {
                assert!(!text.contains("<script>alert"), "{name} has a live script");
                assert!(!text.contains("href=\"javascript"), "{name} has a live link");
                assert!(!text.contains("src=\"http"), "{name} loads from elsewhere");
                pages += usize::from(text.contains("&lt;script&gt;alert(1)"));
            }
            "md" => markdown_is_dead(&text, &name.to_string()),
            _ => {}
        }
    }
    assert!(pages > 5, "the name stands in {pages} pages only");
    let named = |text: &str| project.exported("tiers.current").iter().any(|row| row["customer_name"] == text);
    assert!(named("'=1+1"), "a formula is not guarded");
    assert!(named(SCRIPT) && named(LINK) && named(LINES));
    for language in ["zh-CN", "en"] {
        let path = project.path(&format!("book/latest/{language}/lists/tiers.current.xlsx"));
        let [list, _] = xlsx::sheets(&path).try_into().unwrap_or_else(|_| panic!("two sheets"));
        assert!(!list.xml.contains("<f>") && !list.xml.contains("<hyperlink"), "a formula or a link is live");
        for name in NAMES {
            let is_text = list.rows.iter().flatten().any(|cell| *cell == Cell::Text(name.to_owned()));
            assert!(is_text, "{name:?} is not a text of {}", path.display());
        }
        let text = project.read(&format!("book/latest/{language}/lists/tiers.current.csv"));
        assert!(text.contains(",'=1+1,") && !text.contains(",=1+1,"), "a formula is not guarded: {text}");
    }
}

/// Reads a page as Markdown readers do: every hostile name must come out of its cell as it went in.
fn markdown_is_dead(text: &str, path: &str) {
    let mut cells: Vec<String> = Vec::new();
    let mut cell: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("{path} has live HTML: {html}"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("lists/"), "{path} has a live link to {dest_url}");
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                assert!(dest_url.starts_with("charts/"), "{path} shows an image of {dest_url}");
            }
            Event::Start(Tag::TableCell) => cell = Some(String::new()),
            Event::End(TagEnd::TableCell) => cells.extend(cell.take()),
            Event::Text(words) => {
                if let Some(cell) = &mut cell {
                    cell.push_str(&words);
                }
            }
            _ => {}
        }
    }
    for name in NAMES {
        let flat = name.replace('\n', " ");
        let marked = cells.iter().filter(|cell| cell.contains(&flat[..4])).collect::<Vec<_>>();
        assert!(marked.iter().all(|cell| **cell == flat), "{path}: {marked:?} should be {flat:?}");
    }
}
