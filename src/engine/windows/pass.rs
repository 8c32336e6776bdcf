//! One pass over rows in order, group after group.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowNativeTypeOp, AsArray, Int64Array, PrimitiveArray, RecordBatch, UInt64Array,
};
use arrow::compute::kernels::cmp::distinct;
use arrow::compute::{concat_batches, partition, take};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Decimal128Type, Int64Type, SchemaRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryReservation;
use datafusion::logical_expr::EmitTo;
use datafusion::physical_expr::window::{PlainAggregateWindowExpr, WindowExpr};
use datafusion::physical_plan::metrics::BaselineMetrics;

use super::Function;

/// The pass over one part of the rows. What it holds is one group, of which more rows may come.
pub(super) struct Pass {
    windows: Vec<(Arc<dyn WindowExpr>, Function)>,
    schema: SchemaRef,
    input_schema: SchemaRef,
    held: Vec<RecordBatch>,
    n_held: usize,
    /// Where groups begin in what is held.
    starts: Vec<usize>,
    /// What makes the group of the last row.
    last: Vec<ArrayRef>,
    /// All rows have been given.
    pub(super) is_over: bool,
    reservation: MemoryReservation,
    metrics: BaselineMetrics,
}

impl Pass {
    pub(super) fn new(
        windows: Vec<(Arc<dyn WindowExpr>, Function)>,
        input_schema: SchemaRef,
        schema: SchemaRef,
        reservation: MemoryReservation,
        metrics: BaselineMetrics,
    ) -> Self {
        Self {
            windows,
            schema,
            input_schema,
            held: Vec::new(),
            n_held: 0,
            starts: Vec::new(),
            last: Vec::new(),
            is_over: false,
            reservation,
            metrics,
        }
    }

    /// Takes rows, and gives those of all groups that are complete.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        let compute = self.metrics.elapsed_compute().clone();
        let _timer = compute.timer();
        let keys = self.keys(batch)?;
        let goes_on = !self.last.is_empty() && is_same(&self.last, &keys)?;
        for group in partition(&keys)?.ranges() {
            if group.start > 0 || !goes_on {
                self.starts.push(self.n_held + group.start);
            }
        }
        self.last = keys.iter().map(|key| key.slice(batch.num_rows() - 1, 1)).collect();
        let begin = self.starts.last().copied().unwrap_or_default();
        if begin == 0 {
            self.hold(batch.clone());
            self.reserve()?;
            return Ok(None);
        }
        let own = begin - self.n_held;
        if own > 0 {
            self.hold(batch.slice(0, own));
        }
        self.starts.pop();
        let given = self.give()?;
        self.hold(batch.slice(own, batch.num_rows() - own));
        self.starts.push(0);
        self.reserve()?;
        Ok(Some(given))
    }

    /// Gives the last group.
    pub(super) fn end(&mut self) -> Result<Option<RecordBatch>> {
        self.is_over = true;
        if self.n_held == 0 {
            return Ok(None);
        }
        let compute = self.metrics.elapsed_compute().clone();
        let _timer = compute.timer();
        self.give().map(Some)
    }

    fn keys(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let Some((window, _)) = self.windows.first() else { return Ok(Vec::new()) };
        let rows = batch.num_rows();
        window.partition_by().iter().map(|key| key.evaluate(batch)?.into_array(rows)).collect()
    }

    fn hold(&mut self, batch: RecordBatch) {
        self.n_held += batch.num_rows();
        self.held.push(batch);
    }

    fn reserve(&self) -> Result<()> {
        self.reservation.try_resize(self.held.iter().map(RecordBatch::get_array_memory_size).sum())
    }

    /// All that is held, with what the functions give.
    fn give(&mut self) -> Result<RecordBatch> {
        let batch = concat_batches(&self.input_schema, &self.held)?;
        let ends = self.starts.iter().skip(1).copied().chain([self.n_held]);
        let groups: Vec<Range<usize>> =
            self.starts.iter().zip(ends).map(|(start, end)| *start..end).collect();
        let mut columns = batch.columns().to_vec();
        for (window, function) in &self.windows {
            columns.push(values(window.as_ref(), function, &batch, &groups)?);
        }
        self.held.clear();
        self.starts.clear();
        self.n_held = 0;
        let given = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        self.metrics.record_output(given.num_rows());
        Ok(given)
    }
}

