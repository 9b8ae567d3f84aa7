use super::*;
use crate::rollup::{Direction, Observation};
use crate::stats::Verdict;
use crate::trace::tests::trace_id;

const MILLI: i64 = 1_000_000;

/// So many calls around a median, of which the first so many failed.
pub(crate) fn rollup(count: i64, millis: i64, errors: i64) -> Rollup {
    let mut rollup = Rollup::default();
    for number in 0..count {
        let seen = Observation {
            trace_id: trace_id(),
            duration_nanos: (millis + number % 7) * MILLI,
            is_error: number < errors,
            weight: 1.0,
            sums: &[2 * MILLI, 1, 0],
        };
        rollup.record(Direction::Add, &seen);
    }
    rollup
}

fn key(labels: &[&str]) -> Vec<String> {
    labels.iter().map(ToString::to_string).collect()
}

fn call(from: &str, to: &str, kind: &str, rollup: Rollup) -> Counted {
    (key(&[from, to, kind]), rollup)
}

/// An app, a gateway, a cart with a database of the same name, and a third party.
fn shop(millis: i64, count: i64) -> Observed {
    Observed {
        calls: vec![
            call("shop-ios", "gateway", "service", rollup(count, 50, 0)),
            call("gateway", "cart", "service", rollup(count, millis, 0)),
            call("cart", "cart", "database", rollup(count, 5, 0)),
            call("cart", "bank.example", "third party", rollup(3, 90, 1)),
        ],
        served: vec![
            (key(&["gateway", "eu"]), rollup(count, 45, 0)),
            (key(&["cart", "eu"]), rollup(count, millis, 0)),
            (key(&["cart", "us"]), rollup(1, millis, 0)),
        ],
        requests: vec![(key(&["shop-ios"]), rollup(count, 60, 0))],
        services: BTreeSet::new(),
        apps: ["shop-ios".to_owned()].into(),
    }
}

fn topology(now: &Observed, before: Option<&Observed>, grouping: Grouping) -> Topology {
    let times = Times {
        now,
        before,
        length_nanos: 10_000_000_000,
    };
    Topology::of(times, grouping)
}

fn node<'a>(topology: &'a Topology, name: &str) -> &'a Node {
    let name = name.parse().expect("a name");
    &topology.nodes[topology.find(&name).expect("a node")]
}

fn edge<'a>(topology: &'a Topology, from: &str, to: &str) -> &'a Edge {
    let find = |name: &str| {
        topology
            .find(&name.parse().expect("a name"))
            .expect("a node")
    };
    let place = topology.find_edge(find(from), find(to));
    &topology.edges[place.expect("an edge")]
}

#[test]
fn nodes_and_edges_have_their_figures() {
    let found = topology(&shop(20, 100), None, Grouping::Each);
    let names: Vec<String> = found
        .nodes
        .iter()
        .map(|node| node.name.to_string())
        .collect();
    assert_eq!(
        names,
        [
            "app:shop-ios",
            "service:cart",
            "service:gateway",
            "database:cart",
            "third-party:bank.example"
        ]
    );
    let cart = node(&found, "service:cart");
    assert_eq!((cart.figures.count, cart.basis), (101, Basis::Served));
    assert!((cart.figures.per_second - 10.1).abs() < 1e-9);
    assert_eq!(cart.regions, ["eu", "us"]);
    assert_eq!(node(&found, "app:shop-ios").basis, Basis::Requests);
    let database = node(&found, "database:cart");
    assert_eq!(
        (database.figures.count, database.basis),
        (100, Basis::Calls)
    );
    let bank = edge(&found, "service:cart", "third-party:bank.example");
    assert_eq!((bank.figures.errors, bank.figures.count), (1, 3));
    let network = edge(&found, "service:gateway", "service:cart").network;
    let network = network.expect("timed calls");
    assert_eq!((network.mean_nanos, network.timed), (2 * MILLI, 100));
    assert!(!found.is_compared);
    assert!(
        found
            .nodes
            .iter()
            .all(|node| node.standing == Standing::Usual)
    );
}

#[test]
fn what_changed_is_told_from_chance() {
    let mut before = shop(20, 400);
    before
        .calls
        .push(call("cart", "mail", "queue", rollup(10, 5, 0)));
    before
        .calls
        .push(call("cart", "fax", "queue", rollup(9, 5, 0)));
    let mut now = shop(40, 400);
    now.calls
        .push(call("gateway", "search", "service", rollup(10, 5, 0)));
    let found = topology(&now, Some(&before), Grouping::Each);
    assert!(found.is_compared);
    let slower = node(&found, "service:cart");
    assert_eq!(slower.standing, Standing::Worse);
    assert_eq!(slower.changes.in_words(), "slower");
    assert_eq!(
        edge(&found, "service:gateway", "service:cart").standing,
        Standing::Worse
    );
    for (name, standing) in [
        ("service:gateway", Standing::Usual),
        ("service:search", Standing::New),
        ("queue:mail", Standing::Gone),
        ("queue:fax", Standing::TooFew),
        ("third-party:bank.example", Standing::TooFew),
    ] {
        assert_eq!(node(&found, name).standing, standing, "{name}");
    }
    let bank = node(&found, "third-party:bank.example").changes;
    assert_eq!(
        bank.error_rate.map(|change| change.verdict),
        Some(Verdict::TooFew)
    );
    let failing = Observed {
        calls: vec![call("gateway", "cart", "service", rollup(400, 20, 80))],
        ..Observed::default()
    };
    let found = topology(&failing, Some(&shop(20, 400)), Grouping::Each);
    let failing = edge(&found, "service:gateway", "service:cart");
    assert_eq!(failing.changes.in_words(), "more errors");
}

