//! Rows of the list of traces, drawn for a page that is open already.

use leptos::prelude::*;
use model::list_columns::Columns;
use model::summary::Summary;

use crate::address::{Scope, TracesAddress};
use crate::pages::traces::{Row, TraceRow};

/// The rows of one such page.
#[derive(Debug)]
pub struct LiveRows {
    address: TracesAddress,
    longest: i64,
}

impl LiveRows {
    /// `q` is the filter as it was typed, which links keep; `longest` the duration of a whole bar,
    /// in nanoseconds.
    #[must_use]
    pub fn new(q: String, longest: i64) -> Self {
        let scope = Scope {
            q,
            ..Scope::default()
        };
        Self {
            address: scope.into(),
            longest: longest.max(1),
        }
    }

    /// A row as HTML, which has no text of others as markup.
    #[must_use]
    pub fn draw(&self, trace: &Summary, now_nanos: i64) -> String {
        let address = self.address.clone();
        let row = Row {
            trace: trace.clone(),
            attributes: vec![],
            now_nanos,
            longest: Some(self.longest),
        };
        view! { <TraceRow address columns=Columns::default() row /> }.to_html()
    }
}
