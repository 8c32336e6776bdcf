//! Lists for people: what a page shows is in the spreadsheet and in the CSV file of its model, value by value, with
//! their types; a long table is cut, and leads to its file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::civil::date;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use tierbook::names::Lang;
use tierbook::reports::format::{self, Column, Decimal, Scale};
use tierbook::run::Request;

use crate::support::{self, Project, repository, words};
use crate::xlsx::{self, Cell, decoded, inside};

/// A table of a page.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) heads: Vec<String>,
    /// The columns of its cells; empty for a table without rows.
    columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// The model whose files it leads to.
    model: Option<String>,
}

impl Shown {
    pub(crate) fn new(heads: Vec<String>, rows: Vec<Vec<String>>) -> Self {
        Self { heads, columns: Vec::new(), rows, model: None }
    }
}

/// The tables of an HTML page.
pub(crate) fn html_tables(page: &str) -> Vec<Shown> {
    let mut tables = Vec::new();
    // As a browser reads links, and the cell that names a row as a cell.
    let page = page.replace("&#x2f;", "/");
    for piece in page.split("<table").skip(1) {
        let (table, after) = piece.split_once("</table>").expect("a table ends");
        let (head, body) = table.split_once("</thead>").expect("a table has a head");
        let heads = inside(head, "th").iter().map(|(_, inner)| text(inner)).collect();
        let mut shown = Shown { heads, columns: Vec::new(), rows: Vec::new(), model: None };
        for (_, row) in inside(body, "tr") {
            let row = row.replace("<th ", "<td ").replace("</th>", "</td>");
            let cells = inside(&row, "td");
            let column = |head: &str| {
                let class = head.split("class=\"").nth(1).and_then(|rest| rest.split('"').next());
                let name = class.and_then(|class| class.split(' ').find_map(|word| word.strip_prefix("of-")));
                name.map(ToOwned::to_owned)
            };
            let columns: Option<Vec<String>> = cells.iter().map(|(head, _)| column(head)).collect();
            // The row that says that there are none belongs to no column.
            let Some(columns) = columns else { continue };
            shown.columns = columns;
            shown.rows.push(cells.iter().map(|(_, inner)| text(inner)).collect());
        }
        let own = after.split(['\n']).take(6).find_map(|line| line.split_once("href=\"lists/"));
        shown.model = own.and_then(|(_, rest)| rest.split_once(".xlsx\"")).map(|(model, _)| model.to_owned());
        tables.push(shown);
    }
    tables
}

/// The text of a cell; the owner that stands under the name once more is left out.
pub(crate) fn text(html: &str) -> String {
    let html = html.split("<span class=\"under\">").next().unwrap_or_default();
    let pieces = html.split('<').enumerate();
    let words =
        pieces.map(|(n, piece)| if n == 0 { piece } else { piece.split_once('>').map_or("", |(_, t)| t) });
    // A joiner that holds an amount together is no part of it.
    decoded(&words.collect::<String>()).replace('\u{2060}', "")
}

/// The tables of a Markdown page: their rows, the headings first.
fn markdown_tables(page: &str) -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    let mut cell: Option<String> = None;
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Table(_)) => tables.push(Vec::new()),
            Event::Start(Tag::TableHead | Tag::TableRow) => tables.last_mut().unwrap().push(Vec::new()),
            Event::Start(Tag::TableCell) => cell = Some(String::new()),
            Event::End(TagEnd::TableCell) => {
                tables.last_mut().unwrap().last_mut().unwrap().extend(cell.take());
            }
            Event::Text(text) => {
                if let Some(cell) = &mut cell {
                    cell.push_str(&text);
                }
            }
            _ => {}
        }
    }
    tables
}

/// A list of `tierbook.toml`: its columns with their units, and those shown with a sign.
struct List {
    columns: Vec<(String, String)>,
    signed: Vec<String>,
}

