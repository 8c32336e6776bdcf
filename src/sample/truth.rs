//! What was put into a sample on purpose, so that a report over it can be compared with it.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::accounts::Account;
use super::calendar::{Calendar, civil, shanghai_day};
use super::contracts::{Contract, Outcome};
use super::findings::Section;
use super::ledger::{LineRow, Status};
use super::roles::Part;
use super::tables::Keys;

/// What a customer was planted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// Fake key account: one or two bulk purchases in the window and none in its last six months.
    Occasional,
    /// Fake key account: large repeat demand at a negative gross profit.
    Unprofitable,
    /// Fake key account: the highest discounts, and a contribution below zero.
    Squeezer,
    /// Bought before the window and returned goods within it: net negative.
    LateRefund,
    /// Two accounts of the same name.
    SameName,
    /// An internal account (`is_test`).
    Internal,
}

impl Planted {
    fn of(part: Part) -> Option<Self> {
        match part {
            Part::Occasional => Some(Self::Occasional),
            Part::Unprofitable => Some(Self::Unprofitable),
            Part::Squeezer => Some(Self::Squeezer),
            Part::LateRefund => Some(Self::LateRefund),
            Part::Twin => Some(Self::SameName),
            Part::Internal => Some(Self::Internal),
            Part::Ordinary | Part::Silent => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Occasional => "occasional bulk buyer",
            Self::Unprofitable => "unprofitable",
            Self::Squeezer => "squeezer",
            Self::LateRefund => "late refund",
            Self::SameName => "same name",
            Self::Internal => "internal",
        }
    }
}

/// One planted customer, with what all its lines of the window add up to, money in cents.
#[derive(Debug, Clone)]
pub struct PlantedCustomer {
    /// What it was planted as.
    pub planted: Planted,
    /// The warehouse's number of the account.
    pub account_no: String,
    /// Its name.
    pub account_name: String,
    /// Net of discount, refunds deducted.
    pub revenue: i64,
    /// Cost of the same lines.
    pub cost: i64,
    /// Discount given on them.
    pub discount: i64,
    /// In how many calendar months it bought.
    pub n_months: u32,
}

/// How the contracts stand on the last day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContractCounts {
    /// Paid in full, with an instalment or a final payment among the receipts.
    pub closed: u32,
    /// Closed, and what was paid too much has gone back.
    pub overpaid: u32,
    /// Part of the money is still to come.
    pub open: u32,
    /// Paid in full by deposits alone: not closed.
    pub deposits_only: u32,
    /// Given up, deposit returned.
    pub refunded: u32,
    /// Given up, deposit kept.
    pub forfeited: u32,
}

/// What was put into a sample on purpose.
#[derive(Debug, Clone)]
pub struct Truth {
    /// The last twelve full months, first and last day; none in a shorter sample.
    pub window: Option<(Date, Date)>,
    /// The planted customers, by what they were planted as, then by number.
    pub customers: Vec<PlantedCustomer>,
    /// The contracts.
    pub contracts: ContractCounts,
    /// The tables around sales.
    pub sections: Vec<Section>,
}

/// Adds up the lines of the planted customers.
pub(super) struct Tally {
    /// First day and the one after the last.
    window: Option<(i32, i32)>,
    /// By place of the account, ascending.
    planted: Vec<(u32, PlantedCustomer, Option<u32>)>,
    calendar_months: Vec<i32>,
}

impl Tally {
    pub(super) fn new(accounts: &[Account], calendar: &Calendar, keys: &Keys) -> Self {
        let planted = (0..).zip(accounts).filter_map(|(place, account): (u32, &Account)| {
            let customer = PlantedCustomer {
                planted: Planted::of(account.part)?,
                account_no: keys.account(place).to_string(),
                account_name: account.name.clone(),
                revenue: 0,
                cost: 0,
                discount: 0,
                n_months: 0,
            };
            Some((place, customer, None))
        });
        let window = calendar.window_start().zip(calendar.last_full).map(|(start, last)| {
            let after = calendar.months.get(last as usize + 1);
            let end = after.map_or(calendar.last_day + 1, |month| month.first);
            (calendar.months[start as usize].first, end)
        });
        let calendar_months = calendar.months.iter().map(|month| month.first).collect();
        Self { window, planted: planted.collect(), calendar_months }
    }

