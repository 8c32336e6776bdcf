//! A spreadsheet file read as others read it: the parts of the archive, shared strings, styles and cells.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

/// A cell: what it holds, and the format of its number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    /// The digits as they are stored.
    Number(String, String),
}

/// A sheet of a workbook.
pub(crate) struct Sheet {
    pub(crate) xml: String,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// All sheets of a workbook, in order.
pub(crate) fn sheets(path: &Path) -> Vec<Sheet> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut archive = ZipArchive::new(file).unwrap();
    let mut part = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let strings: Vec<String> = inside(&part("xl/sharedStrings.xml"), "si")
        .iter()
        .map(|(_, item)| inside(item, "t").iter().map(|(_, text)| decoded(text)).collect())
        .collect();
    let formats = formats(&part("xl/styles.xml"));
    let book = part("xl/workbook.xml");
    let n_sheets = inside(&book, "sheets").first().map_or(0, |(_, sheets)| sheets.matches("<sheet ").count());
    let sheet = |number: usize| {
        let xml = part(&format!("xl/worksheets/sheet{number}.xml"));
        let rows = inside(&xml, "row").iter().map(|(_, row)| cells(row, &strings, &formats)).collect();
        Sheet { xml, rows }
    };
    (1..=n_sheets).map(sheet).collect()
}

/// The format of each cell style.
fn formats(styles: &str) -> Vec<String> {
    let own: Vec<(&str, String)> = (styles.split("<numFmt ").skip(1))
        .map(|format| (attribute(format, "numFmtId"), decoded(attribute(format, "formatCode"))))
        .collect();
    let (_, styles) = inside(styles, "cellXfs")[0];
    let code = |style: &str| {
        let id = attribute(style, "numFmtId");
        let known = own.iter().find(|(own, _)| *own == id).map(|(_, code)| code.clone());
        known.unwrap_or_else(|| id.to_owned())
    };
    styles.split("<xf ").skip(1).map(code).collect()
}

fn cells(row: &str, strings: &[String], formats: &[String]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for cell in row.split("<c ").skip(1) {
        let (head, body) = cell.split_once('>').unwrap();
        let column = column(attribute(head, "r"));
        while cells.len() < column {
            cells.push(Cell::Empty);
        }
        let style: usize = attribute(head, "s").parse().unwrap_or(0);
        let value = inside(body, "v").first().map(|(_, value)| *value);
        cells.push(match (attribute(head, "t"), value) {
            (_, None) => Cell::Empty,
            ("s", Some(index)) => Cell::Text(strings[index.parse::<usize>().unwrap()].clone()),
            ("", Some(number)) => Cell::Number(number.to_owned(), formats[style].clone()),
            (kind, _) => panic!("a cell of the kind `{kind}`"),
        });
    }
    cells
}

/// `AB12` is in the column 27.
fn column(place: &str) -> usize {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase);
    letters.fold(0, |number, letter| number * 26 + usize::from(letter - b'A') + 1) - 1
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let tag = tag.split('>').next().unwrap_or_default();
    let start = format!("{name}=\"");
    let found = tag.match_indices(&start).find(|(at, _)| *at == 0 || tag[..*at].ends_with(' '));
    found.map_or("", |(at, _)| tag[at + start.len()..].split('"').next().unwrap_or_default())
}

/// Elements of a name: their heads, and what is inside.
pub(crate) fn inside<'a>(xml: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = xml;
    while let Some(start) = rest.find(&open) {
        let after = &rest[start + open.len()..];
        let Some((head, inner)) = after.split_once('>') else { break };
        let is_it = head.is_empty() || head.starts_with([' ', '/']);
        if !is_it || head.ends_with('/') {
            rest = inner;
            continue;
        }
        let Some((inner, tail)) = inner.split_once(&close) else { break };
        found.push((head, inner));
        rest = tail;
    }
    found
}

/// Text without the signs of XML and HTML.
pub(crate) fn decoded(text: &str) -> String {
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2f;", "/"),
    ];
    let text = signs.iter().fold(text.to_owned(), |text, (sign, c)| text.replace(sign, c));
    text.replace("&amp;", "&")
}
