//! The map, and what its circles mean.

use leptos::prelude::*;
use model::format;
use model::layout::world_map::Circle;
use model::regions::{Row, Standing};

use super::table::{change_in_words, name_of, region_href, requests_in_words};
use crate::address::RegionsAddress;
use crate::components::exports::{Export, Exports};
use crate::components::world_map::{Mark, StandingLegend, WorldMap};

#[component]
pub(super) fn MapCard(
    address: RegionsAddress,
    rows: Vec<Row>,
    circles: Vec<Circle>,
) -> impl IntoView {
    let unknown = rows.len() - circles.len();
    let marks = circles.into_iter().filter_map(|circle| {
        let row = rows.get(circle.row)?;
        Some(Mark {
            circle,
            standing: row.standing,
            title: title(row),
            href: region_href(&address, &row.region, None),
        })
    });
    let marks: Vec<Mark> = marks.collect();
    let counts = Standing::ALL.map(|standing| {
        let count = marks
            .iter()
            .filter(|mark| mark.standing == standing)
            .count();
        (count > 0).then(|| {
            (
                standing,
                format!("{} {}", format::count(count), standing.meaning()),
            )
        })
    });
    let counts = counts.into_iter().flatten().collect();
    let unknown = (unknown > 0).then(|| {
        let names = if unknown == 1 {
            "region is"
        } else {
            "regions are"
        };
        let text = format!("{unknown} more {names} not on the map");
        let title = "Their names are none of a cloud's region, a country or a subdivision by ISO \
                     3166. They stand in the table.";
        view! { <li class="muted" title=title>{text}</li> }
    });
    view! {
        <section class="card">
            <header class="card-head">
                <h2>"p95 by region"</h2>
                <span class="muted">
                    "area of a circle: requests "
                    <Exports what="The map" scope=address.scope exports=vec![Export::Svg("regions")] />
                </span>
            </header>
            <WorldMap label="Regions on the map of the world".into() marks />
            <div class="map-foot">
                <StandingLegend counts />
                <ul class="standings">{unknown}</ul>
            </div>
        </section>
    }
}

/// `sa-east-1, São Paulo: p95 2.9 s, +61 % …; 12,400 requests`.
fn title(row: &Row) -> String {
    let figures = &row.figures;
    let p95 = format::duration(figures.p95_nanos());
    let change = figures
        .change
        .map(|change| format!(", {}", change_in_words(&change)));
    let place = row.place.as_ref().map(|place| format!(", {place}"));
    format!(
        "{}{}: p95 {p95}{}; {}; {}",
        name_of(&row.region),
        place.unwrap_or_default(),
        change.unwrap_or_default(),
        requests_in_words(figures),
        match row.standing {
            Standing::Worse => "slower than before",
            Standing::Slow => "far slower than most regions",
            Standing::Usual => "as usual",
            Standing::Thin => "too few requests to tell how it is",
        },
    )
}
