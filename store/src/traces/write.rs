//! Writing traces: the summary as it is now, and a new chunk for the new spans.

use model::dimensions::Dimension;
use model::index::TraceTerms;
use model::summary::{Outcome, Summary};
use sqlx::PgConnection;

use super::{saturated, storable};
use crate::{Error, term_index};

/// What one assembling adds to a trace.
#[derive(Debug)]
pub struct TraceWrite {
    /// Of the whole trace, with what was stored before.
    pub summary: Summary,
    /// The day on which it was first stored ([`super::day_of`]).
    pub day: i32,
    pub new_spans: usize,
    /// Number of the new chunk: how many there are already.
    pub chunk: i32,
    /// The new spans as a document ([`crate::document`]).
    pub body: Vec<u8>,
    /// What the whole trace is found by.
    pub terms: TraceTerms,
}

pub(crate) async fn write(
    connection: &mut PgConnection,
    writes: &[TraceWrite],
) -> Result<(), Error> {
    if writes.is_empty() {
        return Ok(());
    }
    write_summaries(connection, writes).await?;
    write_chunks(connection, writes).await?;
    term_index::write(connection, writes).await
}

#[expect(
    clippy::too_many_lines,
    reason = "one statement with its columns one to a line"
)]
async fn write_summaries(
    connection: &mut PgConnection,
    writes: &[TraceWrite],
) -> Result<(), Error> {
    let of = |value: fn(&Summary) -> i64| column(writes, value);
    let counts = |value: fn(&Summary) -> usize| column(writes, |summary| saturated(value(summary)));
    let dimension = |dimension: Dimension| {
        column(writes, |summary| {
            summary.dimensions.get(dimension).map(storable)
        })
    };
    // Arrays of arrays must be rectangular in Postgres: services and flags travel as one text each.
    let services = column(writes, |summary| joined(&summary.services));
    let flags = column(writes, |summary| joined(&summary.flags));
    sqlx::query!(
        "insert into trace_summary (
            trace_id,
            day,
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
        )
        select
            trace_id,
            day,
            start_nanos,
            duration_nanos,
            span_count,
            error_count,
            defect_count,
            weight,
            root_service,
            root_operation,
            string_to_array(services, e'\\x1f'),
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
            string_to_array(flags, e'\\x1f')
        from unnest(
            $1::bytea[],
            $2::bigint[],
            $3::bigint[],
            $4::int[],
            $5::int[],
            $6::int[],
            $7::text[],
            $8::text[],
            $9::text[],
            $10::text[],
            $11::text[],
            $12::text[],
            $13::text[],
            $14::text[],
            $15::text[],
            $16::text[],
            $17::text[],
            $18::text[],
            $19::text[],
            $20::text[],
            $21::text[],
            $22::text[],
            $23::text[],
            $24::int[],
            $25::double precision[],
            $26::boolean[],
            $27::text[]
        ) as summary (
            trace_id,
            start_nanos,
            duration_nanos,
            span_count,
            error_count,
            defect_count,
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
            day,
            weight,
            failed,
            flags
        )
        -- The weight was decided when the trace was first kept.
        on conflict (trace_id, day) do update set
            start_nanos = excluded.start_nanos,
            duration_nanos = excluded.duration_nanos,
            span_count = excluded.span_count,
            error_count = excluded.error_count,
            defect_count = excluded.defect_count,
            root_service = excluded.root_service,
            root_operation = excluded.root_operation,
            services = excluded.services,
            app_type = excluded.app_type,
            app_id = excluded.app_id,
            region = excluded.region,
            release = excluded.release,
            app_version = excluded.app_version,
            os = excluded.os,
            device = excluded.device,
            device_class = excluded.device_class,
            network = excluded.network,
            environment = excluded.environment,
            tier = excluded.tier,
            journey = excluded.journey,
            session_id = excluded.session_id,
            user_id = excluded.user_id,
            failed = excluded.failed,
            flags = excluded.flags",
        &trace_ids(writes) as &[&[u8]],
        &of(|summary| summary.start_nanos),
        &of(|summary| summary.duration_nanos),
        &counts(|summary| summary.span_count),
        &counts(|summary| summary.error_count),
        &counts(|summary| summary.defect_count),
        &column(writes, |summary| storable(&summary.root_service)),
        &column(writes, |summary| storable(&summary.root_operation)),
        &services,
        &dimension(Dimension::AppType) as &[Option<String>],
        &dimension(Dimension::AppId) as &[Option<String>],
        &dimension(Dimension::Region) as &[Option<String>],
        &dimension(Dimension::Release) as &[Option<String>],
        &dimension(Dimension::AppVersion) as &[Option<String>],
        &dimension(Dimension::Os) as &[Option<String>],
        &dimension(Dimension::Device) as &[Option<String>],
        &dimension(Dimension::DeviceClass) as &[Option<String>],
        &dimension(Dimension::Network) as &[Option<String>],
        &dimension(Dimension::Environment) as &[Option<String>],
        &dimension(Dimension::Tier) as &[Option<String>],
        &dimension(Dimension::Journey) as &[Option<String>],
        &dimension(Dimension::Session) as &[Option<String>],
        &dimension(Dimension::User) as &[Option<String>],
        &days(writes),
        &column(writes, |summary| summary.weight),
        &column(writes, |summary| summary
            .outcome
            .map(|outcome| outcome == Outcome::Error)) as &[Option<bool>],
        &flags,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_chunks(connection: &mut PgConnection, writes: &[TraceWrite]) -> Result<(), Error> {
    let chunks: Vec<i32> = writes.iter().map(|write| write.chunk).collect();
    let bodies: Vec<&[u8]> = writes.iter().map(|write| write.body.as_slice()).collect();
    sqlx::query!(
        "insert into trace_chunk (trace_id, day, chunk, body)
        select * from unnest($1::bytea[], $2::int[], $3::int[], $4::bytea[])",
        &trace_ids(writes) as &[&[u8]],
        &days(writes),
        &chunks,
        &bodies as &[&[u8]],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Texts as one, with a sign between them that none of them has.
fn joined<T: ToString>(texts: &[T]) -> String {
    let texts = texts.iter().map(ToString::to_string);
    let texts = texts.map(|text| storable(&text).replace('\u{1f}', " "));
    texts.collect::<Vec<_>>().join("\u{1f}")
}

fn trace_ids(writes: &[TraceWrite]) -> Vec<&[u8]> {
    writes
        .iter()
        .map(|write| write.summary.trace_id.as_bytes().as_slice())
        .collect()
}

fn days(writes: &[TraceWrite]) -> Vec<i32> {
    writes.iter().map(|write| write.day).collect()
}

fn column<T>(writes: &[TraceWrite], value: impl Fn(&Summary) -> T) -> Vec<T> {
    writes.iter().map(|write| value(&write.summary)).collect()
}
