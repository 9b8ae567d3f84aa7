//! What the tools and the rows of a waterfall have in common.

use std::sync::Arc;
#[cfg(feature = "hydrate")]
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::filter::{Filter, FilterError};
use model::id::{SpanId, TraceId};
use model::layout::waterfall::{Skeleton, State, fingerprint};
use model::summary::Summary;
use model::trace::Trace;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
#[cfg(feature = "hydrate")]
use crate::islands::looked_at;
use crate::islands::open_file::OPEN_PATH;
use crate::islands::trace_tabs::trace_href;

/// After how long without a change the address says what is seen. Browsers allow some hundred
/// changes in half a minute.
#[cfg(feature = "hydrate")]
const ADDRESS_PAUSE: Duration = Duration::from_millis(150);

/// What the tools need to know of the trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) trace: TraceId,
    pub(crate) spans: usize,
    pub(crate) errors: usize,
    pub(crate) duration_nanos: i64,
    pub(crate) largest_shift_nanos: i64,
    /// Those that can be folded.
    pub(crate) services: Vec<String>,
    /// How many spans meet what is looked for, or why that makes no sense.
    pub(crate) found: usize,
    pub(crate) problem: Option<String>,
    /// The skeleton of a small trace; that of a large one is fetched.
    pub(crate) skeleton: Option<String>,
}

/// Most services that can be folded by hand: those with the most spans.
const MAX_SERVICES: usize = 40;

impl Facts {
    /// Of a trace in which nothing is looked for.
    pub(crate) fn of(trace: TraceId, skeleton: &Skeleton) -> Self {
        Self {
            trace,
            spans: skeleton.bones.len() + skeleton.spans_left_out,
            errors: skeleton.bones.iter().filter(|bone| bone.is_error).count(),
            duration_nanos: skeleton.duration_nanos,
            largest_shift_nanos: skeleton.largest_shift_nanos,
            services: skeleton.largest_services(MAX_SERVICES),
            found: 0,
            problem: None,
            skeleton: None,
        }
    }
}

/// A trace that only the browser has. Nothing of it is asked of the server, nor put into addresses.
#[derive(Debug, Clone)]
pub(crate) struct Here {
    pub(crate) trace: Arc<Trace>,
    pub(crate) summary: Arc<Summary>,
    #[cfg_attr(
        not(feature = "hydrate"),
        expect(dead_code, reason = "rows of the server are HTML")
    )]
    pub(crate) skeleton: Arc<Skeleton>,
    /// Who changes it has the waterfall drawn anew.
    pub(crate) begin: RwSignal<State>,
}

impl Here {
    fn find(&self, text: &str) -> Result<Hits, FilterError> {
        let found = Filter::find(text, &self.summary, &self.trace)?;
        let found = found.into_iter().map(u32::try_from);
        let positions: Vec<u32> = found.filter_map(Result::ok).collect();
        Ok(Hits {
            count: positions.len(),
            positions: Arc::new(positions),
            problem: None,
            fingerprint: fingerprint(&self.trace),
        })
    }
}

/// The spans that are looked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Hits {
    /// Sorted; empty until they are there.
    pub(super) positions: Arc<Vec<u32>>,
    pub(super) count: usize,
    pub(super) problem: Option<String>,
    /// Of the trace in which they were found, as its skeleton has it.
    pub(super) fingerprint: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Control {
    pub(super) facts: StoredValue<Facts>,
    pub(super) here: StoredValue<Option<Here>>,
    pub(super) state: RwSignal<State>,
    pub(super) selected: RwSignal<SpanId>,
    pub(super) hits: RwSignal<Hits>,
    /// Which of the results is selected, if one is.
    pub(super) hit_number: RwSignal<Option<usize>>,
    /// The skeleton is there: rows follow the state at once.
    pub(super) is_alive: RwSignal<bool>,
    /// Why it is not.
    pub(super) problem: RwSignal<Option<String>>,
}

impl Control {
    pub(super) fn new(facts: Facts, state: State, selected: SpanId, here: Option<Here>) -> Self {
        let hits = Hits {
            positions: Arc::default(),
            count: facts.found,
            problem: facts.problem.clone(),
            fingerprint: 0,
        };
        Self {
            facts: StoredValue::new(facts),
            here: StoredValue::new(here),
            state: RwSignal::new(state),
            selected: RwSignal::new(selected),
            hits: RwSignal::new(hits),
            hit_number: RwSignal::new(None),
            is_alive: RwSignal::new(false),
            problem: RwSignal::new(None),
        }
    }

    /// The address of the page of the trace.
    pub(super) fn path(self) -> String {
        if self.is_here() {
            return OPEN_PATH.to_owned();
        }
        let trace = self.facts.with_value(|facts| facts.trace);
        format!("/traces/{trace}")
    }

    /// Whether only the browser has the trace.
    pub(super) fn is_here(self) -> bool {
        self.here.with_value(Option::is_some)
    }

