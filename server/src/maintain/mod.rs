//! What is done now and then: rolling up, learning what documents have in common, and forgetting
//! what is old or what there is no room for.

mod compact;
mod expire;
mod learn;
mod room;
mod series;

pub(crate) use compact::compact;
pub(crate) use expire::Expirer;
pub(crate) use learn::learn;
pub(crate) use room::{Limits, Room};
pub(crate) use series::remove_unused_series;
