//! Everything known about one span.

use leptos::either::Either;
use leptos::prelude::*;
use model::attribute::Attribute;
use model::format;
use model::id::{SpanId, TraceId};
use model::span::{Event, Link, StatusCode};
use model::span_details::SpanDetails;

use super::time::Time;

/// Where what is known of a span leads to. A span of a file leads nowhere: the server knows nothing
/// of it, and is told nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Links {
    /// To traces where an attribute has that value.
    pub(crate) value: fn(&str, &str) -> String,
    pub(crate) span: fn(TraceId, SpanId) -> String,
}

/// `children` are what else is known of it.
#[component]
pub(crate) fn Details(
    details: SpanDetails,
    links: Option<Links>,
    now_nanos: i64,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let SpanDetails {
        span,
        more_events,
        service,
        resource,
        scope,
        defects,
    } = details;
    let status = match span.status.code {
        StatusCode::Error => "tag bad",
        _ => "tag",
    };
    let status = view! { <span class=status>{span.status.code.name()}</span> };
    let message = (!span.status.message.is_empty())
        .then(|| view! { <p class="bad">{span.status.message.clone()}</p> });
    let defects = defects
        .into_iter()
        .map(|defect| view! { <p class="warn">{defect}</p> })
        .collect_view();
    let scope = [scope.name, scope.version].join(" ");
    let scope = (scope != " ")
        .then(|| view! { <tr><th scope="row">"scope"</th><td>{scope.clone()}</td></tr> });
    let state = (!span.trace_state.is_empty()).then(
        || view! { <tr><th scope="row">"trace state"</th><td>{span.trace_state.clone()}</td></tr> },
    );
    let events = span.events.iter().map(|event| {
        view! { <EventItem event=event.clone() links span_start_nanos=span.start_nanos /> }
    });
    let events: Vec<_> = events.collect();
    let more_events = (more_events > 0).then(|| {
        let more = format::counted(more_events, "event");
        view! { <p class="muted">{format!("{more} more: see the trace as JSON, and its logs.")}</p> }
    });
    let linked: Vec<_> = span
        .links
        .iter()
        .map(|link| view! { <LinkItem link=link.clone() links /> })
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
        {children.map(|children| children())}
        <Attributes title="Attributes" attributes=span.attributes links />
        <Section title="Events" count=events.len()>{events}</Section>
        {more_events}
        <Section title="Links" count=linked.len()>{linked}</Section>
        <Attributes title="Resource" attributes=resource links />
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
fn Section<C: IntoView + 'static>(
    title: &'static str,
    count: usize,
    children: TypedChildren<C>,
) -> impl IntoView {
    let children = children.into_inner();
    (count > 0).then(|| view! { <h3>{format!("{title} ({count})")}</h3> {children()} })
}

#[component]
fn Attributes(
    title: &'static str,
    attributes: Vec<Attribute>,
    links: Option<Links>,
) -> impl IntoView {
    (!attributes.is_empty()).then(|| view! { <h3>{title}</h3> <AttributeTable attributes links /> })
}

#[component]
fn AttributeTable(attributes: Vec<Attribute>, links: Option<Links>) -> impl IntoView {
    let rows = attributes
        .into_iter()
        .map(|Attribute { key, value }| {
            let value = value.to_string();
            let href = links.map(|links| (links.value)(&key, &value));
            let shown = if value.is_empty() {
                "(empty)".to_owned()
            } else {
                value
            };
            let shown = match href {
                Some(href) => Either::Left(view! {
                    <a href=href class="find" title="Find traces with this value">
                        {shown}
                    </a>
                }),
                None => Either::Right(shown),
            };
            view! { <tr><th scope="row">{key}</th><td>{shown}</td></tr> }
        })
        .collect_view();
    view! { <table class="attributes"><tbody>{rows}</tbody></table> }
}

#[component]
fn EventItem(event: Event, links: Option<Links>, span_start_nanos: i64) -> impl IntoView {
    let offset = event.time_nanos.saturating_sub(span_start_nanos);
    view! {
        <details class="event">
            <summary>
                <b>{event.name}</b>
                " "
                <span class="muted">{format!("{} into the span", format::duration(offset))}</span>
            </summary>
            <AttributeTable attributes=event.attributes links />
        </details>
    }
}

#[component]
fn LinkItem(link: Link, links: Option<Links>) -> impl IntoView {
    let words = format!("Span {} of trace {}", link.span_id, link.trace_id);
    let words = match links.map(|links| (links.span)(link.trace_id, link.span_id)) {
        Some(href) => Either::Left(view! { <a href=href>{words}</a> }),
        None => Either::Right(words),
    };
    view! {
        <p>{words}</p>
        <AttributeTable attributes=link.attributes links />
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use model::attribute::Value;
    use model::id::SpanId;
    use model::span::{Kind, Scope, Span, Status};

    use super::*;

    /// A span all of whose text is markup.
    fn evil() -> SpanDetails {
        let markup = || "<img src=x>".to_owned();
        let attribute = || Attribute {
            key: markup(),
            value: Value::String(markup()),
        };
        let id = SpanId::from_slice(&[1; 8]).expect("not zero");
        SpanDetails {
            span: Span {
                id,
                parent_id: None,
                name: markup(),
                kind: Kind::Client,
                start_nanos: 0,
                end_nanos: 1,
                status: Status {
                    code: StatusCode::Error,
                    message: markup(),
                },
                trace_state: markup(),
                attributes: vec![attribute()],
                events: vec![Event {
                    time_nanos: 0,
                    name: markup(),
                    attributes: vec![attribute()],
                }],
                links: vec![Link {
                    trace_id: TraceId::LEAST,
                    span_id: id,
                    attributes: vec![attribute()],
                }],
                resource: 0,
                scope: 0,
            },
            more_events: 0,
            service: markup(),
            resource: vec![attribute()],
            scope: Scope {
                name: markup(),
                ..Scope::default()
            },
            defects: vec![markup()],
        }
    }

    #[test]
    fn text_is_no_markup_and_leads_nowhere_unless_told() {
        let drawn = |links| view! { <Details details=evil() links now_nanos=0 /> }.to_html();
        let nowhere = drawn(None);
        assert!(
            !nowhere.contains("<img") && !nowhere.contains("<a "),
            "{nowhere}"
        );
        assert_eq!(nowhere.matches("&lt;img").count(), 15, "{nowhere}");
        let somewhere = drawn(Some(Links {
            value: |key, _| format!("/to/{}", key.len()),
            span: |_, span| format!("/to/{span}"),
        }));
        assert!(!somewhere.contains("<img"));
        assert_eq!(somewhere.matches("/to/11").count(), 4, "{somewhere}");
        assert!(somewhere.contains("/to/0101010101010101"));
    }
}