fn lists(project: &Project) -> BTreeMap<String, List> {
    let config: toml::Table = project.read("tierbook.toml").parse().unwrap();
    let names = |list: &toml::Value, key: &str| -> Vec<String> {
        let names = list.get(key).and_then(toml::Value::as_array).into_iter().flatten();
        names.map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let list = |(model, list): (&String, &toml::Value)| {
        let query = project.read(&format!("queries/{}.sql", model.replace('.', "/")));
        let unit = |column: &String| {
            let start = format!("-- column: {column} ");
            let note = query.lines().find_map(|line| line.strip_prefix(&start));
            note.and_then(|rest| rest.split(' ').next())
                .unwrap_or_else(|| panic!("{model}.{column}"))
                .to_owned()
        };
        let columns = names(list, "columns").into_iter().map(|name| (name.clone(), unit(&name))).collect();
        (model.clone(), List { columns, signed: names(list, "signed") })
    };
    config["lists"].as_table().unwrap().iter().map(list).collect()
}

/// What a page may show for a value of a file in a column of this unit; money in the scale of its heading.
fn as_on_the_page(value: &str, unit: &str, head: &str, lang: Lang, is_signed: bool) -> Vec<String> {
    if value.is_empty() {
        return vec![format::MISSING.to_owned()];
    }
    let number = || Decimal::parse(value).unwrap_or_else(|| panic!("`{value}` is no number"));
    match unit {
        "money" => {
            let scales = [Scale::One, Scale::Thousand, Scale::Wan, Scale::Million, Scale::Yi, Scale::Billion];
            let is_unit = |scale: &&Scale| match lang {
                Lang::Zh => head.ends_with(&format!("（{}）", scale.money_unit(lang, "CNY"))),
                Lang::En => head.ends_with(&format!(" ({})", scale.money_unit(lang, "CNY"))),
            };
            let scale = *scales.iter().find(is_unit).unwrap_or_else(|| panic!("`{head}` has no unit"));
            let digits = if scale == Scale::One { vec![0, 2] } else { vec![1] };
            let cell = |digits| {
                let column = Column { scale, digits };
                if is_signed { column.signed_cell(number()) } else { column.cell(number()) }
            };
            digits.into_iter().map(cell).collect()
        }
        "ratio" => vec![format::percent(value.parse().unwrap())],
        "count" | "days" => vec![format::decimal(number(), 0), format::decimal(number(), 1)]
            .into_iter()
            .skip(usize::from(value.contains('.')))
            .collect(),
        "date" => vec![format::day(lang, value.parse().unwrap())],
        // A text that begins like a formula is kept from being one in the file.
        _ => {
            let guarded = value.strip_prefix('\'').filter(|text| text.starts_with(['=', '+', '-', '@']));
            vec![guarded.unwrap_or(value).to_owned()]
        }
    }
}

#[test]
fn every_row_of_a_page_is_in_the_files_with_the_same_values() {
    let project = Project::of_sample();
    let warehouse = repository().join("sample_data/warehouse").display().to_string();
    support::published(&Request { warehouse: Some(warehouse), ..project.request() });
    let lists = lists(&project);
    let (mut compared, mut seen) = (0, BTreeSet::new());
    for lang in Lang::ALL {
        let folder = project.path("book/latest").join(lang.code());
        let files: BTreeMap<&str, Vec<Vec<String>>> = lists
            .iter()
            .map(|(model, list)| (model.as_str(), same_in_both_files(&folder, model, list, lang)))
            .collect();
        next_actions_are_due_first(&files, &lists);
        // A list without rows has no table that leads to it.
        seen.extend(files.iter().filter(|(_, rows)| rows.is_empty()).map(|(model, _)| (*model).to_owned()));
        for report in support::files(&folder) {
            if report.extension().is_none_or(|extension| extension != "html") {
                continue;
            }
            let page = fs::read_to_string(&report).unwrap();
            let markdown = fs::read_to_string(report.with_extension("md")).unwrap();
            let flat = markdown_tables(&markdown);
            let tables = html_tables(&page);
            assert_eq!(tables.len(), flat.len(), "{}", report.display());
            for (table, flat) in tables.iter().zip(&flat) {
                same_in_markdown(table, flat);
                let heads: BTreeSet<&String> = table.heads.iter().collect();
                assert_eq!(
                    heads.len(),
                    table.heads.len(),
                    "{}: two columns of one name: {:?}",
                    report.display(),
                    table.heads
                );
                let Some(model) = &table.model else { continue };
                assert!(
                    markdown.contains(&format!("[Excel](lists/{model}.xlsx) · [CSV](lists/{model}.csv)"))
                );
                compared += rows_are_there(table, &files[model.as_str()], &lists[model], lang);
                seen.insert(model.clone());
            }
        }
    }
    let unseen: Vec<&String> = lists.keys().filter(|model| !seen.contains(*model)).collect();
    assert!(unseen.is_empty(), "no page leads to the files of {unseen:?}");
    assert!(compared > 1_500, "only {compared} values were compared");
}

/// Sees that what a customer is in for next is due first of all that the lists of actions have for it.
fn next_actions_are_due_first(files: &BTreeMap<&str, Vec<Vec<String>>>, lists: &BTreeMap<String, List>) {
    let fields = |model: &str, names: [&str; 3]| -> Vec<[String; 3]> {
        let place = |name: &str| lists[model].columns.iter().position(|(own, _)| own == name).unwrap();
        let places = names.map(place);
        files[model].iter().map(|row| places.map(|place| row[place].clone())).collect()
    };
    let mut by_customer: BTreeMap<String, Vec<[String; 2]>> = BTreeMap::new();
    // Actions about channels and about those who hold leads concern no customer.
    let is_of_customers = |model: &&String| {
        let is_actions = model.ends_with(".actions") || model.ends_with("_actions");
        is_actions && lists[*model].columns.iter().any(|(column, _)| column == "customer_id")
    };
    for model in lists.keys().filter(is_of_customers) {
        for [customer, action, due_on] in fields(model, ["customer_id", "action", "due_on"]) {
            by_customer.entry(customer).or_default().push([due_on, action]);
        }
    }
    let model = "review.customer_list";
    let next = fields(model, ["customer_id", "next_action", "due_on"]);
    let counts = fields(model, ["customer_id", "n_actions", "rank"]);
    assert!(next.len() > 400 && next.iter().filter(|[_, action, _]| !action.is_empty()).count() > 50);
    for ([customer, action, due_on], [_, n_actions, _]) in next.into_iter().zip(counts) {
        let all = by_customer.get(&customer).cloned().unwrap_or_default();
        assert_eq!(n_actions, all.len().to_string(), "{customer}");
        let first = all.iter().map(|[due_on, _]| due_on.as_str()).min().unwrap_or_default();
        assert_eq!(due_on, first, "{customer}");
        assert!(all.is_empty() || all.contains(&[due_on, action]), "{customer}");
    }
}

/// The rows of the files of a list, which hold the same in both formats, each value with its type.
fn same_in_both_files(folder: &Path, model: &str, list: &List, lang: Lang) -> Vec<Vec<String>> {
    let path = folder.join(format!("lists/{model}.xlsx"));
    let sheets = xlsx::sheets(&path);
    let [sheet, about] = sheets.as_slice() else { panic!("{model} has {} sheets", sheets.len()) };
    let bytes = fs::read_to_string(path.with_extension("csv")).unwrap();
    assert!(bytes.starts_with('\u{feff}') && bytes.contains("\r\n"), "{model}");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes.as_bytes()[3..]);
    let csv: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(ToOwned::to_owned).collect()).collect();
    let heads: Vec<String> = sheet.rows[0]
        .iter()
        .map(|cell| if let Cell::Text(text) = cell { text.clone() } else { panic!("{model}: {cell:?}") })
        .collect();
    assert_eq!(heads, csv[0], "{model} in {lang}");
    assert_eq!(heads.len(), list.columns.len(), "{model} in {lang}");
    // An empty table of a spreadsheet has one empty row.
    let n_rows = sheet.rows.iter().skip(1).filter(|row| row.iter().any(|cell| *cell != Cell::Empty)).count();
    assert_eq!(n_rows, csv.len() - 1, "{model} in {lang}");
    for (row, fields) in sheet.rows.iter().zip(&csv).skip(1) {
        for (place, (name, unit)) in list.columns.iter().enumerate() {
            let cell = row.get(place).unwrap_or(&Cell::Empty);
            same_value(cell, &fields[place], unit)
                .unwrap_or_else(|reason| panic!("{model} {name}: {reason}"));
        }
    }
    assert!(
        !sheet.xml.contains("<f>") && !sheet.xml.contains("<hyperlink"),
        "{model} has a formula or a link"
    );
    for piece in
        ["state=\"frozen\"", "orientation=\"landscape\"", "fitToPage=\"1\"", "<tableParts count=\"1\""]
    {
        assert!(sheet.xml.contains(piece), "{model}: no {piece}");
    }
    let told: Vec<&String> = about
        .rows
        .iter()
        .flatten()
        .filter_map(|c| if let Cell::Text(text) = c { Some(text) } else { None })
        .collect();
    let day = format::day(lang, date(2026, 10, 31));
    let names = list.columns.iter().map(|(name, _)| name.as_str()).chain(heads.iter().map(String::as_str));
    for wanted in names.chain([model, &day, "compare_months"]) {
        assert!(told.iter().any(|text| *text == wanted), "{model} does not tell `{wanted}` in {lang}");
    }
    csv[1..].to_vec()
}

