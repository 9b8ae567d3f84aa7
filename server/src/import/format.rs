//! What a file has: told by what is in it, for names of files say little.

use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::Message;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Deserializer, Error};

use crate::otlp::json;
use crate::translate::{Translated, jaeger, zipkin};

#[derive(Debug, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("it is empty")]
    Empty,
    #[error("it is not JSON: {0}")]
    Json(Error),
    #[error("it is not as {format} has it: {error}")]
    Damaged { format: &'static str, error: Error },
    #[error(
        "it has no traces that can be read. There are OTLP as JSON or protobuf, Jaeger's JSON, and \
         Zipkin's JSON of version 2"
    )]
    Unknown,
}

/// By what they are found.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    /// OTLP.
    #[serde(borrow)]
    resource_spans: Option<&'a RawValue>,
    /// OTLP in an answer of Jaeger's API of version 3, or of Tempo's.
    #[serde(borrow, alias = "trace")]
    result: Option<&'a RawValue>,
    /// Traces in an answer of Jaeger's API.
    #[serde(borrow)]
    data: Option<Vec<&'a RawValue>>,
    /// A trace of Jaeger's.
    #[serde(borrow)]
    spans: Option<&'a RawValue>,
}

/// All documents of a file: a protobuf, or JSON, one or many after each other.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Translated>, FormatError> {
    match bytes.trim_ascii_start().first() {
        None => Err(FormatError::Empty),
        Some(b'{' | b'[') => {
            let documents = Deserializer::from_slice(bytes).into_iter::<&RawValue>();
            documents
                .map(|document| read_json(document.map_err(FormatError::Json)?.get()))
                .collect::<Result<Vec<_>, _>>()
                .map(|found| found.into_iter().flatten().collect())
        }
        Some(_) => {
            let data = TracesData::decode(bytes).map_err(|_not_otlp| FormatError::Unknown)?;
            let mut translated = Translated::default();
            translated.request.resource_spans = data.resource_spans;
            Ok(vec![translated])
        }
    }
}

fn read_json(document: &str) -> Result<Vec<Translated>, FormatError> {
    if document.starts_with('[') {
        return read_list(document);
    }
    let Ok(found) = serde_json::from_str::<Document<'_>>(document) else {
        return Err(FormatError::Unknown);
    };
    if found.resource_spans.is_some() {
        return otlp(document).map(|one| vec![one]);
    }
    if let Some(result) = found.result {
        return otlp(result.get()).map(|one| vec![one]);
    }
    if found.spans.is_some() {
        return jaeger(document).map(|one| vec![one]);
    }
    let data = found.data.ok_or(FormatError::Unknown)?;
    data.into_iter().map(|trace| jaeger(trace.get())).collect()
}

/// Zipkin's spans, or its traces, each a list of spans.
fn read_list(document: &str) -> Result<Vec<Translated>, FormatError> {
    let elements: Vec<&RawValue> = serde_json::from_str(document).map_err(FormatError::Json)?;
    let is_list = |element: &&RawValue| element.get().starts_with('[');
    if !elements.is_empty() && elements.iter().all(is_list) {
        return elements
            .into_iter()
            .map(|spans| zipkin(spans.get()))
            .collect();
    }
    let spans = zipkin(document)?;
    if spans.request.resource_spans.is_empty() && spans.unreadable > 0 {
        return Err(FormatError::Unknown);
    }
    Ok(vec![spans])
}

fn zipkin(spans: &str) -> Result<Translated, FormatError> {
    zipkin::translate(spans.as_bytes()).map_err(damaged("Zipkin"))
}

fn jaeger(trace: &str) -> Result<Translated, FormatError> {
    jaeger::translate(trace).map_err(damaged("Jaeger"))
}

fn otlp(document: &str) -> Result<Translated, FormatError> {
    let resource_spans = json::decode(document.as_bytes()).map_err(damaged("OTLP"))?;
    let mut translated = Translated::default();
    translated.request.resource_spans = resource_spans;
    Ok(translated)
}

fn damaged(format: &'static str) -> impl Fn(Error) -> FormatError {
    move |error| FormatError::Damaged { format, error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(file: &[u8]) -> Result<Vec<String>, FormatError> {
        let found = read(file)?;
        let of_resources = found
            .into_iter()
            .flat_map(|translated| translated.request.resource_spans);
        let of_scopes = of_resources.flat_map(|of_resource| of_resource.scope_spans);
        let spans = of_scopes.flat_map(|of_scope| of_scope.spans);
        Ok(spans.map(|span| span.name).collect())
    }

    const OTLP: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"otlp"}]}]}]}"#;
    const JAEGER: &str = r#"{"spans":[{"traceID":"1","spanID":"2","operationName":"jaeger","startTime":1}],"processes":{}}"#;
    const ZIPKIN: &str = r#"[{"traceId":"1","id":"2","name":"zipkin"}]"#;

    #[test]
    fn formats_are_told_by_what_is_in_them() {
        for (file, name) in [(OTLP, "otlp"), (JAEGER, "jaeger"), (ZIPKIN, "zipkin")] {
            assert_eq!(spans(file.as_bytes()).unwrap(), [name]);
        }
        let protobuf = TracesData {
            resource_spans: json::decode(OTLP.as_bytes()).unwrap(),
        };
        assert_eq!(spans(&protobuf.encode_to_vec()).unwrap(), ["otlp"]);
        for (wrapped, name) in [
            (format!(r#"{{"result":{OTLP}}}"#), "otlp"),
            (format!(r#"{{"trace":{OTLP}}}"#), "otlp"),
            (format!(r#"{{"data":[{JAEGER}],"total":0}}"#), "jaeger"),
            (format!("[{ZIPKIN}]"), "zipkin"),
        ] {
            assert_eq!(spans(wrapped.as_bytes()).unwrap(), [name], "{wrapped}");
        }
        let lines = format!("{OTLP}\n\n{OTLP}\n");
        assert_eq!(spans(lines.as_bytes()).unwrap(), ["otlp", "otlp"]);
    }

    #[test]
    fn what_is_none_of_them_is_said() {
        for empty in ["", " \n"] {
            assert!(matches!(spans(empty.as_bytes()), Err(FormatError::Empty)));
        }
        for unknown in ["{}", r#"{"a":1}"#, "[1]", "<html>", r#"{"data":3}"#] {
            let found = spans(unknown.as_bytes());
            assert!(matches!(found, Err(FormatError::Unknown)), "{unknown}");
        }
        let cut = spans(&OTLP.as_bytes()[..20]);
        assert!(matches!(cut, Err(FormatError::Json(_))));
        let damaged = spans(br#"{"resourceSpans":[3]}"#);
        assert!(matches!(damaged, Err(FormatError::Damaged { .. })));
    }
}
