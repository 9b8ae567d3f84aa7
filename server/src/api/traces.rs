//! `GET /api/v1/traces`: the list of traces.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use model::dimensions::Dimension;
use model::filter::{Filter, FilterError};
use model::format::rfc3339;
use model::list_columns::{Columns, ColumnsError};
use model::list_order::{Cursor, CursorError, ListOrder};
use model::summary::Summary;
use model::time::TimeError;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Store;
use store::traces::ListRequest;

use super::csv::{self, Format};
use super::error::ApiError;
use super::rollups;
use super::trace_columns::Table;
use crate::clock;
use crate::ingest::redact::Redactor;

/// Those of the table where none are chosen.
const TABLE_COLUMNS: &str = "start,duration,root,spans,errors,region,release";

const DEFAULT_LIMIT: usize = 50;
pub(super) const MAX_LIMIT: usize = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    pub(super) q: String,
    from: String,
    to: String,
    order: String,
    limit: Option<usize>,
    cursor: String,
    /// [`Columns`]; without any all that is known of a trace.
    columns: String,
    format: Format,
}

pub(super) async fn list(
    State((store, redactor)): State<(Store, Arc<Redactor>)>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(parameters) = parameters?;
    let filter = rollups::filter(&parameters.q, &redactor)?;
    let request = request(&parameters, filter, clock::now_nanos(), DEFAULT_LIMIT)?;
    let is_csv = parameters.format == Format::Csv;
    let columns: Option<Columns> = match parameters.columns.as_str() {
        "" if is_csv => Some(TABLE_COLUMNS.parse()?),
        "" => None,
        names => Some(names.parse()?),
    };
    let page = store.list(&request).await?;
    let table = match columns {
        Some(columns) => Some(Table::read(&store, columns, &page.traces).await?),
        None => None,
    };
    if let Some(table) = table.as_ref().filter(|_| is_csv) {
        let rows = page.traces.iter().map(|summary| table.cells(summary));
        let more = page.next.map(|cursor| format!("cursor={cursor}"));
        return csv::table("traces", &table.headings(), rows, more);
    }
    let object = |trace: &Summary| match &table {
        Some(table) => table.object(trace),
        None => summary(trace),
    };
    Ok(Json(json!({
        "traces": page.traces.iter().map(object).collect::<Vec<_>>(),
        "next_cursor": page.next.map(|cursor| cursor.to_string()),
        "stopped_after": page.stopped_after,
    }))
    .into_response())
}

pub(super) fn request(
    parameters: &Parameters,
    filter: Filter,
    now_nanos: i64,
    default_limit: usize,
) -> Result<ListRequest, ApiError> {
    let time = rollups::time(&parameters.from, &parameters.to, now_nanos)?;
    let cursor = parameters.cursor.as_str();
    let after = if cursor.is_empty() {
        None
    } else {
        Some(cursor.parse::<Cursor>()?)
    };
    let order = match parameters.order.as_str() {
        "" => Some(ListOrder::default()),
        name => ListOrder::of_name(name),
    };
    let order = order.ok_or_else(|| ApiError::BadRequest {
        message: format!("There is no order \"{}\".", parameters.order),
        hint: format!("Write {}.", ListOrder::ALL.map(ListOrder::name).join(", ")),
    })?;
    let limit = parameters.limit.unwrap_or(default_limit);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let hint =
            format!("Write a number from 1 to {MAX_LIMIT}, and follow next_cursor for more.");
        return Err(ApiError::BadRequest {
            message: format!("limit cannot be {limit}."),
            hint,
        });
    }
    Ok(ListRequest {
        filter,
        from_nanos: time.from_nanos,
        to_nanos: time.to_nanos,
        order,
        after,
        limit,
    })
}

pub(super) fn summary(summary: &Summary) -> Value {
    let mut object = json!({
        "trace_id": summary.trace_id,
        "root_service": summary.root_service,
        "root_operation": summary.root_operation,
        "start_time": rfc3339(summary.start_nanos),
        "start_nanos": summary.start_nanos.to_string(),
        "duration_nanos": summary.duration_nanos,
        "span_count": summary.span_count,
        "error_count": summary.error_count,
        "defect_count": summary.defect_count,
        "weight": summary.weight,
        "services": summary.services,
        "flags": summary.flags.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    for dimension in Dimension::ALL {
        object[dimension.key()] = json!(summary.dimensions.get(dimension));
    }
    object
}

impl From<FilterError> for ApiError {
    fn from(error: FilterError) -> Self {
        let message = format!("{} (at byte {} of q).", error.message, error.at);
        Self::BadRequest {
            message,
            hint: error.hint,
        }
    }
}

impl From<TimeError> for ApiError {
    fn from(error: TimeError) -> Self {
        let hint = "from and to take RFC 3339, Unix seconds, or now-1h.".into();
        Self::BadRequest {
            message: format!("{error}."),
            hint,
        }
    }
}

impl From<CursorError> for ApiError {
    fn from(error: CursorError) -> Self {
        Self::BadRequest {
            message: "cursor is not a cursor.".into(),
            hint: format!("{error}."),
        }
    }
}

impl From<ColumnsError> for ApiError {
    fn from(error: ColumnsError) -> Self {
        Self::BadRequest {
            message: format!("columns: {error}."),
            hint: error.hint(),
        }
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        let hint = "Write each parameter once and percent-encoded; limit is a number.".into();
        Self::BadRequest {
            message: rejection.body_text(),
            hint,
        }
    }
}
