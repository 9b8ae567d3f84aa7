//! `cargo xtask`: one command for each task of a developer.

#![expect(clippy::print_stdout, reason = "this is a command-line program")]

mod bench;
mod browser;
mod command;
mod dist;
mod error;
mod fingerprint;
mod postgres;
mod run;
mod site;
mod sqlx_prepare;
mod step;
mod system;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Builds, runs and tests Throughline"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Sets everything up, starts the product and fills it with demo traffic.
    Run {
        /// Start without demo traffic.
        #[arg(long)]
        empty: bool,
        /// Build with all optimisations, as `dist` does.
        #[arg(long)]
        release: bool,
    },
    /// Checks formatting and lints, and runs all tests: unit, API and browser.
    Test {
        /// Only tests whose names contain this, or those of a file in tests/tests; formatting and
        /// lints are left out then.
        filter: Option<String>,
    },
    /// Builds the release: the optimised binary and site, in target/dist.
    Dist,
    /// Measures the release under load and prints figures; `cargo xtask bench ingest --help` says
    /// what can be chosen.
    Bench {
        /// What to measure, and how.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        arguments: Vec<String>,
    },
    /// Checks all SQL against the migrations and renews .sqlx.
    SqlxPrepare,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Run { empty, release } => run::run(empty, release),
        Task::Test { filter } => test::test(filter.as_deref()),
        Task::Dist => dist::dist(),
        Task::Bench { arguments } => bench::bench(&arguments),
        Task::SqlxPrepare => sqlx_prepare::sqlx_prepare(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            ExitCode::FAILURE
        }
    }
}
