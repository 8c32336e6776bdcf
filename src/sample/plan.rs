//! Who is planted in the tables around sales: once the sales are known, the parts are given to accounts that fit.
//!
//! No account gets two parts, so that each case stays clean.

use super::accounts::{Account, Chain};
use super::calendar::{Calendar, shanghai_day};
use super::draw::{Draw, Source, Stream};
use super::roles::{ENOUGH_TO_PLANT, Part};
use super::standing::{Known, Segment, Standing, Tier};

/// How an account is kept in touch with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Contact {
    /// Touched within the last 90 days.
    #[default]
    Regular,
    /// Last touched between 90 and 180 days ago.
    Quiet,
    /// Not touched for more than 180 days.
    Silent,
    /// Neither owner nor touch.
    Uncovered,
}

/// How often it is contacted beside others of its tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Load {
    #[default]
    Usual,
    Over,
    Under,
}

/// How much settlement money an account has with the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Band {
    /// From 10,000,000 yuan.
    Weekly,
    /// From 5,000,000 yuan.
    TenDays,
    /// From 1,000,000 yuan.
    Monthly,
    /// From 200,000 yuan: a named manager, but no visits.
    Managed,
    Small,
}

/// What an account costs beside its goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Burden {
    /// Below the largest customers.
    #[default]
    Small,
    Light,
    /// Pays late.
    Late,
    /// Takes much service.
    Laborious,
    /// All of it at once.
    Squeezing,
}

/// What is planned for one account.
#[derive(Debug, Clone, Default)]
pub(super) struct Care {
    pub(super) contact: Contact,
    pub(super) load: Load,
    /// Of the long tail, and brought in by hand all the same.
    pub(super) by_hand: bool,
    pub(super) band: Option<Band>,
    /// Place within the band, from 0.
    pub(super) nth: usize,
    /// Its balance lies exactly on the lower edge of its band.
    pub(super) is_exact: bool,
    pub(super) burden: Burden,
}

/// The parts.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// By place of the account.
    pub(super) care: Vec<Care>,
    /// Owned by somebody of the wrong level.
    pub(super) misrouted: Vec<u32>,
    /// A chain with revenue and without owner.
    pub(super) unrouted: Vec<u32>,
    /// A chain of which only the shops tell how far it reaches.
    pub(super) untold: Vec<u32>,
    /// Plans to open shops: triggers first, then near misses.
    pub(super) expanding: Vec<u32>,
    pub(super) opted_out: Vec<u32>,
    /// Served through the wrong channel for its balance.
    pub(super) misserved: Vec<u32>,
}

/// How many shop plans call for money at opening; as many are near misses.
pub(super) const N_EXPANDING: usize = 6;

struct Casting<'a> {
    accounts: &'a [Account],
    known: &'a Known,
    draw: Draw,
    is_taken: Vec<bool>,
}

impl Casting<'_> {
    /// Takes up to `n` accounts that fit, in the order of their places.
    fn pick(&mut self, n: usize, fits: impl Fn(&Account, &Standing) -> bool) -> Vec<u32> {
        let mut fitting: Vec<u32> = (0..)
            .zip(self.accounts.iter().zip(&self.known.rows))
            .filter(|(place, (account, row))| {
                matches!(account.part, Part::Ordinary | Part::Silent)
                    && !self.is_taken[*place as usize]
                    && fits(account, row)
            })
            .map(|(place, _)| place)
            .collect();
        self.draw.shuffle(&mut fitting);
        fitting.truncate(n);
        fitting.sort_unstable();
        for &place in &fitting {
            self.is_taken[place as usize] = true;
        }
        fitting
    }
}

/// Gives the parts.
pub(super) fn cast(accounts: &[Account], known: &Known, source: &Source, calendar: &Calendar) -> Plan {
    let mut plan = Plan { care: vec![Care::default(); accounts.len()], ..Plan::default() };
    burden(&mut plan, accounts, known, source);
    if accounts.len() < ENOUGH_TO_PLANT as usize || known.window.is_none() {
        return plan;
    }
    let draw = source.stream(Stream::Casting, 0, 0);
    let mut casting = Casting { accounts, known, draw, is_taken: vec![false; accounts.len()] };
    settle_balances(&mut plan, &mut casting);
    cast_contacts(&mut plan, &mut casting, calendar);
    let is_chain = |account: &Account| account.chain.is_some() && account.n_shops.is_some_and(|n| n >= 3);
    let is_wide = |account: &Account| matches!(account.chain, Some(Chain::National | Chain::Regional));
    plan.unrouted = casting.pick(3, |account, row| is_wide(account) && row.rank.is_some());
    plan.misrouted = casting.pick(4, |account, row| is_wide(account) && row.rank.is_some());
    // Whose shops nobody has counted calls for no level.
    plan.misrouted.extend(casting.pick(4, |account, row| {
        !is_wide(account) && account.n_shops.is_some() && account.rep.is_some() && row.rank.is_some()
    }));
    for (chain, n) in [(Chain::National, 1), (Chain::Regional, 2), (Chain::City, 1)] {
        let fits = |account: &Account, row: &Standing| account.chain == Some(chain) && row.rank.is_some();
        plan.untold.extend(casting.pick(n, fits));
    }
    plan.expanding = casting.pick(N_EXPANDING * 2, |account, row| {
        let is_settled = row.first_on.is_some_and(|on| on <= calendar.last_day - 450);
        is_chain(account) && account.n_shops.is_some_and(|n| n <= 60) && row.rank.is_some() && is_settled
    });
    plan.opted_out = casting.pick(3, |_, row| {
        let is_settled = row.first_on.is_some_and(|on| on <= calendar.last_day - 150);
        row.rank.is_some() && row.tier >= Tier::General && is_settled
    });
    plan
}

