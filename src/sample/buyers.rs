//! The hidden side of a customer: habits that stay, and usage that walks from month to month and ends in leaving.

use super::accounts::{Account, LARGE, monthly};
use super::calendar::{Calendar, Month};
use super::draw::{Draw, Source, Stream, whole};
use super::products;
use super::roles::Part;
use super::shops::ShopDays;

/// When a customer buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// Every month, on about the same day.
    Monthly,
    /// Now and then.
    Irregular,
    /// Once a year, in this month of the year.
    Annual(u32),
}

/// What usage has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotYet,
    Using,
    Left,
}

/// One customer, as demand sees it. Small: all of them stay in memory.
#[derive(Debug, Clone)]
pub(super) struct Buyer {
    /// By which its streams are addressed.
    pub(super) id: u32,
    pub(super) part: Part,
    pub(super) rhythm: Rhythm,
    pub(super) start: u32,
    /// Bought before the first month already, so that month need not have its first order.
    is_old: bool,
    /// Came in the last months: a first order for many months would make it look large.
    is_late: bool,
    /// The month from which on it never buys, for those whose part says so.
    pub(super) end: Option<u32>,
    /// Yearly spending in cents at usage 1.
    pub(super) scale: i64,
    /// How much the product is used, 1 at the start. Orders follow it; falling usage comes before leaving.
    pub(super) usage: f64,
    drift: f64,
    state: State,
    /// Months of purchase, for occasional buyers.
    pub(super) bulk: [u32; 2],
    pub(super) billing_day: u32,
    /// The chance of buying in a month, for irregular buyers.
    pub(super) frequency: f64,
    pub(super) basket: [u8; 5],
    /// Usual discount in percent.
    pub(super) discount: i64,
    /// Cost against that of the catalogue, in thousandths.
    pub(super) cost: i64,
    pub(super) rep: Option<u32>,
    /// How many of its shops order under their own number.
    pub(super) n_shops: u32,
    /// Since when and until when two of them do.
    pub(super) shop_days: ShopDays,
    /// Days after which it pays, at most.
    pub(super) pays_within: i32,
}

impl Buyer {
    pub(super) fn new(account: &Account, source: &Source, calendar: &Calendar) -> Self {
        let mut draw = source.stream(Stream::Habits, account.id, 0);
        let rhythm = draw_rhythm(&mut draw, account);
        let frequency = draw.spread(0.12, 0.55);
        let n_shops = match (account.chain, account.n_shops) {
            (Some(_), Some(n)) if draw.chance(0.6) => u32::try_from(n).unwrap_or(0).min(12),
            _ => 0,
        };
        let share = match rhythm {
            Rhythm::Monthly => monthly(account.scale) / 4.0,
            Rhythm::Irregular => monthly(account.scale) / frequency / 3.0,
            Rhythm::Annual(_) => monthly(account.scale) * 4.0,
        };
        let basket = std::array::from_fn(|_| products::choose(&mut draw, whole(share)));
        let window = calendar.window_start().unwrap_or(0);
        let first_bulk = window + draw.below(3);
        Self {
            id: account.id,
            part: account.part,
            rhythm,
            start: account.start,
            is_old: account.is_old,
            is_late: account.start + 3 >= calendar.n_months(),
            end: (account.part == Part::LateRefund).then(|| window.saturating_sub(1)),
            scale: account.scale,
            usage: draw.spread(0.75, 1.25),
            drift: if account.part.comes_early() {
                0.004
            } else {
                (0.003 + 0.028 * draw.bell()).clamp(-0.07, 0.022)
            },
            state: State::NotYet,
            bulk: [first_bulk, first_bulk + draw.below(2) + draw.below(2)],
            billing_day: draw.below(28),
            frequency,
            basket,
            discount: draw_discount(&mut draw, account),
            cost: draw_cost(&mut draw, account),
            rep: account.rep,
            n_shops,
            shop_days: ShopDays::draw(account, source, calendar),
            pays_within: if account.scale >= LARGE { draw.between(5, 45) } else { draw.between(0, 3) },
        }
    }

    /// Lets one month pass; says whether the customer uses the product in it.
    pub(super) fn pass(&mut self, draw: &mut Draw, month: &Month) -> bool {
        if month.index < self.start || self.end.is_some_and(|end| month.index >= end) {
            return false;
        }
        match self.state {
            State::NotYet => self.state = State::Using,
            State::Left => {
                if draw.chance(0.012) {
                    self.state = State::Using;
                    self.usage = draw.spread(0.5, 0.9);
                    self.drift = draw.spread(-0.02, 0.02);
                }
            }
            State::Using => self.walk(draw),
        }
        self.state == State::Using
    }

