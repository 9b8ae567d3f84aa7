//! The same figures as tables.

use leptos::prelude::*;
use model::format;
use model::topology::{
    Changes, Column, Edge, Figures, Node, NodeKind, NodeName, Section, Sorted, Standing, Topology,
};

use super::answer::words;
use crate::address::{
    SERVICES_PATH, Scope, Selected, ServiceAddress, Sort, TopologyAddress, Versus,
};
use crate::components::change::{ChangeMark, Measure};
use crate::components::exports::{Export, Exports};

/// Most rows of a table; how many more there are is said.
const MAX_ROWS: usize = 500;

const EXPORTS: [Export; 2] = [Export::Csv("topology"), Export::Json("topology")];

/// What the API is asked for beside the scope.
fn own(table: &'static str, scope: &Scope) -> Vec<(&'static str, String)> {
    let mut own = vec![("table", table.to_owned())];
    // There nothing is compared unless it is asked for.
    if scope.versus() == Versus::Before {
        own.push(("vs", "before".to_owned()));
    }
    own
}

#[component]
pub(super) fn NodeTable(
    address: TopologyAddress,
    topology: Topology,
    section: Section,
) -> impl IntoView {
    let sort = address.nodes_order.clone();
    let mut nodes: Vec<Node> = section
        .nodes
        .iter()
        .filter_map(|&node| topology.nodes.get(node).cloned())
        .collect();
    nodes.sort_by(|left, right| ordered(&sort, &of_node(left), &of_node(right)));
    let left_out = nodes.split_off(nodes.len().min(MAX_ROWS)).len();
    let heading = format::counted(section.nodes.len(), "node");
    let is_compared = topology.is_compared;
    let rows = nodes.into_iter().map(|node| {
        let own = address.selecting(Selected::Node(node.name.clone()));
        let name = node.name.title().to_owned();
        view! {
            <tr>
                <th scope="row"><a href=own.selected_href()>{name}</a></th>
                <td class="roomy">{kind(&node)}</td>
                <FigureCells
                    figures=node.figures
                    changes=node.changes
                    standing=node.standing
                    is_compared
                />
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns: Vec<(Column, &str)> = columns("Name", "Kind");
    let links = {
        let address = address.clone();
        move |sort: Sort| address.with_nodes_order(sort).href()
    };
    let own = own("nodes", &address.scope);
    view! {
        <section class="card topology-table">
            <header class="card-head">
                <h2>{heading}</h2>
                <Exports what="The nodes" scope=address.scope exports=EXPORTS.to_vec() own />
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Nodes">
                <table class="figures-table">
                    <Head columns sort is_compared links />
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <LeftOut count=left_out />
        </section>
    }
}

/// Whether it has a page of its own.
pub(crate) fn is_service(node: &Node) -> bool {
    node.name.kind.is_service()
}

/// Services, each with a link to its page.
#[component]
pub(crate) fn ServiceTable(
    address: TopologyAddress,
    mut services: Vec<Node>,
    is_compared: bool,
) -> impl IntoView {
    let sort = address.nodes_order.clone();
    services.sort_by(|left, right| ordered(&sort, &of_node(left), &of_node(right)));
    let left_out = services.split_off(services.len().min(MAX_ROWS)).len();
    let scope = address.scope.clone();
    let rows = services.into_iter().map(|node| {
        let title = node.name.title().to_owned();
        let name = match service_href(&node.name, &scope) {
            Some(href) => view! { <a href=href>{title}</a> }.into_any(),
            None => view! { <span class="muted">{title}</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="roomy">{node.name.kind.title()}</td>
                <FigureCells
                    figures=node.figures
                    changes=node.changes
                    standing=node.standing
                    is_compared
                />
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns = columns("Service", "Kind");
    let links = move |sort: Sort| {
        let ordered = address.with_nodes_order(sort);
        ordered.place_at(SERVICES_PATH).href(&ordered.scope)
    };
    view! {
        <section class="card topology-table">
            <div class="scroll" tabindex="0" role="region" aria-label="Services">
                <table class="figures-table">
                    <Head columns sort is_compared links />
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <LeftOut count=left_out />
        </section>
    }
}

#[component]
pub(super) fn CallTable(
    address: TopologyAddress,
    topology: Topology,
    section: Section,
) -> impl IntoView {
    let edges = section.edges.iter().copied();
    let links = {
        let address = address.clone();
        move |sort: Sort| address.with_calls_order(sort).href()
    };
    let rows = CallRows {
        topology: topology.clone(),
        edges: edges.collect(),
        sort: address.calls_order.clone(),
    };
    let heading = format::counted(section.edges.len(), "connection");
    let own = own("edges", &address.scope);
    view! {
        <section class="card topology-table">
            <header class="card-head">
                <h2>{heading}</h2>
                <Exports what="The connections" scope=address.scope.clone() exports=EXPORTS.to_vec() own />
            </header>
            <Calls label="Connections" address rows links />
        </section>
    }
}

/// Some edges of a topology, in an order.
pub(crate) struct CallRows {
    pub(crate) topology: Topology,
    pub(crate) edges: Vec<usize>,
    pub(crate) sort: Sort,
}

/// `links` leads to the same in another order.
#[component]
pub(crate) fn Calls(
    label: &'static str,
    address: TopologyAddress,
    rows: CallRows,
    links: impl Fn(Sort) -> String + 'static,
) -> impl IntoView {
    let CallRows {
        topology,
        edges,
        sort,
    } = rows;
    let mut edges: Vec<(Edge, [NodeName; 2])> = edges
        .into_iter()
        .filter_map(|edge| {
            let edge = topology.edges.get(edge)?.clone();
            let name = |place: usize| Some(topology.nodes.get(place)?.name.clone());
            let names = [name(edge.caller)?, name(edge.callee)?];
            Some((edge, names))
        })
        .collect();
    edges.sort_by(|left, right| ordered(&sort, &of_edge(left), &of_edge(right)));
    let left_out = edges.split_off(edges.len().min(MAX_ROWS)).len();
    let is_compared = topology.is_compared;
    let rows = edges.into_iter().map(|(edge, [from, to])| {
        let title = format!("{} → {}", from.title(), to.title());
        let kind = to.kind.title();
        let own = address.selecting(Selected::Edge(from, to));
        view! {
            <tr>
                <th scope="row"><a href=own.selected_href()>{title}</a></th>
                <td class="roomy">{kind}</td>
                <FigureCells
                    figures=edge.figures
                    changes=edge.changes
                    standing=edge.standing
                    is_compared
                />
            </tr>
        }
    });
    let rows = rows.collect_view();
    let columns = columns("Caller → callee", "Callee is a");
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="figures-table">
                <Head columns sort is_compared links />
                <tbody>{rows}</tbody>
            </table>
        </div>
        <LeftOut count=left_out />
    }
}

#[component]
fn LeftOut(count: usize) -> impl IntoView {
    (count > 0).then(|| {
        let text = format!(
            "{} not shown; CSV and JSON have more of them.",
            format::counted(count, "more row")
        );
        view! { <p class="muted note">{text}</p> }
    })
}

fn columns(name: &'static str, kind: &'static str) -> Vec<(Column, &'static str)> {
    vec![
        (Column::Name, name),
        (Column::Kind, kind),
        (Column::Calls, "Calls"),
        (Column::P50, "p50"),
        (Column::P95, "p95"),
        (Column::Errors, "Errors"),
        (Column::Change, "Change of p95"),
    ]
}

/// Each column leads to the order by it.
#[component]
pub(crate) fn Head(
    columns: Vec<(Column, &'static str)>,
    sort: Sort,
    is_compared: bool,
    links: impl Fn(Sort) -> String + 'static,
    /// What stands above the last column.
    #[prop(optional)]
    last: Option<&'static str>,
) -> impl IntoView {
    let (current, is_reversed) = sort.order();
    let columns = columns
        .into_iter()
        .filter(|(column, _)| is_compared || *column != Column::Change);
    let heads = columns.map(|(column, title)| {
        let is_current = column == current;
        let (direction, arrow) = if column.is_rising() == is_reversed {
            ("descending", " ↓")
        } else {
            ("ascending", " ↑")
        };
        let class = match column {
            Column::Name => "",
            Column::Kind => "roomy",
            Column::Change => "number extra",
            _ => "number",
        };
        view! {
            <th scope="col" class=class aria-sort=is_current.then_some(direction)>
                <a href=links(sort.by(column))>
                    {title}
                    {is_current.then_some(view! { <span aria-hidden="true">{arrow}</span> })}
                </a>
            </th>
        }
    });
    let heads = heads.collect_view();
    let last = last.or(is_compared.then_some("Against before"));
    let last = last.map(|title| view! { <th scope="col">{title}</th> });
    view! { <thead><tr>{heads} {last}</tr></thead> }
}

#[component]
fn FigureCells(
    figures: Figures,
    changes: Changes,
    standing: Standing,
    is_compared: bool,
) -> impl IntoView {
    let has_errors = figures.errors > 0;
    let change = is_compared.then(|| {
        view! {
            <td class="number extra">
                <ChangeMark change=changes.p95 measure=Measure::Duration />
            </td>
            <td><StandingTag standing changes /></td>
        }
    });
    view! {
        <td class="number" title=volume(&figures)>{format::rate(figures.per_second)}</td>
        <td class="number"><Nanos nanos=figures.p50_nanos /></td>
        <td class="number"><b><Nanos nanos=figures.p95_nanos /></b></td>
        <td class="number" class:muted=!has_errors>
            {figures.error_rate.map(format::share)}
        </td>
        {change}
    }
}

#[component]
fn Nanos(nanos: Option<i64>) -> impl IntoView {
    match nanos {
        Some(nanos) => format::duration(nanos).into_any(),
        None => view! { <span class="muted">"none"</span> }.into_any(),
    }
}

#[component]
pub(crate) fn StandingTag(standing: Standing, changes: Changes) -> impl IntoView {
    let class = match standing {
        Standing::Worse => "tag bad",
        Standing::Usual | Standing::TooFew => "muted",
        _ => "tag",
    };
    view! { <span class=class>{words(standing, &changes)}</span> }
}

/// `12,400 calls`, or how many they are told from.
pub(crate) fn volume(figures: &Figures) -> String {
    let counted = format::counted(usize::try_from(figures.count).unwrap_or(0), "call");
    if figures.is_sampled() {
        format!(
            "about {}, told from {counted}",
            format::exact(figures.weight)
        )
    } else {
        counted
    }
}

fn kind(node: &Node) -> impl IntoView + use<> {
    let href = (node.name.kind == NodeKind::Group).then(|| format::counted(node.members, "member"));
    view! {
        {node.name.kind.title()} {href.map(|members| view! { " " <span class="muted">{members}</span> })}
    }
}

/// `p50 9.9 ms, p95 24 ms +3 %, errors 0.2 % 0 %; as before`.
#[component]
pub(crate) fn FigureLine(
    figures: Figures,
    changes: Changes,
    standing: Standing,
    is_compared: bool,
) -> impl IntoView {
    let Some((p50, p95)) = figures.p50_nanos.zip(figures.p95_nanos) else {
        return view! { "nothing was counted in this time." }.into_any();
    };
    let quantiles = format!(
        "p50 {}, p95 {}",
        format::duration(p50),
        format::duration(p95)
    );
    let errors = format::share(figures.error_rate.unwrap_or(0.0));
    let of =
        |change, measure| is_compared.then(|| view! { " (" <ChangeMark change measure /> ")" });
    let standing = is_compared.then(|| view! { "; " <StandingTag standing changes /> });
    view! {
        {quantiles} {of(changes.p95, Measure::Duration)} {format!(", errors {errors}")}
        {of(changes.error_rate, Measure::Share)} {standing} "."
    }
    .into_any()
}

/// Where operations of a service are.
pub(crate) fn service_href(name: &NodeName, scope: &Scope) -> Option<String> {
    let is_service = name.kind.is_service() && !name.name.is_empty();
    is_service.then(|| ServiceAddress::of(&name.name, scope).href())
}

fn ordered(sort: &Sort, left: &Sorted<'_>, right: &Sorted<'_>) -> std::cmp::Ordering {
    let (column, is_reversed) = sort.order();
    let order = column.compare(left, right);
    let order = if is_reversed { order.reverse() } else { order };
    order.then(left.name.cmp(&right.name))
}

fn of_node(node: &Node) -> Sorted<'_> {
    Sorted {
        name: [&node.name.name, ""],
        kind: [node.name.kind.title(), ""],
        figures: &node.figures,
        changes: &node.changes,
        standing: node.standing,
    }
}

fn of_edge((edge, [from, to]): &(Edge, [NodeName; 2])) -> Sorted<'_> {
    Sorted {
        name: [&from.name, &to.name],
        kind: [to.kind.title(), from.kind.title()],
        figures: &edge.figures,
        changes: &edge.changes,
        standing: edge.standing,
    }
}
