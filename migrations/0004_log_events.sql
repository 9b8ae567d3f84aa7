-- Log records that belong to a trace or a session, kept as long as the traces of their day.

-- The day is that on which a record was received, by the server's clock. A record that is sent
-- again is stored once within a day; one that is sent again over midnight may be stored twice.
create table log_event (
    -- The first half of a SHA-256 of the record, its resource and its scope.
    event_id bytea not null check (octet_length(event_id) = 16),
    day integer not null,
    trace_id bytea check (octet_length(trace_id) = 16),
    session_id text,
    -- When it happened; where its source does not tell, when it was received.
    time_nanos bigint not null,
    -- An OTLP LogsData message with that one record.
    body bytea not null,
    check (trace_id is not null or session_id is not null),
    primary key (event_id, day)
) partition by list (day);

create index log_event_of_trace on log_event (trace_id, time_nanos, event_id)
where trace_id is not null;

create index log_event_of_session on log_event (session_id, time_nanos, event_id)
where session_id is not null;

create or replace function prepare_day(day integer) returns void
language plpgsql
as $$
declare
    parent text;
    name text;
begin
    foreach parent in array array['trace_summary', 'trace_chunk', 'log_event'] loop
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
    foreach parent in array array['trace_summary', 'trace_chunk', 'log_event'] loop
        execute format(
            'drop table if exists %I',
            parent || '_' || to_char(date '1970-01-01' + day, 'YYYYMMDD')
        );
    end loop;
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
        'log_event'::regclass
    )
    group by 1
    order by 1
$$;

-- The days that are there already.
select prepare_day(day) from days();
