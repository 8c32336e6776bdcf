//! Mails say what their pages say, in the same bytes every time, and mail programs show them whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mailparse::ParsedMail;
use serde_json::Value;
use tierbook::run::Request;

use crate::files::{Shown, html_tables, text};
use crate::support::{self, Project, repository};
use crate::xlsx::inside;

/// A mail as its reader gets it.
pub(crate) struct Mail {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) html: String,
    pub(crate) plain: String,
    /// Pictures and attachments, by name.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// What an edition's index says of its mails, and the mails.
pub(crate) fn mails(edition: &Path) -> Vec<(Value, Mail)> {
    let index: Value = serde_json::from_slice(&fs::read(edition.join("mail/index.json")).unwrap()).unwrap();
    let entries = index["messages"].as_array().unwrap().iter();
    entries.map(|entry| (entry.clone(), open(&edition.join(entry["file"].as_str().unwrap())))).collect()
}

fn open(path: &Path) -> Mail {
    let bytes = fs::read(path).unwrap();
    assert!(bytes.is_ascii(), "{} has bytes that old servers break", path.display());
    let parsed = mailparse::parse_mail(&bytes).unwrap();
    let headers = parsed.headers.iter().map(|header| (header.get_key(), header.get_value())).collect();
    let mut mail = Mail { headers, html: String::new(), plain: String::new(), files: BTreeMap::new() };
    take(&parsed, &mut mail);
    mail
}

fn take(part: &ParsedMail<'_>, mail: &mut Mail) {
    let disposition = part.get_content_disposition();
    match part.ctype.mimetype.as_str() {
        "text/html" => mail.html = part.get_body().unwrap(),
        "text/plain" => mail.plain = part.get_body().unwrap().replace("\r\n", "\n"),
        kind if kind.starts_with("multipart/") => {}
        kind => {
            let name =
                disposition.params.get("filename").unwrap_or_else(|| panic!("a {kind} without a name"));
            assert!(mail.files.insert(name.clone(), part.get_body_raw().unwrap()).is_none(), "{name} twice");
        }
    }
    for part in &part.subparts {
        take(part, mail);
    }
}

const BRIEF: &str = "
[mail]
from = \"Tierbook <book@example.com>\"
owner = \"analysts@example.com\"
link = \"https://book.example.com/b2b\"

[[recipients]]
name = \"客户部\"
address = \"客户部 <sales@example.com>\"

[[recipients]]
name = \"Board\"
address = \"board@example.com\"
";

/// The tables of a mail that have headings; owners stand below names.
fn mail_tables(html: &str) -> Vec<Shown> {
    let mut tables = Vec::new();
    for piece in html.split("<table").skip(1).filter(|piece| piece.contains("<th scope=\"col\"")) {
        let table = piece.split("</table>").next().unwrap();
        let cell = |inner: &str| {
            text(inner.split("<br>").next().unwrap_or_default()).replace('■', "").trim().to_owned()
        };
        // A mail keeps a unit with its currency by a space that does not break.
        let heads: Vec<String> =
            inside(table, "th").iter().map(|(_, inner)| cell(inner).replace('\u{a0}', " ")).collect();
        let rows = inside(table, "tr").into_iter().skip(1);
        let rows = rows.map(|(_, row)| {
            inside(row, "td")
                .iter()
                .map(|(_, inner)| cell(&inner.replace("&#9632;", "").replace("&nbsp;", "")))
                .collect()
        });
        let rows: Vec<Vec<String>> = rows.filter(|row: &Vec<String>| row.len() == heads.len()).collect();
        tables.push(Shown::new(heads, rows));
    }
    tables
}

/// Whether a table of a page shows these rows one after the other, in the columns of these headings.
fn shows(page: &Shown, table: &Shown) -> bool {
    let places: Option<Vec<usize>> =
        table.heads.iter().map(|head| page.heads.iter().position(|known| known == head)).collect();
    let Some(places) = places else { return false };
    let rows: Vec<Vec<&String>> =
        page.rows.iter().map(|row| places.iter().filter_map(|place| row.get(*place)).collect()).collect();
    table.rows.is_empty()
        || rows
            .windows(table.rows.len())
            .any(|some| some.iter().zip(&table.rows).all(|(a, b)| a.iter().copied().eq(b.iter())))
}