    /// The address of the trace as that state shows it, with the span that is selected.
    pub(super) fn href(self, state: &State) -> String {
        if self.is_here() {
            return self.path();
        }
        let trace = self.facts.with_value(|facts| facts.trace);
        trace_href(trace, Some(self.selected.get()), "", "", state)
    }

    /// Before and behind the id of a span in the address of its row.
    #[cfg(feature = "hydrate")]
    pub(super) fn row_href(self, state: &State) -> (String, String) {
        if self.is_here() {
            return ("#span-".to_owned(), String::new());
        }
        let query = state.query();
        let separator = if query.is_empty() { "" } else { "&" };
        (
            format!("{}?span=", self.path()),
            format!("{separator}{query}"),
        )
    }

    /// Draws the waterfall anew in that state, where that needs no other page.
    pub(super) fn begin_anew(self, event: &ev::MouseEvent, state: State) {
        let begin = self
            .here
            .with_value(|here| here.as_ref().map(|here| here.begin));
        if let Some(begin) = begin {
            event.prevent_default();
            begin.set(state);
        }
    }

    /// Where a link leads to another state, goes there without loading the page anew.
    pub(super) fn follow(self, event: &ev::MouseEvent, change: impl Fn(&State) -> State) {
        // With a modifier it opens elsewhere.
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.shift_key());
        if is_plain && self.is_alive.get_untracked() {
            event.prevent_default();
            self.state.update(|state| *state = change(state));
        }
    }

    /// So that the address and the links of other islands lead to what is seen, without a step in
    /// the history for each change.
    pub(super) fn show_address(self) {
        let href = self.state.with(|state| self.href(state));
        #[cfg(feature = "hydrate")]
        {
            self.state.with(looked_at::show);
            // What came with the page is in the address already.
            if self.is_here() || !self.is_alive.get_untracked() {
                return;
            }
            let show = move || {
                let is_current = self.state.try_with_untracked(|state| {
                    let selected = self.selected.get_untracked().to_string();
                    href.contains(&selected) && href.ends_with(&state.query())
                });
                if is_current == Some(true)
                    && let Ok(history) = window().history()
                {
                    let null = wasm_bindgen::JsValue::NULL;
                    // It fails only for an address that is none.
                    history.replace_state_with_url(&null, "", Some(&href)).ok();
                }
            };
            set_timeout(show, ADDRESS_PAUSE);
        }
        #[cfg(not(feature = "hydrate"))]
        drop(href);
    }
}

/// Asks which spans meet a filter, and marks them.
pub(super) fn find_in(control: Control, text: String) {
    if text.is_empty() {
        control.hits.set(Hits::default());
        control.hit_number.set(None);
        return;
    }
    let found = control
        .here
        .with_value(|here| here.as_ref().map(|here| here.find(&text)));
    if let Some(found) = found {
        control.hits.set(found.unwrap_or_else(|error| Hits {
            problem: Some(format!("{error}. {}", error.hint)),
            ..Hits::default()
        }));
        return;
    }
    let trace = control.facts.with_value(|facts| facts.trace);
    leptos::task::spawn_local(async move {
        let hits = match find_spans(trace, text.clone()).await {
            Ok(found) => {
                let positions = found.positions();
                Hits {
                    count: positions.len(),
                    positions: Arc::new(positions),
                    problem: None,
                    fingerprint: found.fingerprint,
                }
            }
            Err(error) => Hits {
                problem: Some(format!("{error}. {}", error.hint())),
                ..Hits::default()
            },
        };
        // Something else may be looked for by now.
        if control.state.try_with_untracked(|state| state.find == text) == Some(true) {
            control.hits.set(hits);
        }
    });
}

/// The spans of a trace that are found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Found {
    /// Of the trace, as its skeleton has it: positions mean the same when that is the same.
    fingerprint: u64,
    /// Positions, each as the distance from the one before: short where they are many.
    distances: Vec<u32>,
}

impl Found {
    #[cfg(feature = "ssr")]
    pub(crate) fn new(fingerprint: u64, positions: &[u32]) -> Self {
        let before = std::iter::once(&0).chain(positions);
        let distances = positions
            .iter()
            .zip(before)
            .map(|(own, before)| own - before);
        Self {
            fingerprint,
            distances: distances.collect(),
        }
    }

    fn positions(&self) -> Vec<u32> {
        let sum = |sum: &mut u32, distance: &u32| {
            *sum = sum.saturating_add(*distance);
            Some(*sum)
        };
        self.distances.iter().scan(0, sum).collect()
    }
}

/// The spans of a trace that meet a filter.
#[server(prefix = "/fn", endpoint = "find_spans", input = GetUrl)]
async fn find_spans(trace: TraceId, text: String) -> Result<Found, AppError> {
    crate::pages::trace::find_spans(trace, &text).await
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn positions_are_sent_as_distances() {
        for positions in [vec![], vec![0], vec![3, 4, 900_000]] {
            assert_eq!(Found::new(7, &positions).positions(), positions);
        }
        let hostile = Found {
            fingerprint: 7,
            distances: vec![u32::MAX, 2],
        };
        assert_eq!(hostile.positions(), [u32::MAX, u32::MAX]);
    }
}
