//! A model's rows in the store, in its row order, and back as a table of the session.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::Column;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan, SortExpr};
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::check::order_columns;
use super::watch::{Seen, Watch};
use crate::engine::{self, Engine, Scan, execution_fault};
use crate::error::{Error, Result};
use crate::files;
use crate::project::QueryFile;
use crate::store::{Draft, Print};

/// Sorts a plan into the model's row order: its `order`, then its grain.
pub(super) fn ordered(engine: &Engine, query: &QueryFile, plan: LogicalPlan) -> Result<LogicalPlan> {
    let sort: Vec<SortExpr> = row_order(query)
        .into_iter()
        .map(|(column, descends)| Expr::Column(Column::new_unqualified(column)).sort(!descends, false))
        .collect();
    if sort.is_empty() {
        return Ok(plan);
    }
    let frame = engine.frame(plan).sort(sort).map_err(|source| {
        Error::internal(format!("`{}` cannot be put in order", query.name)).caused_by(source)
    })?;
    Ok(frame.into_unoptimized_plan())
}

/// The columns of a model's row order, and whether each descends.
pub fn row_order(query: &QueryFile) -> Vec<(String, bool)> {
    let mut columns = query.header.order.as_ref().map(|order| order_columns(&order.text)).unwrap_or_default();
    for column in &query.header.grain {
        if !columns.iter().any(|(known, _)| known == column) {
            columns.push((column.clone(), false));
        }
    }
    columns
}

/// Names and types only, and every column may be NULL, since plans and batches do not always agree on that.
pub(super) fn plain(schema: &Schema) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), field.data_type().clone(), true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// A column of more text than this is written as it is: to look for what is the same in it costs more than it saves.
const DICTIONARY_BYTES: usize = 64 * 1024;

/// How stored rows are written. The order that they are in is told to who reads them; what lies between which bounds is told of
/// groups of rows, not of every page, since finding the bounds of text takes its time.
fn properties(order: Option<Vec<SortingColumn>>) -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_max_row_group_row_count(Some(128 * 1024))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_write_batch_size(8 * 1024)
        .set_sorting_columns(order)
        .set_created_by("tierbook".to_owned())
        .build()
}

/// A model's row order, in the terms of its file; none if a column is nested, so that places in the file are others.
fn sorting(query: &QueryFile, schema: &Schema) -> Option<Vec<SortingColumn>> {
    if schema.fields().iter().any(|field| field.data_type().is_nested()) {
        return None;
    }
    let columns = row_order(query).into_iter().map(|(column, descending)| {
        let column_idx = i32::try_from(schema.index_of(&column).ok()?).ok()?;
        Some(SortingColumn { column_idx, descending, nulls_first: false })
    });
    columns.collect::<Option<Vec<_>>>().filter(|columns| !columns.is_empty())
}

/// Whether rows in a model's row order have those of the same grain side by side.
pub(super) fn has_grain_in_order(query: &QueryFile) -> bool {
    row_order(query).iter().all(|(column, _)| query.header.grain.contains(column))
}

/// A model's rows in a file, and what was found on the way.
pub(super) struct Written {
    pub(super) draft: (PathBuf, Print),
    pub(super) seen: Option<Seen>,
    pub(super) scans: Vec<Scan>,
}

/// Runs a plan into a Parquet file, batch by batch, on a thread of its own; the rows pass by the watch, if there is one.
///
/// # Errors
/// What running it or watching its rows finds; kind `Environment` when the file cannot be written.
pub(super) async fn write(
    engine: &Engine,
    query: &QueryFile,
    plan: LogicalPlan,
    is_in_order: bool,
    draft: Draft,
    mut watch: Option<Watch>,
) -> Result<Written> {
    let doing = format!("computing `{}`", query.name);
    let checking = format!("checking `{}`", query.name);
    let schema = plain(plan.schema().inner());
    let (mut stream, scans) =
        engine.stream_and_scans(plan).await.map_err(|error| execution_fault(error, &doing))?;
    let path = draft.path().to_path_buf();
    let failed = move |source: parquet::errors::ParquetError| {
        Error::environment(format!("cannot write `{}`", path.display())).caused_by(source)
    };
    let properties = properties(is_in_order.then(|| sorting(query, &schema)).flatten());
    let mut writer = ArrowWriter::try_new(draft, Arc::clone(&schema), Some(properties)).map_err(&failed)?;
    let stopped = doing.clone();
    let writing = async move {
        while let Some(batch) = stream.try_next().await.map_err(|error| execution_fault(error, &doing))? {
            let batch =
                RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()).map_err(|source| {
                    Error::internal(format!("{doing}: a batch has other columns")).caused_by(source)
                })?;
            if let Some(watch) = &mut watch {
                watch.see(&batch).map_err(|error| execution_fault(error, &checking))?;
            }
            writer.write(&batch).map_err(&failed)?;
        }
        let draft = writer.into_inner().map_err(&failed)?.finish()?;
        let seen = watch.map(Watch::end).transpose();
        Ok(Written { draft, seen: seen.map_err(|error| execution_fault(error, &checking))?, scans })
    };
    // Two tables that are computed side by side are written side by side, too.
    engine::beside(writing).await.map_err(|error| execution_fault(error, &stopped))?
}

