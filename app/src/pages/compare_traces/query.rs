//! What the page asks the store.

use futures::try_join;
use leptos::prelude::*;
use model::id::TraceId;
use model::summary::Summary;
use model::trace::Trace;
use model::trace_difference::TraceDifference;

use crate::address::TracePairAddress;
use crate::context::RequestContext;
use crate::error::AppError;

#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Compared(Box<Found>),
    /// That trace is not stored.
    Missing(TraceId),
}

#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Of a and of b.
    pub(super) summaries: [Option<Summary>; 2],
    pub(super) difference: TraceDifference,
    pub(super) now_nanos: i64,
}

pub(super) async fn compare(address: TracePairAddress) -> Result<Answer, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let TracePairAddress { a, b } = address;
    let ids = [a, b];
    let (traces, of_a, of_b) = try_join!(store.traces(&ids), store.summary(a), store.summary(b))?;
    let find = |id: TraceId| -> Option<&Trace> { traces.iter().find(|trace| trace.id == id) };
    Ok(match ids.map(find) {
        [Some(a), Some(b)] => Answer::Compared(Box::new(Found {
            summaries: [of_a, of_b],
            difference: TraceDifference::of(a, b),
            now_nanos,
        })),
        [None, _] => Answer::Missing(a),
        [_, None] => Answer::Missing(b),
    })
}
