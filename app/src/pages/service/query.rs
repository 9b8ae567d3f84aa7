//! What the pages ask the store.

use futures::try_join;
use leptos::prelude::*;
use model::decomposition::is_device_request;
use model::rollup::{Coverage, Rollup};
use model::span::Kind;
use model::topology::{Figures, Grouping};
use store::rollups::Group;
use store::topology::Source;

use crate::address::ServiceAddress;
use crate::context::RequestContext;
use crate::error::AppError;
use crate::pages::topology::query::{Answer, get_topology};

/// Most columns of the charts.
const COLUMNS: usize = 60;

/// What a service is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Served,
    DeviceRequests,
    All,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) figures: Figures,
    pub(super) counted: Rollup,
}

pub(super) struct ServiceAnswer {
    pub(super) work: Work,
    pub(super) figures: Figures,
    /// Where the columns of time begin, and where the last ends.
    pub(super) bounds: Vec<i64>,
    pub(super) columns: Vec<Rollup>,
    pub(super) operations: Vec<Operation>,
    pub(super) source: Source,
    pub(super) around: Answer,
    pub(super) now_nanos: i64,
}

pub(super) async fn get_service(address: &ServiceAddress) -> Result<ServiceAnswer, AppError> {
    let context: RequestContext = expect_context();
    let scope = &address.scope;
    let filter = scope.filter()?.with_values(&*context.stored_values.0);
    let time = scope.covered(context.now_nanos)?;
    let slots = time.slots(COLUMNS);
    let own = async {
        let own = context.store.service(&address.name, &filter, &slots).await;
        own.map_err(AppError::from)
    };
    let (own, around) = try_join!(own, get_topology(scope, Grouping::Each))?;
    let (work, told) = told(&own.operations);
    let columns = (0..slots.count())
        .map(|slot| Rollup::sum(told.iter().filter_map(|group| group.slots.get(slot))));
    let columns: Vec<Rollup> = columns.collect();
    let operations = own.operations.iter().map(|group| {
        let total = group.total();
        let label = |place: usize| group.key.get(place).cloned().unwrap_or_default();
        Operation {
            name: label(0),
            kind: label(1),
            figures: Figures::of(&total, length(time)),
            counted: total,
        }
    });
    Ok(ServiceAnswer {
        work,
        figures: Figures::of(&Rollup::sum(columns.iter()), length(time)),
        bounds: slots.bounds().to_vec(),
        operations: operations.collect(),
        columns,
        source: own.source,
        around,
        now_nanos: context.now_nanos,
    })
}

fn length(time: Coverage) -> i64 {
    time.to_nanos.saturating_sub(time.from_nanos)
}

/// The operations that tell how a service fares: what it does for others; of an app, the requests
/// of users; or else all there are.
fn told(operations: &[Group]) -> (Work, Vec<&Group>) {
    let label = |group: &Group, place: usize| group.key.get(place).cloned().unwrap_or_default();
    let served = |group: &&Group| {
        [Kind::Server, Kind::Consumer]
            .map(Kind::name)
            .contains(&label(group, 1).as_str())
    };
    let served: Vec<&Group> = operations.iter().filter(served).collect();
    if !served.is_empty() {
        return (Work::Served, served);
    }
    let on_device = operations.iter();
    let on_device = on_device.filter(|group| is_device_request(&label(group, 0)));
    let on_device: Vec<&Group> = on_device.collect();
    if on_device.is_empty() {
        (Work::All, operations.iter().collect())
    } else {
        (Work::DeviceRequests, on_device)
    }
}
