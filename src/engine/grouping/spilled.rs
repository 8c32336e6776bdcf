//! Groups on disk, in parts by a hash of their keys.

use std::ops::Range;

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::error::ArrowError;
use arrow::ipc::CompressionType;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::{IpcWriteOptions, StreamWriter};
use datafusion::common::hash_utils::{QualityRandomState, create_hashes};
use datafusion::error::{DataFusionError, Result};

use crate::engine::scratch::{Pieces, Scratch};
use crate::error::Error;

/// In how many parts groups are written; each of them fits into memory while all take no more than so many times as much.
const PARTS: usize = 128;

/// Groups in a file.
pub(super) struct Spilled {
    file: Pieces,
    /// Where the pieces of each part lie.
    places: Vec<Vec<Range<u64>>>,
}

impl Spilled {
    /// Without a group.
    pub(super) fn new(scratch: &Scratch) -> Result<Self> {
        Ok(Self { file: scratch.file()?, places: vec![Vec::new(); PARTS] })
    }

    /// Writes groups, whose keys are the first columns.
    pub(super) fn add(&mut self, groups: &RecordBatch, n_keys: usize) -> Result<()> {
        let mut hashes = vec![0; groups.num_rows()];
        // Another seed than that of the tables in memory, and of rows that are dealt out by hash.
        create_hashes(&groups.columns()[..n_keys], &QualityRandomState::with_seed(7), &mut hashes)?;
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); PARTS];
        for (row, hash) in (0_u32..).zip(&hashes) {
            rows[part_of(*hash)].push(row);
        }
        let mut bytes = Vec::new();
        for (part, rows) in rows.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let piece = take_record_batch(groups, &UInt32Array::from(rows))?;
            bytes.clear();
            encode(&piece, &mut bytes).map_err(unsound)?;
            self.places[part].push(self.file.add(&bytes)?);
        }
        Ok(())
    }

    /// How many parts there are.
    pub(super) fn n_parts(&self) -> usize {
        self.places.len()
    }

    /// The groups of a part, piece by piece.
    pub(super) fn part(&mut self, part: usize) -> impl Iterator<Item = Result<RecordBatch>> {
        let Self { file, places } = self;
        places[part].iter().flat_map(|place| match file.read(place.clone()) {
            Ok(bytes) => decode(&bytes).unwrap_or_else(|error| vec![Err(unsound(error))]),
            Err(error) => vec![Err(error)],
        })
    }
}

fn encode(piece: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), ArrowError> {
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME))?;
    let mut writer = StreamWriter::try_new_with_options(bytes, &piece.schema(), options)?;
    writer.write(piece)?;
    writer.finish()
}

fn decode(bytes: &[u8]) -> Result<Vec<Result<RecordBatch>>, ArrowError> {
    let pieces = StreamReader::try_new(bytes, None)?;
    Ok(pieces.map(|piece| piece.map_err(unsound)).collect())
}

/// Groups that cannot be written or read back are no fault of the data.
fn unsound(source: ArrowError) -> DataFusionError {
    let error = Error::environment("groups that were put aside cannot be read back").caused_by(source);
    DataFusionError::External(Box::new(error.help("see whether the disk and the memory are sound")))
}

fn part_of(hash: u64) -> usize {
    usize::try_from(hash >> 57).unwrap_or(0)
}
