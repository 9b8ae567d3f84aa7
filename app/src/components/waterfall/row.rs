//! One row of the waterfall. Where scripts run they fill copies of an empty one
//! (`islands/waterfall/stage/row.rs`), so its parts are all there always, and hidden where there is
//! nothing to say.

use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;
use model::format;
use model::id::SpanId;
use model::layout::waterfall::{RowView, Stretch};

use crate::islands::waterfall::{dots, row_id, strokes};

#[component]
pub(crate) fn SpanRow<'a>(
    row: &'a RowView<'a>,
    href: String,
    is_found: bool,
    is_selected: bool,
) -> impl IntoView + use<> {
    let is_parent = row.descendants > 0;
    let expanded = is_parent.then_some(if row.is_folded { "false" } else { "true" });
    let class = RowClass {
        is_found,
        is_selected,
        is_leaf: !is_parent,
    };
    view! {
        <div
            role="row"
            class=class.text()
            id=row_id(row.id)
            {..custom_attribute("aria-level", row.level.to_string())}
            {..custom_attribute("aria-posinset", row.place.0.to_string())}
            {..custom_attribute("aria-setsize", row.place.1.to_string())}
            {..custom_attribute("aria-rowindex", (row.number + 2).to_string())}
            aria-expanded=expanded
            aria-selected=if is_selected { "true" } else { "false" }
            tabindex=if is_selected { "0" } else { "-1" }
        >
            <Label row href />
            <Lane row />
            <div role="gridcell" class="number">
                {row.duration.clone()}
            </div>
        </div>
    }
}

/// What scripts make rows of.
#[component]
pub(crate) fn EmptyRow() -> impl IntoView {
    let row = SpanId::from_slice(&[1; 8]).ok().map(RowView::empty);
    let row = row.map(|row| {
        view! { <SpanRow row=&row href=String::new() is_found=false is_selected=false /> }
    });
    view! { <template id="empty-row">{row}</template> }
}

/// What a row looks like.
struct RowClass {
    is_found: bool,
    is_selected: bool,
    is_leaf: bool,
}

impl RowClass {
    fn text(&self) -> String {
        let parts = [
            (self.is_selected, " selected"),
            (self.is_found, " found"),
            (self.is_leaf, " leaf"),
        ];
        let parts = parts.iter().filter(|(is, _)| *is).map(|(_, part)| *part);
        format!("row{}", parts.collect::<String>())
    }
}

#[component]
fn Label<'a>(row: &'a RowView<'a>, href: String) -> impl IntoView + use<> {
    let verb = if row.is_folded { "Show" } else { "Hide" };
    let below = format::counted(row.descendants, "span");
    let defect = if row.is_harmless {
        "tag defect"
    } else {
        "tag warn defect"
    };
    view! {
        <div role="gridcell" class="label">
            <svg class="indent" width=row.indent_pixels.to_string() height="1" aria-hidden="true"></svg>
            <button
                type="button"
                class="twisty scripted"
                tabindex="-1"
                aria-label=format!("{verb} {below} below")
            >
                {if row.is_folded { "▸" } else { "▾" }}
            </button>
            <svg class="dot" width="8" height="8" aria-hidden="true">
                <rect class=format!("service-{}", row.color) width="8" height="8" rx="2" />
            </svg>
            <a href=href title=format!("{} {}", row.service, row.operation) tabindex="-1">
                <b>{row.service.to_owned()}</b>
                " "
                <span>{row.operation.to_owned()}</span>
            </a>
            <span class="tag kind" hidden=row.kind.is_empty()>
                {row.kind}
            </span>
            <span class="tag bad" hidden=!row.is_error>
                "error"
            </span>
            <span class=defect title=row.explanation.clone() hidden=row.defect.is_empty()>
                {row.defect.clone()}
            </span>
        </div>
    }
}

/// The span on the time line, with its part of the critical path, and a dot for each event.
#[component]
fn Lane<'a>(row: &'a RowView<'a>) -> impl IntoView + use<> {
    let nowhere = Stretch {
        left: 0.0,
        width: 0.0,
    };
    let Stretch { left, width } = row.bar.unwrap_or(nowhere);
    let (x, width) = (format!("{left:.3}%"), format!("{width:.3}%"));
    let error_width = if row.is_error {
        width.clone()
    } else {
        "0".into()
    };
    let dots = dots(&row.events);
    view! {
        <div role="gridcell" class="lane">
            <svg width="100%" height="18" aria-hidden="true">
                <rect class=format!("service-{}", row.color) x=x.clone() y="3" width=width height="10" rx="2" />
                <rect class="error-edge" x=x y="3" width=error_width height="2" />
                <svg width="100%" height="18" viewBox="0 0 100 18" preserveAspectRatio="none">
                    <path class="on-path" d=strokes(&row.path) />
                    <path class="event-edge" d=dots.clone() />
                    <path class="event" d=dots />
                </svg>
            </svg>
        </div>
    }
}
