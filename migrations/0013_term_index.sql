-- An index of what spans have, for searching: a segment is of traces that were written together, or
-- of several segments merged. Assemblers add a segment with each transaction that stores traces, so
-- whoever sees a trace sees its segment.
create sequence term_segment_number;

create table term_segment (
    -- The day of its traces.
    day integer not null,
    segment bigint not null,
    oldest_nanos bigint not null,
    newest_nanos bigint not null,
    trace_count integer not null check (trace_count > 0),
    -- How many leading bits of a term number its bucket.
    bucket_bits smallint not null check (bucket_bits between 0 and 14),
    -- Of all of its buckets.
    bucket_bytes integer not null,
    -- 24 bytes a trace: when it began, in nanoseconds, and its id; big-endian. By begin, then id.
    entries bytea not null,
    -- The places of traces that may have any term.
    open_places integer[] not null,
    primary key (day, segment)
) partition by list (day);

create index term_segment_newest_first on term_segment (newest_nanos desc, segment desc);
create index term_segment_by_size on term_segment (day, trace_count);

-- Parts of it are read.
alter table term_segment alter column entries set storage external;

-- The terms of a segment whose leading bits are these, with the places of the traces that have them.
create table term_bucket (
    day integer not null,
    segment bigint not null,
    bucket integer not null,
    body bytea not null,
    primary key (day, segment, bucket)
) partition by list (day);

alter table term_bucket alter column body set storage external;

-- Days with traces that are in no segment.
create table unindexed_day (
    day integer primary key
);

create or replace function prepare_day(day integer) returns void
language plpgsql
as $$
declare
    parent text;
    name text;
begin
    foreach parent in array array[
        'trace_summary', 'trace_chunk', 'log_event', 'term_segment', 'term_bucket'
    ] loop
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

create or replace function drop_day(day integer) returns void
language plpgsql
as $$
declare
    parent text;
begin
    -- Whoever reads is waited for, but nobody waits behind this for long. In the order in which
    -- traces are written, so that nobody waits in a circle.
    perform set_config('lock_timeout', '2s', true);
    foreach parent in array array[
        'trace_summary', 'trace_chunk', 'log_event', 'term_segment', 'term_bucket'
    ] loop
        execute format(
            'drop table if exists %I',
            parent || '_' || to_char(date '1970-01-01' + day, 'YYYYMMDD')
        );
    end loop;
    delete from unindexed_day where unindexed_day.day = drop_day.day;
end
$$;

create or replace function days() returns table (day integer, bytes bigint)
language sql stable
as $$
    select
        (to_date(right(child.relname, 8), 'YYYYMMDD') - date '1970-01-01')::integer,
        sum(pg_total_relation_size(child.oid))::bigint
    from pg_inherits
    join pg_class child on child.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent in (
        'trace_summary'::regclass,
        'trace_chunk'::regclass,
        'log_event'::regclass,
        'term_segment'::regclass,
        'term_bucket'::regclass
    )
    group by 1
    order by 1
$$;

-- The days that are there already.
select prepare_day(day) from days();

insert into unindexed_day (day)
select day
from days()
where exists (select from trace_summary where trace_summary.day = days.day);
