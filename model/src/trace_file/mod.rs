//! Files with traces, of this and other tools: what `throughline import` sends and the page at
//! `/open` shows. Which format a file has is told by what is in it, for names of files say little.

pub mod jaeger;
pub mod opened;
mod parts;
pub mod zipkin;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Deserializer, Error};

use crate::otlp::wire::WireError;
use crate::otlp::{Batch, json};

/// What can be read, in words.
pub const FORMATS: &str =
    "OTLP as JSON or protobuf, Jaeger's JSON, and Zipkin's JSON of version 2; also with gzip";

/// How files begin that are compressed with gzip (RFC 1952, section 2.3.1).
pub const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("it is empty")]
    Empty,
    #[error("it is not JSON: {0}")]
    Json(Error),
    #[error("it is not as {format} has it: {error}")]
    Damaged { format: &'static str, error: Error },
    #[error("it is not as OTLP has it: {0}")]
    Encoding(#[from] WireError),
    #[error(
        "it has no traces that can be read. There are OTLP as JSON or protobuf, Jaeger's JSON, and \
         Zipkin's JSON of version 2"
    )]
    Unknown,
}

/// Spans as OTLP, and what was no span.
#[derive(Debug, Default)]
pub struct Found {
    /// The protobuf of a `TracesData`.
    pub message: Vec<u8>,
    /// Elements that are not spans.
    pub unreadable: usize,
    /// Why the first of them is none.
    pub reason: Option<String>,
}

impl Found {
    fn leave_out(&mut self, error: &Error) {
        self.unreadable += 1;
        self.reason.get_or_insert_with(|| error.to_string());
    }

    /// Protobuf joins what stands side by side.
    fn join(&mut self, mut other: Self) {
        if self.message.is_empty() {
            self.message = other.message;
        } else {
            self.message.append(&mut other.message);
        }
        self.unreadable += other.unreadable;
        self.reason = self.reason.take().or(other.reason);
    }
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

/// All spans of a file: a protobuf, or JSON, one document or many after each other. Whether they
/// can be kept is another question ([`crate::otlp::judge`]).
///
/// # Errors
/// Says what is wrong with the file, as what follows its name.
pub fn read(bytes: &[u8]) -> Result<Found, FormatError> {
    // Protobuf may begin like JSON, which never is protobuf.
    if let Some(found) = read_protobuf(bytes)? {
        return Ok(found);
    }
    match bytes.trim_ascii_start().first() {
        None => Err(FormatError::Empty),
        Some(b'{' | b'[') => {
            let mut found = Found::default();
            for document in Deserializer::from_slice(bytes).into_iter::<&RawValue>() {
                read_json(document.map_err(FormatError::Json)?.get(), &mut found)?;
            }
            Ok(found)
        }
        Some(_) => Err(FormatError::Unknown),
    }
}

/// None where it is none: with spans, for many bytes are a message of fields that nobody knows.
fn read_protobuf(bytes: &[u8]) -> Result<Option<Found>, FormatError> {
    let Ok(batch) = Batch::read(bytes) else {
        return Ok(None);
    };
    if batch.spans.is_empty() {
        return Ok(None);
    }
    batch.check_heads()?;
    Ok(Some(Found {
        message: bytes.to_vec(),
        ..Found::default()
    }))
}

fn read_json(document: &str, found: &mut Found) -> Result<(), FormatError> {
    if document.starts_with('[') {
        return read_list(document, found);
    }
    let Ok(parts) = serde_json::from_str::<Document<'_>>(document) else {
        return Err(FormatError::Unknown);
    };
    if parts.resource_spans.is_some() {
        found.join(otlp(document)?);
    } else if let Some(result) = parts.result {
        found.join(otlp(result.get())?);
    } else if parts.spans.is_some() {
        found.join(jaeger(document)?);
    } else {
        for trace in parts.data.ok_or(FormatError::Unknown)? {
            found.join(jaeger(trace.get())?);
        }
    }
    Ok(())
}

/// Zipkin's spans, or its traces, each a list of spans.
fn read_list(document: &str, found: &mut Found) -> Result<(), FormatError> {
    let elements: Vec<&RawValue> = serde_json::from_str(document).map_err(FormatError::Json)?;
    let is_list = |element: &&RawValue| element.get().starts_with('[');
    if !elements.is_empty() && elements.iter().all(is_list) {
        for spans in elements {
            found.join(zipkin(spans.get())?);
        }
        return Ok(());
    }
    let spans = zipkin(document)?;
    if spans.message.is_empty() && spans.unreadable > 0 {
        return Err(FormatError::Unknown);
    }
    found.join(spans);
    Ok(())
}

