//! Light or dark: the system's choice, unless the reader has made one, which a cookie keeps.

use leptos::prelude::*;

use super::cookie;

const COOKIE: &str = "theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// What the reader has chosen.
    pub(crate) fn chosen() -> Self {
        match cookie::read(COOKIE).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// The value of `data-theme` on the document.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// A button for those with scripts; without them the system decides.
#[island]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let theme = RwSignal::new(Theme::chosen());
    let switch = move |_| {
        theme.update(|theme| *theme = theme.next());
        #[cfg(feature = "hydrate")]
        {
            let name = theme.get_untracked().attribute();
            cookie::keep(COOKIE, name);
            if let Some(root) = document().document_element() {
                // It fails only for a name that is no name.
                root.set_attribute("data-theme", name).ok();
            }
        }
    };
    view! {
        <button type="button" class="quiet scripted" on:click=switch>
            "Theme: "
            {move || theme.get().attribute()}
        </button>
    }
}
