use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::span::{Span, Status, StatusCode};
use crate::trace::tests::{build, span};

const MILLI: i64 = 1_000_000;

/// A span by its number, that of its parent (0 for a root), its name, its start and its length,
/// both in milliseconds.
type Made<'a> = (u64, u64, &'a str, i64, i64);

fn made(spans: &[Made<'_>]) -> Trace {
    let spans = spans.iter().map(|(id, parent, name, start, length)| Span {
        name: (*name).to_owned(),
        end_nanos: (start + length) * MILLI,
        ..span(*id, *parent, start * MILLI)
    });
    build(spans.collect())
}

/// A line a row: indented, with its change and its durations in milliseconds.
fn drawn(difference: &TraceDifference) -> Vec<String> {
    let rows = difference.rows.iter().map(|row| {
        let millis = |side: &Option<Side>| match side {
            Some(side) => (side.duration_nanos / MILLI).to_string(),
            None => "-".to_owned(),
        };
        let indent = " ".repeat(row.depth);
        let [a, b] = row.sides.each_ref().map(millis);
        format!("{indent}{} {a} {b} {}", row.operation, row.change.name())
    });
    rows.collect()
}

#[test]
fn spans_are_told_as_added_removed_slower_faster_and_unchanged() {
    let a = made(&[
        (1, 0, "pay", 0, 100),
        (2, 1, "cart", 0, 20),
        (3, 1, "charge", 30, 40),
        (4, 3, "old query", 30, 10),
        (5, 1, "mail", 80, 20),
    ]);
    let b = made(&[
        (11, 0, "pay", 0, 200),
        (12, 11, "cart", 0, 21),
        (13, 11, "fraud check", 20, 30),
        (14, 11, "charge", 50, 120),
        (15, 14, "new query", 50, 100),
        (16, 11, "mail", 180, 5),
    ]);
    let found = TraceDifference::of(&a, &b);
    assert_eq!(
        drawn(&found),
        [
            "pay 100 200 slower",
            " cart 20 21 unchanged",
            " fraud check - 30 added",
            " charge 40 120 slower",
            "  old query 10 - removed",
            "  new query - 100 added",
            " mail 20 5 faster",
        ]
    );
    assert_eq!(found.totals.map(|total| total.nanos / MILLI), [100, 200]);
    assert_eq!(found.count(Change::Added), 2);
    assert_eq!(found.rows[0].difference_nanos(), Some(100 * MILLI));
    assert_eq!(found.rows[2].difference_nanos(), None);
    assert_eq!((found.more_rows, found.more_services), (0, 0));
}

#[test]
fn another_service_or_kind_is_another_span() {
    let root = |resource: usize, kind: Kind| Span {
        resource,
        kind,
        name: "pay".into(),
        ..span(1, 0, 0)
    };
    let one = |resource, kind| build(vec![root(resource, kind)]);
    let changes = |a: &Trace, b: &Trace| -> Vec<Change> {
        let rows = TraceDifference::of(a, b).rows;
        rows.iter().map(|row| row.change).collect()
    };
    let server = one(0, Kind::Server);
    assert_eq!(changes(&server, &one(0, Kind::Server)), [Change::Unchanged]);
    let both = [Change::Removed, Change::Added];
    assert_eq!(changes(&server, &one(1, Kind::Server)), both);
    assert_eq!(changes(&server, &one(0, Kind::Client)), both);
}

#[test]
fn services_have_what_the_request_waited_for_them() {
    let trace = |length: i64| {
        let mut trace = made(&[(1, 0, "pay", 0, length), (2, 1, "charge", 10, length - 20)]);
        trace.spans[1].resource = 1;
        trace.spans[1].status = Status {
            code: StatusCode::Error,
            message: String::new(),
        };
        trace
    };
    let found = TraceDifference::of(&trace(100), &trace(300));
    let rows: Vec<_> = found
        .services
        .iter()
        .map(|row| (&*row.service, row.nanos))
        .collect();
    assert_eq!(
        rows,
        [
            ("b", [80 * MILLI, 280 * MILLI]),
            ("a", [20 * MILLI, 20 * MILLI]),
        ]
    );
    let changes = [found.services[0].change, found.services[1].change];
    assert_eq!(changes, [Change::Slower, Change::Unchanged]);
    assert_eq!(found.services[0].errors, [1, 1]);
    assert_eq!(found.totals[1].errors, 1);
}

#[test]
fn of_very_many_the_greatest_differences_are_told_with_all_that_they_are_in() {
    let trace = |slow: i64| {
        let mut spans: Vec<Made<'_>> = vec![(1, 0, "root", 0, 10_000), (2, 1, "deep", 0, 9_000)];
        let many = (0..2_000_u64).map(|n| {
            let length = if n == 1_999 { slow } else { 1 };
            (n + 3, 2, "query", i64::try_from(n).expect("few"), length)
        });
        spans.extend(many);
        made(&spans)
    };
    let found = TraceDifference::of(&trace(1), &trace(500));
    assert_eq!(found.rows.len(), MAX_ROWS);
    assert_eq!(found.more_rows, 2_002 - MAX_ROWS);
    let last = drawn(&found).pop();
    assert_eq!(last.as_deref(), Some("  query 1 500 slower"));
    assert_eq!(found.rows[1].operation, "deep");
    assert_eq!(found.count(Change::Unchanged), 2_001);
}

#[test]
fn a_line_as_long_as_a_trace_can_be_is_compared_without_recursion() {
    let line = |names: [&'static str; 2]| {
        let spans: Vec<Made<'_>> = (1..=100_000_u64)
            .map(|n| (n, n - 1, names[usize::from(n > 99_999)], 0, 5))
            .collect();
        made(&spans)
    };
    let found = TraceDifference::of(&line(["a", "a"]), &line(["a", "b"]));
    assert_eq!(found.count(Change::Unchanged), 99_999);
    assert_eq!(
        (found.count(Change::Added), found.count(Change::Removed)),
        (1, 1)
    );
    assert_eq!(found.rows.len() + found.more_rows, 100_001);
}

#[test]
fn very_wide_traces_are_compared() {
    let wide = |step: u64| {
        let mut spans: Vec<Made<'_>> = vec![(1, 0, "root", 0, 10)];
        let names = ["a", "b", "c", "d", "e"];
        let children = (2..=100_000_u64).map(|n| {
            let name = usize::try_from(n * step % 5).expect("few");
            (n, 1, names[name], 0, 5)
        });
        spans.extend(children);
        made(&spans)
    };
    let found = TraceDifference::of(&wide(1), &wide(3));
    // One name is there once more in each.
    assert_eq!(found.count(Change::Unchanged), 99_999);
    assert_eq!(
        (found.count(Change::Added), found.count(Change::Removed)),
        (1, 1)
    );
}

proptest! {
    #[test]
    fn each_span_of_both_is_told_once(
        a in spans(),
        b in spans(),
    ) {
        let (a, b) = (built(&a), built(&b));
        let found = TraceDifference::of(&a, &b);
        for (side, trace) in [&a, &b].into_iter().enumerate() {
            let told = found.rows.iter().filter_map(|row| row.sides[side]);
            let mut told: Vec<SpanId> = told.map(|side| side.span_id).collect();
            let mut own: Vec<SpanId> = trace.spans.iter().map(|span| span.id).collect();
            told.sort();
            own.sort();
            prop_assert_eq!(told, own);
        }
        prop_assert_eq!(found.counts.iter().sum::<usize>(), found.rows.len());
        prop_assert_eq!(found.rows.first().map_or(0, |row| row.depth), 0);
        for pair in found.rows.windows(2) {
            prop_assert!(pair[1].depth <= pair[0].depth + 1);
        }
        // Below the same parent there is no span that only a has beside one like it that only b has.
        let mut alone: BTreeMap<(Vec<usize>, &str), Vec<Change>> = BTreeMap::new();
        let mut line: Vec<usize> = Vec::new();
        for (place, row) in found.rows.iter().enumerate() {
            line.truncate(row.depth);
            let changes = alone.entry((line.clone(), &row.operation)).or_default();
            changes.push(row.change);
            line.push(place);
        }
        for changes in alone.values() {
            let has = |change| changes.contains(&change);
            prop_assert!(!(has(Change::Added) && has(Change::Removed)), "{:?}", drawn(&found));
        }
    }

    #[test]
    fn a_trace_does_not_differ_from_itself(spans in spans()) {
        let trace = built(&spans);
        let found = TraceDifference::of(&trace, &trace);
        prop_assert_eq!(found.count(Change::Unchanged), trace.spans.len());
        for row in &found.rows {
            prop_assert_eq!(row.sides[0], row.sides[1]);
        }
        for (row, node) in found.rows.iter().zip(&trace.nodes) {
            prop_assert_eq!(row.depth, node.depth);
        }
    }
}

/// Parent (an earlier one, or itself for none), name and start of each.
fn spans() -> impl Strategy<Value = Vec<(usize, u8, i64)>> {
    prop::collection::vec((0..20_usize, 0..4_u8, 0..50_i64), 0..40)
}

fn built(spans: &[(usize, u8, i64)]) -> Trace {
    let spans = spans
        .iter()
        .zip(1_u64..)
        .map(|((parent, name, start), id)| {
            let parent = u64::try_from(*parent).expect("few");
            Span {
                name: name.to_string(),
                ..span(id, if parent < id { parent } else { 0 }, *start)
            }
        });
    build(spans.collect())
}
