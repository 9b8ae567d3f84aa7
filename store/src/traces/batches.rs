//! Summaries in parts whose spans are decoded together, so that memory does not grow with how
//! many traces are asked for.

use model::summary::Summary;

/// Most spans that are decoded at the same time, but for a single trace of more.
const SPANS_AT_ONCE: usize = 20_000;

/// The summaries in parts of at most 20 000 spans, but for a single trace of more.
pub fn batches(summaries: &[Summary]) -> impl Iterator<Item = &[Summary]> {
    let mut rest = summaries;
    std::iter::from_fn(move || {
        let (batch, later) = rest.split_at(fitting(rest, SPANS_AT_ONCE));
        rest = later;
        (!batch.is_empty()).then_some(batch)
    })
}

/// How many from the first on have no more spans together; at least one where there is one.
#[must_use]
pub fn fitting(summaries: &[Summary], spans: usize) -> usize {
    let mut sum = 0_usize;
    let fitting = summaries.iter().take_while(|summary| {
        sum = sum.saturating_add(summary.span_count);
        sum <= spans
    });
    fitting.count().max(1).min(summaries.len())
}
