use super::*;
use proptest::prelude::*;

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 44.0;

fn keys(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("node {number:04}"))
        .collect()
}

fn nodes(keys: &[String]) -> Vec<Node<'_>> {
    let node = |key| Node {
        key,
        width: WIDTH,
        height: HEIGHT,
    };
    keys.iter().map(|key| node(key.as_str())).collect()
}

fn drawing(count: usize, edges: &[(usize, usize)]) -> Drawing {
    Drawing::of(&nodes(&keys(count)), edges).expect("within the limits")
}

fn layers(drawing: &Drawing) -> Vec<Option<usize>> {
    drawing.places.iter().map(|place| place.layer).collect()
}

/// Upper sides of the same layer that are nearer than a node is high.
fn overlaps(drawing: &Drawing) -> usize {
    let mut corners: Vec<(f64, f64)> = drawing
        .places
        .iter()
        .map(|place| (place.x, place.y))
        .collect();
    corners.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let overlap = |pair: &&[(f64, f64)]| {
        (pair[1].0 - pair[0].0).abs() < WIDTH && (pair[1].1 - pair[0].1).abs() < HEIGHT - 0.01
    };
    corners.windows(2).filter(overlap).count()
}

/// A sequence that looks random, and is the same each time.
fn scattered(nodes: usize, count: usize) -> Vec<(usize, usize)> {
    let mut state = 7_usize;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % nodes
    };
    (0..count).map(|_| (next(), next())).collect()
}

#[test]
fn a_chain_goes_from_left_to_right_in_a_line() {
    let found = drawing(3, &[(0, 1), (1, 2)]);
    assert_eq!(layers(&found), [Some(0), Some(1), Some(2)]);
    assert!(found.places.windows(2).all(|pair| {
        pair[1].x >= pair[0].x + WIDTH + LAYER_GAP - 0.1 && (pair[1].y - pair[0].y).abs() < 0.1
    }));
    let path = found.routes[0].path();
    let right = MARGIN + WIDTH;
    let middle = MARGIN + HEIGHT / 2.0;
    assert_eq!(
        path,
        format!("M{right:.1} {middle:.1}H{:.1}", right + LAYER_GAP)
    );
    assert!((found.width - (3.0 * WIDTH + 2.0 * LAYER_GAP + 2.0 * MARGIN)).abs() < 0.1);
    assert!((found.height - (HEIGHT + 2.0 * MARGIN)).abs() < 0.1);
}

#[test]
fn a_tree_has_its_root_in_the_middle() {
    let found = drawing(4, &[(0, 1), (0, 2), (0, 3)]);
    assert!((found.places[0].y - found.places[2].y).abs() < 0.1);
    assert!(found.places[1].y < found.places[2].y && found.places[2].y < found.places[3].y);
}

#[test]
fn edges_that_need_not_cross_do_not() {
    // 0 → 3, 1 → 2: by their names alone they would.
    let found = drawing(4, &[(0, 3), (1, 2)]);
    let [a, b, c, d] = [0, 1, 2, 3].map(|node: usize| found.places[node].y);
    assert_eq!(a < b, d < c);
}

#[test]
fn cycles_are_broken_where_the_search_comes_back() {
    // The search begins at 2, which more edges leave than reach.
    let found = drawing(3, &[(0, 1), (1, 2), (2, 0), (2, 1)]);
    assert_eq!(layers(&found), [Some(1), Some(2), Some(0)]);
    let is_back: Vec<bool> = found.routes.iter().map(|route| route.is_back).collect();
    assert_eq!(is_back, [false, true, false, false]);
    let back = &found.routes[1].points;
    assert!(back[0].x > back[back.len() - 1].x);
    // There and back are not drawn over each other.
    let forth = &found.routes[3].points;
    assert!((forth[0].y - back[back.len() - 1].y).abs() > 1.0);
}

#[test]
fn a_loop_stays_at_its_node_and_within_the_picture() {
    let found = drawing(2, &[(0, 0), (0, 1), (1, 1)]);
    for (route, place) in [(0, 0), (2, 1)] {
        let route = &found.routes[route];
        assert!(route.is_loop);
        let place = found.places[place];
        for point in &route.points {
            assert!(point.x > place.x && point.x <= place.x + WIDTH + MARGIN);
            assert!(point.y >= 0.0 && point.x <= found.width);
        }
        assert!(route.path().contains('C'));
    }
    let lone = drawing(1, &[(0, 0)]);
    assert_eq!(layers(&lone), [None]);
}

