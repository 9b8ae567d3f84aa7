//! What traces contribute to rollups.

use std::collections::HashMap;

use super::{Direction, Family, Observation, Resolution, Rollup, Series, label_text};
use crate::attribute;
use crate::calls::calls;
use crate::decomposition::Decomposition;
use crate::dimensions::Dimension;
use crate::sampling;
use crate::span::Resource;
use crate::summary::Summary;
use crate::trace::Trace;

/// Most labels of a family.
const MAX_LABELS: usize = 8;

/// What to add to one series in one minute.
#[derive(Debug, Clone, PartialEq)]
pub struct Delta {
    pub series: Series,
    /// Begin of the minute.
    pub start_nanos: i64,
    pub rollup: Rollup,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    family: Family,
    start_nanos: i64,
    /// Numbers of names; those beyond the labels of the family are 0.
    labels: [u32; MAX_LABELS],
}

/// The labels of a request ([`Family::Requests`]).
#[must_use]
pub fn request_labels(summary: &Summary) -> [&str; 8] {
    let dimension = |dimension| summary.dimensions.get(dimension).unwrap_or_default();
    [
        summary.root_service.as_str(),
        summary.root_operation.as_str(),
        dimension(Dimension::Journey),
        dimension(Dimension::Region),
        dimension(Dimension::Release),
        dimension(Dimension::Os),
        dimension(Dimension::DeviceClass),
        dimension(Dimension::Network),
    ]
}

/// What many traces contribute together.
#[derive(Debug, Default)]
pub struct Contributions {
    names: Names,
    rollups: HashMap<Key, Rollup>,
}

impl Contributions {
    /// Counts a trace, or takes back what was counted for it. `shifts` are those of
    /// [`crate::clock_skew`], `summary` is that of the trace.
    ///
    /// A request counts in the minute in which it began, spans and calls in the minutes in which
    /// they did.
    pub fn record(
        &mut self,
        direction: Direction,
        trace: &Trace,
        summary: &Summary,
        shifts: &[i64],
    ) {
        self.record_request(direction, trace, summary, shifts);
        self.record_operations(direction, trace, shifts);
        self.record_calls(direction, trace, shifts);
    }

    fn record_request(
        &mut self,
        direction: Direction,
        trace: &Trace,
        summary: &Summary,
        shifts: &[i64],
    ) {
        let Some(position) = trace.root_position() else {
            return;
        };
        let root = &trace.spans[position];
        if root.parent_id.is_some() {
            return;
        }
        let labels = request_labels(summary);
        let labels = labels.map(|label| self.names.number(label));
        let seen = Observation {
            trace_id: trace.id,
            duration_nanos: summary.duration_nanos,
            is_error: root.is_error(),
            weight: sampling::weight(&root.trace_state),
            sums: &Decomposition::of(trace, shifts, position).0,
        };
        let key = key(Family::Requests, summary.start_nanos, labels);
        self.rollups
            .entry(key)
            .or_default()
            .record(direction, &seen);
    }

    fn record_operations(&mut self, direction: Direction, trace: &Trace, shifts: &[i64]) {
        let resources: Vec<(u32, u32)> = trace
            .resources
            .iter()
            .map(|resource| {
                let service = self.names.number(resource.service());
                (service, self.names.number(deployment_region(resource)))
            })
            .collect();
        for (span, shift) in trace.spans.iter().zip(shifts) {
            let (service, region) = resources[span.resource];
            let operation = self.names.number(&span.name);
            let kind = self.names.number(span.kind.name());
            let labels = [service, operation, kind, region, 0, 0, 0, 0];
            let seen = Observation {
                trace_id: trace.id,
                duration_nanos: span.duration_nanos().max(0),
                is_error: span.is_error(),
                weight: sampling::weight(&span.trace_state),
                sums: &[],
            };
            let start = span.start_nanos.saturating_add(*shift);
            self.rollups
                .entry(key(Family::Operations, start, labels))
                .or_default()
                .record(direction, &seen);
        }
    }

    fn record_calls(&mut self, direction: Direction, trace: &Trace, shifts: &[i64]) {
        for call in calls(trace) {
            let span = &trace.spans[call.span];
            let labels = [call.caller, call.callee, call.kind.name()];
            let [from, to, kind] = labels.map(|label| self.names.number(label));
            let network = call.network_nanos.unwrap_or(0);
            let seen = Observation {
                trace_id: trace.id,
                duration_nanos: call.duration_nanos,
                is_error: call.is_error,
                weight: sampling::weight(&span.trace_state),
                sums: &[
                    network.max(0),
                    call.network_nanos.is_some().into(),
                    (network < 0).into(),
                ],
            };
            let start = span.start_nanos.saturating_add(shifts[call.span]);
            let labels = [from, to, kind, 0, 0, 0, 0, 0];
            self.rollups
                .entry(key(Family::Calls, start, labels))
                .or_default()
                .record(direction, &seen);
        }
    }

