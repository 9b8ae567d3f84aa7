//! What the pages ask the server, and what they tell it.

use leptos::prelude::*;
use model::view::{Draft, View};
use store::Written;
use store::views::MAX_VIEWS;

use crate::address::{VIEWS_PATH, edit_view_href};
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::forms::{self, Reason};

/// What the forms call it.
pub(super) const NOUN: &str = "view";

/// Views in the menu beside the filter bar: the first by name.
const MAX_IN_MENU: usize = 20;

/// What the menu has.
pub(super) struct Listed {
    pub(super) views: Vec<View>,
    /// There are others.
    pub(super) is_more: bool,
}

pub(super) async fn get_views() -> Result<(Vec<View>, i64), AppError> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    Ok((store.views(MAX_VIEWS).await?, now_nanos))
}

pub(super) async fn list_views() -> Result<Listed, AppError> {
    let RequestContext { store, .. } = expect_context();
    // One more, to know whether there is one.
    let most = i64::try_from(MAX_IN_MENU + 1).unwrap_or(i64::MAX);
    let mut views = store.views(most).await?;
    let is_more = views.len() > MAX_IN_MENU;
    views.truncate(MAX_IN_MENU);
    Ok(Listed { views, is_more })
}

pub(super) async fn get_view(id: Result<i64, AppError>) -> Result<Option<View>, AppError> {
    let RequestContext { store, .. } = expect_context();
    Ok(store.view(id?).await?)
}

/// Why a view was not written.
pub(crate) type Refusal = forms::Refusal<Draft>;

/// Saves a new view, or a new version of the one that is named. Leads to the list.
#[server(prefix = "/fn", endpoint = "save_view")]
pub(crate) async fn save_view(
    id: Option<i64>,
    version: Option<i32>,
    draft: Draft,
) -> Result<(), Refusal> {
    let written = save(id, version, &draft).await;
    let form = id.map_or_else(|| format!("{VIEWS_PATH}/new"), edit_view_href);
    forms::answer::<SaveView, _>(written, &form, version, draft)
}

/// Deletes a view that still is as the version that was seen.
#[server(prefix = "/fn", endpoint = "delete_view")]
pub(crate) async fn delete_view(id: i64, version: i32) -> Result<(), Refusal> {
    let written = delete(id, version).await;
    let form = edit_view_href(id);
    forms::answer::<DeleteView, _>(written, &form, Some(version), Draft::default())
}

async fn save(id: Option<i64>, version: Option<i32>, draft: &Draft) -> Result<String, Reason> {
    let RequestContext {
        store, now_nanos, ..
    } = expect_context();
    let definition = draft.check().map_err(|_mistakes| Reason::Mistakes)?;
    let written = match (id, version) {
        (Some(id), Some(version)) => store.update_view(id, version, &definition, now_nanos).await,
        _ => store.create_view(&definition, now_nanos).await,
    };
    match written? {
        Written::Done(_) => Ok(VIEWS_PATH.to_owned()),
        refused => Err(refused.into()),
    }
}

async fn delete(id: i64, version: i32) -> Result<String, Reason> {
    let RequestContext { store, .. } = expect_context();
    match store.delete_view(id, version).await? {
        Written::Gone => Ok(VIEWS_PATH.to_owned()),
        refused => Err(refused.into()),
    }
}
