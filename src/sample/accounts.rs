//! The accounts: who the customers are, when each comes, how much it will want to buy.
//!
//! Takes the specification, gives the accounts in the order of their creation, which is the order of their numbers.

use super::calendar::{Calendar, instant};
use super::draw::{Draw, Source, Stream, real, whole};
use super::names::{Named, Namer, OrgType};
use super::places::{City, draw_city, draw_city_of};
use super::profile::{furnish, route};
use super::reps::Reps;
use super::roles::{Part, Role, cast};

/// How many stores a chain reaches over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chain {
    National,
    Regional,
    City,
}

impl Chain {
    /// The warehouse's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::National => "N",
            Self::Regional => "R",
            Self::City => "C",
        }
    }
}

/// One account, as the CRM has it, and what drives its demand.
#[derive(Debug)]
pub(super) struct Account {
    /// Place in the order of making, by which its streams are addressed.
    pub(super) id: u32,
    pub(super) name: String,
    /// Place of the parent in the list of accounts.
    pub(super) parent: Option<u32>,
    pub(super) org: OrgType,
    pub(super) industry: &'static str,
    pub(super) city: &'static City,
    pub(super) chain: Option<Chain>,
    /// Whether the CRM says so.
    pub(super) tells_chain: bool,
    pub(super) n_shops: Option<i32>,
    pub(super) planned_shops: Option<(i32, i32)>,
    /// Whether the planned shops are all shops, or the new ones.
    pub(super) plan_is_total: Option<bool>,
    pub(super) requirement: Option<&'static str>,
    pub(super) solution: Option<&'static str>,
    pub(super) service: &'static str,
    pub(super) n_staff: Option<i32>,
    pub(super) lead_from: &'static str,
    pub(super) created_at: i64,
    pub(super) live_on: Option<i32>,
    pub(super) rep: Option<u32>,
    pub(super) referrer: Option<u32>,
    pub(super) part: Part,
    /// The month from which on it buys; the number of months for a prospect.
    pub(super) start: u32,
    /// Whether it bought before the first month already.
    pub(super) is_old: bool,
    /// What it spends in a year at an ordinary level of usage, in cents.
    pub(super) scale: i64,
}

/// What the share of customers below spends in a year at most, in yuan: a lognormal body with a Pareto tail.
/// Spending is drawn by rank along this curve, so that every sample has the same concentration, whatever its size.
const SPENDING: [(f64, f64); 17] = [
    (0.0, 300.0),
    (0.10, 1_000.0),
    (0.20, 2_600.0),
    (0.30, 6_400.0),
    (0.40, 14_000.0),
    (0.50, 26_000.0),
    (0.60, 44_000.0),
    (0.68, 62_000.0),
    (0.75, 81_000.0),
    (0.80, 98_000.0),
    (0.85, 119_000.0),
    (0.90, 147_000.0),
    (0.94, 185_000.0),
    (0.97, 240_000.0),
    (0.985, 330_000.0),
    (0.995, 580_000.0),
    (1.0, 5_000_000.0),
];

/// From this yearly spending on, in cents, a customer is handled as a large one.
pub(super) const LARGE: i64 = 15_000_000;

/// All accounts.
pub(super) fn open_accounts(n: u32, source: &Source, calendar: &Calendar, reps: &Reps) -> Vec<Account> {
    let mut structure = source.stream(Stream::Structure, 0, 0);
    let roles = cast(n, &mut structure, calendar);
    let mut ranks: Vec<u32> = (0..n).collect();
    structure.shuffle(&mut ranks);

    let mut namer = Namer::default();
    let mut brands: Vec<Option<Named>> = (0..n).map(|_| None).collect();
    let mut accounts: Vec<Account> = Vec::new();
    for (role, (id, rank)) in roles.iter().zip((0..n).zip(ranks)) {
        let mut draw = source.stream(Stream::Account, id, 0);
        let quantile = (f64::from(rank) + draw.unit()) / f64::from(n);
        let scale = role.part.scale(&mut draw, spending(quantile));
        let account = match role.parent {
            None => lone(&mut draw, id, role, scale, &mut namer, &mut brands),
            Some(parent) => {
                branch(&mut draw, id, role, scale, &mut namer, &mut brands, &accounts[parent as usize])
            }
        };
        accounts.push(account);
        let account = accounts.last_mut().expect("one was pushed just now");
        enter(&mut draw, account, calendar);
        furnish(&mut draw, account, calendar);
        route(&mut draw, account, reps);
    }
    twin(&mut accounts);
    in_order_of_creation(accounts, source)
}

