//! Rows on their way into the store, and what is seen of them: how many there are, how many break each condition of the header, and
//! whether any two have the same grain. So a table does not have to be read again to be checked.
//!
//! Takes batches in the order in which they are written; gives counts. What they mean is for [`super::check`] to say.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Schema;
use datafusion::error::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;

use super::check::conditions;
use super::grain::Grain;
use crate::engine::Engine;
use crate::error::Result;
use crate::project::{Bindings, QueryFile};

/// What was seen of the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// How many there are.
    pub(super) rows: u64,
    /// How many break each condition.
    pub(super) broken: Vec<u64>,
    /// Whether two may have the same grain.
    pub(super) has_duplicates: bool,
}

/// Looks at rows as they pass by.
pub(super) struct Watch {
    /// True of a row that breaks a condition.
    breaches: Vec<Arc<dyn PhysicalExpr>>,
    seen: Seen,
    grain: Grain,
}

impl Watch {
    /// Over rows with these columns. None when a condition asks for more than a row has to tell: another table, or the newest day.
    ///
    /// # Errors
    /// Kind `Project` for a condition that is none.
    pub(super) fn new(
        query: &QueryFile,
        bindings: &Bindings,
        schema: &Schema,
        engine: &Engine,
        is_in_order: bool,
    ) -> Result<Option<Self>> {
        if query.header.as_of.is_some() {
            return Ok(None);
        }
        let conditions = conditions(query, bindings)?;
        let breaches: Option<Vec<_>> = conditions
            .iter()
            .map(|condition| engine.row_condition(&format!("NOT ({})", condition.sql), schema))
            .collect();
        let columns: std::result::Result<Vec<usize>, _> =
            query.header.grain.iter().map(|column| schema.index_of(column)).collect();
        let (Some(breaches), Ok(columns)) = (breaches, columns) else { return Ok(None) };
        let seen = Seen { rows: 0, broken: vec![0; breaches.len()], has_duplicates: false };
        let grain = match is_in_order {
            true => Grain::in_order(columns),
            false => Grain::anywhere(columns, engine.scratch()),
        };
        Ok(Some(Self { breaches, seen, grain }))
    }

    /// Looks at some rows.
    ///
    /// # Errors
    /// The engine's own, of a condition that cannot be computed.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> std::result::Result<(), DataFusionError> {
        self.seen.rows += batch.num_rows() as u64;
        for (breach, broken) in self.breaches.iter().zip(&mut self.seen.broken) {
            let breaks = breach.evaluate(batch)?.into_array(batch.num_rows())?;
            *broken += breaks.as_boolean_opt().map_or(0, |breaks| breaks.true_count()) as u64;
        }
        self.grain.see(batch)
    }

    /// What was seen when all have passed.
    ///
    /// # Errors
    /// That of the machine, when what was seen cannot be read back.
    pub(super) fn end(self) -> std::result::Result<Seen, DataFusionError> {
        Ok(Seen { has_duplicates: self.grain.has_duplicates()?, ..self.seen })
    }
}
