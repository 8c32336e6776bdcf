//! A list as a workbook: one table on a sheet, and a sheet of definitions. The bytes follow from the content alone.

use jiff::civil::Date;
use rust_xlsxwriter::{
    DocProperties, Format, FormatAlign, IgnoreError, Table, TableColumn, TableStyle, Worksheet, XlsxError,
};

use super::Column;
use super::about::About;
use super::entries::{Entry, Kind};
use crate::error::{Error, Result};
use crate::reports::format::{currency_digits, decimal};
use crate::reports::words::Words;

/// Widths of columns, in digits of the standard font.
const NARROWEST: usize = 8;
const WIDEST: usize = 48;
const WIDEST_HEADING: usize = 18;
/// A4.
const PAPER: u8 = 9;

/// A workbook that grows row by row.
pub(super) struct Workbook {
    book: rust_xlsxwriter::Workbook,
    list: Worksheet,
    about: Worksheet,
    titles: Vec<(String, Format)>,
    formats: Vec<Format>,
    widths: Vec<usize>,
    digits: u32,
    n_rows: u32,
}

impl Workbook {
    /// A workbook with its definitions and without a row.
    ///
    /// # Errors
    /// Kind `Internal` for what a spreadsheet does not take.
    pub(super) fn new(columns: &[Column], about: &About, words: &Words, as_of: Date) -> Result<Self> {
        let mut book = rust_xlsxwriter::Workbook::new();
        // Without it, the file would carry the time of its making.
        book.set_properties(
            &DocProperties::new()
                .set_title(&about.title)
                .set_subject(&about.as_of)
                .set_author(&about.project)
                .set_creation_datetime(&as_of),
        );
        let mut list = Worksheet::new();
        set_up(&mut list, about, &about.sheets[0]).map_err(|error| broken(&error))?;
        let names = columns.iter().position(|column| column.name == "customer_name");
        // The heading stays in sight, and so does the name where it stands near the left.
        let frozen =
            names.filter(|place| *place < 3).and_then(|place| u16::try_from(place + 1).ok()).unwrap_or(0);
        list.set_freeze_panes(1, frozen).map_err(|error| broken(&error))?;
        list.set_repeat_rows(0, 0).map_err(|error| broken(&error))?;
        let digits = currency_digits(&words.currency);
        let titles =
            columns.iter().map(|column| (column.title.clone(), heading_format(column.kind))).collect();
        Ok(Self {
            book,
            list,
            about: definitions(about).map_err(|error| broken(&error))?,
            titles,
            formats: columns.iter().map(|column| format_of(column, digits)).collect(),
            widths: columns.iter().map(|column| (width(&column.title) + 3).min(WIDEST_HEADING)).collect(),
            digits,
            n_rows: 0,
        })
    }

    /// Writes a row. Text is a string whatever it begins with, never a formula or a link.
    pub(super) fn row(&mut self, columns: &[Column], entries: &[Entry]) -> Result<(), String> {
        let row = self.n_rows + 1;
        for (index, (column, entry)) in (0_u16..).zip(columns.iter().zip(entries)) {
            let place = usize::from(index);
            let format = &self.formats[place];
            let written = match entry {
                Entry::Empty => self.list.write_blank(row, index, format).map(|_| ()),
                Entry::Text(text) => self.list.write_string_with_format(row, index, text, format).map(|_| ()),
                Entry::Number(number) => {
                    self.list.write_number_with_format(row, index, number.to_f64(), format).map(|_| ())
                }
                Entry::Day(day) => self.list.write_date_with_format(row, index, *day, format).map(|_| ()),
            };
            written.map_err(|error| error.to_string())?;
            let needed = match entry {
                Entry::Empty => 0,
                Entry::Text(text) => width(text) + 2,
                Entry::Number(number) => {
                    let digits = if column.kind == Kind::Money { self.digits } else { 1 };
                    decimal(*number, digits).len() + 2
                }
                Entry::Day(_) => 12,
            };
            self.widths[place] = self.widths[place].max(needed);
        }
        self.n_rows = row;
        Ok(())
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// Kind `Internal` for what a spreadsheet does not take.
    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        self.close().map_err(|error| broken(&error))?;
        self.book.push_worksheet(self.list);
        self.book.push_worksheet(self.about);
        self.book.save_to_buffer().map_err(|error| broken(&error))
    }