#[test]
fn what_has_no_edges_stands_in_rows_below() {
    let found = drawing(30, &[(0, 1)]);
    assert_eq!(overlaps(&found), 0);
    let lowest = found.places[0].y.max(found.places[1].y);
    assert!(
        found.places[2..]
            .iter()
            .all(|place| place.y > lowest + HEIGHT)
    );
    assert!(found.height < 600.0, "{}", found.height);
}

#[test]
fn nothing_and_nonsense_are_drawn_as_far_as_they_go() {
    assert_eq!(drawing(0, &[]).places, []);
    let found = drawing(2, &[(0, 9), (7, 7), (0, 1), (0, 1)]);
    assert_eq!(found.routes[0], Route::default());
    assert_eq!(found.routes[1].path(), "");
    assert_eq!(found.routes[2], found.routes[3]);
    assert_eq!(Drawing::of(&nodes(&keys(MAX_NODES + 1)), &[]), None);
    assert_eq!(Drawing::of(&[], &vec![(0, 0); MAX_EDGES + 1]), None);
}

#[test]
fn a_long_edge_goes_round_the_nodes_between() {
    let found = drawing(4, &[(0, 1), (1, 2), (2, 3), (0, 3)]);
    let points = &found.routes[3].points;
    for place in &found.places[1..3] {
        let within = |point: &&Point| point.x >= place.x - 0.1 && point.x <= place.x + WIDTH + 0.1;
        let passing: Vec<&Point> = points.iter().filter(within).collect();
        assert_eq!(passing.len(), 2);
        for point in passing {
            assert!(point.y < place.y || point.y > place.y + HEIGHT);
        }
    }
}

#[test]
fn two_thousand_nodes_are_bounded_work() {
    let edges = scattered(2_000, 10_000);
    let found = drawing(2_000, &edges);
    assert_eq!(overlaps(&found), 0);
    let points: usize = found.routes.iter().map(|route| route.points.len()).sum();
    // Two for each bend, and the ends.
    assert!(points <= 2 * 20_000 + 3 * edges.len() + 4 * 2_000);
    let chain: Vec<(usize, usize)> = (1..MAX_NODES).map(|node| (node - 1, node)).collect();
    assert_eq!(
        drawing(MAX_NODES, &chain).places[MAX_NODES - 1].layer,
        Some(MAX_NODES - 1)
    );
}

fn graphs() -> impl Strategy<Value = (usize, Vec<(usize, usize)>)> {
    (1_usize..24).prop_flat_map(|count| {
        let edges = prop::collection::vec((0..count, 0..count), 0..60);
        (Just(count), edges)
    })
}

proptest! {
    #[test]
    fn no_node_covers_another((count, edges) in graphs()) {
        let found = drawing(count, &edges);
        prop_assert_eq!(overlaps(&found), 0);
        for place in &found.places {
            prop_assert!(place.x >= 0.0 && place.x + WIDTH <= found.width + 0.01);
            prop_assert!(place.y >= 0.0 && place.y + HEIGHT <= found.height + 0.01);
        }
    }

    #[test]
    fn edges_are_between_the_layers_of_their_nodes((count, edges) in graphs()) {
        let found = drawing(count, &edges);
        for (&(from, to), route) in edges.iter().zip(&found.routes) {
            if from == to {
                prop_assert!(route.is_loop);
                continue;
            }
            let (left, right) = if route.is_back { (to, from) } else { (from, to) };
            prop_assert!(found.places[left].layer < found.places[right].layer);
            let (begin, end) = (found.places[left].x + WIDTH, found.places[right].x);
            for point in &route.points {
                prop_assert!(point.x >= begin - 0.01 && point.x <= end + 0.01);
                prop_assert!(point.y >= 0.0 && point.y <= found.height);
            }
        }
    }

    #[test]
    fn the_order_of_input_does_not_matter(
        (count, edges) in graphs(),
        turn in 0_usize..24,
        is_reversed: bool,
    ) {
        let plain = drawing(count, &edges);
        let keys = keys(count);
        // Node `i` of the other graph is node `(i + turn) % count` of this one.
        let of = |node: usize| (node + turn) % count;
        let turned: Vec<Node<'_>> = (0..count).map(|node| nodes(&keys)[of(node)]).collect();
        let back = |node: usize| (node + count - turn % count) % count;
        let mut other_edges: Vec<(usize, usize)> =
            edges.iter().map(|&(from, to)| (back(from), back(to))).collect();
        if is_reversed {
            other_edges.reverse();
        }
        let other = Drawing::of(&turned, &other_edges).expect("within the limits");
        for node in 0..count {
            prop_assert_eq!(other.places[node], plain.places[of(node)]);
        }
        let mut routes = other.routes;
        if is_reversed {
            routes.reverse();
        }
        prop_assert_eq!(routes, plain.routes);
    }
}
