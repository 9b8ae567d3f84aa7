-- Objectives (SLOs) that people have set, each as its latest version.
create table objective (
    id bigint generated always as identity primary key,
    -- Counts the changes, so that nobody overwrites what they have not seen.
    version integer not null default 1,
    updated_nanos bigint not null,
    -- What the model calls Definition.
    definition jsonb not null
);

-- Two objectives with one name could not be told apart.
create unique index objective_name on objective (lower(definition ->> 'name'));

-- Every version that there was, also of those that were deleted.
create table objective_version (
    objective bigint not null,
    version integer not null,
    at_nanos bigint not null,
    -- Who made it and why, as they say.
    author text not null,
    reason text not null,
    -- Null of the version that deleted it.
    definition jsonb,
    primary key (objective, version)
);

-- The alerts of objectives: one for each severity that has rules.
create table alert (
    objective bigint not null references objective (id) on delete cascade,
    -- 0 page, 1 ticket.
    severity smallint not null,
    -- 0 inactive, 1 pending, 2 firing.
    phase smallint not null,
    since_nanos bigint not null,
    -- Whether nothing was counted when it was looked at last, so that it stays as it is.
    lacks_data boolean not null,
    -- The episode that goes on.
    episode bigint,
    primary key (objective, severity)
);

-- When alerts fired, and what they said; kept when the objective is deleted.
create table alert_episode (
    id bigint generated always as identity primary key,
    objective bigint not null,
    severity smallint not null,
    -- The version of the objective that it fired by.
    version integer not null,
    fired_nanos bigint not null,
    -- Null while it goes on.
    resolved_nanos bigint,
    acknowledged_nanos bigint,
    -- Who has, as they say.
    acknowledged_by text,
    -- What is wrong, in words, when it fired.
    headline text not null
);

create index alert_episode_by_objective on alert_episode (objective, fired_nanos desc);
create index alert_episode_by_time on alert_episode (fired_nanos desc);
create index alert_episode_open on alert_episode (fired_nanos desc) where resolved_nanos is null;
