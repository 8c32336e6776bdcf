//! The shops of the accounts: where each stands, since when, until when.

use std::path::Path;

use super::SampleError;
use super::accounts::{Account, Chain};
use super::calendar::{Calendar, shanghai_day};
use super::draw::{Draw, Source, Stream};
use super::files::{Columns, Layout, TableWriter};
use super::places::{AREAS, CITIES, City};
use super::tables::Keys;

/// Shops up to this number order under their own number.
const ORDERING: i32 = 12;
/// Shops that are younger than this many days have no year before to compare with. No shop is nearly as old, so that
/// nothing depends on how thirteen months are counted.
const YOUNG: i32 = 360;
const GROWN: i32 = 430;

/// The days on which two of an account's ordering shops opened and closed; none for most accounts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ShopDays {
    opened: Option<(u32, i32)>,
    closed: Option<(u32, i32)>,
}

impl ShopDays {
    pub(super) fn draw(account: &Account, source: &Source, calendar: &Calendar) -> Self {
        let mut draw = source.stream(Stream::Shops, account.id, 0);
        let (is_new, is_gone) = (draw.chance(0.3), draw.chance(0.2));
        let Some(last) = account.n_shops.filter(|n| account.chain.is_some() && *n >= 3) else {
            return Self::default();
        };
        let last = last.min(ORDERING).unsigned_abs();
        let since = shanghai_day(account.created_at);
        let mut day = |from: i32, to: i32| (from <= to).then(|| draw.between(from, to));
        let opened = day((since + 30).max(calendar.last_day - YOUNG), calendar.last_day - 20);
        let closed = day((since + 60).max(calendar.last_day - 500), calendar.last_day - 20);
        Self {
            opened: opened.filter(|_| is_new).map(|day| (last, day)),
            closed: closed.filter(|_| is_gone).map(|day| (last - 1, day)),
        }
    }

    /// The shop itself, or the first one while it is not open.
    pub(super) fn open_shop(self, shop: u32, day: i32) -> u32 {
        let is_early = self.opened.is_some_and(|(late, since)| shop == late && day < since);
        let is_over = self.closed.is_some_and(|(gone, until)| shop == gone && day > until);
        if is_early || is_over { 1 } else { shop }
    }
}

/// One row of `crm_shop`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shop {
    account: u32,
    number: u32,
    pub(super) city: &'static City,
    opened_on: i32,
    closed_on: Option<i32>,
}

/// How many shops of a chain there are to compare with the year before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ShopCount {
    pub(super) shops: u32,
    pub(super) young: u32,
    pub(super) closed: u32,
}

impl ShopCount {
    pub(super) fn of(shops: &[Shop], calendar: &Calendar) -> Self {
        let count = |is: &dyn Fn(&&Shop) -> bool| {
            u32::try_from(shops.iter().filter(is).count()).expect("a chain has some hundreds of shops")
        };
        Self {
            shops: count(&|_| true),
            young: count(&|shop| shop.closed_on.is_none() && shop.opened_on >= calendar.last_day - YOUNG),
            closed: count(&|shop| shop.closed_on.is_some()),
        }
    }
}

/// The shops of one account, by number.
pub(super) fn shops_of(place: u32, account: &Account, source: &Source, calendar: &Calendar) -> Vec<Shop> {
    let days = ShopDays::draw(account, source, calendar);
    let mut draw = source.stream(Stream::Shops, account.id, 1);
    let cities = cities_of(&mut draw, account);
    let open = account.n_shops.unwrap_or(0).unsigned_abs();
    let total = open + u32::from(days.closed.is_some());
    let since = shanghai_day(account.created_at).min(calendar.last_day - GROWN);
    let row = |number: u32| {
        let nth = number as usize - 1;
        // The first shops stand in one city each, so that no province is left out.
        let at = if nth < cities.len() { nth } else { draw.index(cities.len()) };
        let opened_on = match days.opened {
            Some((late, day)) if late == number => day,
            _ if number > ORDERING.unsigned_abs() && draw.chance(0.08) => {
                calendar.last_day - draw.between(5, YOUNG)
            }
            _ => since - draw.between(20, 2_400),
        };
        let closed_on = days.closed.filter(|(gone, _)| *gone == number).map(|(_, day)| day);
        Shop { account: place, number, city: cities[at], opened_on, closed_on }
    };
    (1..=total).map(row).collect()
}

/// The cities that a chain reaches: one, or some of two to four provinces of a region, or of five and more.
fn cities_of(draw: &mut Draw, account: &Account) -> Vec<&'static City> {
    let home = account.city;
    let n_provinces = match account.chain {
        Some(Chain::National) => 5 + draw.below(8),
        Some(Chain::Regional) => 2 + draw.below(3),
        _ => 1,
    };
    let mut cities = vec![home];
    let is_near = |city: &&City| {
        account.chain == Some(Chain::National) || (city.area == home.area && AREAS.contains(&city.area))
    };
    let mut others: Vec<&'static City> = CITIES.iter().filter(is_near).collect();
    draw.shuffle(&mut others);
    let mut provinces = vec![home.province];
    for city in others {
        let is_known = provinces.contains(&city.province);
        if n_provinces > 1 && !is_known && provinces.len() < n_provinces as usize {
            provinces.push(city.province);
            cities.push(city);
        } else if n_provinces > 1 && is_known && city.name != home.name && draw.chance(0.3) {
            cities.push(city);
        }
    }
    cities
}

/// `crm_shop`, account by account.
pub(super) fn write_shops(
    out: &Path,
    accounts: &[Account],
    source: &Source,
    calendar: &Calendar,
    keys: &Keys,
) -> Result<(), SampleError> {
    let layout = Layout { sorted_by: &[0], numbers: &["shop_no"], deltas: &[] };
    let mut writer = TableWriter::create(&out.join("crm_shop/shops.parquet"), layout, |rows: &[Shop]| {
        Columns::default()
            .label("shop_no", rows.iter().map(|row| keys.shop(row.account, row.number)))
            .label("account_no", rows.iter().map(|row| keys.account(row.account)))
            .text("province", rows.iter().map(|row| row.city.province))
            .text("city", rows.iter().map(|row| row.city.name))
            .day("open_date", rows.iter().map(|row| row.opened_on))
            .maybe_day("close_date", rows.iter().map(|row| row.closed_on))
    })?;
    for (place, account) in (0..).zip(accounts) {
        writer.extend(shops_of(place, account, source, calendar))?;
    }
    writer.finish()
}
