//! The query of the page that is asked for.

use leptos::prelude::*;
use leptos_router::hooks::use_url;
use leptos_router::params::ParamsMap;
use percent_encoding::percent_decode_str;

/// The fields of the query. What the router has of them it decoded twice: in a filter it would take
/// `%41` for `A`.
pub(crate) fn page_query() -> ParamsMap {
    use_url().with_untracked(|url| read_query(url.search()))
}

/// Reads `application/x-www-form-urlencoded` (WHATWG, URL, section 5.1).
pub(super) fn read_query(query: &str) -> ParamsMap {
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let mut fields = ParamsMap::new();
    for field in query.split('&').filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        // It decodes what it is given.
        fields.insert(decoded(name), decoded(value).replace('%', "%25"));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::super::query_string;
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        for value in ["100%", "%41", "%2541", "a+b c", "é&=#?/", "<b>", "%"] {
            let written = query_string(&[("a", "x"), ("q", value)]);
            let fields = read_query(written.trim_start_matches('?'));
            assert_eq!(fields.get_str("q"), Some(value));
            assert_eq!(fields.get_str("a"), Some("x"));
        }
    }

    #[test]
    fn forms_write_spaces_their_way() {
        let fields = read_query("q=a+b%2Bc&&is_there&q=last&%ff=%ff");
        assert_eq!(fields.get_str("q"), Some("last"));
        assert_eq!(fields.get_all("q").map(|all| all.len()), Some(2));
        assert_eq!(fields.get_str("is_there"), Some(""));
        assert_eq!(fields.get_str("\u{fffd}"), Some("\u{fffd}"));
        assert_eq!(read_query(""), ParamsMap::new());
    }
}