    /// Whether the product is used in a month, which is the one that passed last.
    pub(super) fn uses(&self, month: &Month) -> bool {
        self.state == State::Using && self.end.is_none_or(|end| month.index < end)
    }

    fn walk(&mut self, draw: &mut Draw) {
        let noise = if self.part.comes_early() { 0.03 } else { 0.075 };
        self.usage = (self.usage * (1.0 + self.drift + noise * draw.bell())).clamp(0.08, 3.0);
        if self.part.comes_early() {
            self.usage = self.usage.clamp(0.8, 1.3);
            return;
        }
        let hazard = match self.usage {
            ..0.3 => 0.25,
            ..0.5 => 0.09,
            ..0.75 => 0.025,
            _ => 0.006,
        };
        if draw.chance(if self.scale >= LARGE { hazard * 0.5 } else { hazard }) {
            self.state = State::Left;
        }
    }

    /// Whether it places its main order in this month, and for how many cents.
    pub(super) fn main_order(&self, draw: &mut Draw, month: &Month) -> Option<i64> {
        let noise = draw.spread(0.86, 1.14);
        let season = (1.0 + month.season) / 2.0;
        let is_first = month.index == self.start && !self.is_old;
        let a_month = monthly(self.scale) * self.usage * season * noise;
        if self.part == Part::Occasional {
            let times = if self.bulk[0] == self.bulk[1] { 12.0 } else { 6.0 };
            return self.bulk.contains(&month.index).then(|| whole(monthly(self.scale) * times * noise));
        }
        let is_due = match self.rhythm {
            Rhythm::Monthly => draw.chance(0.97),
            Rhythm::Irregular => {
                draw.chance(self.frequency * (0.4 + 0.6 * self.usage.min(1.2)) * month.season)
            }
            Rhythm::Annual(of_year) => month.of_year == of_year,
        };
        let amount = match self.rhythm {
            Rhythm::Monthly => a_month,
            Rhythm::Irregular | Rhythm::Annual(_) if is_first && self.is_late => a_month * 2.0,
            Rhythm::Irregular => a_month / self.frequency * draw.spread(0.5, 1.5),
            Rhythm::Annual(_) => a_month * 11.0,
        };
        (is_due || is_first).then(|| whole(amount))
    }

    /// How many further, smaller orders are to be expected in the month.
    pub(super) fn extra_orders(&self, month: &Month) -> f64 {
        let at_usage_1 = match (self.rhythm, self.part) {
            (_, Part::Occasional) => 0.0,
            (Rhythm::Monthly, _) if self.scale >= LARGE => 6.0,
            (Rhythm::Monthly, _) if self.scale >= 2_000_000 => 4.2,
            (Rhythm::Monthly, _) => 1.7,
            (Rhythm::Irregular, _) => 0.12,
            (Rhythm::Annual(_), _) => 0.07,
        };
        (at_usage_1 * self.usage * month.season).min(7.0)
    }
}

fn draw_rhythm(draw: &mut Draw, account: &Account) -> Rhythm {
    if account.part.comes_early() {
        return Rhythm::Monthly;
    }
    let weights = match account.scale {
        _ if account.org.is_public() && account.scale < 8_000_000 => [30, 20, 50],
        LARGE.. => [82, 18, 0],
        4_000_000..LARGE => [72, 28, 0],
        _ => [56, 28, 16],
    };
    match draw.weighted(&weights) {
        0 => Rhythm::Monthly,
        1 => Rhythm::Irregular,
        _ if account.org.is_public() => Rhythm::Annual(10 + draw.below(3)),
        _ => Rhythm::Annual(1 + draw.below(12)),
    }
}

fn draw_discount(draw: &mut Draw, account: &Account) -> i64 {
    match account.part {
        Part::Squeezer => i64::from(draw.between(47, 56)),
        Part::Unprofitable => i64::from(draw.between(8, 14)),
        _ if account.scale >= LARGE => [5, 8, 10, 12, 15, 20][draw.weighted(&[1, 2, 3, 3, 2, 1])],
        _ if account.scale >= 2_000_000 => [0, 3, 5, 8, 10][draw.weighted(&[3, 2, 3, 2, 1])],
        _ => [0, 5][draw.weighted(&[7, 2])],
    }
}

/// A few small customers cost more than they bring; those planted for it have a rule of their own.
fn draw_cost(draw: &mut Draw, account: &Account) -> i64 {
    let cost = if draw.chance(0.01) { draw.between(1_700, 2_600) } else { draw.between(900, 1_120) };
    i64::from(if account.scale >= 5_000_000 && cost > 1_120 { cost / 2 } else { cost })
}
