//! Addresses of saved views.

use leptos_router::params::ParamsMap;
use model::view::{Draft, Field, View};

use super::query_string;
use crate::error::AppError;

pub(crate) const VIEWS_PATH: &str = "/views";

/// The short link of a view, which leads to what it has saved.
pub(crate) fn view_href(view: &View) -> String {
    format!("{VIEWS_PATH}/{}", view.id)
}

pub(crate) fn edit_view_href(id: i64) -> String {
    format!("{VIEWS_PATH}/{id}/edit")
}

/// `/views/new?path=`: saves the page at that address.
pub(crate) fn new_view_href(path: &str) -> String {
    format!(
        "{VIEWS_PATH}/new{}",
        query_string(&[(Field::Path.key(), path)])
    )
}

pub(crate) fn read_new_view(query: &ParamsMap) -> Draft {
    Draft {
        path: query.get(Field::Path.key()).unwrap_or_default(),
        ..Draft::default()
    }
}

/// The number in `/views/{id}`.
pub(crate) fn read_view_id(path: &ParamsMap) -> Result<i64, AppError> {
    let id = path.get("id").unwrap_or_default();
    let number: Option<i64> = id.parse().ok();
    number.ok_or_else(|| AppError::Address(format!("\"{id}\" names no view")))
}

#[cfg(test)]
mod tests {
    use model::view::{PAGES, own_page};

    use super::super::query::read_query;
    use super::super::{
        CompareAddress, ExploreAddress, JOURNEYS_PATH, LIVE_PATH, OVERVIEW_PATH, RegionsAddress,
        Scope, TracesAddress,
    };
    use super::*;

    #[test]
    fn every_page_with_a_filter_bar_can_be_saved() {
        let pages = [
            OVERVIEW_PATH,
            CompareAddress::PATH,
            ExploreAddress::PATH,
            JOURNEYS_PATH,
            RegionsAddress::PATH,
            TracesAddress::PATH,
            LIVE_PATH,
        ];
        assert_eq!(pages, PAGES);
        let scope = Scope {
            q: "a:\"b c\" -é \\ {x:y} >> {z:1}|^`".into(),
            from: "now-1h".into(),
            ..Scope::default()
        };
        for page in pages {
            let href = scope.href(page);
            assert_eq!(own_page(&href).as_deref(), Some(&*href), "as it was");
        }
        let page = "/traces?q=a%20b%26c&from=now-1h";
        let href = new_view_href(page);
        assert_eq!(
            href,
            "/views/new?path=/traces%3Fq%3Da%2520b%2526c%26from%3Dnow-1h"
        );
        let (_, query) = href.split_once('?').expect("a query");
        assert_eq!(read_new_view(&read_query(query)).path, page);
        assert_eq!(read_new_view(&read_query("x=1&path")).path, "");
    }
}
