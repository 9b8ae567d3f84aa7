//! How a span stands beside others: its peers, its parent, and the whole request.

use leptos::prelude::*;
use model::clock_skew;
use model::critical_path::{Slice, critical_path};
use model::filter::{Filter, Test};
use model::format;
use model::parent_timing::beyond;
use model::peers::Peers;
use model::rollup::{Coverage, Family, LabelFilter, deployment_region};
use model::time::{DAY_NANOS, HOUR_NANOS};
use model::trace::Trace;
use store::rollups::RollupRequest;

use crate::context::RequestContext;
use crate::error::AppError;

/// Width of the bars, and their greatest height, in units of the picture.
const BAR: usize = 4;
const HEIGHT: f64 = 28.0;

/// The place of the region among the labels of operations.
const REGION: usize = 3;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standing {
    /// Spans of its operation in its region, of the day before and the hour after it.
    peers: Option<Peers>,
    /// Where the peers run; empty where nothing tells.
    region: String,
    /// In words: what of its time lies beyond that of its parent.
    beyond: Vec<String>,
    /// For how long the request waited for the span itself, and what the request took.
    critical_nanos: i64,
    request_nanos: i64,
}

impl Standing {
    /// Of the span at a position.
    pub(super) async fn of(
        context: &RequestContext,
        trace: &Trace,
        position: usize,
    ) -> Result<Self, AppError> {
        let span = &trace.spans[position];
        let shifts = clock_skew::shifts(trace);
        let slices = trace
            .root_position()
            .map(|root| critical_path(trace, &shifts, root));
        let slices = slices.unwrap_or_default();
        let own = slices.iter().filter(|slice| slice.span == position);
        let region = deployment_region(trace.resource_of(span)).to_owned();
        let operation = Filter::default()
            .with(Test::service(trace.service_of(span)))
            .with(Test::operation(span.name.clone()))
            .with(Test::kind(span.kind));
        let peers = match LabelFilter::of(&operation, Family::Operations) {
            Ok(filter) => {
                let from = span.start_nanos.saturating_sub(DAY_NANOS);
                let to = span.start_nanos.saturating_add(HOUR_NANOS);
                let request = RollupRequest {
                    family: Family::Operations,
                    filter,
                    group_by: vec![REGION],
                    slots: Coverage::of(from, to, context.now_nanos).whole(),
                };
                let groups = context.store.rollups(&request).await?;
                let own = groups.iter().find(|group| group.key == [&*region]);
                let durations = own.map(|group| group.total().durations);
                durations.and_then(|all| Peers::of(&all, span.duration_nanos().max(0)))
            }
            Err(_untold) => None,
        };
        Ok(Self {
            peers,
            region,
            beyond: (beyond(trace, &shifts, position).iter())
                .map(ToString::to_string)
                .collect(),
            critical_nanos: own.map(Slice::nanos).sum(),
            request_nanos: slices.iter().map(Slice::nanos).sum(),
        })
    }
}

#[component]
pub(super) fn StandingView(standing: Standing) -> impl IntoView {
    let Standing {
        peers,
        region,
        beyond,
        critical_nanos,
        request_nanos,
    } = standing;
    let beyond = beyond
        .into_iter()
        .map(|sentence| view! { <p class="muted">{sentence}"."</p> })
        .collect_view();
    let critical = (critical_nanos > 0).then(|| {
        let nanos = format::duration(critical_nanos);
        let share = format::share(ratio(critical_nanos, request_nanos));
        view! {
            <p>{format!("The request waited {nanos} for this span itself: {share} of all.")}</p>
        }
    });
    let peers = peers.map(|peers| view! { <PeersView peers region /> });
    view! {
        {critical}
        {beyond}
        {peers}
    }
}

#[component]
fn PeersView(peers: Peers, region: String) -> impl IntoView {
    let width = (peers.bars.len() * BAR).to_string();
    let bars = peers.bars.iter().enumerate().map(|(number, share)| {
        let height = share * HEIGHT;
        view! {
            <rect
                x=number * BAR
                y=format!("{:.1}", HEIGHT - height)
                width=BAR - 1
                height=format!("{height:.1}")
            />
        }
    });
    let bars = bars.collect_view();
    let place = format!("{:.2}%", peers.place * 100.0);
    let [least, most] = peers.ends_nanos.map(format::duration);
    let own = format::duration(peers.own_nanos);
    let where_they_run = match region.as_str() {
        "" => String::new(),
        region => format!(" in {region}"),
    };
    let count = format::counted(usize::try_from(peers.count).unwrap_or(0), "span");
    let who = format!(
        "{count} of this operation{where_they_run}, of the day before it and the hour after"
    );
    view! {
        <figure class="peers">
            <figcaption>{peers.sentence()}"."</figcaption>
            <svg
                viewBox=format!("0 0 {width} {HEIGHT}")
                width="100%"
                height="40"
                preserveAspectRatio="none"
                aria-hidden="true"
            >
                {bars}
                <line x1=place.clone() x2=place y1="0" y2="100%" vector-effect="non-scaling-stroke">
                    <title>{format!("This span: {own}")}</title>
                </line>
            </svg>
            <p class="ends muted"><span>{least}</span><span>{most}</span></p>
            <p class="muted">{who}</p>
        </figure>
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of two digits")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole.max(1) as f64
}
