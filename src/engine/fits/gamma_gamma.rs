//! Gamma-Gamma: what a purchase of a customer is worth on average. Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary
//! Value".
//!
//! The value of a purchase varies around a mean of the customer's own by a gamma distribution (shape `p`), whose rate is drawn
//! from a gamma distribution (shape `q`, rate `v`). What is known of a customer is how many purchases were averaged
//! (`frequency`) and what they came to (`value`). The model takes value and frequency for independent: `correlation` says
//! how far they are.

use datafusion::error::Result;
use statrs::function::gamma::{digamma, ln_gamma};

use super::optimise::{Objective, minimise};
use super::tally::{Tally, refused};

/// The parameters of a fitted model; `v` is in units of value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parameters {
    pub(super) p: f64,
    pub(super) q: f64,
    pub(super) v: f64,
}

/// What a fit found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fit {
    pub(super) parameters: Parameters,
    pub(super) log_likelihood: f64,
}

/// Logarithms of p, q and v where the search begins, the mean value being one.
const STARTS: [&[f64]; 3] = [&[1.0, 1.0, 1.0], &[0.0, 0.7, 0.0], &[2.0, 2.0, 0.0]];

/// Refuses what was never bought: `[frequency, value]`.
///
/// # Errors
/// A frequency or a value of zero.
pub(super) fn check(function: &str, [frequency, value]: [f64; 2]) -> Result<()> {
    if frequency < 0.5 || value <= 0.0 {
        return Err(refused(function, "a frequency or a value of zero: leave such rows out"));
    }
    Ok(())
}

/// The parameters of the greatest likelihood; `None` when there are none.
pub(super) fn fit(customers: &Tally<2>) -> Option<Fit> {
    let data = Customers::scaled(customers)?;
    let place: [f64; 3] = minimise(&data, &STARTS)?.try_into().ok()?;
    let [p, q, v] = place.map(f64::exp);
    let parameters = Parameters { p, q, v: v * data.scale };
    let log_likelihood = -(data.at(&place).0 + data.scale.ln()) * data.count;
    Some(Fit { parameters, log_likelihood })
}

/// Pearson's correlation of frequency and value over customers; `None` where one of them is the same for all.
pub(super) fn correlation(customers: &Tally<2>) -> Option<f64> {
    let count = customers.count() as f64;
    let mean = |part: fn([f64; 2]) -> f64| {
        customers.rows().map(|(row, n)| part(row) * n as f64).sum::<f64>() / count
    };
    let (mean_x, mean_m) = (mean(|[x, _]| x), mean(|[_, m]| m));
    let [mut xx, mut mm, mut xm] = [0.0; 3];
    for ([x, m], n) in customers.rows() {
        let (x, m, n) = (x - mean_x, m - mean_m, n as f64);
        xx += n * x * x;
        mm += n * m * m;
        xm += n * x * m;
    }
    let correlation = xm / (xx.sqrt() * mm.sqrt());
    correlation.is_finite().then_some(correlation.clamp(-1.0, 1.0))
}

/// Customers with values scaled to a mean of one.
struct Customers {
    /// Each frequency once, in rising order: what depends on it alone is computed once.
    frequencies: Vec<f64>,
    rows: Vec<Row>,
    scale: f64,
    count: f64,
}

struct Row {
    frequency: usize,
    value: f64,
    count: f64,
}

impl Customers {
    fn scaled(customers: &Tally<2>) -> Option<Self> {
        let count = customers.count() as f64;
        let scale = customers.rows().map(|([_, value], n)| value * n as f64).sum::<f64>() / count;
        if !scale.is_finite() || scale <= 0.0 {
            return None;
        }
        let mut frequencies: Vec<f64> = Vec::new();
        let rows = customers
            .rows()
            .map(|([frequency, value], n)| {
                if frequencies.last().is_none_or(|last| *last < frequency) {
                    frequencies.push(frequency);
                }
                Row { frequency: frequencies.len() - 1, value: value / scale, count: n as f64 }
            })
            .collect();
        Some(Self { frequencies, rows, scale, count })
    }
}

/// What of a customer's likelihood and its slopes depends on the frequency alone.
struct Part {
    x: f64,
    value: f64,
    slope_p: f64,
    slope_q: f64,
}

impl Part {
    fn of(x: f64, Parameters { p, q, v }: Parameters) -> Self {
        let shape = p * x + q;
        Self {
            x,
            value: ln_gamma(shape) - ln_gamma(p * x) - ln_gamma(q) + q * v.ln() + p * x * x.ln(),
            slope_p: x * (digamma(shape) - digamma(p * x) + x.ln()),
            slope_q: digamma(shape) - digamma(q) + v.ln(),
        }
    }
}

impl Objective for Customers {
    fn at(&self, logarithms: &[f64]) -> (f64, Vec<f64>) {
        let Ok(place) = <[f64; 3]>::try_from(logarithms) else { return (f64::NAN, Vec::new()) };
        let [p, q, v] = place.map(f64::exp);
        let parts: Vec<Part> =
            self.frequencies.iter().map(|x| Part::of(*x, Parameters { p, q, v })).collect();
        let mut value = 0.0;
        let mut slope = [0.0; 3];
        for row in &self.rows {
            let part = &parts[row.frequency];
            let (shape, rate) = (p * part.x + q, part.x * row.value + v);
            let (log_value, log_rate) = (row.value.ln(), rate.ln());
            value += row.count * (part.value + (p * part.x - 1.0) * log_value - shape * log_rate);
            slope[0] += row.count * (part.slope_p + part.x * (log_value - log_rate));
            slope[1] += row.count * (part.slope_q - log_rate);
            slope[2] += row.count * (q / v - shape / rate);
        }
        let chain = [p, q, v];
        (-value / self.count, slope.iter().zip(chain).map(|(part, by)| -part * by / self.count).collect())
    }
}

/// The value to be expected of a customer's purchases: between its own mean and that of all, the nearer to its own the more
/// it bought. `None` where the mean of the model is infinite (p x + q <= 1).
pub(super) fn value([x, mean]: [f64; 2], Parameters { p, q, v }: Parameters) -> Option<f64> {
    let weight = p * x + q - 1.0;
    (weight > 0.0).then(|| p * (v + x * mean) / weight)
}
