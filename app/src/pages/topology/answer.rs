//! The answer in a sentence or two, and how it is known.

use leptos::prelude::*;
use model::format;
use model::topology::{Edge, Node, NodeKind, Section, Standing, Topology};

use super::query::Answer;
use crate::address::{Selected, TopologyAddress};
use crate::components::time::Time;

/// Most changes that are told at once; the tables have all.
const MAX_TOLD: usize = 6;

#[component]
pub(super) fn AnswerInWords(
    address: TopologyAddress,
    answer: Answer,
    section: Section,
) -> impl IntoView {
    let topology = answer.topology;
    let title = title(&topology);
    let versus = address.scope.versus().title();
    let changes = if topology.is_compared {
        view! { <ChangesInWords address=address.clone() topology=topology.clone() versus /> }
            .into_any()
    } else {
        ().into_any()
    };
    let sampled = answer.source.traces.map(|traces| {
        let text = format!(
            "Calls are not counted by filters, so {} that meet it were looked at, from all of the time; figures stand for all of them.",
            format::counted(traces, "request")
        );
        view! { <p class="muted">{text}</p> }
    });
    let since = answer.source.since_nanos.map(|nanos| {
        view! {
            <p class="warn">
                "There are more than can be looked at: only since "
                <Time nanos now_nanos=answer.now_nanos /> "."
            </p>
        }
    });
    let unknown = address
        .focus
        .clone()
        .filter(|focus| topology.find(focus).is_none())
        .map(|focus| {
            let text = format!("{} was not seen in this time.", focus.heading());
            view! { <p class="warn">{text}</p> }
        });
    let part = part(&topology, &section);
    view! {
        <header class="page-head">
            <h1>{title}</h1>
            {changes}
            {unknown}
            {part.map(|part| view! { <p>{part}</p> })}
            {sampled}
            {since}
        </header>
    }
}

/// `2 apps, 9 services, 3 databases, and 24 ways they call each other`.
fn title(topology: &Topology) -> String {
    let kinds = NodeKind::ALL.map(|kind| {
        let nodes = topology.nodes.iter();
        let count = nodes.filter(|node| node.name.kind == kind).count();
        match count {
            0 => None,
            1 => Some(format!("1 {}", kind.title())),
            _ => Some(format!("{} {}", format::count(count), kind.plural())),
        }
    });
    let kinds: Vec<String> = kinds.into_iter().flatten().collect();
    let edges = format::counted(topology.edges.len(), "connection");
    format!("{}: {edges}", kinds.join(", "))
}

/// That there is more than is drawn, and why it is that part.
fn part(topology: &Topology, section: &Section) -> Option<String> {
    use model::topology::{Choice, MAX_DRAWN};
    let (focus, choice) = section.focus?;
    let name = topology.nodes.get(focus)?.name.title().to_owned();
    let why = match choice {
        Choice::Asked => String::new(),
        Choice::MostChanged => format!(
            "More than {MAX_DRAWN} at once cannot be read. The map begins with {name}: of what got worse it has the most calls. "
        ),
        Choice::Busiest => format!(
            "More than {MAX_DRAWN} at once cannot be read. The map begins with {name}, which is called most. "
        ),
    };
    let hops = format::counted(section.hops, "call");
    let shown = format::count(section.nodes.len());
    let all = format::count(topology.nodes.len());
    let left_out = match (section.nodes_left_out, section.edges_left_out) {
        (0, 0) => String::new(),
        (0, edges) => format!(
            " {} with fewer calls {} not drawn.",
            format::counted(edges, "connection"),
            are(edges)
        ),
        (nodes, _) => format!(
            " {} with fewer calls {} left out.",
            format::counted(nodes, "more node"),
            are(nodes)
        ),
    };
    Some(format!(
        "{why}The map shows {shown} of {all}: what is up to {hops} up or down from {name}.{left_out}"
    ))
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// What is worse, new or gone, with links to it.
#[component]
fn ChangesInWords(
    address: TopologyAddress,
    topology: Topology,
    versus: &'static str,
) -> impl IntoView {
    let mut told: Vec<Told> = topology
        .nodes
        .iter()
        .filter_map(|node| Told::of_node(node, &address))
        .chain(
            topology
                .edges
                .iter()
                .filter_map(|edge| Told::of_edge(edge, &topology, &address)),
        )
        .collect();
    told.sort_by(|left, right| {
        left.standing
            .cmp(&right.standing)
            .then(right.weight.total_cmp(&left.weight))
    });
    let thin = thin(&topology);
    if told.is_empty() {
        let text = match &thin {
            Thin::All => {
                format!("There are too few calls to tell whether anything changed from {versus}.")
            }
            Thin::Some(_) | Thin::None => format!(
                "Compared with {versus}, nothing got slower, failed more often, came or went by more than chance."
            ),
        };
        return view! { <p class="answer">{text} {thin.in_words()}</p> }.into_any();
    }
    let more = told.len().saturating_sub(MAX_TOLD);
    let more = (more > 0).then(|| {
        let table = address.as_table(true);
        let by_change = table
            .with_nodes_order(table.nodes_order.by(model::topology::Column::Change))
            .with_calls_order(table.calls_order.by(model::topology::Column::Change));
        view! {
            <li><a href=by_change.href()>{format!("and {} more", format::count(more))}</a></li>
        }
    });
    let items = told.into_iter().take(MAX_TOLD).map(|told| {
        let class = if told.standing == Standing::Worse {
            "tag bad"
        } else {
            "tag"
        };
        view! {
            <li>
                <a href=told.href>{told.name}</a> " " <span class=class>{told.words}</span>
            </li>
        }
    });
    view! {
        <div class="changed">
            <p>{format!("Changed by more than chance, compared with {versus}:")}</p>
            <ul>{items.collect_view()} {more}</ul>
            {thin.in_words().map(|text| view! { <p class="muted">{text}</p> })}
        </div>
    }
    .into_any()
}

/// Of how much of a topology there are too few calls to tell a change.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Thin {
    None,
    /// `3 nodes and 1 connection`.
    Some(String),
    All,
}

