//! The figures of nodes and edges, and which of their changes are more than chance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gather::{Both, Gathered};
use super::{Edge, Node, NodeName, Topology};
use crate::overview::P95;
use crate::rollup::Rollup;
use crate::stats::{self, Change, Tested, Verdict, discoveries};

/// From so many calls on, what was not called at all at the other time is new, or gone. If it were
/// called as often at both times, each call would be at either with the same chance: ten at one
/// time and none at the other is one in a thousand ([`stats::Level::Strict`]).
pub const NEW_FROM: i64 = 10;

const SECOND_NANOS: f64 = 1e9;

/// Places of the sums of calls ([`Family::sums`](crate::rollup::Family::sums)).
const NETWORK: usize = 0;
const TIMED: usize = 1;
const CONTRADICTORY: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// How many were counted.
    pub count: i64,
    /// How many those stand for, before sampling.
    pub weight: f64,
    /// How many of `count` failed.
    pub errors: i64,
    /// `weight` in each second of the time.
    pub per_second: f64,
    /// From 0 to 1, by weight; none where nothing was counted.
    pub error_rate: Option<f64>,
    /// By weight; none where nothing was counted.
    pub p50_nanos: Option<i64>,
    pub p95_nanos: Option<i64>,
}

impl Figures {
    #[must_use]
    pub fn of(rollup: &Rollup, length_nanos: i64) -> Self {
        Self {
            count: rollup.count,
            weight: rollup.weight,
            errors: rollup.errors,
            per_second: rollup.weight / (float(length_nanos.max(1)) / SECOND_NANOS),
            error_rate: stats::error_rate(rollup),
            p50_nanos: rollup.durations.quantile(0.5),
            p95_nanos: rollup.durations.quantile(P95),
        }
    }

    /// Whether they stand for more than was counted.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.weight > float(self.count) * 1.001
    }
}

/// What callers waited beyond what callees worked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub mean_nanos: i64,
    /// Calls that both sides timed, before sampling.
    pub timed: i64,
    /// Those of them that took longer for the callee than for the caller.
    pub contradictory: i64,
}

impl Network {
    /// None where no call was timed on both sides.
    #[must_use]
    pub fn of(rollup: &Rollup) -> Option<Self> {
        let sum = |place: usize| rollup.sums.get(place).copied().unwrap_or(0);
        let timed = sum(TIMED);
        (timed > 0).then(|| Self {
            mean_nanos: sum(NETWORK) / timed,
            timed,
            contradictory: sum(CONTRADICTORY),
        })
    }
}

/// How figures differ from those before; each is none where nothing was counted at either time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Changes {
    pub p95: Option<Change>,
    pub error_rate: Option<Change>,
    /// How many were counted before.
    pub count_before: i64,
}

impl Changes {
    fn has(&self, verdict: Verdict) -> bool {
        let both = [self.p95, self.error_rate];
        both.iter()
            .flatten()
            .any(|change| change.verdict == verdict)
    }

    /// What is worse or better, in words: `slower, more errors`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let word = |change: Option<Change>, better: &'static str, worse: &'static str| match change?
            .verdict
        {
            Verdict::Better => Some(better),
            Verdict::Worse => Some(worse),
            Verdict::Noise | Verdict::TooFew => None,
        };
        let words = [
            word(self.p95, "faster", "slower"),
            word(self.error_rate, "fewer errors", "more errors"),
        ];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        words.join(", ")
    }
}

/// How a node or an edge stands to the time before. What matters most comes first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Slower, or with more errors, by more than chance.
    Worse,
    /// It was not called before.
    New,
    /// It is not called any more.
    Gone,
    Better,
    /// As before, as far as can be told from chance; or nothing is compared.
    #[default]
    Usual,
    /// There are too few calls to tell.
    TooFew,
}

impl Standing {
    pub const ALL: [Self; 6] = [
        Self::Worse,
        Self::New,
        Self::Gone,
        Self::Better,
        Self::Usual,
        Self::TooFew,
    ];

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Better => "better",
            Self::Usual => "as before",
            Self::TooFew => "too few calls to tell",
        }
    }

    /// Whether it is something to look at.
    #[must_use]
    pub fn is_change(self) -> bool {
        matches!(self, Self::Worse | Self::New | Self::Gone | Self::Better)
    }

    fn of(counted: &Both, changes: &Changes) -> Self {
        let (now, before) = (counted.now.count, counted.before.count);
        match (now, before) {
            (0, 0) => Self::TooFew,
            (_, 0) if now >= NEW_FROM => Self::New,
            (0, _) if before >= NEW_FROM => Self::Gone,
            (_, 0) | (0, _) => Self::TooFew,
            _ if changes.has(Verdict::Worse) => Self::Worse,
            _ if changes.has(Verdict::Better) => Self::Better,
            _ if changes.has(Verdict::Noise) => Self::Usual,
            _ => Self::TooFew,
        }
    }
}

/// Judges the changes among all of them, so that of many figures that did not change none is told.
pub(super) fn judge(gathered: &Gathered, is_compared: bool, length_nanos: i64) -> Topology {
    let numbers: BTreeMap<&NodeName, usize> = gathered.nodes.keys().zip(0..).collect();
    let of_nodes = gathered.nodes.values().map(|node| &node.counted);
    let all: Vec<&Both> = of_nodes.chain(gathered.edges.values()).collect();
    let mut changes = if is_compared {
        changes(&all)
    } else {
        vec![Changes::default(); all.len()]
    }
    .into_iter();
    let standing = |counted: &Both, changes: &Changes| {
        if is_compared {
            Standing::of(counted, changes)
        } else {
            Standing::Usual
        }
    };
    let nodes = gathered.nodes.iter().map(|(name, node)| {
        let changes = changes.next().unwrap_or_default();
        Node {
            name: name.clone(),
            figures: Figures::of(&node.counted.now, length_nanos),
            basis: node.basis,
            standing: standing(&node.counted, &changes),
            changes,
            regions: node.regions(),
            members: node.members,
        }
    });
    let nodes = nodes.collect();
    let number = |name: &NodeName| numbers.get(name).copied().unwrap_or_default();
    let edges = gathered.edges.iter().map(|((from, to), counted)| {
        let changes = changes.next().unwrap_or_default();
        Edge {
            caller: number(from),
            callee: number(to),
            figures: Figures::of(&counted.now, length_nanos),
            standing: standing(counted, &changes),
            changes,
            network: Network::of(&counted.now),
        }
    });
    Topology {
        edges: edges.collect(),
        nodes,
        is_compared,
    }
}

/// Of each, in the order given.
fn changes(all: &[&Both]) -> Vec<Changes> {
    let p95 = |both: &&Both| Tested::quantile(&both.before.durations, &both.now.durations, P95);
    let errors = |both: &&Both| Tested::error_rate(&both.before, &both.now);
    let tested: Vec<[Option<Tested>; 2]> =
        all.iter().map(|both| [p95(both), errors(both)]).collect();
    let known: Vec<Tested> = tested.iter().flatten().flatten().copied().collect();
    let mut judged = discoveries(&known).into_iter();
    let mut next = |one: Option<Tested>| one.and_then(|_| judged.next());
    let changes = tested
        .into_iter()
        .zip(all)
        .map(|([p95, errors], both)| Changes {
            p95: next(p95),
            error_rate: next(errors),
            count_before: both.before.count,
        });
    changes.collect()
}

#[expect(clippy::cast_precision_loss, reason = "a rate needs few digits")]
fn float(value: i64) -> f64 {
    value as f64
}
