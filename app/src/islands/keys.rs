//! Keys that work on every page, and the list of all keys.

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;

/// The id of the input that `/` leads to.
pub(crate) const FILTER_ID: &str = "filter";

/// What each key does, by where it does so.
const KEYS: [(&str, &[(&str, &str)]); 5] = [
    (
        "Everywhere",
        &[
            ("/", "Go to the filter"),
            ("?", "Show this list"),
            ("g o", "Go to the overview"),
            ("g e", "Go to the explorer"),
            ("g c", "Go to the comparison"),
            ("g r", "Go to the regions"),
            ("g j", "Go to the journeys"),
            ("g t", "Go to the traces"),
            ("g p", "Go to the topology"),
            ("g s", "Go to the objectives"),
            ("g a", "Go to the alerts"),
            ("g v", "Go to the saved views"),
            ("Esc", "Close, or leave the filter"),
        ],
    ),
    ("In a live list", &[("p", "Pause and resume")]),
    (
        "In the heatmap",
        &[
            (
                "← ↑ → ↓",
                "Go from cell to cell; with Shift, take in more of them",
            ),
            ("Enter", "Tell what is selected from the rest"),
        ],
    ),
    (
        "In a waterfall",
        &[
            ("↑ ↓", "Previous and next span"),
            (
                "← →",
                "Collapse and expand a span, or go to its parent or first child",
            ),
            ("Space", "Collapse and expand a span"),
            ("Home End", "First and last span"),
            ("Page up, page down", "Span a page further up or down"),
            ("Enter", "Go to the details"),
            (
                "[ ]",
                "Previous and next result, or else error, or else span",
            ),
            (".", "Show only the span and what is below it, or all again"),
            ("c", "Critical path on and off"),
            ("+ −", "Look closer, look at more of the time line"),
            ("Shift ← →", "Earlier and later on the time line"),
            ("z", "Look at the time of the span"),
            ("0", "Look at the whole time"),
            (
                "Esc",
                "Leave the details, or clear what is looked for, shown alone or zoomed",
            ),
        ],
    ),
    (
        "On the map of services",
        &[
            ("← ↑ → ↓", "Go from node to node, or move the map"),
            ("Enter", "Tell more of the node"),
            ("+ −", "Larger and smaller"),
            ("0", "Fit the whole map"),
        ],
    ),
];

/// The button and the dialog; both need scripts, as the keys do. A link whose
/// `aria-keyshortcuts` is `g` and another key is followed when both are pressed.
#[island]
pub(crate) fn Keys() -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let show = move || {
        #[cfg(feature = "hydrate")]
        if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
            // It fails only when the dialog is not in the document any more.
            dialog.show_modal().ok();
        }
    };
    let awaits_page = StoredValue::new(false);
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
            return;
        }
        let after_g = awaits_page.get_value();
        awaits_page.set_value(event.key() == "g");
        match event.key().as_str() {
            "?" => show(),
            "/" if focus_filter() => event.prevent_default(),
            key if after_g => follow_shortcut(key),
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
    let groups = KEYS.map(|(place, keys)| {
        let keys = keys
            .iter()
            .map(|(keys, meaning)| view! { <dt><kbd>{*keys}</kbd></dt><dd>{*meaning}</dd> });
        view! {
            <section>
                <h3>{place}</h3>
                <dl>{keys.collect_view()}</dl>
            </section>
        }
    });
    view! {
        <button type="button" class="quiet scripted" on:click=move |_| show()>"Keys: ?"</button>
        <dialog node_ref=dialog class="keys" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <div class="groups">{groups.into_iter().collect_view()}</div>
            <p><a href="/language">"How to write a filter"</a></p>
            <form method="dialog"><button class="button">"Close"</button></form>
        </dialog>
    }
}

/// Follows the link that the page has for the key after `g`.
fn follow_shortcut(key: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        if key.len() != 1 || !key.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return;
        }
        let selector = format!("a[aria-keyshortcuts='g {key}']");
        let link = document().query_selector(&selector).ok().flatten();
        let link: Option<web_sys::HtmlElement> = link.and_then(|link| link.dyn_into().ok());
        if let Some(link) = link {
            link.click();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _: &str = key;
}

/// Whether the key is text for an input.
pub(super) fn is_typing(event: &ev::KeyboardEvent) -> bool {
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
        let input = document().get_element_by_id(FILTER_ID);
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