fn same_value(cell: &Cell, field: &str, unit: &str) -> Result<(), String> {
    let same = match (cell, unit) {
        (Cell::Empty, _) => field.is_empty(),
        (Cell::Text(text), "text" | "bool") => text == field || field == format!("'{text}"),
        (Cell::Number(digits, format), "date") => {
            let days =
                date(1899, 12, 30).until(field.parse::<jiff::civil::Date>().unwrap()).unwrap().get_days();
            format == "yyyy-mm-dd" && *digits == days.to_string()
        }
        (Cell::Number(digits, format), "money") => format.contains("#,##0.00") && is_nearest(digits, field),
        (Cell::Number(digits, format), "ratio") => format.contains("0.0%") && is_nearest(digits, field),
        (Cell::Number(digits, format), "count" | "days") => format.contains('0') && is_nearest(digits, field),
        (Cell::Number(digits, format), _) => return Err(format!("{digits} as {format} is {unit}")),
        (Cell::Text(text), _) => return Err(format!("the text `{text}` is {unit}")),
    };
    if same { Ok(()) } else { Err(format!("{cell:?} is not `{field}`")) }
}

/// A spreadsheet holds the nearest number of 53 bits.
fn is_nearest(digits: &str, field: &str) -> bool {
    let (held, exact) = (digits.parse::<f64>().unwrap(), field.parse::<f64>().unwrap());
    held.to_bits() == exact.to_bits()
}

