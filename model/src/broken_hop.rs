//! Where a request was broken in two: a call that nobody answers in its own trace, and a trace that
//! begins at a service, as if nobody had called it. What breaks it is a hop that does not hand the
//! trace context on.
//!
//! Nothing proves that two such halves belong together; the same session, times that fit into each
//! other and the same names make it likely.

use serde::{Deserialize, Serialize};

use crate::decomposition::is_database;
use crate::id::{SpanId, TraceId};
use crate::span::{Kind, Span};
use crate::time::MINUTE_NANOS;
use crate::trace::Trace;

/// How far the clocks of a device and of a service may be apart.
pub const MAX_CLOCK_ERROR_NANOS: i64 = 2 * MINUTE_NANOS;

/// A service may measure a little more than its caller: their clocks tick apart.
const SLACK_NANOS: i64 = 5_000_000;

/// Most calls of a trace that are looked at.
const MAX_CALLS: usize = 100;

/// The other half of a request, and where both were joined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenHop {
    /// Of the trace that is looked at: its root, or a call of it.
    pub own_span: SpanId,
    /// Whether the other half is what the own one called.
    pub is_callee: bool,
    pub trace: TraceId,
    pub span: SpanId,
    pub service: String,
    pub operation: String,
    /// How much later the callee began than the caller, by their clocks.
    pub later_nanos: i64,
}

/// One side of a hop.
#[derive(Clone, Copy)]
struct Side<'a> {
    trace: &'a Trace,
    span: &'a Span,
}

/// Whether anything of the trace may be such a half; most traces are whole.
#[must_use]
pub fn may_be_broken(trace: &Trace) -> bool {
    entry(trace).is_some() || calls(trace).next().is_some()
}

/// The likely other halves of a trace among others of the same session: where it came from first,
/// then what its calls led to, in the order of the calls.
#[must_use]
pub fn broken_hops(own: &Trace, others: &[Trace]) -> Vec<BrokenHop> {
    let others = || others.iter().filter(|other| other.id != own.id);
    let caller = entry(own).and_then(|entry| {
        let callers = others().flat_map(calls);
        let caller = callers.filter_map(|caller| Some((fit(caller, entry)?, caller)));
        let (_, caller) = caller.min_by_key(|(fit, _)| *fit)?;
        Some(hop(entry, caller, false))
    });
    let mut entries: Vec<Side<'_>> = others().filter_map(entry).collect();
    let callees = calls(own).filter_map(|call| {
        let fits = entries.iter().enumerate();
        let fits = fits.filter_map(|(place, entry)| Some((fit(call, *entry)?, place)));
        let (_, place) = fits.min()?;
        // It was called once.
        Some(hop(call, entries.swap_remove(place), true))
    });
    caller.into_iter().chain(callees).collect()
}

/// The root, where it serves without having been called.
fn entry(trace: &Trace) -> Option<Side<'_>> {
    let span = &trace.spans[trace.root_position()?];
    let serves = matches!(span.kind, Kind::Server | Kind::Consumer);
    (serves && span.parent_id.is_none()).then_some(Side { trace, span })
}

/// The calls that nobody answers, but for those of databases: they send no spans.
fn calls(trace: &Trace) -> impl Iterator<Item = Side<'_>> {
    let unanswered = (0..trace.spans.len()).filter(|&position| {
        let span = &trace.spans[position];
        matches!(span.kind, Kind::Client | Kind::Producer)
            && !is_database(span)
            && !(trace.children(position)).any(|child| trace.spans[child].resource != span.resource)
    });
    unanswered.take(MAX_CALLS).map(|position| Side {
        trace,
        span: &trace.spans[position],
    })
}

/// How well what was entered fits into a call, least first; none where it does not.
fn fit(call: Side<'_>, entry: Side<'_>) -> Option<(bool, u64)> {
    let apart = entry.span.start_nanos.checked_sub(call.span.start_nanos)?;
    let most = call.span.duration_nanos().saturating_add(SLACK_NANOS);
    let is_shorter = entry.span.duration_nanos() <= most;
    let is_near = apart.saturating_abs() <= MAX_CLOCK_ERROR_NANOS;
    let has_name = call.span.name.contains(&entry.span.name);
    (is_shorter && is_near).then_some((!has_name, apart.unsigned_abs()))
}

