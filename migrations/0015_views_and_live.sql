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
