-- Journeys that people have defined. Which requests belong to them is told when they are asked
-- for, by the labels of their series.
create table journey_definition (
    id bigint generated always as identity primary key,
    -- Counts the changes, so that nobody overwrites what they have not seen.
    version integer not null default 1,
    updated_nanos bigint not null,
    name text not null,
    owner text not null,
    description text not null,
    -- The value of the attribute that names the journey; null where roots tell.
    label text,
    -- Operations of roots, and beside each the service that it is limited to, empty for any.
    root_operations text[] not null,
    root_services text[] not null,
    steps text[] not null,
    -- Budgets in nanoseconds; null for none.
    total_nanos bigint,
    device_nanos bigint,
    network_nanos bigint,
    backend_nanos bigint,
    check (cardinality(root_operations) = cardinality(root_services)),
    check ((label is null) = (cardinality(root_operations) > 0))
);

-- Two journeys with one name could not be told apart.
create unique index journey_definition_name on journey_definition (lower(name));
