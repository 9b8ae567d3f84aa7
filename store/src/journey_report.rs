//! How one journey fares.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use model::dimensions::Dimension;
use model::filter::{Filter, Test};
use model::journey::{Funnel, Key, LABELS, Requests, Subject};
use model::list_order::ListOrder;
use model::overview::{Column, JourneyReport, Scene, standouts};
use model::rollup::Coverage;
use model::summary::{Outcome, Summary};

use crate::overview::OverviewQuestion;
use crate::traces::ListRequest;
use crate::{Error, Store};

impl Store {
    /// None when there is no such journey.
    ///
    /// # Errors
    /// When the database does not answer, or what it has is damaged.
    pub async fn journey_report(
        &self,
        key: &Key,
        question: &OverviewQuestion,
    ) -> Result<Option<JourneyReport>, Error> {
        let subject = match key {
            Key::Label(label) => Subject::of_label(label),
            Key::Defined(id) => match self.journey(*id).await? {
                Some(journey) => journey.into(),
                None => return Ok(None),
            },
        };
        let observed = self.observe(question).await?;
        let scene = Scene::of(subject, &observed);
        let examples = examples(self, question, &scene).await?;
        let scenes = [scene];
        let standout = standouts(&scenes).pop();
        let [scene] = &scenes;
        Ok(Some(JourneyReport {
            card: scene.card(),
            standout,
            columns: scene.slots(None).iter().map(Column::of).collect(),
            bounds: scene.bounds.to_vec(),
            regions: scene.regions(),
            releases: scene.releases(),
            slowest: examples.slowest,
            failed: examples.failed,
            funnel: examples.funnel,
        }))
    }
}

/// Most traces of a list of examples.
const MAX_EXAMPLES: usize = 8;

/// Most requests whose steps are counted.
const MAX_SAMPLE: usize = 100;

/// Most operations that the requests of a journey are looked for by, the busiest first.
const MAX_OPERATIONS: usize = 6;

struct Examples {
    slowest: Vec<Summary>,
    failed: Vec<Summary>,
    funnel: Option<Funnel>,
}

async fn examples(
    store: &Store,
    question: &OverviewQuestion,
    scene: &Scene<'_>,
) -> Result<Examples, Error> {
    let list = Lister {
        store,
        scene,
        filters: filters(scene, &question.filter),
        time: question.time,
    };
    let counted = Test::is_request();
    let slowest = list.first(ListOrder::Slowest, &counted, MAX_EXAMPLES);
    let slowest = slowest.await?;
    let error = Test::outcome(Outcome::Error);
    let failed = list.first(ListOrder::Newest, &error, MAX_EXAMPLES).await?;
    let steps = &scene.subject.definition.steps;
    let funnel = if steps.is_empty() {
        None
    } else {
        let sample = list.first(ListOrder::Newest, &counted, MAX_SAMPLE).await?;
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
fn filters(scene: &Scene<'_>, filter: &Filter) -> Vec<Filter> {
    let requests = &scene.subject.definition.requests;
    if let Some(own) = requests.filter() {
        return vec![filter.with_terms(own.terms)];
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
        .map(|(_, operation)| filter.with(Test::root(operation)))
        .collect()
}

struct Lister<'a> {
    store: &'a Store,
    scene: &'a Scene<'a>,
    filters: Vec<Filter>,
    time: Coverage,
}

impl Lister<'_> {
    /// The first requests of the journey that meet the test.
    async fn first(
        &self,
        order: ListOrder,
        test: &Test,
        limit: usize,
    ) -> Result<Vec<Summary>, Error> {
        let mut found = Vec::new();
        for filter in &self.filters {
            let request = ListRequest {
                filter: filter.with(test.clone()),
                from_nanos: self.time.from_nanos,
                to_nanos: self.time.to_nanos,
                order,
                after: None,
                limit,
            };
            let page = self.store.list(&request).await?;
            found.extend(page.traces.into_iter().filter(|trace| self.belongs(trace)));
        }
        found.sort_by_key(|summary| Reverse((order.rank(summary), summary.start_nanos)));
        found.truncate(limit);
        Ok(found)
    }

    /// The filters do not tell the service.
    fn belongs(&self, summary: &Summary) -> bool {
        let label = summary.dimensions.get(Dimension::Journey);
        let requests: &Requests = &self.scene.subject.definition.requests;
        requests.accepts(
            &summary.root_service,
            &summary.root_operation,
            label.unwrap_or_default(),
        )
    }
}
