-- Times in which alerts notify nobody, once or every week.
create table silence (
    id bigint generated always as identity primary key,
    -- Counts the changes, so that nobody overwrites what they have not seen.
    version integer not null default 1,
    updated_nanos bigint not null,
    -- What the model calls Definition.
    definition jsonb not null,
    -- When it ends for good; null of what comes every week.
    ends_nanos bigint
);
