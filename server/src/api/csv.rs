//! Tables as comma-separated values (RFC 4180).

use axum::response::{AppendHeaders, IntoResponse, Response};
use http::HeaderName;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::Value;

use super::error::ApiError;

/// How a table is answered.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    #[default]
    #[serde(alias = "")]
    Json,
    Csv,
}

/// What begins like this, spreadsheets take for a formula and run.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Says what a table has not.
const MORE: HeaderName = HeaderName::from_static("x-more");

/// A table as a file of that name, with a row of headings. `more` says in words what else there is.
pub(super) fn table(
    name: &str,
    headings: &[impl AsRef<[u8]>],
    rows: impl IntoIterator<Item = Vec<Cell>>,
    more: Option<String>,
) -> Result<Response, ApiError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headings)?;
    for row in rows {
        writer.write_record(row.iter().map(Cell::text))?;
    }
    let body = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.csv\""),
        ),
    ];
    let more = more.map(|more| AppendHeaders([(MORE, more)]));
    Ok((headers, more, body).into_response())
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Written by us.
    Own(String),
    /// Of a span, and so of anybody.
    Foreign(String),
}

impl Cell {
    /// A value as JSON has it; the parts of a list stand side by side.
    pub(super) fn of(value: Value) -> Self {
        match value {
            Value::Null => Self::Own(String::new()),
            Value::String(text) => Self::Foreign(text),
            Value::Array(values) => {
                let texts = values.into_iter().map(|value| match value {
                    Value::String(text) => text,
                    other => other.to_string(),
                });
                Self::Foreign(texts.collect::<Vec<_>>().join(", "))
            }
            other => Self::Own(other.to_string()),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Foreign(text) if text.starts_with(FORMULA) => format!("'{text}"),
            Self::Own(text) | Self::Foreign(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_of_spans_is_no_formula() {
        let foreign = |text: &str| Cell::Foreign(text.into()).text();
        assert_eq!(foreign("=1+1"), "'=1+1");
        assert_eq!(foreign("GET /"), "GET /");
        assert_eq!(Cell::of(json!(["=1", "b"])).text(), "'=1, b");
        assert_eq!(Cell::of(json!(-1)).text(), "-1");
        assert_eq!(Cell::of(Value::Null).text(), "");
    }
}
