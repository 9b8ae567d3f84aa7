//! Addresses of objectives and alerts.

use leptos_router::params::ParamsMap;
use model::journey::Key;
use model::objective::{Draft, Field, Over};

use super::query_string;
use crate::error::AppError;

pub(crate) const SLOS_PATH: &str = "/slos";
pub(crate) const ALERTS_PATH: &str = "/alerts";

pub(crate) fn slo_href(id: i64) -> String {
    format!("{SLOS_PATH}/{id}")
}

pub(crate) fn edit_slo_href(id: i64) -> String {
    format!("{SLOS_PATH}/{id}/edit")
}

/// `/slos/new`, for the requests of a journey.
pub(crate) fn new_slo_href(journey: Option<&Key>) -> String {
    let fields = journey.map_or(vec![], |journey| {
        let over = Over::Journey {
            journey: journey.clone(),
        };
        vec![
            (field_name(Field::Over), over.name().to_owned()),
            (field_name(Field::Journey), journey.to_string()),
        ]
    });
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    format!("{SLOS_PATH}/new{}", query_string(&fields))
}

/// The number of the objective in a path.
pub(crate) fn read_slo_id(path: &ParamsMap) -> Result<i64, AppError> {
    let id = path.get("id").unwrap_or_default();
    id.parse()
        .map_err(|_not_a_number| AppError::Address(format!("\"{id}\" names no objective")))
}

/// What the query says of the fields of a draft, whose others stay as they are; none when it says
/// nothing.
pub(crate) fn read_slo_draft(query: &ParamsMap, mut draft: Draft) -> Option<Draft> {
    let mut is_told = false;
    for field in Field::ALL {
        if let Some(value) = query.get(&field_name(field)) {
            *draft.field_mut(field) = value;
            is_told = true;
        }
    }
    is_told.then_some(draft)
}

/// As forms name it.
fn field_name(field: Field) -> String {
    format!("draft[{}]", field.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fills_in_the_form() {
        let href = new_slo_href(Some(&Key::Label("sign in".into())));
        assert_eq!(
            href,
            "/slos/new?draft[over]=journey&draft[journey]=label:sign%20in"
        );
        let mut query = ParamsMap::new();
        query.insert("draft[over]".to_owned(), "journey".to_owned());
        let draft = read_slo_draft(&query, Draft::usual()).expect("told");
        assert_eq!(
            (draft.over.as_str(), draft.target.as_str()),
            ("journey", "99.9")
        );
        assert_eq!(read_slo_draft(&ParamsMap::new(), Draft::usual()), None);
    }
}
