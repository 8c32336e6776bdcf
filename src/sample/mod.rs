//! A made-up warehouse of any size, for first runs, tests and measurements.
//!
//! Takes a [`SampleSpec`], writes Parquet files below a folder and gives a [`SampleSummary`]. The same specification
//! gives the same bytes. The company of the sample sells ordering, till and membership software to shops and
//! organisations in China.
//!
//! The work goes month by month: customers use the product more or less (`buyers`), order accordingly (`demand`), and
//! the books (`ledger`) number the orders and carry payments and returns into later months. What the sales say of each
//! customer (`standing`) then decides who plays which part (`plan`) in the tables around sales, which are written customer
//! by customer (`around`). Only the customers and one month of rows are in memory. It must never read the clock, the
//! environment or an earlier sample.

mod accounts;
mod around;
mod attributes;
mod balances;
mod buyers;
mod calendar;
mod chain;
mod channels;
mod content;
mod contracts;
mod costs;
mod deals;
mod demand;
mod draw;
mod end_users;
mod files;
mod findings;
mod findings_chain;
mod findings_churn;
mod findings_content;
mod findings_leads;
mod findings_sales;
mod launches;
mod lead_paths;
mod lead_tables;
mod leads;
mod ledger;
mod lists;
mod names;
mod outcomes;
mod overrides;
mod people;
mod places;
mod plan;
mod products;
mod profile;
mod reps;
mod roles;
mod scene;
mod search;
mod shops;
mod standing;
mod stays;
mod subscriptions;
mod tables;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_people;
mod tickets;
mod touches;
mod truth;
mod usage;
mod words;

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use accounts::open_accounts;
use buyers::Buyer;
use calendar::{Calendar, civil};
use chain::Chain;
use draw::Source;
use leads::LeadBook;
use ledger::Ledger;
use reps::Reps;
use scene::Scene;
use standing::Standings;
use stays::Stays;
use tables::Keys;
use truth::Tally;

pub use findings::Section;
pub use truth::{ContractCounts, Planted, PlantedCustomer, Truth, truth_markdown};

/// The most customers and months that a sample may have.
const MOST_CUSTOMERS: u32 = 5_000_000;
const MOST_MONTHS: u32 = 240;

/// The tables, by the first part of their paths.
const TABLES: [&str; 34] = [
    "crm_account",
    "sales_order_line",
    "receipt",
    "contract",
    "product.parquet",
    "sales_rep.parquet",
    "tier_override.parquet",
    "account_cost",
    "activity",
    "channel_cost",
    "community_day.parquet",
    "contact_block.parquet",
    "contact_person",
    "content_day",
    "crm_shop",
    "deal",
    "deal_stage",
    "job_history",
    "launch_campaign.parquet",
    "lead",
    "lead_channel.parquet",
    "lead_event",
    "member",
    "order_credit.parquet",
    "outcome_month",
    "retention_action",
    "search_visit",
    "settlement_balance",
    "subscription_month",
    "survey_answer",
    "target_list.parquet",
    "ticket",
    "usage_day",
    "wallet_estimate.parquet",
];

/// What a sample is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSpec {
    /// Accounts, at least 1; groups, branches and prospects are among them.
    pub customers: u32,
    /// Calendar months of orders, at least 1, the last one being that of `last_day`.
    pub months: u32,
    /// Another seed gives another warehouse.
    pub seed: u64,
    /// The last business day (Asia/Shanghai) with data, from 2012 to 2100; the last month ends with it.
    pub last_day: Date,
}

/// What was written.
#[derive(Debug, Clone)]
pub struct SampleSummary {
    /// Accounts.
    pub customers: u32,
    /// Order lines, refunds included.
    pub lines: u64,
    /// Receipts, refunds included.
    pub receipts: u64,
    /// First day of the first month.
    pub first_day: Date,
    /// Last day with data.
    pub last_day: Date,
    /// What was put in on purpose.
    pub truth: Truth,
}

/// Why a sample could not be made.
#[derive(Debug)]
pub enum SampleError {
    /// The specification asks for what cannot be; the message says what.
    Spec(String),
    /// The folder already has a table of a sample; it is left as it is.
    Occupied(PathBuf),
    /// A file could not be written.
    Write {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl fmt::Display for SampleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spec(message) => f.write_str(message),
            Self::Occupied(path) => write!(f, "`{}` is already there", path.display()),
            Self::Write { path, source } => {
                write!(f, "cannot write `{}`: {source}", path.display())
            }
        }
    }
}

