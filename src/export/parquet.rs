//! Parquet, as others read it.

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{RowWriter, broken};
use crate::error::Result;

pub(super) struct ParquetWriter<'a> {
    to: ArrowWriter<Box<dyn Write + Send + 'a>>,
}

impl<'a> ParquetWriter<'a> {
    pub(super) fn new(schema: &SchemaRef, to: Box<dyn Write + Send + 'a>) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by("tierbook".to_owned())
            .build();
        let to = ArrowWriter::try_new(to, Arc::clone(schema), Some(properties)).map_err(broken)?;
        Ok(Self { to })
    }
}

impl RowWriter for ParquetWriter<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.to.write(batch).map_err(broken)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let mut to = self.to.into_inner().map_err(broken)?;
        to.flush().map_err(broken)
    }
}
