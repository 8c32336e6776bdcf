//! How a query reads the tables of the warehouse: file by file, or as a whole and why.
//!
//! It is told of tables in several files that are not small. It follows from what the query says and from the files that there are,
//! never from what was kept: the first night says what the hundredth does.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, InputOrderMode};
use serde::{Deserialize, Serialize};

use super::super::exact::adds_floats;
use super::Parts;
use crate::names::TableName;

/// Aggregates whose parts merge exactly, unless they add floating-point numbers.
const EXACT: [&str; 7] = ["sum", "count", "min", "max", "avg", "bool_and", "bool_or"];

/// How a query reads a table of the warehouse that has several files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scan {
    /// The table.
    pub table: TableName,
    /// Why all of its files are read whenever one is new or has changed; none if only that one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_because: Option<String>,
}

impl fmt::Display for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.whole_because {
            None => write!(f, "{} file by file", self.table),
            Some(why) => write!(f, "{} as a whole: {why}", self.table),
        }
    }
}

/// Why a table is read as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whole {
    NotGrouped,
    Changed,
    Joined,
    Ranked,
    United,
    SeveralGroupings,
    SomeGroups,
    InOrder,
    Inexact(String),
    Floating(String),
    Distinct(String),
    StillLearnt,
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGrouped => f.write_str("its rows are not grouped"),
            Self::Changed => f.write_str("more is done with its rows before they are grouped"),
            Self::Joined => f.write_str("its rows are joined before they are grouped"),
            Self::Ranked => f.write_str("its rows are ranked among each other"),
            Self::United => f.write_str("its rows are put beside others before they are grouped"),
            Self::SeveralGroupings => f.write_str("its rows are grouped in several ways at once"),
            Self::SomeGroups => f.write_str("only some of its groups are wanted"),
            Self::InOrder => f.write_str("its groups come in the order of its rows"),
            Self::Inexact(function) => write!(f, "`{function}` cannot be merged from parts"),
            Self::Floating(function) => {
                write!(f, "`{function}` adds floating-point numbers, whose sum depends on their order")
            }
            Self::Distinct(function) => {
                write!(f, "`{function}` of distinct values cannot be merged from parts")
            }
            Self::StillLearnt => f.write_str("a filter is only known while the query runs"),
        }
    }
}

impl Parts {
    /// How the tables of the warehouse are read by a plan.
    pub(in super::super) fn scans(&self, plan: &Arc<dyn ExecutionPlan>) -> Result<Vec<Scan>> {
        let mut scans = Vec::new();
        self.look(plan, &Whole::NotGrouped, &mut scans)?;
        Ok(scans)
    }

    fn look(&self, node: &Arc<dyn ExecutionPlan>, above: &Whole, scans: &mut Vec<Scan>) -> Result<()> {
        let mut above = above.clone();
        let is_grouped = above != Whole::NotGrouped;
        if node.is::<AggregateExec>() {
            match self.find(node)? {
                Ok(found) => {
                    scans.extend(self.scan_of(&found.files, None));
                    return Ok(());
                }
                Err(Some(why)) => above = why,
                // A last step, over a first one that is looked at next.
                Err(None) => {}
            }
        } else if is_grouped && node.name().ends_with("JoinExec") {
            above = Whole::Joined;
        } else if node.name().contains("Window") || node.name() == "GroupsExec" {
            above = Whole::Ranked;
        } else if is_grouped && node.is::<UnionExec>() {
            above = Whole::United;
        } else if let Some(config) = files_below(node)
            && node.is::<DataSourceExec>()
        {
            scans.extend(self.files_of(config).and_then(|files| self.scan_of(&files, Some(&above))));
        }
        node.children().into_iter().try_for_each(|child| self.look(child, &above, scans))
    }

    fn scan_of(&self, files: &[PartitionedFile], why: Option<&Whole>) -> Option<Scan> {
        let table = self.files.get(files.first()?.object_meta.location.as_ref())?.table.clone();
        Some(Scan { table, whole_because: why.map(ToString::to_string) })
    }

    /// The files that a step reads, in the order of their names; none unless they are several files of the warehouse that are not
    /// small.
    pub(super) fn files_of(&self, config: &FileScanConfig) -> Option<Vec<PartitionedFile>> {
        let mut files: BTreeMap<String, PartitionedFile> = BTreeMap::new();
        for file in config.file_groups.iter().flat_map(FileGroup::iter) {
            let mut whole = file.clone();
            whole.range = None;
            files.insert(file.object_meta.location.to_string(), whole);
        }
        let bytes: u64 = files.values().map(|file| file.object_meta.size).sum();
        let is_known = files.keys().all(|place| self.files.contains_key(place));
        let is_worth_it = files.len() > 1 && bytes >= self.least && is_known;
        is_worth_it.then(|| files.into_values().collect())
    }
}

/// Why the merge of parts does not give what the whole gives, to the last digit; none if it does.
pub(super) fn hindrance(aggregate: &AggregateExec) -> Result<Option<Whole>> {
    if aggregate.group_expr().has_grouping_set() {
        return Ok(Some(Whole::SeveralGroupings));
    }
    if aggregate.limit_options().is_some() {
        return Ok(Some(Whole::SomeGroups));
    }
    if *aggregate.input_order_mode() != InputOrderMode::Linear {
        return Ok(Some(Whole::InOrder));
    }
    for function in aggregate.aggr_expr() {
        let name = function.fun().name().to_lowercase();
        if !EXACT.contains(&name.as_str()) || !function.order_bys().is_empty() {
            return Ok(Some(Whole::Inexact(name)));
        }
        if adds_floats(function)? {
            return Ok(Some(Whole::Floating(name)));
        }
        // Distinct values are merged as sets; only counting them does not depend on their order.
        if function.is_distinct() && name != "count" {
            return Ok(Some(Whole::Distinct(name)));
        }
    }
    Ok(None)
}

/// The files that a plan reads row by row, if it does nothing else.
pub(super) fn files_below(plan: &Arc<dyn ExecutionPlan>) -> Option<&FileScanConfig> {
    if let Some(source) = plan.downcast_ref::<DataSourceExec>() {
        let (config, _) = source.downcast_to_file_source::<ParquetSource>()?;
        return config.limit.is_none().then_some(config);
    }
    let is_row_by_row = plan.is::<ProjectionExec>()
        || plan.is::<FilterExec>() && plan.fetch().is_none()
        || plan.is::<CooperativeExec>()
        || plan.is::<RepartitionExec>();
    match plan.children().as_slice() {
        [child] if is_row_by_row => files_below(child),
        _ => None,
    }
}
