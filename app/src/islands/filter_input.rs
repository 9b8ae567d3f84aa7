//! The text of the filter, which offers keys and values as one types.

use std::time::Duration;

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use model::filter::complete::Suggestion;
#[cfg(feature = "hydrate")]
use model::filter::complete::beyond_word;
use model::format;

use super::keys::FILTER_ID;
use crate::error::AppError;

const LIST_ID: &str = "suggestions";

/// Between the last letter and the question for what goes on from there.
const PAUSE: Duration = Duration::from_millis(100);

/// What is offered for the text up to the cursor, with the values of that time.
#[server(prefix = "/fn", endpoint = "complete", input = GetUrl)]
async fn complete(text: String, from: String, to: String) -> Result<Vec<Suggestion>, AppError> {
    crate::pages::suggestions::suggestions(&text, from, to).await
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Offer {
    suggestions: Vec<Suggestion>,
    /// The one that Enter takes.
    active: Option<usize>,
}

impl Offer {
    fn is_open(&self) -> bool {
        !self.suggestions.is_empty()
    }

    /// To the next or the previous one, and round.
    fn go(&mut self, forward: bool) {
        let count = self.suggestions.len();
        self.active = Some(match (self.active, forward) {
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
        });
    }
}

/// `from` and `to` are those of the page.
#[island]
pub(crate) fn FilterInput(q: String, from: String, to: String, is_wrong: bool) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let offer = RwSignal::new(Offer::default());
    // Of several answers that are under way only the last is shown.
    let asked = StoredValue::new(0_u32);
    let range = StoredValue::new((from, to));
    let ask = move || {
        let Some((text, _)) = around_cursor(input) else {
            return;
        };
        asked.update_value(|asked| *asked = asked.wrapping_add(1));
        let number = asked.get_value();
        let (from, to) = range.get_value();
        let fetch = move || {
            if asked.get_value() != number {
                return;
            }
            leptos::task::spawn_local(async move {
                // Without an answer nothing is offered; what is typed works as ever.
                let suggestions = complete(text, from, to).await.unwrap_or_default();
                if asked.get_value() == number {
                    offer.set(Offer {
                        suggestions,
                        active: None,
                    });
                }
            });
        };
        set_timeout(fetch, PAUSE);
    };
    let close = move || {
        asked.update_value(|asked| *asked = asked.wrapping_add(1));
        offer.set(Offer::default());
    };
    let take = move |place: usize| {
        let found = offer.with_untracked(|offer| offer.suggestions.get(place).cloned());
        if let Some(suggestion) = found {
            write(input, &suggestion.text);
            close();
            // After a key come its values.
            if suggestion.text.ends_with(':') {
                ask();
            }
        }
    };
    let listener = window_event_listener(ev::click, move |event| {
        if let Some((term, others)) = clicked_term(&event)
            && edit(input, &term, &others)
        {
            event.prevent_default();
            close();
        }
    });
    on_cleanup(move || listener.remove());
    let key = move |event: ev::KeyboardEvent| {
        let (is_open, active) = offer.with_untracked(|offer| (offer.is_open(), offer.active));
        match event.key().as_str() {
            "ArrowDown" if !is_open => ask(),
            "ArrowDown" => offer.update(|offer| offer.go(true)),
            "ArrowUp" if is_open => offer.update(|offer| offer.go(false)),
            "Enter" | "Tab" if active.is_some() => take(active.unwrap_or(0)),
            "Escape" if is_open => close(),
            "Escape" => leave(input),
            _ => return,
        }
        event.prevent_default();
    };
    let is_closed = move || !offer.with(Offer::is_open);
    let active_id = move || offer.with(|offer| offer.active.map(option_id));
    view! {
        <div class="filter-input">
            <input
                node_ref=input
                id=FILTER_ID
                type="text"
                inputmode="search"
                name="q"
                value=q
                placeholder="Filter by service, region, release, any attribute…"
                role="combobox"
                aria-label="Filter"
                aria-invalid=is_wrong.then_some("true")
                aria-autocomplete="list"
                aria-controls=LIST_ID
                aria-expanded=move || if is_closed() { "false" } else { "true" }
                aria-activedescendant=active_id
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                on:input=move |_| ask()
                on:keydown=key
                on:blur=move |_| close()
            />
            <ul id=LIST_ID role="listbox" aria-label="Suggestions" hidden=is_closed>
                <Options offer take=Callback::new(take) />
            </ul>
        </div>
    }
}

#[component]
fn Options(offer: RwSignal<Offer>, take: Callback<usize>) -> impl IntoView {
    let options = move || {
        let Offer {
            suggestions,
            active,
        } = offer.get();
        let options = suggestions.into_iter().enumerate().map(|(place, found)| {
            let is_active = active == Some(place);
            let count = found.count.map(format::short_count);
            // Or the input would lose the focus, and with it the list.
            let keep = |event: ev::PointerEvent| event.prevent_default();
            view! {
                <li
                    role="option"
                    id=option_id(place)
                    aria-selected=if is_active { "true" } else { "false" }
                    on:pointerdown=keep
                    on:mousedown=|event: ev::MouseEvent| event.prevent_default()
                    on:click=move |_| take.run(place)
                >
                    <span>{found.label}</span>
                    <span class="muted">{count}</span>
                </li>
            }
        });
        options.collect_view()
    };
    view! { {options} }
}