#[test]
fn with_nothing_before_nothing_is_compared() {
    let found = topology(&shop(20, 100), Some(&Observed::default()), Grouping::Each);
    assert!(!found.is_compared);
}

#[test]
fn groups_add_up() {
    let each = topology(&shop(20, 100), None, Grouping::Each);
    let calls =
        |topology: &Topology| -> i64 { topology.edges.iter().map(|edge| edge.figures.count).sum() };
    let kinds = topology(&shop(20, 100), None, Grouping::Kind);
    let services = node(&kinds, "group:services");
    assert_eq!((services.members, services.figures.count), (2, 201));
    assert_eq!(calls(&kinds), calls(&each));
    let within = edge(&kinds, "group:services", "group:services");
    assert_eq!(within.figures.count, 100);
    let regions = topology(&shop(20, 100), None, Grouping::Region);
    assert_eq!(node(&regions, "group:eu").members, 2);
    assert!(node(&regions, "database:cart").members == 1);
    assert_eq!(calls(&regions), calls(&each));
}

/// A ring of services, each of which also calls the next but one.
fn ring(count: i64) -> Observed {
    let name = |number: i64| format!("s{:04}", number.rem_euclid(count));
    let calls = (0..count).flat_map(|number| {
        [1, 2].map(|step| {
            let own = rollup(1 + i64::from(number == 7), 5, 0);
            call(&name(number), &name(number + step), "service", own)
        })
    });
    Observed {
        calls: calls.collect(),
        ..Observed::default()
    }
}

#[test]
fn what_can_be_read_is_drawn_whole() {
    let found = topology(&ring(150), None, Grouping::Each).section(None, None);
    assert_eq!((found.nodes.len(), found.edges.len()), (150, 300));
    assert_eq!(found.focus, None);
}

#[test]
fn too_much_opens_around_the_busiest() {
    let all = topology(&ring(2_000), None, Grouping::Each);
    let found = all.section(None, None);
    let (focus, choice) = found.focus.expect("a focus");
    assert_eq!(choice, Choice::Busiest);
    assert!(["s0008", "s0009"].contains(&all.nodes[focus].name.name.as_str()));
    // Two calls of up to two steps each, up and down.
    assert_eq!((found.nodes.len(), found.hops), (9, 2));
    assert!(found.edges.iter().all(|&edge| {
        let edge = &all.edges[edge];
        found.nodes.contains(&edge.caller) && found.nodes.contains(&edge.callee)
    }));
}

#[test]
fn too_much_does_not_open_around_what_stands_alone() {
    let mut observed = ring(200);
    let alone = (
        vec!["alone".to_owned(), "eu".to_owned()],
        rollup(9_000, 5, 0),
    );
    observed.served.push(alone);
    let all = topology(&observed, None, Grouping::Each);
    let found = all.section(None, None);
    let (focus, _) = found.focus.expect("a focus");
    assert_ne!(all.nodes[focus].name.name, "alone");
    assert!(found.nodes.len() > 1);
}

#[test]
fn a_focus_looks_as_far_as_it_is_told() {
    let all = topology(&ring(40), None, Grouping::Each);
    let focus: NodeName = "service:s0010".parse().expect("a name");
    for (hops, nodes) in [(1, 5), (2, 9), (99, 25)] {
        let found = all.section(Some(&focus), Some(hops));
        assert_eq!(found.nodes.len(), nodes, "{hops}");
        assert_eq!(found.focus.map(|focus| focus.1), Some(Choice::Asked));
    }
    let unknown: NodeName = "queue:none".parse().expect("a name");
    assert_eq!(all.section(Some(&unknown), None).focus, None);
}

#[test]
fn a_star_has_no_room_for_all_its_rays() {
    let rays = (0..400).map(|ray| call("hub", &format!("ray{ray}"), "queue", rollup(ray, 5, 0)));
    let star = Observed {
        calls: rays.collect(),
        ..Observed::default()
    };
    let all = topology(&star, None, Grouping::Each);
    let focus: NodeName = "service:hub".parse().expect("a name");
    let found = all.section(Some(&focus), None);
    assert_eq!(found.nodes.len(), MAX_DRAWN);
    assert_eq!(found.nodes_left_out, 401 - MAX_DRAWN);
    let busiest: NodeName = "queue:ray399".parse().expect("a name");
    let busiest = all.find(&busiest).expect("a node");
    assert!(found.nodes.contains(&busiest));
}