fn thin(topology: &Topology) -> Thin {
    let nodes = topology.nodes.iter().map(|node| node.standing);
    let edges = topology.edges.iter().map(|edge| edge.standing);
    if nodes
        .clone()
        .chain(edges.clone())
        .all(|one| one == Standing::TooFew)
    {
        return Thin::All;
    }
    let nodes = nodes.filter(|one| *one == Standing::TooFew).count();
    let edges = edges.filter(|one| *one == Standing::TooFew).count();
    let counted = [(nodes, "node"), (edges, "connection")];
    let counted = counted.iter().filter(|(count, _)| *count > 0);
    let counted: Vec<String> = counted
        .map(|(count, what)| format::counted(*count, what))
        .collect();
    if counted.is_empty() {
        Thin::None
    } else {
        Thin::Some(counted.join(" and "))
    }
}

impl Thin {
    fn in_words(&self) -> Option<String> {
        match self {
            Self::Some(counted) => Some(format!(" Of {counted} there are too few calls to tell.")),
            Self::None | Self::All => None,
        }
    }
}

struct Told {
    name: String,
    href: String,
    standing: Standing,
    words: String,
    weight: f64,
}

impl Told {
    fn of_node(node: &Node, address: &TopologyAddress) -> Option<Self> {
        let selected = Selected::Node(node.name.clone());
        node.standing.is_change().then(|| Self {
            name: node.name.title().to_owned(),
            href: address.selecting(selected).selected_href(),
            standing: node.standing,
            words: words(node.standing, &node.changes),
            weight: node.figures.weight,
        })
    }

    fn of_edge(edge: &Edge, topology: &Topology, address: &TopologyAddress) -> Option<Self> {
        let [from, to] = [edge.caller, edge.callee].map(|place| topology.nodes.get(place));
        let (from, to) = (from?, to?);
        // Who is new or gone is called by nobody, or calls nobody, at the other time.
        let is_told = edge.standing.is_change()
            && (edge.standing == Standing::Worse
                || (from.standing != edge.standing && to.standing != edge.standing));
        let selected = Selected::Edge(from.name.clone(), to.name.clone());
        is_told.then(|| Self {
            name: format!("{} → {}", from.name.title(), to.name.title()),
            href: address.selecting(selected).selected_href(),
            standing: edge.standing,
            words: words(edge.standing, &edge.changes),
            weight: edge.figures.weight,
        })
    }
}

/// `slower, more errors`, or the standing itself.
pub(super) fn words(standing: Standing, changes: &model::topology::Changes) -> String {
    match standing {
        Standing::Worse | Standing::Better => changes.in_words(),
        other => other.title().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use model::topology::{Basis, Changes, Figures, NodeName};

    use super::*;

    fn topology(standings: &[Standing]) -> Topology {
        let node = |(number, standing): (usize, &Standing)| Node {
            name: NodeName::new(NodeKind::Service, number.to_string()),
            figures: Figures::default(),
            basis: Basis::default(),
            changes: Changes::default(),
            standing: *standing,
            regions: vec![],
            members: 1,
        };
        Topology {
            nodes: standings.iter().enumerate().map(node).collect(),
            ..Topology::default()
        }
    }

    #[test]
    fn what_too_few_calls_tell_is_not_called_unchanged() {
        use Standing::{TooFew, Usual};
        assert_eq!(thin(&topology(&[TooFew, TooFew])), Thin::All);
        assert_eq!(thin(&topology(&[Usual])), Thin::None);
        let some = thin(&topology(&[TooFew, Usual, TooFew])).in_words();
        assert_eq!(
            some.as_deref(),
            Some(" Of 2 nodes there are too few calls to tell.")
        );
    }
}
