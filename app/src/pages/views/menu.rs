//! The menu of views beside the filter bar.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::query::{Listed, list_views};
use crate::address::{Place, Scope, VIEWS_PATH, new_view_href, view_href};

/// `place` is the page that is filtered; where that is another one than this page, there is
/// nothing to save here.
#[component]
pub(crate) fn ViewMenu(place: Place, scope: Scope) -> impl IntoView {
    let here = place.href(&scope);
    let is_here = use_location().pathname.get_untracked() == place.path;
    let save = is_here.then(|| {
        view! { <li><a href=new_view_href(&here)>"Save this view…"</a></li> }
    });
    let listed = Suspend::new(async move {
        let Ok(Listed { views, is_more }) = list_views().await else {
            return view! { <p class="hint">"The views cannot be read now."</p> }.into_any();
        };
        let name_of_all = if is_more { "All views" } else { "Manage views" };
        let views = views.into_iter().map(|view| {
            let href = view_href(&view);
            let is_current = view.definition.path == here;
            view! {
                <li>
                    <a href=href aria-current=is_current.then_some("true")>
                        {view.definition.name}
                    </a>
                </li>
            }
        });
        let views = views.collect_view();
        view! {
            <ul>{views}</ul>
            <ul class="menu-end">
                {save}
                <li><a href=VIEWS_PATH aria-keyshortcuts="g v">{name_of_all}</a></li>
            </ul>
        }
        .into_any()
    });
    view! {
        <details class="menu views-menu">
            <summary class="button">"Views"</summary>
            <div class="menu-body">{listed}</div>
        </details>
    }
}
