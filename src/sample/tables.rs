//! The warehouse's tables: which columns each has and how its keys are written.

use std::fmt;
use std::path::Path;

use super::SampleError;
use super::accounts::Account;
use super::calendar::{Calendar, Month};
use super::contracts::Contract;
use super::files::{Columns, Layout, write_table};
use super::ledger::{LineRow, Number, ReceiptRow, Status};
use super::products::{Kind, PRODUCTS, Product};
use super::reps::{Rep, Reps};
use super::roles::Part;

pub(super) const SORTED_BY_KEY: Layout = Layout { sorted_by: &[0], numbers: &[], deltas: &[] };

/// Writes keys as the warehouse has them; all keys of a kind are of one length, so that text sorts as numbers do.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    calendar: &'a Calendar,
    width: usize,
}

impl<'a> Keys<'a> {
    pub(super) fn new(calendar: &'a Calendar, n_customers: u32) -> Self {
        Self { calendar, width: n_customers.to_string().len().max(5) }
    }

    /// `C00042` for place 41.
    pub(super) fn account(&self, place: u32) -> impl fmt::Display + use<> {
        let width = self.width;
        fmt::from_fn(move |f| write!(f, "C{:0width$}", place + 1))
    }

    pub(super) fn shop(&self, place: u32, shop: u32) -> impl fmt::Display + use<> {
        let account = self.account(place);
        fmt::from_fn(move |f| write!(f, "{account}-{shop:02}"))
    }

    /// `P00042-1`.
    pub(super) fn person(&self, place: u32, number: u8) -> impl fmt::Display + use<> {
        let width = self.width;
        fmt::from_fn(move |f| write!(f, "P{:0width$}-{number}", place + 1))
    }

    /// `N00042-1`.
    pub(super) fn deal(&self, place: u32, number: u8) -> impl fmt::Display + use<> {
        let width = self.width;
        fmt::from_fn(move |f| write!(f, "N{:0width$}-{number}", place + 1))
    }

    /// `T00042-001`: one of an account's many things.
    pub(super) fn part(&self, letter: char, place: u32, number: u32) -> impl fmt::Display + use<> {
        let width = self.width;
        fmt::from_fn(move |f| write!(f, "{letter}{:0width$}-{number:03}", place + 1))
    }

    /// `D260117-00042`.
    pub(super) fn order(&self, number: Number) -> impl fmt::Display + '_ {
        self.dated('D', number)
    }

    fn receipt(&self, number: Number) -> impl fmt::Display + '_ {
        self.dated('R', number)
    }

    fn dated(&self, letter: char, number: Number) -> impl fmt::Display + '_ {
        let (day, width) = (self.calendar.label(number.day), self.width);
        fmt::from_fn(move |f| write!(f, "{letter}{day}-{:0width$}", number.count))
    }

    /// `H2601-00042`.
    fn contract(&self, contract: &Contract) -> impl fmt::Display + '_ {
        let (month, width) = (&self.calendar.months[contract.month as usize].short, self.width);
        let number = contract.number;
        fmt::from_fn(move |f| write!(f, "H{month}-{number:0width$}"))
    }
}

pub(super) fn rep_key(place: u32) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "S{:04}", place + 1))
}

/// `crm_account`.
pub(super) fn write_accounts(out: &Path, accounts: &[Account], keys: &Keys) -> Result<(), SampleError> {
    let places: Vec<(u32, &Account)> = (0..).zip(accounts).collect();
    write_table(&out.join("crm_account/accounts.parquet"), SORTED_BY_KEY, &places, |rows| {
        let accounts = || rows.iter().map(|(_, account)| account);
        Columns::default()
            .label("account_no", rows.iter().map(|(place, _)| keys.account(*place)))
            .text("account_name", accounts().map(|a| a.name.as_str()))
            .maybe_label("parent_account_no", accounts().map(|a| a.parent.map(|place| keys.account(place))))
            .text("org_type", accounts().map(|a| a.org.code()))
            .text("industry", accounts().map(|a| a.industry))
            .text("area", accounts().map(|a| a.city.area))
            .text("province", accounts().map(|a| a.city.province))
            .text("city", accounts().map(|a| a.city.name))
            .maybe_text(
                "chain_type",
                accounts().map(|a| a.chain.filter(|_| a.tells_chain).map(|chain| chain.code())),
            )
            .maybe_integer("shop_count", accounts().map(|a| a.n_shops))
            .maybe_integer("planned_shop_count", accounts().map(|a| a.planned_shops.map(|plan| plan.0)))
            .maybe_day("plan_date", accounts().map(|a| a.planned_shops.map(|plan| plan.1)))
            .maybe_text("plan_basis", accounts().map(|a| a.plan_is_total.map(plan_word)))
            .maybe_text("requirement", accounts().map(|a| a.requirement))
            .maybe_text("solution", accounts().map(|a| a.solution))
            .text("service_mode", accounts().map(|a| a.service))
            .maybe_integer("staff_count", accounts().map(|a| a.n_staff))
            .text("lead_from", accounts().map(|a| a.lead_from))
            .instant("created_at", accounts().map(|a| a.created_at))
            .maybe_day("golive_date", accounts().map(|a| a.live_on))
            .maybe_label("rep_no", accounts().map(|a| a.rep.map(rep_key)))
            .maybe_label("referrer_no", accounts().map(|a| a.referrer.map(|place| keys.account(place))))
            .flag("is_test", accounts().map(|a| a.part == Part::Internal))
    })
}

fn plan_word(is_total: bool) -> &'static str {
    if is_total { "合计" } else { "新增" }
}

