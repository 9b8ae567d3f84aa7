//! What is done now and then: rolling up, merging the index of terms, learning what documents have
//! in common, looking at objectives, and forgetting what is old or what there is no room for.

mod alerts;
mod compact;
mod expire;
mod forget;
mod learn;
mod merge_terms;
mod room;
mod series;

pub(crate) use alerts::evaluate_alerts;
pub(crate) use compact::compact;
pub(crate) use expire::Expirer;
pub(crate) use forget::forget;
pub(crate) use learn::learn;
pub(crate) use merge_terms::merge_terms;
pub(crate) use room::{Limits, Room};
pub(crate) use series::remove_unused_series;
