//! What each service has of two traces.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Change, changed};
use crate::critical_path::Slice;
use crate::trace::Trace;

/// Most services of a difference.
pub const MAX_SERVICES: usize = 50;

/// Of a and of b each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRow {
    pub service: String,
    pub spans: [usize; 2],
    pub errors: [usize; 2],
    /// How long the request waited for it, on its [critical path](crate::critical_path): those of
    /// all services add up to the whole.
    pub nanos: [i64; 2],
    /// What became of that time: slower, faster or unchanged.
    pub change: Change,
}

impl ServiceRow {
    /// How much longer the request waited for it in b.
    #[must_use]
    pub fn difference_nanos(&self) -> i64 {
        self.nanos[1].saturating_sub(self.nanos[0])
    }
}

#[derive(Default)]
struct Sums {
    spans: [usize; 2],
    errors: [usize; 2],
    nanos: [i64; 2],
}

/// Those with the greatest difference first, and how many are left out.
pub(super) fn rows(
    traces: [&Trace; 2],
    paths: &[Vec<Slice>; 2],
    longer_trace: i64,
) -> (Vec<ServiceRow>, usize) {
    let mut rows: BTreeMap<&str, Sums> = BTreeMap::new();
    for (side, (trace, path)) in traces.into_iter().zip(paths).enumerate() {
        for span in &trace.spans {
            let row = rows.entry(trace.service_of(span)).or_default();
            row.spans[side] += 1;
            row.errors[side] += usize::from(span.is_error());
        }
        for slice in path {
            let service = trace.service_of(&trace.spans[slice.span]);
            rows.entry(service).or_default().nanos[side] += slice.nanos();
        }
    }
    let rows = rows.into_iter().map(|(service, sums)| ServiceRow {
        service: service.to_owned(),
        spans: sums.spans,
        errors: sums.errors,
        nanos: sums.nanos,
        change: changed(sums.nanos, longer_trace),
    });
    let mut rows: Vec<ServiceRow> = rows.collect();
    rows.sort_by_key(|row| Reverse(row.difference_nanos().unsigned_abs()));
    let more = rows.len().saturating_sub(MAX_SERVICES);
    rows.truncate(MAX_SERVICES);
    (rows, more)
}
