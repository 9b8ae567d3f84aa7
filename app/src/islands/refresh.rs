//! Loading the page anew every so often, for a screen on the wall.

use std::time::Duration;

use leptos::prelude::*;

use super::cookie;

const COOKIE: &str = "refresh";

/// Seconds from one time to the next; none for never.
const CHOICES: [Option<u32>; 3] = [None, Some(10), Some(60)];

/// A button for those with scripts. The page waits while somebody does something with it.
#[island]
pub(crate) fn RefreshSwitch() -> impl IntoView {
    let every = RwSignal::new(chosen());
    let waited = StoredValue::new(0_u32);
    let tick = move || {
        if is_in_use() {
            waited.set_value(0);
            return;
        }
        waited.update_value(|waited| *waited = waited.saturating_add(1));
        if every
            .get_untracked()
            .is_some_and(|seconds| waited.get_value() >= seconds)
        {
            reload();
        }
    };
    #[cfg(feature = "hydrate")]
    {
        set_interval(tick, Duration::from_secs(1));
        // A page that is left for another one must not come back.
        window_event_listener(leptos::ev::beforeunload, |_| {
            if let Some(root) = document().document_element() {
                root.set_attribute("data-left", "").ok();
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (tick, Duration::ZERO);
    let switch = move |_| {
        let place = CHOICES
            .iter()
            .position(|choice| *choice == every.get_untracked());
        let next = CHOICES[(place.unwrap_or(0) + 1) % CHOICES.len()];
        every.set(next);
        waited.set_value(0);
        #[cfg(feature = "hydrate")]
        cookie::keep(COOKIE, &next.unwrap_or(0).to_string());
    };
    let text = move || match every.get() {
        None => "never".to_owned(),
        Some(seconds) => format!("{seconds} s"),
    };
    view! {
        <button type="button" class="quiet scripted" on:click=switch>
            "Refresh: "
            {text}
        </button>
    }
}

fn chosen() -> Option<u32> {
    let seconds = cookie::read(COOKIE)?.parse().ok();
    CHOICES.into_iter().find(|choice| *choice == seconds)?
}

/// Whether something is typed, pressed or open, the page is a form, is live by itself or is left, or
/// nobody looks.
fn is_in_use() -> bool {
    #[cfg(feature = "hydrate")]
    {
        let busy = "form[method=post], input:focus, textarea:focus, select:focus, main [tabindex]:focus, \
                    .live, .opened, :active, dialog[open], details[open], html[data-left]";
        let document = document();
        document.hidden() || document.query_selector(busy).ok().flatten().is_some()
    }
    #[cfg(not(feature = "hydrate"))]
    true
}

fn reload() {
    #[cfg(feature = "hydrate")]
    // It fails only when the page is gone already.
    window().location().reload().ok();
}
