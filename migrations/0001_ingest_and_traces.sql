-- Spans that were acknowledged and are not yet part of a stored trace.
--
-- A row stays until every span in it is stored; the transaction that stores the last of them
-- deletes it. Sharded by trace id: one assembler owns a shard.
create table ingest_log (
    shard smallint not null,
    seq bigint generated always as identity,
    received_nanos bigint not null,
    span_count integer not null,
    -- zstd of an OTLP TracesData message.
    payload bytea not null,
    primary key (shard, seq)
);

-- Already compressed: Postgres shall not try again.
alter table ingest_log alter column payload set storage external;

-- Rows live for seconds; vacuum by number, not by share of the table.
alter table ingest_log set (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 5000
);

-- What lists show and filter by: one row a trace.
create table trace_summary (
    trace_id bytea not null primary key check (octet_length(trace_id) = 16),
    start_nanos bigint not null,
    duration_nanos bigint not null,
    span_count integer not null,
    error_count integer not null,
    defect_count integer not null,
    root_service text not null,
    root_operation text not null,
    services text[] not null,
    region text,
    release text,
    app_version text,
    os text,
    device text,
    network text,
    journey text,
    session_id text,
    user_id text
);

create index trace_summary_newest_first on trace_summary (start_nanos desc, trace_id desc);

-- The spans themselves: a trace is the concatenation of its chunks.
create table trace_chunk (
    trace_id bytea not null check (octet_length(trace_id) = 16),
    chunk integer not null,
    -- zstd of an OTLP TracesData message.
    body bytea not null,
    primary key (trace_id, chunk)
);

alter table trace_chunk alter column body set storage external;
