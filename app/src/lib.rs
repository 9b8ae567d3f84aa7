//! The web interface: pages, the components that they are made of, and the server functions that
//! they ask.
//!
//! Only `pages` read parameters and call server functions; what stands below them takes values of
//! `model` and draws them.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties"
)]
#![expect(
    unreachable_pub,
    reason = "the component macro writes pub on what is private"
)]
#![cfg_attr(
    not(feature = "ssr"),
    allow(
        dead_code,
        unused_imports,
        reason = "parts of the pages that only the server has (docs/adr/0007)"
    )
)]
// The types of views nest as deep as the views do.
#![recursion_limit = "256"]

mod address;
mod components;
#[cfg(feature = "ssr")]
pub mod context;
mod error;
pub mod first_trace;
mod pages;
mod root;

pub use root::App;
#[cfg(feature = "ssr")]
pub use root::shell;
