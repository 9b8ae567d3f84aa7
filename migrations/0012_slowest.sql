-- The slowest requests of weeks are found without reading them all. Not by the column itself:
-- every question has bounds for it, mostly all that there is, and those that mean the newest would
-- be planned by this index.
create index trace_summary_slowest on trace_summary ((-duration_nanos));
