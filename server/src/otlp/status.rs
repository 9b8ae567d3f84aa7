//! `google.rpc.Status`, the body of every OTLP/HTTP error (OTLP specification, "Failures").

/// The two fields that OTLP asks for.
#[derive(Clone, PartialEq, Eq, prost::Message, serde::Serialize)]
pub(crate) struct Status {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
}

/// Codes of `google.rpc.Code` that are used here.
pub(crate) mod code {
    pub(crate) const INVALID_ARGUMENT: i32 = 3;
    pub(crate) const RESOURCE_EXHAUSTED: i32 = 8;
    pub(crate) const UNAVAILABLE: i32 = 14;
}
