//! What is searched for, and finding it: traces with a span of which all that is asked is true.

use std::collections::{BTreeMap, HashMap};

use model::filter::{Filter, Order, Path, Range, SpanTest, Term, Test};
use model::id::TraceId;
use model::index::Demand;
use model::list_order::ListOrder;
use model::span::Span;
use model::summary::Summary;
use model::time::HOUR_NANOS;
use model::trace::Trace;
use store::Store;
use store::traces::{ListRequest, batches, fitting};

use super::convert;
use super::error::bad;
use super::parameters::{self, Given, Parameters};
use crate::api::error::ApiError;
use crate::ingest::redact::Redactor;

const DEFAULT_LIMIT: usize = 20;

/// The most that the Jaeger UI offers.
const MAX_LIMIT: usize = 1_500;

/// How far back is looked when nobody says.
const DEFAULT_LOOKBACK_NANOS: i64 = HOUR_NANOS;

/// Most traces that one search looks at for tags, which no filter tells.
const MAX_SEARCHED: usize = 5_000;

/// How many summaries are read at once when their spans are looked at for tags.
const PAGE: usize = 200;

/// Most spans of the traces in one answer, but for a single trace of more.
const MAX_SPANS: usize = 100_000;

/// All of it must hold, and but for the time on one span.
#[derive(Debug, PartialEq)]
pub(super) struct Question {
    service: String,
    operation: Option<String>,
    /// Of the span; both ends belong to it.
    duration_nanos: Option<Range<i64>>,
    /// Name and text, as they are stored.
    tags: BTreeMap<String, String>,
    /// Of the traces: the first nanosecond, and the one after the last.
    from_nanos: i64,
    to_nanos: i64,
    limit: usize,
}

/// What the parameters of a version are called; any of several names.
struct Names {
    service: &'static [&'static str],
    operation: &'static [&'static str],
    min_duration: &'static [&'static str],
    max_duration: &'static [&'static str],
    limit: &'static [&'static str],
    /// A single tag.
    tag: &'static [&'static str],
    /// An object of tags.
    tags: &'static [&'static str],
}

const V1: Names = Names {
    service: &["service"],
    operation: &["operation"],
    min_duration: &["minDuration"],
    max_duration: &["maxDuration"],
    limit: &["limit"],
    tag: &["tag"],
    tags: &["tags"],
};

/// In lower camel case as the API has them now, and as it had them before. The Jaeger UI has
/// called the operation `span_name`.
const V3: Names = Names {
    service: &["query.serviceName", "query.service_name"],
    operation: &[
        "query.operationName",
        "query.operation_name",
        "query.span_name",
    ],
    min_duration: &["query.durationMin", "query.duration_min"],
    max_duration: &["query.durationMax", "query.duration_max"],
    limit: &[
        "query.searchDepth",
        "query.search_depth",
        "query.num_traces",
    ],
    tag: &[],
    tags: &["query.attributes"],
};

/// What version 3 has besides. To pass over them would be to answer another question.
const UNKNOWN: [&str; 3] = [
    "query.filter",
    "query.pagination.pageToken",
    "query.pagination.page_token",
];

impl Question {
    /// # Errors
    /// When it makes no sense.
    pub(super) fn of_v1(
        parameters: &Parameters,
        redactor: &Redactor,
        now_nanos: i64,
    ) -> Result<Self, ApiError> {
        let to_nanos = match parameters.first(&["end"]) {
            // The last microsecond belongs to it.
            Some(end) => end.micros()?.saturating_add(1_000),
            None => now_nanos,
        };
        // The Jaeger UI sends words of its own here, beside a start.
        let lookback = || match parameters.first(&["lookback"]) {
            Some(given) => given.duration(),
            None => Ok(DEFAULT_LOOKBACK_NANOS),
        };
        let from_nanos = match parameters.first(&["start"]) {
            Some(start) => start.micros()?,
            None => to_nanos.saturating_sub(lookback()?),
        };
        Self::of(parameters, &V1, redactor, (from_nanos, to_nanos))
    }

