//! The form that chooses the columns of the list; the choice stands in the address.

use leptos::prelude::*;
use model::list_columns::{Column, Columns, MAX_COLUMNS};

use crate::address::TracesAddress;
use crate::components::kept::Kept;

#[component]
pub(super) fn ColumnsForm(address: TracesAddress, columns: Columns) -> impl IntoView {
    let kept = address.kept();
    let default = address.with_default_columns().href();
    let choices = Column::known().map(|column| {
        let is_chosen = columns.contains(&column);
        view! {
            <label>
                <input type="checkbox" name="columns" value=column.to_string() checked=is_chosen />
                {column.title()}
            </label>
        }
    });
    let choices = choices.collect_view();
    let attributes = columns.attributes().join(", ");
    view! {
        <details class="menu columns">
            <summary class="button">"Columns"</summary>
            <form method="get" action=TracesAddress::PATH class="menu-body">
                <Kept fields=kept />
                <fieldset>
                    <legend class="hidden">"Columns"</legend>
                    {choices}
                </fieldset>
                <label>
                    "Attributes"
                    <input name="columns" value=attributes placeholder="http.route, db.system.name" />
                </label>
                <p class="hint">
                    {format!(
                        "At most {MAX_COLUMNS}. Of an attribute the root span's value is shown, \
                         or the first that a span has.",
                    )}
                </p>
                <p class="actions">
                    <a href=default>"As at first"</a>
                    <button class="button">"Show"</button>
                </p>
            </form>
        </details>
    }
}
