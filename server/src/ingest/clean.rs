//! Looking at spans one by one: a bad one is left out and counted, its neighbours stay; what must
//! not be stored is taken out of them.

use std::borrow::Cow;

use model::id::TraceId;
use model::otlp::Batch;
use model::otlp::batch::SpanBytes;
use model::otlp::judge::{Reason, judge};
use model::otlp::wire::WireError;
use store::shard;

use super::redact::{Counts, Redactor, Verdict};
use super::rejected::Rejected;

/// Spans of one shard.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) shard: i16,
    pub(crate) span_count: usize,
    /// `TracesData`.
    pub(crate) message: Vec<u8>,
}

/// What a request was left with.
#[derive(Debug, Default)]
pub(crate) struct Cleaned {
    pub(crate) parts: Vec<Part>,
    pub(super) rejected: Rejected<Reason>,
    pub(crate) redacted: Counts,
}

/// A span that is accepted.
struct Accepted<'a> {
    shard: i16,
    scope: u32,
    /// As they came, unless something had to be taken out.
    bytes: Cow<'a, [u8]>,
}

/// Looks at every span of an `ExportTraceServiceRequest`, and takes out what must not be stored.
///
/// # Errors
/// When it is not one, or what it says above its spans is damaged.
pub(crate) fn clean(request: &[u8], redactor: &Redactor) -> Result<Cleaned, WireError> {
    let mut batch = Batch::read(request)?;
    batch.check_heads()?;
    let mut cleaned = Cleaned::default();
    let mut accepted = Vec::with_capacity(batch.spans.len());
    for span in &batch.spans {
        match look_at(span.bytes, redactor) {
            Ok(judged) => accepted.push(judged.accept(span, redactor, &mut cleaned.redacted)),
            Err(reason) => cleaned.rejected.add(reason),
        }
    }
    if accepted.is_empty() {
        return Ok(cleaned);
    }
    batch.map_resource_heads(|head| redactor.resource_head(head, &mut cleaned.redacted));
    batch.map_scope_heads(|head| redactor.scope_head(head, &mut cleaned.redacted));
    accepted.sort_by_key(|span| (span.shard, batch.resource_of(span.scope), span.scope));
    let of_shards = accepted.chunk_by(|left, right| left.shard == right.shard);
    cleaned.parts = of_shards.map(|spans| part(&batch, spans)).collect();
    Ok(cleaned)
}

/// Spans of one shard.
fn part(batch: &Batch<'_>, spans: &[Accepted<'_>]) -> Part {
    let bytes: Vec<SpanBytes<'_>> = spans
        .iter()
        .map(|span| SpanBytes {
            scope: span.scope,
            bytes: &span.bytes,
        })
        .collect();
    let mut message = Vec::new();
    batch.write(&bytes, &mut message);
    Part {
        shard: spans[0].shard,
        span_count: spans.len(),
        message,
    }
}

/// A span that is as it should be.
struct Judged {
    trace_id: TraceId,
    verdict: Verdict,
}

impl Judged {
    fn accept<'a>(
        &self,
        span: &SpanBytes<'a>,
        redactor: &Redactor,
        counts: &mut Counts,
    ) -> Accepted<'a> {
        let new = redactor.span(span.bytes, self.verdict, counts);
        Accepted {
            shard: shard::of(self.trace_id),
            scope: span.scope,
            bytes: new.map_or(Cow::Borrowed(span.bytes), Cow::Owned),
        }
    }
}

