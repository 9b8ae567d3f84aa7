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
        waited.update_value(|waited| *waited = waited.saturating_add(1));
        if let Some(seconds) = every.get_untracked()
            && waited.get_value() >= seconds
            && !is_in_use()
        {
            reload();
        }
    };
    #[cfg(feature = "hydrate")]
    set_interval(tick, Duration::from_secs(1));
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

/// Whether something is typed, pressed, open or selected, or nobody looks.
fn is_in_use() -> bool {
    #[cfg(feature = "hydrate")]
    {
        let busy = "input:focus, textarea:focus, :active, dialog[open], details.menu[open]";
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
