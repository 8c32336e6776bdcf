//! Models that are fitted to the purchases of customers, as functions of SQL. Scores give NULL for NULL; fits leave out
//! rows with a NULL.
//!
//! | function | gives |
//! | --- | --- |
//! | `bgnbd_fit(frequency, recency, age)` | over customers: `r`, `alpha`, `a`, `b`, `log_likelihood`, `converged` |
//! | `bgnbd_p_alive(frequency, recency, age, r, alpha, a, b)` | the probability that a customer has not left |
//! | `bgnbd_expected_purchases(periods, frequency, recency, age, r, alpha, a, b)` | its purchases in the next periods |
//! | `gamma_gamma_fit(frequency, value)` | over customers: `p`, `q`, `v`, `log_likelihood`, `correlation`, `converged` |
//! | `gamma_gamma_value(frequency, value, p, q, v)` | what its purchases are worth on average |
//!
//! A fit is one value with named parts, read as `fit['alpha']`. Whatever the order of the rows or the number of cores, its
//! digits are the same. Where the data do not hold the parameters down, `converged` is false and they are NULL.

mod aggregates;
mod bgnbd;
mod gamma_gamma;
mod optimise;
mod scores;
mod tally;

pub(super) use aggregates::all as aggregates;
pub(super) use scores::all as scores;
