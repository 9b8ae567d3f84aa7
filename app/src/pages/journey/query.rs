//! What the page asks the store.

use leptos::prelude::*;
use model::journey::{Funnel, Key, Subject};
use model::overview::{Card, PartRow, Scene, Standout, standouts};
use model::stats::Interval;
use model::summary::Summary;

use crate::address::JourneyAddress;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::observe;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(super) card: Card,
    pub(super) standout: Option<Standout>,
    /// Where the columns of time begin, and where the last ends.
    pub(super) bounds: Vec<i64>,
    pub(super) columns: Vec<Column>,
    pub(super) regions: Vec<PartRow>,
    pub(super) releases: Vec<PartRow>,
    pub(super) slowest: Vec<Summary>,
    pub(super) failed: Vec<Summary>,
    /// Of the newest requests; none without steps.
    pub(super) funnel: Option<Funnel>,
    pub(super) now_nanos: i64,
}

/// One column of time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(super) count: i64,
    pub(super) p50_nanos: Option<i64>,
    pub(super) p95_nanos: Option<i64>,
    pub(super) p99_nanos: Option<i64>,
    pub(super) p95_interval: Option<Interval>,
}

impl Answer {
    pub(super) fn subject(&self) -> &Subject {
        &self.card.subject
    }
}

/// None when there is no such journey.
pub(super) async fn get_journey(address: &JourneyAddress) -> Result<Option<Answer>, AppError> {
    let RequestContext {
        store,
        stored_values,
        now_nanos,
        ..
    } = expect_context();
    let JourneyAddress { key, scope } = address;
    let subject = match key {
        Key::Label(label) => Subject::of_label(label),
        Key::Defined(id) => match store.journey(*id).await? {
            Some(journey) => journey.into(),
            None => return Ok(None),
        },
    };
    let filter = scope.filter()?.with_values(&*stored_values.0);
    let observed = observe::observe(&store, scope, &filter, now_nanos).await?;
    let scene = Scene::of(subject, &observed);
    let examples = examples::examples(&store, scope, &filter, &scene, now_nanos).await?;
    let scenes = [scene];
    let standout = standouts(&scenes).pop();
    let [scene] = &scenes;
    let columns = scene.slots(None).iter().map(Column::of).collect();
    Ok(Some(Answer {
        card: scene.card(),
        standout,
        bounds: scene.bounds.clone(),
        columns,
        regions: scene.regions(),
        releases: scene.releases(),
        slowest: examples.slowest,
        failed: examples.failed,
        funnel: examples.funnel,
        now_nanos,
    }))
}

impl Column {
    fn of(slot: &model::rollup::Rollup) -> Self {
        let figures = model::overview::Figures::of(slot, model::journey::Budget::default());
        Self {
            count: figures.count,
            p50_nanos: figures.p50_nanos,
            p95_nanos: figures.p95_nanos,
            p99_nanos: figures.p99_nanos,
            p95_interval: figures.p95_interval,
        }
    }
}

mod examples {
    use std::collections::BTreeSet;

    use model::filter::{Filter, Order, Test, TraceTest};
    use model::journey::{Funnel, LABELS, Requests};
    use model::overview::Scene;
    use model::summary::{Outcome, Summary};
    use store::Store;
    use store::traces::ListRequest;

    use crate::address::Scope;
    use crate::error::AppError;

    /// Most traces of a list of examples.
    const MAX_EXAMPLES: usize = 8;

    /// Most traces that the slowest are chosen from.
    const MAX_SLOW: usize = 50;

    /// Most requests whose steps are counted.
    const MAX_SAMPLE: usize = 100;

    /// Most operations that the requests of a journey are looked for by, the busiest first.
    const MAX_OPERATIONS: usize = 6;

    pub(super) struct Examples {
        pub(super) slowest: Vec<Summary>,
        pub(super) failed: Vec<Summary>,
        pub(super) funnel: Option<Funnel>,
    }

