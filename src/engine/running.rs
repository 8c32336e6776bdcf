//! One query on its way from a plan to rows: what it reads more than once first, then the whole, with our steps in the places
//! of the engine's.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::execution::{SendableRecordBatchStream, SessionState, TaskContext};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::StreamExt;

use super::bounded::{self, Left};
use super::parts::{Parts, Scan};
use super::scratch::Scratch;
use super::shared::{self, Shared};
use super::{Steps, grouping};

/// How many batches of rows are computed before they are read.
const BATCHES_AHEAD: usize = 2;

/// A query on its way.
pub(super) struct Running {
    pub(super) state: SessionState,
    pub(super) context: Arc<TaskContext>,
    pub(super) parts: Option<Arc<Parts>>,
    /// How many rows its joins may give.
    pub(super) left: Option<Arc<Left>>,
    pub(super) spill: PathBuf,
    pub(super) steps: Steps,
    /// How it reads the tables of the warehouse, if that is asked.
    pub(super) scans: Option<Mutex<BTreeSet<Scan>>>,
}

impl Running {
    /// What it reads more than once is computed first; then the whole is computed, ahead of who reads it.
    pub(super) async fn stream(
        &self,
        plan: LogicalPlan,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let mut shared = Shared::default();
        for part in self.shared(&plan) {
            let rows = self.execute(self.physical(&shared.over(part.clone())?).await?).await?;
            shared.add(part, rows, self.memory(), &self.spill).await?;
        }
        let plan = shared.over(plan)?;
        let physical = match self.physical(&plan).await {
            // The engine plans no order for some unions whose sides differ in a constant: it has the rows first, and then their order.
            Err(error) => match shared::sorted(&plan) {
                Some(rows) => {
                    let Ok(physical) = self.physical(rows).await else { return Err(error) };
                    let rows = self.execute(physical).await?;
                    let table =
                        shared.hold(plan.inputs()[0].schema(), rows, self.memory(), &self.spill).await?;
                    self.physical(&shared::sort_over(&plan, table)?).await?
                }
                None => return Err(error),
            },
            Ok(physical) => physical,
        };
        let mut rows = shared.keep_for(self.execute(physical).await?);
        let mut ahead = RecordBatchReceiverStream::builder(rows.schema(), BATCHES_AHEAD);
        let to = ahead.tx();
        ahead.spawn(async move {
            while let Some(batch) = rows.next().await {
                // Who does not read on wants no more.
                if to.send(batch).await.is_err() {
                    break;
                }
            }
            Ok(())
        });
        Ok(ahead.build())
    }

    /// The parts that are computed once.
    fn shared(&self, plan: &LogicalPlan) -> Vec<LogicalPlan> {
        match self.steps {
            Steps::Ours => shared::parts(plan),
            Steps::Engine => Vec::new(),
        }
    }

    /// How it reads the tables of the warehouse; nothing is computed.
    pub(super) async fn scans(&self, plan: LogicalPlan) -> Result<Vec<Scan>, DataFusionError> {
        let Some(parts) = &self.parts else { return Ok(Vec::new()) };
        let mut shared = Shared::default();
        let mut scans = BTreeSet::new();
        for part in self.shared(&plan) {
            scans.extend(parts.scans(&self.physical(&shared.over(part.clone())?).await?)?);
            shared.stand_in(part)?;
        }
        let plan = shared.over(plan)?;
        let physical = match (self.physical(&plan).await, shared::sorted(&plan)) {
            (Err(_), Some(rows)) => self.physical(rows).await?,
            (physical, _) => physical?,
        };
        scans.extend(parts.scans(&physical)?);
        Ok(scans.into_iter().collect())
    }

    fn memory(&self) -> &Arc<dyn MemoryPool> {
        self.context.memory_pool()
    }

    async fn physical(&self, plan: &LogicalPlan) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        self.state.create_physical_plan(plan).await
    }

    async fn execute(
        &self,
        mut physical: Arc<dyn ExecutionPlan>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        if let Some(parts) = &self.parts {
            if let Some(scans) = &self.scans {
                let found = parts.scans(&physical)?;
                scans.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            }
            physical = parts.rewrite(physical, &self.context).await?;
        }
        if let Some(left) = &self.left {
            physical = bounded::bounded(physical, left)?;
        }
        if self.steps == Steps::Ours {
            let most = grouping::share_of(self.memory().memory_limit());
            physical = grouping::bounded(physical, most, &Scratch::new(&self.spill))?;
        }
        execute_stream(physical, Arc::clone(&self.context))
    }
}
