//! Everything that Throughline keeps, in Postgres. The only crate with SQL in it, and the only
//! owner of the database, also of the embedded one.
//!
//! # How to add a query
//!
//! 1. Put it in the module of its table, as a function that takes what it needs and an executor
//!    and returns types of `model` or of this crate.
//! 2. Write the statement inline with `sqlx::query!` or `sqlx::query_as!`; rows become domain
//!    values in a private `…Row` struct with `TryFrom`, where a column that does not fit is
//!    [`Error::Inconsistent`]. A row that is not there is `Ok(None)`.
//! 3. Run `cargo xtask sqlx-prepare`, which checks every statement against the migrations and
//!    renews `.sqlx`, and commit that.

pub mod alerts;
mod aside;
pub mod comparison;
pub mod dictionaries;
pub mod document;
pub mod embedded;
mod error;
pub mod events;
pub mod journey_report;
pub mod journeys;
pub mod log;
pub mod log_records;
pub mod objectives;
pub mod outbox;
pub mod overview;
mod pool;
pub mod receivers;
pub mod regions;
pub mod requests;
pub mod rollups;
mod sampled;
mod secret;
pub mod shard;
pub mod silences;
pub mod term_index;
pub mod topology;
pub mod traces;
pub mod views;
mod written;

pub use error::Error;
pub use pool::{ConnectError, Store};
pub use written::Written;
