//! One folder a page: what it asks, and how it is put together.

pub(crate) mod explore;
pub(crate) mod not_found;
pub(crate) mod trace;
pub(crate) mod traces;
