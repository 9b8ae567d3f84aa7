//! The map of the world: dots for land, and a circle for each region that is known.

use std::fmt::Write;

use leptos::prelude::*;
use model::geo::{HEIGHT, WIDTH, land};
use model::layout::world_map::Circle;
use model::regions::Standing;

/// What a circle stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    pub(crate) circle: Circle,
    pub(crate) standing: Standing,
    /// Its figures in words.
    pub(crate) title: String,
    pub(crate) href: String,
}

/// The class of a circle: each standing has a colour and a shape of its own.
fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Worse => "worse",
        Standing::Slow => "slow",
        Standing::Usual => "usual",
        Standing::Thin => "thin",
    }
}

/// `label` says what is drawn. The marks are drawn in their order, later ones over earlier ones.
#[component]
pub(crate) fn WorldMap(label: String, marks: Vec<Mark>) -> impl IntoView {
    let marks = marks.into_iter().map(|mark| {
        let Circle { x, y, radius, .. } = mark.circle;
        let label = mark.title.clone();
        view! {
            <g class=class(mark.standing)>
                <a href=mark.href aria-label=label>
                    <title>{mark.title}</title>
                    <Shape x y radius standing=mark.standing />
                </a>
            </g>
        }
    });
    view! {
        <svg
            class="world"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="group"
            aria-label=label
        >
            <path
                class="land"
                d=land_path()
                stroke-width="1.1"
                stroke-linecap="round"
                stroke-dasharray=format!("0 {}", land::PITCH)
            />
            {marks.collect_view()}
        </svg>
    }
}

/// What the circles mean, with how many there are of each.
#[component]
pub(crate) fn StandingLegend(counts: Vec<(Standing, String)>) -> impl IntoView {
    let entries = counts.into_iter().map(|(standing, text)| {
        view! {
            <li class=class(standing)>
                <svg width="14" height="14" aria-hidden="true">
                    <Shape x=7.0 y=7.0 radius=5.0 standing />
                </svg>
                {text}
            </li>
        }
    });
    view! { <ul class="standings">{entries.collect_view()}</ul> }
}

#[component]
fn Shape(x: f32, y: f32, radius: f32, standing: Standing) -> impl IntoView {
    let heart = (standing == Standing::Worse)
        .then(|| view! { <circle class="heart" cx=x cy=y r=radius * 0.4 /> });
    let dashes = (standing == Standing::Slow).then_some("3 1.5");
    view! {
        <circle cx=x cy=y r=radius stroke-dasharray=dashes />
        {heart}
    }
}

/// One line for each run of dots, drawn as its dashes.
fn land_path() -> String {
    land::runs().fold(String::new(), |mut path, run| {
        // The last dash begins at the very end: a little more, so that it is drawn.
        let length = run.length + 0.1;
        // Writing to a text does not fail.
        write!(path, "M{} {:.2}h{length}", run.first.x, run.first.y).ok();
        path
    })
}
