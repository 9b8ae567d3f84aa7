//! What the reader has chosen, kept by the browser, so that the server draws pages that way.

#[cfg(feature = "hydrate")]
const YEAR_SECONDS: u32 = 31_536_000;

/// The value of a cookie: of the request, or in the browser.
pub(super) fn read(name: &str) -> Option<String> {
    value_in(&all()?, name).map(str::to_owned)
}

fn value_in<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(feature = "ssr")]
fn all() -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    let cookies = parts.headers.get(http::header::COOKIE)?;
    Some(cookies.to_str().ok()?.to_owned())
}

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
fn all() -> Option<String> {
    document()?.cookie().ok()
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
fn all() -> Option<String> {
    None
}

/// A browser that keeps no cookies forgets the choice when the page is left.
#[cfg(feature = "hydrate")]
pub(super) fn keep(name: &str, value: &str) {
    let cookie = format!("{name}={value}; path=/; max-age={YEAR_SECONDS}; samesite=lax");
    document().and_then(|document| document.set_cookie(&cookie).ok());
}

#[cfg(feature = "hydrate")]
fn document() -> Option<web_sys::HtmlDocument> {
    use wasm_bindgen::JsCast;
    leptos::prelude::document().dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(value_in("a=b; theme=dark; c=d", "theme"), Some("dark"));
        assert_eq!(value_in("theme=; nottheme=dark", "theme"), Some(""));
        assert_eq!(value_in("nottheme=dark", "theme"), None);
    }
}