fn look_at(span: &[u8], redactor: &Redactor) -> Result<Judged, Reason> {
    let mut suspicion = redactor.suspicion(span);
    let trace_id = judge(span, &mut suspicion)?;
    Ok(Judged {
        trace_id,
        verdict: suspicion.verdict(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::redact::Rules;
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
    use opentelemetry_proto::tonic::trace::v1::{
        ResourceSpans, ScopeSpans, Span, Status, TracesData, span,
    };
    use proptest::prelude::*;
    use prost::Message;
    use std::sync::LazyLock;

    /// Cleans by the default rules.
    fn defaults(request: &[u8]) -> Result<Cleaned, WireError> {
        // Made once: compiling its expressions takes long without optimisation.
        static REDACTOR: LazyLock<Redactor> =
            LazyLock::new(|| Redactor::new(Rules::default(), b"key"));
        clean(request, &REDACTOR)
    }

    fn good() -> Span {
        Span {
            trace_id: vec![1; 16],
            span_id: vec![1; 8],
            start_time_unix_nano: 1,
            ..Span::default()
        }
    }

    fn request(spans: Vec<Span>) -> Vec<u8> {
        let scope_spans = vec![ScopeSpans {
            spans,
            ..ScopeSpans::default()
        }];
        let resource_spans = vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }];
        ExportTraceServiceRequest { resource_spans }.encode_to_vec()
    }

    fn spans_of(cleaned: &Cleaned) -> Vec<Span> {
        let parts = cleaned.parts.iter();
        let data = parts.map(|part| {
            let data = TracesData::decode(part.message.as_slice()).expect("what any reader reads");
            let of_scopes = data.resource_spans.into_iter();
            let spans: Vec<Span> = of_scopes
                .flat_map(|of_resource| of_resource.scope_spans)
                .flat_map(|of_scope| of_scope.spans)
                .collect();
            assert_eq!(spans.len(), part.span_count);
            spans
        });
        data.flatten().collect()
    }

    #[test]
    fn a_bad_span_goes_and_its_neighbours_stay() {
        let bad = |change: fn(&mut Span)| {
            let mut span = good();
            change(&mut span);
            span
        };
        let request = request(vec![
            good(),
            bad(|span| span.trace_id = vec![1; 15]),
            bad(|span| span.trace_id = vec![0; 16]),
            bad(|span| span.span_id = vec![]),
            bad(|span| span.parent_span_id = vec![1; 7]),
            bad(|span| span.start_time_unix_nano = 0),
            bad(|span| span.end_time_unix_nano = u64::MAX),
            bad(|span| span.parent_span_id = vec![0; 8]),
        ]);
        let cleaned = defaults(&request).unwrap();
        assert_eq!((spans_of(&cleaned).len(), cleaned.rejected.count()), (2, 6));
        assert!(cleaned.rejected.iter().any(|of| of == (Reason::TraceId, 2)));
        assert!(
            cleaned
                .rejected
                .message("span")
                .starts_with("2 spans rejected: trace id is not 16 bytes")
        );
    }

    #[test]
    fn a_damaged_span_costs_itself_only() {
        let mut request = request(vec![
            good(),
            Span {
                name: "tap".into(),
                ..good()
            },
        ]);
        let at = request
            .windows(3)
            .position(|window| window == b"tap")
            .unwrap();
        request[at] = 0xff;
        let cleaned = defaults(&request).unwrap();
        assert_eq!(spans_of(&cleaned), [good()]);
        assert_eq!(
            cleaned.rejected.message("span"),
            "1 span rejected: its encoding is damaged: field 5 is not valid UTF-8"
        );
    }

    #[test]
    fn nothing_is_left_of_a_request_without_a_good_span() {
        let cleaned = defaults(&request(vec![Span::default()])).unwrap();
        assert_eq!((cleaned.parts.len(), cleaned.rejected.count()), (0, 1));
        let cleaned = defaults(&request(vec![good()])).unwrap();
        assert_eq!(cleaned.rejected.message("span"), "");
    }

    fn any_span() -> impl Strategy<Value = Span> {
        let text = "[a-zé]{0,8}";
        (
            any::<[u8; 16]>(),
            any::<[u8; 8]>(),
            text,
            text,
            any::<i64>(),
        )
            .prop_map(|(trace_id, span_id, name, value, number)| {
                let string = any_value::Value::StringValue(value);
                let attribute = |value| KeyValue {
                    key: "key".into(),
                    value: Some(AnyValue { value: Some(value) }),
                    ..KeyValue::default()
                };
                Span {
                    trace_id: trace_id.to_vec(),
                    span_id: span_id.to_vec(),
                    name,
                    attributes: vec![
                        attribute(string),
                        attribute(any_value::Value::IntValue(number)),
                    ],
                    events: vec![span::Event {
                        name: "tap".into(),
                        ..span::Event::default()
                    }],
                    status: Some(Status {
                        code: 2,
                        ..Status::default()
                    }),
                    ..good()
                }
            })
    }

    proptest! {
        #[test]
        fn every_good_span_is_kept_as_it_was(spans in prop::collection::vec(any_span(), 0..40)) {
            let cleaned = defaults(&request(spans.clone())).unwrap();
            let mut kept = spans_of(&cleaned);
            let mut sent = spans;
            sent.retain(|span| span.trace_id != [0; 16] && span.span_id != [0; 8]);
            kept.sort_by_key(|span| span.span_id.clone());
            sent.sort_by_key(|span| span.span_id.clone());
            prop_assert_eq!(kept, sent);
        }

        /// `spans_of` panics when another reader cannot read what is left.
        #[test]
        fn what_is_accepted_others_can_read(
            spans in prop::collection::vec(any_span(), 1..4),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut request = request(spans);
            for (at, byte) in damage {
                let at = at.index(request.len());
                request[at] = byte;
            }
            if let Ok(cleaned) = defaults(&request) {
                spans_of(&cleaned);
            }
        }
    }
}
