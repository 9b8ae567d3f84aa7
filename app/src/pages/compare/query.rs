//! What the page asks the store.

use leptos::prelude::*;
use model::comparison::Comparison;
use store::comparison::SetQuestion;

use crate::address::{CompareAddress, Set};
use crate::context::RequestContext;
use crate::error::AppError;

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(super) own: Set,
    /// The other set, and what comes of both; none where nothing is compared.
    pub(super) compared: Option<(Set, Comparison)>,
    pub(super) now_nanos: i64,
    /// Nothing has ever been stored.
    pub(super) is_database_empty: bool,
    /// Where to send a first trace.
    pub(super) otlp_http: String,
}

pub(super) async fn get_comparison(address: &CompareAddress) -> Result<Answer, AppError> {
    let context: RequestContext = expect_context();
    let (own, other) = address.sets(context.now_nanos)?;
    let question = |set: &Set| SetQuestion {
        filter: set.filter.clone().with_values(&*context.stored_values.0),
        time: set.time,
    };
    let compared = match other {
        None => None,
        Some(other) => {
            let [a, b] = context
                .store
                .compare(&question(&other), &question(&own))
                .await?;
            Some((other, Comparison::of(&a, &b)))
        }
    };
    let is_silent = compared
        .as_ref()
        .is_some_and(|(_, found)| found.a.figures.count + found.b.figures.count == 0);
    Ok(Answer {
        own,
        compared,
        now_nanos: context.now_nanos,
        is_database_empty: is_silent && context.store.is_empty().await?,
        otlp_http: context.otlp_http.to_string(),
    })
}
