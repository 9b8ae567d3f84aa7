//! `GET /api/v1/traces/export`: the traces of a list, whole, as lines of OTLP JSON.
//!
//! Each line is a `TracesData`, as files of OTLP's file exporter have them. Where the answer ends
//! before the list does, its last line is one without spans that says so and where the rest
//! begins, in a field that readers of OTLP pass over as they do all that they do not know.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use model::format;
use model::id::TraceId;
use model::list_order::{Cursor, ListOrder};
use model::otlp::json::write_traces;
use model::summary::{Page, Summary};
use serde_json::json;
use store::Store;
use store::traces::batches;
use tokio::task::block_in_place;

use super::error::ApiError;
use super::rollups;
use super::traces::{MAX_LIMIT, Parameters, request};
use crate::clock;
use crate::ingest::redact::Redactor;

/// Most bytes of one answer, but for a single trace of more.
const MAX_BYTES: usize = 256 << 20;

pub(super) async fn export(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters?;
    let filter = rollups::filter(&parameters.q, &redactor)?;
    let request = request(&parameters, filter, clock::now_nanos(), MAX_LIMIT)?;
    let page = store.list(&request).await?;
    let export = Export::of(store, request.order, page, MAX_BYTES);
    let parts = stream::try_unfold(export, |export| async {
        // The answer has begun, so a client learns of it by the connection that breaks.
        let part = export.part().await;
        part.map_err(|error| io::Error::other(error.answer().message))
    });
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"traces.jsonl\""),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// An answer that is being written.
struct Export {
    store: Store,
    order: ListOrder,
    /// Those that are not written yet.
    traces: Vec<Summary>,
    /// Where what is not part of the answer begins, and why it is not.
    rest: Option<(Cursor, String)>,
    written: Written,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct Written {
    bytes: usize,
    /// Where the last trace ends.
    end: Option<Cursor>,
}

impl Export {
    fn of(store: Store, order: ListOrder, page: Page, max_bytes: usize) -> Self {
        let reason = match page.stopped_after {
            Some(looked_at) => format!(
                "The search looked at {}; there may be more.",
                format::counted(looked_at, "trace")
            ),
            None => format!(
                "There are more than {}.",
                format::counted(page.traces.len(), "trace")
            ),
        };
        Self {
            store,
            order,
            rest: page.next.map(|next| (next, reason)),
            traces: page.traces,
            written: Written::default(),
            max_bytes,
        }
    }

    /// Writes on: some lines, or none when the end is reached.
    async fn part(mut self) -> Result<Option<(String, Self)>, ApiError> {
        let Some(batch) = batches(&self.traces).next() else {
            let last = self.rest.take().map(|(next, reason)| rest(next, &reason));
            return Ok(last.map(|line| (line, self)));
        };
        let batch = batch.to_vec();
        let ids: Vec<TraceId> = batch.iter().map(|summary| summary.trace_id).collect();
        let messages = self.store.messages(&ids).await?.into_iter().collect();
        let lines = block_in_place(|| self.lines(&batch, messages))?;
        Ok(Some((lines, self)))
    }

    fn lines(
        &mut self,
        batch: &[Summary],
        mut messages: HashMap<TraceId, Vec<u8>>,
    ) -> Result<String, ApiError> {
        let mut lines = String::new();
        for summary in batch {
            // What has expired since it was listed is not there any more.
            let Some(message) = messages.remove(&summary.trace_id) else {
                continue;
            };
            let line = write_traces(&message)?;
            let bytes = self.written.bytes + line.len() + 1;
            if let Some(end) = self.written.end.filter(|_| bytes > self.max_bytes) {
                let reason = format!("One answer has at most {} MiB.", self.max_bytes >> 20);
                self.rest = Some((end, reason));
                self.traces.clear();
                return Ok(lines);
            }
            self.written.bytes = bytes;
            self.written.end = Some(self.order.cursor(summary));
            lines.push_str(&line);
            lines.push('\n');
        }
        self.traces.drain(..batch.len());
        Ok(lines)
    }
}

/// The line that says where the rest begins.
fn rest(next: Cursor, reason: &str) -> String {
    let more = json!({ "next_cursor": next.to_string(), "message": reason });
    format!("{}\n", json!({ "resourceSpans": [], "more": more }))
}
