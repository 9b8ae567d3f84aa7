//! The command line.

use clap::{Parser, Subcommand};

use crate::check::CheckOptions;
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
    /// Says whether a release is worse than another by more than chance and by more than it may.
    ///
    /// Exits with 0 when it is not, with 1 when it is, and with 2 when there are too few requests or
    /// there is no server to say.
    Check(CheckOptions),
}
