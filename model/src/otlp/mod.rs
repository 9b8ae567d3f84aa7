//! OTLP's protobuf messages, read where they lie.
//!
//! A request goes from the network to the disk and into a trace without being decoded into
//! objects: its spans stay bytes, are checked in place ([`schema`]), moved from one message to
//! another whole ([`batch`]), and decoded only for whoever looks at them ([`decode`]). Which spans
//! can be kept [`judge`] says. The JSON encoding is translated as a whole ([`json`]).
//!
//! Field numbers are those of `opentelemetry/proto/trace/v1/trace.proto`, `logs/v1/logs.proto`,
//! `common/v1/common.proto` and `resource/v1/resource.proto`, version 1.x; the encoding is that of
//! Protocol Buffers ("Encoding").

pub mod batch;
pub mod decode;
pub mod json;
pub mod judge;
pub mod logs;
pub mod schema;
pub mod wire;

pub use batch::Batch;
