-- What has happened to objectives and their alerts, for those who follow it.
create table state_change (
    -- In the order in which they become visible: whoever writes holds a lock.
    id bigint generated always as identity primary key,
    at_nanos bigint not null,
    -- What the model calls Event.
    event jsonb not null
);

create index state_change_by_time on state_change (at_nanos);
