//! The columns of the list of traces that a reader chose, as the API answers them.

use model::format::rfc3339;
use model::list_columns::{Column, Columns};
use model::summary::{Outcome, Summary};
use serde_json::{Map, Value, json};
use store::Store;
use store::traces::AttributeValues;

use super::csv::Cell;
use super::error::ApiError;

/// What stands in front of the columns, whichever were chosen.
const ID: &str = "trace_id";

/// A table of traces.
pub(super) struct Table {
    columns: Columns,
    values: AttributeValues,
}

impl Table {
    /// Reads what the columns ask of documents.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub(super) async fn read(
        store: &Store,
        columns: Columns,
        traces: &[Summary],
    ) -> Result<Self, ApiError> {
        let names = columns.attributes();
        let values = store.attribute_values(traces, &names).await?;
        Ok(Self { columns, values })
    }

    pub(super) fn headings(&self) -> Vec<String> {
        let names = self.columns.iter().flat_map(names);
        std::iter::once(ID.to_owned()).chain(names).collect()
    }

    pub(super) fn object(&self, summary: &Summary) -> Value {
        let fields: Map<String, Value> =
            self.headings().into_iter().zip(self.row(summary)).collect();
        Value::Object(fields)
    }

    pub(super) fn cells(&self, summary: &Summary) -> Vec<Cell> {
        self.row(summary).into_iter().map(Cell::of).collect()
    }

    /// As [`Self::headings`] name them.
    fn row(&self, summary: &Summary) -> Vec<Value> {
        let mut attributes = self.values.get(&summary.trace_id).into_iter().flatten();
        let mut row = vec![json!(summary.trace_id)];
        for column in self.columns.iter() {
            match column {
                Column::Start => row.push(json!(rfc3339(summary.start_nanos))),
                Column::Root => {
                    row.extend([json!(summary.root_service), json!(summary.root_operation)]);
                }
                Column::Duration => row.push(json!(summary.duration_nanos)),
                Column::Spans => row.push(json!(summary.span_count)),
                Column::Errors => row.push(json!(summary.error_count)),
                Column::Services => row.push(json!(summary.services)),
                Column::Flags => {
                    let flags = summary.flags.iter().map(ToString::to_string);
                    row.push(json!(flags.collect::<Vec<_>>()));
                }
                Column::Outcome => {
                    row.push(json!(summary.outcome.map(Outcome::name)));
                }
                // It stands in front.
                Column::Trace => {}
                Column::Dimension(dimension) => {
                    row.push(json!(summary.dimensions.get(*dimension)));
                }
                Column::Attribute(_) => row.push(json!(attributes.next())),
            }
        }
        row
    }
}

/// What the fields of a column are called.
fn names(column: &Column) -> Vec<String> {
    let own: &[&str] = match column {
        Column::Start => &["start_time"],
        Column::Root => &["root_service", "root_operation"],
        Column::Duration => &["duration_nanos"],
        Column::Spans => &["span_count"],
        Column::Errors => &["error_count"],
        Column::Services => &["services"],
        Column::Flags => &["flags"],
        Column::Outcome => &["outcome"],
        Column::Trace => &[],
        Column::Dimension(dimension) => &[dimension.key()],
        Column::Attribute(_) => return vec![column.to_string()],
    };
    own.iter().map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use model::dimensions::Dimensions;
    use model::flags::Flag;

    use super::*;

    #[test]
    fn rows_have_what_the_headings_say() {
        let summary = Summary {
            trace_id: "7".repeat(32).parse().expect("an id"),
            root_service: "shop".into(),
            root_operation: "=1+1".into(),
            outcome: None,
            start_nanos: 0,
            duration_nanos: 5,
            span_count: 2,
            error_count: 1,
            defect_count: 0,
            weight: 1.0,
            services: vec!["a".into(), "b".into()],
            dimensions: Dimensions::default(),
            flags: vec![Flag::parse("new_cart=on")],
        };
        let known: Vec<String> = Column::known().map(|column| column.to_string()).collect();
        let (own, dimensions) = known.split_at(Column::OWN.len());
        for names in [own, dimensions] {
            let columns = format!("{},attr.a.b", names.join(","));
            let columns: Columns = columns.parse().expect("columns");
            let values = [(summary.trace_id, vec![Some("x".to_owned())])];
            let values = values.into_iter().collect();
            let table = Table { columns, values };
            assert_eq!(table.headings().len(), table.row(&summary).len());
            assert_eq!(table.object(&summary)["attr.a.b"], json!("x"));
            assert_eq!(table.cells(&summary).len(), table.headings().len());
        }
        let columns: Columns = "services,root,outcome".parse().expect("columns");
        let values = AttributeValues::new();
        let cells = Table { columns, values }.cells(&summary);
        let texts: Vec<String> = cells.iter().map(Cell::text).collect();
        assert_eq!(texts[1..], ["a, b", "shop", "'=1+1", ""]);
    }
}