impl std::error::Error for SampleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Spec(_) | Self::Occupied(_) => None,
            Self::Write { source, .. } => Some(&**source),
        }
    }
}

/// Writes a sample warehouse below `out`, which need not exist.
///
/// # Errors
/// When the specification cannot be met, when `out` has a sample already, or when a file cannot be written; what was
/// written up to then stays.
pub fn write_sample(spec: &SampleSpec, out: &Path) -> Result<SampleSummary, SampleError> {
    let calendar = calendar_of(spec)?;
    if let Some(occupied) = TABLES.iter().map(|table| out.join(table)).find(|path| path.exists()) {
        return Err(SampleError::Occupied(occupied));
    }
    let source = Source::new(spec.seed);
    let keys = Keys::new(&calendar, spec.customers);
    let mut reps = Reps::hire(spec.customers, &source);
    let mut accounts = open_accounts(spec.customers, &source, &calendar, &reps);
    let buyers = accounts.iter().map(|account| Buyer::new(account, &source, &calendar)).collect();
    let mut ledger = Ledger::new(&calendar, &source, buyers, Tally::new(&accounts, &calendar, &keys));
    let mut standings = Standings::new(&accounts, &calendar);
    let mut stays = Stays::new(&ledger.buyers, &calendar);
    let (mut lines, mut receipts) = (0, 0);
    for month in &calendar.months {
        let rows = ledger.month(month);
        tables::write_lines(out, month, &rows.lines, &ledger.contracts, &keys)?;
        tables::write_receipts(out, month, &rows.receipts, &ledger.contracts, &keys)?;
        stays.add(month, &ledger.buyers);
        standings.add(&rows.lines);
        lines += rows.lines.len() as u64;
        receipts += rows.receipts.len() as u64;
    }
    let known = standings.finish(&accounts, &ledger.contracts);
    let plan = plan::cast(&accounts, &known, &source, &calendar);
    attributes::settle(&mut accounts, &plan, &mut reps, &source, &calendar);
    tables::write_contracts(out, &ledger.contracts, &keys)?;
    tables::write_products(out)?;
    tables::write_reps(out, &reps)?;
    tables::write_accounts(out, &accounts, &keys)?;
    overrides::write_overrides(out, &accounts, &calendar, &keys)?;
    let book = LeadBook::new(&accounts, &known, &plan, &reps, &source, &calendar);
    let scene = Scene {
        accounts: &accounts,
        known: &known,
        plan: &plan,
        reps: &reps,
        book: &book,
        chain: &Chain::default(),
        stays: &stays,
        wave: &[],
        source: &source,
        calendar: &calendar,
        keys: &keys,
    };
    let chain = chain::cast(&scene);
    let wave = subscriptions::cast_wave(&scene);
    let scene = Scene { chain: &chain, wave: &wave, ..scene };
    let sections = around::write_around(out, &scene)?;
    Ok(SampleSummary {
        customers: spec.customers,
        lines,
        receipts,
        first_day: civil(calendar.first_day),
        last_day: spec.last_day,
        truth: ledger.tally.finish(&ledger.contracts, sections),
    })
}

fn calendar_of(spec: &SampleSpec) -> Result<Calendar, SampleError> {
    let refuse = |message: String| Err(SampleError::Spec(message));
    if !(1..=MOST_CUSTOMERS).contains(&spec.customers) {
        return refuse(format!("a sample has 1 to {MOST_CUSTOMERS} customers, not {}", spec.customers));
    }
    if !(1..=MOST_MONTHS).contains(&spec.months) {
        return refuse(format!("a sample has 1 to {MOST_MONTHS} months, not {}", spec.months));
    }
    if !(2012..=2100).contains(&spec.last_day.year()) {
        return refuse(format!(
            "the last day of a sample is in the years 2012 to 2100, not on {}",
            spec.last_day
        ));
    }
    Calendar::new(spec.months, spec.last_day).map_err(|error| SampleError::Spec(error.to_string()))
}
