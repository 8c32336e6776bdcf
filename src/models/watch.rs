//! Rows on their way into the store, and what is seen of them: how many there are, how many break each condition of the header, and
//! whether any two have the same grain. So a table does not have to be read again to be checked.
//!
//! Takes batches in the order in which they are written; gives counts. What they mean is for [`super::check`] to say.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::Schema;
use datafusion::common::hash_utils::{QualityRandomState, create_hashes};
use datafusion::error::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;

use super::check::conditions;
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
        Ok(Some(Self { breaches, seen, grain: Grain::new(columns, is_in_order) }))
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
    pub(super) fn end(self) -> Seen {
        Seen { has_duplicates: self.grain.has_duplicates(), ..self.seen }
    }
}

/// The grain of rows: two may have the same when their 64-bit hashes are equal. Rows that lie side by side where they have the same
/// are compared with the one before; of all others 8 bytes a row are held.
pub(super) struct Grain {
    columns: Vec<usize>,
    /// Rows of the same grain come one after the other.
    is_in_order: bool,
    hashes: Vec<u64>,
    last: Option<u64>,
    has_duplicates: bool,
}

impl Grain {
    /// Over the columns at these places.
    pub(super) fn new(columns: Vec<usize>, is_in_order: bool) -> Self {
        Self { columns, is_in_order, hashes: Vec::new(), last: None, has_duplicates: false }
    }

    /// Looks at some rows.
    ///
    /// # Errors
    /// The engine's own, of columns that have no hash.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> std::result::Result<(), DataFusionError> {
        if self.columns.is_empty() {
            return Ok(());
        }
        if self.is_in_order {
            self.hashes.clear();
        }
        let begin = self.hashes.len();
        self.hashes.resize(begin + batch.num_rows(), 0);
        let columns: Vec<ArrayRef> =
            self.columns.iter().map(|index| Arc::clone(batch.column(*index))).collect();
        // Fixed, so that two runs look at the same rows.
        create_hashes(&columns, &QualityRandomState::with_seed(0), &mut self.hashes[begin..])?;
        if self.is_in_order {
            let before = self.last.iter().chain(&self.hashes);
            let each = self.hashes.iter().skip(usize::from(self.last.is_none()));
            self.has_duplicates |= before.zip(each).any(|(before, own)| before == own);
            self.last = self.hashes.last().copied().or(self.last);
        }
        Ok(())
    }

    /// Whether any two had the same.
    pub(super) fn has_duplicates(mut self) -> bool {
        if !self.is_in_order {
            self.hashes.sort_unstable();
            self.has_duplicates = self.hashes.windows(2).any(|pair| pair[0] == pair[1]);
        }
        self.has_duplicates
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;
    use arrow::datatypes::{DataType, Field};

    use super::*;

    fn has_duplicates(is_in_order: bool, batches: &[&[i64]]) -> bool {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        let mut grain = Grain::new(vec![0], is_in_order);
        for batch in batches {
            let column: ArrayRef = Arc::new(Int64Array::from(batch.to_vec()));
            grain.see(&RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap()).unwrap();
        }
        grain.has_duplicates()
    }

    #[test]
    fn rows_of_the_same_grain_are_found_within_and_across_batches() {
        for is_in_order in [true, false] {
            assert!(!has_duplicates(is_in_order, &[]));
            assert!(!has_duplicates(is_in_order, &[&[], &[1, 2, 3], &[], &[4]]));
            assert!(has_duplicates(is_in_order, &[&[1, 2, 2, 3]]));
            assert!(has_duplicates(is_in_order, &[&[1, 2], &[], &[2, 3]]));
        }
        assert!(has_duplicates(false, &[&[1, 2], &[3, 1]]));
    }
}