    /// # Errors
    /// When it makes no sense.
    pub(super) fn of_v3(
        parameters: &Parameters,
        redactor: &Redactor,
        now_nanos: i64,
    ) -> Result<Self, ApiError> {
        if let Some(given) = UNKNOWN.iter().find_map(|name| parameters.first(&[name])) {
            return Err(given.not_known());
        }
        let moment = |names: &[&str]| {
            let given = parameters.first(names);
            given.map(Given::moment).transpose()
        };
        let to_nanos = moment(&["query.startTimeMax", "query.start_time_max"])?;
        let to_nanos = to_nanos.unwrap_or(now_nanos);
        let from_nanos = moment(&["query.startTimeMin", "query.start_time_min"])?;
        let lookback = || to_nanos.saturating_sub(DEFAULT_LOOKBACK_NANOS);
        let from_nanos = from_nanos.unwrap_or_else(lookback);
        Self::of(parameters, &V3, redactor, (from_nanos, to_nanos))
    }

    fn of(
        parameters: &Parameters,
        names: &Names,
        redactor: &Redactor,
        (from_nanos, to_nanos): (i64, i64),
    ) -> Result<Self, ApiError> {
        let service = parameters.value(names.service).ok_or_else(|| {
            let name = names.service[0];
            bad(
                format!("parameter '{name}' is required."),
                format!("Write {name}= and one of the services."),
            )
        })?;
        if to_nanos < from_nanos {
            let hint = "Swap them, or leave both out for the last hour.";
            return Err(bad("The time ends before it begins.", hint));
        }
        let limit = parameters.first(names.limit);
        let tags = parameters::tags(parameters, names.tag, names.tags)?;
        let stored = |(key, value): (String, String)| {
            let value = redactor.searchable(&key, &value).unwrap_or(value);
            (key, value)
        };
        Ok(Self {
            service: service.to_owned(),
            operation: parameters.value(names.operation).map(str::to_owned),
            duration_nanos: durations(parameters, names)?,
            tags: tags.into_iter().map(stored).collect(),
            from_nanos,
            to_nanos,
            limit: limit.map_or(Ok(DEFAULT_LIMIT), |given| given.limit(MAX_LIMIT))?,
        })
    }

    /// What the store is asked for. The language of filters can say all but the tags, which may be
    /// those of events and scopes, or what Jaeger makes of kind and status. Where there are tags,
    /// spans have to be looked at here, and summaries alone tell the service: so they are decoded
    /// once, and no more than [`MAX_SEARCHED`].
    fn filter(&self) -> Filter {
        let operation = self.operation.clone().map(Test::operation);
        let duration = self.duration_nanos.map(SpanTest::Duration).map(Test::Span);
        let of_span = operation.into_iter().chain(duration);
        let of_span = of_span.filter(|_| self.tags.is_empty());
        let service = Test::service(self.service.clone());
        let tests = [service].into_iter().chain(of_span);
        let braces = Path {
            first: tests.map(Term::Test).collect(),
            rest: vec![],
        };
        Filter {
            terms: vec![Term::Path(braces)],
        }
    }

    /// What else the index is asked for: tags that are attributes, and nothing that Jaeger makes of
    /// a span.
    fn demand(&self) -> Demand {
        let tags = self.tags.iter().filter(|(key, _)| !convert::is_made(key));
        Demand::all(tags.map(|(key, text)| Demand::attribute(key, text)))
    }

    fn accepts(&self, trace: &Trace) -> bool {
        trace
            .spans
            .iter()
            .any(|span| self.accepts_span(trace, span))
    }

