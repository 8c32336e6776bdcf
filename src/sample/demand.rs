//! One customer's orders in one month.

use super::accounts::LARGE;
use super::buyers::{Buyer, Rhythm};
use super::calendar::{Calendar, Month, instant, shanghai_day};
use super::draw::{Draw, real, whole};
use super::products::{self, PRODUCTS};
use super::roles::Part;

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// Delivered and paid.
    Plain,
    /// Reserved with a first payment; a contract never comes.
    Presale,
    /// Signed as a contract.
    Contract,
    /// Goods returned under a number of their own.
    Return,
}

/// One order before it has its number.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) at: i64,
    /// Place of the buyer in the list of accounts.
    pub(super) buyer: u32,
    pub(super) course: Course,
    /// Which of the buyer's orders of the month it is.
    pub(super) nth: u32,
    pub(super) rep: Option<u32>,
    pub(super) lines: Vec<Line>,
}

impl Order {
    /// Before tax, net of discount, in cents.
    pub(super) fn net(&self) -> i64 {
        self.lines.iter().map(Line::net).sum()
    }
}

/// One order line; money in cents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) product: u8,
    /// 0 without a shop.
    pub(super) shop: u8,
    pub(super) quantity: i32,
    pub(super) gross: i64,
    pub(super) discount: i64,
    pub(super) cost: i64,
}

impl Line {
    pub(super) fn net(&self) -> i64 {
        self.gross - self.discount
    }

    /// The line that takes `quantity` pieces of this one back.
    pub(super) fn taken_back(&self, quantity: i32) -> Self {
        let part = |amount: i64| -(amount * i64::from(quantity) / i64::from(self.quantity));
        Self {
            quantity: -quantity,
            gross: part(self.gross),
            discount: part(self.discount),
            cost: part(self.cost),
            ..*self
        }
    }
}

/// The orders of one customer in one month, in no order; none after the last day.
pub(super) fn orders_of_month(
    draw: &mut Draw,
    buyer: &Buyer,
    place: u32,
    month: &Month,
    calendar: &Calendar,
    into: &mut Vec<Order>,
) {
    let before = into.len();
    if let Some(budget) = buyer.main_order(draw, month) {
        let day = main_day(draw, buyer, month);
        let course = draw_course(draw, buyer, budget, false);
        // A contract is signed for more than a month's need.
        let times = if course == Course::Contract && buyer.rhythm == Rhythm::Monthly { 2 } else { 1 };
        into.push(order(draw, buyer, place, day, budget * times, course));
    }
    for _ in 0..draw.count(buyer.extra_orders(month)) {
        let day = month.first + busy_day(draw, month);
        let share = if buyer.scale >= LARGE { draw.spread(0.02, 0.12) } else { draw.spread(0.05, 0.45) };
        let budget = whole(real(buyer.scale) / 12.0 * share * buyer.usage);
        let course = draw_course(draw, buyer, budget, true);
        into.push(order(draw, buyer, place, day, budget, course));
    }
    let is_visible = |order: &Order| shanghai_day(order.at) <= calendar.last_day;
    let mut kept: Vec<Order> = into.drain(before..).filter(is_visible).collect();
    for (nth, order) in (0..).zip(&mut kept) {
        order.nth = nth;
    }
    into.append(&mut kept);
}

/// Subscribers are billed on their day, unless it falls on a quiet one.
fn main_day(draw: &mut Draw, buyer: &Buyer, month: &Month) -> i32 {
    let billing_day = buyer.billing_day.min(27);
    let is_quiet = month.weights[billing_day as usize] < 70;
    let moves = buyer.rhythm != Rhythm::Monthly || draw.chance(if is_quiet { 0.8 } else { 0.15 });
    let billing_day = i32::try_from(billing_day).unwrap_or(0);
    month.first + if moves { busy_day(draw, month) } else { billing_day }
}

fn busy_day(draw: &mut Draw, month: &Month) -> i32 {
    i32::try_from(draw.weighted(&month.weights)).expect("a month has at most 31 days")
}

fn draw_course(draw: &mut Draw, buyer: &Buyer, budget: i64, is_extra: bool) -> Course {
    if buyer.part.is_plain() {
        return Course::Plain;
    }
    let lot = draw.unit();
    if budget >= 1_500_000 && lot < 0.12 {
        return Course::Contract;
    }
    let may_presell = is_extra || buyer.rhythm != Rhythm::Monthly;
    if may_presell && lot > 0.935 { Course::Presale } else { Course::Plain }
}

fn order(draw: &mut Draw, buyer: &Buyer, place: u32, day: i32, budget: i64, course: Course) -> Order {
    // Most calls come around the middle of the working day, whole minutes being how the order desk books.
    let minute = 8 * 60 + 30 + whole((draw.unit() + draw.unit()) * 390.0);
    let second = i32::try_from(minute * 60).expect("a day has 86,400 seconds");
    let n_lines = draw_lines(draw, budget);
    let usual = i32::try_from(buyer.basket.len()).expect("a basket is small");
    let first = draw.between(0, usual - 1);
    let is_usual = course == Course::Plain && buyer.rhythm == Rhythm::Monthly;
    let mut lines = Vec::with_capacity(n_lines as usize);
    for index in 0..n_lines {
        let share = whole(real(budget) / f64::from(n_lines) * draw.spread(0.5, 1.5));
        let slot = (first.unsigned_abs() + index) as usize % buyer.basket.len();
        let is_from_basket = is_usual && draw.chance(0.85);
        let product = if is_from_basket { buyer.basket[slot] } else { products::choose(draw, share) };
        lines.push(line(draw, buyer, day, product, share));
    }
    Order { at: instant(day, second), buyer: place, course, nth: 0, rep: buyer.rep, lines }
}

fn draw_lines(draw: &mut Draw, budget: i64) -> u32 {
    let (low, high) = match budget {
        ..20_000 => (1, 2),
        20_000..100_000 => (1, 3),
        100_000..400_000 => (2, 5),
        400_000..2_000_000 => (3, 8),
        _ => (5, 14),
    };
    low + draw.below(high - low + 1)
}

fn line(draw: &mut Draw, buyer: &Buyer, day: i32, product: u8, budget: i64) -> Line {
    let entry = &PRODUCTS[usize::from(product)];
    let pieces = (budget + entry.price / 2) / entry.price;
    let quantity = i32::try_from(pieces).unwrap_or(i32::MAX).max(1);
    let gross = entry.price * i64::from(quantity);
    let sale = if draw.chance(0.12) && buyer.part == Part::Ordinary { 5 } else { 0 };
    let discount = gross * (buyer.discount + sale) / 100;
    let cost = match buyer.part {
        Part::Unprofitable => (gross - discount) * i64::from(draw.between(104, 122)) / 100,
        Part::Squeezer => (gross - discount) * i64::from(draw.between(101, 106)) / 100,
        _ => gross * entry.cost / 1_000 * buyer.cost / 1_000 * i64::from(draw.between(97, 103)) / 100,
    };
    let shop = if buyer.n_shops == 0 { 0 } else { 1 + draw.below(buyer.n_shops) };
    let shop = buyer.shop_days.open_shop(shop, day);
    let shop = u8::try_from(shop).expect("at most twelve shops order under their own number");
    Line { product, shop, quantity, gross, discount, cost }
}