fn same_in_markdown(table: &Shown, flat: &[Vec<String>]) {
    let one_line = |text: &String| text.replace(['\n', '\r', '\t'], " ").trim().to_owned();
    let lines = |rows: &[Vec<String>]| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(one_line).collect()).collect()
    };
    assert_eq!(table.heads, flat[0]);
    assert_eq!(lines(&table.rows), lines(&flat[1..]), "{:?}", table.heads);
}

/// Finds every row of a table in the files, in their order, and gives how many values were compared.
fn rows_are_there(table: &Shown, rows: &[Vec<String>], list: &List, lang: Lang) -> usize {
    let places: Vec<usize> = table
        .columns
        .iter()
        .map(|column| {
            let place = list.columns.iter().position(|(name, _)| name == column);
            place.unwrap_or_else(|| panic!("a page shows `{column}`, which its files do not have"))
        })
        .collect();
    let mut next = 0;
    for row in &table.rows {
        let is_it = |candidate: &Vec<String>| {
            places.iter().zip(row.iter().zip(&table.heads)).all(|(place, (text, head))| {
                let (name, unit) = &list.columns[*place];
                let value = &candidate[*place];
                as_on_the_page(value, unit, head, lang, list.signed.contains(name)).contains(text)
            })
        };
        let found = rows.iter().skip(next).position(is_it);
        let found = found.unwrap_or_else(|| panic!("{row:?} below {:?} is not in the file", table.heads));
        next += found + 1;
    }
    table.rows.iter().map(Vec::len).sum()
}

/// The tables of 5,000 customers with a sale each.
fn many_customers() -> [(String, String); 2] {
    let mut customers = "customer_id:text,customer_name:text\n".to_owned();
    let mut sales =
        "order_id:text,line_no:int,customer_id:text,sold_on:date,amount:decimal,state:text\n".to_owned();
    for number in 0..5_000 {
        customers.push_str(&format!("{number:05},青禾云科技（上海）有限公司 {number}\n"));
        sales.push_str(&format!("o{number:04},1,{number:05},2026-10-30,{},final\n", number + 1));
    }
    [("customers".to_owned(), customers), ("sales".to_owned(), sales)]
}

