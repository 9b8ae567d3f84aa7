-- The slowest requests of weeks are found without reading them all.
create index trace_summary_slowest on trace_summary (duration_nanos);
