//! Stored traces: summaries and the documents that hold their spans.

mod list;
mod summary_row;
mod write;

use model::id::TraceId;
use model::trace::Trace;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;
use sqlx::PgConnection;

pub use list::{ListRequest, MAX_CANDIDATES};
pub use write::TraceWrite;
pub(crate) use write::write;

use crate::{Error, Store, document, otlp};

impl Store {
    /// The spans of a trace as they were received; none when it is not stored.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn resource_spans(&self, id: TraceId) -> Result<Option<Vec<ResourceSpans>>, Error> {
        let mut connection = self.pool.acquire().await?;
        let chunks = chunks(&mut connection, &[id]).await?;
        let spans: Vec<ResourceSpans> = chunks.into_iter().flat_map(|(_, spans)| spans).collect();
        Ok((!spans.is_empty()).then_some(spans))
    }

    /// A trace; none when it is not stored.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn trace(&self, id: TraceId) -> Result<Option<Trace>, Error> {
        let spans = self.resource_spans(id).await?;
        Ok(spans.map(|spans| otlp::trace(id, &spans)))
    }
}

/// The chunks of traces, each with its trace, in order.
pub(crate) async fn chunks(
    connection: &mut PgConnection,
    ids: &[TraceId],
) -> Result<Vec<(TraceId, Vec<ResourceSpans>)>, Error> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = sqlx::query!(
        "select trace_id, body
        from trace_chunk
        where trace_id = any ($1::bytea[])
        order by trace_id, chunk",
        &ids as &[&[u8]],
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = TraceId::from_slice(&row.trace_id).map_err(|source| Error::Key {
                table: "trace_chunk",
                source,
            })?;
            let spans = document::decode(&row.body).map_err(|error| Error::Inconsistent {
                table: "trace_chunk",
                column: "body",
                trace_id: id,
                reason: error.to_string(),
            })?;
            Ok((id, spans))
        })
        .collect()
}

/// A count in a column of type `integer`.
pub(crate) fn saturated(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Text as Postgres can hold it: without the character U+0000.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
