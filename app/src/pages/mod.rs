//! One folder a page: what it asks, and how it is put together.

#[cfg(feature = "ssr")]
pub(crate) mod explore;
#[cfg(feature = "ssr")]
pub(crate) mod journey;
#[cfg(feature = "ssr")]
pub(crate) mod journeys;
pub(crate) mod not_found;
#[cfg(feature = "ssr")]
mod observe;
#[cfg(feature = "ssr")]
pub(crate) mod overview;
#[cfg(feature = "ssr")]
pub(crate) mod regions;
#[cfg(not(feature = "ssr"))]
pub(crate) mod served;
pub(crate) mod trace;
pub(crate) mod traces;
