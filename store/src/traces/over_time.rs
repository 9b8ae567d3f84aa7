//! How many traces a list has, over time.

use model::filter::Filter;
use model::index::Demand;
use model::list_order::ListOrder;
use model::rollup::Slots;

use super::list::BATCH;
use super::needs::Needs;
use super::summary_reader::Reader;
use super::{ListRequest, Look, saturated};
use crate::aside::aside;
use crate::{Error, Store};

/// Traces of a column of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TraceCount {
    pub all: i64,
    /// Those with an error in any span.
    pub with_errors: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverTime {
    pub columns: Vec<TraceCount>,
    /// From when on all are counted, where there were more than could be looked at.
    pub since_nanos: Option<i64>,
    /// The spans of how many traces were looked at; none where summaries told which are meant.
    pub looked_at: Option<usize>,
}

impl Store {
    /// How many stored traces meet the filter, by the columns of time in which they began: the
    /// newest, so far as `look` says.
    ///
    /// # Errors
    /// When the database does not answer, or a document is damaged.
    pub async fn traces_over_time(
        &self,
        filter: &Filter,
        slots: &Slots,
        look: Look,
    ) -> Result<OverTime, Error> {
        let (store, filter, slots) = (self.clone(), filter.clone(), slots.clone());
        aside(async move {
            let needs = Needs::of(&filter);
            if needs.are_all {
                let most = look.summaries();
                store.counted_by_summaries(needs, &slots, most).await
            } else {
                let most = look.documents();
                store.counted_by_spans(&filter, &slots, most).await
            }
        })
        .await
    }

    async fn counted_by_summaries(
        &self,
        needs: Needs,
        slots: &Slots,
        most: usize,
    ) -> Result<OverTime, Error> {
        let bounds = slots.bounds();
        // Planned for what is asked: then nothing else is tested of each trace.
        let mut connection = self.planning().await?;
        let rows = sqlx::query!(
            r#"select
                number as "number!",
                count(*) as "all!",
                count(*) filter (where error_count > 0) as "with_errors!",
                min(start_nanos) as "first_nanos!"
            from (
                select start_nanos, error_count, width_bucket(start_nanos, $1) as number
                from trace_summary
                where start_nanos >= $2
                    and start_nanos < $3
                    and may_meet(
                        trace_summary, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
                    )
                order by start_nanos desc
                limit $14
            ) as counted
            group by number"#,
            bounds,
            bounds[0],
            bounds[bounds.len() - 1],
            needs.duration_nanos.0,
            needs.duration_nanos.1,
            &needs.services,
            needs.error,
            needs.trace_id(),
            needs.root,
            needs.is_request,
            needs.failed,
            &needs.dimensions as &[Option<String>],
            &needs.flags,
            i64::from(saturated(most)),
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut columns = vec![TraceCount::default(); slots.count()];
        for row in &rows {
            // From 1 on.
            let place = usize::try_from(row.number - 1).ok();
            if let Some(column) = place.and_then(|place| columns.get_mut(place)) {
                column.all = row.all;
                column.with_errors = row.with_errors;
            }
        }
        let counted: i64 = rows.iter().map(|row| row.all).sum();
        let is_all = counted < i64::from(saturated(most));
        let first_nanos = rows.iter().map(|row| row.first_nanos).min();
        Ok(OverTime {
            columns,
            since_nanos: first_nanos.filter(|_| !is_all),
            looked_at: None,
        })
    }

    async fn counted_by_spans(
        &self,
        filter: &Filter,
        slots: &Slots,
        most: usize,
    ) -> Result<OverTime, Error> {
        let bounds = slots.bounds();
        let request = ListRequest {
            filter: filter.clone(),
            from_nanos: bounds[0],
            to_nanos: bounds[bounds.len() - 1],
            order: ListOrder::Newest,
            after: None,
            limit: most,
        };
        let mut columns = vec![TraceCount::default(); slots.count()];
        let mut reader = Reader::new(self, &request, &Demand::Nothing).await?;
        let mut looked_at = 0;
        let since_nanos = loop {
            let batch = reader.next(BATCH).await?;
            looked_at += batch.summaries.len();
            for candidates in batch.summaries.chunks(BATCH) {
                for found in self.matching(filter, candidates).await? {
                    let place = slots.at(found.start_nanos);
                    if let Some(column) = place.and_then(|place| columns.get_mut(place)) {
                        column.all += 1;
                        column.with_errors += i64::from(found.error_count > 0);
                    }
                }
            }
            match batch.end {
                Some(end) if looked_at >= most || batch.is_limit => break Some(end.start_nanos),
                Some(_) => {}
                None => break None,
            }
        };
        Ok(OverTime {
            columns,
            since_nanos,
            looked_at: Some(looked_at),
        })
    }
}
