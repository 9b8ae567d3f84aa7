//! Fields of the form of a journey.

use leptos::prelude::*;
use model::journey::{Field, FieldError};

use crate::components::text_field::{self, mistake};

/// With `lines` it has so many, and otherwise one.
#[component]
pub(super) fn TextField(
    field: Field,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] lines: Option<u32>,
    value: String,
    mistakes: StoredValue<Vec<FieldError>>,
) -> impl IntoView {
    let mistake = mistakes.with_value(|mistakes| mistake(mistakes, &field));
    view! { <text_field::TextField name=field.key() label hint lines value mistake /> }
}
