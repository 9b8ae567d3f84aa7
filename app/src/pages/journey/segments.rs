//! Where the time goes, against the budgets of the segments.

use leptos::prelude::*;
use model::decomposition::Segment;
use model::format;
use model::overview::{Card, share_of};

#[component]
pub(super) fn Segments(card: Card) -> impl IntoView {
    let means = card.figures.means;
    let total = means.total_nanos();
    let budget = card.subject.definition.budget;
    let device = means[Segment::Device];
    let network = means[Segment::Network];
    let groups = [
        ("Device", device, budget.device_nanos),
        ("Network", network, budget.network_nanos),
        ("Backend", means.backend_nanos(), budget.backend_nanos),
    ];
    let groups = groups.map(|(name, nanos, budget)| {
        view! { <Row name=name nanos total budget is_part=false /> }
    });
    let backend = [
        ("Gateway", Segment::Gateway),
        ("Services", Segment::Services),
        ("Database", Segment::Database),
        ("Third parties", Segment::ThirdParty),
    ];
    let backend = backend.map(|(name, segment)| {
        let nanos = means[segment];
        view! { <Row name nanos total budget=None is_part=true /> }
    });
    view! {
        <section class="card" id="segments">
            <header class="card-head">
                <h2>{format!("Where {} go, on average", format::duration(total))}</h2>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Segments">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Segment"</th>
                            <th scope="col" class="number">"Time"</th>
                            <th scope="col" class="number">"Share"</th>
                            <th scope="col">"Budget"</th>
                        </tr>
                    </thead>
                    <tbody>{groups.into_iter().collect_view()} {backend.into_iter().collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

/// A part of the backend has no budget of its own.
#[component]
fn Row(
    name: &'static str,
    nanos: i64,
    total: i64,
    budget: Option<i64>,
    is_part: bool,
) -> impl IntoView {
    let state = match budget {
        None if is_part => ().into_any(),
        None => view! { <span class="muted">"no budget"</span> }.into_any(),
        Some(budget) if nanos > budget => view! {
            {format::duration(budget)}
            " "
            <span class="tag bad">"over budget"</span>
        }
        .into_any(),
        Some(budget) => view! {
            {format::duration(budget)}
            " "
            <span class="tag good">"in budget"</span>
        }
        .into_any(),
    };
    view! {
        <tr class:part=is_part>
            <th scope="row">{name}</th>
            <td class="number">{format::duration(nanos)}</td>
            <td class="number">{format::share(share_of(nanos, total))}</td>
            <td class="budget-cell">{state}</td>
        </tr>
    }
}