    fn accepts_span(&self, trace: &Trace, span: &Span) -> bool {
        let is_operation = |name: &String| *name == span.name;
        let has = |(key, text): (&String, &String)| convert::has_tag(trace, span, key, text);
        trace.service_of(span) == self.service
            && self.operation.as_ref().is_none_or(is_operation)
            && (self.duration_nanos).is_none_or(|range| range.holds(span.duration_nanos()))
            && self.tags.iter().all(has)
    }

    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub(super) async fn ask(&self, store: &Store) -> Result<Found, ApiError> {
        let has_tags = !self.tags.is_empty();
        let demand = self.demand();
        let mut request = ListRequest {
            filter: self.filter(),
            from_nanos: self.from_nanos,
            to_nanos: self.to_nanos,
            order: ListOrder::Newest,
            after: None,
            limit: if has_tags { PAGE } else { self.limit },
        };
        let (mut summaries, mut looked_at) = (Vec::new(), 0);
        let stopped_after = loop {
            let page = store.list_of(&request, &demand).await?;
            looked_at += page.traces.len();
            if has_tags {
                summaries.extend(self.verified(store, page.traces).await?);
            } else {
                summaries.extend(page.traces);
            }
            if summaries.len() >= self.limit || page.next.is_none() {
                break None;
            }
            if page.stopped_after.is_some() || looked_at >= MAX_SEARCHED {
                break Some(page.stopped_after.unwrap_or(looked_at));
            }
            request.after = page.next;
        };
        summaries.truncate(self.limit);
        Ok(Found {
            summaries,
            stopped_after,
            left_out: 0,
        })
    }

    /// Those that have a span of which all is true.
    async fn verified(
        &self,
        store: &Store,
        mut summaries: Vec<Summary>,
    ) -> Result<Vec<Summary>, ApiError> {
        let mut accepted = Vec::new();
        for batch in batches(&summaries) {
            let traces = whole(store, batch).await?;
            let those = traces.iter().filter(|trace| self.accepts(trace));
            accepted.extend(those.map(|trace| trace.id));
        }
        summaries.retain(|summary| accepted.contains(&summary.trace_id));
        Ok(summaries)
    }
}

fn durations(parameters: &Parameters, names: &Names) -> Result<Option<Range<i64>>, ApiError> {
    let bound = |names: &[&str]| {
        let given = parameters.first(names);
        let nanos = given.map(Given::duration).transpose();
        // None takes less.
        nanos.map(|nanos| nanos.filter(|nanos| *nanos > 0))
    };
    match (bound(names.min_duration)?, bound(names.max_duration)?) {
        (None, None) => Ok(None),
        (Some(least), None) => Ok(Some(Range::Order(Order::AtLeast, least))),
        (None, Some(greatest)) => Ok(Some(Range::Order(Order::AtMost, greatest))),
        (Some(least), Some(greatest)) if least <= greatest => {
            Ok(Some(Range::Between(least, greatest)))
        }
        _ => {
            let (least, greatest) = (names.min_duration[0], names.max_duration[0]);
            Err(bad(
                format!("{greatest} is less than {least}."),
                "Swap them, or leave one out.",
            ))
        }
    }
}

/// The traces that were found, the newest first.
pub(super) struct Found {
    pub(super) summaries: Vec<Summary>,
    /// How many were looked at when the search ended before the time was searched.
    stopped_after: Option<usize>,
    /// How many were found and are not in the answer.
    left_out: usize,
}

impl Found {
    /// Only so many that their spans are no more than [`MAX_SPANS`].
    pub(super) fn within_spans(mut self) -> Self {
        let kept = fitting(&self.summaries, MAX_SPANS);
        self.left_out = self.summaries.len() - kept;
        self.summaries.truncate(kept);
        self
    }