fn hop(own: Side<'_>, other: Side<'_>, is_callee: bool) -> BrokenHop {
    let later = other.span.start_nanos.saturating_sub(own.span.start_nanos);
    BrokenHop {
        own_span: own.span.id,
        is_callee,
        trace: other.trace.id,
        span: other.span.id,
        service: other.trace.service_of(other.span).to_owned(),
        operation: other.span.name.clone(),
        later_nanos: if is_callee { later } else { -later },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Scope;
    use crate::trace::tests::{resource, span, span_id, text};

    const MILLI: i64 = 1_000_000;

    /// Of one span, in milliseconds.
    fn trace(number: u8, kind: Kind, name: &str, start: i64, length: i64) -> Trace {
        let mut only = span(number.into(), 0, start * MILLI);
        only.end_nanos = (start + length) * MILLI;
        only.kind = kind;
        only.name = name.into();
        let id = TraceId::from_slice(&[number; 16]).expect("not zero");
        Trace::build(id, vec![resource("s")], vec![Scope::default()], vec![only])
    }

    fn tap(number: u8, name: &str, start: i64) -> Trace {
        trace(number, Kind::Client, name, start, 500)
    }

    fn served(number: u8, name: &str, start: i64, length: i64) -> Trace {
        trace(number, Kind::Server, name, start, length)
    }

    fn found(own: &Trace, others: &[Trace]) -> Vec<(u8, bool, i64)> {
        let hops = broken_hops(own, others);
        let hops = hops.iter().map(|hop| {
            let number = hop.trace.as_bytes()[0];
            assert_eq!(hop.span, span_id(number.into()));
            (number, hop.is_callee, hop.later_nanos / MILLI)
        });
        hops.collect()
    }

    #[test]
    fn halves_of_a_request_find_each_other() {
        let app = tap(1, "ios.request: POST /pay", 1_000);
        let shop = served(2, "POST /pay", 1_060, 300);
        let both = [app.clone(), shop.clone()];
        assert!(may_be_broken(&app) && may_be_broken(&shop));
        assert_eq!(found(&app, &both), [(2, true, 60)]);
        assert_eq!(found(&shop, &both), [(1, false, 60)]);
    }

    #[test]
    fn names_tell_more_than_clocks() {
        let shop = served(9, "POST /pay", 20_000, 300);
        let others = [
            tap(1, "ios.request: GET /cart", 19_900),
            tap(2, "ios.request: POST /pay", 12_000),
            tap(3, "ios.request: POST /pay", 2_000),
        ];
        assert_eq!(found(&shop, &others), [(2, false, 8_000)]);
        assert_eq!(found(&shop, &others[..1]), [(1, false, 100)]);
    }

    #[test]
    fn what_does_not_fit_is_no_half() {
        let app = tap(1, "tap", 0);
        assert_eq!(found(&app, &[served(2, "too long", 10, 600)]), []);
        assert_eq!(found(&app, &[served(2, "too far", 121_000, 10)]), []);
        assert_eq!(found(&app, &[tap(2, "calls, too", 10)]), []);
        let mut called = served(2, "has a parent", 10, 10);
        called.spans[0].parent_id = Some(span_id(77));
        assert_eq!(found(&app, &[called.clone()]), []);
        assert!(!may_be_broken(&called));
    }

    #[test]
    fn calls_of_databases_and_calls_that_are_answered_are_whole() {
        let mut database = tap(1, "SELECT", 0);
        database.spans[0].attributes = vec![text("db.system", "redis")];
        assert!(!may_be_broken(&database));
        let mut root = span(1, 0, 0);
        root.kind = Kind::Client;
        let mut child = span(2, 1, 1);
        (child.kind, child.resource) = (Kind::Server, 1);
        let answered = crate::trace::tests::build(vec![root, child]);
        assert!(!may_be_broken(&answered));
    }

    #[test]
    fn a_callee_is_found_for_one_call_only() {
        let mut calls = vec![span(1, 0, 0), span(2, 1, 0), span(3, 1, 1)];
        for call in &mut calls[1..] {
            call.kind = Kind::Client;
            call.end_nanos = 500 * MILLI;
        }
        let own = crate::trace::tests::build(calls);
        let one = [served(8, "a", 1, 10)];
        assert_eq!(found(&own, &one).len(), 1);
        let two = [served(8, "a", 1, 10), served(9, "b", 2, 10)];
        assert_eq!(found(&own, &two).len(), 2);
    }
}
