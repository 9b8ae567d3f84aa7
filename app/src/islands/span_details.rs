//! What is known of the span that is selected: as it came with the page, and after that as it is
//! fetched whenever another one is selected.

use std::time::Duration;

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::id::{SpanId, TraceId};

use super::looked_at;
use crate::error::AppError;

/// The id of the pane.
pub(super) const PANE_ID: &str = "span-details";

/// Between the selection of a span and the question for its details: who holds an arrow key passes
/// over many spans.
const PAUSE: Duration = Duration::from_millis(80);

/// `children` are the details of the span that is selected when the page comes.
#[island]
pub(crate) fn SpanDetailsPane(trace: TraceId, span: SpanId, children: Children) -> impl IntoView {
    let pane = RwSignal::new(Pane::default());
    let current = RwSignal::new(span);
    Effect::new(move |_| {
        if let Some(selected) = looked_at::selected()
            && selected != current.get_untracked()
        {
            current.set(selected);
            fetch(trace, selected, current, pane);
        }
    });
    let is_fetched = move || pane.with(|pane| pane.fetched.is_some());
    let is_waiting = move || pane.with(|pane| pane.is_waiting.then_some("true"));
    view! {
        <aside
            class="card details"
            id=PANE_ID
            tabindex="-1"
            aria-label="Span details"
            aria-busy=is_waiting
        >
            <div hidden=is_fetched>{children()}</div>
            <div inner_html=move || pane.get().html()></div>
            {move || pane.get().problem()}
        </aside>
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Pane {
    /// None for the details that came with the page.
    fetched: Option<Details>,
    /// Others are on their way.
    is_waiting: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Details {
    /// As the server has drawn them.
    Drawn(String),
    /// Why there are none.
    Problem(String),
}

impl Pane {
    fn html(self) -> String {
        match self.fetched {
            Some(Details::Drawn(html)) => html,
            Some(Details::Problem(_)) | None => String::new(),
        }
    }

    fn problem(self) -> Option<impl IntoView> {
        match self.fetched {
            Some(Details::Problem(words)) => Some(view! { <p role="alert">{words}</p> }),
            Some(Details::Drawn(_)) | None => None,
        }
    }
}

/// The details of a span as HTML, which has no text of others as markup.
#[server(prefix = "/fn", endpoint = "draw_span", input = GetUrl)]
async fn draw_span(trace: TraceId, span: SpanId) -> Result<Option<String>, AppError> {
    crate::pages::trace::draw_span(trace, span).await
}

/// Shows the details of a span, unless another one is selected when they come.
fn fetch(trace: TraceId, span: SpanId, current: RwSignal<SpanId>, pane: RwSignal<Pane>) {
    let fetch = move || {
        if current.get_untracked() != span {
            return;
        }
        leptos::task::spawn_local(async move {
            let drawn = match draw_span(trace, span).await {
                Ok(Some(html)) => Details::Drawn(html),
                Ok(None) => Details::Problem("The trace has no such span any more.".into()),
                Err(error) => Details::Problem(format!("{error}. {}", error.hint())),
            };
            if current.get_untracked() == span {
                pane.set(Pane {
                    fetched: Some(drawn),
                    is_waiting: false,
                });
                #[cfg(feature = "hydrate")]
                request_animation_frame(super::times::write_all);
            }
        });
    };
    pane.update(|pane| pane.is_waiting = true);
    set_timeout(fetch, PAUSE);
}
