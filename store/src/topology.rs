//! Who calls whom, and what a service does: by rollups where those can tell, or else by a sample of
//! the traces that meet the filter.

use std::collections::{BTreeMap, BTreeSet};

use futures::try_join;
use model::calls::calls;
use model::clock_skew;
use model::decomposition::{is_device_request, is_on_device};
use model::filter::{Filter, Matcher, SpanField, SpanTest, Term, Test};
use model::id::TraceId;
use model::rollup::{
    Coverage, Direction, Family, LabelFilter, Observation, Rollup, Slots, deployment_region,
};
use model::span::Kind;
use model::summary::Summary;
use model::topology::{CALL_LABELS, Counted, Observed, REQUEST_LABELS, SERVED_LABELS};
use model::trace::Trace;

use crate::requests::RequestQuestion;
use crate::rollups::{Group, RollupRequest};
use crate::sampled::{COLUMNS, scaled, strata};
use crate::{Error, Store};

/// Work that others asked for.
const SERVED_KINDS: [Kind; 2] = [Kind::Server, Kind::Consumer];

/// The labels of operations that [`ServiceAnswer::operations`] are grouped by: operation and kind.
const OPERATION_LABELS: [usize; 2] = [1, 2];

/// Where the label of the service stands among those of operations.
const SERVICE: usize = 0;

/// What was counted at a time, and how that is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyAnswer {
    pub observed: Observed,
    pub source: Source,
}

/// How figures are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Source {
    /// How many traces they are told from; none where all was counted as it came.
    pub traces: Option<usize>,
    /// From when on requests are known, where there were too many to look at them all.
    pub since_nanos: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServiceAnswer {
    /// By operation and kind; those with the greatest weight first.
    pub operations: Vec<Group>,
    pub source: Source,
}

impl Store {
    /// Services, what they call and what calls them, in the requests that meet the filter.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn topology(&self, filter: &Filter, time: Coverage) -> Result<TopologyAnswer, Error> {
        if filter.terms.is_empty() {
            return Ok(TopologyAnswer {
                observed: self.counted_topology(time).await?,
                source: Source::default(),
            });
        }
        let mut sample = Sample::default();
        let since_nanos = self
            .sampled_whole(filter, &time.slots(COLUMNS), |seen| match seen {
                Seen::Trace(summary, trace) => sample.add(summary, trace),
                Seen::Weight(weight) => sample.stands_for = weight,
            })
            .await?;
        let traces = Some(sample.traces);
        Ok(TopologyAnswer {
            observed: sample.observed(),
            source: Source {
                traces,
                since_nanos,
            },
        })
    }

    /// What a service does, operation by operation, in the columns of time.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn service(
        &self,
        name: &str,
        filter: &Filter,
        slots: &Slots,
    ) -> Result<ServiceAnswer, Error> {
        let own = filter.with(Test::service(name));
        if let Ok(labels) = LabelFilter::of(&own, Family::Operations) {
            let request = RollupRequest {
                family: Family::Operations,
                filter: labels,
                group_by: OPERATION_LABELS.into(),
                slots: slots.clone(),
            };
            return Ok(ServiceAnswer {
                operations: self.rollups(&request).await?,
                source: Source::default(),
            });
        }
        let mut found = Operations::default();
        let since_nanos = self
            .sampled_whole(&own, slots, |seen| match seen {
                Seen::Trace(summary, trace) => found.add(name, summary, trace, slots),
                Seen::Weight(weight) => found.stands_for = weight,
            })
            .await?;
        let traces = Some(found.traces);
        Ok(ServiceAnswer {
            operations: found.groups(),
            source: Source {
                traces,
                since_nanos,
            },
        })
    }

    async fn counted_topology(&self, time: Coverage) -> Result<Observed, Error> {
        let ask = |family: Family, filter: LabelFilter, group_by: &[usize]| RollupRequest {
            family,
            filter,
            group_by: group_by.to_vec(),
            slots: time.whole(),
        };
        let any = LabelFilter::default;
        let for_others = served_by_others();
        let for_others = LabelFilter::of(&for_others, Family::Operations).unwrap_or_default();
        let calls = ask(Family::Calls, any(), &CALL_LABELS);
        let served = ask(Family::Operations, for_others, &SERVED_LABELS);
        let requests = ask(Family::Requests, any(), &REQUEST_LABELS);
        let services = ask(Family::Operations, any(), &[SERVICE]);
        let (calls, served, requests, services, on_devices) = try_join!(
            self.rollups(&calls),
            self.rollups(&served),
            self.rollups(&requests),
            self.keys_seen(&services),
            self.services_on_devices(),
        )?;
        let mut observed = Observed {
            calls: totals(calls),
            served: totals(served),
            requests: vec![],
            services: services.into_iter().flatten().collect(),
            apps: BTreeSet::new(),
        };
        let servers: BTreeSet<&str> = observed.served.iter().map(|(key, _)| first(key)).collect();
        let mut requests_of: BTreeMap<String, Rollup> = BTreeMap::new();
        for (key, rollup) in totals(requests) {
            let service = first(&key);
            let operation = key.get(1).map_or("", String::as_str);
            let is_device = on_devices.contains(service) && !servers.contains(service);
            if is_device || is_device_request(operation) {
                observed.apps.insert(service.to_owned());
            }
            requests_of
                .entry(service.to_owned())
                .or_default()
                .add(&rollup);
        }
        observed.requests = with_keys(requests_of);
        Ok(observed)
    }

    /// Looks at a sample of the requests that meet the filter, and tells how much all of them weigh;
    /// returns from when on they are known, where that is not all the time.
    async fn sampled_whole(
        &self,
        filter: &Filter,
        slots: &Slots,
        mut see: impl FnMut(Seen<'_>),
    ) -> Result<Option<i64>, Error> {
        let question = RequestQuestion {
            filter: filter.clone(),
            group_by: vec![],
            slots: slots.clone(),
        };
        let answer = self.requests(&question).await?;
        let columns = answer.groups.first().map(|group| group.slots.as_slice());
        let columns = columns.unwrap_or_default();
        see(Seen::Weight(
            columns.iter().map(|column| column.weight).sum(),
        ));
        let strata = strata(slots, columns);
        self.each_sampled(filter, &strata, |summary, trace| {
            see(Seen::Trace(summary, trace));
        })
        .await?;
        Ok(answer.since_nanos)
    }
}

