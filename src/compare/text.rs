//! A comparison as plain English, the answer first.

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::rows::{ModelChange, ModelState};
use super::texts::{FileChange, State};
use super::tiers::{Move, TierMove};
use super::{Comparison, Reader, ReportChange};
use crate::reports::format;

/// How many lines of a file, columns of a model or models of a report are named.
const NAMED: usize = 6;

impl Comparison {
    /// The answer in one line.
    pub fn first_line(&self) -> String {
        if !self.differs {
            return "nothing changes".to_owned();
        }
        let many = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let customers = self.n_customers.map_or_else(
            || "which customers change tier is not known".to_owned(),
            |n| told(n, "customer changes tier", "customers change tier"),
        );
        let moves = |n: usize| told(many(n), "headline figure moves", "headline figures move");
        let figures = match (self.n_figures, self.headline.len()) {
            (Some(n), _) => moves(n),
            (None, 0) => "which headline figures move is not known".to_owned(),
            (None, n) => format!("at least {}", moves(n)),
        };
        format!("{customers}, {figures}, {}", told(many(self.n_reports), "report changes", "reports change"))
    }

    /// All of it, line by line.
    pub fn text(&self) -> String {
        let mut lines = vec![self.first_line()];
        let same_rows = format!("Both over the same rows, up to {}.", self.as_of);
        lines.push(format!("Before: {}. After: {}. {same_rows}", self.before, self.after));
        let stops = [ModelState::Broken, ModelState::BrokenOnBothSides];
        if self.models.iter().any(|model| stops.contains(&model.state)) {
            lines.push("A run would publish nothing: see the models that cannot be computed.".to_owned());
        }
        section(&mut lines, "Files", self.files.iter().flat_map(file));
        section(
            &mut lines,
            "Parameters",
            self.parameters.iter().map(|change| {
                let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not there".to_owned());
                format!("{}: {} -> {}", change.name, value(&change.before), value(&change.after))
            }),
        );
        section(&mut lines, "Headline figures", self.figures());
        section(&mut lines, "Customers that change tier", self.customers());
        section(&mut lines, "Customers with another tier by the formula, where another one applies", {
            let cells = self.tiers.iter().flat_map(|tiers| &tiers.formula_only);
            matrix(cells.collect::<Vec<_>>().as_slice())
        });
        section(&mut lines, "Models", self.model_lines());
        section(&mut lines, "Reports", self.reports.iter().map(report));
        lines.push(String::new());
        lines.join("\n").trim_end().to_owned()
    }

    fn figures(&self) -> Vec<String> {
        let rows = self.headline.iter().map(|figure| {
            let change = if figure.change_text.is_empty() { "" } else { figure.change_text.as_str() };
            vec![
                plain(&figure.meaning),
                plain(&figure.before_text),
                "->".to_owned(),
                plain(&figure.after_text),
                change.to_owned(),
                if self.has_two_headlines() { figure.model.clone() } else { String::new() },
            ]
        });
        aligned(rows.collect(), &[1, 3, 4])
    }

    fn has_two_headlines(&self) -> bool {
        self.headline.windows(2).any(|pair| pair[0].model != pair[1].model)
    }

    fn customers(&self) -> Vec<String> {
        let Some(tiers) = self.tiers.as_ref().filter(|tiers| tiers.customers > 0) else { return Vec::new() };
        let mut lines = matrix(tiers.matrix.iter().collect::<Vec<_>>().as_slice());
        lines.push(String::new());
        lines.extend(aligned(tiers.moved.iter().map(customer).collect(), &[4]));
        let named = u64::try_from(tiers.moved.len()).unwrap_or(u64::MAX);
        if tiers.customers > named {
            lines.push(format!("and {} more", number(tiers.customers - named)));
        }
        lines
    }

    fn model_lines(&self) -> Vec<String> {
        let (waiting, told): (Vec<&ModelChange>, Vec<&ModelChange>) =
            self.models.iter().partition(|model| model.state == ModelState::NotComputed);
        let mut lines: Vec<String> = told.into_iter().map(model).collect();
        if !waiting.is_empty() {
            let names: Vec<&str> = waiting.iter().map(|model| model.model.as_str()).collect();
            lines.push(format!("not compared, since they read one of these: {}", some(&names)));
        }
        if self.n_compared > 0 {
            let compared = u64::try_from(self.n_compared).unwrap_or(u64::MAX);
            let compared = told_models(compared);
            lines.push(format!("{compared} computed on both sides; no other can differ"));
        }
        lines
    }
}

fn told_models(n: u64) -> String {
    told(n, "model was", "models were")
}