/// Whether a row of a page, with some of its columns, is this line of a plain text.
fn is_row(page: &Shown, line: &str) -> bool {
    let (first, rest) = line.split_once(" | ").unwrap_or((line, ""));
    page.rows.iter().any(|row| {
        let Some(start) = row.iter().position(|cell| cell == first) else { return false };
        let pairs = page.heads.iter().zip(row).skip(start + 1);
        let told: Vec<String> = pairs
            .map(|(head, cell)| format!("{head}: {cell}"))
            .filter(|pair| format!("; {rest};").contains(&format!("; {pair};")))
            .collect();
        told.join("; ") == rest
    })
}

/// The headline figures of a page: what and how much.
fn figures(page: &str) -> Vec<(String, String)> {
    let items = page.split("<div class=\"kpi\">").skip(1);
    items
        .map(|item| {
            let (_, label) = inside(item, "dt")[0];
            let (_, value) = inside(item, "dd")[0];
            (text(label), text(value))
        })
        .collect()
}

#[test]
fn a_mail_says_what_its_page_says_and_nothing_of_other_regions() {
    let project = Project::of_sample();
    let reports = "[\"summary\", \"contribution\", \"tiers\", \"key_accounts\", \"decision_chain\", \"long_tail\", \"arpu\", \
                   \"acquisition\", \"churn\", \"coverage\", \"health\", \"review\"]";
    let reader = |name: &str, language: &str, mail: &str, rows: &str| {
        format!(
            "[[recipients]]\nname = \"{name}\"\naddress = \"{name}@example.com\"\nlanguage = \"{language}\"\nmail = {mail}\n{rows}\n"
        )
    };
    project.configure(&format!(
        "[mail]\nfrom = \"book@example.com\"\nlink = \"https://book.example.com/\"\n\n{}{}{}{}",
        reader("zh", "zh-CN", reports, ""),
        reader("en", "en", reports, ""),
        reader("east", "zh-CN", reports, "rows = { region = \"华东\" }"),
        reader("nowhere", "en", reports, "rows = { region = \"Atlantis\" }"),
    ));
    let warehouse = repository().join("sample_data/warehouse").display().to_string();
    let outcome = support::published(&Request { warehouse: Some(warehouse.clone()), ..project.request() });
    assert_eq!(outcome.failed, Vec::<String>::new());
    assert_eq!(outcome.mails, 36);
    assert_eq!(
        outcome.warnings.iter().filter(|line| line.contains("mailed")).collect::<Vec<_>>(),
        ["`nowhere@example.com` is mailed nothing: no customer has region = Atlantis"]
    );
    let edition = project.path("book/latest");
    let mails = mails(&edition);
    let (mut tables, mut lines) = (0, 0);
    for (entry, mail) in mails.iter().filter(|(entry, _)| entry["rows"].is_null()) {
        let path = format!("{}/{}", entry["language"].as_str().unwrap(), entry["report"].as_str().unwrap());
        let page = fs::read_to_string(edition.join(format!("{path}.html"))).unwrap();
        let shown = html_tables(&page);
        for table in mail_tables(&mail.html) {
            assert!(
                shown.iter().any(|page| shows(page, &table)),
                "{path}: the page does not show {table:#?}"
            );
            tables += 1;
        }
        for line in
            mail.plain.lines().filter_map(|line| line.strip_prefix("- ")).filter(|line| line.contains(" | "))
        {
            assert!(shown.iter().any(|page| is_row(page, line)), "{path}: the page does not show `{line}`");
            lines += 1;
        }
        let words = text(&mail.html);
        for (what, much) in figures(&page) {
            assert!(
                mail.plain.contains(&format!("- {what}: {much}")),
                "{path}: {what}: {much}\n{}",
                mail.plain
            );
            let after = words.split(&what).skip(1);
            assert!(
                after.map(str::trim_start).any(|after| after.starts_with(&much)),
                "{path}: {what}: {much}"
            );
        }
        assert!(mail.html.len() < 90_000, "{path}: {} bytes", mail.html.len());
    }
    assert!(tables > 100 && lines > 400, "{tables} tables and {lines} lines were compared");
    crate::leaks::nothing_of_others(&project, &warehouse, &mails);
}

