//! SkyWalking's messages (skywalking-data-collect-protocol, `language-agent/Tracing.proto` and
//! `common/Common.proto`, package `skywalking.v3`), in protobuf and in its JSON.

use serde::Deserialize;

use super::json::{enumeration, integer, list, text, truth};

/// What one process, mostly one thread of it, did for a trace.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SegmentObject {
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "1")]
    pub(crate) trace_id: String,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "2")]
    pub(crate) trace_segment_id: String,
    #[serde(deserialize_with = "list")]
    #[prost(message, repeated, tag = "3")]
    pub(crate) spans: Vec<SpanObject>,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "4")]
    pub(crate) service: String,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "5")]
    pub(crate) service_instance: String,
    /// The agent left spans out.
    #[serde(deserialize_with = "truth")]
    #[prost(bool, tag = "6")]
    pub(crate) is_size_limited: bool,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SpanObject {
    /// Unique in the segment, from 0.
    #[serde(deserialize_with = "integer")]
    #[prost(int32, tag = "1")]
    pub(crate) span_id: i32,
    /// In the same segment; -1 for none.
    #[serde(deserialize_with = "integer")]
    #[prost(int32, tag = "2")]
    pub(crate) parent_span_id: i32,
    /// Milliseconds since the Unix epoch.
    #[serde(deserialize_with = "integer")]
    #[prost(int64, tag = "3")]
    pub(crate) start_time: i64,
    /// Milliseconds since the Unix epoch.
    #[serde(deserialize_with = "integer")]
    #[prost(int64, tag = "4")]
    pub(crate) end_time: i64,
    /// Mostly one; more where a consumer works on a batch of messages.
    #[serde(deserialize_with = "list")]
    #[prost(message, repeated, tag = "5")]
    pub(crate) refs: Vec<SegmentReference>,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "6")]
    pub(crate) operation_name: String,
    /// Remote address.
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "7")]
    pub(crate) peer: String,
    /// A [`SpanType`].
    #[serde(deserialize_with = "enumeration::<_, SpanType>")]
    #[prost(int32, tag = "8")]
    pub(crate) span_type: i32,
    /// A [`SpanLayer`].
    #[serde(deserialize_with = "enumeration::<_, SpanLayer>")]
    #[prost(int32, tag = "9")]
    pub(crate) span_layer: i32,
    /// Which library was at work, by SkyWalking's `component-libraries.yml`; 0 for none.
    #[serde(deserialize_with = "integer")]
    #[prost(int32, tag = "10")]
    pub(crate) component_id: i32,
    #[serde(deserialize_with = "truth")]
    #[prost(bool, tag = "11")]
    pub(crate) is_error: bool,
    #[serde(deserialize_with = "list")]
    #[prost(message, repeated, tag = "12")]
    pub(crate) tags: Vec<KeyStringValuePair>,
    #[serde(deserialize_with = "list")]
    #[prost(message, repeated, tag = "13")]
    pub(crate) logs: Vec<Log>,
}

/// Where a segment was called from.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SegmentReference {
    /// A [`RefType`].
    #[serde(deserialize_with = "enumeration::<_, RefType>")]
    #[prost(int32, tag = "1")]
    pub(crate) ref_type: i32,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "2")]
    pub(crate) trace_id: String,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "3")]
    pub(crate) parent_trace_segment_id: String,
    #[serde(deserialize_with = "integer")]
    #[prost(int32, tag = "4")]
    pub(crate) parent_span_id: i32,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "5")]
    pub(crate) parent_service: String,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "6")]
    pub(crate) parent_service_instance: String,
    /// The operation that the parent's process was called for.
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "7")]
    pub(crate) parent_endpoint: String,
    /// The address that the caller used.
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "8")]
    pub(crate) network_address_used_at_peer: String,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(crate) struct Log {
    /// Milliseconds since the Unix epoch.
    #[serde(deserialize_with = "integer")]
    #[prost(int64, tag = "1")]
    pub(crate) time: i64,
    #[serde(deserialize_with = "list")]
    #[prost(message, repeated, tag = "2")]
    pub(crate) data: Vec<KeyStringValuePair>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub(crate) struct KeyStringValuePair {
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[serde(deserialize_with = "text")]
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SegmentCollection {
    #[prost(message, repeated, tag = "1")]
    pub(crate) segments: Vec<SegmentObject>,
}

/// An enumeration whose values have names in JSON.
pub(super) trait Named: Into<i32> + Sized + 'static {
    const NAMES: &'static [(&'static str, Self)];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
pub(crate) enum SpanType {
    Entry = 0,
    Exit = 1,
    Local = 2,
}

impl Named for SpanType {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("Entry", Self::Entry),
        ("Exit", Self::Exit),
        ("Local", Self::Local),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
pub(crate) enum SpanLayer {
    Unknown = 0,
    Database = 1,
    RpcFramework = 2,
    Http = 3,
    Mq = 4,
    Cache = 5,
    Faas = 6,
}

impl Named for SpanLayer {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("Unknown", Self::Unknown),
        ("Database", Self::Database),
        ("RPCFramework", Self::RpcFramework),
        ("Http", Self::Http),
        ("MQ", Self::Mq),
        ("Cache", Self::Cache),
        ("FAAS", Self::Faas),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
pub(crate) enum RefType {
    CrossProcess = 0,
    CrossThread = 1,
}

impl Named for RefType {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("CrossProcess", Self::CrossProcess),
        ("CrossThread", Self::CrossThread),
    ];
}

/// The name of a value, where the protocol has one for it.
pub(super) fn name<E: Named + Copy>(value: i32) -> Option<&'static str> {
    let mut names = E::NAMES.iter();
    let (name, _) = names.find(|(_, named)| (*named).into() == value)?;
    Some(name)
}
