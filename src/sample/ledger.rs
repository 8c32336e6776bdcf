//! The books: gives orders their numbers month by month, and carries what is still to come, returns and payments,
//! into the months in which it happens. Holds one month of rows at a time.

use super::buyers::Buyer;
use super::calendar::{Calendar, Month, instant, shanghai_day};
use super::contracts::{Contract, Outcome, Payment, Purpose, pay, presell};
use super::demand::{Course, Line, Order, orders_of_month};
use super::draw::{Draw, Source, Stream};
use super::roles::Part;
use super::truth::Tally;

/// An order's number: its day and the count within the day, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number {
    pub(super) day: i32,
    pub(super) count: u32,
}

/// State of an order line as the warehouse has it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Completed,
    Pending,
    Refunded,
}

/// One row of `sales_order_line`.
#[derive(Debug)]
pub(super) struct LineRow {
    pub(super) at: i64,
    pub(super) order: Number,
    pub(super) seq: i32,
    pub(super) buyer: u32,
    pub(super) status: Status,
    /// Place in the list of contracts.
    pub(super) contract: Option<u32>,
    pub(super) rep: Option<u32>,
    pub(super) line: Line,
}

/// One row of `receipt`.
#[derive(Debug)]
pub(super) struct ReceiptRow {
    pub(super) payment: Payment,
    /// Day and count of the receipt itself; the count is given when its month is written.
    pub(super) number: Number,
    pub(super) buyer: u32,
    pub(super) contract: Option<u32>,
    pub(super) order: Option<Number>,
}

/// The rows of one month, in the order of the files.
#[derive(Debug, Default)]
pub(super) struct MonthRows {
    pub(super) lines: Vec<LineRow>,
    pub(super) receipts: Vec<ReceiptRow>,
}

/// Goods that come back.
#[derive(Debug)]
struct Return {
    at: i64,
    order: Number,
    seq: i32,
    buyer: u32,
    rep: Option<u32>,
    line: Line,
    has_own_number: bool,
}

