//! What the sales say about each account: revenue of the window, tier, segment, first and latest order.
//!
//! Adds up final lines as they are written, and contracts when they close; what has not closed is no revenue.

use super::accounts::{Account, Chain};
use super::calendar::{Calendar, shanghai_day};
use super::contracts::Contract;
use super::ledger::{LineRow, Number, Status};
use super::roles::Part;

/// The four tiers, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Tier {
    Key,
    Important,
    General,
    #[default]
    Maintenance,
}

/// What kind of service an account needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Segment {
    Head,
    Waist,
    #[default]
    Tail,
}

/// Yearly spending up to which an account is of the long tail, in cents.
const TAIL_CAP: i64 = 500_000;

/// One account's sales; money in cents, of the last twelve full months.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    pub(super) revenue: i64,
    pub(super) cost: i64,
    pub(super) discount: i64,
    /// Whether it has a final line in the window.
    pub(super) is_rated: bool,
    /// Day of the first final sale of all.
    pub(super) first_on: Option<i32>,
    pub(super) first_product: u8,
    /// The next day with a final sale.
    pub(super) second_on: Option<i32>,
    /// Day of the latest final sale of all.
    pub(super) last_on: Option<i32>,
    /// Place by revenue, from 1; none without revenue.
    pub(super) rank: Option<u32>,
    pub(super) tier: Tier,
    pub(super) segment: Segment,
    /// Among the largest that bring 80 % of revenue.
    pub(super) in_k80: bool,
}

impl Standing {
    /// Discount in thousandths of the gross amount.
    pub(super) fn discount_rate(&self) -> i64 {
        let gross = self.revenue + self.discount;
        if gross > 0 { self.discount * 1_000 / gross } else { 0 }
    }

    fn add(&mut self, day: i32, amounts: Amounts, product: u8, window: Option<(i32, i32)>) {
        if amounts.net > 0 {
            if self.first_on.is_none_or(|first| day < first) {
                self.second_on = self.first_on;
                self.first_on = Some(day);
                self.first_product = product;
            } else if self.first_on != Some(day) && self.second_on.is_none_or(|second| day < second) {
                self.second_on = Some(day);
            }
            self.last_on = self.last_on.max(Some(day));
        }
        if window.is_some_and(|(start, end)| (start..end).contains(&day)) {
            self.is_rated = true;
            self.revenue += amounts.net;
            self.cost += amounts.cost;
            self.discount += amounts.discount;
        }
    }
}

/// What a line or a contract comes to.
#[derive(Debug, Clone, Copy, Default)]
struct Amounts {
    net: i64,
    cost: i64,
    discount: i64,
}

/// An order that may be shared between representatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct LargeOrder {
    pub(super) number: Number,
    pub(super) rep: u32,
    pub(super) amount: i64,
}

/// Adds up the standings.
#[derive(Debug)]
pub(super) struct Standings {
    window: Option<(i32, i32)>,
    rows: Vec<Standing>,
    /// By place of the contract: its amounts and the product of its first line.
    contracts: Vec<(Amounts, u8)>,
    /// The accounts whose orders are kept, ascending, with the days of their orders.
    followed: Vec<(u32, Vec<i32>)>,
    since: i32,
    large: Vec<LargeOrder>,
}

/// How many accounts' order days are kept.
const FOLLOWED: usize = 60;
/// How many large orders are kept per month.
const LARGE_PER_MONTH: usize = 2;

/// What is known when all months are through.
#[derive(Debug)]
pub(super) struct Known {
    /// First day and the one after the last of the last twelve full months.
    pub(super) window: Option<(i32, i32)>,
    /// By place of the account.
    pub(super) rows: Vec<Standing>,
    pub(super) followed: Vec<(u32, Vec<i32>)>,
    pub(super) large: Vec<LargeOrder>,
}