/// The brief project with 5,000 customers, and a list.
pub(crate) fn many() -> Project {
    let project = Project::brief();
    for (table, text) in many_customers() {
        crate::tables::write_parquet(&text, &project.path(&format!("warehouse/{table}.parquet")));
    }
    let list =
        "\n[lists.\"review.brief\"]\ncolumns = [\"customer_id\", \"customer_name\", \"revenue\", \"tier\"]\n";
    project.write("tierbook.toml", &(project.read("tierbook.toml") + list));
    project
}

#[test]
fn the_shipped_pages_of_5000_customers_are_below_a_megabyte() {
    let project = Project::shipped(&many_customers());
    project.set("publish", "[\"contribution\", \"tiers\"]");
    project.export_no_more_than("tiers.current");
    support::published(&project.as_of(date(2026, 10, 31)));
    for page in ["contribution", "tiers"] {
        for language in ["zh-CN", "en"] {
            let text = project.read(&format!("book/latest/{language}/{page}.html"));
            assert!(text.len() < 1_000_000, "{page} in {language} has {} bytes", text.len());
            println!("{page} in {language}: {} bytes", text.len());
        }
    }
    let page = project.read("book/latest/en/tiers.html").replace("&#x2f;", "/");
    assert!(page.contains("First 25 of 5,000.") && page.contains("lists/tiers.current.xlsx"));
}

#[test]
fn a_page_with_5000_customers_is_below_a_megabyte_and_leads_to_all_of_them() {
    let project = many();
    project.edit("report_templates/brief.md", "\"tier\"])", "\"tier\"], limit=5000)");
    support::published(&project.request());
    let page = project.read("book/latest/en/brief.html");
    assert!(page.len() < 1_000_000, "the page has {} bytes", page.len());
    let tables = html_tables(&page);
    assert_eq!((tables[0].rows.len(), tables[0].model.as_deref()), (400, Some("review.brief")));
    assert!(
        page.contains("First 400 of 5,000.") && page.contains("Whole list “review.brief” (rows: 5,000):"),
        "{page}"
    );
    let sheets = xlsx::sheets(&project.path("book/latest/en/lists/review.brief.xlsx"));
    assert_eq!(sheets[0].rows.len(), 5_001);
    assert_eq!(sheets[0].rows[5_000][0], Cell::Text("00000".to_owned()), "zeros in front are lost");
    let size = fs::metadata(project.path("book/latest/en/lists/review.brief.xlsx")).unwrap().len();
    assert!(size < 400_000, "the spreadsheet has {size} bytes");
}

#[test]
fn a_list_without_rows_is_published_all_the_same() {
    let project = many();
    project.edit("queries/review/brief.sql", "GROUP BY", "WHERE s.amount < 0\nGROUP BY");
    project.edit(
        "queries/review/brief.sql",
        "-- total: sum(revenue) = (select sum(amount) from staging.sales)\n",
        "",
    );
    project
        .write("report_templates/brief.md", "# Brief\n\n{{ table(review.brief, columns=[\"revenue\"]) }}\n");
    support::published(&project.request());
    let sheets = xlsx::sheets(&project.path("book/latest/en/lists/review.brief.xlsx"));
    assert!(sheets[0].rows.iter().skip(1).flatten().all(|cell| *cell == Cell::Empty));
    assert_eq!(
        project.read("book/latest/en/lists/review.brief.csv"),
        "\u{feff}Customer number,Customer,Revenue (CNY),Tier\r\n"
    );
    let page = project.read("book/latest/en/brief.html").replace("&#x2f;", "/");
    assert!(!page.contains("lists/"));
}

#[test]
fn the_words_of_lists_are_in_both_languages() {
    let (chinese, english) = (words("zh-CN"), words("en"));
    for model in lists(&Project::of_sample()).keys() {
        for key in [format!("list.{model}.title"), format!("list.{model}.about")] {
            assert!(chinese.contains_key(&key) && english.contains_key(&key), "{key}");
        }
    }
}