fn option_id(place: usize) -> String {
    format!("{LIST_ID}-{place}")
}

/// The text before the cursor, and the text after the word that it is in.
fn around_cursor(input: NodeRef<html::Input>) -> Option<(String, String)> {
    #[cfg(feature = "hydrate")]
    {
        let input = input.get_untracked()?;
        let units: Vec<u16> = input.value().encode_utf16().collect();
        let cursor = input.selection_start().ok().flatten()?;
        let cursor = usize::try_from(cursor).ok()?.min(units.len());
        let text = |units: &[u16]| String::from_utf16_lossy(units);
        let (before, after) = (text(&units[..cursor]), text(&units[cursor..]));
        let beyond = beyond_word(&before, &after).to_owned();
        Some((before, beyond))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _: NodeRef<html::Input> = input;
        None
    }
}

/// The term of the chip whose link is followed within the page, and the others.
fn clicked_term(event: &ev::MouseEvent) -> Option<(String, String)> {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return None;
        }
        let target: web_sys::Element = event.target()?.dyn_into().ok()?;
        let link = target.closest("a[data-term]").ok()??;
        let text = |name| link.get_attribute(name);
        text("data-term").zip(text("data-others"))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _: &ev::MouseEvent = event;
        None
    }
}

/// Puts the cursor behind a term in the input: whether there is one.
fn edit(input: NodeRef<html::Input>, term: &str, others: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        let Some(input) = input.get_untracked() else {
            return false;
        };
        let (text, end) = with_term(input.value(), term, others);
        let cursor = u32::try_from(text[..end].encode_utf16().count()).unwrap_or(u32::MAX);
        input.set_value(&text);
        // It fails only for inputs that have no text.
        input.set_selection_range(cursor, cursor).ok();
        input.focus().is_ok()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (input, term, others);
        false
    }
}

/// The text with the term in it, and where the term ends. It stays what it is where it has the
/// term, so that nothing is lost that was typed; otherwise it is the others and the term.
#[cfg(any(feature = "hydrate", test))]
fn with_term(text: String, term: &str, others: &str) -> (String, usize) {
    let stands_alone = |start: &usize| {
        let (before, rest) = text.split_at(*start);
        let after = &rest[term.len()..];
        (before.is_empty() || before.ends_with(' ')) && (after.is_empty() || after.starts_with(' '))
    };
    let mut places = text.match_indices(term).map(|(start, _)| start);
    if let Some(start) = places.find(stands_alone) {
        return (text, start + term.len());
    }
    let text = format!("{others} {term}").trim_start().to_owned();
    let end = text.len();
    (text, end)
}

fn leave(input: NodeRef<html::Input>) {
    #[cfg(feature = "hydrate")]
    if let Some(input) = input.get_untracked() {
        // It fails only when the input is gone.
        input.blur().ok();
    }
    #[cfg(not(feature = "hydrate"))]
    let _: NodeRef<html::Input> = input;
}

/// Puts a text in place of the word at the cursor.
fn write(input: NodeRef<html::Input>, text: &str) {
    #[cfg(feature = "hydrate")]
    if let Some((_, after)) = around_cursor(input)
        && let Some(input) = input.get_untracked()
    {
        let space = if text.ends_with(' ') || after.is_empty() {
            ""
        } else {
            " "
        };
        input.set_value(&format!("{text}{space}{after}"));
        let cursor = u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
        // It fails only for inputs that have no text.
        input.set_selection_range(cursor, cursor).ok();
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (input, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_edited_where_it_stands() {
        let edited = |text: &str| {
            let (text, end) = with_term(text.to_owned(), "os:iOS", "region:x");
            format!("{}|{}", &text[..end], &text[end..])
        };
        assert_eq!(edited("os:iOS region:x"), "os:iOS| region:x");
        assert_eq!(edited("é os:iOS"), "é os:iOS|");
        assert_eq!(edited("-os:iOS os:iOS"), "-os:iOS os:iOS|");
        // Typed in another way, or not there any more.
        assert_eq!(edited("os=iOS region:x"), "region:x os:iOS|");
        assert_eq!(edited(""), "region:x os:iOS|");
        let alone = with_term(String::new(), "os:iOS", "");
        assert_eq!(alone, ("os:iOS".to_owned(), 6));
    }

    #[test]
    fn arrows_go_round() {
        let suggestion = Suggestion {
            label: "a".into(),
            count: None,
            text: "a".into(),
        };
        let mut offer = Offer {
            suggestions: vec![suggestion.clone(), suggestion],
            active: None,
        };
        let mut places = vec![];
        for forward in [true, true, true, false, false] {
            offer.go(forward);
            places.extend(offer.active);
        }
        assert_eq!(places, [0, 1, 0, 1, 0]);
    }
}
