//! A list that is told while it is made, for searches that have to look at many traces.

use std::pin::pin;
use std::time::Duration;

use model::index::Demand;
use model::summary::{Page, Summary};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::list::{Ending, ListRequest};
use crate::aside::outcome;
use crate::{Error, Store};

/// A search that goes on by itself; dropping it ends it.
#[derive(Debug)]
pub struct Search {
    found: mpsc::Receiver<Summary>,
    work: JoinSet<Result<Ending, Error>>,
}

/// How far a search has come.
#[derive(Debug, PartialEq)]
pub enum Progress {
    /// Some more; there may be others.
    Found(Vec<Summary>),
    /// All that was not told before, and how the list ends.
    Done(Page),
}

impl Store {
    /// Begins to list what [`Store::list`] does.
    #[must_use]
    pub fn search(&self, request: ListRequest) -> Search {
        // The whole list fits, so the search waits for nobody.
        let (tell, found) = mpsc::channel(request.limit.max(1));
        let store = self.clone();
        let mut work = JoinSet::new();
        work.spawn(async move {
            let take = |found: Summary| {
                // Whoever does not listen any more has dropped the search.
                tell.try_send(found).ok();
            };
            store.each_listed(&request, &Demand::Nothing, take).await
        });
        Search { found, work }
    }
}

impl Search {
    /// What has been found since this was asked before: when the search is over, or else when so
    /// much time has passed, or later when there is the first.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged. What was told before is right.
    pub async fn next(&mut self, patience: Duration) -> Result<Progress, Error> {
        let mut over = pin!(sleep(patience));
        let mut traces = Vec::new();
        loop {
            let next = if traces.is_empty() {
                self.found.recv().await
            } else {
                tokio::select! {
                    biased;
                    next = self.found.recv() => next,
                    () = &mut over => return Ok(Progress::Found(traces)),
                }
            };
            match next {
                Some(found) => traces.push(found),
                None => break,
            }
        }
        let Ending {
            next,
            stopped_after,
        } = outcome(&mut self.work).await?;
        Ok(Progress::Done(Page {
            traces,
            next,
            stopped_after,
        }))
    }
}
