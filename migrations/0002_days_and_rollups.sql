-- Traces by day, so that a day can be dropped at once; and rollups, which outlive them.

-- The day is that on which a trace was first stored, by the server's clock, in days since
-- 1970-01-01 UTC: what clients say of time makes no partitions. Parts that come later join the
-- first.
alter table trace_summary rename to old_trace_summary;
alter table old_trace_summary rename constraint trace_summary_pkey to old_trace_summary_pkey;
alter index trace_summary_newest_first rename to old_trace_summary_newest_first;
alter table trace_chunk rename to old_trace_chunk;
alter table old_trace_chunk rename constraint trace_chunk_pkey to old_trace_chunk_pkey;

-- What lists show and filter by: one row a trace.
create table trace_summary (
    trace_id bytea not null check (octet_length(trace_id) = 16),
    day integer not null,
    start_nanos bigint not null,
    duration_nanos bigint not null,
    span_count integer not null,
    error_count integer not null,
    defect_count integer not null,
    -- How many requests it stands for, before sampling.
    weight double precision not null default 1,
    root_service text not null,
    root_operation text not null,
    services text[] not null,
    app_type text,
    app_id text,
    region text,
    release text,
    app_version text,
    os text,
    device text,
    device_class text,
    network text,
    environment text,
    tier text,
    journey text,
    session_id text,
    user_id text,
    primary key (trace_id, day)
) partition by list (day);

create index trace_summary_newest_first on trace_summary (start_nanos desc, trace_id desc);

-- The spans themselves: a trace is the concatenation of its chunks.
create table trace_chunk (
    trace_id bytea not null check (octet_length(trace_id) = 16),
    day integer not null,
    chunk integer not null,
    -- zstd of an OTLP TracesData message.
    body bytea not null,
    primary key (trace_id, day, chunk)
) partition by list (day);

alter table trace_chunk alter column body set storage external;

-- Makes room for the traces of a day. Attaching, unlike creating a partition in place, waits for
-- no reader.
create function prepare_day(day integer) returns void
language plpgsql
as $$
declare
    parent text;
    name text;
begin
    foreach parent in array array['trace_summary', 'trace_chunk'] loop
        name := parent || '_' || to_char(date '1970-01-01' + day, 'YYYYMMDD');
        continue when to_regclass(name) is not null;
        -- Servers that begin a day together make it one after the other.
        perform pg_advisory_xact_lock(hashtext('throughline prepare_day'));
        continue when to_regclass(name) is not null;
        execute format('create table %I (like %I including all)', name, parent);
        execute format('alter table %I attach partition %I for values in (%s)', parent, name, day);
    end loop;
end
$$;

-- Forgets the traces of a day.
create function drop_day(day integer) returns void
language plpgsql
as $$
declare
    parent text;
begin
    -- Whoever reads is waited for, but nobody waits behind this for long. In the order in which
    -- traces are written, so that nobody waits in a circle.
    perform set_config('lock_timeout', '2s', true);
    foreach parent in array array['trace_summary', 'trace_chunk'] loop
        execute format(
            'drop table if exists %I',
            parent || '_' || to_char(date '1970-01-01' + day, 'YYYYMMDD')
        );
    end loop;
end
$$;

-- The days that there is room for, with their size in bytes.
create function days() returns table (day integer, bytes bigint)
language sql stable
as $$
    select
        (to_date(right(child.relname, 8), 'YYYYMMDD') - date '1970-01-01')::integer,
        sum(pg_total_relation_size(child.oid))::bigint
    from pg_inherits
    join pg_class child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent in ('trace_summary'::regclass, 'trace_chunk'::regclass)
    group by 1
    order by 1
$$;

select prepare_day(current_date - date '1970-01-01');

insert into trace_summary (
    trace_id,
    day,
    start_nanos,
    duration_nanos,
    span_count,
    error_count,
    defect_count,
    root_service,
    root_operation,
    services,
    region,
    release,
    app_version,
    os,
    device,
    network,
    journey,
    session_id,
    user_id
)
select
    trace_id,
    current_date - date '1970-01-01',
    start_nanos,
    duration_nanos,
    span_count,
    error_count,
    defect_count,
    root_service,
    root_operation,
    services,
    region,
    release,
    app_version,
    os,
    device,
    network,
    journey,
    session_id,
    user_id
from old_trace_summary;

insert into trace_chunk (trace_id, day, chunk, body)
select trace_id, current_date - date '1970-01-01', chunk, body
from old_trace_chunk;

drop table old_trace_summary;
drop table old_trace_chunk;

-- The sets of labels that are counted for themselves. Their number has a cap; what is beyond it is
-- counted for the series whose labels all say "other".
create table series (
    id integer generated always as identity primary key,
    -- 0 requests, 1 operations, 2 calls.
    family smallint not null,
    labels text[] not null,
    unique (family, labels)
);

-- What was counted, by series and time.
create table rollup (
    -- 0 minutes, 1 hours, 2 days.
    resolution smallint not null,
    series integer not null,
    start_nanos bigint not null,
    count bigint not null,
    errors bigint not null,
    -- How many those stand for, before sampling.
    weight double precision not null,
    weighted_errors double precision not null,
    -- By family; the model's Family::sums names them.
    sums bigint[] not null,
    -- The histogram of durations, side by side. Weights are missing where each is its count.
    buckets smallint[] not null,
    counts bigint[] not null,
    weights double precision[],
    -- Trace ids, 16 bytes each, and their buckets.
    exemplar_buckets smallint[] not null,
    exemplars bytea not null,
    primary key (resolution, series, start_nanos)
);

create index rollup_by_time on rollup (resolution, start_nanos);

-- Rows are rewritten as their minute, hour and day goes on; none of what changes is indexed.
alter table rollup set (fillfactor = 70);

-- What was counted and is not yet part of the rollups: every question adds it. Written in the
-- transaction that stores the traces.
create table rollup_delta (
    id bigint generated always as identity primary key,
    series integer not null,
    -- Begin of the minute.
    start_nanos bigint not null,
    count bigint not null,
    errors bigint not null,
    weight double precision not null,
    weighted_errors double precision not null,
    sums bigint[] not null,
    buckets smallint[] not null,
    counts bigint[] not null,
    weights double precision[],
    exemplar_buckets smallint[] not null,
    exemplars bytea not null
);

-- Rows live for seconds; vacuum by number, not by share of the table.
alter table rollup_delta set (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 20000
);
