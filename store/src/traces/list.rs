//! The list of traces: newest first, filtered, in pages.

use std::collections::HashSet;

use model::cursor::Cursor;
use model::dimensions::Dimension;
use model::filter::{Filter, Order, SpanTest, Test, TraceTest};
use model::flags::Flag;
use model::id::TraceId;
use model::span::StatusCode;
use model::summary::{Outcome, Page, Summary};

use super::summary_row::SummaryRow;
use super::{chunks, decode, saturated, storable};
use crate::{Error, Store};

/// How many traces one search looks at, at most, before it answers with what it has found.
pub const MAX_CANDIDATES: usize = 5_000;

/// How many summaries are read at once.
const BATCH: usize = 200;

#[derive(Debug, Clone)]
pub struct ListRequest {
    pub filter: Filter,
    /// First nanosecond.
    pub from_nanos: i64,
    /// The nanosecond after the last.
    pub to_nanos: i64,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Most traces to return.
    pub limit: usize,
}

impl Store {
    /// One page of the traces that began within the range and meet the filter.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, Error> {
        let mut traces = Vec::new();
        let mut after = request.after;
        let mut looked_at = 0;
        loop {
            let candidates = self.candidates(request, after).await?;
            let is_last = candidates.len() < BATCH;
            looked_at += candidates.len();
            let end = candidates.last().map(cursor);
            for found in self.matching(&request.filter, candidates).await? {
                if traces.len() == request.limit {
                    let next = traces.last().map(cursor);
                    return Ok(Page {
                        traces,
                        next,
                        stopped_after: None,
                    });
                }
                traces.push(found);
            }
            if is_last {
                return Ok(Page {
                    traces,
                    next: None,
                    stopped_after: None,
                });
            }
            if looked_at >= MAX_CANDIDATES {
                return Ok(Page {
                    traces,
                    next: end,
                    stopped_after: Some(looked_at),
                });
            }
            after = end;
        }
    }

    /// What lists show of one trace; none when it is not stored.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn summary(&self, id: TraceId) -> Result<Option<Summary>, Error> {
        let row = sqlx::query_as!(
            SummaryRow,
            "select
                trace_id,
                start_nanos,
                duration_nanos,
                span_count,
                error_count,
                defect_count,
                weight,
                root_service,
                root_operation,
                services,
                app_type,
                app_id,
                region,
                release,
                app_version,
                os,
                device,
                device_class,
                network,
                environment,
                tier,
                journey,
                session_id,
                user_id,
                failed,
                flags
            from trace_summary
            where trace_id = $1
            order by day desc
            limit 1",
            id.as_bytes().as_slice(),
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(Summary::try_from).transpose()
    }

    /// Whether any trace is stored.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_empty(&self) -> Result<bool, Error> {
        let any = sqlx::query_scalar!(r#"select exists (select from trace_summary) as "any!""#)
            .fetch_one(&self.pool)
            .await?;
        Ok(!any)
    }

    /// The candidates that meet the filter; what their summaries do not tell, their spans do.
    async fn matching(
        &self,
        filter: &Filter,
        candidates: Vec<Summary>,
    ) -> Result<Vec<Summary>, Error> {
        let mut matching: Vec<Summary> = candidates
            .into_iter()
            .filter(|summary| filter.accepts_summary(summary))
            .collect();
        if !filter.needs_spans() {
            return Ok(matching);
        }
        let ids: Vec<TraceId> = matching.iter().map(|summary| summary.trace_id).collect();
        let mut connection = self.pool.acquire().await?;
        let chunks = chunks(&mut connection, &self.dictionaries, &ids, 0).await?;
        drop(connection);
        let mut accepted = HashSet::new();
        for chunks in chunks.chunk_by(|left, right| left.trace_id == right.trace_id) {
            let id = chunks[0].trace_id;
            let messages: Vec<&[u8]> = chunks.iter().map(|chunk| &chunk.message[..]).collect();
            if filter.accepts_spans(&decode(id, &messages)?) {
                accepted.insert(id);
            }
        }
        matching.retain(|summary| accepted.contains(&summary.trace_id));
        Ok(matching)
    }

    /// The next summaries that may meet the filter. Statements of the filter that a column can
    /// tell narrow them here; all are looked at again by [`Self::matching`].
    async fn candidates(
        &self,
        request: &ListRequest,
        after: Option<Cursor>,
    ) -> Result<Vec<Summary>, Error> {
        let needs = Needs::of(&request.filter);
        let rows = sqlx::query_as!(
            SummaryRow,
            "select
                trace_id,
                start_nanos,
                duration_nanos,
                span_count,
                error_count,
                defect_count,
                weight,
                root_service,
                root_operation,
                services,
                app_type,
                app_id,
                region,
                release,
                app_version,
                os,
                device,
                device_class,
                network,
                environment,
                tier,
                journey,
                session_id,
                user_id,
                failed,
                flags
            from trace_summary
            where start_nanos >= $1
                and start_nanos < $2
                and ($3::bigint is null or (start_nanos, trace_id) < ($3, $4::bytea))
                and duration_nanos between $5 and $6
                and services @> $7::text[]
                and error_count >= $8
                and ($9::bytea is null or trace_id = $9)
                and ($10::text is null or region = $10)
                and ($11::text is null or release = $11)
                and ($12::text is null or app_version = $12)
                and ($13::text is null or os = $13)
                and ($14::text is null or device = $14)
                and ($15::text is null or network = $15)
                and ($16::text is null or journey = $16)
                and ($17::text is null or session_id = $17)
                and ($18::text is null or user_id = $18)
                and ($19::text is null or device_class = $19)
                and ($20::text is null or environment = $20)
                and ($21::text is null or tier = $21)
                and ($22::text is null or app_type = $22)
                and ($23::text is null or app_id = $23)
                and ($24::text is null or root_operation = $24)
                and (not $25 or failed is not null)
                and ($26::boolean is null or failed = $26)
                and (cardinality($27::text[]) = 0 or not exists (
                    select
                    from unnest($27) as wanted (flag)
                    where not exists (
                        select
                        from unnest(flags) as own (flag)
                        where own.flag = wanted.flag
                            or starts_with(own.flag, wanted.flag || '=')
                    )
                ))
            order by start_nanos desc, trace_id desc
            limit $28",
            request.from_nanos,
            request.to_nanos,
            after.map(|cursor| cursor.start_nanos),
            after.map(|cursor| cursor.trace_id.as_bytes().to_vec()),
            needs.duration_nanos.0,
            needs.duration_nanos.1,
            &needs.services,
            i32::from(needs.error),
            needs.trace_id.map(|id| id.as_bytes().to_vec()),
            needs.dimension(Dimension::Region),
            needs.dimension(Dimension::Release),
            needs.dimension(Dimension::AppVersion),
            needs.dimension(Dimension::Os),
            needs.dimension(Dimension::Device),
            needs.dimension(Dimension::Network),
            needs.dimension(Dimension::Journey),
            needs.dimension(Dimension::Session),
            needs.dimension(Dimension::User),
            needs.dimension(Dimension::DeviceClass),
            needs.dimension(Dimension::Environment),
            needs.dimension(Dimension::Tier),
            needs.dimension(Dimension::AppType),
            needs.dimension(Dimension::AppId),
            needs.root,
            needs.is_request,
            needs.failed,
            &needs.flags,
            i64::from(saturated(BATCH)),
        )
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Summary::try_from).collect()
    }
}