    /// By series and time. What was counted and taken back again is not among them.
    #[must_use]
    pub fn into_deltas(self) -> Vec<Delta> {
        let names = self.names;
        let something = self
            .rollups
            .into_iter()
            .filter(|(_, rollup)| !rollup.is_nothing());
        let mut deltas: Vec<Delta> = something
            .map(|(key, rollup)| Delta {
                series: Series {
                    family: key.family,
                    labels: names.labels(&key),
                },
                start_nanos: key.start_nanos,
                rollup,
            })
            .collect();
        deltas.sort_by(|left, right| {
            (&left.series, left.start_nanos).cmp(&(&right.series, right.start_nanos))
        });
        deltas
    }
}

fn key(family: Family, nanos: i64, labels: [u32; MAX_LABELS]) -> Key {
    Key {
        family,
        start_nanos: Resolution::Minute.floor(nanos),
        labels,
    }
}

/// The region that a service runs in, by its resource; empty where that does not tell.
#[must_use]
pub fn deployment_region(resource: &Resource) -> &str {
    let found = REGION.iter().find_map(|key| {
        attribute::find(&resource.attributes, key).and_then(attribute::Value::as_str)
    });
    found.unwrap_or_default()
}

/// Attributes of a resource that tell where it runs.
pub(crate) const REGION: [&str; 2] = ["deployment.region", "cloud.region"];

/// Names by number, so that each is kept once.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        let name = label_text(name);
        if let Some(number) = self.numbers.get(name.as_ref()) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.clone().into_owned());
        self.numbers.insert(name.into_owned(), number);
        number
    }

    fn labels(&self, key: &Key) -> Vec<String> {
        let numbers = key.labels.iter().take(key.family.labels().len());
        numbers
            .map(|number| {
                let index = usize::try_from(*number).unwrap_or(usize::MAX);
                self.names.get(index).cloned().unwrap_or_default()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock_skew;
    use crate::span::{Kind, Span};
    use crate::time::MINUTE_NANOS;
    use crate::trace::tests::{build, span};

    fn record(contributions: &mut Contributions, direction: Direction, spans: Vec<Span>) {
        let trace = build(spans);
        let shifts = clock_skew::shifts(&trace);
        let summary = crate::summary::tests::summary(&trace).expect("spans");
        contributions.record(direction, &trace, &summary, &shifts);
    }

    fn request() -> Vec<Span> {
        let server = Span {
            kind: Kind::Server,
            resource: 1,
            trace_state: "ot=th:8".into(),
            ..span(2, 1, MINUTE_NANOS + 2)
        };
        let client = Span {
            kind: Kind::Client,
            end_nanos: MINUTE_NANOS + 50,
            ..span(1, 0, MINUTE_NANOS - 5)
        };
        vec![client, server]
    }

    fn lines(contributions: Contributions) -> Vec<String> {
        let line = |delta: &Delta| {
            format!(
                "{} {} {:?} {}x{} {:?}",
                delta.series.family.name(),
                delta.start_nanos / MINUTE_NANOS,
                delta.series.labels.join("|"),
                delta.rollup.count,
                delta.rollup.weight,
                delta.rollup.sums
            )
        };
        contributions.into_deltas().iter().map(line).collect()
    }

    #[test]
    fn a_trace_counts_as_request_by_its_operations_and_calls() {
        let mut contributions = Contributions::default();
        record(&mut contributions, Direction::Add, request());
        assert_eq!(
            lines(contributions),
            [
                "requests 0 \"a|span 1||||||\" 1x1 [0, 45, 0, 10, 0, 0]",
                "operations 0 \"a|span 1|client|\" 1x1 []",
                "operations 1 \"b|span 2|server|\" 1x2 []",
                "calls 1 \"a|b|service\" 1x2 [90, 2, 0]",
            ]
        );
    }

    #[test]
    fn a_late_span_changes_only_what_it_changes() {
        let mut contributions = Contributions::default();
        record(&mut contributions, Direction::Subtract, request());
        let late = span(3, 2, MINUTE_NANOS + 3);
        let whole = request().into_iter().chain([late]).collect();
        record(&mut contributions, Direction::Add, whole);
        assert_eq!(
            lines(contributions),
            [
                "operations 1 \"a|span 3|internal|\" 1x1 []",
                "calls 1 \"b|a|service\" 1x1 [0, 0, 0]",
            ]
        );
    }

    #[test]
    fn a_label_is_short_whatever_is_in_it() {
        let mut names = Names::default();
        let hostile = names.number(&"\0é\u{1f}".repeat(200));
        let name = &names.names[usize::try_from(hostile).expect("small")];
        assert!(
            name.len() <= super::super::MAX_LABEL_BYTES && name.starts_with("\u{fffd}é\u{fffd}")
        );
        assert_eq!(names.number("\0"), names.number("\u{1f}"));
    }

    #[test]
    fn without_a_root_there_is_no_request() {
        let mut contributions = Contributions::default();
        record(&mut contributions, Direction::Add, vec![span(2, 1, 0)]);
        let found = lines(contributions);
        assert_eq!(found, ["operations 0 \"a|span 2|internal|\" 1x1 []"]);
    }
}
