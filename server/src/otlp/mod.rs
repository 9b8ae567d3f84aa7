//! OTLP as it travels.

pub(crate) mod exporter;
pub(crate) mod status;