    fn close(&mut self) -> Result<(), XlsxError> {
        let last = u16::try_from(self.titles.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let columns: Vec<TableColumn> = (self.titles.iter())
            .map(|(title, format)| TableColumn::new().set_header(title).set_header_format(format))
            .collect();
        let table = Table::new().set_name("List").set_style(TableStyle::Light1).set_columns(&columns);
        // A table has a row, be it an empty one.
        let rows = self.n_rows.max(1);
        self.list.add_table(0, 0, rows, last, &table)?;
        self.list.ignore_error_range(1, 0, rows, last, IgnoreError::NumberStoredAsText)?;
        for (index, width) in (0_u16..).zip(&self.widths) {
            let width = u32::try_from((*width).clamp(NARROWEST, WIDEST)).unwrap_or(8);
            self.list.set_column_width(index, f64::from(width))?;
        }
        Ok(())
    }
}

fn broken(error: &XlsxError) -> Error {
    Error::internal(format!("a workbook cannot be written: {error}"))
}

fn format_of(column: &Column, digits: u32) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    let number = |plain: String| match column.is_signed {
        true => format!("+{plain};-{plain};{plain}"),
        false => plain,
    };
    let decimals = match digits {
        0 => String::new(),
        digits => format!(".{}", "0".repeat(usize::try_from(digits).unwrap_or(2))),
    };
    match column.kind {
        // Excel shows a long text of the format `@` as a row of `#`.
        Kind::Phrase => format.set_text_wrap(),
        Kind::Text => format.set_num_format("@"),
        Kind::Money => format.set_num_format(number(format!("#,##0{decimals}"))),
        Kind::Percent => format.set_num_format(number("0.0%".to_owned())),
        Kind::Whole => format.set_num_format(number("#,##0".to_owned())),
        Kind::Decimal => format.set_num_format(number("#,##0.0".to_owned())),
        Kind::Day => format.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
        Kind::Month => format.set_num_format("yyyy-mm").set_align(FormatAlign::Left),
    }
}

fn heading_format(kind: Kind) -> Format {
    let format = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
    match kind {
        Kind::Money | Kind::Percent | Kind::Whole | Kind::Decimal => format.set_align(FormatAlign::Right),
        _ => format.set_align(FormatAlign::Left),
    }
}

/// Prints across an A4 page, as wide as the page, with the name and the day on every one.
fn set_up(sheet: &mut Worksheet, about: &About, name: &str) -> Result<(), XlsxError> {
    // `&` begins a code there, and a longer line is dropped by the spreadsheet.
    let line = |text: &str| text.chars().take(60).collect::<String>().replace('&', "&&");
    sheet.set_name(name)?;
    sheet
        .set_landscape()
        .set_paper_size(PAPER)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.4, 0.4, 0.7, 0.6, 0.3, 0.3)
        .set_header(format!("&L{}&R{}", line(&about.title), line(&about.as_of)))
        .set_footer(format!("&L{}&R&P / &N", line(&about.project)));
    Ok(())
}

fn definitions(about: &About) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    set_up(&mut sheet, about, &about.sheets[1])?;
    let top = Format::new().set_align(FormatAlign::Top);
    let wrapped = top.clone().set_text_wrap();
    let bold = top.clone().set_bold();
    sheet.write_string_with_format(0, 0, &about.title, &Format::new().set_bold().set_font_size(16))?;
    let mut row = 1;
    let merged = wrapped.clone();
    sheet.merge_range(row, 0, row, 3, &about.text, &merged)?;
    // A merged cell does not grow with its text.
    let lines = u32::try_from(width(&about.text).div_ceil(105)).unwrap_or(8).clamp(1, 20);
    sheet.set_row_height(row, f64::from(lines * 16))?;
    row += 2;
    for [what, value] in &about.facts {
        sheet.write_string_with_format(row, 0, what, &bold)?;
        sheet.write_string_with_format(row, 1, value, &top)?;
        row += 1;
    }
    for (title, lines) in &about.tables {
        row += 1;
        sheet.write_string_with_format(row, 0, title, &Format::new().set_bold().set_font_size(13))?;
        row += 1;
        for (index, line) in lines.iter().enumerate() {
            for (column, text) in (0_u16..).zip(line) {
                let format = if index == 0 { &bold } else { &wrapped };
                sheet.write_string_with_format(row, column, text, format)?;
            }
            row += 1;
        }
    }
    for (column, width) in [(0_u16, 30.0), (1, 22.0), (2, 62.0), (3, 24.0)] {
        sheet.set_column_width(column, width)?;
    }
    Ok(sheet)
}

/// How wide a text is: a Chinese character takes two digits and a little.
fn width(text: &str) -> usize {
    let tenths: usize = text.chars().map(|c| if c >= '\u{2e80}' { 22 } else { 11 }).sum();
    tenths.div_ceil(10)
}