enum Seen<'a> {
    /// How many requests there are, before sampling.
    Weight(f64),
    Trace(&'a Summary, &'a Trace),
}

/// What spans do for others.
fn served_by_others() -> Filter {
    let kinds = SERVED_KINDS.map(|kind| {
        let test = SpanTest::Field(SpanField::Kind, Matcher::exact(kind.name()));
        Term::Test(Test::Span(test))
    });
    Filter {
        terms: vec![Term::any(kinds.into())],
    }
}

fn first(key: &[String]) -> &str {
    key.first().map_or("", String::as_str)
}

fn totals(groups: Vec<Group>) -> Vec<Counted> {
    let groups = groups.into_iter();
    groups
        .map(|group| {
            let total = group.total();
            (group.key, total)
        })
        .collect()
}

fn with_keys(rollups: BTreeMap<String, Rollup>) -> Vec<Counted> {
    let rollups = rollups.into_iter();
    rollups.map(|(key, rollup)| (vec![key], rollup)).collect()
}

/// One thing that a trace has.
struct Thing<'a> {
    trace_id: TraceId,
    nanos: i64,
    is_error: bool,
    weight: f64,
    sums: &'a [i64],
}

fn record(rollup: &mut Rollup, thing: &Thing<'_>) {
    let seen = Observation {
        trace_id: thing.trace_id,
        duration_nanos: thing.nanos.max(0),
        is_error: thing.is_error,
        weight: thing.weight,
        sums: thing.sums,
    };
    rollup.record(Direction::Add, &seen);
}

/// What traces that were looked at have, as rollups would.
#[derive(Debug, Default)]
struct Sample {
    traces: usize,
    weight: f64,
    /// How many requests there are in all.
    stands_for: f64,
    calls: BTreeMap<Vec<String>, Rollup>,
    served: BTreeMap<Vec<String>, Rollup>,
    requests: BTreeMap<String, Rollup>,
    services: BTreeSet<String>,
    apps: BTreeSet<String>,
}

