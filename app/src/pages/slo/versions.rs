//! Every version of an objective, and the way back to it.

use leptos::prelude::*;
use model::objective::{Definition, Draft, Field, Objective, Version};

use crate::components::time::Minute;
use crate::pages::slo_form::RevertObjective;

#[component]
pub(super) fn VersionList(
    objective: Objective,
    versions: Vec<Version>,
    now_nanos: i64,
) -> impl IntoView {
    let earlier: Vec<Option<Definition>> = versions
        .iter()
        .skip(1)
        .map(|version| version.definition.clone())
        .chain([None])
        .collect();
    let rows = versions.into_iter().zip(earlier).map(|(version, before)| {
        let changes = version
            .definition
            .as_ref()
            .map(|now| changes(before.as_ref(), now));
        let author = match version.author.as_str() {
            "" => view! { <span class="muted">"nobody said"</span> }.into_any(),
            author => author.to_owned().into_any(),
        };
        let can_revert = version.version != objective.version && version.definition.is_some();
        let revert = can_revert.then(|| {
            view! { <Revert id=objective.id seen=objective.version to=version.version /> }
        });
        view! {
            <tr>
                <th scope="row" class="number">{version.version}</th>
                <td><Minute nanos=version.at_nanos now_nanos /></td>
                <td>{author}</td>
                <td>{version.reason}</td>
                <td>{changes}</td>
                <td>{revert}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card">
            <header class="card-head"><h2>"Versions"</h2></header>
            <div class="scroll" tabindex="0" role="region" aria-label="Versions">
                <table class="parts versions">
                    <thead>
                        <tr>
                            <th scope="col" class="number">"Version"</th>
                            <th scope="col">"At"</th>
                            <th scope="col">"By"</th>
                            <th scope="col">"Why"</th>
                            <th scope="col">"What changed"</th>
                            <th scope="col"><span class="hidden">"Go back"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

/// A form of one button: as of that version again.
#[component]
fn Revert(id: i64, seen: i32, to: i32) -> impl IntoView {
    let action = ServerAction::<RevertObjective>::new();
    view! {
        <ActionForm action=action>
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="version" value=seen.to_string() />
            <input type="hidden" name="to" value=to.to_string() />
            <input type="hidden" name="draft[author]" value="" />
            <button class="button" aria-label=format!("Go back to version {to}")>"Go back"</button>
        </ActionForm>
    }
}

/// The fields that differ, in words; of the first version that it is the first.
fn changes(before: Option<&Definition>, now: &Definition) -> String {
    let Some(before) = before else {
        return "set".to_owned();
    };
    let (mut before, mut now) = (Draft::from(before), Draft::from(now));
    let changes = Field::ALL.into_iter().filter_map(|field| {
        let (old, new) = (before.field_mut(field), now.field_mut(field));
        (old != new).then(|| {
            let [old, new] = [old, new].map(|text| text.replace('\n', "; "));
            format!("{}: {old} → {new}", field.key())
        })
    });
    let changes: Vec<String> = changes.collect();
    if changes.is_empty() {
        "nothing".to_owned()
    } else {
        changes.join(", ")
    }
}
