//! One trace of a file: the waterfall of the trace page, with the details of a span beside it.

use std::sync::Arc;

use leptos::prelude::*;
use model::clock_skew;
use model::format::counted;
use model::layout::waterfall::minimap::Minimap;
use model::layout::waterfall::{Clock, Skeleton, State, Window};
use model::span_details::SpanDetails;
use model::summary::Summary;
use model::trace::Trace;
use model::trace_file::opened::FileTrace;

use super::head::{Essentials, Head};
use super::write_times;
use crate::components::span_details::Details;
use crate::components::waterfall::WaterfallFrame;
use crate::islands::looked_at;
use crate::islands::span_details::PANE_ID;
use crate::islands::waterfall::{Facts, Here, Waterfall};

/// What is drawn of it.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    summary: Arc<Summary>,
    trace: Arc<Trace>,
    /// Those of [`clock_skew`].
    shifts: Arc<Vec<i64>>,
    /// Where the span stands that speaks for the trace.
    root: usize,
    /// How the waterfall is looked at when it is drawn.
    begin: RwSignal<State>,
    now_nanos: i64,
}

/// With a way back to `others` of the file, where there are any.
#[component]
pub(super) fn OpenedTrace(drawn: Drawn, others: Option<RwSignal<Option<usize>>>) -> impl IntoView {
    let back = others.map(|chosen| {
        view! {
            <p>
                <button type="button" class="button" on:click=move |_| chosen.set(None)>
                    "All traces of the file"
                </button>
            </p>
        }
    });
    let (of_head, of_waterfall) = (drawn.clone(), drawn.clone());
    view! {
        {back}
        {move || of_head.head()}
        <div class="trace framed card">
            {move || of_waterfall.waterfall()}
            <Pane drawn />
        </div>
    }
}

impl Drawn {
    /// None when the trace has no spans.
    pub(super) fn of(trace: FileTrace, now_nanos: i64) -> Option<Self> {
        looked_at::clear();
        let whole = trace.whole();
        Some(Self {
            root: whole.root_position()?,
            summary: Arc::new(trace.summary),
            shifts: Arc::new(clock_skew::shifts(&whole)),
            trace: Arc::new(whole),
            begin: RwSignal::default(),
            now_nanos,
        })
    }

    fn head(&self) -> impl IntoView + use<> {
        let shifts = match self.begin.with(|state| state.clock) {
            Clock::Corrected => Arc::clone(&self.shifts),
            Clock::Raw => Arc::new(vec![0; self.trace.spans.len()]),
        };
        let essentials = Essentials::of(&self.trace, &self.summary, &shifts, self.root);
        Effect::new(move |_| write_times());
        view! { <Head essentials now_nanos=self.now_nanos /> }
    }

    fn waterfall(&self) -> impl IntoView + use<> {
        let state = self.begin.get().settled(&self.trace);
        let skeleton = Arc::new(Skeleton::of(&self.trace, state.clock));
        let facts = Facts::of(self.trace.id, &skeleton);
        let minimap = Minimap::of(&skeleton);
        let (duration_nanos, count) = (skeleton.duration_nanos, skeleton.bones.len());
        let beyond = (skeleton.spans_left_out > 0).then(|| {
            let beyond = counted(skeleton.spans_left_out, "span");
            view! { <p class="note muted">{format!("{beyond} more have no row here.")}</p> }
        });
        let selected = looked_at::selected_untracked();
        let selected = selected.unwrap_or(self.trace.spans[self.root].id);
        let here = Here {
            trace: Arc::clone(&self.trace),
            summary: Arc::clone(&self.summary),
            skeleton,
            begin: self.begin,
        };
        view! {
            <Waterfall facts state=state.clone() selected here=Some(here)>
                <WaterfallFrame
                    minimap
                    looked_at=Window::whole(duration_nanos)
                    duration_nanos
                    hides_path=state.hides_path
                    count
                >
                    ""
                </WaterfallFrame>
                {beyond}
            </Waterfall>
        }
    }
}

/// The details of the span that is selected.
#[component]
fn Pane(drawn: Drawn) -> impl IntoView {
    let details = move || {
        let selected = looked_at::selected();
        let position = selected.and_then(|span| drawn.trace.position(span));
        let position = position.unwrap_or(drawn.root);
        let details = SpanDetails::of(&drawn.trace, position, &drawn.shifts)?;
        Effect::new(move |_| write_times());
        Some(view! { <Details details links=None now_nanos=drawn.now_nanos /> })
    };
    view! {
        <aside class="card details" id=PANE_ID tabindex="-1" aria-label="Span details">
            {details}
        </aside>
    }
}
