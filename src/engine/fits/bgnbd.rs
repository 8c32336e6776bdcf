//! BG/NBD: how often customers buy, and whether they still do. Fader, Hardie and Lee (2005), "Counting Your Customers" the
//! Easy Way, Marketing Science 24(2), 275-284.
//!
//! While alive, a customer buys at a rate of its own, drawn from a gamma distribution (shape `r`, rate `alpha`). After each
//! purchase it leaves for good with a probability of its own, drawn from a beta distribution (`a`, `b`). What is known of a
//! customer is its `frequency` x (repeat purchases), its `recency` t (from the first purchase to the last) and its `age` T
//! (from the first purchase to now), all in one unit of time.

use datafusion::error::Result;
use statrs::function::gamma::{digamma, ln_gamma};

use super::optimise::{Objective, minimise};
use super::tally::{Tally, refused};

/// The parameters of a fitted model; `alpha` is in units of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) a: f64,
    pub(super) b: f64,
}

/// What a fit found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub(super) parameters: Parameters,
    pub(super) log_likelihood: f64,
}

/// Logarithms of r, alpha, a and b where the search begins, the mean age being one. The later ones are for data that lead
/// it astray from the first.
const STARTS: [&[f64]; 3] = [&[0.0, 0.0, 0.0, 0.0], &[-1.0, -1.0, -1.0, 1.0], &[1.0, 1.0, -2.0, 2.0]];

/// Refuses what no customer can be: `[frequency, recency, age]`.
///
/// # Errors
/// A last purchase after the end of the age, or a repeat purchase that is missing.
pub(super) fn check(function: &str, [frequency, recency, age]: [f64; 3]) -> Result<()> {
    if recency > age {
        return Err(refused(function, "a recency above the age"));
    }
    if frequency < 0.5 && recency > 0.0 {
        return Err(refused(function, "a recency above zero without a repeat purchase"));
    }
    Ok(())
}

/// The parameters of the greatest likelihood; `None` when there are none.
pub(super) fn fit(customers: &Tally<3>) -> Option<Fit> {
    let data = Customers::scaled(customers)?;
    let place = minimise(&data, &STARTS)?;
    let [r, alpha, a, b] = exponentials(&place)?;
    let parameters = Parameters { r, alpha: alpha * data.scale, a, b };
    let log_likelihood = -data.at(&place).0 * data.count - data.purchases * data.scale.ln();
    Some(Fit { parameters, log_likelihood })
}

fn exponentials<const N: usize>(place: &[f64]) -> Option<[f64; N]> {
    let place: [f64; N] = place.try_into().ok()?;
    Some(place.map(f64::exp))
}

/// Customers with times scaled to a mean age of one.
struct Customers {
    /// Each frequency once, in rising order: what depends on it alone is computed once.
    frequencies: Vec<f64>,
    rows: Vec<Row>,
    scale: f64,
    count: f64,
    purchases: f64,
}

struct Row {
    frequency: usize,
    recency: f64,
    age: f64,
    count: f64,
}

impl Customers {
    fn scaled(customers: &Tally<3>) -> Option<Self> {
        let count = customers.count() as f64;
        let scale = customers.rows().map(|([_, _, age], n)| age * n as f64).sum::<f64>() / count;
        if !scale.is_finite() || scale <= 0.0 {
            return None;
        }
        let mut frequencies: Vec<f64> = Vec::new();
        let mut purchases = 0.0;
        let rows = customers
            .rows()
            .map(|([frequency, recency, age], n)| {
                if frequencies.last().is_none_or(|last| *last < frequency) {
                    frequencies.push(frequency);
                }
                let count = n as f64;
                purchases += frequency * count;
                Row { frequency: frequencies.len() - 1, recency: recency / scale, age: age / scale, count }
            })
            .collect();
        Some(Self { frequencies, rows, scale, count, purchases })
    }
}

/// What of a customer's likelihood and its slopes depends on the frequency alone.
struct Part {
    value: f64,
    slope_r: f64,
    slope_a: f64,
    slope_b: f64,
    /// r + x.
    shape: f64,
    /// a / (b + x - 1), and b + x - 1; none without a repeat purchase.
    left: Option<(f64, f64)>,
}

impl Part {
    fn of(x: f64, Parameters { r, alpha, a, b }: Parameters) -> Self {
        Self {
            value: ln_gamma(r + x) - ln_gamma(r)
                + r * alpha.ln()
                + (ln_gamma(a + b) - ln_gamma(a + b + x))
                + (ln_gamma(b + x) - ln_gamma(b)),
            slope_r: digamma(r + x) - digamma(r) + alpha.ln(),
            slope_a: digamma(a + b) - digamma(a + b + x),
            slope_b: digamma(a + b) - digamma(a + b + x) + digamma(b + x) - digamma(b),
            shape: r + x,
            left: (x > 0.5).then(|| (a / (b + x - 1.0), b + x - 1.0)),
        }
    }
}

