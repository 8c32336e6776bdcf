//! tierbook: a company's warehouse becomes the book its managers run B2B customers by.
//!
//! This page is the map. Data goes down the list of modules; each stage is one verb and one result type, both at the
//! top of its `mod.rs`:
//!
//! ```text
//! folder ──project::load──▶ Project ─┐
//! warehouse ──sources::open──▶ Sources ─┤
//!                                    models::build──▶ Models ──reports::render──▶ pages ──publish──▶ edition
//! ```
//!
//! | module | from → to |
//! | --- | --- |
//! | [`project`] | a folder → config, parameters, query files, rules and templates, parsed and checked |
//! | [`sources`] | warehouse files → tables: discovery, schemas, fingerprints |
//! | [`models`] | query files → derived tables: graph, plan, execute, check, store |
//! | [`reports`] | derived tables and templates → documents of blocks and cells → pages, and lists as spreadsheets |
//! | [`publish`] | pages → one edition, visible all at once |
//! | [`mail`] | what reports say in a mail, and who reads them → messages, as files of an edition |
//! | [`deliver`] | the messages of an edition → a mail server, each once |
//! | [`compare`] | two versions of a project, built over the same rows → what the edit between them changes |
//! | [`run`] | every pipeline as a list of stages called in order, and nothing else |
//!
//! Beside the pipeline: [`engine`] is the DataFusion session and what we add to it, [`export`] writes rows in any
//! format, [`sample`] generates a warehouse, [`store`] keeps results from run to run, each under the address of what went into it
//! (what that is, [`models`] says: `addresses.rs`), [`files`] touches the disk, [`names`] and [`error`] are used by all.
//!
//! Rules that keep it so:
//!
//! 1. A later stage may name an earlier stage's result type; no stage calls another. [`run`] alone calls stages.
//! 2. The library is quiet and blind: no printing, no exit, no clock, no environment. They come in as values from
//!    `bin` (see [`run::Request`]); `clippy.toml` names the functions that would break this.
//! 3. Nothing is destroyed before its successor is complete: build to the side, check, then switch.
//! 4. Same inputs, same bytes. Every order is total, money is Decimal from end to end, and a sum over floating-point
//!    numbers is a fault of the project.
//! 5. Text of the warehouse is never markup: templates handle cells as markers, and each writer escapes them for the
//!    place they land in.
//!
//! Where to begin: to change a number, edit `queries/`; to change a page, `report_templates/`; to add a function
//! that templates call, [`reports`] (`engine.rs`) and the list in [`project::templates`]; to add one that SQL calls,
//! [`engine`] (`functions.rs`, and `fits/` for models that are fitted); to add a key of query
//! files, [`project::header`] and what reads it in [`models`]. Where a figure comes from is found in plans by
//! [`models::lineage`], and written by [`reports`] (`evidence/`).
//!
//! What makes it fast: tables are planned and computed side by side, each in one part as long as others wait ([`models`], `plan.rs`
//! and `making.rs`), checked as their rows pass by on their way to the disk (`watch.rs`), stored with the order that they are in,
//! so that nobody sorts them again (`rows.rs`), and kept ([`store`]), as are pictures and the files of rows behind figures; a part
//! of a query that is read more than once is computed once, a grouping right over files is merged from what each file comes to,
//! groups beyond their memory go to disk in pieces, windows over rows in order are one pass, a join holds its small side, days of
//! instants are told by the bounds of the last one, and memory goes to the queries that want it ([`engine`]: `shared.rs`, `parts/`,
//! `grouping/`, `windows/`, `sides.rs`, `days.rs`, `memory.rs`, put to use in `running.rs`; `--plain-engine` does without). What
//! reads much is begun first (`queue.rs`). What the engine takes for sorted and is not, `orders.rs` corrects. `benches/run.py` measures all
//! of it beside DuckDB, over the script that [`models::script`] writes, and `benches/chart.py` draws it; `benches/compare.py` sees
//! that both give the same rows.

pub mod error;

pub mod names;

pub mod files;

pub mod project;

pub mod sources;

pub mod models;

pub mod reports;

pub mod mail;

pub mod publish;

pub mod deliver;

pub mod compare;

pub mod export;

pub mod sample;

pub mod engine;

pub mod store;

pub mod run;
