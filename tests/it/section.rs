//! The README's section in five lines: what an analyst pastes from it works as it is told.

use std::fs;

use crate::support::{self, Project, repository};

/// The text of the README's first block in this language below a heading.
fn block(heading: &str, language: &str) -> String {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, below) = readme.split_once(heading).unwrap_or_else(|| panic!("README.md has no `{heading}`"));
    let (_, rest) = below.split_once(&format!("```{language}\n")).expect("a block in this language");
    rest.split_once("```").expect("the end of the block").0.to_owned()
}

#[test]
fn five_lines_of_template_are_a_section_with_a_table_and_a_chart() {
    const HEADING: &str = "### A section of your own in five lines";
    let (query, lines) = (block(HEADING, "sql"), block(HEADING, "jinja"));
    assert_eq!(lines.lines().count(), 5, "{lines}");
    let project = Project::brief();
    project.write("queries/review/sold_by_month.sql", &query);
    let report = project.read("report_templates/brief.md");
    project.write("report_templates/brief.md", &format!("{report}\n{lines}"));
    support::published(&project.request());
    let page = project.read("book/latest/en/brief.html");
    let (_, section) = page.split_once(">Sold by month</h2>").expect("a section with its heading");
    let (section, _) = section.split_once("</section>").expect("the end of the section");
    // 80 + 70 + 3 + 40 in October.
    assert!(section.contains(">CN¥193<"), "{section}");
    assert_eq!(section.matches("<figure").count(), 1, "{section}");
    assert!(section.contains("<svg") && section.contains("Each point is a month."), "{section}");
    assert_eq!(section.matches("<table").count(), 1, "{section}");
    for figure in ["900.75", "190.00", "193.00"] {
        assert!(section.contains(&format!(">{figure}<")), "no {figure} in {section}");
    }
    let markdown = project.read("book/latest/en/brief.md");
    assert!(markdown.contains("## Sold by month") && markdown.contains("| 193.00 |"), "{markdown}");
}

/// The first table of the section below a heading, of the English page.
fn table_of(lines: &str) -> String {
    let project = Project::brief();
    let report = project.read("report_templates/brief.md");
    project.write("report_templates/brief.md", &format!("{report}\n## More\n\n{lines}\n"));
    project.write("queries/review/marked.sql", MARKED);
    support::published(&project.request());
    let page = project.read("book/latest/en/brief.html");
    let (_, section) = page.split_once(">More</h2>").expect("the section");
    section.split_once("</table>").expect("a table").0.to_owned()
}

/// Three customers: a mark that one has, one that none has, and amounts of a month and of a year.
const MARKED: &str = "-- Marks and amounts.
--
-- grain: customer_name
-- order: customer_name
-- column: customer_name text \"Customer\"
-- column: is_late bool \"Late\"
-- column: is_lost bool \"Lost\"
-- column: month_revenue money \"Month\"
-- column: year_revenue money \"Year\"
-- column: first_share ratio \"First\"
-- column: second_share ratio \"Second\"
SELECT
  column1 AS customer_name, column2 AS is_late, column3 AS is_lost,
  CAST(column4 AS DECIMAL(18, 4)) AS month_revenue, CAST(column5 AS DECIMAL(18, 4)) AS year_revenue,
  column6 AS first_share, column7 AS second_share
FROM (VALUES
  ('A', true, false, 26800, 373500, 0.468, 0.6),
  ('B', false, false, 1400, 111400, 0.1, 0.3),
  ('C', false, false, 0, 64700, 0.1, 0.1)
)
";

