//! Attributes of traces that a list shows.

use std::collections::HashMap;

use model::id::TraceId;
use model::list_columns::attribute_of;
use model::summary::Summary;

use super::batches;
use crate::{Error, Store};

/// What attributes traces have, by the places of their names.
pub type AttributeValues = HashMap<TraceId, Vec<Option<String>>>;

impl Store {
    /// The values that lists show of attributes, as [`attribute_of`] tells them. Documents are
    /// read only where any attribute is asked for; traces that are not stored any more are left
    /// out.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn attribute_values(
        &self,
        summaries: &[Summary],
        names: &[&str],
    ) -> Result<AttributeValues, Error> {
        let mut values = AttributeValues::new();
        if names.is_empty() {
            return Ok(values);
        }
        for batch in batches(summaries) {
            let ids: Vec<TraceId> = batch.iter().map(|summary| summary.trace_id).collect();
            for trace in self.traces(&ids).await? {
                let of = |name: &&str| attribute_of(&trace, name).map(ToString::to_string);
                values.insert(trace.id, names.iter().map(of).collect());
            }
        }
        Ok(values)
    }
}
