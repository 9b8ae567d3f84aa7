//! What the overview and the pages of journeys ask.

use model::filter::FilterError;
use store::overview::OverviewQuestion;

use crate::address::Scope;
use crate::context::RequestContext;
use crate::error::AppError;

pub(super) fn question(
    context: &RequestContext,
    scope: &Scope,
) -> Result<OverviewQuestion, AppError> {
    let now_nanos = context.now_nanos;
    let filter = scope.filter()?.with_values(&*context.stored_values.0);
    let time = scope.covered(now_nanos)?;
    OverviewQuestion::of(filter, time, scope.compared(now_nanos)?).map_err(|term| {
        AppError::Filter(FilterError {
            at: 0,
            message: format!("The figures of this page cannot tell {term}"),
            hint: "They are counted by root, journey, region, release, os, device_class and \
                network. Leave that condition out, or ask the list of traces."
                .into(),
        })
    })
}
