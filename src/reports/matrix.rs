//! `matrix(model, rows=..., columns=..., value=...)`: a model of one row for each pair, as a table of pairs.
//!
//! Kinds stand in the order in which the model first names them; `columns_by` orders those across by a number of the
//! model. A pair that the model does not have is a dot: nobody is there. `where` and `caption` are as for `table`.

use std::sync::Arc;

use minijinja::Error;
use minijinja::value::Kwargs;

use super::data::{Datum, ModelData, plain};
use super::document::{Block, Table, TableCell, TableColumn};
use super::engine::fault;
use super::format::{Column, Decimal};
use super::objects::{ModelObject, Shared, Source, no_column, shown};
use super::tables::{Part, conditions, is_numeric, magnitude};
use super::words::Style;

/// A pair that is not there.
const NOBODY: &str = "·";

pub(super) fn matrix(model: &ModelObject, kwargs: &Kwargs, shared: &Arc<Shared>) -> Result<Block, Error> {
    let data = model.data()?;
    let place = |name: &str| data.column(name).ok_or_else(|| no_column(&model.name, name));
    let column = |argument: &str| place(&kwargs.get::<String>(argument)?);
    let (down, across, value) = (column("rows")?, column("columns")?, column("value")?);
    let order = kwargs.get::<Option<String>>("columns_by")?.map(|name| place(&name)).transpose()?;
    let caption: Option<String> = kwargs.get("caption")?;
    let rows = model.matching(&conditions(kwargs)?)?;
    let mut heads = kinds(data, &rows, across);
    if let Some(order) = order {
        let number = |row: usize| magnitude(&data.rows[row][order]).map_or(f64::MAX, Decimal::to_f64);
        heads.sort_by(|a, b| number(*a).total_cmp(&number(*b)));
    }
    let part = |index: usize| Part { data, index, info: &data.columns[index], shared, rows: &rows };
    let (lines, values) = (part(down), part(value));
    let money = Column::money_beside(shared.words.lang, &shared.words.currency, &[values.fractions()]);
    let style = values.style(false, money);
    let texts = values.texts(style, false);
    let word = |row: usize, column: usize| {
        let info = &data.columns[column];
        shared.words.show(&data.rows[row][column], info.unit, &info.name, Style::Prose)
    };
    let mut columns =
        vec![TableColumn { title: lines.title(Style::Prose)?, numeric: false, class: None, href: None }];
    let numeric = is_numeric(values.info.unit);
    columns.extend(heads.iter().map(|head| TableColumn {
        title: word(*head, across),
        numeric,
        class: part(across).class(*head),
        href: None,
    }));
    let cell = |line: usize, head: usize| {
        let (kind, other) = (&data.rows[line][down], &data.rows[head][across]);
        let is_pair = |row: &usize| data.rows[*row][down] == *kind && data.rows[*row][across] == *other;
        match rows.iter().position(is_pair) {
            Some(place) => values.cell(rows[place], texts[place].clone(), None),
            None => nobody(data, value, kind, other),
        }
    };
    let line = |line: &usize| {
        let first = lines.cell(*line, word(*line, down), None);
        std::iter::once(first).chain(heads.iter().map(|head| cell(*line, *head))).collect()
    };
    let cells: Vec<Vec<TableCell>> = kinds(data, &rows, down).iter().map(line).collect();
    let caption = caption.map_or_else(|| values.title(style), Ok)?;
    let empty = shared.words.fill("no_rows", &[]).map_err(fault)?;
    Ok(Block::Table(Table {
        empty,
        caption,
        columns,
        total: cells.len(),
        rows: cells,
        rest: None,
        notes: Vec::new(),
        is_last: false,
        is_matrix: true,
        more: None,
        files: None,
    }))
}

/// A row for each value of a column, in the order in which they first come.
fn kinds(data: &ModelData, rows: &[usize], column: usize) -> Vec<usize> {
    let mut kinds: Vec<usize> = Vec::new();
    for row in rows {
        if kinds.iter().all(|known| data.rows[*known][column] != data.rows[*row][column]) {
            kinds.push(*row);
        }
    }
    kinds
}

fn nobody(data: &ModelData, value: usize, kind: &Datum, other: &Datum) -> TableCell {
    let source = Source {
        model: data.name.to_string(),
        key: format!("{}/{}", plain(kind), plain(other)),
        column: data.columns[value].name.clone(),
    };
    TableCell { cell: shown(NOBODY.to_owned(), &Datum::Text(String::new()), source), bar: None, class: None }
}
