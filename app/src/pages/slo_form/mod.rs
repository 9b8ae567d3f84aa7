//! `/slos/new` and `/slos/{id}/edit`: the form of an objective, and beside it what it would have
//! meant.

mod fields;
mod form;
mod preview;
mod query;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::objective::{Draft, Field};

use self::form::{DeleteForm, FORM_ID, ObjectiveForm};
pub(crate) use self::preview::draw_preview;
use self::preview::preview_view;
pub(crate) use self::query::RevertObjective;
use self::query::{Material, NOUN, SaveObjective, get_material};
use crate::address::{SLOS_PATH, edit_slo_href, page_query, read_slo_draft, read_slo_id, slo_href};
use crate::components::notice::ErrorNotice;
use crate::error::AppError;
use crate::islands::objective_preview::ObjectivePreviewPane;
use crate::pages::forms::Returned;
use crate::pages::not_found::NotFound;

#[component]
pub(crate) fn NewSloPage() -> impl IntoView {
    view! {
        <Title text="Set an objective" />
        {Suspend::new(async move { editor(Ok(None)).await })}
    }
}

#[component]
pub(crate) fn EditSloPage() -> impl IntoView {
    let id = use_params_map().with_untracked(read_slo_id).map(Some);
    view! {
        <Title text="Edit an objective" />
        {Suspend::new(async move { editor(id).await })}
    }
}

async fn editor(id: Result<Option<i64>, AppError>) -> AnyView {
    match ask(id).await {
        Ok(Some(asked)) => view! { <Editor asked /> }.into_any(),
        Ok(None) => view! {
            <NotFound
                title="There is no such objective"
                explanation="It may have been deleted. All that there are stand under Objectives."
            />
        }
        .into_any(),
        Err(error) => view! { <ErrorNotice error /> }.into_any(),
    }
}

struct Asked {
    material: Material,
    returned: Returned<Draft, Field>,
    preview: AnyView,
}

async fn ask(id: Result<Option<i64>, AppError>) -> Result<Option<Asked>, AppError> {
    let Some(material) = get_material(id?).await? else {
        return Ok(None);
    };
    let stored = material
        .objective
        .as_ref()
        .map(|objective| Draft::from(&objective.definition));
    let stored = stored.unwrap_or_else(Draft::usual);
    let typed = read_slo_draft(&page_query(), stored.clone());
    let action = ServerAction::<SaveObjective>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let check = |draft: &Draft| draft.check().err().unwrap_or_default();
    let returned = Returned::of(refusal, typed.unwrap_or(stored), NOUN, Field::Name, check);
    let preview = preview_view(&returned.draft).await?;
    Ok(Some(Asked {
        material,
        returned,
        preview,
    }))
}

#[component]
fn Editor(asked: Asked) -> impl IntoView {
    let Asked {
        material: Material {
            objective,
            journeys,
        },
        returned,
        preview,
    } = asked;
    let here = objective
        .as_ref()
        .map_or(format!("{SLOS_PATH}/new"), |objective| {
            edit_slo_href(objective.id)
        });
    let heading = match &objective {
        None => view! { "Set an objective" }.into_any(),
        Some(objective) => {
            let name = objective.definition.name.clone();
            let version = format!("version {}", objective.version);
            view! {
                "Edit "
                <a href=slo_href(objective.id)>{name}</a>
                " "
                <span class="muted">{version}</span>
            }
            .into_any()
        }
    };
    let delete = objective
        .clone()
        .map(|objective| view! { <DeleteForm objective /> });
    view! {
        <h1 class="page-title">{heading}</h1>
        <div class="editor">
            <section class="card form-card">
                <ObjectiveForm returned objective journeys here />
                {delete}
            </section>
            <ObjectivePreviewPane form=FORM_ID.to_owned()>{preview}</ObjectivePreviewPane>
        </div>
    }
}
