//! A refusal in words, for clients whose protocol has no form for it.

use std::fmt::Display;

use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::otlp::status::RETRY_DELAY;

/// Says when to come back where that can help.
pub(super) fn refusal(status: StatusCode, words: &impl Display) -> Response {
    let mut response = (status, format!("{words}\n")).into_response();
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) {
        let seconds = HeaderValue::from(RETRY_DELAY.as_secs());
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}
