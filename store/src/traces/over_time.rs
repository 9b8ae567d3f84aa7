//! How many traces a list has, over time.

use model::filter::Filter;
use model::rollup::Slots;

use super::needs::Needs;
use super::{MAX_COUNTED, saturated};
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
    /// From when on all are counted, where there were more than [`MAX_COUNTED`].
    pub since_nanos: Option<i64>,
}

impl Store {
    /// How many stored traces meet the filter, by the columns of time in which they began. None
    /// where the filter asks for what only spans tell.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn traces_over_time(
        &self,
        filter: &Filter,
        slots: &Slots,
    ) -> Result<Option<OverTime>, Error> {
        let needs = Needs::of(filter);
        if !needs.are_all {
            return Ok(None);
        }
        let bounds = slots.bounds();
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
            i64::from(saturated(MAX_COUNTED)),
        )
        .fetch_all(&self.pool)
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
        let is_all = counted < i64::from(saturated(MAX_COUNTED));
        let first_nanos = rows.iter().map(|row| row.first_nanos).min();
        Ok(Some(OverTime {
            columns,
            since_nanos: first_nanos.filter(|_| !is_all),
        }))
    }
}
