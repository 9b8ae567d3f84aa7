//! What each service has of the difference.

use leptos::prelude::*;
use model::color::service_color;
use model::format;
use model::trace_difference::{Change, ServiceRow};

use super::NAMES;

#[component]
pub(super) fn ServiceTable(rows: Vec<ServiceRow>, more: usize) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let difference = row.difference_nanos();
        let class = match row.change {
            Change::Slower => "number bad",
            Change::Faster => "number good",
            _ => "number muted",
        };
        let [a, b] = row.nanos.map(format::duration);
        let color = format!("service-{}", service_color(&row.service));
        view! {
            <tr>
                <th scope="row" class="name">
                    <svg width="8" height="8" aria-hidden="true">
                        <rect class=color width="8" height="8" rx="2" />
                    </svg>
                    " "
                    <b>{row.service}</b>
                </th>
                <td class="number">{a}</td>
                <td class="number">{b}</td>
                <td class=class>{format::signed_duration(difference)}</td>
                <td class="number">{both(row.spans)}</td>
                <td class="number">{both(row.errors)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let more = (more > 0).then(|| {
        let text = format!(
            "And {} with smaller differences.",
            format::counted(more, "service")
        );
        view! { <p class="muted note">{text}</p> }
    });
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"By service"</h2>
                <span class="muted">"how long the request waited for each; together that is all of it"</span>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Services">
                <table class="parts">
                    <thead>
                        <tr>
                            <th scope="col">"Service"</th>
                            <th scope="col" class="number">{NAMES[0]}</th>
                            <th scope="col" class="number">{NAMES[1]}</th>
                            <th scope="col" class="number">"Difference"</th>
                            <th scope="col" class="number">"Spans"</th>
                            <th scope="col" class="number">"Errors"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
}

/// `12 → 14`, or one number where both are the same.
fn both([a, b]: [usize; 2]) -> String {
    if a == b {
        format::count(a)
    } else {
        format!("{} → {}", format::count(a), format::count(b))
    }
}
