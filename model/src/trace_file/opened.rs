//! A file that is opened where it is, and not sent anywhere: its traces, to choose from.
//!
//! The file may be anything. What it is read into is bounded by its size and by how many objects
//! it has, and the traces by how many there are and by what they take together, so that a browser
//! neither runs out of memory nor stands still.

use std::collections::{BTreeMap, HashMap};

use super::{FormatError, Found, read};
use crate::clock_skew;
use crate::dimensions::DimensionTable;
use crate::format::counted;
use crate::id::TraceId;
use crate::otlp::Batch;
use crate::otlp::batch::SpanBytes;
use crate::otlp::decode::{Detail, trace};
use crate::otlp::judge::{Reason, judge};
use crate::summary::Summary;
use crate::trace::Trace;

/// Largest file, also when decompressed.
pub const MAX_FILE_BYTES: usize = 64 << 20;

/// Most objects of JSON: in memory the smallest of them takes a hundred times its text. Files of
/// spans have one for each 30 bytes or more.
const MAX_OBJECTS: usize = 3_000_000;

/// Most traces: the first of the file.
pub const MAX_TRACES: usize = 1_000;

/// What traces may take together. Resources and scopes that they have in common count for each.
const MAX_BYTES: usize = 4 * MAX_FILE_BYTES;

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("it is larger than {} MiB", MAX_FILE_BYTES >> 20)]
    TooLarge,
    #[error("it is made of more than {MAX_OBJECTS} objects")]
    TooManyObjects,
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error("it has no span that can be shown. {0}")]
    NoSpans(String),
}

/// A trace of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileTrace {
    pub summary: Summary,
    /// The protobuf of a `TracesData`.
    message: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Opened {
    /// In the order of the file.
    pub traces: Vec<FileTrace>,
    /// What of the file is not in them, and why, in words.
    pub left_out: Vec<String>,
}

impl Opened {
    /// # Errors
    /// Says why nothing of the file can be shown, as what follows its name.
    pub fn read(bytes: &[u8]) -> Result<Self, OpenError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(OpenError::TooLarge);
        }
        let objects = bytes.iter().map(|byte| usize::from(*byte == b'{'));
        if objects.sum::<usize>() > MAX_OBJECTS {
            return Err(OpenError::TooManyObjects);
        }
        let found = read(bytes)?;
        let mut batch = Batch::read(&found.message).map_err(FormatError::Encoding)?;
        let (of_traces, rejected) = by_trace(std::mem::take(&mut batch.spans));
        let mut opened = Self {
            traces: Vec::new(),
            left_out: left_out(&found, &rejected),
        };
        let mut bytes = 0;
        let mut spans_beyond = 0;
        let count = of_traces.len();
        for (id, mut spans) in of_traces {
            if opened.traces.len() < MAX_TRACES && bytes < MAX_BYTES {
                let mut message = Vec::new();
                batch.sort(&mut spans);
                batch.write(&spans, &mut message);
                bytes += message.len();
                opened.traces.extend(FileTrace::new(id, message));
            } else {
                spans_beyond += spans.len();
            }
        }
        if spans_beyond > 0 {
            let beyond = counted(count - opened.traces.len(), "trace");
            let spans = counted(spans_beyond, "span");
            opened.left_out.push(format!(
                "{beyond} with {spans}: a page has room for {MAX_TRACES} traces, and for {} MiB",
                MAX_BYTES >> 20
            ));
        }
        if opened.traces.is_empty() {
            return Err(OpenError::NoSpans(opened.left_out.join(". ")));
        }
        Ok(opened)
    }
}

impl FileTrace {
    fn new(id: TraceId, message: Vec<u8>) -> Option<Self> {
        let table = DimensionTable::default();
        let batch = Batch::read(&message).ok()?;
        let flag_names = table.flag_names();
        let outline = trace(id, &batch, Detail::Outline { flag_names });
        let shifts = clock_skew::shifts(&outline);
        let summary = Summary::of(&outline, &table, &shifts)?;
        Some(Self { summary, message })
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Trace {
        let batch = Batch::read(&self.message).unwrap_or_default();
        trace(self.summary.trace_id, &batch, Detail::Whole)
    }
}

/// The spans of each trace, in the order in which the traces come.
type OfTraces<'a> = Vec<(TraceId, Vec<SpanBytes<'a>>)>;

/// And how many cannot be kept.
fn by_trace(spans: Vec<SpanBytes<'_>>) -> (OfTraces<'_>, BTreeMap<Reason, usize>) {
    let mut of_traces = OfTraces::new();
    let mut places: HashMap<TraceId, usize> = HashMap::new();
    let mut rejected = BTreeMap::new();
    for span in spans {
        match judge(span.bytes, &mut ()) {
            Ok(id) => {
                let place = *places.entry(id).or_insert_with(|| {
                    of_traces.push((id, Vec::new()));
                    of_traces.len() - 1
                });
                of_traces[place].1.push(span);
            }
            Err(reason) => *rejected.entry(reason).or_insert(0) += 1,
        }
    }
    (of_traces, rejected)
}

