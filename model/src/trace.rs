//! A whole trace: its spans as a forest, with everything that is wrong about it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::defect::Defect;
use crate::id::{SpanId, TraceId};
use crate::log::LogEvent;
use crate::propagation::{self, Recorded};
use crate::span::{Kind, Resource, Scope, Span, UNKNOWN_SERVICE};

/// Where a span stands in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Index of the parent span; none for a root, and for an orphan shown as one.
    pub parent: Option<usize>,
    /// 0 for a root.
    pub depth: usize,
    /// How many spans follow in pre-order that are below this one.
    pub descendants: usize,
}

/// The spans of one trace in pre-order: a parent stands before its children, and children
/// stand by start time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    pub id: TraceId,
    pub resources: Vec<Resource>,
    pub scopes: Vec<Scope>,
    pub spans: Vec<Span>,
    /// One for each span, by the same index.
    pub nodes: Vec<Node>,
    pub defects: Vec<Defect>,
}

impl Trace {
    /// Joins spans into a trace. It never fails: what does not fit becomes a defect, and every
    /// span stays visible.
    ///
    /// Spans that agree in id and content are one span that arrived twice. Where only the id
    /// agrees the first is kept.
    #[must_use]
    pub fn build(
        id: TraceId,
        resources: Vec<Resource>,
        scopes: Vec<Scope>,
        spans: Vec<Span>,
    ) -> Self {
        let mut defects = BTreeSet::new();
        let spans = without_duplicates(spans, &mut defects);
        let handed_on = handed_on(id, &spans, &mut defects);
        let parents = parents(&spans, &resources, &handed_on, &mut defects);
        let (order, nodes) = pre_order(&spans, &parents);
        let mut slots: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
        let spans = order
            .iter()
            .filter_map(|&index| slots[index].take())
            .collect();
        Self {
            id,
            resources,
            scopes,
            spans,
            nodes,
            defects: defects.into_iter().collect(),
        }
    }

    /// Adds log records to the events of the spans that they name, by time. Those that name none,
    /// or one that is not there, are events of [`Self::root`].
    #[must_use]
    pub fn with_logs(mut self, logs: Vec<LogEvent>) -> Self {
        let Some(root) = self.root_position() else {
            return self;
        };
        let spans = self.spans.iter().zip(0..);
        let positions: HashMap<SpanId, usize> =
            spans.map(|(span, position)| (span.id, position)).collect();
        let mut changed = BTreeSet::new();
        for LogEvent { span_id, event } in logs {
            let named = span_id.and_then(|id| positions.get(&id));
            let position = named.copied().unwrap_or(root);
            self.spans[position].events.push(event);
            changed.insert(position);
        }
        for position in changed {
            let events = &mut self.spans[position].events;
            events.sort_by_key(|event| event.time_nanos);
        }
        self
    }

    /// The span that speaks for the trace: the root, or the earliest of several;
    /// without a root, the earliest orphan. None only when the trace has no spans.
    #[must_use]
    pub fn root(&self) -> Option<&Span> {
        Some(&self.spans[self.root_position()?])
    }

    /// Where [`Self::root`] stands.
    #[must_use]
    pub fn root_position(&self) -> Option<usize> {
        let tops = (0..self.spans.len()).filter(|&top| self.nodes[top].parent.is_none());
        tops.min_by_key(|&top| {
            (
                self.spans[top].parent_id.is_some(),
                self.spans[top].start_nanos,
            )
        })
    }

    #[must_use]
    pub fn resource_of(&self, span: &Span) -> &Resource {
        &self.resources[span.resource]
    }

    #[must_use]
    pub fn service_of(&self, span: &Span) -> &str {
        self.resource_of(span).service()
    }

    #[must_use]
    pub fn span(&self, id: SpanId) -> Option<&Span> {
        Some(&self.spans[self.position(id)?])
    }

    /// Where the span of that id stands.
    #[must_use]
    pub fn position(&self, id: SpanId) -> Option<usize> {
        self.spans.iter().position(|span| span.id == id)
    }

    /// The positions of the spans right below one, by start time.
    pub fn children(&self, position: usize) -> impl Iterator<Item = usize> {
        let end = position + self.nodes[position].descendants;
        let mut next = position + 1;
        std::iter::from_fn(move || {
            let child = (next <= end).then_some(next)?;
            next += self.nodes[child].descendants + 1;
            Some(child)
        })
    }

    /// The names of all services in it, sorted.
    #[must_use]
    pub fn services(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self
            .spans
            .iter()
            .map(|span| self.service_of(span))
            .collect();
        names.into_iter().map(str::to_owned).collect()
    }
}

