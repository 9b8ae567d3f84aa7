//! What a filter needs of the summaries of traces, so far as columns tell: the arguments of
//! `may_meet` (migration 9).

use model::dimensions::Dimension;
use model::filter::{Condition, Filter, Order, SpanTest, Test, TraceTest};
use model::flags::Flag;
use model::id::TraceId;
use model::span::StatusCode;
use model::summary::Outcome;

use super::storable;

/// What the summary of every matching trace must have.
pub(super) struct Needs {
    /// Least and greatest.
    pub(super) duration_nanos: (i64, i64),
    pub(super) services: Vec<String>,
    pub(super) error: bool,
    trace_id: Option<TraceId>,
    pub(super) root: Option<String>,
    pub(super) is_request: bool,
    pub(super) failed: Option<bool>,
    /// In the order of [`Dimension::ALL`], which is that of the arguments.
    pub(super) dimensions: Vec<Option<String>>,
    /// Each is there as it is, or with a variant behind it.
    pub(super) flags: Vec<String>,
    /// Whether that is all: a summary that has it meets the filter.
    pub(super) are_all: bool,
}

impl Needs {
    pub(super) fn of(filter: &Filter) -> Self {
        let mut needs = Self {
            duration_nanos: (i64::MIN, i64::MAX),
            services: vec![],
            error: false,
            trace_id: None,
            root: None,
            is_request: false,
            failed: None,
            dimensions: vec![None; Dimension::ALL.len()],
            flags: vec![],
            are_all: !filter.needs_spans(),
        };
        for (index, condition) in filter.conditions.iter().enumerate() {
            // Of two that ask the same column only one is asked.
            let asks_same = |other: &Condition| {
                matches!(
                    (&other.test, &condition.test),
                    (Test::Trace(other), Test::Trace(test))
                        if other.key() == test.key() && test.key() != "duration"
                )
            };
            if condition.negated || filter.conditions[..index].iter().any(asks_same) {
                needs.are_all = false;
            }
            if condition.negated {
                continue;
            }
            match &condition.test {
                Test::Span(SpanTest::Service(name)) => needs.services.push(storable(name)),
                Test::Span(SpanTest::Status(StatusCode::Error)) => needs.error = true,
                Test::Span(_) => {}
                Test::Trace(TraceTest::Id(id)) => needs.trace_id = Some(*id),
                Test::Trace(TraceTest::Root(name)) => needs.root = Some(storable(name)),
                Test::Trace(TraceTest::Outcome(outcome)) => {
                    needs.is_request = true;
                    needs.failed = outcome
                        .map(|outcome| outcome == Outcome::Error)
                        .or(needs.failed);
                }
                Test::Trace(TraceTest::Duration { order, nanos }) => needs.duration(*order, *nanos),
                Test::Trace(TraceTest::Dimension { dimension, value }) => {
                    let place = Dimension::ALL.iter().position(|own| own == dimension);
                    if let Some(wanted) = place.and_then(|place| needs.dimensions.get_mut(place)) {
                        *wanted = Some(storable(value));
                    }
                }
                Test::Trace(TraceTest::Flag { name, variant }) => {
                    let flag = Flag {
                        name: name.clone(),
                        variant: variant.clone().unwrap_or_default(),
                    };
                    needs.flags.push(storable(&flag.to_string()));
                }
            }
        }
        needs
    }

    fn duration(&mut self, order: Order, nanos: i64) {
        let (least, greatest) = &mut self.duration_nanos;
        match order {
            Order::Less => *greatest = nanos.saturating_sub(1).min(*greatest),
            Order::AtMost => *greatest = nanos.min(*greatest),
            Order::More => *least = nanos.saturating_add(1).max(*least),
            Order::AtLeast => *least = nanos.max(*least),
        }
    }

    pub(super) fn trace_id(&self) -> Option<Vec<u8>> {
        self.trace_id.map(|id| id.as_bytes().to_vec())
    }
}
