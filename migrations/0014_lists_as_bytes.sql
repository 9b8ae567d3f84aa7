-- The lists of what was counted become bytes: one number after the other, each as Postgres sends it
-- (the most significant byte first). An array is sent value by value, which was most of what a
-- question about a month took.

create function bytes_of(list smallint[]) returns bytea
language sql immutable
as $$
    select coalesce(string_agg(int2send(value), ''::bytea), '') from unnest(list) as part (value)
$$;

create function bytes_of(list bigint[]) returns bytea
language sql immutable
as $$
    select coalesce(string_agg(int8send(value), ''::bytea), '') from unnest(list) as part (value)
$$;

-- Strict: where weights are missing each is its count, and that stays so.
create function bytes_of(list double precision[]) returns bytea
language sql immutable strict
as $$
    select coalesce(string_agg(float8send(value), ''::bytea), '') from unnest(list) as part (value)
$$;

alter table rollup
    alter column sums type bytea using bytes_of(sums),
    alter column buckets type bytea using bytes_of(buckets),
    alter column counts type bytea using bytes_of(counts),
    alter column weights type bytea using bytes_of(weights),
    alter column exemplar_buckets type bytea using bytes_of(exemplar_buckets);

alter table rollup_delta
    alter column sums type bytea using bytes_of(sums),
    alter column buckets type bytea using bytes_of(buckets),
    alter column counts type bytea using bytes_of(counts),
    alter column weights type bytea using bytes_of(weights),
    alter column exemplar_buckets type bytea using bytes_of(exemplar_buckets);

drop function bytes_of(smallint[]);
drop function bytes_of(bigint[]);
drop function bytes_of(double precision[]);
