//! `/compare?a=&b=`: two traces beside each other, span by span.

mod query;
mod services;
mod spans;

use leptos::prelude::*;
use leptos_meta::Title;
use model::format;
use model::id::TraceId;
use model::summary::Summary;
use model::trace_difference::{Total, TraceDifference};

use self::query::{Answer, compare};
use self::services::ServiceTable;
use self::spans::SpanTable;
use super::not_found::NotFound;
use crate::address::{Scope, TraceAddress, TracePairAddress, TracesAddress};
use crate::components::filter_bar::FilterBar;
use crate::components::notice::ErrorNotice;
use crate::components::time::Time;

/// What the traces are called on the page: that which is compared with, and that which is asked
/// about.
const NAMES: [&str; 2] = ["A", "B"];

#[component]
pub(super) fn TracesCompared(address: TracePairAddress) -> impl IntoView {
    view! {
        <Title text="Compare two traces" />
        <FilterBar place=TracesAddress::PATH scope=Scope::default() />
        {Suspend::new(async move {
            match compare(address).await {
                Ok(Answer::Compared(found)) => view! { <Found address found=*found /> }.into_any(),
                Ok(Answer::Missing(id)) => {
                    view! {
                        <NotFound
                            title=format!("There is no trace {id}")
                            explanation="It may have expired, or may not be stored yet: that takes up to ten seconds."
                        />
                    }
                        .into_any()
                }
                Err(error) => view! { <ErrorNotice error /> }.into_any(),
            }
        })}
    }
}

/// Not two traces were chosen.
#[component]
pub(super) fn NotTwo(chosen: usize) -> impl IntoView {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::BAD_REQUEST);
    }
    let chosen = match chosen {
        1 => "one was chosen".to_owned(),
        chosen => format!("{} were chosen", format::count(chosen)),
    };
    view! {
        <Title text="Compare two traces" />
        <section class="notice">
            <h1>"Two traces are compared"</h1>
            <p>{format!("But {chosen}. Go back to the list, and tick two of its rows.")}</p>
            <p><a href=TracesAddress::PATH>"Go to the list of traces"</a></p>
        </section>
    }
}

#[component]
fn Found(address: TracePairAddress, found: query::Found) -> impl IntoView {
    let query::Found {
        summaries,
        difference,
        now_nanos,
    } = found;
    let TraceDifference {
        totals, services, ..
    } = &difference;
    let [a, b] = *totals;
    let ids = [address.a, address.b];
    let sides = summaries.into_iter().zip(ids).zip(*totals).zip(NAMES);
    let sides = sides.map(|(((summary, id), total), name)| {
        view! { <OneTrace name id summary total now_nanos /> }
    });
    view! {
        <header class="page-head">
            <h1>{sentence(a.nanos, b.nanos)}</h1>
        </header>
        <section class="card sets" aria-label="Traces">
            <dl>{sides.collect_view()}</dl>
            <p class="actions">
                <a class="button" href=address.turned().href()>"The other way round"</a>
            </p>
        </section>
        <ServiceTable rows=services.clone() more=difference.more_services />
        <SpanTable ids difference />
    }
}

/// `B took 1.2 s longer than A`.
fn sentence(a: i64, b: i64) -> String {
    let difference = b.saturating_sub(a);
    let by = format::duration(difference.saturating_abs());
    match difference {
        0 => "B took as long as A".to_owned(),
        1.. => format!("B took {by} longer than A"),
        _ => format!("B took {by} less than A"),
    }
}

#[component]
fn OneTrace(
    name: &'static str,
    id: TraceId,
    summary: Option<Summary>,
    total: Total,
    now_nanos: i64,
) -> impl IntoView {
    let title = summary.as_ref().map(|summary| {
        let Summary {
            root_service,
            root_operation,
            ..
        } = summary.clone();
        view! { <b>{root_service}</b> " " {root_operation} }
    });
    let start = summary.map(|summary| {
        view! { ", " <Time nanos=summary.start_nanos now_nanos /> }
    });
    let figures = format!(
        ": {}, {}, {}",
        format::duration(total.nanos),
        format::counted(total.spans, "span"),
        format::counted(total.errors, "error"),
    );
    view! {
        <dt>{name}</dt>
        <dd>
            <a href=TraceAddress::of(id).href()>{title}</a>
            {start}
            {figures}
        </dd>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_took_longer_is_said_first() {
        let milli = 1_000_000;
        assert_eq!(sentence(milli, 3 * milli), "B took 2 ms longer than A");
        assert_eq!(sentence(3 * milli, milli), "B took 2 ms less than A");
        assert_eq!(sentence(5, 5), "B took as long as A");
    }
}
