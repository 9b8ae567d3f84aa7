-- Requests are counted once more without the labels that few questions ask for, so that a question
-- about all of them has far fewer rows to read.

-- Family 3, beside those of migration 2: requests by the first five of their labels. Each series of
-- requests names the one that has the same five, and what is counted for it is counted for both.
alter table series add column broad integer references series (id);

create index series_of_broad on series (broad);

create index series_without_broad on series (id) where family = 0 and broad is null;

-- Names the broad series of each series of requests that has none yet.
create function name_broad_series() returns void
language sql
as $$
    insert into series (family, labels)
    select distinct 3, labels[1:5]
    from series
    where family = 0 and broad is null
    on conflict do nothing;

    update series
    set broad = broad_series.id
    from series as broad_series
    where series.family = 0
        and series.broad is null
        and broad_series.family = 3
        and broad_series.labels = series.labels[1:5];
$$;

select name_broad_series();

-- What has been counted so far. What still waits in `rollup_delta` is counted for both when it is
-- added.
insert into rollup (
    resolution,
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
)
with own as (
    select rollup.*, series.broad
    from rollup
    join series on series.id = rollup.series
    where series.broad is not null
),
figures as (
    select
        resolution,
        broad,
        start_nanos,
        sum(count)::bigint as count,
        sum(errors)::bigint as errors,
        sum(weight) as weight,
        sum(weighted_errors) as weighted_errors
    from own
    group by resolution, broad, start_nanos
),
sums as (
    select resolution, broad, start_nanos, array_agg(value order by place) as sums
    from (
        select resolution, broad, start_nanos, place, sum(value)::bigint as value
        from own
        cross join unnest(sums) with ordinality as part (value, place)
        group by resolution, broad, start_nanos, place
    ) as part
    group by resolution, broad, start_nanos
),
histograms as (
    select
        resolution,
        broad,
        start_nanos,
        array_agg(bucket order by bucket) as buckets,
        array_agg(count order by bucket) as counts,
        case when bool_or(weight <> count) then array_agg(weight order by bucket) end as weights
    from (
        select
            resolution,
            broad,
            start_nanos,
            bucket,
            sum(part.count)::bigint as count,
            sum(coalesce(part.weight, part.count)) as weight
        from own
        cross join unnest(buckets, counts, weights) as part (bucket, count, weight)
        group by resolution, broad, start_nanos, bucket
    ) as part
    where count <> 0
    group by resolution, broad, start_nanos
),
-- One for each power of two, which has 64 buckets.
exemplars as (
    select
        resolution,
        broad,
        start_nanos,
        array_agg(bucket order by bucket) as buckets,
        string_agg(trace_id, ''::bytea order by bucket) as ids
    from (
        select distinct on (resolution, broad, start_nanos, bucket / 64)
            resolution,
            broad,
            start_nanos,
            bucket,
            substring(exemplars from 16 * place::integer - 15 for 16) as trace_id
        from own
        cross join unnest(exemplar_buckets) with ordinality as part (bucket, place)
        order by resolution, broad, start_nanos, bucket / 64
    ) as part
    group by resolution, broad, start_nanos
)
select
    resolution,
    broad,
    start_nanos,
    count,
    errors,
    weight,
    weighted_errors,
    coalesce(sums.sums, '{}'),
    coalesce(histograms.buckets, '{}'),
    coalesce(histograms.counts, '{}'),
    histograms.weights,
    coalesce(exemplars.buckets, '{}'),
    coalesce(exemplars.ids, '')
from figures
left join sums using (resolution, broad, start_nanos)
left join histograms using (resolution, broad, start_nanos)
left join exemplars using (resolution, broad, start_nanos);

-- A broad series is in use as long as it is named.
create or replace view series_without_rollups as
select id
from series
where labels <> array_fill('other'::text, array[cardinality(labels)])
    and not exists (select from series as named where named.broad = series.id)
    and (
        select true from rollup where resolution = 2 and rollup.series = series.id limit 1
    ) is null
    and (
        select true from rollup where resolution = 1 and rollup.series = series.id limit 1
    ) is null
    and (
        select true from rollup where resolution = 0 and rollup.series = series.id limit 1
    ) is null;
