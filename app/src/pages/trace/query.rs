//! What the page asks the store.

use leptos::prelude::*;
use model::broken_hop::may_be_broken;
use model::calls::contradiction;
use model::clock_skew;
use model::decomposition::Decomposition;
use model::device_signals::DeviceSignals;
use model::id::{SpanId, TraceId};
use model::layout::flame::Flame;
use model::layout::waterfall::Clock;
use model::span_details::SpanDetails;
use model::summary::Summary;
use model::trace::Trace;
use model::trace_statistics::Statistics;
use model::trace_topology::TraceTopology;

use super::peers::Standing;
use super::waterfall::LookedAt;
use crate::address::{TraceAddress, TraceView};
use crate::context::RequestContext;
use crate::error::AppError;

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
        defects: of_trace.chain(contradiction(&trace)).collect(),
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

/// What is known of a span, and how it stands beside others.
pub(super) async fn get_span(
    trace: TraceId,
    span: SpanId,
) -> Result<Option<(SpanDetails, Standing)>, AppError> {
    let context: RequestContext = expect_context();
    let Some(trace) = context.store.shared_trace(trace).await? else {
        return Ok(None);
    };
    let Some(position) = trace.position(span) else {
        return Ok(None);
    };
    let standing = Standing::of(&context, &trace, position).await?;
    let shifts = clock_skew::shifts(&trace);
    let details = SpanDetails::of(&trace, position, &shifts);
    Ok(details.map(|details| (details, standing)))
}