/// Yearly spending in cents at a quantile.
fn spending(quantile: f64) -> i64 {
    let upper = SPENDING.partition_point(|(share, _)| *share < quantile).clamp(1, SPENDING.len() - 1);
    let (from, low) = SPENDING[upper - 1];
    let (to, high) = SPENDING[upper];
    whole((low + (high - low) * (quantile - from) / (to - from)) * 100.0)
}

fn blank(id: u32, named: Named, org: OrgType, city: &'static City, role: &Role, scale: i64) -> Account {
    Account {
        id,
        name: named.name,
        parent: role.parent,
        org,
        industry: named.industry,
        city,
        chain: None,
        tells_chain: true,
        n_shops: None,
        planned_shops: None,
        plan_is_total: None,
        requirement: None,
        solution: None,
        service: "人工",
        n_staff: None,
        lead_from: "自有",
        created_at: 0,
        live_on: None,
        rep: None,
        referrer: None,
        part: role.part,
        start: 0,
        is_old: false,
        scale,
    }
}

fn lone(
    draw: &mut Draw,
    id: u32,
    role: &Role,
    scale: i64,
    namer: &mut Namer,
    brands: &mut [Option<Named>],
) -> Account {
    let city = draw_city(draw);
    if role.is_group {
        let brand = namer.brand(draw);
        let named = Named { name: format!("{}集团有限公司", brand.name), industry: brand.industry };
        brands[id as usize] = Some(brand);
        let mut account = blank(id, named, OrgType::Enterprise, city, role, scale);
        account.chain = Some(if draw.chance(0.6) { Chain::National } else { Chain::Regional });
        return account;
    }
    let org = draw_org(draw, role.part, scale);
    if role.part == Part::Internal {
        let named = Named { name: format!("内部测试账号 {}", id + 1), industry: "内部" };
        return blank(id, named, OrgType::Other, city, role, scale);
    }
    let named = namer.name(draw, org, city, 0.16);
    let mut account = blank(id, named, org, city, role, scale);
    if org == OrgType::Enterprise && draw.chance(if scale >= LARGE { 0.7 } else { 0.18 }) {
        let weights = if scale >= LARGE * 3 { [6, 3, 1] } else { [1, 4, 5] };
        account.chain = Some([Chain::National, Chain::Regional, Chain::City][draw.weighted(&weights)]);
    }
    account
}

fn branch(
    draw: &mut Draw,
    id: u32,
    role: &Role,
    scale: i64,
    namer: &mut Namer,
    brands: &mut [Option<Named>],
    parent: &Account,
) -> Account {
    let is_near = role.is_group || parent.parent.is_some() || parent.chain != Some(Chain::National);
    let city = if is_near { draw_city_of(draw, parent.city.area) } else { draw_city(draw) };
    let brand = brands[parent.id as usize].clone();
    let brand = brand.unwrap_or_else(|| Named { name: parent.name.clone(), industry: parent.industry });
    if role.is_group {
        let city = draw_city(draw);
        let name = namer.branch(&format!("{}集团{}", brand.name, city.area), city);
        brands[id as usize] = Some(brand.clone());
        let named = Named { name, industry: brand.industry };
        let mut account = blank(id, named, OrgType::Enterprise, city, role, scale);
        account.chain = Some(Chain::Regional);
        return account;
    }
    let named = Named { name: namer.branch(&brand.name, city), industry: brand.industry };
    let mut account = blank(id, named, OrgType::Enterprise, city, role, scale);
    account.chain = draw.chance(0.5).then_some(Chain::City);
    account
}

