//! The fields of accounts that follow from their parts: owners by level, shop plans, the service channel.

use super::accounts::{Account, Chain};
use super::calendar::{Calendar, shanghai_day};
use super::draw::{Draw, Source, Stream};
use super::plan::{Band, N_EXPANDING, Plan};
use super::reps::{Level, Reps};
use super::roles::Part;

/// The level of representative that a chain calls for.
pub(super) fn required(account: &Account) -> Level {
    match account.chain {
        Some(Chain::National) => Level::Headquarters,
        Some(Chain::Regional) => Level::Region,
        _ => Level::City,
    }
}

/// Changes what the CRM notes on accounts now; what was sold stays with those who sold it.
pub(super) fn settle(
    accounts: &mut [Account],
    plan: &Plan,
    reps: &mut Reps,
    source: &Source,
    calendar: &Calendar,
) {
    let leaver = leave(accounts, plan, reps);
    for (place, account) in (0..).zip(&mut *accounts) {
        let mut draw = source.stream(Stream::Casting, account.id, 1);
        own(&mut draw, place, account, plan, reps, leaver);
        serve(place, account, plan);
        keep_plan_small(&mut draw, account);
    }
    for &place in &plan.untold {
        accounts[place as usize].tells_chain = false;
    }
    for (nth, &place) in plan.expanding.iter().enumerate() {
        expand(&mut accounts[place as usize], nth, calendar);
    }
    share_twins(accounts);
    if !plan.opted_out.is_empty() {
        refer_in_circles(accounts, calendar);
    }
}

/// Two young customers name each other as the one who brought them, and one names itself.
fn refer_in_circles(accounts: &mut [Account], calendar: &Calendar) {
    let is_fit = |account: &Account| {
        let is_young = !account.is_old && account.start + 14 > calendar.n_months() && account.start > 0;
        account.part == Part::Ordinary && account.parent.is_none() && account.referrer.is_none() && is_young
    };
    let young: Vec<usize> = (0..accounts.len()).filter(|&place| is_fit(&accounts[place])).take(15).collect();
    if let [first, .., second, third] = young[..] {
        let place = |place: usize| u32::try_from(place).ok();
        (accounts[first].referrer, accounts[second].referrer) = (place(second), place(first));
        accounts[third].referrer = place(third);
    }
}

/// The city representative with the most customers has left; others take them over.
fn leave(accounts: &[Account], plan: &Plan, reps: &mut Reps) -> Option<u32> {
    if plan.misrouted.is_empty() {
        return None;
    }
    let mut counts = vec![0_u32; reps.rows.len()];
    for rep in accounts.iter().filter_map(|account| account.rep) {
        counts[rep as usize] += 1;
    }
    let n_colleagues = |rep: &usize| {
        reps.rows
            .iter()
            .filter(|other| other.level == Level::City && other.city == reps.rows[*rep].city)
            .count()
    };
    let is_city = |rep: &usize| reps.rows[*rep].level == Level::City && n_colleagues(rep) > 1;
    let leaver =
        (0..counts.len()).filter(is_city).max_by_key(|&rep| (counts[rep], std::cmp::Reverse(rep)))?;
    reps.rows[leaver].has_left = true;
    u32::try_from(leaver).ok()
}

fn own(draw: &mut Draw, place: u32, account: &mut Account, plan: &Plan, reps: &Reps, leaver: Option<u32>) {
    if account.part == Part::Internal {
        return;
    }
    if plan.unrouted.contains(&place) {
        account.rep = None;
        return;
    }
    let required = required(account);
    let is_right = |rep: u32| reps.rows[rep as usize].level == required && Some(rep) != leaver;
    if account.rep.is_some_and(|rep| !is_right(rep)) || (account.rep.is_none() && account.chain.is_some()) {
        account.rep = Some(reps.serving(draw, required, account.city));
    }
    if plan.misrouted.contains(&place) {
        let wrong = match required {
            Level::Headquarters => Level::City,
            Level::Region => Level::Headquarters,
            Level::City => Level::Region,
        };
        account.rep = Some(reps.serving(draw, wrong, account.city));
    }
}

/// From 200,000 yuan on a named manager, below a remote team, for the largest a team of their own.
fn serve(place: u32, account: &mut Account, plan: &Plan) {
    let is_wrong = plan.misserved.contains(&place);
    account.service = match (plan.care[place as usize].band, is_wrong) {
        (None, _) if account.service == "专属" && account.rep.is_none() => "人工",
        (None, _) => account.service,
        (Some(Band::Weekly), _) => "私享",
        (Some(Band::TenDays | Band::Monthly | Band::Managed), false) | (Some(Band::Small), true) => "专属",
        (Some(_), _) => "人工",
    };
}

/// All plans but the planted ones stay below a doubling.
fn keep_plan_small(draw: &mut Draw, account: &mut Account) {
    let is_total = draw.chance(0.5);
    if let (Some((planned, day)), Some(shops)) = (account.planned_shops, account.n_shops) {
        let new = (planned - shops).clamp(1, (shops - 1).max(1));
        account.planned_shops = Some((if is_total { shops + new } else { new }, day));
        account.plan_is_total = Some(is_total);
    }
}

/// Six plans that call for money at opening, then six that nearly do.
fn expand(account: &mut Account, nth: usize, calendar: &Calendar) {
    let shops = account.n_shops.unwrap_or(0);
    let recent = (calendar.last_day - 40 - 30 * i32::try_from(nth % N_EXPANDING).unwrap_or(0))
        .max(shanghai_day(account.created_at) + 1)
        .min(calendar.last_day);
    let stale = (calendar.last_day - 420).max(shanghai_day(account.created_at) + 1);
    let (planned, is_total, day, need) = match nth {
        0 => (shops * 2 + 6, false, recent, "开业资金"),
        1 => (shops * 3, true, recent, "开业资金"),
        2 => (shops, false, recent, "开业资金"),
        3..N_EXPANDING => (shops + 4, false, recent, "开业资金"),
        6 => (shops - 1, false, recent, "开业资金"),
        7 | 8 => (shops * 2, false, stale, "开业资金"),
        9 => (shops * 2, false, recent, "提升销售额"),
        10 => (shops + 5, false, recent, "排队叫号"),
        _ => (shops + shops / 2, true, recent, "开业资金"),
    };
    account.planned_shops = Some((planned, day));
    account.plan_is_total = Some(is_total);
    account.requirement = Some(need);
}

/// The two accounts of one name belong to the same person.
fn share_twins(accounts: &mut [Account]) {
    let twins: Vec<usize> = (0..accounts.len()).filter(|&i| accounts[i].part == Part::Twin).collect();
    if let [first, second] = twins[..] {
        accounts[second].rep = accounts[first].rep;
    }
}