/// Money is held for the larger customers, the more the larger they are.
fn settle_balances(plan: &mut Plan, casting: &mut Casting) {
    let n = casting.accounts.len();
    let bands = [
        (Band::Weekly, n / 75),
        (Band::TenDays, n / 50),
        (Band::Monthly, n / 24),
        (Band::Managed, n / 24),
        (Band::Small, n / 30),
    ];
    let mut ranked: Vec<u32> = (0..)
        .zip(casting.accounts.iter().zip(&casting.known.rows))
        .filter(|(_, (account, row))| {
            account.part == Part::Ordinary && account.rep.is_some() && row.rank.is_some()
        })
        .map(|(place, _)| place)
        .collect();
    ranked.sort_by_key(|&place| casting.known.rows[place as usize].rank);
    // Every fourth keeps its money elsewhere.
    let mut holders = ranked.into_iter().enumerate().filter(|(nth, _)| nth % 4 != 2).map(|(_, place)| place);
    for (band, n) in bands {
        let members: Vec<u32> = holders.by_ref().take(n).collect();
        for (nth, &place) in members.iter().enumerate() {
            let care = &mut plan.care[place as usize];
            care.band = Some(band);
            care.nth = nth;
            care.is_exact = band != Band::Small && nth + 1 == members.len();
            casting.is_taken[place as usize] = true;
        }
        if matches!(band, Band::Managed | Band::Small) {
            plan.misserved.extend(members.iter().copied().step_by(5).take(3));
        }
    }
}

fn cast_contacts(plan: &mut Plan, casting: &mut Casting, calendar: &Calendar) {
    let before = |row: &Standing, days: i32| row.first_on.is_some_and(|on| on <= calendar.last_day - days);
    let window = casting.known.window;
    let under = casting.pick(3, |account, row| {
        row.tier == Tier::Key && row.rank.is_some() && account.rep.is_some() && before(row, 200)
    });
    let over = casting.pick(4, |account, row| {
        let is_active = row.last_on.is_some_and(|on| on >= calendar.last_day - 120);
        let is_small = row.segment == Segment::Tail && row.tier == Tier::Maintenance && row.revenue > 0;
        is_small && is_active && account.rep.is_some() && before(row, 150)
    });
    let is_middle = |account: &Account, row: &Standing| {
        matches!(row.tier, Tier::Important | Tier::General) && account.rep.is_some() && before(row, 270)
    };
    let silent = casting.pick(5, is_middle);
    let quiet = casting.pick(4, is_middle);
    let is_alone = |account: &Account| account.rep.is_none() && account.chain.is_none();
    let mut uncovered = casting.pick(4, |account, row| is_alone(account) && row.rank.is_some());
    uncovered.extend(casting.pick(2, |account, row| {
        is_alone(account)
            && row.first_on.is_none()
            && shanghai_day(account.created_at) < calendar.last_day - 200
    }));
    let by_hand = casting.pick(10, |account, row| {
        let day = row.first_on.filter(|on| window.is_some_and(|(start, end)| (start..end).contains(on)));
        row.segment == Segment::Tail
            && account.rep.is_some()
            && !account.is_old
            && day.is_some_and(|on| shanghai_day(account.created_at) + 12 <= on)
    });
    for (places, contact) in
        [(silent, Contact::Silent), (quiet, Contact::Quiet), (uncovered, Contact::Uncovered)]
    {
        for place in places {
            plan.care[place as usize].contact = contact;
        }
    }
    for (places, load) in [(over, Load::Over), (under, Load::Under)] {
        for place in places {
            plan.care[place as usize].load = load;
        }
    }
    for place in by_hand {
        plan.care[place as usize].by_hand = true;
    }
}

/// Only squeezers are a burden in more than one way. Those with a high discount rate are light in all others.
fn burden(plan: &mut Plan, accounts: &[Account], known: &Known, source: &Source) {
    let mut large: Vec<usize> = (0..accounts.len())
        .filter(|&place| known.rows[place].in_k80 && !accounts[place].part.is_fake())
        .collect();
    large.sort_by_key(|&place| (std::cmp::Reverse(known.rows[place].discount_rate()), place));
    let n_dear = large.len() * 35 / 100;
    for (nth, place) in large.into_iter().enumerate() {
        let mut draw = source.stream(Stream::Costs, accounts[place].id, 1);
        let lot = draw.below(3);
        plan.care[place].burden = match lot {
            _ if nth < n_dear => Burden::Light,
            0 => Burden::Light,
            1 => Burden::Late,
            _ => Burden::Laborious,
        };
    }
    for (care, account) in plan.care.iter_mut().zip(accounts) {
        match account.part {
            Part::Squeezer => care.burden = Burden::Squeezing,
            Part::Unprofitable | Part::Occasional => care.burden = Burden::Light,
            _ => {}
        }
    }
}
