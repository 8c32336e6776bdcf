//! Whether any two rows of a table may have the same grain.
//!
//! Takes batches in the order in which they are written. Rows that lie side by side where they have the same are compared with the
//! one before. Of all others 64-bit hashes are held, and from some millions of rows on in a file, so that the memory that this
//! takes does not grow with the table. Equal hashes are no proof: what they say is looked at by a query.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use datafusion::common::hash_utils::{QualityRandomState, create_hashes};
use datafusion::error::DataFusionError;

use crate::engine::{Pieces, Scratch};

type Result<T> = std::result::Result<T, DataFusionError>;

/// How many hashes are held in memory.
const MOST_HELD: usize = 4 << 20;

/// Into how many pieces the hashes of a file are cut, by their first bits.
const PIECES: usize = 256;

/// The grain of rows.
pub(super) struct Grain {
    columns: Vec<usize>,
    seen: Hashes,
    has_duplicates: bool,
}

/// What is held of the rows that have been seen.
enum Hashes {
    /// Rows of the same grain come one after the other: the last one tells.
    Last(Option<u64>),
    /// They may lie anywhere.
    All { held: Vec<u64>, most: usize, runs: Option<Runs>, scratch: Scratch },
}

impl Grain {
    /// Over the columns at these places, of rows of which those with the same grain come one after the other.
    pub(super) fn in_order(columns: Vec<usize>) -> Self {
        Self { columns, seen: Hashes::Last(None), has_duplicates: false }
    }

    /// Over the columns at these places, of rows in any order.
    pub(super) fn anywhere(columns: Vec<usize>, scratch: Scratch) -> Self {
        let seen = Hashes::All { held: Vec::new(), most: MOST_HELD, runs: None, scratch };
        Self { columns, seen, has_duplicates: false }
    }

    /// Looks at some rows.
    ///
    /// # Errors
    /// The engine's own, of columns that have no hash; that of the machine, when hashes cannot be written.
    pub(super) fn see(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let columns: Vec<ArrayRef> =
            self.columns.iter().map(|index| Arc::clone(batch.column(*index))).collect();
        let mut hashes = vec![0; batch.num_rows()];
        // Fixed, so that two runs look at the same rows.
        create_hashes(&columns, &QualityRandomState::with_seed(0), &mut hashes)?;
        match &mut self.seen {
            Hashes::Last(last) => {
                let before = last.iter().chain(&hashes);
                let each = hashes.iter().skip(usize::from(last.is_none()));
                self.has_duplicates |= before.zip(each).any(|(before, own)| before == own);
                *last = hashes.last().copied().or(*last);
            }
            Hashes::All { held, most, runs, scratch } => {
                held.append(&mut hashes);
                if held.len() >= *most {
                    let runs = match runs {
                        Some(runs) => runs,
                        None => runs.insert(Runs::new(scratch)?),
                    };
                    runs.add(held)?;
                    held.clear();
                }
            }
        }
        Ok(())
    }

    /// Whether any two may have the same.
    ///
    /// # Errors
    /// That of the machine, when hashes cannot be read back.
    pub(super) fn has_duplicates(self) -> Result<bool> {
        Ok(match self.seen {
            Hashes::Last(_) => self.has_duplicates,
            Hashes::All { mut held, runs: None, .. } => has_equal(&mut held),
            Hashes::All { mut held, runs: Some(mut runs), .. } => {
                runs.add(&mut held)?;
                drop(held);
                runs.has_equal()?
            }
        })
    }
}

fn has_equal(hashes: &mut [u64]) -> bool {
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// Sorted runs of hashes in a file.
struct Runs {
    file: Pieces,
    /// Where the pieces of each run begin, and where the last one ends.
    runs: Vec<Vec<u64>>,
}

impl Runs {
    fn new(scratch: &Scratch) -> Result<Self> {
        Ok(Self { file: scratch.file()?, runs: Vec::new() })
    }

    fn add(&mut self, hashes: &mut [u64]) -> Result<()> {
        hashes.sort_unstable();
        let begin = self.file.end();
        let cut = |piece: usize| hashes.partition_point(|hash| piece_of(*hash) < piece) as u64;
        self.runs.push((0..=PIECES).map(|piece| begin + cut(piece) * 8).collect());
        for some in hashes.chunks(64 * 1024) {
            let bytes: Vec<u8> = some.iter().flat_map(|hash| hash.to_le_bytes()).collect();
            self.file.add(&bytes)?;
        }
        Ok(())
    }

    fn has_equal(&mut self) -> Result<bool> {
        for piece in 0..PIECES {
            let mut hashes = Vec::new();
            for run in &self.runs {
                let bytes = self.file.read(run[piece]..run[piece + 1])?;
                let (each, _) = bytes.as_chunks::<8>();
                hashes.extend(each.iter().map(|bytes| u64::from_le_bytes(*bytes)));
            }
            if has_equal(&mut hashes) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn piece_of(hash: u64) -> usize {
    usize::from(hash.to_be_bytes()[0])
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;
    use crate::engine::{Engine, Limits};

    fn has_duplicates(mut grain: Grain, batches: &[&[i64]]) -> bool {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        for batch in batches {
            let column: ArrayRef = Arc::new(Int64Array::from(batch.to_vec()));
            grain.see(&RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap()).unwrap();
        }
        grain.has_duplicates().unwrap()
    }

    #[test]
    fn rows_of_the_same_grain_are_found_within_and_across_batches_and_runs() {
        let folder = tempfile::tempdir().unwrap();
        let engine =
            Engine::new(&Limits { memory: 1 << 20, partitions: 1, ..Limits::default() }, folder.path())
                .unwrap();
        let anywhere = |most| {
            let seen = Hashes::All { held: Vec::new(), most, runs: None, scratch: engine.scratch() };
            Grain { columns: vec![0], seen, has_duplicates: false }
        };
        let grains: [&dyn Fn() -> Grain; 4] =
            [&|| Grain::in_order(vec![0]), &|| anywhere(usize::MAX), &|| anywhere(1), &|| anywhere(3)];
        for (number, grain) in grains.iter().enumerate() {
            assert!(!has_duplicates(grain(), &[]));
            assert!(!has_duplicates(grain(), &[&[], &[1, 2, 3], &[], &[4]]));
            assert!(has_duplicates(grain(), &[&[1, 2, 2, 3]]));
            assert!(has_duplicates(grain(), &[&[1, 2], &[], &[2, 3]]));
            assert_eq!(has_duplicates(grain(), &[&[1, 2, 9], &[3, 1]]), number > 0);
            let many: Vec<i64> = (0..5_000).collect();
            assert!(!has_duplicates(grain(), &[&many[..3_000], &many[3_000..]]));
            assert_eq!(has_duplicates(grain(), &[&many, &[17]]), number > 0);
        }
    }
}
