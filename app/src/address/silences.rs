//! Addresses of times in which alerts notify nobody.

use leptos_router::params::ParamsMap;

use super::query_string;
use crate::error::AppError;

pub(crate) const SILENCES_PATH: &str = "/alerts/silences";

/// The query of `/alerts/silences/new` that names an objective.
const OBJECTIVE: &str = "objective";

/// `/alerts/silences/new`, for one objective or for all.
pub(crate) fn new_silence_href(objective: Option<i64>) -> String {
    let objective = objective.map(|id| id.to_string());
    let fields: Vec<(&str, &str)> = objective
        .iter()
        .map(|id| (OBJECTIVE, id.as_str()))
        .collect();
    format!("{SILENCES_PATH}/new{}", query_string(&fields))
}

/// The objective that it names; empty for all.
pub(crate) fn read_new_silence(query: &ParamsMap) -> String {
    query.get(OBJECTIVE).unwrap_or_default()
}

pub(crate) fn edit_silence_href(id: i64) -> String {
    format!("{SILENCES_PATH}/{id}/edit")
}

/// The number of the silence in a path.
pub(crate) fn read_silence_id(path: &ParamsMap) -> Result<i64, AppError> {
    let id = path.get("id").unwrap_or_default();
    id.parse()
        .map_err(|_not_a_number| AppError::Address(format!("\"{id}\" names no silence")))
}

#[cfg(test)]
mod tests {
    use super::super::query::read_query;
    use super::*;

    #[test]
    fn a_link_fills_in_the_form() {
        assert_eq!(new_silence_href(None), "/alerts/silences/new");
        let href = new_silence_href(Some(7));
        let (_, query) = href.split_once('?').expect("a query");
        assert_eq!(read_new_silence(&read_query(query)), "7");
    }
}
