//! What an objective would have meant, drawn anew as one types.

#[cfg(feature = "hydrate")]
use std::time::Duration;

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use leptos::wasm_bindgen::JsCast;
use model::objective::Draft;
#[cfg(feature = "hydrate")]
use model::objective::Field;

use crate::error::AppError;

/// Between the last letter and the question.
#[cfg(feature = "hydrate")]
const PAUSE: Duration = Duration::from_millis(350);

/// The preview as HTML, which has no text of others as markup.
#[server(prefix = "/fn", endpoint = "draw_objective_preview")]
async fn draw_objective_preview(draft: Draft) -> Result<String, AppError> {
    crate::pages::slo_form::draw_preview(&draft).await
}

/// `form` is the id of the form that is previewed; `children` are the preview that the page came
/// with.
#[island]
pub(crate) fn ObjectivePreviewPane(form: String, children: Children) -> impl IntoView {
    let drawn = RwSignal::new(None::<Result<String, AppError>>);
    let is_waiting = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| watch(&form, drawn, is_waiting));
    #[cfg(not(feature = "hydrate"))]
    drop(form);
    let is_redrawn = move || drawn.with(Option::is_some);
    let html = move || match drawn.get() {
        Some(Ok(html)) => html,
        Some(Err(_)) | None => String::new(),
    };
    let problem = move || match drawn.get() {
        Some(Err(error)) => {
            let words = format!("{error}. {}", error.hint());
            Some(view! { <p role="alert">{words}</p> })
        }
        Some(Ok(_)) | None => None,
    };
    view! {
        <div class="preview" aria-live="polite" aria-busy=move || is_waiting.get().then_some("true")>
            <div hidden=is_redrawn>{children()}</div>
            <div inner_html=html></div>
            {problem}
        </div>
    }
}

/// Asks anew whenever something was typed into the form, once there is a pause.
#[cfg(feature = "hydrate")]
fn watch(
    form: &str,
    drawn: RwSignal<Option<Result<String, AppError>>>,
    is_waiting: RwSignal<bool>,
) {
    let Some(element) = document().get_element_by_id(form) else {
        return;
    };
    // Of several answers that are under way only the last is shown.
    let asked = StoredValue::new(0_u32);
    let form = StoredValue::new_local(element.clone());
    let ask = move |_: web_sys::Event| {
        asked.update_value(|asked| *asked = asked.wrapping_add(1));
        let number = asked.get_value();
        let fetch = move || {
            if asked.get_value() != number {
                return;
            }
            let draft = form.with_value(draft_of);
            is_waiting.set(true);
            leptos::task::spawn_local(async move {
                let answer = draw_objective_preview(draft).await;
                if asked.get_value() == number {
                    drawn.set(Some(answer));
                    is_waiting.set(false);
                    request_animation_frame(super::times::write_all);
                }
            });
        };
        set_timeout(fetch, PAUSE);
    };
    let listener = wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(ask);
    // It lives as long as the page.
    element
        .add_event_listener_with_callback("input", listener.into_js_value().unchecked_ref())
        .ok();
}

/// What stands in the fields of a form.
#[cfg(feature = "hydrate")]
fn draft_of(form: &web_sys::Element) -> Draft {
    let mut draft = Draft::default();
    for field in Field::ALL {
        let selector = format!("[name='draft[{}]']", field.key());
        let found = form.query_selector(&selector).ok().flatten();
        let value = found
            .and_then(|input| js_sys::Reflect::get(&input, &"value".into()).ok())
            .and_then(|value| value.as_string());
        if let Some(value) = value {
            *draft.field_mut(field) = value;
        }
    }
    draft
}