fn draw_org(draw: &mut Draw, part: Part, scale: i64) -> OrgType {
    use OrgType as O;
    if part.is_fake() || scale >= LARGE * 4 {
        return O::Enterprise;
    }
    let kinds = [
        O::Enterprise,
        O::Government,
        O::Military,
        O::Police,
        O::School,
        O::Hospital,
        O::Transport,
        O::Utility,
        O::SoleTrader,
        O::Other,
    ];
    let sole_traders = if scale < 800_000 { 30 } else { 0 };
    kinds[draw.weighted(&[68, 3, 1, 2, 8, 5, 2, 2, sole_traders, 3])]
}

/// When the account is opened and buys first: many before the first month, the others month by month.
fn enter(draw: &mut Draw, account: &mut Account, calendar: &Calendar) {
    let n_months = calendar.n_months();
    let share_old = if account.scale >= LARGE { 0.5 } else { 0.42 };
    let is_old = account.part.comes_early() || account.id == 0 || draw.chance(share_old);
    // The first account made orders in its first month in any case, so that no sample is without orders.
    account.is_old = is_old && account.id != 0;
    account.start = if is_old { 0 } else { 1 + draw.below(n_months) };
    let created_on = if is_old {
        let age = if draw.chance(0.5) { draw.between(1, 400) } else { draw.between(1, 1_400) };
        calendar.first_day - age
    } else {
        let month = calendar.months.get(account.start as usize);
        let before = month.map_or(calendar.last_day, |month| month.first - 1);
        (before - draw.between(0, 45)).min(calendar.last_day)
    };
    account.created_at = instant(created_on, draw.between(9 * 3_600, 19 * 3_600));
    if account.part == Part::Silent {
        account.start = n_months;
    }
    if let Some(month) = calendar.months.get(account.start as usize) {
        let live_on =
            if is_old { created_on + draw.between(3, 60) } else { month.first + draw.between(3, 60) };
        account.live_on = (live_on <= calendar.last_day && draw.chance(0.9)).then_some(live_on);
    }
}

/// Gives the second twin the name and place of the first.
fn twin(accounts: &mut [Account]) {
    let twins: Vec<usize> = (0..accounts.len()).filter(|&i| accounts[i].part == Part::Twin).collect();
    if let [first, second] = twins[..] {
        let model = &accounts[first];
        let (name, org, industry, city) = (model.name.clone(), model.org, model.industry, model.city);
        let (chain, n_shops, rep) = (model.chain, model.n_shops, model.rep);
        let other = &mut accounts[second];
        (other.name, other.org, other.industry, other.city) = (name, org, industry, city);
        (other.chain, other.n_shops, other.rep) = (chain, n_shops, rep);
    }
}

/// Sorts by creation, points parents to the new places and names referrers among the older accounts.
fn in_order_of_creation(mut accounts: Vec<Account>, source: &Source) -> Vec<Account> {
    accounts.sort_by_key(|account| (account.created_at, account.id));
    let mut place_of = vec![0_u32; accounts.len()];
    for (place, account) in (0_u32..).zip(&accounts) {
        place_of[account.id as usize] = place;
    }
    for (place, account) in (0_u32..).zip(&mut accounts) {
        account.parent = account.parent.map(|id| place_of[id as usize]);
        let mut draw = source.stream(Stream::Account, account.id, 1);
        if place > 0 && draw.chance(0.08) && account.part == Part::Ordinary {
            account.referrer = Some(draw.below(place));
        }
    }
    accounts
}

/// The part of a yearly amount that falls to a month.
pub(super) fn monthly(scale: i64) -> f64 {
    real(scale) / 12.0
}
