//! One folder a page: what it asks, and how it is put together.

pub(crate) mod alerts;
pub(crate) mod compare;
mod compare_traces;
pub(crate) mod explore;
mod forms;
pub(crate) mod journey;
pub(crate) mod journeys;
pub(crate) mod language;
pub(crate) mod live;
pub(crate) mod not_found;
mod observe;
pub(crate) mod open;
pub(crate) mod overview;
pub(crate) mod receivers;
pub(crate) mod regions;
pub(crate) mod service;
pub(crate) mod silences;
pub(crate) mod slo;
pub(crate) mod slo_form;
pub(crate) mod slos;
mod standings;
pub(crate) mod suggestions;
pub(crate) mod topology;
pub(crate) mod trace;
pub(crate) mod traces;
pub(crate) mod views;
