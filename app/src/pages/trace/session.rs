//! The session that a request belongs to: the requests before and after it, and where its trace
//! context was lost.

use leptos::prelude::*;
use model::broken_hop::{BrokenHop, MAX_CLOCK_ERROR_NANOS, broken_hops};
use model::dimensions::Dimension;
use model::filter::{Filter, Test};
use model::format;
use model::id::TraceId;
use model::list_order::ListOrder;
use model::summary::Summary;
use model::time::HOUR_NANOS;
use store::Store;
use store::traces::ListRequest;

use super::broken::BrokenHops;
use crate::address::TraceAddress;
use crate::context::RequestContext;
use crate::error::AppError;

/// How long a session lasts at most, before and after the request.
const AROUND_NANOS: i64 = 12 * HOUR_NANOS;

/// Most traces of the session that are listed.
const MAX_TRACES: usize = 200;

/// Most of them that are looked at for the other half of a broken request, and how many spans those
/// have at most.
const MAX_LOOKED_AT: usize = 30;
const MAX_SPANS: usize = 5_000;

/// What is known of the other requests of the session.
struct Session {
    /// Counted from the first, from one on.
    place: usize,
    count: usize,
    /// Whether there are more than were listed; then the place is not known.
    is_cut: bool,
    before: Option<Summary>,
    after: Option<Summary>,
    hops: Vec<BrokenHop>,
}

/// What the trace lost, and a line with `children` and the neighbours in the session: none where
/// the request names no session, or is all there is of it.
#[component]
pub(super) fn SessionPart(
    summary: Summary,
    may_be_broken: bool,
    children: Children,
) -> impl IntoView {
    Suspend::new(async move {
        let own = summary.trace_id;
        let (hops, neighbours) = match find(&summary, may_be_broken).await {
            Ok(Some(mut session)) => {
                let hops = std::mem::take(&mut session.hops);
                (hops, view! { <Neighbours session /> }.into_any())
            }
            Ok(None) => (vec![], ().into_any()),
            // What else the page shows is right without it.
            Err(_error) => {
                let text = "The other requests of its session could not be looked up.";
                (
                    vec![],
                    view! { <p class="session muted">{text}</p> }.into_any(),
                )
            }
        };
        view! {
            <BrokenHops own hops />
            <div class="trace-nav">
                {children()}
                {neighbours}
            </div>
        }
    })
}

async fn find(summary: &Summary, may_be_broken: bool) -> Result<Option<Session>, AppError> {
    let RequestContext { store, .. } = expect_context();
    let Some(session) = summary.dimensions.get(Dimension::Session) else {
        return Ok(None);
    };
    let request = ListRequest {
        filter: Filter::default().with(Test::dimension(Dimension::Session, session)),
        from_nanos: summary.start_nanos.saturating_sub(AROUND_NANOS),
        to_nanos: summary.start_nanos.saturating_add(AROUND_NANOS),
        order: ListOrder::Newest,
        after: None,
        limit: MAX_TRACES,
    };
    let page = store.list(&request).await?;
    let mut listed = page.traces;
    listed.reverse();
    let own = listed
        .iter()
        .position(|other| other.trace_id == summary.trace_id);
    // What arrived just now may not be listed yet.
    let Some(own) = own else {
        return Ok(None);
    };
    let hops = if may_be_broken {
        hops(&store, summary, &listed).await?
    } else {
        vec![]
    };
    Ok((listed.len() > 1).then(|| Session {
        place: own + 1,
        count: listed.len(),
        is_cut: page.next.is_some(),
        before: own.checked_sub(1).map(|before| listed[before].clone()),
        after: listed.get(own + 1).cloned(),
        hops,
    }))
}

async fn hops(
    store: &Store,
    summary: &Summary,
    listed: &[Summary],
) -> Result<Vec<BrokenHop>, AppError> {
    let from = summary.start_nanos.saturating_sub(MAX_CLOCK_ERROR_NANOS);
    let end = summary.start_nanos.saturating_add(summary.duration_nanos);
    let to = end.saturating_add(MAX_CLOCK_ERROR_NANOS);
    let near = listed
        .iter()
        .filter(|other| (from..=to).contains(&other.start_nanos) && other.span_count <= MAX_SPANS);
    let mut ids: Vec<TraceId> = near.map(|other| other.trace_id).collect();
    ids.truncate(MAX_LOOKED_AT);
    if ids.iter().all(|id| *id == summary.trace_id) {
        return Ok(vec![]);
    }
    if !ids.contains(&summary.trace_id) {
        ids.push(summary.trace_id);
    }
    let traces = store.traces(&ids).await?;
    let own = traces.iter().find(|trace| trace.id == summary.trace_id);
    Ok(own.map(|own| broken_hops(own, &traces)).unwrap_or_default())
}

#[component]
fn Neighbours(session: Session) -> impl IntoView {
    let place = if session.is_cut {
        format!(
            "One of more than {} of its session.",
            format::counted(session.count, "trace")
        )
    } else {
        format!(
            "Trace {} of {} of its session.",
            format::count(session.place),
            format::count(session.count)
        )
    };
    view! {
        <p class="session">
            {place}
            {session.before.map(|before| view! { <Neighbour label="Before it: " summary=before /> })}
            {session.after.map(|after| view! { <Neighbour label="After it: " summary=after /> })}
        </p>
    }
}

#[component]
fn Neighbour(label: &'static str, summary: Summary) -> impl IntoView {
    let duration = format::duration(summary.duration_nanos);
    let failed =
        (summary.error_count > 0).then(|| view! { " " <span class="tag bad">"error"</span> });
    view! {
        " "
        <span class="muted">{label}</span>
        <a href=TraceAddress::of(summary.trace_id).href()>{summary.root_operation}</a>
        " "
        <span class="nowrap">{duration}</span>
        {failed}
    }
}
