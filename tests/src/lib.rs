//! What the tests share: a real server on a database of its own, a real browser, and spans.
//!
//! Start them with `cargo xtask test`, which builds what they need and says where it is.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test stops at the first surprise"
)]

pub mod browser;
pub mod counts;
pub mod database;
pub mod jaeger;
pub mod mailbox;
pub mod server;
pub mod spans;
pub mod wait;
pub mod waterfall;
pub mod webhook;

/// A variable that `cargo xtask test` sets.
#[must_use]
pub fn given(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: start the tests with cargo xtask test"))
}