/// Writes rows that are there; none when there are no batches.
///
/// # Errors
/// Kind `Environment` when the file cannot be written.
pub(super) fn write_batches(batches: &[RecordBatch], draft: Draft) -> Result<Option<(PathBuf, Print)>> {
    let Some(first) = batches.first() else { return Ok(None) };
    let path = draft.path().to_path_buf();
    let failed = |source: parquet::errors::ParquetError| {
        Error::environment(format!("cannot write `{}`", path.display())).caused_by(source)
    };
    let mut writer = ArrowWriter::try_new(draft, first.schema(), Some(properties(None))).map_err(failed)?;
    for batch in batches {
        writer.write(batch).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)?.finish().map(Some)
}

/// Reads stored rows, in one batch.
///
/// # Errors
/// Kind `Internal` when the file is none of ours.
pub(super) fn read(path: &Path) -> Result<Vec<RecordBatch>> {
    let unread = |source: parquet::errors::ParquetError| {
        Error::internal(format!("the stored rows in `{}` cannot be read", path.display())).caused_by(source)
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(files::open(path)?).map_err(unread)?;
    let all = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
    let reader = reader.with_batch_size(all.max(1)).build().map_err(unread)?;
    reader.map(|batch| batch.map_err(|source| unread(source.into()))).collect()
}

/// The columns of stored rows.
///
/// # Errors
/// Kind `Internal` when the file is none of ours.
pub(super) fn schema(path: &Path) -> Result<SchemaRef> {
    let footer = ArrowReaderMetadata::load(&files::open(path)?, ArrowReaderOptions::new());
    footer.map(|footer| Arc::clone(footer.schema())).map_err(|source| {
        Error::internal(format!("the stored rows in `{}` cannot be read", path.display())).caused_by(source)
    })
}

/// A stored model as a table.
pub(super) fn table(schema: SchemaRef, path: &Path) -> Result<Arc<dyn TableProvider>> {
    let table = listing(schema, path).map_err(|source| {
        Error::internal(format!("the stored rows in `{}` cannot be read", path.display())).caused_by(source)
    })?;
    Ok(Arc::new(table))
}

fn listing(schema: SchemaRef, path: &Path) -> Result<ListingTable, DataFusionError> {
    let url = engine::file_url(path)?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension("");
    ListingTable::try_new(ListingTableConfig::new(url).with_listing_options(options).with_schema(schema))
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;
    use arrow::datatypes::DataType;
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;
    use crate::names::TableName;
    use crate::project::query_file;

    const QUERY: &str = "-- grain: customer, day\nSELECT customer, day, amount FROM staging.sales";

    fn query() -> QueryFile {
        query_file::parse(TableName::new("value", "days"), "value/days.sql", QUERY.into()).unwrap()
    }

    fn schema(kind: DataType) -> Schema {
        let names = [("customer", DataType::Int64), ("day", DataType::Int64), ("amount", kind)];
        Schema::new(names.map(|(name, kind)| Field::new(name, kind, true)).to_vec())
    }

    /// Whether the running total of each customer is planned with a sort.
    fn sorts(order: Option<Vec<SortingColumn>>) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("days");
        let schema = Arc::new(schema(DataType::Int64));
        let column = || Arc::new(Int64Array::from(vec![1, 2, 3])) as arrow::array::ArrayRef;
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column(), column(), column()]).unwrap();
        let file = files::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties(order))).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
        context.register_table("days", table(schema, &path).unwrap()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let sql = "SELECT sum(amount) OVER (PARTITION BY customer ORDER BY day) FROM days";
            let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
            displayable(plan.as_ref()).indent(false).to_string().contains("SortExec")
        })
    }

    #[test]
    fn stored_rows_tell_the_order_that_they_are_in() {
        let order = sorting(&query(), &schema(DataType::Int64));
        assert!(order.is_some());
        assert!(!sorts(order));
        assert!(sorts(None));
    }

    #[test]
    fn rows_with_lists_tell_no_order() {
        let list = DataType::new_list(DataType::Int64, true);
        assert_eq!(sorting(&query(), &schema(list)), None);
    }
}