fn without_duplicates(spans: Vec<Span>, defects: &mut BTreeSet<Defect>) -> Vec<Span> {
    let mut first: HashMap<SpanId, usize> = HashMap::with_capacity(spans.len());
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        if let Some(&index) = first.get(&span.id) {
            if kept[index] != span {
                defects.insert(Defect::DuplicateId { span: span.id });
            }
            continue;
        }
        first.insert(span.id, kept.len());
        kept.push(span);
    }
    kept
}

/// Under which id, other than its own, a span was handed on: one that has recorded the `sw8` that
/// it sent is the parent of whatever names the span of that `sw8`.
fn handed_on(
    trace_id: TraceId,
    spans: &[Span],
    defects: &mut BTreeSet<Defect>,
) -> HashMap<SpanId, SpanId> {
    let mut handed_on = HashMap::new();
    for span in spans {
        for recorded in propagation::recorded(&span.attributes) {
            match recorded {
                Ok(Recorded::Sw8(context)) if context.trace_id == trace_id => {
                    if matches!(span.kind, Kind::Client | Kind::Producer) {
                        handed_on.insert(context.span_id, span.id);
                    }
                }
                Ok(_) => {}
                Err(malformed) => {
                    let span = span.id;
                    defects.insert(Defect::Context { span, malformed });
                }
            }
        }
    }
    handed_on
}

/// For each span the index of its parent, without cycles.
fn parents(
    spans: &[Span],
    resources: &[Resource],
    handed_on: &HashMap<SpanId, SpanId>,
    defects: &mut BTreeSet<Defect>,
) -> Vec<Option<usize>> {
    let index_of: HashMap<SpanId, usize> = spans
        .iter()
        .enumerate()
        .map(|(index, span)| (span.id, index))
        .collect();
    let mut parents = Vec::with_capacity(spans.len());
    for span in spans {
        if span.duration_nanos() < 0 {
            defects.insert(Defect::NegativeDuration { span: span.id });
        }
        let named = span.parent_id.and_then(|id| {
            let own_id = handed_on.get(&id);
            index_of.get(&id).or_else(|| index_of.get(own_id?)).copied()
        });
        let parent = named.map(|named| {
            let server = index_of.get(&spans[named].id.shared_server());
            let server = server.filter(|&&server| {
                is_call(&spans[named], span, resources)
                    && service(&spans[server], resources) == service(span, resources)
            });
            server.copied().unwrap_or(named)
        });
        if let (Some(id), None) = (span.parent_id, parent) {
            defects.insert(Defect::MissingParent {
                span: span.id,
                parent: id,
            });
        }
        parents.push(parent);
    }
    if !spans.is_empty() && spans.iter().all(|span| span.parent_id.is_some()) {
        defects.insert(Defect::MissingRoot);
    }
    cut_cycles(spans, &mut parents, defects);
    parents
}

/// Whether a span that is no server's names a client's span of another service as its parent.
///
/// In OpenTelemetry that does not happen. In Zipkin, where client and server have one id between
/// them ([`SpanId::shared_server`]), the spans within the server name that id, and mean the
/// server's span.
fn is_call(parent: &Span, child: &Span, resources: &[Resource]) -> bool {
    parent.kind == Kind::Client
        && !matches!(child.kind, Kind::Server | Kind::Consumer)
        && service(parent, resources) != service(child, resources)
}

fn service<'a>(span: &Span, resources: &'a [Resource]) -> &'a str {
    resources
        .get(span.resource)
        .map_or(UNKNOWN_SERVICE, Resource::service)
}

/// Walks up from each span; a walk that meets itself is a cycle, cut above its earliest span.
fn cut_cycles(spans: &[Span], parents: &mut [Option<usize>], defects: &mut BTreeSet<Defect>) {
    const UNSEEN: usize = usize::MAX;
    let mut walk_of = vec![UNSEEN; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while walk_of[at] == UNSEEN {
            walk_of[at] = start;
            let Some(parent) = parents[at] else { break };
            at = parent;
        }
        if walk_of[at] != start || parents[at].is_none() {
            continue;
        }
        let members =
            std::iter::successors(Some(at), |&member| parents[member].filter(|&p| p != at));
        let cut = members.min_by_key(|&member| (spans[member].start_nanos, spans[member].id));
        if let Some(cut) = cut {
            parents[cut] = None;
            defects.insert(Defect::Cycle {
                span: spans[cut].id,
            });
        }
    }
}

