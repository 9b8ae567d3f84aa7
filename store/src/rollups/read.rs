//! Asking rollups.

use std::collections::BTreeMap;

use model::rollup::{Family, Part, Resolution, Rollup, Series};

use super::columns::RollupRow;
use super::family_number;
use crate::{Error, Store};

/// What is asked of the rollups.
#[derive(Debug, Clone)]
pub struct RollupRequest {
    pub family: Family,
    /// Values that labels must have, by place in [`Family::labels`]; a label without one may have
    /// any.
    pub labels: Vec<Option<String>>,
    /// Together the time that is asked for ([`model::rollup::parts`]).
    pub parts: Vec<Part>,
}

pub(super) fn resolution_number(resolution: Resolution) -> i16 {
    match resolution {
        Resolution::Minute => 0,
        Resolution::Hour => 1,
        Resolution::Day => 2,
    }
}

impl Store {
    /// What was counted in that time, by series.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn rollups(&self, request: &RollupRequest) -> Result<Vec<(Series, Rollup)>, Error> {
        let parts = &request.parts;
        let resolutions: Vec<i16> = parts
            .iter()
            .map(|part| resolution_number(part.resolution))
            .collect();
        let starts: Vec<i64> = parts.iter().map(|part| part.start_nanos).collect();
        let ends: Vec<i64> = parts.iter().map(|part| part.end_nanos).collect();
        // One statement sees one state: what is being compacted counts once.
        let rows = sqlx::query_as!(
            RollupRow,
            r#"with wanted as (
                select id
                from series
                where family = $1 and (
                    select bool_and(value is null or value = label)
                    from unnest(labels, $2::text[]) as both_sides (label, value)
                )
            ),
            part as (
                select *
                from unnest($3::smallint[], $4::bigint[], $5::bigint[])
                    as part (resolution, first, past)
            ),
            found as (
                select
                    rollup.series,
                    rollup.start_nanos,
                    count,
                    errors,
                    weight,
                    weighted_errors,
                    sums,
                    buckets,
                    counts,
                    weights,
                    exemplar_buckets,
                    exemplars
                from part
                join rollup on
                    rollup.resolution = part.resolution
                    and rollup.start_nanos >= part.first
                    and rollup.start_nanos < part.past
                union all
                select
                    series,
                    start_nanos,
                    count,
                    errors,
                    weight,
                    weighted_errors,
                    sums,
                    buckets,
                    counts,
                    weights,
                    exemplar_buckets,
                    exemplars
                from rollup_delta
                where start_nanos >= (select min(first) from part)
                    and start_nanos < (select max(past) from part)
            )
            select
                series as "series!",
                start_nanos as "start_nanos!",
                count as "count!",
                errors as "errors!",
                weight as "weight!",
                weighted_errors as "weighted_errors!",
                sums as "sums!",
                buckets as "buckets!",
                counts as "counts!",
                weights,
                exemplar_buckets as "exemplar_buckets!",
                exemplars as "exemplars!"
            from found
            where series in (select id from wanted)"#,
            family_number(request.family),
            &request.labels as &[Option<String>],
            &resolutions,
            &starts,
            &ends,
        )
        .fetch_all(&self.pool)
        .await?;
        let mut by_id: BTreeMap<i32, Rollup> = BTreeMap::new();
        for row in rows {
            let series = row.series;
            let rollup = Rollup::try_from(row)?;
            by_id.entry(series).or_default().add(&rollup);
        }
        by_id.retain(|_, rollup| !rollup.is_nothing());
        self.name(request.family, by_id).await
    }

    /// Rollups by the labels of their series instead of its number.
    async fn name(
        &self,
        family: Family,
        mut by_id: BTreeMap<i32, Rollup>,
    ) -> Result<Vec<(Series, Rollup)>, Error> {
        let ids: Vec<i32> = by_id.keys().copied().collect();
        let rows = sqlx::query!("select id, labels from series where id = any ($1)", &ids)
            .fetch_all(&self.pool)
            .await?;
        let mut named: Vec<(Series, Rollup)> = rows
            .into_iter()
            .filter_map(|row| {
                let labels = row.labels;
                Some((Series { family, labels }, by_id.remove(&row.id)?))
            })
            .collect();
        named.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(named)
    }
}
