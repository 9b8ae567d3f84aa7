-- Calls of actions stand in the outbox, too: state 3 is a dry run, 4 a call that was left out.
alter table outbox_message
    -- Whether an attempt has begun of which nobody has said what came of it.
    add column is_open boolean not null default false,
    -- What was sent, or would have been.
    add column body text;