fn zipkin(spans: &str) -> Result<Found, FormatError> {
    zipkin::read(spans.as_bytes()).map_err(damaged("Zipkin"))
}

fn jaeger(trace: &str) -> Result<Found, FormatError> {
    jaeger::read(trace).map_err(damaged("Jaeger"))
}

fn otlp(document: &str) -> Result<Found, FormatError> {
    let message = json::read_traces(document.as_bytes()).map_err(damaged("OTLP"))?;
    Ok(Found {
        message,
        ..Found::default()
    })
}

fn damaged(format: &'static str) -> impl Fn(Error) -> FormatError {
    move |error| FormatError::Damaged { format, error }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::otlp::json::{Message, ResourceSpans, TracesData};

    pub(crate) fn resource_spans(found: &Found) -> Vec<ResourceSpans> {
        let mut data = TracesData::default();
        data.merge(&found.message, 100).expect("OTLP");
        data.resource_spans
    }

    fn spans(file: &[u8]) -> Result<Vec<String>, FormatError> {
        let of_resources = resource_spans(&read(file)?).into_iter();
        let of_scopes = of_resources.flat_map(|of_resource| of_resource.scope_spans);
        let spans = of_scopes.flat_map(|of_scope| of_scope.spans);
        Ok(spans.map(|span| span.name).collect())
    }

    pub(crate) const OTLP: &str =
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"otlp"}]}]}]}"#;
    pub(crate) const JAEGER: &str = r#"{"spans":[{"traceID":"1","spanID":"2","operationName":"jaeger","startTime":1}],"processes":{}}"#;
    pub(crate) const ZIPKIN: &str = r#"[{"traceId":"1","id":"2","name":"zipkin","timestamp":1}]"#;

    #[test]
    fn formats_are_told_by_what_is_in_them() {
        for (file, name) in [(OTLP, "otlp"), (JAEGER, "jaeger"), (ZIPKIN, "zipkin")] {
            assert_eq!(spans(file.as_bytes()).expect("spans"), [name]);
        }
        let protobuf = json::read_traces(OTLP.as_bytes()).expect("OTLP");
        assert_eq!(spans(&protobuf).expect("spans"), ["otlp"]);
        for (wrapped, name) in [
            (format!(r#"{{"result":{OTLP}}}"#), "otlp"),
            (format!(r#"{{"trace":{OTLP}}}"#), "otlp"),
            (format!(r#"{{"data":[{JAEGER}],"total":0}}"#), "jaeger"),
            (format!("[{ZIPKIN}]"), "zipkin"),
        ] {
            let found = spans(wrapped.as_bytes()).expect("spans");
            assert_eq!(found, [name], "{wrapped}");
        }
        let lines = format!("{OTLP}\n\n{OTLP}\n");
        assert_eq!(spans(lines.as_bytes()).expect("spans"), ["otlp", "otlp"]);
    }

    /// The length of what is in it may be the sign that JSON begins with.
    #[test]
    fn protobuf_of_any_length_is_told_from_json() {
        for length in 0..150 {
            let name = "n".repeat(length);
            let text = OTLP.replace("otlp", &name);
            let protobuf = json::read_traces(text.as_bytes()).expect("OTLP");
            assert_eq!(spans(&protobuf).expect("spans"), [name]);
        }
    }

    #[test]
    fn what_is_none_of_them_is_said() {
        for empty in ["", " \n"] {
            assert!(matches!(spans(empty.as_bytes()), Err(FormatError::Empty)));
        }
        for unknown in ["{}", r#"{"a":1}"#, "[1]", "<html>", r#"{"data":3}"#, "z"] {
            let found = spans(unknown.as_bytes());
            assert!(matches!(found, Err(FormatError::Unknown)), "{unknown}");
        }
        let cut = spans(&OTLP.as_bytes()[..20]);
        assert!(matches!(cut, Err(FormatError::Json(_))));
        let damaged = spans(br#"{"resourceSpans":[3]}"#);
        assert!(matches!(damaged, Err(FormatError::Damaged { .. })));
        let deep = format!("{}1", "[".repeat(1_000_000));
        assert!(spans(deep.as_bytes()).is_err());
    }
}