impl Objective for Customers {
    fn at(&self, logarithms: &[f64]) -> (f64, Vec<f64>) {
        let Some([r, alpha, a, b]) = exponentials(logarithms) else { return (f64::NAN, Vec::new()) };
        let parameters = Parameters { r, alpha, a, b };
        let parts: Vec<Part> = self.frequencies.iter().map(|x| Part::of(*x, parameters)).collect();
        let mut value = 0.0;
        let mut slope = [0.0; 4];
        for row in &self.rows {
            let part = &parts[row.frequency];
            let (alive_rate, left_rate) = (alpha + row.age, alpha + row.recency);
            let (log_alive, log_left) = (alive_rate.ln(), left_rate.ln());
            // Still here, or gone after the last purchase: the share of the second, and the logarithm of both.
            let alive = -part.shape * log_alive;
            let (gone, sum) = part.left.map_or((0.0, alive), |(odds, _)| {
                let log_odds = odds.ln() - part.shape * log_left - alive;
                (logistic(log_odds), alive + ln_one_plus_exp(log_odds))
            });
            value += row.count * (part.value + sum);
            slope[0] += row.count * (part.slope_r - (1.0 - gone) * log_alive - gone * log_left);
            slope[1] += row.count * (r / alpha - part.shape * ((1.0 - gone) / alive_rate + gone / left_rate));
            slope[2] += row.count * (part.slope_a + gone / a);
            slope[3] += row.count * (part.slope_b - part.left.map_or(0.0, |(_, base)| gone / base));
        }
        let chain = [r, alpha, a, b];
        (-value / self.count, slope.iter().zip(chain).map(|(part, by)| -part * by / self.count).collect())
    }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn ln_one_plus_exp(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// The probability that a customer has not left: equation (5) of Fader, Hardie and Lee (2008), "Computing P(alive) Using
/// the BG/NBD Model". One without a repeat purchase has had no occasion to leave.
pub(super) fn p_alive([x, recency, age]: [f64; 3], Parameters { r, alpha, a, b }: Parameters) -> f64 {
    if x < 0.5 {
        return 1.0;
    }
    let log_odds = (r + x) * ((alpha + age) / (alpha + recency)).ln() + (a / (b + x - 1.0)).ln();
    logistic(-log_odds)
}

/// Terms of a sum beyond which a customer's future is not computed.
const MOST_TERMS: usize = 5_000_000;

/// The purchases to be expected in the next `periods`: equation (10) of the paper, summed without its hypergeometric function,
/// which has no value at a = 1 although the expectation has one.
///
/// A customer who is alive would make K purchases if it never left, K being negative binomial with size r + x and odds of
/// z = periods / (alpha + T + periods) for each further one. It is still there after the j-th with the probability
/// `(b + x)_j / (a + b + x)_j`. So the expectation is P(alive) times the mean, over K, of the sum of these for j < K. Its
/// terms are all positive, and each is found from the one before.
/// `None` where the sum is too long: periods that exceed all experience by far.
pub(super) fn expected_purchases(periods: f64, customer: [f64; 3], parameters: Parameters) -> Option<f64> {
    let [x, _, age] = customer;
    let Parameters { r, alpha, a, b } = parameters;
    let (size, stays) = (r + x, b + x);
    let z = periods / (alpha + age + periods);
    // The chance of K = k, up to a factor that the division at the end takes out: the first one can be too small for a number.
    let mut chance = 1.0_f64;
    let mut chances = 0.0_f64;
    let mut sum = 0.0_f64;
    // What K = k purchases come to, and the probability that the next one is made.
    let (mut made, mut still_there) = (0.0_f64, 1.0_f64);
    for k in (0..MOST_TERMS).map(|k| k as f64) {
        chances += chance;
        sum += chance * made;
        let ratio = z * (size + k) / (k + 1.0);
        // No later ratio is greater than the greater of this and z, which bounds all that is to come.
        let bound = ratio.max(z);
        if bound < 1.0 && chance * (k + 1.0) <= f64::EPSILON * 0.1 * sum * (1.0 - bound).powi(2) {
            return Some(p_alive(customer, parameters) * sum / chances);
        }
        made += still_there;
        still_there *= (stays + k) / (a + stays + k);
        chance *= ratio;
        if chance > 1e200 {
            (chance, chances, sum) = (chance * 1e-200, chances * 1e-200, sum * 1e-200);
        }
    }
    None
}
