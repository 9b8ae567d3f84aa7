//! Keys that work on every page, and the list of all keys.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::address::{
    ExploreAddress, JOURNEYS_PATH, OVERVIEW_PATH, RegionsAddress, Scope, TracesAddress,
};

const KEYS: [(&str, &str); 13] = [
    ("/", "Go to the filter"),
    ("?", "Show this list"),
    ("g o", "Go to the overview"),
    ("g e", "Go to the explorer"),
    ("g r", "Go to the regions"),
    ("g j", "Go to the journeys"),
    ("g t", "Go to the traces"),
    ("↑ ↓", "Previous and next span"),
    ("[ ]", "Previous and next span, from anywhere"),
    (
        "← →",
        "Collapse and expand a span, or go to its parent or first child",
    ),
    ("Home End", "First and last span"),
    ("Enter", "Open"),
    ("Esc", "Close, or leave the filter"),
];

/// The button and the dialog; both need scripts, as the keys do.
#[component]
pub(crate) fn KeyboardHelp() -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let show = move || {
        #[cfg(feature = "hydrate")]
        if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
            // It fails only when the dialog is not in the document any more.
            dialog.show_modal().ok();
        }
    };
    let awaits_page = StoredValue::new(false);
    let navigate = StoredValue::new(use_navigate());
    let query = use_query_map();
    let go = move |path: &str| {
        let href = query.with_untracked(Scope::read).href(path);
        navigate.with_value(|navigate| navigate(&href, NavigateOptions::default()));
    };
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
            return;
        }
        let after_g = awaits_page.get_value();
        awaits_page.set_value(event.key() == "g");
        match event.key().as_str() {
            "o" if after_g => go(OVERVIEW_PATH),
            "e" if after_g => go(ExploreAddress::PATH),
            "r" if after_g => go(RegionsAddress::PATH),
            "j" if after_g => go(JOURNEYS_PATH),
            "t" if after_g => go(TracesAddress::PATH),
            "?" => show(),
            "/" if focus_filter() => event.prevent_default(),
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
    let keys = KEYS.map(|(keys, meaning)| view! { <dt><kbd>{keys}</kbd></dt><dd>{meaning}</dd> });
    view! {
        <button type="button" class="quiet scripted" on:click=move |_| show()>"Keys: ?"</button>
        <dialog node_ref=dialog class="keys" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl>{keys.collect_view()}</dl>
            <form method="dialog"><button class="button">"Close"</button></form>
        </dialog>
    }
}

/// Whether the key is text for an input.
pub(crate) fn is_typing(event: &ev::KeyboardEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target: Option<web_sys::Element> =
            event.target().and_then(|target| target.dyn_into().ok());
        target.is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        })
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _: &ev::KeyboardEvent = event;
        false
    }
}

fn focus_filter() -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let input = document().get_element_by_id(super::filter_bar::INPUT_ID);
        let input: Option<web_sys::HtmlInputElement> =
            input.and_then(|input| input.dyn_into().ok());
        input.is_some_and(|input| {
            input.select();
            input.focus().is_ok()
        })
    }
    #[cfg(not(feature = "hydrate"))]
    false
}
