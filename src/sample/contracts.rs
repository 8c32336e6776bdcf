//! How contracts and pre-sales are paid: deposits, instalments, final payments, and what goes wrong.
//!
//! A contract closes on the first day on which its receipts, net of refunds, reach its amount and one of them is an
//! instalment or a final payment.

use super::calendar::{instant, shanghai_day};
use super::draw::Draw;

/// What a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    Deposit,
    Presale,
    Instalment,
    Final,
    Refund,
}

impl Purpose {
    /// The warehouse's word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Deposit => "定金",
            Self::Presale => "预售",
            Self::Instalment => "分期",
            Self::Final => "尾款",
            Self::Refund => "退款",
        }
    }
}

/// One payment; a refund is negative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payment {
    pub(super) at: i64,
    /// In cents.
    pub(super) amount: i64,
    pub(super) purpose: Purpose,
}

/// A signed contract.
#[derive(Debug)]
pub(super) struct Contract {
    /// Index of the month of signing.
    pub(super) month: u32,
    /// Counted from 1 within the month.
    pub(super) number: u32,
    pub(super) buyer: u32,
    pub(super) signed_on: i32,
    /// The sum of its lines, net of discount, in cents.
    pub(super) amount: i64,
    pub(super) starts_on: i32,
    pub(super) ends_on: i32,
    pub(super) outcome: Outcome,
    /// The day on which it closed, if it did.
    pub(super) closed_on: Option<i32>,
}

/// What has become of a contract by the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Closed,
    /// Closed, paid too much and got the rest back.
    Overpaid,
    /// Some of the money is still to come.
    Open,
    /// All of the money has come, all of it as deposits: not closed.
    DepositsOnly,
    /// Given up; the deposit went back.
    Refunded,
    /// Given up; the deposit was kept.
    Forfeited,
}

/// What the parties will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Pays,
    Overpays,
    Stalls,
    DepositsOnly,
    TakesBack,
    Forfeits,
}

/// The payments of a contract up to the last day, in order of time, and what they come to.
pub(super) fn pay(
    draw: &mut Draw,
    signed_at: i64,
    amount: i64,
    last_day: i32,
) -> (Vec<Payment>, Outcome, Option<i32>) {
    use Fate as F;
    let fates = [F::Pays, F::Overpays, F::Stalls, F::DepositsOnly, F::TakesBack, F::Forfeits];
    let fate = fates[draw.weighted(&[78, 4, 7, 3, 5, 3])];
    let mut plan = plan(draw, fate, shanghai_day(signed_at), amount);
    plan.retain(|payment| shanghai_day(payment.at) <= last_day);
    plan.sort_by_key(|payment| (payment.at, payment.purpose));
    let is_refunded = plan.iter().any(|payment| payment.purpose == Purpose::Refund);
    let paid: i64 = plan.iter().map(|payment| payment.amount).sum();
    let closed_on = closing(&plan, amount);
    let outcome = match (closed_on.is_some(), fate) {
        (true, F::Overpays) if is_refunded => Outcome::Overpaid,
        (true, _) => Outcome::Closed,
        (false, F::DepositsOnly) if paid >= amount => Outcome::DepositsOnly,
        (false, F::TakesBack) if is_refunded => Outcome::Refunded,
        (false, F::Forfeits) if !plan.is_empty() => Outcome::Forfeited,
        (false, _) => Outcome::Open,
    };
    (plan, outcome, closed_on)
}

fn plan(draw: &mut Draw, fate: Fate, signed_on: i32, amount: i64) -> Vec<Payment> {
    let mut day = signed_on + draw.between(1, 6);
    let mut payments = Vec::new();
    let mut left = amount;
    let mut push = |draw: &mut Draw, day: i32, amount: i64, purpose: Purpose| {
        let second = draw.between(9 * 60, 18 * 60) * 60;
        payments.push(Payment { at: instant(day, second), amount, purpose });
    };
    let first = if draw.chance(0.8) { Purpose::Deposit } else { Purpose::Presale };
    let deposit = amount * i64::from(draw.between(2, 8)) * 5 / 100;
    push(draw, day, deposit, first);
    left -= deposit;
    match fate {
        Fate::TakesBack => {
            day += draw.between(20, 90);
            push(draw, day, -deposit, Purpose::Refund);
            return payments;
        }
        Fate::Forfeits => return payments,
        Fate::DepositsOnly => {
            day += draw.between(15, 60);
            push(draw, day, left, Purpose::Deposit);
            return payments;
        }
        Fate::Pays | Fate::Overpays | Fate::Stalls => {}
    }
    let n_instalments = [0, 1, 2, 3][draw.weighted(&[30, 35, 20, 15])];
    for remaining in (1..=n_instalments).rev() {
        day += draw.between(12, 40);
        let instalment = left / (i64::from(remaining) + 1);
        push(draw, day, instalment, Purpose::Instalment);
        left -= instalment;
    }
    if fate == Fate::Stalls {
        return payments;
    }
    day += draw.between(10, 45);
    let extra = if fate == Fate::Overpays { amount * i64::from(draw.between(1, 6)) / 100 + 100 } else { 0 };
    push(draw, day, left + extra, Purpose::Final);
    if extra > 0 {
        day += draw.between(4, 30);
        push(draw, day, -extra, Purpose::Refund);
    }
    payments
}

fn closing(payments: &[Payment], amount: i64) -> Option<i32> {
    let mut paid = 0;
    let mut is_firm = false;
    for (index, payment) in payments.iter().enumerate() {
        paid += payment.amount;
        is_firm |= matches!(payment.purpose, Purpose::Instalment | Purpose::Final);
        let is_end_of_day =
            payments.get(index + 1).is_none_or(|next| shanghai_day(next.at) != shanghai_day(payment.at));
        if is_end_of_day && is_firm && paid >= amount {
            return Some(shanghai_day(payment.at));
        }
    }
    None
}

/// The payments of a pre-sale without contract up to the last day, and whether it was completed by then.
pub(super) fn presell(draw: &mut Draw, at: i64, amount: i64, last_day: i32) -> (Vec<Payment>, bool) {
    let first = if draw.chance(0.6) { Purpose::Presale } else { Purpose::Deposit };
    let deposit = amount * i64::from(draw.between(1, 5)) / 10;
    let mut payments = vec![Payment { at: at + 120, amount: deposit, purpose: first }];
    let is_kept = draw.chance(0.68);
    let is_taken_back = !is_kept && draw.chance(0.3);
    let days = draw.between(3, if is_kept { 80 } else { 240 });
    let later = instant(shanghai_day(at) + days, draw.between(9 * 60, 20 * 60) * 60);
    if is_kept {
        payments.push(Payment { at: later, amount: amount - deposit, purpose: Purpose::Final });
    } else if is_taken_back {
        payments.push(Payment { at: later, amount: -deposit, purpose: Purpose::Refund });
    }
    payments.retain(|payment| shanghai_day(payment.at) <= last_day);
    let is_complete = payments.iter().any(|payment| payment.purpose == Purpose::Final);
    (payments, is_complete)
}
