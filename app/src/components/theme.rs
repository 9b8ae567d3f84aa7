//! Light or dark: the system's choice, unless the reader has made one, which a cookie keeps.

use leptos::prelude::*;

const COOKIE: &str = "theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
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

    fn from_cookies(cookies: &str) -> Self {
        let value = cookies
            .split(';')
            .filter_map(|cookie| cookie.trim().split_once('='));
        match value.into_iter().find(|(name, _)| *name == COOKIE) {
            Some((_, "light")) => Self::Light,
            Some((_, "dark")) => Self::Dark,
            _ => Self::System,
        }
    }

    #[cfg(feature = "ssr")]
    pub(crate) fn of_request() -> Self {
        let parts = use_context::<http::request::Parts>();
        let cookies = parts.and_then(|parts| {
            let value = parts.headers.get(http::header::COOKIE)?;
            Some(value.to_str().ok()?.to_owned())
        });
        cookies
            .map(|cookies| Self::from_cookies(&cookies))
            .unwrap_or_default()
    }
}

/// Gives the theme to all below; on the server it is what the request's cookie says.
pub(crate) fn provide_theme() {
    #[cfg(feature = "ssr")]
    let theme = Theme::of_request();
    #[cfg(feature = "hydrate")]
    let theme = Theme::from_cookies(&browser::cookies());
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    let theme = Theme::default();
    provide_context(RwSignal::new(theme));
}

/// A button for those with scripts; without them the system decides.
#[component]
pub(crate) fn ThemeSwitch() -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let switch = move |_| {
        theme.update(|theme| *theme = theme.next());
        #[cfg(feature = "hydrate")]
        browser::keep(theme.get_untracked());
    };
    view! {
        <button type="button" class="quiet scripted" on:click=switch>
            "Theme: "
            {move || theme.get().attribute()}
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;

    use super::{COOKIE, Theme};

    pub(super) fn cookies() -> String {
        let html: Option<web_sys::HtmlDocument> = document().dyn_into().ok();
        html.and_then(|html| html.cookie().ok()).unwrap_or_default()
    }

    pub(super) fn keep(theme: Theme) {
        const YEAR_SECONDS: u32 = 31_536_000;
        let Some(root) = document().document_element() else {
            return;
        };
        let cookie = format!(
            "{COOKIE}={}; path=/; max-age={YEAR_SECONDS}; samesite=lax",
            theme.attribute()
        );
        let html: Option<web_sys::HtmlDocument> = document().dyn_into().ok();
        // A browser that keeps no cookies shows the theme until the page is left.
        html.and_then(|html| html.set_cookie(&cookie).ok());
        root.set_attribute("data-theme", theme.attribute()).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        assert_eq!(Theme::from_cookies("a=b; theme=dark; c=d"), Theme::Dark);
        assert_eq!(Theme::from_cookies("theme=; nottheme=dark"), Theme::System);
    }
}
