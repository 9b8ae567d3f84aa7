//! The rows of a search that takes its time: each is sent when it is found, and what can only be
//! said of all of them comes after the last.

use futures::channel::oneshot;
use leptos::prelude::*;
use model::summary::{Page, Summary};
use store::Store;
use store::traces::{Progress, Search};

use super::query::{PATIENCE, values_of};
use super::table::Rows;
use crate::error::AppError;

/// A search that is not over.
#[derive(Debug)]
pub(crate) struct Rest {
    pub(super) search: Search,
    pub(super) store: Store,
    /// Those that were sent already.
    pub(super) sent: usize,
}

/// How a search has ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Of all rows.
    pub(super) shown: usize,
    /// Without its traces.
    pub(super) page: Page,
}

pub(super) type Ending = Result<Ended, AppError>;

impl Rest {
    /// The rows that are still found, and how the search ends, which is told after the last.
    pub(super) fn rows(self, rows: Rows) -> (AnyView, oneshot::Receiver<Ending>) {
        let (tell, ending) = oneshot::channel();
        (more(self, rows, tell), ending)
    }
}

fn more(mut rest: Rest, rows: Rows, tell: oneshot::Sender<Ending>) -> AnyView {
    let found = Suspend::new(async move {
        match rest.next(&rows).await {
            Ok((drawn, None)) => view! { {drawn} {more(rest, rows, tell)} }.into_any(),
            Ok((drawn, Some(page))) => {
                let shown = rest.sent;
                // Nobody is told who does not draw what comes after the table.
                tell.send(Ok(Ended { shown, page })).ok();
                drawn
            }
            Err(error) => {
                tell.send(Err(error)).ok();
                ().into_any()
            }
        }
    });
    view! { {found} }.into_any()
}

impl Rest {
    /// Some more rows, and the end of the list if that is reached.
    async fn next(&mut self, rows: &Rows) -> Result<(AnyView, Option<Page>), AppError> {
        let (traces, end): (Vec<Summary>, _) = match self.search.next(PATIENCE).await? {
            Progress::Found(traces) => (traces, None),
            Progress::Done(mut page) => (std::mem::take(&mut page.traces), Some(page)),
        };
        let values = values_of(&self.store, &traces, &rows.columns).await?;
        self.sent += traces.len();
        Ok((rows.draw(traces, &values), end))
    }
}
