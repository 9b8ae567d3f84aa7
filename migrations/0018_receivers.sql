-- Who is told when alerts fire or are resolved, each as its latest version.
create table receiver (
    id bigint generated always as identity primary key,
    -- Counts the changes, so that nobody overwrites what they have not seen.
    version integer not null default 1,
    updated_nanos bigint not null,
    -- What the model calls Definition.
    definition jsonb not null,
    -- What its messages are signed with; null where they are not signed.
    secret text
);

-- Two receivers with one name could not be told apart.
create unique index receiver_name on receiver (lower(definition ->> 'name'));

-- What is to be sent to receivers, and what was: written together with the change that it tells.
create table outbox_message (
    id bigint generated always as identity primary key,
    -- By which a receiver knows what it has already.
    key text not null default gen_random_uuid()::text,
    receiver bigint not null references receiver (id) on delete cascade,
    created_nanos bigint not null,
    -- What the model calls Message.
    message jsonb not null,
    -- Those that it speaks of. Of one episode a receiver is told in order.
    episodes bigint[] not null,
    -- 0 waiting, 1 delivered, 2 given up.
    state smallint not null default 0,
    -- Counted when one begins, so it also tells who has begun last.
    attempts integer not null default 0,
    -- When it is tried next, or when it was brought to its end. While an attempt goes on, it is
    -- when others may try again.
    at_nanos bigint not null,
    last_error text
);

create index outbox_message_waiting on outbox_message (at_nanos) where state = 0;
create index outbox_message_done on outbox_message (at_nanos) where state <> 0;
create index outbox_message_by_receiver on outbox_message (receiver, id desc);

-- What receivers know of an episode: 0 nothing, 1 that it fires, 2 all there is to know.
alter table alert_episode add column told smallint not null default 0;

update alert_episode set told = 2 where resolved_nanos is not null;

create index alert_episode_untold on alert_episode (id) where told < 2;
