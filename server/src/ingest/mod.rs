//! From bytes of a client to spans on disk: limits, decoding, checking, the ingest log.

mod append;
mod body;
mod clean;
pub(crate) mod cors;
mod memory;
pub(crate) mod otlp_grpc;
pub(crate) mod otlp_http;
mod receive;
pub(crate) mod redact;
pub(crate) mod zipkin;

pub(crate) use append::Appender;
pub(crate) use receive::Receiver;
