//! Whether a candidate is a regression: what is worse by more than chance, and by more than it may.

use model::format;
use serde::Serialize;

use super::answer::{Answer, Change, Changes, Name, Side, Verdict};

/// How much worse a candidate may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// A percentile may be longer by this share of itself.
    pub(super) slower: f64,
    /// So much more of the requests may fail, from 0 to 1.
    pub(super) failing: f64,
    /// Fewest requests of each side.
    pub(super) least: i64,
    /// Operations may neither be new nor gone.
    pub(super) same_structure: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Passed,
    Regression,
    /// There are too few requests to say.
    NotEnoughData,
}

/// A figure of both sides, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) what: String,
    pub(super) baseline: String,
    pub(super) candidate: String,
    pub(super) change: String,
    pub(super) is_regression: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Judgement {
    pub(super) outcome: Outcome,
    pub(super) lines: Vec<Line>,
    /// Operations that only one side has, in words.
    pub(super) structure: Vec<String>,
}

impl Judgement {
    pub(super) fn of(answer: &Answer, budget: Budget) -> Self {
        let mut lines = vec![counts(answer)];
        lines.extend(figures(
            "requests",
            &answer.a,
            &answer.b,
            &answer.changes,
            budget,
            true,
        ));
        let operations = &answer.operations;
        for row in operations
            .latency
            .rows
            .iter()
            .chain(&operations.errors.rows)
        {
            let name = format!("{} {}", row.name.service, row.name.operation);
            lines.extend(figures(&name, &row.a, &row.b, &row.changes, budget, false));
        }
        let mut unique: Vec<Line> = Vec::new();
        for line in lines {
            if !unique.contains(&line) {
                unique.push(line);
            }
        }
        let words = |sign: &str, name: &Name| format!("{sign} {} {}", name.service, name.operation);
        let gone = operations
            .only_a
            .rows
            .iter()
            .map(|name| words("gone:", name));
        let new = operations
            .only_b
            .rows
            .iter()
            .map(|name| words("new:", name));
        let structure: Vec<String> = gone.chain(new).collect();
        let is_known = answer.a.count >= budget.least && answer.b.count >= budget.least;
        let is_other = budget.same_structure && !structure.is_empty();
        let outcome = if !is_known {
            Outcome::NotEnoughData
        } else if is_other || unique.iter().any(|line| line.is_regression) {
            Outcome::Regression
        } else {
            Outcome::Passed
        };
        Self {
            outcome,
            lines: unique,
            structure,
        }
    }
}

fn counts(answer: &Answer) -> Line {
    let count = |side: &Side| format::count(usize::try_from(side.count).unwrap_or(0));
    Line {
        what: "requests counted".into(),
        baseline: count(&answer.a),
        candidate: count(&answer.b),
        change: String::new(),
        is_regression: false,
    }
}

/// Those that are worse, or all.
fn figures(
    name: &str,
    a: &Side,
    b: &Side,
    changes: &Changes,
    budget: Budget,
    is_all: bool,
) -> Vec<Line> {
    let percentiles = [
        ("p50", a.p50_nanos, b.p50_nanos, changes.p50),
        ("p95", a.p95_nanos, b.p95_nanos, changes.p95),
        ("p99", a.p99_nanos, b.p99_nanos, changes.p99),
    ];
    let duration = |nanos: Option<i64>| nanos.map_or("none".to_owned(), format::duration);
    let percentiles = percentiles
        .into_iter()
        .filter_map(|(label, before, now, change)| {
            let change = change?;
            let is_longer = change.ratio.is_none_or(|ratio| ratio > 1.0 + budget.slower);
            Some(Line {
                what: format!("{name} {label}"),
                baseline: duration(before),
                candidate: duration(now),
                change: words(change),
                is_regression: change.verdict == Verdict::Worse && is_longer,
            })
        });
    let share = |rate: Option<f64>| rate.map_or("none".to_owned(), format::share);
    let errors = changes.error_rate.map(|change| {
        let more = b.error_rate.unwrap_or(0.0) - a.error_rate.unwrap_or(0.0);
        Line {
            what: format!("{name} errors"),
            baseline: share(a.error_rate),
            candidate: share(b.error_rate),
            change: words(change),
            is_regression: change.verdict == Verdict::Worse && more > budget.failing,
        }
    });
    let lines = percentiles.chain(errors);
    lines.filter(|line| is_all || line.is_regression).collect()
}

fn words(change: Change) -> String {
    let ratio = change.ratio.map(format::change).unwrap_or_default();
    let verdict = match change.verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Noise => "no more than chance",
        Verdict::TooFew => "too few to tell",
    };
    format!("{ratio} {verdict}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::answer::{List, Operations, Row};
    use super::*;

    const BUDGET: Budget = Budget {
        slower: 0.1,
        failing: 0.01,
        least: 50,
        same_structure: false,
    };

    fn side(count: i64, millis: i64, error_rate: f64) -> Side {
        let nanos = Some(millis * 1_000_000);
        Side {
            count,
            error_rate: Some(error_rate),
            p50_nanos: nanos,
            p95_nanos: nanos,
            p99_nanos: nanos,
        }
    }

    fn answer(ratio: f64, verdict: Verdict, error_rate: f64) -> Answer {
        let change = |ratio, verdict| {
            Some(Change {
                ratio: Some(ratio),
                verdict,
            })
        };
        let none = || List {
            rows: vec![],
            left_out: 0,
        };
        Answer {
            a: side(100, 200, 0.0),
            b: side(100, 250, error_rate),
            changes: Changes {
                p95: change(ratio, verdict),
                error_rate: change(2.0, Verdict::Worse),
                ..Changes::default()
            },
            operations: Operations {
                latency: List {
                    rows: Vec::<Row>::new(),
                    left_out: 0,
                },
                errors: List {
                    rows: vec![],
                    left_out: 0,
                },
                only_a: none(),
                only_b: List {
                    rows: vec![Name {
                        service: "cart".into(),
                        operation: "GET /cart".into(),
                    }],
                    left_out: 0,
                },
            },
        }
    }

    #[test]
    fn worse_than_it_may_be_and_than_chance_is_a_regression() {
        let outcome = |ratio, verdict, error_rate| {
            Judgement::of(&answer(ratio, verdict, error_rate), BUDGET).outcome
        };
        assert_eq!(outcome(1.25, Verdict::Worse, 0.0), Outcome::Regression);
        assert_eq!(outcome(1.05, Verdict::Worse, 0.0), Outcome::Passed);
        assert_eq!(outcome(1.25, Verdict::Noise, 0.0), Outcome::Passed);
        assert_eq!(outcome(1.25, Verdict::Noise, 0.02), Outcome::Regression);
    }

    #[test]
    fn few_requests_say_nothing_and_structure_counts_when_it_is_to() {
        let mut few = answer(1.25, Verdict::Worse, 0.5);
        few.b.count = 49;
        assert_eq!(Judgement::of(&few, BUDGET).outcome, Outcome::NotEnoughData);
        let found = Judgement::of(&answer(1.0, Verdict::Noise, 0.0), BUDGET);
        assert_eq!(found.structure, ["new: cart GET /cart"]);
        assert_eq!(found.outcome, Outcome::Passed);
        let strict = Budget {
            same_structure: true,
            ..BUDGET
        };
        let found = Judgement::of(&answer(1.0, Verdict::Noise, 0.0), strict);
        assert_eq!(found.outcome, Outcome::Regression);
    }
}
