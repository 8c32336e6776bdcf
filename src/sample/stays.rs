//! When each buyer used the product, kept while the months pass: the books forget it.

use super::buyers::{Buyer, Rhythm};
use super::calendar::{Calendar, Month};

/// How many months of use are told day by day: enough to compare the last months with the same ones of the year before.
pub(super) const MONTHS: usize = 17;

/// One buyer's use of the product.
#[derive(Debug, Clone, Default)]
pub(super) struct Stay {
    /// First month, and the one after the last, of each time that it used the product.
    pub(super) spans: Vec<(u32, u32)>,
    /// How much it used the product in each of the last months.
    levels: [f64; MONTHS],
    /// Buys every month.
    pub(super) is_monthly: bool,
}

/// By place of the account.
#[derive(Debug)]
pub(super) struct Stays {
    pub(super) rows: Vec<Stay>,
    first_told: u32,
}

impl Stays {
    pub(super) fn new(buyers: &[Buyer], calendar: &Calendar) -> Self {
        let row = |buyer: &Buyer| Stay { is_monthly: buyer.rhythm == Rhythm::Monthly, ..Stay::default() };
        let told = u32::try_from(MONTHS).expect("it is a small number");
        Self { rows: buyers.iter().map(row).collect(), first_told: calendar.n_months().saturating_sub(told) }
    }

    /// Takes note of the month that has just passed.
    pub(super) fn add(&mut self, month: &Month, buyers: &[Buyer]) {
        for (stay, buyer) in self.rows.iter_mut().zip(buyers) {
            if let Some(nth) = month.index.checked_sub(self.first_told) {
                stay.levels[nth as usize] = buyer.usage;
            }
            if !buyer.uses(month) {
                continue;
            }
            match stay.spans.last_mut() {
                Some((_, end)) if *end == month.index => *end += 1,
                _ => stay.spans.push((month.index, month.index + 1)),
            }
        }
    }

    /// How much an account uses the product in a month that is told.
    pub(super) fn level(&self, place: u32, month: u32) -> f64 {
        self.rows[place as usize].levels[(month - self.first_told) as usize]
    }
}
