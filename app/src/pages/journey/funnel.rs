//! How many requests get to each step.

use leptos::prelude::*;
use model::format;
use model::journey::Funnel;
use model::overview::share_of;

#[component]
pub(super) fn StepFunnel(funnel: Funnel) -> impl IntoView {
    let requests = funnel.requests;
    let title = format!(
        "Steps, in a sample of the newest {}",
        format::counted(requests, "request")
    );
    let rows = funnel.steps.into_iter().map(|step| {
        let [all, in_order] = [step.requests, step.in_order].map(|count| {
            let part = i64::try_from(count).unwrap_or(0);
            let share = share_of(part, i64::try_from(requests).unwrap_or(0));
            (count, share)
        });
        let width = format!("{:.1}%", in_order.1 * 100.0);
        view! {
            <tr>
                <th scope="row"><code>{step.step.0}</code></th>
                <td class="number">{format::count(all.0)}</td>
                <td class="number">{format::count(in_order.0)}</td>
                <td class="number">{format::share(in_order.1)}</td>
                <td class="funnel-bar">
                    <svg width="100%" height="10" aria-hidden="true">
                        <rect class="bar-back" width="100%" height="10" rx="2" />
                        <rect class="bar" width=width height="10" rx="2" />
                    </svg>
                </td>
            </tr>
        }
    });
    view! {
        <section class="card">
            <header class="card-head"><h2>{title}</h2></header>
            <div class="scroll" tabindex="0" role="region" aria-label="Steps">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Step"</th>
                            <th scope="col" class="number">"Have it"</th>
                            <th scope="col" class="number">"And all before"</th>
                            <th scope="col" class="number" colspan="2">"Share"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