#[test]
fn two_compositions_are_the_same_bytes_and_have_what_mail_programs_want() {
    let project = Project::brief();
    project.configure(BRIEF);
    let of = |out: &str, now: &str| {
        let request =
            Request { out: Some(project.path(out)), now: now.parse().unwrap(), ..project.request() };
        assert_eq!(support::published(&request).mails, 2);
        let folder = project.path(out).join("latest/mail");
        support::files(&folder)
            .into_iter()
            .map(|path| (path.strip_prefix(&folder).unwrap().to_path_buf(), fs::read(&path).unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let first = of("one", "2026-11-01T02:00[Asia/Shanghai]");
    assert_eq!(first, of("two", "2026-11-01T08:30[Asia/Shanghai]"));
    let mails = mails(&project.path("one/latest"));
    let (entry, mail) = &mails[0];
    let header = |name: &str| mail.headers.get(name).map_or("", String::as_str);
    assert_eq!(header("Subject"), "Customers up to 31 Oct 2026 · 31 Oct");
    assert_eq!(header("From"), "Tierbook <book@example.com>");
    assert_eq!(header("To"), "客户部 <sales@example.com>");
    assert_eq!(header("Reply-To"), "analysts@example.com");
    assert_eq!(header("List-Id"), "<brief.example.com>");
    assert_eq!(header("List-Unsubscribe"), "<mailto:analysts@example.com?subject=unsubscribe>");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("Content-Language"), "en");
    assert_eq!(header("Date"), "Sat, 31 Oct 2026 16:00:00 +0000", "the end of the day, until it is sent");
    assert_eq!(header("Message-ID"), entry["message_id"].as_str().unwrap());
    assert!(
        header("Message-ID").starts_with("<brief.2026-10-31.")
            && header("Message-ID").ends_with("@example.com>")
    );
    assert!(mail.html.contains(
        "https:&#x2f;&#x2f;book.example.com&#x2f;b2b&#x2f;editions&#x2f;2026-10-31.1&#x2f;en&#x2f;brief.html"
    ));
    assert!(mail.plain.contains("https://book.example.com/b2b/editions/2026-10-31.1/en/brief.html"));
    for strange in ["<style", "class=", "<script", "<svg", "<div"] {
        assert!(!mail.html.contains(strange), "{strange} in {}", mail.html);
    }
    // A Maildir: mail programs open the folder as it is.
    for folder in ["cur", "new", "tmp"] {
        assert!(project.path("one/latest/mail").join(folder).is_dir(), "{folder}");
    }
    // Another edition of the day that says the same to a reader is the same to them.
    let of = |out: &str| -> Vec<(Value, Value)> {
        let entries = crate::mail::mails(&project.path(out));
        entries.iter().map(|(entry, _)| (entry["content"].clone(), entry["message_id"].clone())).collect()
    };
    project.edit("queries/staging/sales.sql", "-- Order lines.", "-- Lines of orders.");
    let again = support::published(&Request { out: Some(project.path("one")), ..project.request() });
    assert_eq!(again.edition, "2026-10-31.2");
    assert_eq!(of("one/editions/2026-10-31.1"), of("one/editions/2026-10-31.2"));
}

#[test]
fn a_mail_of_5000_customers_is_as_small_as_any() {
    let project = crate::files::many();
    project.configure(BRIEF);
    support::published(&project.request());
    for (_, mail) in mails(&project.path("book/latest")) {
        assert!(mail.html.len() < 90_000 && mail.html.contains("First 8 of 5,000."), "{}", mail.html.len());
        assert_eq!(mail.files.keys().collect::<Vec<_>>(), ["review.brief.xlsx"]);
    }
}

#[test]
fn a_mail_that_would_be_cut_stops_the_run() {
    let project = Project::brief();
    project.configure(BRIEF);
    let words = "A long story about one customer and another. ".repeat(2_100);
    project.write("report_templates/brief.md", &format!("# Brief\n\n{words}\n"));
    let said = project.tierbook(&["run"]).failed_with(2);
    assert_eq!(
        said.err.trim(),
        "error: the mail of report `brief` has 96 KB of HTML; mail programs cut what has more than 90 KB\n \
         |\n = note: nothing was published\n = help: move what stands above its first heading `##` into sections, \
         which a mail leaves to the page"
    );
    // The same words in a section are left to the page.
    project.write("report_templates/brief.md", &format!("# Brief\n\nShort.\n\n## Long\n\n{words}\n"));
    project.tierbook(&["run"]).fine();
    let (_, mail) = &mails(&project.path("book/latest"))[0];
    assert!(
        mail.html.len() < 10_000 && mail.plain.contains("Also in the full report: Long."),
        "{}",
        mail.plain
    );
}

#[test]
fn recipients_of_a_table_who_are_not_understood_get_nothing() {
    let project = Project::brief();
    project.configure(BRIEF);
    project.write(
        "queries/staging/recipients.sql",
        "-- Readers.\n--\n-- grain: address, rows_value\nSELECT address, recipient_name, reports, language, rows_column, \
         coalesce(rows_value, '') AS rows_value FROM warehouse.recipients\n",
    );
    project.write(
        "warehouse/recipients.csv",
        "address:text,recipient_name:text,reports:text,language:text,rows_column:text,rows_value:text\n\
         all@example.com,Everything,,,all,\n\
         blank@example.com,,,,,\n\
         novalue@example.com,,,,region,\n\
         column@example.com,,,,customer_name,x\n\
         report@example.com,,sumary,,all,\n\
         tongue@example.com,,brief,fr,all,\n\
         nobody,,,,all,\n\
         none@example.com,,,,region,Atlantis\n",
    );
    project.load_warehouse();
    let outcome = support::published(&project.request());
    let left_out: Vec<&str> = outcome.warnings.iter().map(String::as_str).collect();
    assert_eq!(
        left_out,
        [
            "`blank@example.com` is mailed nothing: `rows_column` is empty; `all` is the word for all customers",
            "`column@example.com` is mailed nothing: `customer_name` is no column of text of `staging.customers`",
            "`nobody` is mailed nothing: this is no mail address",
            "`novalue@example.com` is mailed nothing: `rows_value` is empty beside `region`",
            "`report@example.com` is mailed nothing: `sumary` is no published report",
            "`tongue@example.com` is mailed nothing: nothing is published in the language `fr`",
            "`none@example.com` is mailed nothing: no customer has region = Atlantis",
        ]
    );
    let to: Vec<String> = mails(&project.path("book/latest"))
        .iter()
        .map(|(entry, _)| entry["to"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(to, ["sales@example.com", "board@example.com", "all@example.com"]);
}

#[test]
fn a_mail_says_first_what_is_to_be_done_and_names_what_only_the_page_has() {
    let project = Project::brief();
    project.configure(BRIEF);
    project.write(
        "queries/review/todo.sql",
        "-- What is to be done.\n--\n-- grain: customer_id\n-- order: customer_id\n-- column: customer_id text \"Customer\"\n\
         -- column: customer_name text \"Name\"\n-- column: why text \"Why\"\n\
         SELECT customer_id, customer_name, concat('visit ', customer_id) AS why FROM staging.customers\n",
    );
    project.write(
        "queries/review/pairs.sql",
        "-- Each with each.\n--\n-- grain: one, other\n-- order: one, other\n-- column: one text \"From\"\n\
         -- column: other text \"To\"\n-- column: customers count \"Customers\"\n\
         SELECT concat('somebody ', a.customer_id) AS one, concat('someone ', b.customer_id) AS other, count(*) AS customers\n\
         FROM staging.customers a CROSS JOIN staging.customers b GROUP BY a.customer_id, b.customer_id\n",
    );
    let pairs = |caption: &str| {
        format!(
            "{{{{ matrix(review.pairs, rows=\"one\", columns=\"other\", value=\"customers\", caption=\"{caption}\") }}}}"
        )
    };
    project.write(
        "report_templates/brief.md",
        &format!(
            "# Brief\n\nShort.\n\n{}\n\n> {}\n\n## Largest\n\n{{{{ table(review.brief, columns=[\"customer_name\", \"revenue\"]) }}}}\n\n\
             ## Pairs\n\nThey are many.\n\n{}\n\n## To do\n\n{{{{ table(review.todo) }}}}\n",
            pairs("Each with each"),
            pairs("Once more. With words, and a full stop."),
            pairs("The same again"),
        ),
    );
    support::published(&project.request());
    let (_, mail) = &mails(&project.path("book/latest"))[0];
    let place =
        |words: &str| mail.plain.find(words).unwrap_or_else(|| panic!("`{words}` is not in\n{}", mail.plain));
    assert!(place("Also in the full report: Each with each, Once more.") < place("To do"), "{}", mail.plain);
    assert!(place("To do") < place("Largest") && place("Largest") < place("Pairs"), "{}", mail.plain);
    assert!(place("They are many.") < place("Also in the full report: The same again."), "{}", mail.plain);
    for shown in [&mail.plain, &mail.html] {
        assert_eq!(shown.matches("visit c").count(), 5, "{shown}");
        assert!(!shown.contains("somebody"), "{shown}");
    }
}
