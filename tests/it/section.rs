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
    project.write("queries/review/by_month.sql", &query);
    let report = project.read("report_templates/brief.md");
    project.write("report_templates/brief.md", &format!("{report}\n{lines}"));
    support::published(&project.request());
    let page = project.read("book/latest/en/brief.html");
    let (_, section) = page.split_once(">Revenue by month</h2>").expect("a section with its heading");
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
    assert!(markdown.contains("## Revenue by month") && markdown.contains("| 193.00 |"), "{markdown}");
}
