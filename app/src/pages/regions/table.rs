//! The table of regions.

use leptos::prelude::*;
use model::dimensions::Dimension;
use model::format;
use model::regions::{Column, Figures, Row, THIN};
use model::rollup::OTHER;
use model::stats::{Change, Verdict};

use super::narrow::has;
use crate::address::{ExploreAddress, RegionsAddress, Versus};
use crate::components::change::{ChangeMark, Measure};
use crate::components::exports::{Export, Exports};
use crate::components::segment_bar::SegmentBar;

const EXPORTS: [Export; 2] = [Export::Csv("latency"), Export::Json("latency")];

#[component]
pub(super) fn RegionTable(
    address: RegionsAddress,
    rows: Vec<Row>,
    has_segments: bool,
    left_out: usize,
) -> impl IntoView {
    let heading = if address.is_split {
        format::counted(rows.len(), "row") + ", by region and journey"
    } else {
        format::counted(rows.len(), "region")
    };
    let (other, label) = if address.is_split {
        (address.split(false), "One row a region")
    } else {
        (address.split(true), "By journey, too")
    };
    let left_out = (left_out > 0).then(|| {
        let text = format!(
            "The busiest stand here; {} are left out.",
            format::counted(left_out, "more row")
        );
        view! { <p class="muted">{text}</p> }
    });
    let group_by = if address.is_split {
        "region,journey"
    } else {
        "region"
    };
    let own = vec![("group_by", group_by.to_owned())];
    let is_compared = address.scope.versus() != Versus::Nothing;
    let head = view! { <Head address=address.clone() is_compared has_segments /> };
    let rows = rows
        .into_iter()
        .map(|row| view! { <RegionRow address=address.clone() row is_compared has_segments /> });
    view! {
        <section class="card">
            <header class="card-head">
                <h2>{heading}</h2>
                <span class="actions">
                    <Exports what="The regions" scope=address.scope.clone() exports=EXPORTS.to_vec() own />
                    " "
                    <a class="button" href=other.href()>
                        {label}
                    </a>
                </span>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Regions">
                <table class="region-table">
                    {head}
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            {left_out}
        </section>
    }
}

#[component]
fn Head(address: RegionsAddress, is_compared: bool, has_segments: bool) -> impl IntoView {
    let (current, is_reversed) = address.order();
    let head = |column: Column| {
        let is_current = column == current;
        let is_rising = (column == Column::Region) != is_reversed;
        let (direction, arrow) = if is_rising {
            ("ascending", " ↑")
        } else {
            ("descending", " ↓")
        };
        view! {
            <th
                scope="col"
                class=class(column)
                aria-sort=is_current.then_some(direction)
            >
                <a href=address.ordered_by(column).href()>
                    {title(column)}
                    {is_current.then_some(view! { <span aria-hidden="true">{arrow}</span> })}
                </a>
            </th>
        }
    };
    let figures = Column::ALL
        .into_iter()
        .filter(|column| *column != Column::Region)
        .filter(|column| is_compared || *column != Column::Change);
    view! {
        <thead>
            <tr>
                {head(Column::Region)}
                {address.is_split.then(|| view! { <th scope="col">"Journey"</th> })}
                {figures.map(head).collect_view()}
                {has_segments.then(|| view! { <th scope="col">"Where the time goes"</th> })}
            </tr>
        </thead>
    }
}

fn title(column: Column) -> &'static str {
    match column {
        Column::Region => "Region",
        Column::Requests => "Requests",
        Column::Errors => "Errors",
        Column::Change => "Change of p95",
        Column::Percentile(_) => column.key(),
    }
}

/// Where there is little room, the columns that say least are not shown.
fn class(column: Column) -> &'static str {
    match column {
        Column::Region => "",
        Column::Percentile(1 | 2) => "number roomy",
        _ => "number",
    }
}