fn cursor(summary: &Summary) -> Cursor {
    Cursor {
        start_nanos: summary.start_nanos,
        trace_id: summary.trace_id,
    }
}

/// What the summary of every matching trace must have.
struct Needs<'a> {
    /// Least and greatest.
    duration_nanos: (i64, i64),
    services: Vec<String>,
    error: bool,
    trace_id: Option<TraceId>,
    root: Option<String>,
    is_request: bool,
    failed: Option<bool>,
    dimensions: Vec<(Dimension, &'a str)>,
    /// Each is there as it is, or with a variant behind it.
    flags: Vec<String>,
}

impl<'a> Needs<'a> {
    fn of(filter: &'a Filter) -> Self {
        let mut needs = Self {
            duration_nanos: (i64::MIN, i64::MAX),
            services: vec![],
            error: false,
            trace_id: None,
            root: None,
            is_request: false,
            failed: None,
            dimensions: vec![],
            flags: vec![],
        };
        for condition in filter
            .conditions
            .iter()
            .filter(|condition| !condition.negated)
        {
            match &condition.test {
                Test::Span(SpanTest::Service(name)) => needs.services.push(storable(name)),
                Test::Span(SpanTest::Status(StatusCode::Error)) => needs.error = true,
                Test::Span(_) => {}
                Test::Trace(TraceTest::Id(id)) => needs.trace_id = Some(*id),
                Test::Trace(TraceTest::Root(name)) => needs.root = Some(storable(name)),
                Test::Trace(TraceTest::Outcome(outcome)) => {
                    needs.is_request = true;
                    needs.failed = outcome
                        .map(|outcome| outcome == Outcome::Error)
                        .or(needs.failed);
                }
                Test::Trace(TraceTest::Duration { order, nanos }) => needs.duration(*order, *nanos),
                Test::Trace(TraceTest::Dimension { dimension, value }) => {
                    needs.dimensions.push((*dimension, value));
                }
                Test::Trace(TraceTest::Flag { name, variant }) => {
                    let flag = Flag {
                        name: name.clone(),
                        variant: variant.clone().unwrap_or_default(),
                    };
                    needs.flags.push(storable(&flag.to_string()));
                }
            }
        }
        needs
    }

    fn duration(&mut self, order: Order, nanos: i64) {
        let (least, greatest) = &mut self.duration_nanos;
        match order {
            Order::Less | Order::AtMost => *greatest = nanos.min(*greatest),
            Order::More | Order::AtLeast => *least = nanos.max(*least),
        }
    }

    fn dimension(&self, dimension: Dimension) -> Option<String> {
        let (_, value) = self
            .dimensions
            .iter()
            .find(|(found, _)| *found == dimension)?;
        Some(storable(value))
    }
}