impl Standings {
    pub(super) fn new(accounts: &[Account], calendar: &Calendar) -> Self {
        let is_followed = |account: &Account| {
            account.part == Part::Ordinary
                && (2_000_000..40_000_000).contains(&account.scale)
                && account.start < calendar.n_months()
                && !matches!(account.chain, Some(Chain::National))
        };
        let followed = (0..).zip(accounts).filter(|(_, account)| is_followed(account));
        Self {
            window: window(calendar),
            rows: vec![Standing::default(); accounts.len()],
            contracts: Vec::new(),
            followed: followed.map(|(place, _)| (place, Vec::new())).take(FOLLOWED).collect(),
            since: calendar.last_day - 400,
            large: Vec::new(),
        }
    }

    /// Adds the lines of one month; the lines of an order stand together.
    pub(super) fn add(&mut self, lines: &[LineRow]) {
        let mut n_large = 0;
        for order in lines.chunk_by(|one, other| one.order == other.order && one.at == other.at) {
            let Some(first) = order.first() else { continue };
            let mut total = Amounts::default();
            for row in order {
                total.net += row.line.net();
                total.cost += row.line.cost;
                total.discount += row.line.discount;
            }
            if let Some(contract) = first.contract {
                self.contracts.resize(contract as usize + 1, (Amounts::default(), 0));
                self.contracts[contract as usize] = (total, first.line.product);
                continue;
            }
            if first.status == Status::Pending {
                continue;
            }
            let day = shanghai_day(first.at);
            self.rows[first.buyer as usize].add(day, total, first.line.product, self.window);
            if first.status != Status::Completed {
                continue;
            }
            if day >= self.since
                && let Ok(index) = self.followed.binary_search_by_key(&first.buyer, |(place, _)| *place)
            {
                self.followed[index].1.push(day);
            }
            let is_in_window = self.window.is_some_and(|(start, end)| (start..end).contains(&day));
            if let Some(rep) = first.rep
                && is_in_window
                && total.net >= 2_000_000
                && n_large < LARGE_PER_MONTH
            {
                n_large += 1;
                self.large.push(LargeOrder { number: first.order, rep, amount: total.net });
            }
        }
    }

    pub(super) fn finish(mut self, accounts: &[Account], contracts: &[Contract]) -> Known {
        for (contract, (amounts, product)) in contracts.iter().zip(&self.contracts) {
            if let Some(day) = contract.closed_on {
                let row = &mut self.rows[contract.buyer as usize];
                row.add(day.max(contract.signed_on), *amounts, *product, self.window);
            }
        }
        rank(&mut self.rows, accounts);
        for (row, account) in self.rows.iter_mut().zip(accounts) {
            row.segment = match account.solution {
                Some("定制") => Segment::Head,
                Some("混合") => Segment::Waist,
                Some(_) => Segment::Tail,
                None if row.tier == Tier::Key => Segment::Head,
                None if row.revenue <= TAIL_CAP => Segment::Tail,
                None => Segment::Waist,
            };
        }
        Known { window: self.window, rows: self.rows, followed: self.followed, large: self.large }
    }
}

fn window(calendar: &Calendar) -> Option<(i32, i32)> {
    calendar.window_start().zip(calendar.last_full).map(|(start, last)| {
        let after = calendar.months.get(last as usize + 1);
        let end = after.map_or(calendar.last_day + 1, |month| month.first);
        (calendar.months[start as usize].first, end)
    })
}

/// Ranks the customers and cuts the tiers at 50, 80 and 95 % of revenue.
fn rank(rows: &mut [Standing], accounts: &[Account]) {
    let mut order: Vec<usize> = (0..rows.len())
        .filter(|&place| rows[place].revenue > 0 && accounts[place].part != Part::Internal)
        .collect();
    order.sort_by_key(|&place| (std::cmp::Reverse(rows[place].revenue), place));
    let total: i128 = order.iter().map(|&place| i128::from(rows[place].revenue)).sum();
    let mut ahead = 0_i128;
    for (rank, place) in (1..).zip(order) {
        let row = &mut rows[place];
        row.rank = Some(rank);
        row.in_k80 = ahead * 100 < total * 80;
        row.tier = match ahead * 100 / total {
            ..50 => Tier::Key,
            50..80 => Tier::Important,
            80..95 => Tier::General,
            _ => Tier::Maintenance,
        };
        ahead += i128::from(row.revenue);
    }
}
