-- Views that people have saved: a page with its query, under a name.
create table saved_view (
    id bigint generated always as identity primary key,
    -- Counts the changes, so that nobody overwrites what they have not seen.
    version integer not null default 1,
    updated_nanos bigint not null,
    name text not null,
    description text not null,
    -- Of one of our own pages, checked before it is written and again before it is followed.
    path text not null
);

-- Two views with one name could not be told apart.
create unique index saved_view_name on saved_view (lower(name));

-- What was stored a moment ago, for those who watch it arrive: while the lease lasts, which whoever
-- watches renews, each transaction that stores traces notes them.
create table stored_lease (
    -- There is one row.
    only_one boolean primary key default true check (only_one),
    until timestamptz not null
);

create table stored_note (
    number bigint generated always as identity primary key,
    -- When its transaction began.
    noted_at timestamptz not null default now(),
    -- None of the traces was first stored before that day.
    since_day integer not null,
    -- One after the other, 16 bytes each.
    trace_ids bytea not null
);