/// Whether the last row of a batch and the first of the next are of one group.
fn is_same(last: &[ArrayRef], keys: &[ArrayRef]) -> Result<bool> {
    for (last, key) in last.iter().zip(keys) {
        if distinct(last, &key.slice(0, 1))?.value(0) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a function gives for each row of whole groups.
fn values(
    window: &dyn WindowExpr,
    function: &Function,
    batch: &RecordBatch,
    groups: &[Range<usize>],
) -> Result<ArrayRef> {
    match function {
        Function::RowNumber => {
            let numbers = groups.iter().flat_map(|group| 1..=group.len() as u64);
            Ok(Arc::new(UInt64Array::from_iter_values(numbers)))
        }
        Function::Shift(by) => {
            let arguments = window.evaluate_args(batch)?;
            let rows = groups.iter().flat_map(|group| {
                group.clone().map(|row| {
                    let from = i64::try_from(row).ok().and_then(|row| usize::try_from(row - by).ok());
                    from.filter(|from| group.contains(from)).map(|from| from as u64)
                })
            });
            Ok(take(&arguments[0], &UInt64Array::from_iter(rows), None)?)
        }
        Function::OfGroup => of_groups(window, batch, groups),
        Function::Running { is_count, with_peers } => {
            let arguments = window.evaluate_args(batch)?;
            let peers = if *with_peers { Some(peers(window, batch)?) } else { None };
            let kind = window.field()?.data_type().clone();
            if *is_count {
                let is_counted = |row: usize| arguments.iter().all(|argument| argument.is_valid(row));
                let counted = (0..batch.num_rows()).map(|row| i64::from(is_counted(row)));
                let ones = Int64Array::from_iter_values(counted);
                return Ok(Arc::new(running(&ones, groups, peers.as_deref())?));
            }
            Ok(match kind {
                DataType::Int64 => {
                    Arc::new(running(arguments[0].as_primitive::<Int64Type>(), groups, peers.as_deref())?)
                }
                _ => {
                    let values = arguments[0].as_primitive::<Decimal128Type>();
                    Arc::new(running(values, groups, peers.as_deref())?.with_data_type(kind))
                }
            })
        }
    }
}

fn of_groups(window: &dyn WindowExpr, batch: &RecordBatch, groups: &[Range<usize>]) -> Result<ArrayRef> {
    let plain = window.as_any().downcast_ref::<PlainAggregateWindowExpr>();
    let aggregate = plain
        .ok_or_else(|| DataFusionError::Internal("an aggregate of groups is none".to_owned()))?
        .get_aggregate_expr();
    let arguments = window.evaluate_args(batch)?;
    let numbers: Vec<usize> =
        groups.iter().enumerate().flat_map(|(number, group)| group.clone().map(move |_| number)).collect();
    let mut accumulator = aggregate.create_groups_accumulator()?;
    accumulator.update_batch(&arguments, &numbers, None, groups.len())?;
    let of_groups = accumulator.evaluate(EmitTo::All)?;
    let numbers = UInt64Array::from_iter_values(numbers.into_iter().map(|number| number as u64));
    Ok(take(&of_groups, &numbers, None)?)
}

/// Rows that the order does not tell apart.
fn peers(window: &dyn WindowExpr, batch: &RecordBatch) -> Result<Vec<Range<usize>>> {
    let rows = batch.num_rows();
    let columns: Vec<ArrayRef> = window
        .order_by()
        .iter()
        .map(|key| key.expr.evaluate(batch)?.into_array(rows))
        .collect::<Result<_>>()?;
    Ok(partition(&columns)?.ranges())
}

/// Sums up to each row of its group; with those of its peers, if there are any. Empty until the first value.
fn running<T: ArrowPrimitiveType>(
    values: &PrimitiveArray<T>,
    groups: &[Range<usize>],
    peers: Option<&[Range<usize>]>,
) -> Result<PrimitiveArray<T>> {
    let mut sums: Vec<Option<T::Native>> = Vec::with_capacity(values.len());
    for group in groups {
        let mut sum: Option<T::Native> = None;
        for row in group.clone() {
            if values.is_valid(row) {
                let value = values.value(row);
                sum = Some(match sum {
                    Some(sum) => sum.add_checked(value)?,
                    None => value,
                });
            }
            sums.push(sum);
        }
    }
    let Some(peers) = peers else { return Ok(PrimitiveArray::from_iter(sums)) };
    let mut starts = groups.iter().map(|group| group.start).peekable();
    for peer in peers {
        // Peers of two groups may lie side by side.
        let mut begin = peer.start;
        while begin < peer.end {
            while starts.next_if(|start| *start <= begin).is_some() {}
            let end = starts.peek().copied().unwrap_or(peer.end).min(peer.end);
            let last = sums[end - 1];
            sums[begin..end].fill(last);
            begin = end;
        }
    }
    Ok(PrimitiveArray::from_iter(sums))
}
