//! What the page asks the store.

use leptos::prelude::*;
use model::attribute::Attribute;
use model::id::{SpanId, TraceId};
use model::layout::waterfall::{Clock, Waterfall};
use model::span::{Scope, Span};
use model::summary::Summary;

use crate::context::RequestContext;
use crate::error::AppError;

/// Rows that are sent and drawn; a larger trace is shown up to there.
const MAX_ROWS: usize = 2_000;

/// Events of one span that are sent and listed: the first.
const MAX_EVENTS: usize = 500;

/// What stands above and in the waterfall; the spans without their attributes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Overview {
    pub(super) summary: Summary,
    pub(super) root: SpanId,
    pub(super) waterfall: Waterfall,
    /// Defects of the whole trace, in words.
    pub(super) defects: Vec<String>,
    pub(super) now_nanos: i64,
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
}

pub(super) async fn get_trace(id: TraceId, clock: Clock) -> Result<Option<Overview>, AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let Some(trace) = store.trace(id).await? else {
        return Ok(None);
    };
    let (Some(summary), Some(root)) = (store.summary(id).await?, trace.root()) else {
        return Ok(None);
    };
    let mut waterfall = Waterfall::of(&trace, clock);
    waterfall.rows.truncate(MAX_ROWS);
    let of_trace = trace
        .defects
        .iter()
        .filter(|defect| defect.span().is_none());
    let defects = of_trace.map(ToString::to_string).collect();
    Ok(Some(Overview {
        summary,
        root: root.id,
        waterfall,
        defects,
        now_nanos,
    }))
}

pub(super) async fn get_span(
    trace: TraceId,
    span: SpanId,
) -> Result<Option<SpanDetails>, AppError> {
    let RequestContext { store, .. } = expect_context();
    let Some(trace) = store.trace(trace).await? else {
        return Ok(None);
    };
    let of = |span: &Span| SpanDetails {
        span: Span {
            events: span.events.iter().take(MAX_EVENTS).cloned().collect(),
            ..span.clone()
        },
        more_events: span.events.len().saturating_sub(MAX_EVENTS),
        service: trace.service_of(span).to_owned(),
        resource: trace.resource_of(span).attributes.clone(),
        scope: trace.scopes[span.scope].clone(),
        defects: (trace
            .defects
            .iter()
            .filter(|defect| defect.span() == Some(span.id)))
        .map(ToString::to_string)
        .collect(),
    };
    Ok(trace.span(span).map(of))
}