    /// What is not in the answer, in words.
    pub(super) fn more(&self) -> Option<String> {
        let stopped = self.stopped_after.map(|count| {
            format!(
                "the search ended after {count} traces; ask for less time or for more of a span"
            )
        });
        let left_out = (self.left_out > 0).then(|| {
            let Self { left_out, .. } = self;
            format!("{left_out} traces left out: all have more than {MAX_SPANS} spans together")
        });
        let parts: Vec<String> = stopped.into_iter().chain(left_out).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

pub(super) fn ids(summaries: &[Summary]) -> Vec<TraceId> {
    summaries.iter().map(|summary| summary.trace_id).collect()
}

/// The traces of the summaries, in their order.
pub(super) async fn whole(store: &Store, summaries: &[Summary]) -> Result<Vec<Trace>, ApiError> {
    let ids = ids(summaries);
    let traces = store.traces(&ids).await?.into_iter();
    let mut traces: HashMap<TraceId, Trace> = traces.map(|trace| (trace.id, trace)).collect();
    Ok(ids.iter().filter_map(|id| traces.remove(id)).collect())
}

#[cfg(test)]
mod tests {
    use axum::extract::Query;
    use model::dimensions::Dimensions;

    use super::*;
    use crate::ingest::redact::Rules;

    fn question(query: &str) -> Question {
        let uri = format!("/?{query}").parse().expect("an address");
        let Query(parameters) = Query::<Parameters>::try_from_uri(&uri).expect("parameters");
        let redactor = Redactor::new(Rules::default(), b"a key of the tests");
        let question = if query.starts_with("query.") {
            Question::of_v3
        } else {
            Question::of_v1
        };
        question(&parameters, &redactor, 2 * HOUR_NANOS).expect("a question")
    }

    #[test]
    fn both_versions_ask_the_same() {
        let v1 = "service=shop&operation=GET&minDuration=1ms&maxDuration=1m2s&limit=7\
            &tags=%7B%22error%22:%22true%22%7D&start=1000000&end=1999999";
        let v3 = "query.service_name=shop&query.operationName=GET&query.duration_min=1ms\
            &query.durationMax=62s&query.search_depth=7&query.attributes=%7B%22error%22:true%7D\
            &query.startTimeMin=1970-01-01T00:00:01Z&query.start_time_max=1970-01-01T00:00:02Z";
        assert_eq!(question(v1), question(v3));
        assert_eq!(
            question("service=shop&lookback=1h"),
            question("query.serviceName=shop")
        );
    }

    #[test]
    fn the_store_is_asked_for_what_filters_can_say() {
        let printed = |query: &str| question(query).filter().to_string();
        assert_eq!(
            printed("service=shop&operation=GET&minDuration=1ms&maxDuration=2s"),
            "{service:shop operation:GET duration:1ms..2s}"
        );
        assert_eq!(
            printed("service=shop&operation=GET&tag=error:true"),
            "{service:shop}"
        );
        for query in ["service=shop&tag=a:b", "service=shop"] {
            assert!(!question(query).filter().needs_spans(), "{query}");
        }
    }

    #[test]
    fn what_was_made_a_pseudonym_is_asked_for_by_it() {
        let asked = question("service=shop&tag=user.id:alice&tag=plan:alice");
        assert!(asked.tags["user.id"].starts_with('~'), "{asked:?}");
        assert_eq!(asked.tags["plan"], "alice");
    }

    fn found(span_counts: &[usize]) -> Found {
        let summary = |span_count: &usize| Summary {
            trace_id: TraceId::from_slice(&[7; 16]).expect("an id"),
            root_service: String::new(),
            root_operation: String::new(),
            outcome: None,
            start_nanos: 0,
            duration_nanos: 0,
            span_count: *span_count,
            error_count: 0,
            defect_count: 0,
            weight: 1.0,
            services: vec![],
            dimensions: Dimensions::default(),
            flags: vec![],
        };
        Found {
            summaries: span_counts.iter().map(summary).collect(),
            stopped_after: None,
            left_out: 0,
        }
    }

    #[test]
    fn an_answer_has_only_so_many_spans() {
        let all = found(&[60_000, 40_000]).within_spans();
        assert_eq!((all.summaries.len(), all.more()), (2, None));
        let cut = found(&[60_000, 40_001, 1]).within_spans();
        assert_eq!(cut.summaries.len(), 1);
        assert!(cut.more().expect("more").starts_with("2 traces left out"));
        assert_eq!(found(&[200_000, 1]).within_spans().summaries.len(), 1);
        let stopped = Found {
            stopped_after: Some(5_000),
            ..found(&[])
        };
        assert!(stopped.more().expect("more").contains("after 5000 traces"));
    }

    #[test]
    fn spans_are_decoded_in_parts() {
        let found = found(&[15_000, 5_000, 1, 30_000, 2]);
        let counts: Vec<usize> = batches(&found.summaries).map(<[Summary]>::len).collect();
        assert_eq!(counts, [2, 1, 1, 1]);
    }
}
