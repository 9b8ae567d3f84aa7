//! `/views`: pages that people have saved under a name, and the forms that do so.

mod edit;
mod form;
mod menu;
mod query;

use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::format;
use model::view::{View, own_page};

pub(crate) use self::edit::{EditViewPage, NewViewPage};
pub(crate) use self::menu::ViewMenu;
use self::query::{get_view, get_views};
use crate::address::{TracesAddress, edit_view_href, new_view_href, read_view_id, view_href};
use crate::components::notice::ErrorNotice;
use crate::components::time::Minute;
use crate::pages::not_found::NotFound;

#[component]
pub(crate) fn ViewsPage() -> impl IntoView {
    view! {
        <Title text="Views" />
        {Suspend::new(async move {
            match get_views().await {
                Ok((views, now_nanos)) => view! { <Views views now_nanos /> }.into_any(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Views(views: Vec<View>, now_nanos: i64) -> impl IntoView {
    let heading = match views.len() {
        0 => "No views yet".to_owned(),
        count => format::counted(count, "view"),
    };
    let content = if views.is_empty() {
        view! {
            <p>
                "A view is a page with its filter and time under a name, so that everyone finds it "
                "again. Set up any page, then choose “Save this view…” under Views beside the filter."
            </p>
        }
        .into_any()
    } else {
        view! { <Table views now_nanos /> }.into_any()
    };
    view! {
        <section class="card">
            <header class="card-head">
                <h1>{heading}</h1>
                <span class="muted">"shared by all who use this server"</span>
                <a class="button" href=new_view_href(TracesAddress::PATH)>"Save a view…"</a>
            </header>
            {content}
        </section>
    }
}

#[component]
fn Table(views: Vec<View>, now_nanos: i64) -> impl IntoView {
    let rows = views.into_iter().map(|view| {
        let label = format!("Edit {}", view.definition.name);
        let (short, edit) = (view_href(&view), edit_view_href(view.id));
        view! {
            <tr>
                <th scope="row"><a href=short.clone()>{view.definition.name}</a></th>
                <td>{view.definition.description}</td>
                <td class="address"><code>{view.definition.path}</code></td>
                <td><code>{short}</code></td>
                <td><Minute nanos=view.updated_nanos now_nanos /></td>
                <td><a href=edit aria-label=label>"Edit…"</a></td>
            </tr>
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Views">
            <table class="parts views">
                <thead>
                    <tr>
                        <th scope="col">"View"</th>
                        <th scope="col">"Description"</th>
                        <th scope="col">"Page"</th>
                        <th scope="col">"Link"</th>
                        <th scope="col">"Changed"</th>
                        <th scope="col"><span class="hidden">"Edit"</span></th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// `/views/{id}`: leads to what the view has saved.
#[component]
pub(crate) fn ViewPage() -> impl IntoView {
    let id = use_params_map().with_untracked(read_view_id);
    view! {
        <Title text="View" />
        {Suspend::new(async move {
            match get_view(id).await {
                Ok(Some(view)) => lead_to(&view),
                Ok(None) => no_such_view(),
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

/// Whatever is stored, it is followed only to a page of ours.
fn lead_to(view: &View) -> AnyView {
    let page = own_page(&view.definition.path);
    let Some((page, location)) =
        page.and_then(|page| Some((page.clone(), HeaderValue::try_from(page).ok()?)))
    else {
        let explanation = "What it has saved is no page of this version.";
        return view! { <NotFound title="This view leads nowhere" explanation /> }.into_any();
    };
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        // Not for good: the view may be changed.
        response.set_status(StatusCode::TEMPORARY_REDIRECT);
        response.insert_header(header::LOCATION, location);
    }
    view! { <p><a href=page>{view.definition.name.clone()}</a></p> }.into_any()
}

fn no_such_view() -> AnyView {
    view! {
        <NotFound
            title="There is no such view"
            explanation="It may have been deleted. All that there are stand under Views."
        />
    }
    .into_any()
}
