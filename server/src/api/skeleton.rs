//! `GET /traces/{id}/skeleton?clock=raw`: what the rows of a trace show, as
//! `model::layout::waterfall` writes it, for the page of the trace.

use std::io::{self, Write};

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use model::id::TraceId;
use model::layout::waterfall::{Clock, Skeleton};
use serde::Deserialize;
use store::Store;
use tokio::task::block_in_place;

use super::error::ApiError;

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    #[serde(default)]
    clock: String,
}

pub(super) async fn skeleton(
    State(store): State<Store>,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id: TraceId = id.parse()?;
    let clock = match parameters.clock.as_str() {
        "" | "corrected" => Clock::Corrected,
        "raw" => Clock::Raw,
        other => {
            return Err(ApiError::BadRequest {
                message: format!("There is no clock \"{other}\"."),
                hint: "Write clock=corrected or clock=raw.".into(),
            });
        }
    };
    let trace = store.shared_trace(id).await?;
    let trace = trace.ok_or_else(|| ApiError::NotFound {
        message: format!("There is no trace {id}."),
        hint: "It may not have been sent, or not yet be stored: that takes up to 10 seconds."
            .into(),
    })?;
    let accepts_gzip = headers.get(ACCEPT_ENCODING).is_some_and(|accepted| {
        let accepted = accepted.to_str().unwrap_or_default();
        accepted.split([',', ';', ' ']).any(|name| name == "gzip")
    });
    let head = [
        (CONTENT_TYPE, "application/octet-stream"),
        // A trace may grow.
        (CACHE_CONTROL, "no-store"),
        (VARY, "accept-encoding"),
    ];
    let body = block_in_place(|| {
        let bytes = Skeleton::of(&trace, clock).encode();
        if accepts_gzip {
            gzip(&bytes)
        } else {
            Ok(bytes)
        }
    })?;
    Ok(if accepts_gzip {
        (head, [(CONTENT_ENCODING, "gzip")], body).into_response()
    } else {
        (head, body).into_response()
    })
}

/// Quickly: ids of spans are no shorter for it, and the rest is either way.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::with_capacity(bytes.len()), Compression::fast());
    gzip.write_all(bytes)?;
    gzip.finish()
}
