//! What stands around every page: the navigation, and the list of keys.

use leptos::prelude::*;
use leptos_router::components::A;

use super::keyboard::KeyboardHelp;
use super::theme::ThemeSwitch;

#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <nav class="nav" aria-label="Pages">
            <a class="brand" href="/">
                <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <path
                        d="M1 11h4l2.5-7 4 13 2.8-8 1.2 2H19"
                        fill="none"
                        stroke="currentColor"
                        stroke-width="2"
                        stroke-linecap="round"
                        stroke-linejoin="round"
                    />
                </svg>
                <span>"Throughline"</span>
            </a>
            <A href="/traces">"Traces"</A>
            <div class="nav-end">
                <ThemeSwitch />
                <KeyboardHelp />
            </div>
        </nav>
        <main id="content" class="content">{children()}</main>
    }
}
