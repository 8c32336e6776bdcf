//! What a model is made from, as a small drawing: its tables to the left, theirs further left. Each is a link.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::code::escape;
use crate::error::{Error, Result};
use crate::models::Graph;
use crate::names::TableName;
use crate::reports::words::Words;

/// The most tables in a column of the drawing.
const MOST: usize = 12;
const ROW: usize = 30;
const BOX: usize = 22;
const GAP: usize = 56;
/// Ten times the width of a letter at this size, with room to spare.
const LETTER: usize = 74;

/// The drawing as SVG; empty when the model reads nothing.
///
/// # Errors
/// Kind `Project` when a language lacks a word.
pub(super) fn draw(
    graph: &Graph,
    model: &TableName,
    known: &BTreeSet<&TableName>,
    words: &Words,
) -> Result<String> {
    let direct = reads(graph, std::slice::from_ref(model), &BTreeSet::new());
    if direct.is_empty() {
        return Ok(String::new());
    }
    let seen: BTreeSet<TableName> = direct.iter().cloned().chain([model.clone()]).collect();
    let further = reads(graph, &direct, &seen);
    let layers = [further, direct.clone(), vec![model.clone()]];
    let height = layers.iter().map(|layer| layer.len().min(MOST + 1)).max().unwrap_or(1) * ROW;
    let mut left = 1;
    let mut places: Vec<(TableName, usize, usize, usize)> = Vec::new();
    let mut boxes = String::new();
    for layer in layers.iter().filter(|layer| !layer.is_empty()) {
        let longest = layer.iter().map(|name| name.to_string().chars().count()).max().unwrap_or(1);
        let width = longest * LETTER / 10 + 16;
        let n_rows = layer.len().min(MOST + 1);
        let top = (height - n_rows * ROW) / 2 + (ROW - BOX) / 2;
        for (row, name) in layer.iter().take(MOST).enumerate() {
            let y = top + row * ROW;
            draw_box(&mut boxes, name, model, known, (left, y, width));
            places.push((name.clone(), left, y, width));
        }
        if layer.len() > MOST {
            let values = [("n".to_owned(), (layer.len() - MOST).to_string())];
            let more = words.fill("evidence.more", &values).map_err(Error::project)?;
            let y = top + MOST * ROW + 15;
            let _ = write!(boxes, "<text x=\"{}\" y=\"{y}\" class=\"graph-more\">", left + 8);
            escape(&mut boxes, &more);
            boxes.push_str("</text>");
        }
        left += width + GAP;
    }
    let lines = lines(graph, &places);
    let values = [("model".to_owned(), model.to_string()), ("tables".to_owned(), list(&direct))];
    let title = words.fill("evidence.graph_title", &values).map_err(Error::project)?;
    let text = words.fill("evidence.graph_text", &values).map_err(Error::project)?;
    let width = left - GAP + 1;
    let mut svg = format!(
        "<svg class=\"graph\" role=\"group\" aria-labelledby=\"graph-t graph-d\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\"><title id=\"graph-t\">"
    );
    escape(&mut svg, &title);
    svg.push_str("</title><desc id=\"graph-d\">");
    escape(&mut svg, &text);
    let _ = write!(svg, "</desc>{lines}{boxes}</svg>");
    Ok(svg)
}

/// The tables that some tables read, without those already there, in order of their names.
fn reads(graph: &Graph, of: &[TableName], seen: &BTreeSet<TableName>) -> Vec<TableName> {
    let all: BTreeSet<TableName> = of.iter().flat_map(|name| graph.reads_of(name).iter().cloned()).collect();
    all.into_iter().filter(|name| !seen.contains(name)).collect()
}

fn draw_box(
    svg: &mut String,
    name: &TableName,
    model: &TableName,
    known: &BTreeSet<&TableName>,
    (x, y, width): (usize, usize, usize),
) {
    let kind = match name.schema() {
        _ if name == model => "graph-own",
        "warehouse" => "graph-source",
        "rules" => "graph-rule",
        _ => "graph-model",
    };
    let has_page = known.contains(name) && name != model;
    // A table of the warehouse is named by its file, whatever signs that has.
    let mut text = String::new();
    escape(&mut text, &name.to_string());
    if has_page {
        let _ = write!(svg, "<a href=\"{text}.html\">");
    }
    let _ = write!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{BOX}\" rx=\"3\" class=\"{kind}\"/>\
         <text x=\"{}\" y=\"{}\" class=\"{kind}\">{text}</text>",
        x + 8,
        y + 15
    );
    if has_page {
        svg.push_str("</a>");
    }
}

fn lines(graph: &Graph, places: &[(TableName, usize, usize, usize)]) -> String {
    let mut svg = String::new();
    for (name, x, y, _) in places {
        for read in graph.reads_of(name) {
            let from = places.iter().find(|(own, left, ..)| own == read && left < x);
            if let Some((_, left, top, width)) = from {
                let (x1, y1, y2) = (left + width, top + BOX / 2, y + BOX / 2);
                let middle = (x1 + x) / 2;
                let _ = write!(
                    svg,
                    "<path d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x} {y2}\" class=\"graph-line\"/>"
                );
            }
        }
    }
    svg
}

fn list(names: &[TableName]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
