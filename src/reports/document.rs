//! A report as blocks and cells: rendered once per language, written in every format.

use serde::Serialize;

use super::charts::Drawing;

/// A report in one language.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// The report's name.
    pub report: String,
    /// Its title: the text of the first heading.
    pub title: String,
    /// Its blocks in order, the first heading included.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// A heading; levels 1 to 4.
    Heading {
        /// 1 is the title.
        level: u8,
        /// The anchor.
        id: String,
        /// The words.
        inlines: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph {
        /// The words.
        inlines: Vec<Inline>,
    },
    /// A list.
    List {
        /// Numbered or not.
        ordered: bool,
        /// An item is blocks.
        items: Vec<Vec<Block>>,
    },
    /// A quotation.
    Quote {
        /// What is quoted.
        blocks: Vec<Block>,
    },
    /// A line across.
    Rule,
    /// Headline figures.
    Kpis {
        /// In order.
        items: Vec<Kpi>,
    },
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Figure),
    /// A remark that stands out.
    Note {
        /// `info`, `warn` or `missing`.
        tone: String,
        /// The words.
        inlines: Vec<Inline>,
    },
    /// Advice of the playbook.
    Advice {
        /// The situation.
        title: Vec<Inline>,
        /// What to do.
        blocks: Vec<Block>,
        /// The measure that calls for it, in words.
        measure: String,
    },
    /// Control totals.
    Controls {
        /// `totals` or `limits`.
        of: &'static str,
        /// The line that is always seen.
        summary: String,
        /// Each comparison.
        totals: Vec<ControlLine>,
    },
}

/// Words in a line.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inline {
    /// Words of the template.
    Text {
        /// As they are.
        text: String,
    },
    /// A value of a model.
    Cell(Cell),
    /// Strong words.
    Strong {
        /// The words.
        inlines: Vec<Inline>,
    },
    /// Stressed words.
    Emphasis {
        /// The words.
        inlines: Vec<Inline>,
    },
    /// Code.
    Code {
        /// As it is.
        text: String,
    },
    /// A new line.
    Break,
}

/// A shown value, and where it came from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// As the reader sees it.
    pub text: String,
    /// The model.
    pub model: String,
    /// The grain of its row.
    pub key: String,
    /// The column.
    pub column: String,
    /// Below zero.
    pub negative: bool,
    /// A number or a day, which is not broken over lines.
    pub whole: bool,
    /// Not known.
    pub missing: bool,
    /// Where its evidence is, from the page.
    pub href: Option<String>,
}

/// A headline figure.
#[derive(Debug, Clone, Serialize)]
pub struct Kpi {
    /// What it is.
    pub label: Vec<Inline>,
    /// The figure.
    pub value: Cell,
    /// What it is compared with.
    pub notes: Vec<Vec<Inline>>,
    /// A line of its last periods, as SVG for a page.
    pub spark: Option<String>,
}

/// A table.
#[derive(Debug, Clone, Serialize)]
pub struct Table {
    /// What it shows; may be empty.
    pub caption: String,
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// The rows, a cell for each column.
    pub rows: Vec<Vec<TableCell>>,
    /// How many rows are not shown, if any, and what else is to be said of them, in words.
    pub rest: Option<String>,
    /// What is to be said of the rows, whichever are shown.
    #[serde(skip)]
    pub notes: Vec<String>,
    /// How many rows there are, shown or not.
    #[serde(skip)]
    pub total: usize,
    /// The rows shown are the last ones.
    #[serde(skip)]
    pub is_last: bool,
    /// Each cell is of its row and its column, such as from one tier to another.
    #[serde(skip)]
    pub is_matrix: bool,
    /// Where the rows that are not shown are, when some are not.
    pub more: Option<More>,
    /// What stands in the place of rows when there are none.
    pub empty: String,
    /// Where all rows of its model are.
    pub files: Option<FileLinks>,
}

/// The rows of a model beyond those shown.
#[derive(Debug, Clone, Serialize)]
pub struct More {
    /// The model.
    pub model: String,
    /// Where its rows are, from the page.
    pub href: Option<String>,
}

/// The files that hold all rows of a model, relative to the page.
#[derive(Debug, Clone, Serialize)]
pub struct FileLinks {
    /// The words before them.
    pub label: String,
    /// The spreadsheet.
    pub excel: String,
    /// The text file.
    pub csv: String,
}

/// A column of a table.
#[derive(Debug, Clone, Serialize)]
pub struct TableColumn {
    /// Its heading, the unit included.
    pub title: String,
    /// Numbers stand to the right.
    pub numeric: bool,
    /// A class of its own, such as `tier-key`.
    pub class: Option<String>,
    /// Where the evidence of its cells is, from the page.
    pub href: Option<String>,
}

/// A cell of a table.
#[derive(Debug, Clone, Serialize)]
pub struct TableCell {
    /// The value.
    #[serde(flatten)]
    pub cell: Cell,
    /// The length of the bar behind it, 0 to 100, in tenths of a percent; `None` for no bar.
    pub bar: Option<String>,
    /// A class of its own, such as `tier-key`.
    pub class: Option<String>,
}

/// A chart.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Unique in the report.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What is to be seen in it, in words.
    pub description: String,
    /// It stands beside its neighbours that are small too.
    pub small: bool,
    /// SVG for a page, in its colours; `None` when there is nothing to draw.
    pub themed: Option<String>,
    /// The chart as a file of its own.
    #[serde(skip)]
    pub drawing: Option<Drawing>,
    /// The model that it draws.
    pub model: String,
    /// The columns of that model.
    pub columns: Vec<String>,
    /// Where its evidence is, from the page.
    pub href: Option<String>,
}

/// A control total.
#[derive(Debug, Clone, Serialize)]
pub struct ControlLine {
    /// The model.
    pub model: String,
    /// Both sides in words.
    pub text: String,
    /// The sum that both give.
    pub value: String,
}
