//! Asking rollups.

use std::collections::{BTreeSet, HashMap};

use futures::TryStreamExt;
use model::rollup::{Family, LabelFilter, Part, Resolution, Rollup, Slots, Summing};

use super::columns::RollupRow;
use super::{BROAD, BROAD_LABELS, family_number};
use crate::aside::aside;
use crate::{Error, Store};

/// What is asked of the rollups.
#[derive(Debug, Clone)]
pub struct RollupRequest {
    pub family: Family,
    /// Of [`Self::family`].
    pub filter: LabelFilter,
    /// The labels to group by, by place in [`Family::labels`]; without any, all is one group.
    pub group_by: Vec<usize>,
    pub slots: Slots,
}

/// Which series are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source {
    family: Family,
    is_broad: bool,
}

impl Source {
    /// The fewest series that tell what a filter and labels ask for.
    pub(crate) fn of(family: Family, filter: &LabelFilter, labels: &[usize]) -> Self {
        Self {
            family,
            is_broad: family == Family::Requests
                && filter.is_within(BROAD_LABELS)
                && labels.iter().all(|place| *place < BROAD_LABELS),
        }
    }

    fn number(self) -> i16 {
        if self.is_broad {
            BROAD
        } else {
            family_number(self.family)
        }
    }
}

impl RollupRequest {
    fn source(&self) -> Source {
        Source::of(self.family, &self.filter, &self.group_by)
    }
}

/// What was counted of the series that have the same values of the labels asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Values of the labels, in the order of the question.
    pub key: Vec<String>,
    /// One for each column of time.
    pub slots: Vec<Rollup>,
}

impl Group {
    /// All columns together.
    #[must_use]
    pub fn total(&self) -> Rollup {
        Rollup::sum(self.slots.iter())
    }
}

pub(super) fn resolution_number(resolution: Resolution) -> i16 {
    match resolution {
        Resolution::Minute => 0,
        Resolution::Hour => 1,
        Resolution::Day => 2,
    }
}

/// The series that are asked for, and the group of each.
struct Wanted {
    keys: Vec<Vec<String>>,
    series: Vec<i32>,
    /// In `keys`, by series.
    places: HashMap<i32, usize>,
}

impl Store {
    /// What was counted, by labels and time; the groups with the greatest weight first. Groups and
    /// columns of which nothing was counted are empty, or left out.
    ///
    /// # Errors
    /// When the database does not answer, or a row is damaged.
    pub async fn rollups(&self, request: &RollupRequest) -> Result<Vec<Group>, Error> {
        let (store, request) = (self.clone(), request.clone());
        aside(async move { store.groups(&request).await }).await
    }

    async fn groups(&self, request: &RollupRequest) -> Result<Vec<Group>, Error> {
        let wanted = self.wanted(request).await?;
        let mut groups: Vec<Option<Vec<Summing>>> = vec![None; wanted.keys.len()];
        let take = |row: RollupRow| {
            let place = wanted.places.get(&row.series).copied();
            let slot = request.slots.at(row.start_nanos);
            if let (Some(place), Some(slot)) = (place, slot) {
                let rollup = Rollup::try_from(row)?;
                let empty = || vec![Summing::default(); request.slots.count()];
                groups[place].get_or_insert_with(empty)[slot].add(rollup);
            }
            Ok(())
        };
        self.each_row(request.source(), &wanted.series, &request.slots, take)
            .await?;
        let groups = groups.into_iter().map(|slots| {
            let slots = slots?.into_iter();
            Some(slots.map(Summing::sum).collect())
        });
        Ok(heaviest_first(wanted.keys.into_iter().zip(groups)))
    }

