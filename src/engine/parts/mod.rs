//! Grouped scans file by file. The groups and sums over a table of many files are those of its files, merged: what each file
//! comes to is kept, and the next time only files that are new or have changed are read.
//!
//! Takes a physical plan, gives one with the same rows, in which each first step of an aggregation right over the files of the
//! warehouse is replaced by a scan of what its files come to. It is done for aggregates whose merge is exact alone: sums of
//! floating-point numbers depend on the order of adding. Of what was kept, some is computed again from the rows each time.

mod kept;
mod scans;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::compute::concat_batches;
use arrow::row::{RowConverter, SortField};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, collect, displayable};
use tokio::task::JoinSet;

use self::kept::{kept_scan, partitioned, write};
pub use self::scans::Scan;
use self::scans::{Whole, files_below, hindrance};
use super::file_url;
use crate::error::Error;
use crate::names::TableName;
use crate::store::{Address, Digest, Draft, Store};

/// The files of the warehouse, and where what they come to is kept.
#[derive(Debug)]
pub struct Parts {
    /// None when nothing is kept from run to run: all files are read, as a whole.
    store: Option<Arc<Store>>,
    /// By their places in the object store.
    files: BTreeMap<String, WarehouseFile>,
    /// Tables whose files have fewer bytes are read as a whole.
    least: u64,
    /// Decides what is computed again.
    seed: String,
    merged: Mutex<Vec<Merged>>,
}

/// A file of the warehouse.
#[derive(Debug, Clone)]
pub struct WarehouseFile {
    /// Whose rows it has.
    pub table: TableName,
    /// What identifies its content.
    pub hash: String,
}

/// A scan that was merged from what its files come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// The files.
    pub files: usize,
    /// Those that had to be read.
    pub read: usize,
}

/// The first step of an aggregation, right over files.
struct Found {
    /// The node of the plan.
    node: Arc<dyn ExecutionPlan>,
    /// Its first step: the node itself, unless it does both.
    first: Arc<dyn ExecutionPlan>,
    /// It does both.
    is_whole: bool,
    files: Vec<PartitionedFile>,
    text: String,
}

impl Parts {
    /// Of the files at these paths.
    pub fn new(
        store: Option<Arc<Store>>,
        files: impl IntoIterator<Item = (PathBuf, WarehouseFile)>,
        least: u64,
        seed: &str,
    ) -> Self {
        let files = files
            .into_iter()
            .filter_map(|(path, file)| Some((file_url(&path).ok()?.prefix().to_string(), file)))
            .collect();
        Self { store, files, least, seed: seed.to_owned(), merged: Mutex::new(Vec::new()) }
    }

