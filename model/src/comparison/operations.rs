//! The operations that changed from one set to the other, ranked by what that costs users.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cost, Counted, Figures};
use crate::rollup::{OTHER, Rollup};
use crate::stats::{Change, Tested, Verdict, discoveries};

/// Most operations that are compared, those with the most spans.
pub const MAX_OPERATIONS: usize = 2_000;

/// Most rows of one list.
pub const MAX_ROWS: usize = 100;

/// An operation with fewer spans in either set is not judged: nothing could be told of it, and
/// what is told of the others would have to be plainer for its sake.
const FEWEST: i64 = 30;

/// The quantiles by which the latency of an operation is judged: the usual request, and the slow
/// one. Each is told by its own interval, so nothing is assumed of how durations are distributed;
/// a mean would be judged by the few longest, and one test of all durations together would be
/// blind to a few that became slow.
const JUDGED: [f64; 2] = [0.50, 0.95];

/// How the latency of an operation changed, as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Direction {
    Worse,
    Better,
}

/// An operation that both sets have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationRow {
    pub service: String,
    pub operation: String,
    pub a: Figures,
    pub b: Figures,
    /// Of the 50th and the 95th percentile, and of the error rate. A verdict of better or worse
    /// holds among all operations together ([`discoveries`]).
    pub p50: Change,
    pub p95: Change,
    pub error_rate: Change,
    pub cost: Cost,
}

/// An operation that only one set has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneSided {
    pub service: String,
    pub operation: String,
    pub figures: Figures,
}

/// The first rows of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked<T> {
    pub rows: Vec<T>,
    /// How many more there are.
    pub left_out: usize,
}

/// An operation may be in the first two lists at once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Operations {
    /// Those whose latency changed significantly: first those that became slower, what costs users
    /// most first; then those that became faster, what saves them most first.
    pub latency: Ranked<OperationRow>,
    /// Those whose error rate changed significantly: first those that fail more often, the most
    /// additional errors first; then those that fail less often.
    pub errors: Ranked<OperationRow>,
    /// All others that both sets have, the busiest of set b first.
    pub unchanged: Ranked<OperationRow>,
    /// The busiest first.
    pub only_a: Ranked<OneSided>,
    pub only_b: Ranked<OneSided>,
    /// Operations beyond [`MAX_OPERATIONS`], which were not compared.
    pub not_compared: usize,
}

impl Operations {
    #[must_use]
    pub fn of(a: &[Counted], b: &[Counted]) -> Self {
        let (pairs, not_compared) = pairs(a, b);
        let (both, one): (Vec<_>, Vec<_>) = pairs
            .into_iter()
            .partition(|pair| pair.a.is_some() && pair.b.is_some());
        let rows = judged(&both);
        let is_changed = |row: &OperationRow| {
            row.direction().is_some() || row.error_rate.verdict.is_significant()
        };
        let (changed, mut unchanged): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_changed);
        unchanged.sort_by(|left, right| right.b.weight.total_cmp(&left.b.weight));
        Self {
            latency: Ranked::of(by_latency(changed.clone())),
            errors: Ranked::of(by_errors(changed)),
            unchanged: Ranked::of(unchanged),
            only_a: Ranked::of(one_sided(&one, |pair| pair.a)),
            only_b: Ranked::of(one_sided(&one, |pair| pair.b)),
            not_compared,
        }
    }
}

impl OperationRow {
    /// How its latency changed; none where it did not. Where the usual request became slower and
    /// the slow one faster, or the other way round, the cost decides.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        let has = |verdict| self.p50.verdict == verdict || self.p95.verdict == verdict;
        match (has(Verdict::Worse), has(Verdict::Better)) {
            (true, false) => Some(Direction::Worse),
            (true, true) if self.cost.nanos > 0 => Some(Direction::Worse),
            (_, true) => Some(Direction::Better),
            (false, false) => None,
        }
    }
}

impl<T> Default for Ranked<T> {
    fn default() -> Self {
        Self::of(vec![])
    }
}

impl<T> Ranked<T> {
    fn of(mut rows: Vec<T>) -> Self {
        let left_out = rows.split_off(rows.len().min(MAX_ROWS)).len();
        Self { rows, left_out }
    }
}

/// What was counted of one operation.
#[derive(Debug, Clone, Copy, Default)]
struct Pair<'a> {
    service: &'a str,
    operation: &'a str,
    a: Option<&'a Rollup>,
    b: Option<&'a Rollup>,
}

impl Pair<'_> {
    fn weight(&self) -> f64 {
        let sides = [self.a, self.b].into_iter().flatten();
        sides.map(|rollup| rollup.weight).sum()
    }
}