#[component]
fn RegionRow(
    address: RegionsAddress,
    row: Row,
    is_compared: bool,
    has_segments: bool,
) -> impl IntoView {
    let figures = row.figures.clone();
    let href = row
        .is_named()
        .then(|| region_href(&address, &row.region, row.journey.as_deref()));
    let name = match href.clone() {
        Some(href) => view! { <a href=href><code>{row.region.clone()}</code></a> }.into_any(),
        None => view! { <span class="muted">{name_of(&row.region)}</span> }.into_any(),
    };
    let place = place(&row);
    let journey = row.journey.clone().map(|journey| match journey.as_str() {
        "" => view! { <td class="muted">"none"</td> }.into_any(),
        _ => view! { <td>{journey}</td> }.into_any(),
    });
    let percentiles = figures.percentiles.iter().enumerate();
    let percentiles = percentiles.map(|(place, nanos)| {
        let column = Column::Percentile(place);
        let text = format::duration(*nanos);
        if column.key() == "p95" {
            view! { <td class=class(column)><b>{text}</b></td> }.into_any()
        } else {
            view! { <td class=class(column)>{text}</td> }.into_any()
        }
    });
    let percentiles = percentiles.collect_view();
    let thin = figures.is_thin().then(|| {
        let title = format!("Fewer than {THIN} requests: percentiles of so few say little");
        view! { " " <span class="tag" title=title>"few"</span> }
    });
    let has_errors = figures.error_rate > 0.0;
    let change = is_compared.then(|| {
        view! { <td class="number"><ChangeMark change=figures.change measure=Measure::Duration /></td> }
    });
    let segments = has_segments
        .then(|| view! { <td class="bar-cell"><SegmentBar means=figures.means /></td> });
    view! {
        <tr>
            <th scope="row">{name} {place}</th>
            {journey}
            <td class="number"><Requests href figures=figures.clone() />{thin}</td>
            {percentiles}
            <td class="number" class:muted=!has_errors>{format::share(figures.error_rate)}</td>
            {change}
            {segments}
        </tr>
    }
}

/// Where the region is, in words; or why that is not known.
fn place(row: &Row) -> impl IntoView + use<> {
    match (&row.place, row.is_named()) {
        (Some(place), _) => view! { " " <span class="place">{place.clone()}</span> }.into_any(),
        (None, true) => {
            let title = "No region of a known cloud, no country and no subdivision by ISO 3166 has \
                         this name";
            view! { " " <span class="place" title=title>"place not known"</span> }.into_any()
        }
        (None, false) => ().into_any(),
    }
}

/// The count leads to the requests, where they can be found by the region's name.
#[component]
fn Requests(href: Option<String>, figures: Figures) -> impl IntoView {
    let sign = figures.is_sampled().then_some("≈ ");
    let text = format::short_count(figures.weight);
    let title = requests_in_words(&figures);
    match href {
        Some(href) => view! { <a href=href title=title>{sign} {text}</a> }.into_any(),
        None => view! { <span title=title>{sign} {text}</span> }.into_any(),
    }
}

/// `+61 %, slower by more than chance`.
pub(super) fn change_in_words(change: &Change) -> String {
    let meaning = match change.verdict {
        Verdict::Worse => "slower by more than chance",
        Verdict::Better => "faster by more than chance",
        Verdict::Noise => "no more than chance would make it",
        Verdict::TooFew => "too few requests to tell from chance",
    };
    let text = format::change(change.ratio.unwrap_or(1.0));
    format!("{text} on before, {meaning}")
}

/// `12,400 requests`, or how many they are told from.
pub(super) fn requests_in_words(figures: &Figures) -> String {
    let counted = format::counted(usize::try_from(figures.count).unwrap_or(0), "request");
    if figures.is_sampled() {
        format!(
            "sampled: about {}, told from {counted}",
            format::short_count(figures.weight)
        )
    } else {
        counted
    }
}

/// What a region is called that may have no name.
pub(super) fn name_of(region: &str) -> String {
    match region {
        "" => "no region told".to_owned(),
        OTHER => "all other regions".to_owned(),
        _ => region.to_owned(),
    }
}

/// The requests of a region, in the scope of the page, and of one journey of it where it is split.
pub(super) fn region_href(address: &RegionsAddress, region: &str, journey: Option<&str>) -> String {
    let filter = address.scope.filter().unwrap_or_default();
    let filter = filter.with(has(Dimension::Region, region));
    let journey = journey.filter(|journey| !journey.is_empty() && *journey != OTHER);
    let filter = match journey {
        Some(journey) => filter.with(has(Dimension::Journey, journey)),
        None => filter,
    };
    address
        .scope
        .with_filter(&filter)
        .href(ExploreAddress::PATH)
}