/// All that is carried from month to month.
pub(super) struct Ledger<'a> {
    calendar: &'a Calendar,
    source: &'a Source,
    pub(super) buyers: Vec<Buyer>,
    returns: Vec<Vec<Return>>,
    receipts: Vec<Vec<ReceiptRow>>,
    pub(super) contracts: Vec<Contract>,
    pub(super) tally: Tally,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(calendar: &'a Calendar, source: &'a Source, buyers: Vec<Buyer>, tally: Tally) -> Self {
        let n = calendar.months.len();
        Self {
            calendar,
            source,
            buyers,
            returns: std::iter::repeat_with(Vec::new).take(n).collect(),
            receipts: std::iter::repeat_with(Vec::new).take(n).collect(),
            contracts: Vec::new(),
            tally,
        }
    }

    /// The rows of a month; months must be asked for in order.
    pub(super) fn month(&mut self, month: &Month) -> MonthRows {
        let mut rows = MonthRows::default();
        let mut orders = self.demand(month);
        for back in std::mem::take(&mut self.returns[month.index as usize]) {
            if back.has_own_number {
                let (at, buyer, rep, lines) = (back.at, back.buyer, back.rep, vec![back.line]);
                orders.push(Order { at, buyer, course: Course::Return, nth: 0, rep, lines });
            } else {
                self.take_back(back, &mut rows);
            }
        }
        orders.sort_by_key(|order| (order.at, order.buyer));
        let mut number = Number { day: i32::MIN, count: 0 };
        let mut n_contracts = 0;
        for order in orders {
            let day = shanghai_day(order.at);
            number = Number { day, count: if number.day == day { number.count + 1 } else { 1 } };
            let (status, contract) = self.settle(month, &order, number, &mut n_contracts);
            let (at, buyer, rep) = (order.at, order.buyer, order.rep);
            for (seq, line) in (1..).zip(order.lines) {
                rows.lines.push(LineRow { at, order: number, seq, buyer, status, contract, rep, line });
            }
        }
        // What is returned within the month of the order is booked under the order's number.
        for back in std::mem::take(&mut self.returns[month.index as usize]) {
            self.take_back(back, &mut rows);
        }
        rows.lines.sort_by_key(|row| (row.at, row.order, row.seq));
        for row in &rows.lines {
            self.tally.add(row);
        }
        rows.receipts = self.number_receipts(month);
        rows
    }

    fn demand(&mut self, month: &Month) -> Vec<Order> {
        let mut orders = Vec::new();
        for (place, buyer) in (0_u32..).zip(&mut self.buyers) {
            if buyer.start > month.index {
                continue;
            }
            let mut draw = self.source.stream(Stream::Orders, buyer.id, month.index);
            if buyer.pass(&mut draw, month) {
                orders_of_month(&mut draw, buyer, place, month, self.calendar, &mut orders);
            }
        }
        orders
    }

    fn number_receipts(&mut self, month: &Month) -> Vec<ReceiptRow> {
        let mut receipts = std::mem::take(&mut self.receipts[month.index as usize]);
        receipts.sort_by_key(|row| {
            (row.payment.at, row.buyer, row.order, row.payment.purpose, row.payment.amount)
        });
        let mut number = Number { day: i32::MIN, count: 0 };
        for row in &mut receipts {
            let day = shanghai_day(row.payment.at);
            number = Number { day, count: if number.day == day { number.count + 1 } else { 1 } };
            row.number = number;
        }
        receipts
    }

    /// Decides what follows from an order; gives the status of its lines and its contract.
    fn settle(&mut self, month: &Month, order: &Order, number: Number, n: &mut u32) -> (Status, Option<u32>) {
        let buyer = &self.buyers[order.buyer as usize];
        let mut draw = self.source.stream(Stream::Settlement, buyer.id, month.index * 16 + order.nth);
        match order.course {
            Course::Plain => {
                let days = draw.between(0, buyer.pays_within.max(0));
                let at = if days == 0 { order.at + 60 } else { office_hour(&mut draw, number.day + days) };
                let payment = Payment { at, amount: order.net(), purpose: Purpose::Final };
                self.receive(order.buyer, None, Some(number), payment);
                self.plan_returns(&mut draw, month, order, number);
                (Status::Completed, None)
            }
            Course::Presale => {
                let (payments, is_complete) =
                    presell(&mut draw, order.at, order.net(), self.calendar.last_day);
                for payment in payments {
                    self.receive(order.buyer, None, Some(number), payment);
                }
                (if is_complete { Status::Completed } else { Status::Pending }, None)
            }
            Course::Contract => {
                *n += 1;
                self.sign(&mut draw, month, order, *n)
            }
            Course::Return => {
                let payment = Payment { at: order.at + 180, amount: order.net(), purpose: Purpose::Refund };
                self.receive(order.buyer, None, Some(number), payment);
                (Status::Refunded, None)
            }
        }
    }

    fn sign(&mut self, draw: &mut Draw, month: &Month, order: &Order, number: u32) -> (Status, Option<u32>) {
        let signed_on = shanghai_day(order.at);
        let amount = order.net();
        let (payments, outcome, closed_on) = pay(draw, order.at, amount, self.calendar.last_day);
        let place = u32::try_from(self.contracts.len()).expect("there are fewer contracts than orders");
        for payment in payments {
            self.receive(order.buyer, Some(place), None, payment);
        }
        let starts_on = signed_on + draw.between(3, 40);
        let ends_on = starts_on - 1 + [365, 730, 1_095][draw.weighted(&[6, 2, 2])];
        let (month, buyer) = (month.index, order.buyer);
        self.contracts.push(Contract {
            month,
            number,
            buyer,
            signed_on,
            amount,
            starts_on,
            ends_on,
            outcome,
            closed_on,
        });
        // The CRM's own word is not to be trusted: some open contracts are marked as completed.
        let is_closed = matches!(outcome, Outcome::Closed | Outcome::Overpaid);
        let is_marked = is_closed != draw.chance(if is_closed { 0.05 } else { 0.15 });
        (if is_marked { Status::Completed } else { Status::Pending }, Some(place))
    }

    /// About 1.5 % of the lines come back, in whole or in part, days to weeks later.
    fn plan_returns(&mut self, draw: &mut Draw, month: &Month, order: &Order, number: Number) {
        let buyer = &self.buyers[order.buyer as usize];
        let window = self.calendar.window_start().and_then(|start| self.calendar.months.get(start as usize));
        let late = match (buyer.part, buyer.end, window) {
            (Part::LateRefund, Some(end), Some(window)) if month.index + 2 >= end => Some(window.first),
            _ => None,
        };
        if buyer.part.is_plain() {
            return;
        }
        let mut seq = i32::try_from(order.lines.len()).expect("an order has few lines");
        for line in &order.lines {
            if late.is_none() && !draw.chance(0.016) {
                continue;
            }
            let days = draw.between(2, 75);
            let day = late.map_or(number.day + days, |window| window + days);
            let pieces =
                if late.is_some() || draw.chance(0.6) { line.quantity } else { (line.quantity + 1) / 2 };
            let has_own_number = draw.chance(0.5);
            let at = office_hour(draw, day);
            seq += i32::from(!has_own_number);
            let Some(month_of_return) = self.calendar.month_of(day) else {
                continue;
            };
            let own_number = has_own_number && month_of_return != month.index as usize;
            seq += i32::from(has_own_number && !own_number);
            self.returns[month_of_return].push(Return {
                at,
                order: number,
                seq,
                buyer: order.buyer,
                rep: order.rep,
                line: line.taken_back(pieces),
                has_own_number: own_number,
            });
        }
    }

    fn take_back(&mut self, back: Return, rows: &mut MonthRows) {
        let payment = Payment { at: back.at + 180, amount: back.line.net(), purpose: Purpose::Refund };
        self.receive(back.buyer, None, Some(back.order), payment);
        rows.lines.push(LineRow {
            at: back.at,
            order: back.order,
            seq: back.seq,
            buyer: back.buyer,
            status: Status::Refunded,
            contract: None,
            rep: back.rep,
            line: back.line,
        });
    }

    /// Books a payment into its month; payments after the last day have not happened.
    fn receive(&mut self, buyer: u32, contract: Option<u32>, order: Option<Number>, payment: Payment) {
        let day = shanghai_day(payment.at);
        if let Some(month) = self.calendar.month_of(day) {
            let number = Number { day, count: 0 };
            self.receipts[month].push(ReceiptRow { payment, number, buyer, contract, order });
        }
    }
}

fn office_hour(draw: &mut Draw, day: i32) -> i64 {
    instant(day, draw.between(9 * 60, 19 * 60) * 60)
}
