//! How the topology is looked at: as a map or as tables, in groups, and around which node.

use leptos::prelude::*;
use model::topology::{Grouping, MAX_HOPS, Section, Topology};

use crate::address::TopologyAddress;
use crate::components::kept::Kept;

/// Most names that the form offers.
const MAX_OFFERED: usize = 2_000;

/// How far the links look.
const HOPS: [usize; 3] = [1, 2, 3];

#[component]
pub(super) fn Controls(
    address: TopologyAddress,
    topology: Topology,
    section: Section,
) -> impl IntoView {
    let choice = |href: String, is_current: bool, name: &str| {
        view! {
            <li>
                <a class="choice" href=href aria-current=is_current.then_some("true")>
                    {name.to_owned()}
                </a>
            </li>
        }
    };
    let views = [(false, "Map"), (true, "List")].map(|(is_table, name)| {
        choice(
            address.as_table(is_table).href(),
            address.is_table == is_table,
            name,
        )
    });
    let groups = Grouping::ALL.map(|grouping| {
        let name = match grouping {
            Grouping::Each => "each by itself",
            Grouping::Kind => "by kind",
            Grouping::Region => "by region",
        };
        choice(
            address.grouped(grouping).href(),
            address.grouping == grouping,
            name,
        )
    });
    let around = section.focus.and_then(|(focus, _)| {
        let name = topology.nodes.get(focus)?.name.clone();
        let hops = HOPS.map(|hops| {
            let own = address.focused(Some(name.clone()), Some(hops));
            let text = match hops {
                1 => "1 call".to_owned(),
                _ => format!("{hops} calls"),
            };
            choice(own.href(), section.hops == hops, &text)
        });
        let all = address
            .focus
            .is_some()
            .then(|| choice(address.focused(None, None).href(), false, "leave it"));
        Some(view! {
            <nav aria-label="How far around the node">
                <span class="muted">{format!("around {}", name.title())}</span>
                <ul class="choices">{hops.into_iter().collect_view()} {all}</ul>
            </nav>
        })
    });
    view! {
        <div class="controls">
            <nav aria-label="View"><ul class="choices">{views.into_iter().collect_view()}</ul></nav>
            <nav aria-label="Groups">
                <ul class="choices">{groups.into_iter().collect_view()}</ul>
            </nav>
            {around}
            <FocusForm address topology />
        </div>
    }
}

/// Names are offered as they are typed.
#[component]
fn FocusForm(address: TopologyAddress, topology: Topology) -> impl IntoView {
    let kept = address.focused(None, None);
    let scope = kept.scope.clone();
    let mut fields = vec![
        ("q", scope.q),
        ("from", scope.from),
        ("to", scope.to),
        ("vs", scope.vs),
    ];
    fields.extend(
        kept.selecting(crate::address::Selected::Nothing)
            .place()
            .own,
    );
    let names = topology.nodes.iter().take(MAX_OFFERED).map(|node| {
        view! { <option value=node.name.to_string() /> }
    });
    let names = names.collect_view();
    let hops = address.hops.map(|hops| hops.clamp(1, MAX_HOPS).to_string());
    fields.retain(|(key, _)| *key != "hops");
    view! {
        <form method="get" action=TopologyAddress::PATH class="focus-form" role="search">
            <Kept fields />
            {hops.map(|hops| view! { <input type="hidden" name="hops" value=hops /> })}
            <label for="focus" class="hidden">"Show what is around"</label>
            <input id="focus" name="focus" list="nodes" placeholder="Show what is around…" />
            <datalist id="nodes">{names}</datalist>
            <button class="button">"Show"</button>
        </form>
    }
}