    /// The scans that were merged since the last call.
    pub fn take_merged(&self) -> Vec<Merged> {
        std::mem::take(&mut *self.merged.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same plan over what was kept.
    pub(super) async fn rewrite(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        context: &Arc<TaskContext>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(store) = &self.store else { return Ok(plan) };
        let mut found = Vec::new();
        plan.apply(|node| {
            Ok(match self.find(node)? {
                Ok(one) => {
                    found.push(one);
                    TreeNodeRecursion::Jump
                }
                Err(_) => TreeNodeRecursion::Continue,
            })
        })?;
        let mut replacements = Vec::new();
        for one in found {
            let mut scan = self.scan(&one, store, context).await?;
            if one.is_whole {
                scan = finished(&one, in_one(scan))?;
            }
            replacements.push((one.node, scan));
        }
        if replacements.is_empty() {
            return Ok(plan);
        }
        plan.transform_down(|node| {
            let scan = replacements.iter().find(|(own, _)| Arc::ptr_eq(own, &node));
            Ok(match scan {
                Some((_, scan)) => Transformed::new(Arc::clone(scan), true, TreeNodeRecursion::Jump),
                None => Transformed::no(node),
            })
        })
        .data()
    }

    /// A first step of an aggregation that is done file by file; why it is not, or nothing if it is no first step.
    fn find(&self, node: &Arc<dyn ExecutionPlan>) -> Result<Result<Found, Option<Whole>>> {
        let Some(aggregate) = node.downcast_ref::<AggregateExec>() else { return Ok(Err(None)) };
        // Over one part of a table both steps are one.
        let is_whole = match aggregate.mode() {
            AggregateMode::Partial => false,
            AggregateMode::Single => true,
            _ => return Ok(Err(None)),
        };
        if let Some(why) = hindrance(aggregate)? {
            return Ok(Err(Some(why)));
        }
        let Some(config) = files_below(aggregate.input()) else { return Ok(Err(Some(Whole::Changed))) };
        let Some(files) = self.files_of(config) else { return Ok(Err(None)) };
        let text = text(aggregate, config)?;
        // What a filter is still to learn while it runs is of no address.
        if text.contains("DynamicFilter") {
            return Ok(Err(Some(Whole::StillLearnt)));
        }
        let first = if is_whole { first_step(aggregate)? } else { Arc::clone(node) };
        Ok(Ok(Found { node: Arc::clone(node), first, is_whole, files, text }))
    }

    /// What the files of a found step come to: kept, or computed now and kept.
    async fn scan(
        &self,
        found: &Found,
        store: &Store,
        context: &Arc<TaskContext>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut addresses = Vec::new();
        let mut missing = Vec::new();
        for file in &found.files {
            let place = file.object_meta.location.to_string();
            let hash = self.files.get(&place).map_or("", |file| &file.hash);
            let values: Vec<String> =
                file.partition_values.iter().map(|value| format!("{value:?}")).collect();
            let address = Digest::new("part").text(&found.text).text(hash).texts(values).address();
            match store.find::<usize>(&address).and_then(|kept| kept.path) {
                Some(path) => addresses.push((address, Some(path))),
                None => {
                    missing.push((addresses.len(), file.clone()));
                    addresses.push((address, None));
                }
            }
        }
        let n_read = missing.len();
        let n_threads = context.session_config().target_partitions().max(1);
        let mut waiting = missing.into_iter();
        let mut running: JoinSet<Result<(usize, usize, Draft)>> = JoinSet::new();
        loop {
            while running.len() < n_threads
                && let Some((number, file)) = waiting.next()
            {
                let plan = of_file(&found.first, file)?;
                let draft = store.draft().map_err(ours)?;
                let context = Arc::clone(context);
                running.spawn(async move {
                    let (rows, draft) = write(plan, draft, context).await?;
                    Ok((number, rows, draft))
                });
            }
            let Some(done) = running.join_next().await else { break };
            let (number, rows, draft) = done.map_err(|error| DataFusionError::External(error.into()))??;
            let draft = draft.finish().map_err(ours)?;
            let place = addresses.get_mut(number);
            if let Some((address, path)) = place {
                *path = store.keep(address, rows, Some(draft)).map_err(ours)?;
            }
        }
        if n_read < found.files.len() {
            self.compare_one(found, &addresses, store, context).await?;
        }
        let merged = Merged { files: found.files.len(), read: n_read };
        self.merged.lock().unwrap_or_else(PoisonError::into_inner).push(merged);
        let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); n_threads];
        for path in addresses.iter().filter_map(|(_, path)| path.as_ref()) {
            let file = partitioned(path)?;
            // The one with the fewest bytes takes it.
            if let Some((bytes, files)) = groups.iter_mut().min_by_key(|(bytes, _)| *bytes) {
                *bytes += file.object_meta.size;
                files.push(file);
            }
        }
        let groups = groups.into_iter().filter(|(_, files)| !files.is_empty());
        kept_scan(&found.first.schema(), groups.map(|(_, files)| FileGroup::new(files)).collect())
    }

    /// Computes again what one of the files comes to, and sees that it is what is used.
    async fn compare_one(
        &self,
        found: &Found,
        addresses: &[(Address, Option<PathBuf>)],
        store: &Store,
        context: &Arc<TaskContext>,
    ) -> Result<()> {
        let digest = blake3::hash(format!("{}\n{}", self.seed, found.text).as_bytes());
        let number = u64::from_le_bytes(digest.as_bytes()[..8].try_into().unwrap_or_default());
        // One of four steps each time: a night reads a few files more, not a few for each step.
        if number % 4 != 0 {
            return Ok(());
        }
        let place = usize::try_from(number / 4 % found.files.len().max(1) as u64).unwrap_or(0);
        let (Some(file), Some((address, Some(path)))) = (found.files.get(place), addresses.get(place)) else {
            return Ok(());
        };
        let scan = kept_scan(&found.first.schema(), vec![FileGroup::new(vec![partitioned(path)?])])?;
        let kept = rows(finished(found, scan)?, context).await?;
        let own = rows(finished(found, of_file(&found.first, file.clone())?)?, context).await?;
        if kept == own {
            return Ok(());
        }
        store.forget(address).map_err(ours)?;
        let error = Error::environment(format!(
            "what was kept of `/{}` is not what its rows come to",
            file.object_meta.location
        ));
        Err(ours(error.help(
            "it was removed from the store: run again, and see whether the disk or the memory is sound",
        )))
    }
}

