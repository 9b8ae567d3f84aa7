//! The ids of SkyWalking's agents, which are texts and numbers, as the ids of W3C Trace Context.
//!
//! In SkyWalking a trace id is any text, a segment is what one process did for a trace, and spans
//! are numbered within their segment (skywalking-data-collect-protocol,
//! `language-agent/Tracing.proto`). Each agent sends only its own segments, so an id here depends
//! on nothing but what every reference to it names: whoever refers to a span finds it.

use sha2::{Digest, Sha256};

use crate::id::{SpanId, TraceId};

/// The id of a trace: 32 hexadecimal digits are that id, as W3C Trace Context writes it; of any
/// other text it is the first half of its SHA-256. `None` when the text is empty.
#[must_use]
pub fn trace_id(text: &str) -> Option<TraceId> {
    if text.is_empty() {
        return None;
    }
    let as_written = text.parse().ok();
    as_written.or_else(|| first_id(text, TraceId::from_slice, 16))
}

/// The id of the span with a number in a segment: the first quarter of the SHA-256 of
/// `segment:number`. `None` when the segment has no id or the number is negative.
#[must_use]
pub fn span_id(segment_id: &str, number: i32) -> Option<SpanId> {
    if segment_id.is_empty() || number < 0 {
        return None;
    }
    first_id(&format!("{segment_id}:{number}"), SpanId::from_slice, 8)
}

/// The id of the span that a reference names.
///
/// Where a tracer speaks W3C Trace Context and continues in a SkyWalking agent, the reference
/// carries that tracer's own ids: 32 hexadecimal digits for the trace, and 16 in place of a
/// segment, whose ids are longer in all agents. Then the parent is that very span.
#[must_use]
pub fn referenced_span_id(trace_id: &str, segment_id: &str, number: i32) -> Option<SpanId> {
    let of_trace_context = trace_id.parse::<TraceId>().and_then(|_| segment_id.parse());
    of_trace_context
        .ok()
        .or_else(|| span_id(segment_id, number))
}

/// The first piece of a text's SHA-256 that is an id: all zeros is none.
fn first_id<Id, E>(text: &str, id: fn(&[u8]) -> Result<Id, E>, bytes: usize) -> Option<Id> {
    let digest = Sha256::digest(text);
    digest.chunks_exact(bytes).find_map(|piece| id(piece).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_taken_as_written_where_it_can_be() {
        let hex = "5B8EFFF798038103d269b633813fc60c";
        let id = trace_id(hex).expect("an id").to_string();
        assert_eq!(id, hex.to_ascii_lowercase());
        assert_eq!(trace_id(""), None);
    }

    /// `printf a12ff60b-5807-463b-a1f8-fb1c8608219e | sha256sum`
    #[test]
    fn any_other_trace_id_is_hashed() {
        let id = trace_id("a12ff60b-5807-463b-a1f8-fb1c8608219e").expect("an id");
        assert_eq!(id.to_string(), "c33636bd7f4cf0f9c7a3a54e3dc131e5");
        let zeros = trace_id(&"0".repeat(32)).expect("an id");
        assert_ne!(zeros.as_bytes(), &[0; 16]);
    }

    /// `printf 8f9b:0 | sha256sum`
    #[test]
    fn a_span_id_is_of_its_segment_and_number() {
        let id = span_id("8f9b", 0).expect("an id");
        assert_eq!(id.to_string(), "8969d30931506e1a");
        assert_ne!(span_id("8f9b", 1), Some(id));
        assert_ne!(span_id("8f9", 0), Some(id));
        assert_eq!(span_id("8f9b", -1), None);
        assert_eq!(span_id("", 0), None);
    }

    #[test]
    fn a_reference_finds_its_span_whoever_made_it() {
        let trace = "5b8efff798038103d269b633813fc60c";
        let segment = "7b7ebc5d60a2442ab04a2a4d1ea9de5f";
        let parent = referenced_span_id(trace, segment, 2);
        assert_eq!(parent, span_id(segment, 2));

        let parent = referenced_span_id(trace, "00f067aa0ba902b7", 0).expect("an id");
        assert_eq!(parent.to_string(), "00f067aa0ba902b7");

        let of_an_agent = referenced_span_id("7.8.9", "00f067aa0ba902b7", 0);
        assert_eq!(of_an_agent, span_id("00f067aa0ba902b7", 0));
        assert_eq!(referenced_span_id(trace, "", 0), None);
    }
}
