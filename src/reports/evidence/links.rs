//! Cells -> their evidence: what is shown where, and the link that each cell gets.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use crate::names::TableName;
use crate::reports::document::{Block, Cell, Document, Inline};

/// The columns of each model that stand on any page.
pub(in crate::reports) fn shown(documents: &[Document]) -> BTreeMap<TableName, BTreeSet<String>> {
    let mut all: BTreeMap<TableName, BTreeSet<String>> = BTreeMap::new();
    let mut note = |model: &str, column: &str| {
        if let Ok(name) = model.parse::<TableName>() {
            all.entry(name).or_default().insert(column.to_owned());
        }
    };
    for document in documents {
        each_cell(&document.blocks, &mut |cell| note(&cell.model, &cell.column));
        each_chart(&document.blocks, &mut |model, columns| {
            columns.iter().for_each(|column| note(model, column));
        });
    }
    all
}

/// The reports that show each model: name and title.
pub(super) fn reports_by_model(documents: &[Document]) -> BTreeMap<String, Vec<(String, String)>> {
    let mut all: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for document in documents {
        let mut models: BTreeSet<String> = BTreeSet::new();
        let mut note = |model: &str| {
            if !models.contains(model) {
                models.insert(model.to_owned());
            }
        };
        each_cell(&document.blocks, &mut |cell| note(&cell.model));
        each_chart(&document.blocks, &mut |model, _| note(model));
        for model in models {
            all.entry(model).or_default().push((document.report.clone(), document.title.clone()));
        }
    }
    all
}

/// Gives each cell the way to its evidence.
pub(in crate::reports) fn link(documents: &mut [Document], evidence: &Evidence) {
    let ways = evidence.ways();
    let way = |model: &str, column: &str| ways.to(model, column);
    for document in documents {
        link_blocks(&mut document.blocks, &way);
    }
}

type Way<'a> = &'a dyn Fn(&str, &str) -> Option<String>;

fn link_blocks(blocks: &mut [Block], way: Way<'_>) {
    for block in blocks {
        match block {
            Block::Heading { inlines, .. } | Block::Paragraph { inlines } | Block::Note { inlines, .. } => {
                link_words(inlines, way);
            }
            Block::List { items, .. } => items.iter_mut().for_each(|item| link_blocks(item, way)),
            Block::Quote { blocks } => link_blocks(blocks, way),
            Block::Advice { title, blocks, .. } => {
                link_words(title, way);
                link_blocks(blocks, way);
            }
            Block::Kpis { items } => {
                for kpi in items {
                    link_words(&mut kpi.label, way);
                    link_cell(&mut kpi.value, way);
                    kpi.notes.iter_mut().for_each(|note| link_words(note, way));
                }
            }
            Block::Table(table) => {
                let first = table.rows.first().cloned().unwrap_or_default();
                for (column, cell) in table.columns.iter_mut().zip(&first) {
                    column.href = way(&cell.cell.model, &cell.cell.column);
                }
                if let Some(more) = &mut table.more {
                    more.href = way(&more.model, super::ROWS);
                }
            }
            Block::Chart(figure) => figure.href = way(&figure.model, super::ROWS),
            Block::Rule | Block::Controls { .. } => {}
        }
    }
}

fn link_words(inlines: &mut [Inline], way: Way<'_>) {
    for inline in inlines {
        match inline {
            Inline::Cell(cell) => link_cell(cell, way),
            Inline::Strong { inlines } | Inline::Emphasis { inlines } => link_words(inlines, way),
            Inline::Text { .. } | Inline::Code { .. } | Inline::Break => {}
        }
    }
}

fn link_cell(cell: &mut Cell, way: Way<'_>) {
    if !cell.missing {
        cell.href = way(&cell.model, &cell.column);
    }
}

fn each_cell(blocks: &[Block], see: &mut dyn FnMut(&Cell)) {
    for block in blocks {
        match block {
            Block::Heading { inlines, .. } | Block::Paragraph { inlines } | Block::Note { inlines, .. } => {
                each_word(inlines, see);
            }
            Block::List { items, .. } => items.iter().for_each(|item| each_cell(item, see)),
            Block::Quote { blocks } => each_cell(blocks, see),
            Block::Advice { title, blocks, .. } => {
                each_word(title, see);
                each_cell(blocks, see);
            }
            Block::Kpis { items } => {
                for kpi in items {
                    each_word(&kpi.label, see);
                    see(&kpi.value);
                    kpi.notes.iter().for_each(|note| each_word(note, see));
                }
            }
            Block::Table(table) => table.rows.iter().flatten().for_each(|cell| see(&cell.cell)),
            Block::Chart(_) | Block::Rule | Block::Controls { .. } => {}
        }
    }
}

fn each_word(inlines: &[Inline], see: &mut dyn FnMut(&Cell)) {
    for inline in inlines {
        match inline {
            Inline::Cell(cell) => see(cell),
            Inline::Strong { inlines } | Inline::Emphasis { inlines } => each_word(inlines, see),
            Inline::Text { .. } | Inline::Code { .. } | Inline::Break => {}
        }
    }
}

fn each_chart(blocks: &[Block], see: &mut dyn FnMut(&str, &[String])) {
    for block in blocks {
        if let Block::Chart(figure) = block {
            see(&figure.model, &figure.columns);
        }
    }
}
