//! Columns side by side for a terminal: numbers to the right, Chinese as wide as it is.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use comfy_table::{Cell, CellAlignment, Table, TableComponent, presets};

use super::{RowWriter, broken};
use crate::error::Result;
use crate::models::text_columns;

pub(super) struct TableWriter<'a> {
    to: Box<dyn Write + Send + 'a>,
    table: Table,
    alignment: Vec<CellAlignment>,
}

impl<'a> TableWriter<'a> {
    pub(super) fn new(schema: &SchemaRef, to: Box<dyn Write + Send + 'a>) -> Self {
        let alignment: Vec<CellAlignment> = schema
            .fields()
            .iter()
            .map(
                |field| {
                    if field.data_type().is_numeric() { CellAlignment::Right } else { CellAlignment::Left }
                },
            )
            .collect();
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_style(TableComponent::HeaderLines, '─');
        table.set_header(
            schema
                .fields()
                .iter()
                .zip(&alignment)
                .map(|(field, alignment)| Cell::new(field.name()).set_alignment(*alignment)),
        );
        Self { to, table, alignment }
    }
}

impl RowWriter for TableWriter<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = text_columns(batch)?;
        for row in 0..batch.num_rows() {
            self.table.add_row(columns.iter().zip(&self.alignment).map(|(column, alignment)| {
                // A line break or a tab in a name would tear the row apart.
                let cell = column[row].as_deref().unwrap_or("").replace(['\n', '\r', '\t'], " ");
                Cell::new(cell).set_alignment(*alignment)
            }));
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        writeln!(self.to, "{}", self.table.trim_fmt()).and_then(|()| self.to.flush()).map_err(broken)
    }
}