fn left_out(found: &Found, rejected: &BTreeMap<Reason, usize>) -> Vec<String> {
    let unreadable = found.reason.as_ref().map(|reason| {
        let count = counted(found.unreadable, "element");
        format!("{count} not readable: {reason}")
    });
    let rejected = rejected
        .iter()
        .map(|(reason, count)| format!("{}: {reason}", counted(*count, "span")));
    unreadable.into_iter().chain(rejected).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{JAEGER, ZIPKIN};
    use super::*;
    use crate::otlp::json;

    /// Spans `(trace, span, parent)` of services that are named by the span.
    fn otlp(spans: &[(u8, u8, u8)]) -> String {
        let span = |&(trace, span, parent): &(u8, u8, u8)| {
            let parent = match parent {
                0 => String::new(),
                parent => format!("{parent:016x}"),
            };
            format!(
                r#"{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"s{span}"}}}}]}},
                "scopeSpans":[{{"spans":[{{"traceId":"{trace:032x}","spanId":"{span:016x}","parentSpanId":"{parent}",
                "name":"work {span}","startTimeUnixNano":"{span}000","endTimeUnixNano":"{span}900",
                "attributes":[{{"key":"a","value":{{"intValue":"{span}"}}}}]}}]}}]}}"#
            )
        };
        let spans: Vec<String> = spans.iter().map(span).collect();
        format!(r#"{{"resourceSpans":[{}]}}"#, spans.join(","))
    }

    #[test]
    fn traces_are_told_apart() {
        let file = otlp(&[(2, 1, 0), (1, 2, 0), (2, 3, 1), (1, 4, 2)]);
        let protobuf: Vec<u8> = json::read_traces(file.as_bytes()).expect("OTLP");
        for file in [file.clone().into_bytes(), protobuf] {
            let opened = Opened::read(&file).expect("traces");
            assert_eq!(opened.left_out, Vec::<String>::new());
            let [second, first] = opened.traces.as_slice() else {
                panic!("two traces");
            };
            assert_eq!(second.summary.root_operation, "work 1");
            assert_eq!(
                (first.summary.span_count, first.summary.start_nanos),
                (2, 2000)
            );
            let whole = first.whole();
            assert_eq!(whole.services(), ["s2", "s4"]);
            assert_eq!(whole.nodes[1].parent, Some(0));
            assert_eq!(whole.spans[1].attributes.len(), 1);
        }
        for (file, name) in [(JAEGER, "jaeger"), (ZIPKIN, "zipkin")] {
            let opened = Opened::read(file.as_bytes()).expect("traces");
            assert_eq!(opened.traces[0].summary.root_operation, name);
        }
    }

    #[test]
    fn what_is_left_out_is_told() {
        let file = otlp(&[(1, 1, 0), (0, 2, 0), (0, 3, 0), (1, 0, 0)]);
        let opened = Opened::read(file.as_bytes()).expect("traces");
        assert_eq!(opened.traces.len(), 1);
        let [trace_ids, span_ids] = opened.left_out.as_slice() else {
            panic!("{:?}", opened.left_out);
        };
        assert!(trace_ids.starts_with("2 spans: trace id is not 16 bytes"));
        assert!(span_ids.starts_with("1 span: span id is not 8 bytes"));
        let opened = Opened::read(br#"[{"traceId":"1","id":"2","timestamp":7},7]"#);
        let left_out = opened.expect("traces").left_out;
        assert!(left_out[0].starts_with("1 element not readable: invalid type"));
        let none = Opened::read(otlp(&[(0, 1, 0)]).as_bytes()).expect_err("nothing");
        assert!(none.to_string().contains("1 span: trace id"), "{none}");
        let none = Opened::read(br#"{"resourceSpans":[]}"#).expect_err("nothing");
        assert!(matches!(none, OpenError::NoSpans(_)));
    }

    #[test]
    fn what_is_too_much_is_not_read() {
        let large = vec![b' '; MAX_FILE_BYTES + 1];
        assert!(matches!(Opened::read(&large), Err(OpenError::TooLarge)));
        let objects = format!(r#"{{"resourceSpans":[{}"#, "{},".repeat(MAX_OBJECTS));
        let objects = Opened::read(objects.as_bytes());
        assert!(matches!(objects, Err(OpenError::TooManyObjects)));
        let traces: Vec<String> = (1..=MAX_TRACES + 2)
            .map(|trace| format!(r#"{{"traceId":"{trace:x}","id":"1","timestamp":7}}"#))
            .collect();
        let many = Opened::read(format!("[{}]", traces.join(",")).as_bytes());
        let many = many.expect("traces");
        assert_eq!(many.traces.len(), MAX_TRACES);
        assert!(many.left_out[0].starts_with("2 traces with 2 spans"));
    }

    /// One of them says something large that each of many traces would repeat.
    #[test]
    fn traces_do_not_multiply_what_they_have_in_common() {
        let spans: Vec<String> = (1..=600)
            .map(|trace| {
                format!(
                    r#"{{"traceId":"{trace:032x}","spanId":"{trace:016x}","startTimeUnixNano":"7"}}"#
                )
            })
            .collect();
        let long = "x".repeat(1 << 20);
        let file = format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"long","value":{{"stringValue":"{long}"}}}}]}},
            "scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
            spans.join(",")
        );
        let opened = Opened::read(file.as_bytes()).expect("traces");
        assert_eq!(opened.traces.len(), MAX_BYTES >> 20);
        assert!(opened.left_out[0].contains("344 traces with 344 spans"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            Opened::read(&bytes).ok();
        }

        #[test]
        fn any_damage_is_survived(place in 0_usize..400, byte: u8, is_protobuf: bool) {
            let text = otlp(&[(1, 1, 0), (1, 2, 1)]);
            let mut file = if is_protobuf {
                json::read_traces(text.as_bytes()).expect("OTLP")
            } else {
                text.into_bytes()
            };
            let place = place % file.len();
            file[place] = byte;
            if let Ok(opened) = Opened::read(&file) {
                for trace in opened.traces {
                    prop_assert_eq!(trace.whole().spans.len(), trace.summary.span_count);
                }
            }
        }
    }
}
