//! What is told of one edge: how long its calls took, the network's part, which operations call
//! which, and the traces that crossed it.

use leptos::prelude::*;
use model::comparison::Distribution;
use model::format;
use model::layout::distribution_chart::DistributionChart;
use model::overview::P95;
use model::topology::{Network, NodeName, Topology};

use super::query::{EdgeDetails, Pair};
use super::table::{FigureLine, service_href, volume};
use crate::address::{Scope, Selected, TopologyAddress, TraceAddress, TracesAddress};
use crate::components::distribution::DistributionView;

#[component]
pub(super) fn EdgePanel(
    address: TopologyAddress,
    topology: Topology,
    from: NodeName,
    to: NodeName,
    details: Option<EdgeDetails>,
) -> impl IntoView {
    let clear = address.selecting(Selected::Nothing).href();
    let found = topology.find(&from).zip(topology.find(&to));
    let found = found.and_then(|(from, to)| topology.find_edge(from, to));
    let Some(edge) = found.map(|edge| topology.edges[edge].clone()) else {
        let text = format!("{} did not call {} in this time.", from.title(), to.title());
        return view! {
            <section class="card panel" id="selected">
                <p class="note">{text} " " <a href=clear>"Close"</a></p>
            </section>
        }
        .into_any();
    };
    let traces = details.as_ref().map(|details| {
        let traces = TracesAddress::from(address.scope.clone()).with_filter(&details.filter);
        view! { <a class="button" href=traces.href()>"Traces that crossed it"</a> }
    });
    let figures = edge.figures;
    let is_compared = topology.is_compared;
    let network = network_in_words(edge.network.as_ref());
    let ends = [from.clone(), to.clone()];
    let [first, second] = ends.map(|name| named(&name, &address.scope));
    let details = details.map(|details| view! { <Details details /> });
    view! {
        <section class="card panel" id="selected" aria-labelledby="selected-title">
            <header class="card-head">
                <h2 id="selected-title">{format!("{} → {}", from.title(), to.title())}</h2>
                <span class="actions">{traces} " " <a class="button" href=clear>"Close"</a></span>
            </header>
            <p class="note">
                {first} " calls " {second} " "
                <b>{format::rate(figures.per_second)}</b>
                {format!(" ({}). ", volume(&figures))}
                <FigureLine figures changes=edge.changes standing=edge.standing is_compared />
            </p>
            <p class="note">{network}</p>
            {details}
        </section>
    }
    .into_any()
}

fn named(name: &NodeName, scope: &Scope) -> impl IntoView + use<> {
    let title = name.title().to_owned();
    match service_href(name, scope) {
        Some(href) => view! { <a href=href>{title}</a> }.into_any(),
        None => format!("the {} {title}", name.kind.title()).into_any(),
    }
}

fn network_in_words(network: Option<&Network>) -> String {
    let Some(network) = network else {
        return "Only one side tells how long calls take, so what the network takes is not known."
            .to_owned();
    };
    let contradictory = if network.contradictory > 0 {
        format!(
            " In {} of them the callee took longer than the caller waited: their spans contradict each other.",
            format::count(usize::try_from(network.contradictory).unwrap_or(0))
        )
    } else {
        String::new()
    };
    format!(
        "The caller waits {} longer, on average, than the callee works: network and queues. Told from {} that both timed.{contradictory}",
        format::duration(network.mean_nanos),
        format::counted(usize::try_from(network.timed).unwrap_or(0), "call")
    )
}

#[component]
fn Details(details: EdgeDetails) -> impl IntoView {
    let before = details.before.unwrap_or_default();
    let chart = DistributionChart::of(&Distribution::of(&before, &details.now));
    let chart = (!details.now.is_empty()).then(|| {
        view! {
            <div>
                <h3>"How long calls take"</h3>
                <DistributionView chart names=["before", "now"] />
            </div>
        }
    });
    let basis = format!(
        "In the newest {} that crossed it.",
        format::counted(details.traces, "stored trace")
    );
    let left_out = (details.pairs_left_out > 0).then(|| {
        format!(
            " {} are left out.",
            format::counted(details.pairs_left_out, "rarer pair")
        )
    });
    let has_callees = details.pairs.iter().any(|pair| !pair.to.is_empty());
    let rows = details
        .pairs
        .into_iter()
        .map(|pair| view! { <PairRow pair has_callees /> });
    let rows = rows.collect_view();
    view! {
        <div class="sides">
            {chart}
            <div>
                <h3>"Operations"</h3>
                <div class="scroll" tabindex="0" role="region" aria-label="Operations that cross it">
                    <table class="figures-table">
                        <thead>
                            <tr>
                                <th scope="col">"Of the caller"</th>
                                {has_callees.then(|| view! { <th scope="col">"Of the callee"</th> })}
                                <th scope="col" class="number">"Calls"</th>
                                <th scope="col" class="number">"p95"</th>
                                <th scope="col" class="number">"Failed"</th>
                                <th scope="col">"Slowest"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <p class="muted note">{basis} {left_out}</p>
            </div>
        </div>
    }
}

#[component]
fn PairRow(pair: Pair, has_callees: bool) -> impl IntoView {
    let counted = pair.counted;
    let count = |count: i64| format::count(usize::try_from(count).unwrap_or(0));
    let slowest = counted.exemplars.all().last().map(|(_, trace)| {
        view! { <a href=TraceAddress::of(*trace).href()>"trace"</a> }
    });
    view! {
        <tr>
            <th scope="row">{pair.from}</th>
            {has_callees.then(|| view! { <td>{pair.to}</td> })}
            <td class="number">{count(counted.count)}</td>
            <td class="number">{counted.durations.quantile(P95).map(format::duration)}</td>
            <td class="number" class:muted=counted.errors == 0>{count(counted.errors)}</td>
            <td>{slowest}</td>
        </tr>
    }
}
