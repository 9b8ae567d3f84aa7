//! The web interface: pages, the components that they are made of, and the islands among them that
//! are interactive.
//!
//! The server draws all of it. Browsers load the [`islands`] alone (docs/adr/0007). Only `pages`
//! read parameters and ask the store; what stands below them takes values of `model` and draws
//! them.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties"
)]
#![expect(
    unreachable_pub,
    reason = "the component macro writes pub on what is private"
)]
// The types of views nest as deep as the views do.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
mod address;
mod components;
#[cfg(feature = "ssr")]
pub mod context;
mod error;
#[cfg(feature = "ssr")]
pub mod first_trace;
mod islands;
#[cfg(feature = "ssr")]
pub mod live_rows;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod root;

#[cfg(feature = "ssr")]
pub use root::{App, shell};
