-- The feature flags of a trace with their variants, as name=variant, sorted.
alter table trace_summary add column flags text[] not null default '{}';