#[test]
fn a_table_says_no_mark_that_none_has_and_its_amounts_in_one_unit() {
    let table = table_of(
        r#"{{ table(review.marked, columns=["customer_name", "is_late", "is_lost", "month_revenue", "year_revenue"]) }}"#,
    );
    assert!(table.contains(">Late<") && !table.contains(">Lost<"), "{table}");
    // A "no" beside a "yes" is there, and quiet.
    assert_eq!(table.matches("<span class=\"no\">no</span>").count(), 2, "{table}");
    for head in ["Month <span class=\"unit\">(CNY K)</span>", "Year <span class=\"unit\">(CNY K)</span>"] {
        assert!(table.contains(head), "no {head} in {table}");
    }
    for cell in ["26.8", "373.5", "1.4", "111.4", "0.0", "64.7"] {
        assert!(table.contains(&format!(">{cell}<")), "no {cell} in {table}");
    }
}

#[test]
fn bars_of_a_table_can_be_compared_and_shares_are_of_the_whole() {
    let bars = |columns: &str| {
        let lines = format!(
            r#"{{{{ table(review.marked, columns=["customer_name", {columns}], bars=[{columns}]) }}}}"#
        );
        let table = table_of(&lines);
        let lengths = table.split("--bar:").skip(1).filter_map(|rest| rest.split_once('"'));
        lengths.map(|(length, _)| length.to_owned()).collect::<Vec<_>>()
    };
    // Both columns against the greatest amount of the table, which is a year's.
    assert_eq!(bars(r#""month_revenue", "year_revenue""#), ["7.2", "100.0", "0.4", "29.8", "0.0", "17.3"]);
    // Shares against 100 %.
    assert_eq!(bars(r#""first_share", "second_share""#), ["46.8", "60.0", "10.0", "30.0", "10.0", "10.0"]);
}

#[test]
fn what_a_table_does_not_show_is_said_below_it() {
    let project = Project::brief();
    let marked = MARKED
        .replace("-- column: is_late", "-- column: cost money \"Cost\"\n-- column: is_late")
        .replace("column2 AS is_late", "CAST(NULL AS DECIMAL(18, 4)) AS cost, column2 AS is_late");
    project.write("queries/review/marked.sql", &marked);
    let report = project.read("report_templates/brief.md");
    let lines = r#"{{ table(review.marked, columns=["customer_name", "cost", "year_revenue"], limit=2) }}"#;
    project.write("report_templates/brief.md", &format!("{report}\n## More\n\n{lines}\n"));
    support::published(&project.request());
    let page = project.read("book/latest/en/brief.html").replace("&#x2f;", "/");
    let (_, section) = page.split_once(">More</h2>").expect("the section");
    // Nothing is known of the cost of anybody: no column of dashes, but a line. The third customer is a click away.
    assert!(!section.contains("of-cost"), "{section}");
    let below = "<p class=\"rest\">First 2 of 3. Left out, because no row has a value: Cost. \
                 <a href=\"evidence/review.marked.html#model-rows\">All rows</a></p>";
    assert!(section.contains(below), "{section}");
    let markdown = project.read("book/latest/en/brief.md");
    assert!(markdown.contains("First 2 of 3. Left out, because no row has a value: Cost."), "{markdown}");
}

#[test]
fn a_model_without_rows_is_said_to_have_none_and_ends_no_run() {
    let project = Project::brief();
    let empty = MARKED.replace("\nFROM (VALUES", "\nFROM (SELECT * FROM (VALUES").trim_end().to_owned();
    let empty = empty.strip_suffix(')').expect("the end of the rows").to_owned() + ")) WHERE false\n";
    project.write("queries/review/marked.sql", &empty);
    let report = project.read("report_templates/brief.md");
    let lines = "Sold: {{ review.marked.first.year_revenue }}, {{ review.marked.last.year_revenue }}.\n\n\
                 {{ chart(\"line\", review.marked, x=\"customer_name\", y=\"year_revenue\", title=\"By year\") }}";
    project.write("report_templates/brief.md", &format!("{report}\n## More\n\n{lines}\n"));
    support::published(&project.request());
    let markdown = project.read("book/latest/en/brief.md");
    assert!(markdown.contains("Sold: —, —."), "{markdown}");
    assert!(markdown.contains("> By year: None."), "{markdown}");
}
