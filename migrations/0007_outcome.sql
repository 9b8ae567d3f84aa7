-- How the request ended, by its root span; null while the root is not known, so that lists can tell
-- what is counted as a request. What was stored before does not tell.
alter table trace_summary add column failed boolean;
