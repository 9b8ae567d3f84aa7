//! From bytes of a client to spans and log records on disk: limits, decoding, checking, the ingest log.

mod append;
mod body;
mod clean;
pub(crate) mod cors;
mod grpc;
mod log_inserts;
mod log_records;
mod memory;
pub(crate) mod otlp_grpc;
pub(crate) mod otlp_http;
mod receive;
pub(crate) mod redact;
mod refusal;
mod rejected;
mod signal;
mod skywalking;
pub(crate) mod skywalking_grpc;
pub(crate) mod skywalking_http;
mod translating;
pub(crate) mod zipkin;

pub(crate) use append::Appender;
pub(crate) use log_inserts::LogInserts;
pub(crate) use receive::Receiver;
