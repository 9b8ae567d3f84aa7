//! A file with traces that is opened in the browser: read, drawn and looked through here, and sent
//! nowhere.

mod head;
mod list;
#[cfg(feature = "hydrate")]
mod read;
mod trace;

use std::any::Any;
use std::sync::Arc;

use leptos::ev;
use leptos::html;
use leptos::mount::mount_to;
use leptos::prelude::*;
use model::format::counted;
use model::trace_file::opened::Opened;

use self::list::TraceList;
use self::trace::{Drawn, OpenedTrace};

/// The page that has it.
pub(crate) const OPEN_PATH: &str = "/traces/open";

/// What has become of the file.
#[derive(Debug, Clone, Default)]
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "the server reads no file")
)]
enum Progress {
    #[default]
    NoFile,
    Reading {
        name: String,
    },
    Failed {
        name: String,
        reason: String,
    },
    Open {
        name: String,
        opened: Arc<Opened>,
    },
}

/// Where a file is chosen, and what is in it.
#[island]
pub(crate) fn OpenFile(now_nanos: i64) -> impl IntoView {
    let progress = RwSignal::new(Progress::default());
    let chosen = RwSignal::new(None::<usize>);
    let is_over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(file) = input
            .get_untracked()
            .and_then(|input| input.files()?.get(0))
        {
            read::open(file, progress, chosen);
        }
    };
    let over = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        is_over.set(false);
        #[cfg(feature = "hydrate")]
        if let Some(file) = event
            .data_transfer()
            .and_then(|given| given.files()?.get(0))
        {
            read::open(file, progress, chosen);
        }
    };
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |shown: Option<Option<Shown>>| {
        // What was shown is taken away first.
        drop(shown);
        progress.with(|progress| show(place, progress, chosen, now_nanos))
    });
    let failure = move || {
        let words = progress.with(|progress| match progress {
            Progress::Failed { name, reason } => {
                Some(format!("{name} cannot be opened: {reason}."))
            }
            _ => None,
        });
        words.map(|words| view! { <p class="bad">{words}</p> })
    };
    let left_out = move || {
        let reasons = progress.with(|progress| match progress {
            Progress::Open { opened, .. } => opened.left_out.clone(),
            _ => vec![],
        });
        (!reasons.is_empty()).then(|| {
            let reasons = reasons.into_iter();
            let reasons: Vec<_> = reasons.map(|reason| view! { <li>{reason}</li> }).collect();
            view! {
                <p class="warn">"Left out of what is shown:"</p>
                <ul class="left-out">{reasons}</ul>
            }
        })
    };
    let is_open = move || progress.with(|progress| matches!(progress, Progress::Open { .. }));
    view! {
        <div
            class="file-drop scripted"
            class:over=is_over
            on:dragover=over
            on:dragleave=move |_| is_over.set(false)
            on:drop=dropped
        >
            <label for="trace-file">"Choose a file, or drop it here"</label>
            <input type="file" id="trace-file" node_ref=input on:change=choose />
        </div>
        <p role="status" class="file-status">{move || progress.with(words)}</p>
        <div role="alert">{failure} {left_out}</div>
        <div node_ref=place class:opened=is_open></div>
    }
}

/// What stands there as long as this is kept.
type Shown = Box<dyn Any>;

/// Draws the trace that is chosen, or those to choose from. It has never been HTML of the server: what
/// is only drawn here needs nothing of what takes such HTML over, which is large.
fn show(
    place: NodeRef<html::Div>,
    progress: &Progress,
    chosen: RwSignal<Option<usize>>,
    now_nanos: i64,
) -> Option<Shown> {
    let Progress::Open { opened, .. } = progress else {
        return None;
    };
    let place = place.get()?.into();
    let trace = chosen.get().and_then(|number| opened.traces.get(number));
    let Some(trace) = trace else {
        let opened = Arc::clone(opened);
        let list = move || view! { <TraceList opened chosen now_nanos /> };
        return Some(Box::new(mount_to(place, list)));
    };
    let drawn = Drawn::of(trace.clone(), now_nanos)?;
    let others = (opened.traces.len() > 1).then_some(chosen);
    let trace = move || view! { <OpenedTrace drawn others /> };
    Some(Box::new(mount_to(place, trace)))
}

fn words(progress: &Progress) -> String {
    match progress {
        Progress::NoFile | Progress::Failed { .. } => String::new(),
        Progress::Reading { name } => format!("Reading {name}…"),
        Progress::Open { name, opened } => {
            let spans = opened.traces.iter().map(|trace| trace.summary.span_count);
            let (traces, spans) = (
                counted(opened.traces.len(), "trace"),
                counted(spans.sum(), "span"),
            );
            format!("{name}: {traces} with {spans}, on this page only")
        }
    }
}

/// Times in the reader's zone, once they are in the document.
fn write_times() {
    #[cfg(feature = "hydrate")]
    request_animation_frame(super::times::write_all);
}