fn told(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

fn number(n: u64) -> String {
    format::integer(i128::from(n))
}

fn section(lines: &mut Vec<String>, title: &str, of: impl IntoIterator<Item = String>) {
    let mut of = of.into_iter().peekable();
    if of.peek().is_none() {
        return;
    }
    lines.extend([String::new(), title.to_owned()]);
    lines.extend(of.map(|line| format!("  {line}").trim_end().to_owned()));
}

fn file(change: &FileChange) -> Vec<String> {
    let what = match change.state {
        State::Added => "added".to_owned(),
        State::Removed => "removed".to_owned(),
        State::Changed => match (change.n_lines_removed, change.n_lines_added) {
            (0, 0) => "changed: the same lines in another order".to_owned(),
            (removed, added) => {
                let lines = |n: usize, what: &str| match n {
                    0 => None,
                    1 => Some(format!("1 line {what}")),
                    n => Some(format!("{n} lines {what}")),
                };
                let counts: Vec<String> =
                    [lines(removed, "gone"), lines(added, "new")].into_iter().flatten().collect();
                format!("changed: {}", counts.join(", "))
            }
        },
    };
    let mut lines = vec![format!("{} {}", plain(&change.path), what)];
    for (sign, of) in [('-', &change.lines_removed), ('+', &change.lines_added)] {
        lines.extend(of.iter().take(NAMED).map(|line| format!("  {sign} {}", plain(line))));
        if of.len() > NAMED {
            lines.push(format!("  {sign} and {} more", of.len() - NAMED));
        }
    }
    lines
}

fn matrix(cells: &[&TierMove]) -> Vec<String> {
    let rows = cells.iter().map(|cell| {
        vec![
            plain(&cell.shown.from),
            "->".to_owned(),
            plain(&cell.shown.to),
            told(cell.customers, "customer", "customers"),
            cell.shown.revenue.clone(),
        ]
    });
    aligned(rows.collect(), &[3, 4])
}

fn customer(moved: &Move) -> Vec<String> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => plain(text),
        other => other.to_string(),
    };
    let name = match text(&moved.customer_name) {
        name if name.is_empty() => text(&moved.customer_id),
        name => name,
    };
    vec![
        name,
        plain(&moved.shown.from),
        "->".to_owned(),
        plain(&moved.shown.to),
        moved.shown.revenue.clone(),
        text(&moved.owner),
    ]
}

fn model(change: &ModelChange) -> String {
    let reason = change.reason.as_deref().map(plain).unwrap_or_default();
    let what = match change.state {
        ModelState::Added => match change.rows_after {
            Some(rows) => format!("new, {}", told(rows, "row", "rows")),
            None => "new".to_owned(),
        },
        ModelState::Removed => "gone".to_owned(),
        ModelState::Unavailable => format!("no longer available: {reason}"),
        ModelState::Available => format!("available now; before, {reason}"),
        ModelState::Broken => format!("cannot be computed: {reason}"),
        ModelState::Mended => format!("can be computed now; before: {reason}"),
        ModelState::BrokenOnBothSides => format!("can be computed on neither side: {reason}"),
        ModelState::NotComputed => "not compared".to_owned(),
        ModelState::Changed => differences(change, &reason),
    };
    format!("{}: {what}", change.model)
}

fn differences(change: &ModelChange, reason: &str) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let names = |names: &[String]| some(&names.iter().map(String::as_str).collect::<Vec<_>>());
    if !change.columns_added.is_empty() {
        pieces.push(format!("new in it: {}", names(&change.columns_added)));
    }
    if !change.columns_removed.is_empty() {
        pieces.push(format!("gone from it: {}", names(&change.columns_removed)));
    }
    for column in &change.columns_retyped {
        pieces.push(format!("{} was {} and is {}", column.column, column.before, column.after));
    }
    match &change.rows {
        Some(rows) => {
            let of =
                change.rows_before.map_or_else(String::new, |n| format!(" of {}", told(n, "row", "rows")));
            if rows.changed > 0 {
                pieces.push(format!("{}{of} changed", number(rows.changed)));
            }
            if rows.removed > 0 {
                pieces.push(format!("{}{of} removed", number(rows.removed)));
            }
            if rows.added > 0 {
                pieces.push(format!("{} added", told(rows.added, "row", "rows")));
            }
        }
        None if change.rows_before != change.rows_after => {
            let rows = |rows: Option<u64>| rows.map(number).unwrap_or_default();
            pieces.push(format!("rows: {} -> {}", rows(change.rows_before), rows(change.rows_after)));
        }
        None => {}
    }
    let columns: Vec<String> = change
        .columns_changed
        .iter()
        .map(|column| format!("{} {}", column.column, number(column.rows)))
        .collect();
    if !columns.is_empty() {
        pieces.push(format!("by column: {}", names(&columns)));
    }
    if !reason.is_empty() {
        pieces.push(reason.to_owned());
    }
    pieces.join("; ")
}

fn report(change: &ReportChange) -> String {
    let mut why: Vec<String> = Vec::new();
    match change.state {
        State::Added => why.push("new".to_owned()),
        State::Removed => why.push("no longer published".to_owned()),
        State::Changed => {}
    }
    if change.template {
        why.push("its template".to_owned());
    }
    if change.looks {
        why.push("what all pages share".to_owned());
    }
    let lists = [
        ("words", &change.words),
        ("advice", &change.advice),
        ("parameters", &change.parameters),
        ("rules", &change.rules),
        ("control totals of", &change.totals),
        ("models", &change.models),
    ];
    for (what, names) in lists {
        if !names.is_empty() {
            why.push(format!("{what} {}", some(&names.iter().map(String::as_str).collect::<Vec<_>>())));
        }
    }
    let readers: Vec<String> = change.recipients.iter().map(reader).collect();
    let readers = match readers.is_empty() {
        true => String::new(),
        false => format!(" (read by {})", readers.join(", ")),
    };
    format!("{}{readers}: {}", change.report, why.join("; "))
}

fn reader(reader: &Reader) -> String {
    match &reader.language {
        Some(language) => format!("{} in {language}", plain(&reader.name)),
        None => plain(&reader.name),
    }
}

/// The first names, and how many more there are.
fn some(names: &[&str]) -> String {
    let first = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Cells in columns, these of them to the right; Chinese is as wide as it is.
fn aligned(rows: Vec<Vec<String>>, right: &[usize]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    for row in rows {
        table.add_row(row.into_iter().enumerate().map(|(index, cell)| {
            let side = if right.contains(&index) { CellAlignment::Right } else { CellAlignment::Left };
            Cell::new(cell).set_alignment(side)
        }));
    }
    table.trim_fmt().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect()
}

/// A text of the warehouse or of a file on one line, without what would drive a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
