//! What a file comes to, as a file of the store: written batch by batch, read in the columns of the step that it stands for.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::TaskContext;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::super::file_url;
use crate::store::Draft;

/// The columns of what is kept: named by their places, since those of states may share a name.
fn kept_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().enumerate();
    Arc::new(Schema::new(
        fields
            .map(|(place, field)| Field::new(format!("c{place}"), field.data_type().clone(), true))
            .collect::<Vec<_>>(),
    ))
}

/// Runs a step into a draft; gives how many rows it wrote.
pub(super) async fn write(
    plan: Arc<dyn ExecutionPlan>,
    draft: Draft,
    context: Arc<TaskContext>,
) -> Result<(usize, Draft)> {
    let schema = kept_schema(&plan.schema());
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_created_by("tierbook".to_owned())
        .build();
    let mut writer = ArrowWriter::try_new(draft, Arc::clone(&schema), Some(properties))?;
    let mut n_rows = 0;
    let mut rows = execute_stream(plan, context)?;
    while let Some(batch) = rows.try_next().await? {
        n_rows += batch.num_rows();
        writer.write(&RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec())?)?;
    }
    Ok((n_rows, writer.into_inner()?))
}

pub(super) fn partitioned(path: &Path) -> Result<PartitionedFile> {
    let mut file = PartitionedFile::new("", path.metadata()?.len());
    file.object_meta.location = file_url(path)?.prefix().clone();
    Ok(file)
}

/// A scan of what is kept, in the columns of the step that it stands for.
pub(super) fn kept_scan(schema: &SchemaRef, groups: Vec<FileGroup>) -> Result<Arc<dyn ExecutionPlan>> {
    let own = kept_schema(schema);
    let source = Arc::new(ParquetSource::new(Arc::clone(&own)));
    let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source);
    let scan = DataSourceExec::from_data_source(config.with_file_groups(groups).build());
    let columns = schema.fields().iter().enumerate().map(|(place, field)| {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(own.field(place).name(), place));
        (column, field.name().clone())
    });
    Ok(Arc::new(ProjectionExec::try_new(columns.collect::<Vec<_>>(), scan)?))
}
