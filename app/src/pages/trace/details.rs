//! Everything known about one span.

use leptos::prelude::*;
use model::attribute::Attribute;
use model::filter::{Filter, Test};
use model::format;
use model::span::{Event, Link, StatusCode};

use super::peers::StandingView;
use super::query::SpanDetails;
use crate::address::{TraceAddress, TracesAddress};
use crate::components::time::Time;

#[component]
pub(super) fn Details(span: SpanDetails, now_nanos: i64) -> impl IntoView {
    let SpanDetails {
        span,
        more_events,
        service,
        resource,
        scope,
        defects,
        standing,
    } = span;
    let status = match span.status.code {
        StatusCode::Error => view! { <span class="tag bad">"error"</span> }.into_any(),
        code => view! { <span class="tag">{code.name()}</span> }.into_any(),
    };
    let message = (!span.status.message.is_empty())
        .then(|| view! { <p class="bad">{span.status.message.clone()}</p> });
    let defects = defects
        .into_iter()
        .map(|defect| view! { <p class="warn">{defect}</p> })
        .collect_view();
    let similar = Filter::default()
        .with(Test::service(service.clone()))
        .with(Test::operation(span.name.clone()));
    let scope = [scope.name, scope.version].join(" ");
    let scope = (scope != " ")
        .then(|| view! { <tr><th scope="row">"scope"</th><td>{scope.clone()}</td></tr> });
    let state = (!span.trace_state.is_empty()).then(
        || view! { <tr><th scope="row">"trace state"</th><td>{span.trace_state.clone()}</td></tr> },
    );
    let events = span.events.iter().map(|event| {
        view! { <EventItem event=event.clone() span_start_nanos=span.start_nanos /> }
    });
    let events: Vec<_> = events.collect();
    let more_events = (more_events > 0).then(|| {
        let more = format::counted(more_events, "event");
        view! { <p class="muted">{format!("{more} more: see the trace as JSON, and its logs.")}</p> }
    });
    let links: Vec<_> = span
        .links
        .iter()
        .map(|link| view! { <LinkItem link=link.clone() /> })
        .collect();
    view! {
        <p class="muted">{service}</p>
        <h2>{span.name.clone()}</h2>
        <p>
            <b>{format::duration(span.duration_nanos())}</b>
            " "
            {status}
            " "
            <span class="tag">{span.kind.name()}</span>
        </p>
        {message}
        {defects}
        <StandingView standing />
        <p>
            <a href=TracesAddress::default().with_filter(&similar).href() class="button">
                "Spans like this"
            </a>
        </p>
        <Attributes title="Attributes" attributes=span.attributes />
        <Section title="Events" count=events.len()>{events}</Section>
        {more_events}
        <Section title="Links" count=links.len()>{links}</Section>
        <Attributes title="Resource" attributes=resource />
        <h3>"Span"</h3>
        <table class="attributes">
            <tbody>
                <tr>
                    <th scope="row">"start (as sent)"</th>
                    <td><Time nanos=span.start_nanos now_nanos /></td>
                </tr>
                <tr><th scope="row">"span id"</th><td>{span.id.to_string()}</td></tr>
                <tr>
                    <th scope="row">"parent id"</th>
                    <td>{span.parent_id.map_or("none: a root span".to_owned(), |id| id.to_string())}</td>
                </tr>
                {scope}
                {state}
            </tbody>
        </table>
    }
}

/// A heading with what stands under it; nothing when there is nothing.
#[component]
fn Section(title: &'static str, count: usize, children: Children) -> impl IntoView {
    (count > 0).then(|| view! { <h3>{format!("{title} ({count})")}</h3> {children()} })
}

#[component]
fn Attributes(title: &'static str, attributes: Vec<Attribute>) -> impl IntoView {
    (!attributes.is_empty()).then(|| view! { <h3>{title}</h3> <AttributeTable attributes /> })
}

#[component]
fn AttributeTable(attributes: Vec<Attribute>) -> impl IntoView {
    let rows = attributes
        .into_iter()
        .map(|Attribute { key, value }| {
            let value = value.to_string();
            let test = Test::attribute(key.clone(), value.clone());
            let href = TracesAddress::default()
                .with_filter(&Filter::default().with(test))
                .href();
            let shown = if value.is_empty() {
                "(empty)".to_owned()
            } else {
                value
            };
            view! {
                <tr>
                    <th scope="row">{key}</th>
                    <td>
                        <a href=href class="find" title="Find traces with this value">
                            {shown}
                        </a>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! { <table class="attributes"><tbody>{rows}</tbody></table> }
}

#[component]
fn EventItem(event: Event, span_start_nanos: i64) -> impl IntoView {
    let offset = event.time_nanos.saturating_sub(span_start_nanos);
    view! {
        <details class="event">
            <summary>
                <b>{event.name}</b>
                " "
                <span class="muted">{format!("{} into the span", format::duration(offset))}</span>
            </summary>
            <AttributeTable attributes=event.attributes />
        </details>
    }
}

#[component]
fn LinkItem(link: Link) -> impl IntoView {
    let href = TraceAddress::of(link.trace_id)
        .with_span(link.span_id)
        .href();
    view! {
        <p><a href=href>{format!("Span {} of trace {}", link.span_id, link.trace_id)}</a></p>
        <AttributeTable attributes=link.attributes />
    }
}
