//! tierbook
pub mod error;
pub mod files;
pub mod names;
pub mod project;

pub mod sources;

pub mod models;

pub mod reports;

pub mod publish;

pub mod export;

pub mod sample;

pub mod engine;

pub mod run;