/// The indices of the spans in pre-order, and the node of each in that order.
fn pre_order(spans: &[Span], parents: &[Option<usize>]) -> (Vec<usize>, Vec<Node>) {
    let mut children: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (index, &parent) in parents.iter().enumerate() {
        children.entry(parent).or_default().push(index);
    }
    for siblings in children.values_mut() {
        // The last is taken first from the stack below.
        siblings
            .sort_by_key(|&index| std::cmp::Reverse((spans[index].start_nanos, spans[index].id)));
    }
    let mut order = Vec::with_capacity(spans.len());
    let mut nodes: Vec<Node> = Vec::with_capacity(spans.len());
    let mut stack: Vec<(usize, Option<usize>)> = Vec::new();
    let roots = children.remove(&None).unwrap_or_default();
    stack.extend(roots.into_iter().map(|root| (root, None)));
    while let Some((index, parent)) = stack.pop() {
        let position = order.len();
        let depth = parent.map_or(0, |parent: usize| nodes[parent].depth + 1);
        order.push(index);
        nodes.push(Node {
            parent,
            depth,
            descendants: 0,
        });
        let below = children.remove(&Some(index)).unwrap_or_default();
        stack.extend(below.into_iter().map(|child| (child, Some(position))));
    }
    for position in (0..nodes.len()).rev() {
        if let Some(parent) = nodes[position].parent {
            nodes[parent].descendants += nodes[position].descendants + 1;
        }
    }
    (order, nodes)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::attribute::{Attribute, Value};
    use crate::span::{Event, Kind, SERVICE_NAME, Status};
    use proptest::prelude::*;

    pub(crate) fn span_id(n: u64) -> SpanId {
        SpanId::from_slice(&n.to_be_bytes()).expect("not zero")
    }

    pub(crate) fn trace_id() -> TraceId {
        TraceId::from_slice(&[7; 16]).expect("not zero")
    }

    /// A span of 10 ns that starts at `start`, with parent 0 for a root.
    pub(crate) fn span(id: u64, parent: u64, start: i64) -> Span {
        Span {
            id: span_id(id),
            parent_id: (parent != 0).then(|| span_id(parent)),
            name: format!("span {id}"),
            kind: Kind::Internal,
            start_nanos: start,
            end_nanos: start + 10,
            status: Status::default(),
            trace_state: String::new(),
            attributes: vec![],
            events: vec![],
            links: vec![],
            resource: 0,
            scope: 0,
        }
    }

    pub(crate) fn text(key: &str, value: &str) -> Attribute {
        Attribute {
            key: key.into(),
            value: Value::String(value.into()),
        }
    }

    pub(crate) fn resource(service: &str) -> Resource {
        Resource {
            attributes: vec![text(SERVICE_NAME, service)],
        }
    }

    pub(crate) fn build(spans: Vec<Span>) -> Trace {
        Trace::build(
            trace_id(),
            vec![resource("a"), resource("b")],
            vec![Scope::default()],
            spans,
        )
    }

    fn outline(trace: &Trace) -> String {
        let line = |(span, node): (&Span, &Node)| {
            format!(
                "{}{}+{}",
                " ".repeat(node.depth),
                span.name,
                node.descendants
            )
        };
        trace
            .spans
            .iter()
            .zip(&trace.nodes)
            .map(line)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn parents_stand_before_children_and_siblings_by_start() {
        let trace = build(vec![
            span(4, 2, 30),
            span(3, 1, 50),
            span(2, 1, 20),
            span(1, 0, 10),
        ]);
        assert_eq!(
            outline(&trace),
            "span 1+3\n span 2+1\n  span 4+0\n span 3+0"
        );
        assert_eq!(trace.defects, vec![]);
    }

    #[test]
    fn an_orphan_is_shown_and_named() {
        let trace = build(vec![span(1, 0, 10), span(3, 2, 20)]);
        assert_eq!(outline(&trace), "span 1+0\nspan 3+0");
        let missing = Defect::MissingParent {
            span: span_id(3),
            parent: span_id(2),
        };
        assert_eq!(trace.defects, vec![missing]);
        assert_eq!(trace.root().map(|root| root.id), Some(span_id(1)));
    }

    #[test]
    fn without_a_root_the_earliest_orphan_speaks() {
        let trace = build(vec![span(3, 9, 20), span(2, 9, 5)]);
        assert!(trace.defects.contains(&Defect::MissingRoot));
        assert_eq!(trace.root().map(|root| root.id), Some(span_id(2)));
    }

    #[test]
    fn a_cycle_is_cut_above_its_earliest_span() {
        let trace = build(vec![
            span(1, 0, 1),
            span(2, 4, 30),
            span(3, 2, 20),
            span(4, 3, 40),
            span(5, 4, 50),
        ]);
        assert_eq!(
            outline(&trace),
            "span 1+0\nspan 3+3\n span 4+2\n  span 2+0\n  span 5+0"
        );
        assert_eq!(trace.defects, vec![Defect::Cycle { span: span_id(3) }]);
        let own_parent = build(vec![span(1, 1, 1)]);
        assert!(
            own_parent
                .defects
                .contains(&Defect::Cycle { span: span_id(1) })
        );
    }

    #[test]
    fn spans_within_a_shared_server_span_hang_on_it() {
        let call = Span {
            kind: Kind::Client,
            ..span(1, 0, 0)
        };
        let shared = Span {
            id: span_id(1).shared_server(),
            parent_id: Some(span_id(1)),
            kind: Kind::Server,
            resource: 1,
            ..span(2, 0, 1)
        };
        let of_client = span(3, 1, 2);
        let of_server = Span {
            resource: 1,
            ..span(4, 1, 3)
        };
        let trace = build(vec![call, shared, of_client, of_server]);
        assert_eq!(
            outline(&trace),
            "span 1+3\n span 2+1\n  span 4+0\n span 3+0"
        );
    }

    fn header(name: &str, value: &str) -> Attribute {
        Attribute {
            key: format!("http.request.header.{name}"),
            value: Value::Array(vec![Value::String(value.into())]),
        }
    }

    #[test]
    fn what_went_on_by_sw8_finds_the_span_that_sent_it() {
        // Trace 07…07, segment "s", span 2.
        let sw8 = "1-MDcwNzA3MDcwNzA3MDcwNzA3MDcwNzA3MDcwNzA3MDc=-cw==-2-YQ==-YQ==-YQ==-YQ==";
        let sender = Span {
            kind: Kind::Client,
            attributes: vec![header("sw8", sw8)],
            ..span(1, 0, 0)
        };
        let mut child = span(2, 0, 1);
        child.parent_id = crate::skywalking::span_id("s", 2);
        assert_eq!(outline(&build(vec![sender, child])), "span 1+1\n span 2+0");
    }

    #[test]
    fn a_damaged_context_is_explained() {
        let sender = Span {
            attributes: vec![header("sw8", "1-a-b"), header("traceparent", "00-1-2-3")],
            ..span(1, 0, 0)
        };
        let words: Vec<String> = build(vec![sender])
            .defects
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            words[0],
            "The recorded sw8 is malformed: 3 fields, 8 expected"
        );
        assert!(words[1].contains("the trace id is not 32"), "{words:?}");
    }

    #[test]
    fn the_same_span_twice_is_one() {
        let mut other = span(1, 0, 10);
        other.name = "renamed".into();
        let trace = build(vec![span(1, 0, 10), span(1, 0, 10)]);
        assert_eq!((trace.spans.len(), trace.defects.len()), (1, 0));
        let trace = build(vec![span(1, 0, 10), other]);
        assert_eq!(
            trace.defects,
            vec![Defect::DuplicateId { span: span_id(1) }]
        );
    }

    #[test]
    fn a_trace_of_any_depth_is_built() {
        let chain = (1..=100_000).map(|n| span(n, n - 1, 0)).collect();
        assert_eq!(build(chain).nodes[0].descendants, 99_999);
        assert_eq!(build(vec![]).root(), None);
    }

    fn log_at(span_id: Option<SpanId>, time_nanos: i64) -> LogEvent {
        let event = Event {
            time_nanos,
            name: format!("log at {time_nanos}"),
            attributes: vec![],
        };
        LogEvent { span_id, event }
    }

    #[test]
    fn log_records_are_events_of_their_spans() {
        let child = Span {
            events: vec![log_at(None, 15).event],
            ..span(2, 1, 10)
        };
        let trace = build(vec![span(1, 0, 0), child]);
        let trace = trace.with_logs(vec![
            log_at(Some(span_id(2)), 18),
            log_at(Some(span_id(2)), 12),
            log_at(Some(span_id(9)), 4),
            log_at(None, 3),
        ]);
        let times = |position: usize| {
            let events = trace.spans[position].events.iter();
            events.map(|event| event.time_nanos).collect::<Vec<_>>()
        };
        assert_eq!(times(0), [3, 4], "nobody else's");
        assert_eq!(times(1), [12, 15, 18]);
        let empty = build(vec![]).with_logs(vec![log_at(None, 3)]);
        assert_eq!(empty.spans, []);
    }

    proptest! {
        #[test]
        fn every_span_is_kept_once_and_below_its_parent(
            links in prop::collection::vec((1_u64..20, 0_u64..20, 0_i64..9), 0..40),
        ) {
            let ids: BTreeSet<u64> = links.iter().map(|link| link.0).collect();
            let trace = build(links.into_iter().map(|(id, parent, at)| span(id, parent, at)).collect());
            let found: BTreeSet<SpanId> = trace.spans.iter().map(|span| span.id).collect();
            prop_assert_eq!(found.len(), trace.spans.len());
            prop_assert_eq!(found, ids.into_iter().map(span_id).collect());
            for (position, node) in trace.nodes.iter().enumerate() {
                let Some(parent) = node.parent else { continue };
                prop_assert!(parent < position && position <= parent + trace.nodes[parent].descendants);
                prop_assert_eq!(trace.spans[position].parent_id, Some(trace.spans[parent].id));
            }
        }
    }
}
