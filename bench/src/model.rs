//! What the waterfall of one large trace costs in the model alone, on one core: on the server before
//! it is sent, and in browsers whenever it is looked at in another way.

use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Args;
use model::attribute::{Attribute, Value};
use model::clock_skew;
use model::critical_path::critical_path;
use model::id::{SpanId, TraceId};
use model::layout::waterfall::minimap::Minimap;
use model::layout::waterfall::{Clock, RowView, Skeleton, Sort, State, View, Window};
use model::span::{Kind, Resource, SERVICE_NAME, Scope, Span, Status, StatusCode};
use model::trace::Trace;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::percentile::percentile;

const SERVICES: usize = 20;

const OPERATIONS: usize = 200;

/// Rows on a screen.
const SCREEN: usize = 60;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Spans of the trace.
    #[arg(long, default_value_t = 100_000)]
    spans: u64,
    /// How often each part is measured.
    #[arg(long, default_value_t = 9)]
    times: usize,
}

pub(crate) fn run(options: &Options) {
    let spans = spans(options.spans);
    let build = || {
        let id = TraceId::from_slice(&[7; 16]).ok()?;
        let (resources, scopes) = (resources(), vec![Scope::default()]);
        Some(Trace::build(id, resources, scopes, spans.clone()))
    };
    let Some(trace) = build() else { return };
    let shifts = clock_skew::shifts(&trace);
    let skeleton = Skeleton::of(&trace, Clock::Corrected);
    let bytes = skeleton.encode();
    let view = View::of(&skeleton, &State::default());
    let window = Window::whole(skeleton.duration_nanos);
    let mut folded = State::default();
    folded.fold.depth = Some(3);
    let sorted = State {
        sort: Sort::Duration,
        ..State::default()
    };
    println!(
        "A trace of {} spans, {} levels deep; its skeleton has {} bytes. Median and longest of {}:",
        skeleton.bones.len(),
        skeleton
            .bones
            .iter()
            .map(|bone| bone.depth)
            .max()
            .unwrap_or(0)
            + 1,
        bytes.len(),
        options.times
    );
    let measure = |what: &str, act: &dyn Fn()| measure(what, options.times, act);
    measure("joining the spans (and copying them)", &|| {
        drop(black_box(build()));
    });
    measure("critical path", &|| {
        drop(black_box(critical_path(&trace, &shifts, 0)));
    });
    measure("skeleton", &|| {
        drop(black_box(Skeleton::of(&trace, Clock::Corrected)));
    });
    measure("writing the skeleton", &|| {
        drop(black_box(skeleton.encode()));
    });
    measure("reading the skeleton", &|| {
        drop(black_box(Skeleton::decode(&bytes)));
    });
    measure("rows", &|| {
        drop(black_box(View::of(&skeleton, &State::default())));
    });
    measure("rows, folded", &|| {
        drop(black_box(View::of(&skeleton, &folded)));
    });
    measure("rows, the longest first", &|| {
        drop(black_box(View::of(&skeleton, &sorted)));
    });
    measure("a screen of rows", &|| {
        for row in 0..SCREEN {
            black_box(RowView::of(&skeleton, &view, window, row));
        }
    });
    measure("map", &|| drop(black_box(Minimap::of(&skeleton))));
}

fn measure(what: &str, times: usize, act: &dyn Fn()) {
    let once = |_| {
        let started = Instant::now();
        act();
        started.elapsed()
    };
    let mut took: Vec<Duration> = (0..times).map(once).collect();
    took.sort_unstable();
    let (median, longest) = (percentile(&took, 50), percentile(&took, 100));
    println!("  {what:<38} {median:>10.1?} {longest:>10.1?}");
}

fn resources() -> Vec<Resource> {
    let named = |number: usize| Resource {
        attributes: vec![Attribute {
            key: SERVICE_NAME.into(),
            value: Value::String(format!("service-{number}")),
        }],
    };
    (0..SERVICES).map(named).collect()
}

/// Each below one of those before it, within its time; the same every time.
fn spans(count: u64) -> Vec<Span> {
    const SECOND: i64 = 1_000_000_000;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut times: Vec<(i64, i64)> = Vec::new();
    let mut spans = Vec::new();
    for number in 1..=count {
        let parent = (number > 1).then(|| (number / 6).max(1));
        let (start, nanos) = parent.map_or((0, 60 * SECOND), |parent| {
            let at = usize::try_from(parent - 1).unwrap_or(0);
            let (start, nanos) = times[at];
            let offset = random.random_range(0..nanos.max(2) / 2);
            (start + offset, random.random_range(0..nanos.max(2) / 2))
        });
        times.push((start, nanos));
        let id = |number: u64| SpanId::from_slice(&number.to_be_bytes()).ok();
        let Some(own) = id(number) else { continue };
        spans.push(Span {
            id: own,
            parent_id: parent.and_then(id),
            name: format!("operation {}", random.random_range(0..OPERATIONS)),
            kind: Kind::ALL[random.random_range(0..Kind::ALL.len())],
            start_nanos: start,
            end_nanos: start + nanos,
            status: Status {
                code: if number % 1_000 == 0 {
                    StatusCode::Error
                } else {
                    StatusCode::Unset
                },
                message: String::new(),
            },
            trace_state: String::new(),
            attributes: vec![],
            events: vec![],
            links: vec![],
            resource: random.random_range(0..SERVICES),
            scope: 0,
        });
    }
    spans
}
