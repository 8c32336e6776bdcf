//! The rows that a model is fitted to, whatever order they came in: equal ones together, with their number.

use std::collections::BTreeMap;

use datafusion::error::{DataFusionError, Result};

/// Rows of `N` numbers that are not below zero, in rising order, each with how often it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally<const N: usize> {
    // The bits of numbers that are not below zero rise with them.
    rows: BTreeMap<[u64; N], u64>,
}

impl<const N: usize> Tally<N> {
    /// Adds `count` equal rows.
    ///
    /// # Errors
    /// A number that is below zero or not finite.
    pub(super) fn add(&mut self, function: &str, row: [f64; N], count: u64) -> Result<()> {
        if row.iter().any(|number| !number.is_finite() || *number < 0.0) {
            return Err(refused(function, "a number below zero, or none at all"));
        }
        // Of the two zeros the positive one, whose bits come first.
        *self.rows.entry(row.map(|number| (number + 0.0).to_bits())).or_default() += count;
        Ok(())
    }

    /// The rows in their order, with how often each came.
    pub(super) fn rows(&self) -> impl Iterator<Item = ([f64; N], u64)> + '_ {
        self.rows.iter().map(|(bits, count)| (bits.map(f64::from_bits), *count))
    }

    /// How many rows came in all.
    pub(super) fn count(&self) -> u64 {
        self.rows.values().sum()
    }

    /// Bytes that it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        // A node of the tree is half empty at worst.
        self.rows.len() * (N + 1) * size_of::<u64>() * 2
    }
}

/// An argument that the model has no meaning for.
pub(super) fn refused(function: &str, what: &str) -> DataFusionError {
    DataFusionError::Execution(format!("function `{function}` got {what}"))
}
