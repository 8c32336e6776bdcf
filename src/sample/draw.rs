//! Random draws that do not depend on the order in which things are made.
//!
//! Every thing that needs chance (an account, a customer's month, ...) has a stream of its own, addressed by what it is.
//! Only additions, multiplications and comparisons of floats are used, no `ln` or `exp`: those may differ in the last
//! bit between platforms, and the sample is to be the same everywhere.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream of draws is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    /// Which accounts are groups, branches, planted ones.
    Structure = 1,
    /// The attributes and the name of one account.
    Account = 2,
    /// The habits of one buyer.
    Habits = 3,
    /// One buyer's orders in one month.
    Orders = 4,
    /// The payments and refunds that follow from one buyer's orders in one month.
    Settlement = 5,
    /// Sales representatives.
    Reps = 6,
    /// Who is planted in the tables around sales.
    Casting = 7,
    /// The shops of one account.
    Shops = 8,
    /// The people who use the products of one city's accounts.
    EndUsers = 9,
    /// The settlement money of one account, and the visits that it calls for.
    Balances = 10,
    /// The contacts with one account.
    Touches = 11,
    /// The deals of one account.
    Deals = 12,
    /// The people at one account.
    People = 13,
    /// The tickets of one account.
    Tickets = 14,
    /// The monthly costs of one account.
    Costs = 15,
    /// One account's use of the product in one month.
    Usage = 16,
    /// Surveys, named lists and the like.
    Notes = 17,
    /// When one lead comes, and by which channel.
    Leads = 18,
    /// What happens to one lead.
    LeadPaths = 19,
    /// What one channel costs.
    Channels = 20,
    /// Visits by one search word in one month.
    Search = 21,
    /// With whom contacts about deals were.
    Chain = 22,
    /// The subscriptions of one account.
    Subscriptions = 23,
    /// What the product brings to one account.
    Outcomes = 24,
    /// How one account's use of the product falls in one month.
    Decline = 25,
    /// Who reads one piece of content.
    Content = 26,
    /// The community in one month.
    Community = 27,
}

/// The words that one step (a month) of a stream may use before it would reach the next step's.
const WORDS_PER_STEP: u128 = 1 << 18;

/// All streams of one seed.
#[derive(Debug, Clone)]
pub(super) struct Source(ChaCha8Rng);

impl Source {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The draws of one thing at one step.
    pub(super) fn stream(&self, stream: Stream, id: u32, step: u32) -> Draw {
        let mut rng = self.0.clone();
        rng.set_stream(((stream as u64) << 40) | u64::from(id));
        rng.set_word_pos(u128::from(step) * WORDS_PER_STEP);
        Draw(rng)
    }
}

/// One stream of draws.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// Uniform in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in [low, high).
    pub(super) fn spread(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in low..=high.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high)
    }

    /// Uniform in 0..n; n must not be 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        self.0.random_range(0..n)
    }

    /// Mean 0, deviation 1, never beyond 3.5: the sum of four uniform draws.
    pub(super) fn bell(&mut self) -> f64 {
        const ROOT_OF_THREE: f64 = 1.732_050_807_568_877_2;
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * ROOT_OF_THREE
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.index(from.len())]
    }

    /// Uniform in 0..n for a slice of length n.
    pub(super) fn index(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }

    /// An index, as likely as its weight; the weights must not all be 0.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u32 = weights.iter().sum();
        let mut left = self.below(total);
        for (index, &weight) in weights.iter().enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        weights.len() - 1
    }

    /// How many of eight trials succeed when `mean` are expected (at most 8).
    pub(super) fn count(&mut self, mean: f64) -> u32 {
        (0..8).map(|_| u32::from(self.chance(mean / 8.0))).sum()
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "amounts of this module are far below 2^53 cents")]
pub(super) fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// A whole number of cents as a float, for multiplying by a factor; exact below 2^53.
pub(super) fn real(value: i64) -> f64 {
    value as f64
}
