//! What is kept of a proof from run to run.

use arrow::array::RecordBatch;
use serde::{Deserialize, Serialize};

use super::Proof;

/// What is kept of a proof beside its rows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AboutProof {
    columns: Vec<String>,
    table: String,
    n_rows: usize,
    n_adding: Vec<usize>,
    is_mixed: bool,
    grouped_by: Option<String>,
}

impl AboutProof {
    pub(super) fn of(proof: &Proof) -> Self {
        let Proof { columns, table, rows: _, n_rows, n_adding, is_mixed, grouped_by } = proof.clone();
        Self { columns, table, n_rows, n_adding, is_mixed, grouped_by }
    }

    pub(super) fn with(self, rows: Vec<RecordBatch>) -> Proof {
        let Self { columns, table, n_rows, n_adding, is_mixed, grouped_by } = self;
        Proof { columns, table, rows, n_rows, n_adding, is_mixed, grouped_by }
    }
}
