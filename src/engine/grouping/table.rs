//! Groups in memory, and what they have come to so far.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::error::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::aggregate::AggregateFunctionExpr;
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;
use datafusion::physical_plan::aggregates::{
    AggregateExec, AggregateInputMode, AggregateMode, PhysicalGroupBy, aggregate_expressions,
    evaluate_group_by, evaluate_many,
};

/// By what rows are grouped, and what is computed of each group.
#[derive(Debug)]
pub(super) struct How {
    keys: PhysicalGroupBy,
    /// The columns of the keys.
    key_schema: SchemaRef,
    functions: Vec<Arc<AggregateFunctionExpr>>,
    /// What each function is given.
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
    /// Which rows it is given.
    filters: Vec<Option<Arc<dyn PhysicalExpr>>>,
    /// What comes are no rows, but what groups of them have come to.
    are_states: bool,
}

impl How {
    pub(super) fn of(aggregate: &AggregateExec) -> Result<Self> {
        let keys = aggregate.group_expr().clone();
        let functions = aggregate.aggr_expr().to_vec();
        let are_states = aggregate.mode().input_mode() == AggregateInputMode::Partial;
        let filters = match are_states {
            // They were asked when the states were made.
            true => vec![None; functions.len()],
            false => aggregate.filter_expr().to_vec(),
        };
        Ok(Self {
            key_schema: keys.group_schema(&aggregate.input().schema())?,
            arguments: aggregate_expressions(&functions, aggregate.mode(), keys.num_group_exprs())?,
            keys,
            functions,
            filters,
            are_states,
        })
    }

    /// The same over rows of [`Table::states`].
    pub(super) fn of_states(&self) -> Result<Self> {
        Ok(Self {
            keys: self.keys.as_final(),
            key_schema: Arc::clone(&self.key_schema),
            functions: self.functions.clone(),
            arguments: aggregate_expressions(&self.functions, &AggregateMode::Final, self.n_keys())?,
            filters: vec![None; self.functions.len()],
            are_states: true,
        })
    }

    /// How many columns the keys have.
    pub(super) fn n_keys(&self) -> usize {
        self.keys.num_group_exprs()
    }
}

/// Groups, and what they have come to so far.
pub(super) struct Table {
    groups: Box<dyn GroupValues>,
    sums: Vec<Box<dyn GroupsAccumulator>>,
    /// The group of each row of the batch that is looked at.
    numbers: Vec<usize>,
}

impl Table {
    /// Without a group.
    pub(super) fn new(how: &How) -> Result<Self> {
        let sums = how.functions.iter().map(|function| function.create_groups_accumulator());
        Ok(Self {
            groups: new_group_values(Arc::clone(&how.key_schema), &GroupOrdering::None)?,
            sums: sums.collect::<Result<_>>()?,
            numbers: Vec::new(),
        })
    }

    /// Adds some rows.
    pub(super) fn add(&mut self, how: &How, rows: &RecordBatch) -> Result<()> {
        let arguments = evaluate_many(&how.arguments, rows)?;
        for keys in evaluate_group_by(&how.keys, rows)? {
            self.groups.intern(&keys, &mut self.numbers)?;
            let n_groups = self.groups.len();
            for ((sum, arguments), filter) in self.sums.iter_mut().zip(&arguments).zip(&how.filters) {
                if how.are_states {
                    sum.merge_batch(arguments, &self.numbers, n_groups)?;
                    continue;
                }
                let filter = match filter {
                    Some(filter) => Some(filter.evaluate(rows)?.into_array(rows.num_rows())?),
                    None => None,
                };
                let filter = filter.as_ref().map(|filter| filter.as_boolean());
                sum.update_batch(arguments, &self.numbers, filter, n_groups)?;
            }
        }
        Ok(())
    }

    /// Whether no row was added.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let sums: usize = self.sums.iter().map(|sum| sum.size()).sum();
        self.groups.size() + sums + self.numbers.capacity() * size_of::<usize>()
    }

    /// The groups, of which there has to be one, and what they have come to so far, to be added up elsewhere.
    pub(super) fn states(mut self) -> Result<RecordBatch> {
        let mut columns = self.groups.emit(EmitTo::All)?;
        for sum in &mut self.sums {
            columns.extend(sum.state(EmitTo::All)?);
        }
        // Named by their places, since those of states may share a name.
        let field = |(place, column): (usize, &ArrayRef)| {
            Field::new(format!("c{place}"), column.data_type().clone(), true)
        };
        let fields: Vec<Field> = columns.iter().enumerate().map(field).collect();
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
    }

    /// The groups, and what they have come to.
    pub(super) fn values(mut self, schema: &SchemaRef) -> Result<RecordBatch> {
        if self.is_empty() {
            return Ok(RecordBatch::new_empty(Arc::clone(schema)));
        }
        let mut columns = self.groups.emit(EmitTo::All)?;
        for sum in &mut self.sums {
            columns.push(sum.evaluate(EmitTo::All)?);
        }
        Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
    }
}
