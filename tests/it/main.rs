//! Integration tests: one binary, since each one links the query engine again.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests look at the world from outside, and may panic and print"
)]

mod asof;
mod broken;
mod cli;
mod deliver;
mod diff;
mod evidence;
mod files;
mod fits;
mod hostile;
mod kill;
mod layout;
mod leaks;
mod mail;
mod measures;
mod models;
mod optional;
mod parts;
mod publish;
mod random;
mod random_funnel;
mod random_retention;
mod real;
mod section;
mod sources;
mod store;
mod support;
mod tables;
mod truth;
mod words;
mod xlsx;
