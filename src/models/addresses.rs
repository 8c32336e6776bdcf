//! The address of every table of a run: the text that computes it, the parameters that it really uses, and the addresses of
//! all that it reads.

use std::collections::BTreeMap;

use super::staging::Sight;
use super::{Inputs, check};
use crate::engine::bind;
use crate::error::Result;
use crate::names::TableName;
use crate::project::{QueryFile, RuleTable};
use crate::sources::{Fingerprint, Source};
use crate::store::{Address, Digest};

/// Addresses by table.
pub(super) type Addresses = BTreeMap<TableName, Address>;

/// The addresses of tables in an order in which they can be made. `sights` says which rows of a staging table are seen; one
/// that it does not name is seen up to the as-of day.
///
/// # Errors
/// Kind `Project` for a condition that cannot be parsed.
pub(super) fn addresses(
    inputs: Inputs<'_>,
    order: &[TableName],
    sights: &BTreeMap<TableName, Sight>,
) -> Result<Addresses> {
    let mut addresses = Addresses::new();
    for name in order {
        let address = if let Some(source) = inputs.sources.tables.get(name) {
            let prints = inputs.sources.prints.get(name).map_or(&[][..], Vec::as_slice);
            of_source(source, prints)
        } else if let Some(rules) = inputs.project.rules.get(name) {
            of_rules(inputs, rules)
        } else if inputs.graph.absence(name).is_some() {
            Digest::new("absent").text(&name.to_string()).address()
        } else if let Some(query) = inputs.project.queries.get(name) {
            of_query(inputs, query, sights.get(name), &addresses)?
        } else {
            continue;
        };
        addresses.insert(name.clone(), address);
    }
    Ok(addresses)
}

fn of_source(source: &Source, prints: &[Fingerprint]) -> Address {
    let digest = Digest::new("source").text(&source.name.to_string()).text(&format!("{:?}", source.schema));
    let digest = digest.texts(&source.hive_columns).texts(prints.iter().map(|print| &print.file));
    digest.texts(prints.iter().map(|print| &print.blake3)).address()
}

fn of_rules(inputs: Inputs<'_>, rules: &RuleTable) -> Address {
    let text = inputs.project.files.get(&rules.path).map_or("", |text| text.as_ref());
    let digest = Digest::new("rules").text(&rules.name.to_string()).text(text);
    // A restricted build sees of rules for single customers those of its own.
    digest.text(inputs.restriction.map_or("", |restriction| restriction.digest())).address()
}

fn of_query(
    inputs: Inputs<'_>,
    query: &QueryFile,
    sight: Option<&Sight>,
    addresses: &Addresses,
) -> Result<Address> {
    let Inputs { bindings, restriction, .. } = inputs;
    let header = &query.header;
    let bound = bind::bind(&query.query, bindings).to_string();
    let mut digest = Digest::new("table").text(&query.name.to_string()).text(&query.path).text(&bound);
    digest = digest.texts(&header.grain).text(header.order.as_ref().map_or("", |order| &order.text));
    // Conditions are seen to when rows are kept, so that they are part of what was kept.
    let checks = header.checks.iter().map(|(severity, piece)| (format!("{severity:?}"), piece));
    for (kind, piece) in checks.chain(header.totals.iter().map(|piece| ("total".to_owned(), piece))) {
        digest = digest.text(&kind).text(&piece.text).text(&check::bound_text(query, piece, bindings)?);
    }
    digest = digest.text(&format!("{:?} {:?}", header.rows, header.needs));
    digest = digest.texts(header.empty_if_missing.iter().map(|(table, _)| table.to_string()));
    if query.name.is_staging() {
        digest = digest.text(header.as_of.as_ref().map_or("", |column| &column.text));
        digest = digest.text(&match sight {
            Some(Sight::All) => "all".to_owned(),
            _ => format!("up to {} {}", bindings.as_of, bindings.end_of_day()),
        });
    }
    // Whether a table is stored, by which it is told how many rows are read to find those behind a figure.
    digest = digest.text(if inputs.graph.readers(&query.name) > 1 { "several readers" } else { "" });
    digest = digest.text(restriction.map_or("", |restriction| restriction.digest()));
    for read in inputs.graph.reads_of(&query.name) {
        digest = digest.text(&read.to_string()).text(addresses.get(read).map_or("", Address::as_str));
    }
    Ok(digest.address())
}
