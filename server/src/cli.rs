//! The command line.

use clap::{Parser, Subcommand};

use crate::import::ImportOptions;
use crate::simulate::SimulateOptions;

/// Follows every user interaction from the tap on a phone to the row in the database.
#[derive(Debug, Parser)]
#[command(name = "throughline", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Receives traces, stores them, and serves the web pages and the API.
    ///
    /// Configured by the environment: `THROUGHLINE_LISTEN`, `THROUGHLINE_OTLP_HTTP_LISTEN`,
    /// `THROUGHLINE_OTLP_GRPC_LISTEN`, `DATABASE_URL` or `THROUGHLINE_DATA_DIR`, `THROUGHLINE_SITE_DIR`, `THROUGHLINE_LOG`.
    Serve,
    /// Sends the traffic of a made-up mobile shop to an OTLP/HTTP endpoint.
    Simulate(SimulateOptions),
    /// Sends traces from files, as other tools and this one export them, to a running Throughline.
    Import(ImportOptions),
}
