//! Trace contexts as requests carry them, and as clients record them on their spans.
//!
//! A header that is damaged breaks a trace in two, and neither side notices. Where a span has
//! recorded it, it can be explained.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::attribute::{Attribute, Value};
use crate::id::{SpanId, TraceId};
use crate::skywalking;

/// Whether an attribute of a span holds a context that came or went with a request.
#[must_use]
pub fn tells_context(key: &str) -> bool {
    is_sw8(key) || is_traceparent(key)
}

/// Semantic conventions, `http.request.header.<key>`; or the header's name alone.
fn is_sw8(key: &str) -> bool {
    matches!(key, "http.request.header.sw8" | "sw8")
}

fn is_traceparent(key: &str) -> bool {
    matches!(key, "http.request.header.traceparent" | "traceparent")
}

/// What is wrong with a recorded context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Malformed {
    /// So many fields, where `sw8` has eight.
    Sw8Fields(usize),
    /// The field with that number, counted from one, is not base64 of UTF-8.
    Sw8Base64(usize),
    /// The first field is neither 0 nor 1.
    Sw8Sample,
    /// The fourth field is no number.
    Sw8SpanId,
    /// So many fields, where `traceparent` has four.
    TraceparentFields(usize),
    TraceparentVersion,
    TraceparentTraceId,
    TraceparentParentId,
    TraceparentFlags,
}

/// A sentence for people, without a full stop.
impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let traceparent = "The recorded traceparent is malformed:";
        match self {
            Self::Sw8Fields(found) => write!(
                f,
                "The recorded sw8 is malformed: {found} fields, {SW8_FIELDS} expected"
            ),
            Self::Sw8Base64(field) => write!(
                f,
                "The recorded sw8 is malformed: field {field} is not text in base64"
            ),
            Self::Sw8Sample => {
                f.write_str("The recorded sw8 is malformed: field 1 is neither 0 nor 1")
            }
            Self::Sw8SpanId => {
                f.write_str("The recorded sw8 is malformed: field 4 is not the number of a span")
            }
            Self::TraceparentFields(found) => write!(
                f,
                "{traceparent} {found} fields, {TRACEPARENT_FIELDS} expected"
            ),
            Self::TraceparentVersion => {
                write!(f, "{traceparent} the version is not two hexadecimal digits")
            }
            Self::TraceparentTraceId => write!(
                f,
                "{traceparent} the trace id is not 32 hexadecimal digits, or all zeros"
            ),
            Self::TraceparentParentId => write!(
                f,
                "{traceparent} the parent id is not 16 hexadecimal digits, or all zeros"
            ),
            Self::TraceparentFlags => {
                write!(f, "{traceparent} the flags are not two hexadecimal digits")
            }
        }
    }
}

/// Which span a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    pub trace_id: TraceId,
    pub span_id: SpanId,
}

/// The contexts that a span has recorded.
pub(crate) fn recorded(
    attributes: &[Attribute],
) -> impl Iterator<Item = Result<Recorded, Malformed>> {
    attributes.iter().filter_map(|attribute| {
        let text = text(&attribute.value)?;
        let key = attribute.key.as_str();
        if is_sw8(key) {
            Some(sw8(text).map(Recorded::Sw8))
        } else if is_traceparent(key) {
            Some(traceparent(text).map(Recorded::Traceparent))
        } else {
            None
        }
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    Sw8(Context),
    Traceparent(Context),
}

/// The value of a header: a list with one text, by the conventions, or the text alone.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Array(values) => values.first()?.as_str(),
        value => value.as_str(),
    }
}

const SW8_FIELDS: usize = 8;
const TRACEPARENT_FIELDS: usize = 4;

/// Reads the header `sw8` (Apache `SkyWalking`, "Cross Process Propagation Headers Protocol v3").
///
/// # Errors
/// Says what is wrong with it.
pub fn sw8(header: &str) -> Result<Context, Malformed> {
    let fields: Vec<&str> = header.trim().split('-').collect();
    let &[sample, trace_id, segment_id, span, ..] = fields.as_slice() else {
        return Err(Malformed::Sw8Fields(fields.len()));
    };
    if fields.len() != SW8_FIELDS {
        return Err(Malformed::Sw8Fields(fields.len()));
    }
    if !matches!(sample, "0" | "1") {
        return Err(Malformed::Sw8Sample);
    }
    for place in [4, 5, 6, 7] {
        decoded(fields[place], place + 1)?;
    }
    let (trace_id, segment_id) = (decoded(trace_id, 2)?, decoded(segment_id, 3)?);
    let number = span.parse().map_err(|_not_one| Malformed::Sw8SpanId)?;
    Ok(Context {
        trace_id: skywalking::trace_id(&trace_id).ok_or(Malformed::Sw8Base64(2))?,
        span_id: skywalking::referenced_span_id(&trace_id, &segment_id, number)
            .ok_or(Malformed::Sw8SpanId)?,
    })
}

fn decoded(field: &str, number: usize) -> Result<String, Malformed> {
    let bytes = STANDARD.decode(field).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(Malformed::Sw8Base64(number))
}

