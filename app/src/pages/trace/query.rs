//! What the page asks the store.

use leptos::prelude::*;
use model::attribute::Attribute;
use model::broken_hop::may_be_broken;
use model::calls::calls;
use model::clock_skew;
use model::decomposition::Decomposition;
use model::device_signals::DeviceSignals;
use model::format;
use model::id::{SpanId, TraceId};
use model::layout::flame::Flame;
use model::layout::waterfall::Clock;
use model::span::{Scope, Span};
use model::summary::Summary;
use model::trace::Trace;
use model::trace_statistics::Statistics;
use model::trace_topology::TraceTopology;

use super::peers::Standing;
use super::waterfall::LookedAt;
use crate::address::{TraceAddress, TraceView};
use crate::context::RequestContext;
use crate::error::AppError;

/// Events of one span that are sent and listed: the first.
const MAX_EVENTS: usize = 500;

/// What stands above a view of a trace, and the view; the spans without their attributes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Overview {
    pub(super) summary: Summary,
    pub(super) root: SpanId,
    pub(super) content: Content,
    /// Where the time of the request went.
    pub(super) segments: Decomposition,
    /// What the device told beside its spans.
    pub(super) device: DeviceSignals,
    /// Defects of the whole trace, in words.
    pub(super) defects: Vec<String>,
    /// Whether to look for its other half.
    pub(super) may_be_broken: bool,
    pub(super) now_nanos: i64,
}

/// A view of a trace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Waterfall(Box<LookedAt>),
    Flame(Flame),
    Topology(TraceTopology),
    Statistics(Statistics),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SpanDetails {
    pub(super) span: Span,
    /// How many events the span has beyond those that are sent.
    pub(super) more_events: usize,
    pub(super) service: String,
    pub(super) resource: Vec<Attribute>,
    pub(super) scope: Scope,
    pub(super) defects: Vec<String>,
    pub(super) standing: Standing,
}

/// The address comes back with what it looks at found on its own clock.
pub(super) async fn get_trace(
    address: TraceAddress,
) -> Result<Option<(TraceAddress, Overview)>, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let id = address.id;
    let Some(trace) = store.shared_trace(id).await? else {
        return Ok(None);
    };
    let (Some(summary), Some(root)) = (store.summary(id).await?, trace.root_position()) else {
        return Ok(None);
    };
    let waterfall = address.waterfall.clone().settled(&trace);
    let address = address.with_waterfall(waterfall);
    let shifts = match address.waterfall.clock {
        Clock::Corrected => clock_skew::shifts(&trace),
        Clock::Raw => vec![0; trace.spans.len()],
    };
    let of_trace = trace
        .defects
        .iter()
        .filter(|defect| defect.span().is_none());
    let of_trace = of_trace.map(ToString::to_string);
    let content = content(&address, &trace, &summary, &shifts);
    let overview = Overview {
        summary,
        root: trace.spans[root].id,
        content,
        segments: Decomposition::of(&trace, &shifts, root),
        device: DeviceSignals::of(&trace),
        defects: of_trace.chain(contradictions(&trace)).collect(),
        may_be_broken: may_be_broken(&trace),
        now_nanos,
    };
    Ok(Some((address, overview)))
}

fn content(address: &TraceAddress, trace: &Trace, summary: &Summary, shifts: &[i64]) -> Content {
    match address.view {
        TraceView::Waterfall => {
            let state = &address.waterfall;
            let looked_at = LookedAt::new(trace, summary, state, address.span);
            Content::Waterfall(Box::new(looked_at))
        }
        TraceView::Flame => {
            let selected = address.span.and_then(|span| trace.position(span));
            Content::Flame(Flame::of(trace, shifts, selected))
        }
        TraceView::Topology => Content::Topology(TraceTopology::of(trace, shifts)),
        TraceView::Statistics => Content::Statistics(Statistics::of(trace, shifts, address.order)),
    }
}

/// Calls that took longer for who was called than for who called: a negative time on the network.
fn contradictions(trace: &Trace) -> Option<String> {
    let network = calls(trace).filter_map(|call| call.network_nanos);
    let negative: Vec<i64> = network.filter(|nanos| *nanos < 0).collect();
    let most = negative.iter().min()?.saturating_neg();
    let count = format::counted(negative.len(), "call");
    let most = format::duration(most);
    Some(format!(
        "{count} took up to {most} longer for the callee than for its caller: a clock or a span is wrong"
    ))
}

pub(super) async fn get_span(
    trace: TraceId,
    span: SpanId,
) -> Result<Option<SpanDetails>, AppError> {
    let context: RequestContext = expect_context();
    let Some(trace) = context.store.shared_trace(trace).await? else {
        return Ok(None);
    };
    let Some(position) = trace.position(span) else {
        return Ok(None);
    };
    let standing = Standing::of(&context, &trace, position).await?;
    let span = &trace.spans[position];
    let of_span = trace.defects.iter();
    let of_span = of_span.filter(|defect| defect.span() == Some(span.id));
    let of_span = of_span.map(ToString::to_string);
    let shift = clock_skew::shifts(&trace).get(position).copied();
    let moved = shift.and_then(clock_skew::explanation);
    Ok(Some(SpanDetails {
        span: Span {
            events: span.events.iter().take(MAX_EVENTS).cloned().collect(),
            ..span.clone()
        },
        more_events: span.events.len().saturating_sub(MAX_EVENTS),
        service: trace.service_of(span).to_owned(),
        resource: trace.resource_of(span).attributes.clone(),
        scope: trace.scopes[span.scope].clone(),
        defects: of_span.chain(moved).collect(),
        standing,
    }))
}