/// The busiest operations, and how many others there are.
fn pairs<'a>(a: &'a [Counted], b: &'a [Counted]) -> (Vec<Pair<'a>>, usize) {
    let mut pairs: BTreeMap<(&str, &str), Pair<'_>> = BTreeMap::new();
    for (is_a, counted) in [(true, a), (false, b)] {
        for (key, rollup) in counted {
            let [service, operation] = key.as_slice() else {
                continue;
            };
            // What there was no room for is many operations, and not the same ones in both sets.
            if (service == OTHER && operation == OTHER) || rollup.count <= 0 {
                continue;
            }
            let pair = pairs.entry((service, operation)).or_insert(Pair {
                service,
                operation,
                ..Pair::default()
            });
            let side = if is_a { &mut pair.a } else { &mut pair.b };
            *side = Some(rollup);
        }
    }
    let mut pairs: Vec<Pair<'_>> = pairs.into_values().collect();
    pairs.sort_by(|left, right| right.weight().total_cmp(&left.weight()));
    let beyond = pairs.split_off(pairs.len().min(MAX_OPERATIONS));
    (pairs, beyond.len())
}

/// The rows of operations that both sets have. Three figures of each are judged among those of all
/// others.
fn judged(pairs: &[Pair<'_>]) -> Vec<OperationRow> {
    let rows = pairs.iter().filter_map(|pair| {
        let (a, b) = (pair.a?, pair.b?);
        let [p50, p95] = JUDGED.map(|share| Tested::quantile(&a.durations, &b.durations, share));
        let tested = [p50?, p95?, Tested::error_rate(a, b)?];
        Some((a, b, tested, row(pair, a, b, tested.map(Tested::unjudged))?))
    });
    let mut rows: Vec<_> = rows.collect();
    let mut enough: Vec<_> = rows
        .iter_mut()
        .filter(|(a, b, ..)| a.count.min(b.count) >= FEWEST)
        .collect();
    let tested: Vec<Tested> = enough.iter().flat_map(|(.., tested, _)| *tested).collect();
    let changes = discoveries(&tested);
    for ((.., row), changes) in enough.iter_mut().zip(changes.chunks_exact(3)) {
        [row.p50, row.p95, row.error_rate] = [changes[0], changes[1], changes[2]];
    }
    rows.into_iter().map(|(.., row)| row).collect()
}

fn row(pair: &Pair<'_>, a: &Rollup, b: &Rollup, changes: [Change; 3]) -> Option<OperationRow> {
    let [p50, p95, error_rate] = changes;
    Some(OperationRow {
        service: pair.service.to_owned(),
        operation: pair.operation.to_owned(),
        a: Figures::of(a),
        b: Figures::of(b),
        p50,
        p95,
        error_rate,
        cost: Cost::of(a, b)?,
    })
}

fn by_latency(mut rows: Vec<OperationRow>) -> Vec<OperationRow> {
    rows.retain(|row| row.direction().is_some());
    rows.sort_by_key(|row| {
        let cost = match row.direction() {
            Some(Direction::Better) => -row.cost.nanos,
            _ => row.cost.nanos,
        };
        (row.direction(), Reverse(cost))
    });
    rows
}

fn by_errors(mut rows: Vec<OperationRow>) -> Vec<OperationRow> {
    rows.retain(|row| row.error_rate.verdict.is_significant());
    rows.sort_by(|left, right| {
        let is_better = |row: &OperationRow| row.error_rate.verdict == Verdict::Better;
        let errors = |row: &OperationRow| row.cost.extra_errors.abs();
        let by_verdict = is_better(left).cmp(&is_better(right));
        by_verdict.then(errors(right).total_cmp(&errors(left)))
    });
    rows
}

/// Those that a set has and the other has not, in the order of `pairs`: the busiest first.
fn one_sided<'a>(pairs: &[Pair<'a>], side: fn(&Pair<'a>) -> Option<&'a Rollup>) -> Vec<OneSided> {
    let rows = pairs.iter().filter_map(|pair| {
        Some(OneSided {
            service: pair.service.to_owned(),
            operation: pair.operation.to_owned(),
            figures: Figures::of(side(pair)?),
        })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::tests::{counted, requests};
    use proptest::prelude::*;

    fn names(rows: &[OperationRow]) -> Vec<&str> {
        rows.iter().map(|row| row.operation.as_str()).collect()
    }

    #[test]
    fn what_costs_users_most_comes_first_and_what_is_faster_last() {
        let usual = || requests(1_000, (100, 200), 0);
        let a =
            ["same", "rare", "often", "faster", "much faster"].map(|name| counted(name, usual()));
        let b = [
            counted("same", usual()),
            counted("faster", requests(1_000, (80, 160), 0)),
            // Much slower, and met so rarely that it costs less than the next.
            counted("rare", requests(50, (300, 600), 0)),
            counted("much faster", requests(1_000, (10, 20), 0)),
            counted("often", requests(5_000, (120, 240), 0)),
        ];
        let found = Operations::of(&a, &b);
        assert_eq!(
            names(&found.latency.rows),
            ["often", "rare", "much faster", "faster"]
        );
        assert_eq!(names(&found.unchanged.rows), ["same"]);
        assert!(found.errors.rows.is_empty());
        let often = &found.latency.rows[0];
        assert_eq!(
            [often.p50.verdict, often.p95.verdict],
            [Verdict::Worse, Verdict::Worse]
        );
        assert!(!often.error_rate.verdict.is_significant());
    }

    #[test]
    fn a_few_that_became_slow_are_a_change_too() {
        let a = [counted("GET /", requests(1_000, (100, 200), 0))];
        let mut slow = requests(900, (100, 200), 0);
        slow.add(&requests(100, (900, 1_000), 0));
        let found = Operations::of(&a, &[counted("GET /", slow)]);
        let row = &found.latency.rows[0];
        assert_eq!(row.p95.verdict, Verdict::Worse);
        assert_eq!(row.direction(), Some(Direction::Worse));
    }

    #[test]
    fn errors_are_ranked_by_how_many_more_there_are() {
        let a = ["often", "rare", "mended"].map(|name| counted(name, requests(1_000, (5, 9), 20)));
        let b = [
            counted("rare", requests(200, (5, 9), 2)),
            counted("mended", requests(1_000, (5, 9), 0)),
            counted("often", requests(4_000, (5, 9), 10)),
        ];
        let found = Operations::of(&a, &b);
        assert_eq!(names(&found.errors.rows), ["often", "rare", "mended"]);
        assert!((found.errors.rows[0].cost.extra_errors - 200.0).abs() < 1e-6);
        assert!(found.latency.rows.is_empty() && found.unchanged.rows.is_empty());
    }

    #[test]
    fn what_only_one_set_has_is_no_change() {
        let some = || requests(100, (5, 9), 0);
        let other = (vec![OTHER.to_owned(), OTHER.to_owned()], some());
        let found = Operations::of(
            &[counted("gone", some()), counted("both", some()), other],
            &[
                counted("both", some()),
                counted("new", requests(0, (5, 9), 0)),
            ],
        );
        let gone: Vec<&str> = found
            .only_a
            .rows
            .iter()
            .map(|row| &row.operation[..])
            .collect();
        assert_eq!((gone, found.only_b.rows.len()), (vec!["gone"], 0));
        assert_eq!(names(&found.unchanged.rows), ["both"]);
    }

    #[test]
    fn few_spans_tell_nothing() {
        let of = |count| {
            Operations::of(
                &[counted("GET /", requests(count, (100, 101), 0))],
                &[counted("GET /", requests(count, (900, 901), 0))],
            )
        };
        assert_eq!(of(29).unchanged.rows[0].p50.verdict, Verdict::TooFew);
        assert_eq!(of(30).latency.rows.len(), 1);
    }

    #[test]
    fn lists_end_somewhere() {
        let many: Vec<Counted> = (0..MAX_OPERATIONS + 5)
            .map(|number| counted(&number.to_string(), requests(1, (5, 9), 0)))
            .collect();
        let found = Operations::of(&many, &many);
        assert_eq!(found.not_compared, 5);
        assert_eq!(found.unchanged.rows.len(), MAX_ROWS);
        assert_eq!(found.unchanged.left_out, MAX_OPERATIONS - MAX_ROWS);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn each_operation_is_somewhere_and_the_ranks_are_in_order(
            operations in prop::collection::vec((0_i64..300, 0_i64..300, 1_i64..50, 0_i64..9), 0..12),
        ) {
            let side = |is_b: bool| -> Vec<Counted> {
                let all = operations.iter().enumerate();
                let all = all.map(|(number, (of_a, of_b, millis, failed_each))| {
                    let rollup = if is_b {
                        requests(*of_b, (10, 20), *failed_each)
                    } else {
                        requests(*of_a, (*millis, 2 * millis), 3)
                    };
                    counted(&number.to_string(), rollup)
                });
                all.collect()
            };
            let found = Operations::of(&side(false), &side(true));
            let both = operations.iter().filter(|(a, b, ..)| a.min(b) > &0).count();
            let mut seen = names(&found.latency.rows);
            seen.extend(names(&found.errors.rows));
            seen.extend(names(&found.unchanged.rows));
            seen.sort_unstable();
            seen.dedup();
            prop_assert_eq!(seen.len(), both);
            let worse = found.latency.rows.iter().filter(|row| row.direction() == Some(Direction::Worse));
            let costs: Vec<i64> = worse.map(|row| row.cost.nanos).collect();
            prop_assert!(costs.is_sorted_by(|left, right| left >= right));
        }
    }
}
