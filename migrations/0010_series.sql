-- Making room for new series by removing those of which nothing is counted any more.

-- Series that no rollup is of; a delta may be. What is counted by the day is kept longest, so it
-- answers first; a question with a limit is asked of the index, series by series.
create view series_without_rollups as
select id
from series
where labels <> array_fill('other'::text, array[cardinality(labels)])
    and (
        select true from rollup where resolution = 2 and rollup.series = series.id limit 1
    ) is null
    and (
        select true from rollup where resolution = 1 and rollup.series = series.id limit 1
    ) is null
    and (
        select true from rollup where resolution = 0 and rollup.series = series.id limit 1
    ) is null;

-- Changes whenever series have been removed, so that nobody goes on using their numbers.
create table series_generation (
    generation bigint not null
);

insert into series_generation values (0);
