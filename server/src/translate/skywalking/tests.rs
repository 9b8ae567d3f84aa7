use model::id::hex_from_bytes;
use model::skywalking::{span_id, trace_id};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use proptest::prelude::*;

use super::super::{flag, number};
use super::proto::{
    KeyStringValuePair, Log, RefType, SegmentReference, SpanLayer, SpanObject, SpanType,
};
use super::*;

const TRACE: &str = "a12ff60b-5807-463b-a1f8-fb1c8608219e";

fn pair(key: &str, value: &str) -> KeyStringValuePair {
    KeyStringValuePair {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

/// One that nothing is wrong with.
fn span(id: i32, parent: i32) -> SpanObject {
    SpanObject {
        span_id: id,
        parent_span_id: parent,
        start_time: 1_588_664_577_013,
        end_time: 1_588_664_577_028,
        ..SpanObject::default()
    }
}

fn segment(spans: Vec<SpanObject>) -> SegmentObject {
    SegmentObject {
        trace_id: TRACE.into(),
        trace_segment_id: "own".into(),
        spans,
        service: "till".into(),
        service_instance: "till@1".into(),
        ..SegmentObject::default()
    }
}

fn reference(trace_id: &str, segment_id: &str, span: i32) -> SegmentReference {
    SegmentReference {
        trace_id: trace_id.to_owned(),
        parent_trace_segment_id: segment_id.to_owned(),
        parent_span_id: span,
        ..SegmentReference::default()
    }
}

fn spans_of(translated: &Translated) -> Vec<otlp::Span> {
    let of_resources = translated.request.resource_spans.iter();
    of_resources
        .flat_map(|of_resource| &of_resource.scope_spans)
        .flat_map(|of_scope| of_scope.spans.clone())
        .collect()
}

fn translate_all(segments: Vec<SegmentObject>) -> Vec<otlp::Span> {
    let translated = translate(segments.into());
    assert_eq!(translated.complaints(), Vec::<String>::new());
    spans_of(&translated)
}

fn translate_one(span: SpanObject) -> otlp::Span {
    translate_all(vec![segment(vec![span])]).remove(0)
}

fn attribute(span: &otlp::Span, key: &str) -> Option<KeyValue> {
    let mut attributes = span.attributes.iter();
    attributes.find(|attribute| attribute.key == key).cloned()
}

/// The parent's id; empty for a root.
fn parent_of(span: &otlp::Span) -> String {
    hex_from_bytes(&span.parent_span_id)
}

fn id(segment_id: &str, number: i32) -> String {
    span_id(segment_id, number).unwrap().to_string()
}

#[test]
fn everything_has_its_place() {
    let query = SpanObject {
        operation_name: "Mysql/JDBC/execute".into(),
        peer: "db.example:3306".into(),
        span_type: SpanType::Exit.into(),
        span_layer: SpanLayer::Database.into(),
        component_id: 5,
        is_error: true,
        tags: vec![pair("db.type", "Mysql"), pair("db.statement", "select 1")],
        logs: vec![Log {
            time: 1_588_664_577_020,
            data: vec![
                pair("event", "error"),
                pair("error.kind", "Timeout"),
                pair("message", "too slow"),
                pair("stack", "at Till"),
            ],
        }],
        ..span(1, 0)
    };
    let translated = translate(vec![segment(vec![span(0, -1), query])].into());
    let resource = translated.request.resource_spans[0].resource.clone();
    let expected = [
        text("service.name", "till"),
        text("service.instance.id", "till@1"),
    ];
    assert_eq!(resource.unwrap().attributes, expected);

    let spans = spans_of(&translated);
    let (root, query) = (&spans[0], &spans[1]);
    assert_eq!(parent_of(root), "");
    assert_eq!(hex_from_bytes(&root.span_id), id("own", 0));
    assert_eq!(parent_of(query), id("own", 0));
    assert_eq!(query.trace_id, trace_id(TRACE).unwrap().as_bytes());
    assert_eq!((root.kind, query.kind), (2, 3));
    assert_eq!(query.name, "Mysql/JDBC/execute");
    assert_eq!(query.start_time_unix_nano, 1_588_664_577_013_000_000);
    assert_eq!(query.end_time_unix_nano, 1_588_664_577_028_000_000);
    let status = query.status.as_ref().unwrap();
    assert_eq!((status.code, status.message.as_str()), (2, "too slow"));
    let expected = [
        text("db.query.text", "select 1"),
        text("db.system.name", "mysql"),
        text("server.address", "db.example"),
        number("server.port", 3_306),
        number("skywalking.component_id", 5),
        text("skywalking.layer", "Database"),
        text("skywalking.segment_id", "own"),
        number("skywalking.span_id", 1),
        text("skywalking.trace_id", TRACE),
    ];
    assert_eq!(query.attributes, expected);
    let event = &query.events[0];
    assert_eq!(event.name, "exception");
    assert_eq!(event.time_unix_nano, 1_588_664_577_020_000_000);
    let expected = [
        text("exception.message", "too slow"),
        text("exception.stacktrace", "at Till"),
        text("exception.type", "Timeout"),
    ];
    assert_eq!(event.attributes, expected);
}

#[test]
fn messages_are_produced_and_consumed() {
    let of = |span_type: SpanType, layer: SpanLayer| {
        let span = SpanObject {
            span_type: span_type.into(),
            span_layer: layer.into(),
            ..span(0, -1)
        };
        translate_one(span).kind
    };
    assert_eq!(of(SpanType::Entry, SpanLayer::Http), 2);
    assert_eq!(of(SpanType::Exit, SpanLayer::Http), 3);
    assert_eq!(of(SpanType::Exit, SpanLayer::Mq), 4);
    assert_eq!(of(SpanType::Entry, SpanLayer::Mq), 5);
    assert_eq!(of(SpanType::Local, SpanLayer::Mq), 1);
}

#[test]
fn the_first_reference_into_the_trace_is_the_parent_and_others_are_links() {
    let thread = SegmentReference {
        ref_type: RefType::CrossThread.into(),
        parent_service: "till".into(),
        ..reference("", "third", 4)
    };
    let refs = vec![
        reference("other", "first", 2),
        reference(TRACE, "second", 3),
        thread,
        reference(TRACE, "", 0),
    ];
    let consumed = translate_one(SpanObject {
        refs,
        ..span(0, -1)
    });
    assert_eq!(parent_of(&consumed), id("second", 3));
    let ref_type = attribute(&consumed, "skywalking.ref_type");
    assert_eq!(ref_type, Some(text("skywalking.ref_type", "CrossProcess")));
    let links: Vec<(String, String)> = consumed
        .links
        .iter()
        .map(|link| {
            (
                hex_from_bytes(&link.trace_id),
                hex_from_bytes(&link.span_id),
            )
        })
        .collect();
    let trace = |text| trace_id(text).unwrap().to_string();
    let expected = [
        (trace("other"), id("first", 2)),
        (trace(TRACE), id("third", 4)),
    ];
    assert_eq!(links, expected);
    let expected = [
        text("skywalking.ref_type", "CrossThread"),
        text("skywalking.parent_service", "till"),
    ];
    assert_eq!(consumed.links[1].attributes, expected);
}

#[test]
fn a_parent_in_the_segment_comes_before_references() {
    let refs = vec![reference(TRACE, "second", 3)];
    let inner = translate_one(SpanObject { refs, ..span(1, 0) });
    assert_eq!(parent_of(&inner), id("own", 0));
    assert_eq!(hex_from_bytes(&inner.links[0].span_id), id("second", 3));
}

#[test]
fn a_trace_that_another_tracer_began_keeps_its_ids() {
    let trace = "4BF92F3577B34DA6A3CE929D0E0E4736";
    let refs = vec![reference(trace, "00f067aa0ba902b7", 0)];
    let mut segment = segment(vec![SpanObject {
        refs,
        ..span(0, -1)
    }]);
    trace.clone_into(&mut segment.trace_id);
    let entry = translate_all(vec![segment]).remove(0);
    assert_eq!(hex_from_bytes(&entry.trace_id), trace.to_ascii_lowercase());
    assert_eq!(parent_of(&entry), "00f067aa0ba902b7");
    assert_eq!(attribute(&entry, "skywalking.trace_id"), None);
}

#[test]
fn what_an_agent_left_out_is_marked_where_its_segment_begins() {
    let mut segment = segment(vec![span(0, -1), span(1, 0)]);
    segment.is_size_limited = true;
    let spans = translate_all(vec![segment]);
    let key = "skywalking.is_size_limited";
    assert_eq!(attribute(&spans[0], key), Some(flag(key, true)));
    assert_eq!(attribute(&spans[1], key), None);
}

#[test]
fn logs_become_events() {
    let log = |data| Log { time: 7, data };
    let span = translate_one(SpanObject {
        is_error: true,
        logs: vec![
            log(vec![pair("event", "retry"), pair("message", "again")]),
            log(vec![pair("rows", "7")]),
            log(vec![pair("Traceback", "File 1\n  ValueError: no\n\n")]),
        ],
        ..span(0, -1)
    });
    let names: Vec<&str> = span.events.iter().map(|event| &*event.name).collect();
    assert_eq!(names, ["retry", "log", "exception"]);
    assert_eq!(span.events[0].attributes, [text("message", "again")]);
    let stack = [text("exception.stacktrace", "File 1\n  ValueError: no\n\n")];
    assert_eq!(span.events[2].attributes, stack);
    // What is said in passing is not what failed.
    assert_eq!(span.status.unwrap().message, "ValueError: no");
}

#[test]
fn what_cannot_be_used_is_counted_and_its_neighbours_stay() {
    let late = i64::MAX / 1_000_000 + 1;
    let of = |start_time, end_time| SpanObject {
        start_time,
        end_time,
        ..span(1, 0)
    };
    let times = vec![
        of(0, 0),
        of(-1, 7),
        of(late, 7),
        of(7, -1),
        of(7, i64::MAX),
        of(7, 0),
        of(late - 1, late - 1),
        span(-7, -1),
    ];
    let nameless = SegmentObject {
        trace_segment_id: String::new(),
        ..segment(vec![span(0, -1)])
    };
    let traceless = SegmentObject {
        trace_id: String::new(),
        ..segment(vec![span(0, -1), span(1, 0)])
    };
    let translated = translate(vec![segment(times), nameless, traceless].into());
    assert_eq!(spans_of(&translated).len(), 2);
    let expected = [
        "2 spans rejected: the segment has no trace id",
        "1 span rejected: the segment has no id",
        "1 span rejected: span id is negative",
        "3 spans rejected: start time is missing, before 1970 or after the year 2262",
        "2 spans rejected: end time is before 1970 or after the year 2262",
    ];
    assert_eq!(translated.complaints(), expected);
}

#[test]
fn json_says_the_same_as_protobuf() {
    let json = br#"{"traceId":"a12ff60b-5807-463b-a1f8-fb1c8608219e","traceSegmentId":"own",
        "service":"till","serviceInstance":"till@1","isSizeLimited":null,"whatever":[1],
        "spans":[{"spanId":0,"parentSpanId":"-1","startTime":"1588664577013","endTime":1.588664577028e12,
            "spanType":"Exit","spanLayer":"MQ","componentId":"41","peer":null,"isError":false,
            "operationName":"send","skipAnalysis":true,"logs":null,"refs":[],
            "tags":[{"key":"http.status_code","value":200},{"key":"none","value":null}]},
           {"spanId":1,"startTime":1588664577013,"spanType":2,"spanLayer":"New"}]}"#;
    let read = Segments::from_json(json).unwrap().read.remove(0);
    let send = SpanObject {
        operation_name: "send".into(),
        span_type: SpanType::Exit.into(),
        span_layer: SpanLayer::Mq.into(),
        component_id: 41,
        tags: vec![pair("http.status_code", "200"), pair("none", "")],
        ..span(0, -1)
    };
    let inner = SpanObject {
        end_time: 0,
        span_type: SpanType::Local.into(),
        span_layer: -1,
        ..span(1, 0)
    };
    let expected = segment(vec![send, inner]);
    assert_eq!(read, expected);
    let message = Bytes::from(expected.encode_to_vec());
    let damaged = Bytes::from_static(&[0xff]);
    let decoded = Segments::from_messages(&[damaged, message]);
    assert_eq!((decoded.read, decoded.unreadable), (vec![expected], 1));
}

#[test]
fn what_is_no_segment_costs_itself_only() {
    let body = br#"[{"traceId":"1","traceSegmentId":"2"},7,{"spans":[{"spanId":0.5}]}]"#;
    let segments = Segments::from_json_list(body).unwrap();
    assert_eq!((segments.read.len(), segments.unreadable), (1, 2));
    let complaint = translate(segments).complaints().remove(0);
    assert!(
        complaint.starts_with("2 elements rejected: invalid type: integer `7`"),
        "{complaint}"
    );
    for body in ["", "{}", "7", "[", &"[".repeat(100_000)] {
        assert!(Segments::from_json_list(body.as_bytes()).is_err());
    }
    for number in ["0.5", "4294967296", "1e300", "\"x\"", "[]", "NaN"] {
        let body = format!(r#"{{"spans":[{{"spanId":{number}}}]}}"#);
        assert!(Segments::from_json(body.as_bytes()).is_err(), "{number}");
    }
}

fn any_reference() -> impl Strategy<Value = SegmentReference> {
    let trace_id = prop_oneof![Just(TRACE.to_owned()), "[0-9a-f]{32}", ".{0,4}"];
    let segment_id = prop_oneof!["[0-9a-f]{16}", ".{0,4}"];
    (any::<i32>(), trace_id, segment_id, any::<i32>()).prop_map(
        |(ref_type, trace_id, segment_id, span)| SegmentReference {
            ref_type,
            ..reference(&trace_id, &segment_id, span)
        },
    )
}

fn any_span() -> impl Strategy<Value = SpanObject> {
    let pairs = prop::collection::vec((".{0,4}", ".{0,4}"), 0..4);
    (
        any::<(i32, i32, i64, i64, i32, i32, bool)>(),
        ".{0,8}",
        pairs,
        prop::collection::vec(any_reference(), 0..4),
    )
        .prop_map(|(numbers, words, pairs, refs)| {
            let (span_id, parent_span_id, start_time, end_time, span_type, layer, is_error) =
                numbers;
            let data: Vec<_> = pairs.iter().map(|(key, value)| pair(key, value)).collect();
            SpanObject {
                span_id,
                parent_span_id,
                start_time,
                end_time,
                refs,
                operation_name: words.clone(),
                peer: words,
                span_type,
                span_layer: layer,
                component_id: layer,
                is_error,
                tags: data.clone(),
                logs: vec![Log {
                    time: end_time,
                    data,
                }],
            }
        })
}

fn any_segment() -> impl Strategy<Value = SegmentObject> {
    let spans = prop::collection::vec(any_span(), 0..6);
    (".{0,4}", ".{0,4}", spans).prop_map(|(trace_id, segment_id, spans)| SegmentObject {
        trace_id,
        trace_segment_id: segment_id,
        ..segment(spans)
    })
}

proptest! {
    #[test]
    fn each_span_is_kept_or_counted(segments in prop::collection::vec(any_segment(), 0..4)) {
        let sent: usize = segments.iter().map(|segment| segment.spans.len()).sum();
        let translated = translate(segments.into());
        let kept = spans_of(&translated);
        let rejected: usize = translated.rejected.values().sum();
        prop_assert_eq!(kept.len() + rejected, sent);
        for span in kept {
            prop_assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
            prop_assert!(matches!(span.parent_span_id.len(), 0 | 8));
            prop_assert!(i64::try_from(span.start_time_unix_nano).is_ok_and(|start| start > 0));
            prop_assert!(i64::try_from(span.end_time_unix_nano).is_ok());
        }
    }

    #[test]
    fn damage_is_no_segment_or_another(
        segment in any_segment(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let mut message = segment.encode_to_vec();
        for (at, byte) in damage {
            let at = at.index(message.len());
            message[at] = byte;
        }
        translate(Segments::from_messages(&[message.into()]));
    }
}
