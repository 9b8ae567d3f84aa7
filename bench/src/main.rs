//! Measures the real server under load, and what its parts would take alone, in the same run.
//!
//! Started by `cargo xtask bench`. Nothing here decides whether a build is good: it prints figures.

#![expect(clippy::print_stdout, reason = "this is a command-line program")]
#![expect(clippy::disallowed_methods, reason = "it measures time")]

mod client;
mod clock;
mod database;
mod error;
mod fill;
mod floor;
mod grpc;
mod history;
mod ingest;
mod model;
mod percentile;
mod process;
mod query;
mod questions;
mod server;
mod shop;
mod slo;
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures Throughline")]
struct Cli {
    /// The binary to measure.
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// Its site.
    #[arg(long, value_name = "FOLDER")]
    site: PathBuf,
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Debug, Subcommand)]
enum Subject {
    /// Receiving spans: how many a second are acknowledged on disk, and at what price.
    Ingest(ingest::Options),
    /// Answering questions: whether they stay fast with much data.
    Query(query::Options),
    /// Judging objectives: whether a thousand take much longer than one.
    Slo(slo::Options),
    /// The waterfall of one large trace, without server and database.
    Model(model::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.subject {
        Subject::Ingest(options) => ingest::run(&cli.server, &cli.site, &options),
        Subject::Query(options) => query::run(&cli.server, &cli.site, &options),
        Subject::Slo(options) => slo::run(&cli.server, &cli.site, &options),
        Subject::Model(options) => {
            model::run(&options);
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
