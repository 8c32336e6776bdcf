//! Queries that are given up when their joins give more rows than anybody would look at.
//!
//! Takes a physical plan. Gives the same plan with every join counted; what all of them give together is bounded. It is counted
//! in rows, which are the same however the work is split, so that the same query is given up each time.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::TryStreamExt;

/// The plan, given up when there is nothing `left` for its joins to give.
pub(super) fn bounded(plan: Arc<dyn ExecutionPlan>, left: &Arc<Left>) -> Result<Arc<dyn ExecutionPlan>> {
    let count = |node: Arc<dyn ExecutionPlan>| {
        Ok(match is_join(node.as_ref()) {
            true => Transformed::yes(Arc::new(Counted { input: node, left: Arc::clone(left) }) as _),
            false => Transformed::no(node),
        })
    };
    plan.transform_up(count).data()
}

fn is_join(node: &dyn ExecutionPlan) -> bool {
    node.is::<HashJoinExec>()
        || node.is::<SortMergeJoinExec>()
        || node.is::<NestedLoopJoinExec>()
        || node.is::<CrossJoinExec>()
}

/// How many rows the joins of a query may give, and how many they have given.
#[derive(Debug)]
pub(super) struct Left {
    most: u64,
    given: AtomicU64,
}

impl Left {
    pub(super) fn new(most: u64) -> Arc<Self> {
        Arc::new(Self { most, given: AtomicU64::new(0) })
    }

    fn take(&self, rows: usize) -> Result<()> {
        let given = self.given.fetch_add(rows as u64, Ordering::Relaxed) + rows as u64;
        if given > self.most {
            return Err(DataFusionError::Execution(format!("joins give more than {} rows", self.most)));
        }
        Ok(())
    }
}

/// Passes the rows of a join on, and counts them.
#[derive(Debug)]
struct Counted {
    input: Arc<dyn ExecutionPlan>,
    left: Arc<Left>,
}

impl DisplayAs for Counted {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counted: most={}", self.left.most)
    }
}

impl ExecutionPlan for Counted {
    fn name(&self) -> &'static str {
        "Counted"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children
            .pop()
            .ok_or_else(|| DataFusionError::Internal("a counted join has one input".to_owned()))?;
        Ok(Arc::new(Self { input, left: Arc::clone(&self.left) }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let schema = rows.schema();
        let left = Arc::clone(&self.left);
        let counted = rows.and_then(move |batch| {
            let taken = left.take(batch.num_rows());
            async move { taken.map(|()| batch) }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, counted)))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, RecordBatch};
    use arrow::datatypes::{DataType, Field, Schema};
    use datafusion::datasource::MemTable;

    use super::*;
    use crate::engine::{Engine, Limits};
    use crate::names::TableName;
    use crate::project::query_file;

    #[tokio::test]
    async fn a_query_whose_joins_give_too_much_is_given_up_and_any_other_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let engine =
            Engine::new(&Limits { memory: 64 << 20, partitions: 2, ..Limits::default() }, folder.path())
                .unwrap();
        let schema = Arc::new(Schema::new(vec![Field::new("k", DataType::Int64, true)]));
        let keys = Arc::new((0..1_000).map(|n| n % 10).collect::<Int64Array>());
        let rows = RecordBatch::try_new(Arc::clone(&schema), vec![keys]).unwrap();
        let table = MemTable::try_new(schema, vec![vec![rows]]).unwrap();
        engine.register(&TableName::new("a", "x"), Arc::new(table)).unwrap();
        // Ten keys of a hundred rows each: 100,000 pairs, whatever is done with them.
        let sql = "SELECT x.k FROM a.x x JOIN a.x y ON y.k = x.k ORDER BY x.k LIMIT 5";
        let query = query_file::parse_select("test", &sql.into()).unwrap();
        let plan = engine.plan(&query).await.unwrap();
        let rows = engine.collect_bounded(plan.clone(), 100_000).await.unwrap();
        assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 5);
        let error = engine.collect_bounded(plan, 99_999).await.unwrap_err();
        assert!(error.to_string().contains("joins give more than 99999 rows"), "{error}");
    }
}
