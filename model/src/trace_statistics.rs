//! What the operations of a trace add up to.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::critical_path::critical_path;
use crate::id::SpanId;
use crate::self_time::self_times;
use crate::trace::Trace;

/// Most rows of a table; those left out are counted.
pub const MAX_ROWS: usize = 500;

/// An operation of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub service: String,
    pub operation: String,
    pub sums: Sums,
    /// The one of its spans that took longest.
    pub longest: SpanId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    pub spans: usize,
    pub errors: usize,
    /// Of all spans, one after the other.
    pub total_nanos: i64,
    pub longest_nanos: i64,
    /// See [`crate::self_time`].
    pub self_nanos: i64,
    /// For how long the request waited for it: see [`crate::critical_path`]. Those of all rows add
    /// up to what the request took.
    pub critical_nanos: i64,
}

/// What the rows are sorted by, greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Order {
    #[default]
    Critical,
    SelfTime,
    Total,
    Longest,
    Spans,
    Errors,
}

impl Order {
    pub const ALL: [Self; 6] = [
        Self::Spans,
        Self::Errors,
        Self::Total,
        Self::Longest,
        Self::SelfTime,
        Self::Critical,
    ];

    /// As addresses have it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::SelfTime => "self",
            Self::Total => "total",
            Self::Longest => "longest",
            Self::Spans => "spans",
            Self::Errors => "errors",
        }
    }

    /// That of no key is the default.
    #[must_use]
    pub fn of_key(key: &str) -> Self {
        let own = Self::ALL.into_iter().find(|order| order.key() == key);
        own.unwrap_or_default()
    }

    fn figure(self, sums: &Sums) -> i64 {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::Critical => sums.critical_nanos,
            Self::SelfTime => sums.self_nanos,
            Self::Total => sums.total_nanos,
            Self::Longest => sums.longest_nanos,
            Self::Spans => count(sums.spans),
            Self::Errors => count(sums.errors),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Statistics {
    pub rows: Vec<Row>,
    pub rows_left_out: usize,
    /// Of all rows, also those left out.
    pub sums: Sums,
}

impl Statistics {
    /// `shifts` are those of [`crate::clock_skew`].
    #[must_use]
    pub fn of(trace: &Trace, shifts: &[i64], order: Order) -> Self {
        let mut critical = vec![0_i64; trace.spans.len()];
        if let Some(root) = trace.root_position() {
            for slice in critical_path(trace, shifts, root) {
                critical[slice.span] += slice.nanos();
            }
        }
        let mut rows: HashMap<(&str, &str), (Sums, SpanId)> = HashMap::new();
        let mut all = Sums::default();
        let figures = self_times(trace, shifts).into_iter().zip(critical);
        for (span, (self_nanos, critical_nanos)) in trace.spans.iter().zip(figures) {
            let nanos = span.duration_nanos().max(0);
            let own = Sums {
                spans: 1,
                errors: usize::from(span.is_error()),
                total_nanos: nanos,
                longest_nanos: nanos,
                self_nanos,
                critical_nanos,
            };
            all.add(&own);
            let name = (trace.service_of(span), &*span.name);
            let (sums, longest) = rows.entry(name).or_insert((Sums::default(), span.id));
            if nanos > sums.longest_nanos {
                *longest = span.id;
            }
            sums.add(&own);
        }
        let rows = rows.into_iter().map(|(name, (sums, longest))| Row {
            service: name.0.to_owned(),
            operation: name.1.to_owned(),
            sums,
            longest,
        });
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_by(|one, other| {
            let figure = |row: &Row| Reverse((order.figure(&row.sums), row.sums.total_nanos));
            let names = || (&one.service, &one.operation).cmp(&(&other.service, &other.operation));
            figure(one).cmp(&figure(other)).then_with(names)
        });
        let rows_left_out = rows.len().saturating_sub(MAX_ROWS);
        rows.truncate(MAX_ROWS);
        Self {
            rows,
            rows_left_out,
            sums: all,
        }
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.spans += other.spans;
        self.errors += other.errors;
        self.total_nanos = self.total_nanos.saturating_add(other.total_nanos);
        self.longest_nanos = self.longest_nanos.max(other.longest_nanos);
        self.self_nanos = self.self_nanos.saturating_add(other.self_nanos);
        self.critical_nanos = self.critical_nanos.saturating_add(other.critical_nanos);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Span, StatusCode};
    use crate::trace::tests::{build, span, span_id};

    /// Two calls of one operation, one after the other, the second of which fails.
    fn statistics(order: Order) -> Statistics {
        let at = |id, parent, name: &str, start, end| Span {
            name: name.into(),
            end_nanos: end,
            ..span(id, parent, start)
        };
        let mut failed = at(3, 1, "query", 60, 95);
        failed.status.code = StatusCode::Error;
        let spans = vec![
            at(1, 0, "pay", 0, 100),
            at(2, 1, "query", 10, 40),
            failed,
            at(4, 1, "write", 20, 30),
        ];
        let trace = build(spans);
        Statistics::of(&trace, &[0; 4], order)
    }

    #[test]
    fn operations_are_summed() {
        let statistics = statistics(Order::Critical);
        let names = statistics.rows.iter().map(|row| &*row.operation);
        assert_eq!(names.collect::<Vec<_>>(), ["query", "pay", "write"]);
        let query = &statistics.rows[0];
        assert_eq!(query.longest, span_id(3));
        assert_eq!(
            query.sums,
            Sums {
                spans: 2,
                errors: 1,
                total_nanos: 65,
                longest_nanos: 35,
                self_nanos: 65,
                critical_nanos: 65,
            }
        );
        assert_eq!(statistics.sums.spans, 4);
        assert_eq!(statistics.sums.critical_nanos, 100, "what the request took");
        assert_eq!(statistics.rows_left_out, 0);
    }

    #[test]
    fn rows_are_sorted_by_any_figure() {
        let first = |order| statistics(order).rows.remove(0).operation;
        assert_eq!(first(Order::Total), "pay");
        assert_eq!(first(Order::Longest), "pay");
        for order in [Order::SelfTime, Order::Spans, Order::Errors] {
            assert_eq!(first(order), "query", "{order:?}");
        }
        for order in Order::ALL {
            assert_eq!(Order::of_key(order.key()), order);
        }
        assert_eq!(Order::of_key("x"), Order::Critical);
    }
}