/// Reads the header `traceparent` (W3C Trace Context, section 3.2). Versions to come may have more
/// fields.
///
/// # Errors
/// Says what is wrong with it.
pub fn traceparent(header: &str) -> Result<Context, Malformed> {
    let fields: Vec<&str> = header.trim().split('-').collect();
    let &[version, trace_id, parent_id, flags, ..] = fields.as_slice() else {
        return Err(Malformed::TraceparentFields(fields.len()));
    };
    let is_byte = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_byte(version) || version.eq_ignore_ascii_case("ff") {
        return Err(Malformed::TraceparentVersion);
    }
    if version == "00" && fields.len() != TRACEPARENT_FIELDS {
        return Err(Malformed::TraceparentFields(fields.len()));
    }
    let context = Context {
        trace_id: trace_id
            .parse()
            .map_err(|_no_id| Malformed::TraceparentTraceId)?,
        span_id: parent_id
            .parse()
            .map_err(|_no_id| Malformed::TraceparentParentId)?,
    };
    if is_byte(flags) {
        Ok(context)
    } else {
        Err(Malformed::TraceparentFlags)
    }
}

/// What the member `rum` of `tracestate` says of the app that a request began in:
/// `rum={version}&{app type}&{app id}&{session id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rum<'a> {
    pub app_type: &'a str,
    pub app_id: &'a str,
    pub session_id: &'a str,
}

/// None where there is no such member, or it has not these four parts.
#[must_use]
pub fn rum(trace_state: &str) -> Option<Rum<'_>> {
    let mut members = trace_state.split(',').map(str::trim);
    let value = members.find_map(|member| member.strip_prefix("rum="))?;
    let mut parts = value.split('&');
    let (_version, app_type) = (parts.next()?, parts.next()?);
    let (app_id, session_id) = (parts.next()?, parts.next()?);
    parts.next().is_none().then_some(Rum {
        app_type,
        app_id,
        session_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD_SW8: &str =
        "1-NWI4ZWZmZjc5ODAzODEwM2QyNjliNjMzODEzZmM2MGM=-OGY5Yg==-3-c2hvcA==-aQ==-L3BheQ==-YTo4MA==";
    const GOOD_TRACEPARENT: &str = "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01";

    #[test]
    fn contexts_name_their_span() {
        let trace_id: TraceId = "5b8efff798038103d269b633813fc60c".parse().expect("an id");
        let found = sw8(GOOD_SW8).expect("good");
        assert_eq!(found.trace_id, trace_id);
        assert_eq!(Some(found.span_id), skywalking::span_id("8f9b", 3));
        let found = traceparent(GOOD_TRACEPARENT).expect("good");
        assert_eq!(found.trace_id, trace_id);
        assert_eq!(found.span_id.to_string(), "eee19b7ec3c1b174");
    }

    #[test]
    fn what_is_malformed_is_explained() {
        let short = GOOD_SW8.rsplit_once('-').expect("fields").0;
        let explained = sw8(short).expect_err("seven").to_string();
        assert_eq!(
            explained,
            "The recorded sw8 is malformed: 7 fields, 8 expected"
        );
        let cases = [
            (GOOD_SW8.replacen('1', "2", 1), Malformed::Sw8Sample),
            (GOOD_SW8.replace("-3-", "-x-"), Malformed::Sw8SpanId),
            (GOOD_SW8.replace("c2hvcA==", "%%"), Malformed::Sw8Base64(5)),
            (String::new(), Malformed::Sw8Fields(1)),
        ];
        for (header, expected) in cases {
            assert_eq!(sw8(&header), Err(expected), "{header}");
        }
        let cases = [
            ("00-abc", Malformed::TraceparentFields(2)),
            (
                "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01-x",
                Malformed::TraceparentFields(5),
            ),
            ("ff-a-b-01", Malformed::TraceparentVersion),
            ("00-a-b-01", Malformed::TraceparentTraceId),
            (
                "00-5b8efff798038103d269b633813fc60c-0000000000000000-01",
                Malformed::TraceparentParentId,
            ),
            (
                "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-1",
                Malformed::TraceparentFlags,
            ),
        ];
        for (header, expected) in cases {
            assert_eq!(traceparent(header), Err(expected), "{header}");
        }
        let newer = GOOD_TRACEPARENT.replacen("00", "01", 1) + "-more";
        assert!(traceparent(&newer).is_ok());
    }

    #[test]
    fn the_app_and_its_session_are_in_the_trace_state() {
        let expected = Rum {
            app_type: "browser",
            app_id: "app@1",
            session_id: "s-9",
        };
        assert_eq!(rum("ot=th:8, rum=v2&browser&app@1&s-9"), Some(expected));
        assert_eq!(rum("rum=v2&browser&app@1"), None);
        assert_eq!(rum("other=1"), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_explained(header in "\\PC{0,80}") {
            let outcomes = [sw8(&header), traceparent(&header)];
            for malformed in outcomes.into_iter().filter_map(Result::err) {
                prop_assert!(malformed.to_string().contains("malformed"));
            }
            prop_assert!(rum(&header).is_none_or(|rum| header.contains(rum.session_id)));
        }
    }
}