    /// What was counted of those series in the time, also what waits to be added up, of some
    /// others too.
    pub(crate) async fn each_row(
        &self,
        source: Source,
        series: &[i32],
        slots: &Slots,
        mut take: impl FnMut(RollupRow) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let parts = PartColumns::of(&joined(slots.parts()));
        // One statement sees one state: what is being compacted counts once.
        let mut rows = sqlx::query_as!(
            RollupRow,
            r#"with part as (
                select *
                from unnest($2::smallint[], $3::bigint[], $4::bigint[])
                    as part (resolution, first, past)
            ),
            found as (
                select own.*
                from part
                -- By index, part by part: joined at once, the whole table would be read, since how
                -- much lies within the parts is not known when that is planned.
                cross join lateral (
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
                    from rollup
                    where rollup.resolution = part.resolution
                        and rollup.series = any ($1::int[])
                        and rollup.start_nanos >= part.first
                        and rollup.start_nanos < part.past
                    offset 0
                ) as own
                union all
                select
                    case when $6 then series.broad else series.id end as series,
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
                -- Some that are not wanted are among them: comparing each with a long list takes
                -- longer than reading them.
                join series on series.id = rollup_delta.series and series.family = $5
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
            from found"#,
            series,
            &parts.resolutions,
            &parts.starts,
            &parts.ends,
            family_number(source.family),
            source.is_broad,
        )
        .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            take(row)?;
        }
        Ok(())
    }

    /// All series with their numbers and labels.
    pub(crate) async fn each_series(
        &self,
        source: Source,
        mut take: impl FnMut(i32, &[String]),
    ) -> Result<(), Error> {
        let mut rows = sqlx::query!(
            "select id, labels from series where family = $1",
            source.number(),
        )
        .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            take(row.id, &row.labels);
        }
        Ok(())
    }

    /// The keys of which anything was counted, without any figures, which are most of what there is
    /// to read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keys_seen(&self, request: &RollupRequest) -> Result<BTreeSet<Vec<String>>, Error> {
        let mut wanted = self.wanted(request).await?;
        let parts = PartColumns::of(&joined(request.slots.parts()));
        let seen = sqlx::query_scalar!(
            r#"select wanted.id as "id!"
            from unnest($1::int[]) as wanted (id)
            where exists (
                select
                from unnest($2::smallint[], $3::bigint[], $4::bigint[])
                    as part (resolution, first, past)
                cross join lateral (
                    select
                    from rollup
                    where rollup.resolution = part.resolution
                        and rollup.series = wanted.id
                        and rollup.start_nanos >= part.first
                        and rollup.start_nanos < part.past
                    limit 1
                ) as own
            )
            or wanted.id in (
                select case when $5 then series.broad else series.id end
                from rollup_delta
                join series on series.id = rollup_delta.series
                where start_nanos >= (select min(first) from unnest($3::bigint[]) as part (first))
                    and start_nanos < (select max(past) from unnest($4::bigint[]) as part (past))
            )"#,
            &wanted.series,
            &parts.resolutions,
            &parts.starts,
            &parts.ends,
            request.source().is_broad,
        )
        .fetch_all(&self.pool)
        .await?;
        let places = seen.iter().filter_map(|id| wanted.places.get(id));
        Ok(places
            .map(|place| std::mem::take(&mut wanted.keys[*place]))
            .filter(|key| !key.is_empty())
            .collect())
    }

    async fn wanted(&self, request: &RollupRequest) -> Result<Wanted, Error> {
        let mut numbers: HashMap<Vec<String>, usize> = HashMap::new();
        let mut wanted = Wanted {
            keys: vec![],
            series: vec![],
            places: HashMap::new(),
        };
        let take = |id: i32, labels: &[String]| {
            if !request.filter.accepts(labels) {
                return;
            }
            let label = |place: &usize| labels.get(*place).cloned().unwrap_or_default();
            let key: Vec<String> = request.group_by.iter().map(label).collect();
            let place = *numbers.entry(key).or_insert_with_key(|key| {
                wanted.keys.push(key.clone());
                wanted.keys.len() - 1
            });
            wanted.series.push(id);
            wanted.places.insert(id, place);
        };
        self.each_series(request.source(), take).await?;
        Ok(wanted)
    }
}

/// Parts of the time as statements take them.
struct PartColumns {
    resolutions: Vec<i16>,
    starts: Vec<i64>,
    ends: Vec<i64>,
}

impl PartColumns {
    fn of(parts: &[Part]) -> Self {
        let parts = parts.iter();
        Self {
            resolutions: (parts.clone())
                .map(|part| resolution_number(part.resolution))
                .collect(),
            starts: parts.clone().map(|part| part.start_nanos).collect(),
            ends: parts.map(|part| part.end_nanos).collect(),
        }
    }
}

/// Neighbours of the same resolution as one part: columns may be many, and a row tells by its begin
/// which one it belongs to.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last)
                if last.resolution == part.resolution && last.end_nanos == part.start_nanos =>
            {
                last.end_nanos = part.end_nanos;
            }
            _ => joined.push(part),
        }
    }
    joined
}

/// Groups of which anything was counted.
fn heaviest_first(named: impl Iterator<Item = (Vec<String>, Option<Vec<Rollup>>)>) -> Vec<Group> {
    let mut found: Vec<(f64, Group)> = named
        .filter_map(|(key, slots)| {
            let slots = slots?;
            let is_something = slots.iter().any(|rollup| !rollup.is_nothing());
            let weight = slots.iter().map(|rollup| rollup.weight).sum();
            is_something.then_some((weight, Group { key, slots }))
        })
        .collect();
    found.sort_by(|left, right| {
        let by_weight = right.0.total_cmp(&left.0);
        by_weight.then(left.1.key.cmp(&right.1.key))
    });
    found.into_iter().map(|(_, group)| group).collect()
}
