//! The same figures as tables.

mod calls;
mod cells;
mod head;
mod nodes;
mod services;

use leptos::prelude::*;
use model::format;

pub(super) use self::calls::CallTable;
pub(crate) use self::calls::{CallRows, Calls};
pub(crate) use self::cells::{FigureLine, StandingTag, volume};
pub(crate) use self::head::Head;
pub(super) use self::nodes::NodeTable;
pub(crate) use self::services::{ServiceTable, is_service, service_href};
use crate::address::{Scope, Versus};
use crate::components::exports::Export;

/// Most rows of a table; how many more there are is said.
const MAX_ROWS: usize = 500;

const EXPORTS: [Export; 2] = [Export::Csv("topology"), Export::Json("topology")];

/// What the API is asked for beside the scope.
fn own(table: &'static str, scope: &Scope) -> Vec<(&'static str, String)> {
    let mut own = vec![("table", table.to_owned())];
    // There nothing is compared unless it is asked for.
    if scope.versus() == Versus::Before {
        own.push(("vs", "before".to_owned()));
    }
    own
}

#[component]
fn LeftOut(count: usize) -> impl IntoView {
    (count > 0).then(|| {
        let text = format!(
            "{} not shown; CSV and JSON have more of them.",
            format::counted(count, "more row")
        );
        view! { <p class="muted note">{text}</p> }
    })
}
