-- What all servers of this database know and nobody else: the key of pseudonyms.
create table server_secret (
    name text not null primary key,
    value bytea not null
);
