//! `GET /api/v1/events`: state changes of objectives and alerts as they happen.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::error::ApiError;
use crate::feed::{Feeds, MAX_FEEDS};

/// By which clients that connect again say what they have (WHATWG HTML, section 9.2.4).
const LAST_EVENT_ID: &str = "last-event-id";

pub(super) async fn follow(
    State(feeds): State<Feeds>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let after = headers.get(LAST_EVENT_ID).map(|value| {
        let number = value
            .to_str()
            .ok()
            .and_then(|text| text.trim().parse().ok());
        number.ok_or_else(|| ApiError::BadRequest {
            message: "Last-Event-ID is no number of an event.".into(),
            hint: "Send the id of the last event that you have, or leave it out.".into(),
        })
    });
    let opened = feeds.open(after.transpose()?).await?;
    opened.ok_or_else(|| ApiError::TooMany {
        message: format!("This server has {MAX_FEEDS} feeds open, which is the most it has."),
        hint: "Close one, or ask GET /api/v1/alerts every half a minute.".into(),
    })
}
