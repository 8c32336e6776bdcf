//! What the CRM notes on an account beside its name: shops, plans, needs, service, the representative.

use super::accounts::{Account, Chain, LARGE};
use super::calendar::{Calendar, shanghai_day};
use super::draw::Draw;
use super::names::OrgType;
use super::reps::{Level, Reps};

/// Shops, plans, needs and the other fields that a CRM keeps.
pub(super) fn furnish(draw: &mut Draw, account: &mut Account, calendar: &Calendar) {
    let shops = match account.chain {
        Some(Chain::National) => Some(draw.between(40, 180) + small(account.scale / 1_200_000, 420)),
        Some(Chain::Regional) => Some(draw.between(10, 40) + small(account.scale / 2_000_000, 60)),
        Some(Chain::City) => Some(draw.between(3, 20)),
        None if account.org == OrgType::SoleTrader => Some(1),
        None => draw.chance(0.5).then_some(1),
    };
    account.n_shops = shops;
    if let (Some(_), Some(shops)) = (account.chain, shops)
        && draw.chance(0.4)
    {
        let planned = shops + 1 + draw.between(0, shops / 2 + 2) + if draw.chance(0.25) { 40 } else { 0 };
        let earliest = shanghai_day(account.created_at).max(calendar.last_day - 600);
        account.planned_shops = Some((planned, draw.between(earliest, calendar.last_day)));
    }
    let needs = ["门店扩张", "提升销售额", "单店提效", "开业资金", "排队叫号", "品牌宣传", "数据打通"];
    account.requirement = draw.chance(0.65).then(|| draw.pick(&needs));
    let weights = match account.scale {
        LARGE.. => [6, 4, 0],
        500_000..LARGE => [1, 8, 1],
        _ => [0, 1, 9],
    };
    account.solution = draw.chance(0.85).then(|| ["定制", "混合", "标准"][draw.weighted(&weights)]);
    account.service = match account.scale {
        LARGE.. => "专属",
        800_000..LARGE => draw.pick(&["人工", "人工", "自助"]),
        _ => draw.pick(&["自助", "自助", "自助", "人工"]),
    };
    account.n_staff = draw.chance(0.7).then(|| {
        let per_shop = draw.between(4, 14) * account.n_shops.unwrap_or(1);
        if account.org.is_public() { draw.between(30, 900) } else { per_shop }
    });
    if draw.chance(0.06) {
        account.lead_from = "第三方";
    }
}

/// The representative, most often one of the level that the chain calls for.
pub(super) fn route(draw: &mut Draw, account: &mut Account, reps: &Reps) {
    let levels = [Level::Headquarters, Level::Region, Level::City];
    let right = match account.chain {
        Some(Chain::National) => Level::Headquarters,
        Some(Chain::Regional) => Level::Region,
        _ => Level::City,
    };
    let level = if draw.chance(0.85) { right } else { levels[draw.index(levels.len())] };
    let is_alone = draw.chance(if account.scale < 400_000 { 0.6 } else { 0.04 });
    account.rep = (!is_alone || account.part.is_fake()).then(|| reps.find(draw, level, account.city));
}

/// A number of shops that grows with spending, up to a limit.
fn small(value: i64, limit: i32) -> i32 {
    i32::try_from(value).unwrap_or(limit).min(limit)
}