    pub(super) async fn examples(
        store: &Store,
        scope: &Scope,
        filter: &Filter,
        scene: &Scene,
        now_nanos: i64,
    ) -> Result<Examples, AppError> {
        let covered = scope.covered(now_nanos)?;
        let list = Lister {
            store,
            scene,
            filters: filters(scene, filter),
            times: (covered.from_nanos, covered.to_nanos),
        };
        let slow = scene.now.durations.quantile(0.99).map(|nanos| {
            let order = Order::AtLeast;
            // Off by the width of a bucket, so that none is missed.
            let nanos = nanos - nanos / 64;
            Test::Trace(TraceTest::Duration { order, nanos })
        });
        let mut slowest = match slow {
            Some(slow) => list.newest(Some(slow), MAX_SLOW).await?,
            None => vec![],
        };
        slowest.sort_by_key(|summary| std::cmp::Reverse(summary.duration_nanos));
        slowest.truncate(MAX_EXAMPLES);
        let error = Test::Trace(TraceTest::Outcome(Some(Outcome::Error)));
        let failed = list.newest(Some(error), MAX_EXAMPLES).await?;
        let steps = &scene.subject.definition.steps;
        let funnel = if steps.is_empty() {
            None
        } else {
            let counted = Test::Trace(TraceTest::Outcome(None));
            let sample = list.newest(Some(counted), MAX_SAMPLE).await?;
            let ids: Vec<_> = sample.iter().map(|summary| summary.trace_id).collect();
            let mut funnel = Funnel::of(steps);
            for trace in store.traces(&ids).await? {
                let spans = trace.spans.iter();
                let operations: Vec<&str> = spans.map(|span| span.name.as_str()).collect();
                funnel.add(&operations);
            }
            Some(funnel)
        };
        Ok(Examples {
            slowest,
            failed,
            funnel,
        })
    }

    /// Filters that together find the requests of a journey: its own, or one for each operation
    /// that it was seen to begin with.
    fn filters(scene: &Scene, filter: &Filter) -> Vec<Filter> {
        let requests = &scene.subject.definition.requests;
        if let Some(own) = requests.filter() {
            let tests = own.conditions.into_iter().map(|condition| condition.test);
            return vec![tests.fold(filter.clone(), |filter, test| filter.with(test))];
        }
        let mut busiest: Vec<(f64, &str)> = scene
            .counted
            .iter()
            .filter_map(|(key, rollup)| Some((rollup.weight, key.get(LABELS[1])?.as_str())))
            .collect();
        busiest.sort_by(|left, right| right.0.total_cmp(&left.0));
        let mut known = BTreeSet::new();
        let operations = busiest
            .into_iter()
            .filter(|(_, operation)| known.insert(*operation))
            .take(MAX_OPERATIONS);
        operations
            .map(|(_, operation)| filter.with(Test::Trace(TraceTest::Root(operation.to_owned()))))
            .collect()
    }

    struct Lister<'a> {
        store: &'a Store,
        scene: &'a Scene,
        filters: Vec<Filter>,
        times: (i64, i64),
    }

    impl Lister<'_> {
        /// The newest requests of the journey that meet the test.
        async fn newest(&self, test: Option<Test>, limit: usize) -> Result<Vec<Summary>, AppError> {
            let mut found = Vec::new();
            for filter in &self.filters {
                let request = ListRequest {
                    filter: test
                        .iter()
                        .fold(filter.clone(), |filter, test| filter.with(test.clone())),
                    from_nanos: self.times.0,
                    to_nanos: self.times.1,
                    after: None,
                    limit,
                };
                let page = self.store.list(&request).await?;
                found.extend(page.traces.into_iter().filter(|trace| self.belongs(trace)));
            }
            found.sort_by_key(|summary| std::cmp::Reverse(summary.start_nanos));
            found.truncate(limit);
            Ok(found)
        }

        /// The filters do not tell the service.
        fn belongs(&self, summary: &Summary) -> bool {
            let label = summary
                .dimensions
                .get(model::dimensions::Dimension::Journey);
            let requests: &Requests = &self.scene.subject.definition.requests;
            requests.accepts(
                &summary.root_service,
                &summary.root_operation,
                label.unwrap_or_default(),
            )
        }
    }
}
