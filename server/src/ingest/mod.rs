//! From bytes of a client to spans on disk: limits, decoding, checking, the ingest log.

mod append;
mod body;
mod clean;
mod otlp_http;

pub(crate) use append::Appender;
pub(crate) use otlp_http::routes;
