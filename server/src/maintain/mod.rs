//! What is done now and then: rolling up, and forgetting what is old or what there is no room for.

mod compact;
mod expire;
mod room;
mod series;

pub(crate) use compact::compact;
pub(crate) use expire::Expirer;
pub(crate) use room::{Limits, Room};
pub(crate) use series::remove_unused_series;