fn ours(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// Everything that decides what a file comes to, beside its rows.
fn text(aggregate: &AggregateExec, config: &FileScanConfig) -> Result<String> {
    let leaf = FileScanConfigBuilder::from(config.clone()).with_file_groups(Vec::new()).build();
    let chain = over(aggregate.input(), DataSourceExec::from_data_source(leaf))?;
    let mut text = displayable(chain.as_ref()).indent(false).to_string();
    text += &format!("{:?}\n{:?}\n", config.file_schema(), chain.schema());
    for (expression, name) in aggregate.group_expr().expr() {
        text += &format!("by {expression} as {name}\n");
    }
    for (function, filter) in aggregate.aggr_expr().iter().zip(aggregate.filter_expr()) {
        let arguments: Vec<String> =
            function.expressions().iter().map(|argument| argument.to_string()).collect();
        let filter = filter.as_ref().map_or_else(String::new, |filter| filter.to_string());
        let (name, is_distinct) = (function.fun().name(), function.is_distinct());
        text += &format!(
            "{name} {is_distinct} {} ({arguments:?}) where {filter} gives {:?}\n",
            function.ignore_nulls(),
            function.state_fields()?
        );
    }
    Ok(text)
}

/// A chain of steps that go row by row, over another leaf of one partition.
fn over(plan: &Arc<dyn ExecutionPlan>, leaf: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    if plan.is::<DataSourceExec>() {
        return Ok(leaf);
    }
    let children = plan.children();
    let child = children.first().ok_or_else(|| DataFusionError::Internal("a step has no input".into()))?;
    let child = over(child, leaf)?;
    if plan.is::<RepartitionExec>() {
        return Ok(child);
    }
    with_child(plan, child)
}

fn with_child(
    plan: &Arc<dyn ExecutionPlan>,
    child: Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
    Arc::clone(plan).replace_children(vec![child], options)
}

/// The step over a single file.
fn of_file(node: &Arc<dyn ExecutionPlan>, file: PartitionedFile) -> Result<Arc<dyn ExecutionPlan>> {
    let unfit = || DataFusionError::Internal("a step is over no files".into());
    let aggregate = node.downcast_ref::<AggregateExec>().ok_or_else(unfit)?;
    let config = files_below(aggregate.input()).ok_or_else(unfit)?;
    let builder = FileScanConfigBuilder::from(config.clone());
    let leaf = builder.with_file_groups(vec![FileGroup::new(vec![file])]).build();
    let input = over(aggregate.input(), DataSourceExec::from_data_source(leaf))?;
    with_child(node, input)
}

/// The last step over what a file comes to.
fn finished(found: &Found, parts: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let aggregate = found
        .first
        .downcast_ref::<AggregateExec>()
        .ok_or_else(|| DataFusionError::Internal("a step is no aggregation".into()))?;
    Ok(Arc::new(AggregateExec::try_new(
        AggregateMode::Final,
        aggregate.group_expr().as_final(),
        aggregate.aggr_expr().to_vec(),
        vec![None; aggregate.aggr_expr().len()],
        parts,
        aggregate.input_schema(),
    )?))
}

/// The first step of an aggregation that does both.
fn first_step(aggregate: &AggregateExec) -> Result<Arc<dyn ExecutionPlan>> {
    Ok(Arc::new(AggregateExec::try_new(
        AggregateMode::Partial,
        Arc::new(aggregate.group_expr().clone()),
        aggregate.aggr_expr().to_vec(),
        aggregate.filter_expr().to_vec(),
        Arc::clone(aggregate.input()),
        aggregate.input_schema(),
    )?))
}

/// All parts of a plan in one.
fn in_one(plan: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
    match plan.output_partitioning().partition_count() {
        1 => plan,
        _ => Arc::new(CoalescePartitionsExec::new(plan)),
    }
}

/// All rows of a plan, each as comparable bytes, sorted.
async fn rows(plan: Arc<dyn ExecutionPlan>, context: &Arc<TaskContext>) -> Result<Vec<Vec<u8>>> {
    let schema = plan.schema();
    let batches = collect(plan, Arc::clone(context)).await?;
    let batch = concat_batches(&schema, &batches)?;
    let fields = schema.fields().iter().map(|field| SortField::new(field.data_type().clone())).collect();
    let converter = RowConverter::new(fields)?;
    let rows = converter.convert_columns(batch.columns())?;
    let mut rows: Vec<Vec<u8>> = rows.iter().map(|row| row.as_ref().to_vec()).collect();
    rows.sort_unstable();
    Ok(rows)
}