impl Sample {
    fn add(&mut self, summary: &Summary, trace: &Trace) {
        let weight = summary.weight;
        self.traces += 1;
        self.weight += weight;
        let thing = |nanos: i64, is_error: bool| Thing {
            trace_id: trace.id,
            nanos,
            is_error,
            weight,
            sums: &[],
        };
        for call in calls(trace) {
            let key = [call.caller, call.callee, call.kind.name()].map(str::to_owned);
            let network = call.network_nanos.unwrap_or(0);
            let sums = [
                network.max(0),
                call.network_nanos.is_some().into(),
                (network < 0).into(),
            ];
            let seen = Thing {
                sums: &sums,
                ..thing(call.duration_nanos, call.is_error)
            };
            record(self.calls.entry(key.into()).or_default(), &seen);
        }
        for span in &trace.spans {
            let service = trace.service_of(span);
            if !self.services.contains(service) {
                self.services.insert(service.to_owned());
            }
            if SERVED_KINDS.contains(&span.kind) {
                let region = deployment_region(trace.resource_of(span));
                let key = [service, region].map(str::to_owned);
                let seen = thing(span.duration_nanos(), span.is_error());
                record(self.served.entry(key.into()).or_default(), &seen);
            }
        }
        if let Some(root) = trace.root() {
            let service = trace.service_of(root).to_owned();
            if is_on_device(trace, root) {
                self.apps.insert(service.clone());
            }
            let seen = thing(summary.duration_nanos, root.is_error());
            record(self.requests.entry(service).or_default(), &seen);
        }
    }

    fn observed(self) -> Observed {
        let factor = factor(self.stands_for, self.weight);
        let all = |rollups: BTreeMap<Vec<String>, Rollup>| -> Vec<Counted> {
            let rollups = rollups.into_iter();
            rollups
                .map(|(key, rollup)| (key, scaled(rollup, factor)))
                .collect()
        };
        Observed {
            calls: all(self.calls),
            served: all(self.served),
            requests: with_keys(self.requests)
                .into_iter()
                .map(|(key, rollup)| (key, scaled(rollup, factor)))
                .collect(),
            services: self.services,
            apps: self.apps,
        }
    }
}

/// What each that was looked at stands for. Where all were, that is itself.
fn factor(all: f64, seen: f64) -> f64 {
    if seen > 0.0 && all > seen {
        all / seen
    } else {
        1.0
    }
}

/// What traces that were looked at have of the operations of a service.
#[derive(Debug, Default)]
struct Operations {
    traces: usize,
    weight: f64,
    stands_for: f64,
    by_key: BTreeMap<Vec<String>, Vec<Rollup>>,
}

impl Operations {
    fn add(&mut self, service: &str, summary: &Summary, trace: &Trace, slots: &Slots) {
        self.traces += 1;
        self.weight += summary.weight;
        let shifts = clock_skew::shifts(trace);
        let spans = trace.spans.iter().zip(shifts);
        for (span, shift) in spans.filter(|(span, _)| trace.service_of(span) == service) {
            let Some(slot) = slots.at(span.start_nanos.saturating_add(shift)) else {
                continue;
            };
            let key = vec![span.name.clone(), span.kind.name().to_owned()];
            let empty = || vec![Rollup::default(); slots.count()];
            let seen = Thing {
                trace_id: trace.id,
                nanos: span.duration_nanos(),
                is_error: span.is_error(),
                weight: summary.weight,
                sums: &[],
            };
            record(
                &mut self.by_key.entry(key).or_insert_with(empty)[slot],
                &seen,
            );
        }
    }

    fn groups(self) -> Vec<Group> {
        let factor = factor(self.stands_for, self.weight);
        let groups = self.by_key.into_iter().map(|(key, slots)| {
            let slots = slots.into_iter().map(|rollup| scaled(rollup, factor));
            Group {
                key,
                slots: slots.collect(),
            }
        });
        let mut groups: Vec<Group> = groups.collect();
        let weight = |group: &Group| group.slots.iter().map(|slot| slot.weight).sum::<f64>();
        groups.sort_by(|left, right| {
            let by_weight = weight(right).total_cmp(&weight(left));
            by_weight.then(left.key.cmp(&right.key))
        });
        groups
    }
}
