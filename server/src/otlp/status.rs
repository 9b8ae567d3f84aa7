//! `google.rpc.Status`, the body of every OTLP/HTTP error and the details of every OTLP/gRPC error
//! (OTLP specification, "Failures").

use std::time::Duration;

use prost::Message;

/// When a client that was asked to come back should do so.
pub(crate) const RETRY_DELAY: Duration = Duration::from_secs(1);

#[derive(Clone, PartialEq, Eq, Message, serde::Serialize)]
pub(crate) struct Status {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
    #[serde(skip)]
    #[prost(message, repeated, tag = "3")]
    pub(crate) details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Any {
    #[prost(string, tag = "1")]
    pub(crate) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Eq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<ProtoDuration>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Eq, Message)]
struct ProtoDuration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl Status {
    pub(crate) fn new(code: i32, message: String) -> Self {
        Self {
            code,
            message,
            details: vec![],
        }
    }

    /// Says that sending again in [`RETRY_DELAY`] can help.
    pub(crate) fn with_retry(mut self) -> Self {
        let retry_info = RetryInfo {
            retry_delay: Some(ProtoDuration {
                seconds: i64::try_from(RETRY_DELAY.as_secs()).unwrap_or(i64::MAX),
                nanos: i32::try_from(RETRY_DELAY.subsec_nanos()).unwrap_or(0),
            }),
        };
        self.details.push(Any {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".into(),
            value: retry_info.encode_to_vec(),
        });
        self
    }
}

/// Codes of `google.rpc.Code` that are used here.
pub(crate) mod code {
    pub(crate) const INVALID_ARGUMENT: i32 = 3;
    pub(crate) const RESOURCE_EXHAUSTED: i32 = 8;
    pub(crate) const UNAVAILABLE: i32 = 14;
}
