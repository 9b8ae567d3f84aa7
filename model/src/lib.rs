//! The vocabulary of Throughline: traces, what people ask about them, and how they are laid out.
//!
//! Everything here is a value or a pure function of values. There is no clock, no randomness and
//! no I/O in this crate, so that the same code runs on the server and in the browser, and every
//! result can be tested by giving its inputs.
//!
//! Times are UTC in nanoseconds since the Unix epoch as `i64`; durations are nanoseconds as `i64`.
//! A name that carries either ends in `_nanos`.

pub mod attribute;
pub mod broken_hop;
pub mod calls;
pub mod clock_skew;
pub mod color;
pub mod comparison;
pub mod contrast;
pub mod critical_path;
pub mod decomposition;
pub mod defect;
pub mod device_signals;
pub mod dimensions;
pub mod filter;
pub mod flags;
pub mod form;
pub mod format;
pub mod geo;
pub mod histogram;
pub mod id;
pub mod index;
pub mod journey;
pub mod layout;
pub mod list_columns;
pub mod list_order;
pub mod log;
pub mod notification;
pub mod objective;
pub mod otlp;
pub mod overview;
pub mod parent_timing;
pub mod peers;
pub mod propagation;
pub mod receiver;
pub mod regions;
pub mod rollup;
pub mod sampling;
pub mod self_time;
pub mod silence;
pub mod skywalking;
pub mod span;
pub mod span_details;
pub mod spelling;
pub mod stats;
pub mod summary;
pub mod time;
pub mod topology;
pub mod trace;
pub mod trace_difference;
pub mod trace_file;
pub mod trace_statistics;
pub mod trace_topology;
pub mod view;
mod wildcard;
