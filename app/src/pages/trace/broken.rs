//! Where the trace context was lost, and the trace that the request probably goes on in.

use leptos::prelude::*;
use model::broken_hop::BrokenHop;
use model::format;
use model::id::TraceId;

use crate::address::TraceAddress;

/// Most hops that are shown.
const MAX_HOPS: usize = 5;

#[component]
pub(super) fn BrokenHops(own: TraceId, hops: Vec<BrokenHop>) -> impl IntoView {
    let more = hops.len().saturating_sub(MAX_HOPS);
    let more = (more > 0).then(|| {
        let text = format!("And {} like that.", format::counted(more, "call"));
        view! { <p>{text}</p> }
    });
    let shown = hops.into_iter().take(MAX_HOPS);
    let shown = shown
        .map(|hop| view! { <Hop own hop /> })
        .collect::<Vec<_>>();
    (!shown.is_empty()).then(|| {
        view! {
            <div class="broken" role="note">
                {shown}
                {more}
            </div>
        }
    })
}

#[component]
fn Hop(own: TraceId, hop: BrokenHop) -> impl IntoView {
    let here = TraceAddress::of(own).with_span(hop.own_span).href();
    let there = TraceAddress::of(hop.trace).with_span(hop.span).href();
    let other = format!("{} {}", hop.service, hop.operation);
    let began = began(&hop);
    let (before, own_name, between) = if hop.is_callee {
        (
            "Nobody answers ",
            "a call",
            " in this trace: its context was lost on the way. It probably goes on as ",
        )
    } else {
        (
            "This trace begins at ",
            "a service",
            ", as if nobody had called it: the context was lost before. It was probably called by ",
        )
    };
    view! {
        <p>
            {before} <a href=here>{own_name}</a> {between} <a href=there>{other}</a>
            {format!(" of another trace of the same session, which began {began}.")}
        </p>
    }
}

/// When the other half began, seen from the own one. A callee does not begin before its caller
/// unless a clock is wrong.
fn began(hop: &BrokenHop) -> String {
    let by = format::duration(hop.later_nanos.saturating_abs());
    match (hop.is_callee, hop.later_nanos >= 0) {
        (true, true) => format!("{by} later"),
        (false, true) => format!("{by} earlier"),
        (true, false) => format!("{by} earlier, by a clock that is wrong"),
        (false, false) => format!("{by} later, by a clock that is wrong"),
    }
}
