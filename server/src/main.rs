//! The binary `throughline`.

mod api;
mod assemble;
mod charts;
mod check;
mod cli;
mod clock;
mod config;
mod feed;
mod import;
mod ingest;
mod maintain;
mod metrics;
mod notify;
mod otlp;
mod pages;
mod serve;
mod simulate;
mod tail;
mod translate;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use self::cli::{Cli, Command};

/// Fewest worker threads: a page that streams can wait for another task on the same thread.
const MIN_WORKERS: usize = 4;

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(config::log_filter()))
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    let workers = std::thread::available_parallelism()
        .map_or(MIN_WORKERS, |cores| cores.get().max(MIN_WORKERS));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(format!("the threads could not be started: {error}").into()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("throughline: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Box<dyn std::error::Error>> {
    match cli.command {
        Command::Serve => serve::serve(config::Config::from_env()?).await?,
        Command::Simulate(options) => simulate::simulate(options).await?,
        Command::Import(options) => import::import(options).await?,
        Command::Check(options) => return Ok(check::check(options).await),
    }
    Ok(ExitCode::SUCCESS)
}
