-- What small documents are compressed with: zstd dictionaries, trained on documents of the days
-- before. A document says which one it needs; none may go before the last document that needs it.
create table dictionary (
    -- As the documents name it (RFC 8878, section 3.1.1.1.3).
    id bigint not null primary key,
    created_nanos bigint not null,
    -- In zstd's format (RFC 8878, section 5).
    body bytea not null
);

-- Nearly random: Postgres shall not try to compress it.
alter table dictionary alter column body set storage external;