/// `sales_order_line`, one month of it.
pub(super) fn write_lines(
    out: &Path,
    month: &Month,
    rows: &[LineRow],
    contracts: &[Contract],
    keys: &Keys,
) -> Result<(), SampleError> {
    let path = out.join(format!("sales_order_line/month={}/part-0.parquet", month.key));
    // By ordered_at, order_no, line_seq.
    let layout =
        Layout { sorted_by: &[3, 0, 1], numbers: &["order_no"], deltas: &["ordered_at", "cost_amount"] };
    let contract = |row: &LineRow| row.contract.map(|place| keys.contract(&contracts[place as usize]));
    write_table(&path, layout, rows, |rows| {
        let lines = || rows.iter().map(|row| &row.line);
        Columns::default()
            .label("order_no", rows.iter().map(|row| keys.order(row.order)))
            .integer("line_seq", rows.iter().map(|row| row.seq))
            .label("account_no", rows.iter().map(|row| keys.account(row.buyer)))
            .instant("ordered_at", rows.iter().map(|row| row.at))
            .text("status", rows.iter().map(|row| status_word(row.status)))
            .maybe_label("contract_no", rows.iter().map(contract))
            .text("sku", lines().map(|line| PRODUCTS[usize::from(line.product)].sku))
            .maybe_label(
                "shop_no",
                rows.iter()
                    .map(|row| (row.line.shop > 0).then(|| keys.shop(row.buyer, row.line.shop.into()))),
            )
            .maybe_label("rep_no", rows.iter().map(|row| row.rep.map(rep_key)))
            .integer("qty", lines().map(|line| line.quantity))
            .money("gross_amount", lines().map(|line| line.gross))
            .money("discount_amount", lines().map(|line| line.discount))
            .money("cost_amount", lines().map(|line| line.cost))
    })
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Completed => "COMPLETED",
        Status::Pending => "PENDING",
        Status::Refunded => "REFUNDED",
    }
}

/// `receipt`, one month of it.
pub(super) fn write_receipts(
    out: &Path,
    month: &Month,
    rows: &[ReceiptRow],
    contracts: &[Contract],
    keys: &Keys,
) -> Result<(), SampleError> {
    let path = out.join(format!("receipt/month={}/part-0.parquet", month.key));
    // By received_at, receipt_no.
    let layout = Layout {
        sorted_by: &[4, 0],
        numbers: &["receipt_no", "order_no"],
        deltas: &["received_at", "amount"],
    };
    let contract = |row: &ReceiptRow| row.contract.map(|place| keys.contract(&contracts[place as usize]));
    write_table(&path, layout, rows, |rows| {
        Columns::default()
            .label("receipt_no", rows.iter().map(|row| keys.receipt(row.number)))
            .maybe_label("contract_no", rows.iter().map(contract))
            .maybe_label("order_no", rows.iter().map(|row| row.order.map(|order| keys.order(order))))
            .label("account_no", rows.iter().map(|row| keys.account(row.buyer)))
            .instant("received_at", rows.iter().map(|row| row.payment.at))
            .money("amount", rows.iter().map(|row| row.payment.amount))
            .text("receipt_type", rows.iter().map(|row| row.payment.purpose.word()))
    })
}

/// `contract`.
pub(super) fn write_contracts(out: &Path, contracts: &[Contract], keys: &Keys) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &["contract_no"], deltas: &["contract_amount"] };
    write_table(&out.join("contract/contracts.parquet"), layout, contracts, |rows| {
        Columns::default()
            .label("contract_no", rows.iter().map(|row| keys.contract(row)))
            .label("account_no", rows.iter().map(|row| keys.account(row.buyer)))
            .day("signed_date", rows.iter().map(|row| row.signed_on))
            .money("contract_amount", rows.iter().map(|row| row.amount))
            .day("start_date", rows.iter().map(|row| row.starts_on))
            .day("end_date", rows.iter().map(|row| row.ends_on))
    })
}

/// `product`.
pub(super) fn write_products(out: &Path) -> Result<(), SampleError> {
    write_table(&out.join("product.parquet"), SORTED_BY_KEY, &PRODUCTS, |rows| {
        Columns::default()
            .text("sku", rows.iter().map(|row| row.sku))
            .text("product_name", rows.iter().map(|row| row.name))
            .text("product_line", rows.iter().map(|row| row.line))
            .money("list_price", rows.iter().map(|row| row.price))
            .maybe_money("rival_price", rows.iter().map(Product::rival_price))
            .flag("is_standard", rows.iter().map(|row| row.kind != Kind::Bespoke))
            .flag("is_self_service", rows.iter().map(|row| row.kind == Kind::SelfService))
    })
}

/// `sales_rep`.
pub(super) fn write_reps(out: &Path, reps: &Reps) -> Result<(), SampleError> {
    let places: Vec<(u32, &Rep)> = (0..).zip(&reps.rows).collect();
    write_table(&out.join("sales_rep.parquet"), SORTED_BY_KEY, &places, |rows| {
        let reps = || rows.iter().map(|(_, rep)| rep);
        Columns::default()
            .label("rep_no", rows.iter().map(|(place, _)| rep_key(*place)))
            .text("rep_name", reps().map(|rep| rep.name.as_str()))
            .text("rep_level", reps().map(|rep| rep.level.word()))
            .text("team", reps().map(|rep| if rep.has_left { "已离职" } else { rep.team.as_str() }))
            .maybe_label("manager_no", reps().map(|rep| rep.manager.map(rep_key)))
            .maybe_text("area", reps().map(|rep| rep.area))
            .maybe_text("city", reps().map(|rep| rep.city))
            .label("email", rows.iter().map(|(place, _)| email(*place)))
    })
}

fn email(place: u32) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "s{:04}@sales.example", place + 1))
}
