//! The command line's words.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use tierbook::export;
use tierbook::names::{EditionId, TableName};
use tierbook::project::config;

/// Turns a company's warehouse into the book its managers run B2B customers by.
#[derive(Debug, Parser)]
#[command(version, about, after_help = "Example:\n  tierbook run --as-of 2026-10-31")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compute everything for one day and publish an edition of the reports.
    #[command(after_help = "Example:\n  tierbook run --as-of 2026-10-31 --set unit=group")]
    Run {
        #[command(flatten)]
        scope: Scope,
        /// Where editions are published, in the place of `out` in tierbook.toml
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Mail what is left of the newest edition when the run has gone well; tell the owner when it has not
        #[arg(long)]
        deliver: bool,
        /// Tell which tables took longest
        #[arg(long)]
        timings: bool,
        /// How to tell the result
        #[arg(long, value_enum, default_value_t = TextFormat::Text)]
        format: TextFormat,
    },
    /// Mail what is left of an edition to its readers; what has gone is not sent again.
    #[command(after_help = "Examples:\n  tierbook deliver\n  \
                            tierbook deliver --edition 2026-10-31.1 --resend-doubtful")]
    Deliver {
        /// The project folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
        /// Where editions are published, in the place of `out` in tierbook.toml
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// An edition such as 2026-10-31.1, in the place of the newest one, however old it is
        #[arg(long, value_name = "ID")]
        edition: Option<EditionId>,
        /// Send what may have arrived before, too
        #[arg(long)]
        resend_doubtful: bool,
        /// Send what the server did not take before, too
        #[arg(long)]
        retry_refused: bool,
        /// How to tell the result
        #[arg(long, value_enum, default_value_t = TextFormat::Text)]
        format: TextFormat,
    },
    /// Parse, plan and lint all SQL, and parse templates and config, without touching rows unless asked to.
    #[command(after_help = "Examples:\n  tierbook check\n  tierbook check --rows --timings")]
    Check {
        #[command(flatten)]
        scope: Scope,
        /// Compute every table too, and see that its conditions hold; nothing is published
        #[arg(long)]
        rows: bool,
        /// Tell which tables took longest
        #[arg(long, requires = "rows")]
        timings: bool,
        /// How to tell the result
        #[arg(long, value_enum, default_value_t = TextFormat::Text)]
        format: TextFormat,
    },
    /// Run one model, or SQL over the project's tables, and show its rows.
    #[command(after_help = "Examples:\n  tierbook query tiers.current --limit 20\n  \
                            tierbook query --sql 'SELECT tier, count(*) FROM tiers.current GROUP BY tier' --format csv")]
    Query {
        /// The table, such as tiers.current
        #[arg(required_unless_present = "sql", conflicts_with = "sql")]
        name: Option<TableName>,
        /// A SELECT over the project's tables
        #[arg(long)]
        sql: Option<String>,
        /// The greatest number of rows; a table on the terminal shows 40 unless told
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
        /// The form of the rows
        #[arg(long, value_enum, default_value_t = RowFormat::Table)]
        format: RowFormat,
        /// A file in the place of standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Tell which tables took longest
        #[arg(long)]
        timings: bool,
        #[command(flatten)]
        scope: Scope,
    },
    /// Tell what an edit to a query, rule, template or parameter changes, before it goes live.
    #[command(after_help = "Examples:\n  tierbook diff --against latest\n  \
                            tierbook diff --against . --set unit=group\n  \
                            tierbook diff --against ../book-as-it-is --as-of 2026-10-31 --format json")]
    Diff {
        /// Another project folder, `latest`, an edition such as 2026-10-31.1, or an edition's folder
        #[arg(long, value_name = "DIR|EDITION")]
        against: String,
        /// How many customers that change tier are named
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        /// How to tell the result
        #[arg(long, value_enum, default_value_t = TextFormat::Text)]
        format: TextFormat,
        #[command(flatten)]
        scope: Scope,
    },
    /// Show which table reads which.
    #[command(after_help = "Examples:\n  tierbook graph --format dot | dot -Tsvg > graph.svg\n  \
                            tierbook graph --format duckdb | duckdb book.db")]
    Graph {
        #[command(flatten)]
        scope: Scope,
        /// The form of the graph
        #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
        format: GraphFormat,
    },
    /// Tell how much is kept from run to run, or remove it.
    #[command(after_help = "Example:\n  tierbook cache --clear")]
    Cache {
        /// The project folder
        #[arg(long, value_name = "DIR", default_value = ".")]
        project: PathBuf,
        /// Remove all of it; the next run computes everything
        #[arg(long)]
        clear: bool,
        /// How to tell the result
        #[arg(long, value_enum, default_value_t = TextFormat::Text)]
        format: TextFormat,
    },
    /// Start a project: config, queries, rules and report templates to edit.
    #[command(after_help = "Example:\n  tierbook init our-book --warehouse /data/warehouse")]
    Init {
        /// A folder that does not exist yet, or is empty
        dir: PathBuf,
        /// Where the warehouse is
        #[arg(long, value_name = "DIR")]
        warehouse: Option<String>,
    },
    /// Generate a warehouse of a made-up company, of any size.
    #[command(
        after_help = "Example:\n  tierbook sample --customers 600 --months 30 --seed 7 --out warehouse"
    )]
    Sample {
        /// How many customers
        #[arg(long, default_value_t = 600)]
        customers: u32,
        /// How many months, the last one ending on `--until`
        #[arg(long, default_value_t = 30)]
        months: u32,
        /// Another seed makes another company
        #[arg(long, default_value_t = 7)]
        seed: u64,
        /// The last day
        #[arg(long, default_value = "2026-10-31", value_name = "DATE")]
        until: Date,
        /// A folder that does not exist yet, or is empty
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Print a completion script for a shell.
    #[command(after_help = "Example:\n  tierbook completions bash > /etc/bash_completion.d/tierbook")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What a command speaks of.
#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// The project folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// A warehouse in the place of the configured one: a folder, or file://
    #[arg(long, value_name = "URL")]
    pub(crate) warehouse: Option<String>,
    /// The last day whose rows are seen
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// A parameter in the place of the configured one; may be given often
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    /// How many parts of a query run side by side; one a core unless told
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) partitions: usize,
    /// Memory for queries before they spill to disk, in the place of `memory` in tierbook.toml
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub(crate) memory: Option<usize>,
    /// Compute everything anew, and keep none of it
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Compute with the steps of the query engine alone, slower, to see whether ours are at fault; nothing is kept
    #[arg(long)]
    pub(crate) plain_engine: bool,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as name=value".to_owned()),
    }
}

fn memory(text: &str) -> Result<usize, String> {
    config::parse_memory(text).ok_or_else(|| "use at least `64MiB`, for example `4GiB`".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    Text,
    Dot,
    Json,
    /// A script that computes the tables in DuckDB
    Duckdb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    Table,
    Csv,
    Json,
    Parquet,
}

impl From<RowFormat> for export::Format {
    fn from(format: RowFormat) -> Self {
        match format {
            RowFormat::Table => Self::Table,
            RowFormat::Csv => Self::Csv,
            RowFormat::Json => Self::Json,
            RowFormat::Parquet => Self::Parquet,
        }
    }
}