    /// Adds a line; lines must come in order of time.
    pub(super) fn add(&mut self, row: &LineRow) {
        let Ok(index) = self.planted.binary_search_by_key(&row.buyer, |(place, ..)| *place) else {
            return;
        };
        // What has not closed is no revenue.
        if row.contract.is_none() && matches!(row.status, Status::Pending) {
            return;
        }
        let day = shanghai_day(row.at);
        if self.window.is_none_or(|(start, end)| day < start || day >= end) {
            return;
        }
        let (_, customer, last_month) = &mut self.planted[index];
        customer.revenue += row.line.net();
        customer.cost += row.line.cost;
        customer.discount += row.line.discount;
        let month = u32::try_from(self.calendar_months.partition_point(|first| *first <= day)).ok();
        if row.line.quantity > 0 && *last_month != month {
            *last_month = month;
            customer.n_months += 1;
        }
    }

    pub(super) fn finish(self, contracts: &[Contract], sections: Vec<Section>) -> Truth {
        let mut customers: Vec<PlantedCustomer> =
            self.planted.into_iter().map(|(_, customer, _)| customer).collect();
        customers.sort_by_key(|customer| customer.planted as u8);
        let mut counts = ContractCounts::default();
        for contract in contracts {
            let count = match contract.outcome {
                Outcome::Closed => &mut counts.closed,
                Outcome::Overpaid => &mut counts.overpaid,
                Outcome::Open => &mut counts.open,
                Outcome::DepositsOnly => &mut counts.deposits_only,
                Outcome::Refunded => &mut counts.refunded,
                Outcome::Forfeited => &mut counts.forfeited,
            };
            *count += 1;
        }
        Truth {
            window: self.window.map(|(start, end)| (civil(start), civil(end - 1))),
            customers,
            contracts: counts,
            sections,
        }
    }
}

/// The truth as a Markdown page.
pub fn truth_markdown(truth: &Truth) -> String {
    let mut page = String::from("# What this sample holds on purpose\n\n");
    page.push_str("Compare a report over the sample with this page. Customers and numbers are made up.\n\n");
    match truth.window {
        None => page
            .push_str("The sample is shorter than twelve full months: no fake key accounts are planted.\n"),
        Some((first, last)) => {
            let line = format!("Figures are in yuan, from {first} to {last}, refunds deducted.\n");
            page.push_str(&line);
        }
    }
    page.push_str(
        "\nOccasional, unprofitable and squeezer are planted fake key accounts. Others may have too little profit by \
         chance.\nA squeezer has no gross profit either, so the test for unprofitable ones finds it as well.\n\n",
    );
    page.push_str(
        "| planted as | account | name | revenue | gross profit | discount rate | months with orders |\n",
    );
    page.push_str("| --- | --- | --- | ---: | ---: | ---: | ---: |\n");
    for customer in &truth.customers {
        let profit = customer.revenue - customer.cost;
        let gross = customer.revenue + customer.discount;
        let rate =
            if gross > 0 { format!("{} %", customer.discount * 100 / gross) } else { "n/a".to_owned() };
        let name = customer.account_name.replace('|', "\\|");
        let (word, number, months) = (customer.planted.word(), &customer.account_no, customer.n_months);
        let (revenue, profit) = (yuan(customer.revenue), yuan(profit));
        writeln!(page, "| {word} | {number} | {name} | {revenue} | {profit} | {rate} | {months} |")
            .expect("writing to memory cannot fail");
    }
    let counts = truth.contracts;
    page.push_str("\n| contracts | number |\n| --- | ---: |\n");
    for (word, count) in [
        ("closed", counts.closed),
        ("closed, over-paid and the rest given back", counts.overpaid),
        ("open", counts.open),
        ("paid in full by deposits alone, so not closed", counts.deposits_only),
        ("given up, deposit given back", counts.refunded),
        ("given up, deposit kept", counts.forfeited),
    ] {
        writeln!(page, "| {word} | {count} |").expect("writing to memory cannot fail");
    }
    for section in &truth.sections {
        page.push_str(&section_markdown(section));
    }
    page
}

fn section_markdown(section: &Section) -> String {
    let mut text = format!("\n## {}\n\n", section.title);
    if !section.about.is_empty() {
        text.push_str(section.about);
        text.push_str("\n\n");
    }
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        for cell in cells {
            text.push_str("| ");
            text.push_str(cell);
            text.push(' ');
        }
        text.push_str("|\n");
    };
    line(&mut section.columns.iter().copied());
    line(&mut section.columns.iter().map(|_| "---"));
    for row in &section.rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}

/// Cents as yuan with two decimals.
pub(super) fn yuan(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}
