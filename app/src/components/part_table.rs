//! A table of the values of a dimension, each with its figures.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::filter::Test;
use model::format;
use model::overview::PartRow;

use super::change::{ChangeMark, Measure};
use super::figures::{Duration, ErrorRate, Percentile95, Volume};
use super::segment_bar::SegmentBar;

/// Most rows; the others are counted.
const MAX_ROWS: usize = 30;

/// `href` leads to the requests that meet some tests.
#[component]
pub(crate) fn PartTable(
    label: &'static str,
    dimension: Dimension,
    rows: Vec<PartRow>,
    href: impl Fn(Vec<Test>) -> String,
) -> impl IntoView {
    let heading = match dimension {
        Dimension::Region => "Region",
        Dimension::Release => "Release",
        _ => dimension.key(),
    };
    let more = rows.len().saturating_sub(MAX_ROWS);
    let more = (more > 0).then(|| {
        let text = format!("{} with fewer requests", format::count(more));
        view! { <p class="muted">{text}</p> }
    });
    let rows = rows.into_iter().take(MAX_ROWS).map(|row| {
        let name = if row.name.is_empty() {
            view! { <span class="muted" title="These requests do not tell">"not told"</span> }
                .into_any()
        } else {
            let href = href(vec![Test::dimension(dimension, row.name.clone())]);
            view! { <a href=href>{row.name}</a> }.into_any()
        };
        let figures = row.figures;
        view! {
            <tr>
                <th scope="row" class="name">{name}</th>
                <td class="number"><Volume figures=figures.clone() /></td>
                <td class="number"><Duration nanos=figures.p50_nanos /></td>
                <td class="number"><b><Percentile95 figures=figures.clone() /></b></td>
                <td class="number">
                    <ChangeMark change=row.change measure=Measure::Duration />
                </td>
                <td class="number"><ErrorRate rate=figures.error_rate /></td>
                <td class="bar-cell"><SegmentBar means=figures.means /></td>
            </tr>
        }
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="parts">
                <thead>
                    <tr>
                        <th scope="col">{heading}</th>
                        <th scope="col" class="number">"Requests"</th>
                        <th scope="col" class="number">"p50"</th>
                        <th scope="col" class="number">"p95"</th>
                        <th scope="col" class="number">"Change of p95"</th>
                        <th scope="col" class="number">"Errors"</th>
                        <th scope="col">"Where the time goes"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {more}
    }
}
