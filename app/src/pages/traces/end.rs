//! What stands below a list: how far it was looked, and the ways on.

use leptos::prelude::*;
use model::format;
use model::list_order::{Cursor, ListOrder};
use model::summary::Page;

use crate::address::TracesAddress;
use crate::components::time::Time;

/// `page` is the one above; its traces do not matter.
#[component]
pub(super) fn ListEnd(address: TracesAddress, page: Page, now_nanos: i64) -> impl IntoView {
    let order = address.order().unwrap_or_default();
    let stopped = page.stopped_after.map(|looked_at| {
        let looked_at = format::counted(looked_at, "trace");
        let next = page.next.filter(|_| order == ListOrder::Newest);
        match next {
            Some(Cursor { start_nanos, .. }) => view! {
                <p class="muted">
                    {format!("Looked at {looked_at} back to ")} <Time nanos=start_nanos now_nanos />
                    ". There may be more before that."
                </p>
            }
            .into_any(),
            None => view! {
                <p class="muted">
                    {format!("Looked at the first {looked_at}. There may be more after them.")}
                </p>
            }
            .into_any(),
        }
    });
    let more = page.next.map(|next| {
        let label = match order {
            _ if page.stopped_after.is_some() => "Look further",
            ListOrder::Newest => "Older traces",
            _ => "More traces",
        };
        view! { <a href=address.with_cursor(next).href() class="button">{label}</a> }
    });
    let first = (!address.cursor.is_empty()).then(|| {
        let label = match order {
            ListOrder::Newest => "Newest traces",
            _ => "First traces",
        };
        view! { <a href=address.first_page().href() class="button">{label}</a> }
    });
    view! {
        {stopped}
        <footer class="pager">{first} {more}</footer>
    }
}
