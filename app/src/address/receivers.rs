//! Addresses of those who are told of alerts.

use leptos_router::params::ParamsMap;

use crate::error::AppError;

pub(crate) const RECEIVERS_PATH: &str = "/alerts/receivers";

pub(crate) fn new_receiver_href() -> String {
    format!("{RECEIVERS_PATH}/new")
}

pub(crate) fn edit_receiver_href(id: i64) -> String {
    format!("{RECEIVERS_PATH}/{id}/edit")
}

/// The number of the receiver in a path.
pub(crate) fn read_receiver_id(path: &ParamsMap) -> Result<i64, AppError> {
    let id = path.get("id").unwrap_or_default();
    id.parse()
        .map_err(|_not_a_number| AppError::Address(format!("\"{id}\" names no receiver")))
}
