//! The series that are counted for themselves, and their numbers.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::rollup::{Family, OTHER, Series};
use sqlx::{Connection, PgConnection};

use super::{family_number, unused};
use crate::traces::storable;
use crate::{Error, Store};

/// How many series of one family are counted for themselves; what else comes is counted for
/// [`Series::other`].
pub const MAX_SERIES: i64 = 50_000;

/// The advisory lock of whoever adds series, so that together they keep to the cap. Any number
/// will do that nothing else in the database uses.
const LOCK: i64 = 0x7365_7269_6573;

/// Between labels on their way to the database.
const SEPARATOR: &str = "\u{1f}";

/// The numbers of series, as far as they have been asked for.
#[derive(Debug, Default)]
pub(crate) struct SeriesIds {
    /// Since which they are remembered ([`super::unused`]); none before the first.
    generation: Option<i64>,
    ids: HashMap<Series, i32>,
    /// The families without room, for which nobody need try again.
    full: HashSet<Family>,
}

/// How many series there are of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesUse {
    pub family: Family,
    pub count: i64,
}

/// Most values of the label of journeys that are read.
const MAX_JOURNEY_LABELS: i64 = 200;

impl Store {
    /// The journeys that requests name themselves, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn journey_labels(&self) -> Result<Vec<String>, Error> {
        let found = sqlx::query_scalar!(
            r#"select distinct labels[3] as "label!"
            from series
            where family = $1 and labels[3] <> '' and labels[3] <> $2
            order by 1
            limit $3"#,
            family_number(Family::Requests),
            OTHER,
            MAX_JOURNEY_LABELS,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(found)
    }

    /// The services whose requests tell a class of device or a network, as those of users' devices
    /// do; at any time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn services_on_devices(&self) -> Result<BTreeSet<String>, Error> {
        let found = sqlx::query_scalar!(
            r#"select distinct labels[1] as "service!"
            from series
            where family = $1 and (labels[7] <> '' or labels[8] <> '')"#,
            family_number(Family::Requests),
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(found.into_iter().collect())
    }
}

impl SeriesIds {
    /// The number of each series; where there is no room for it, that of the series for all others.
    ///
    /// Not within the transaction that uses the numbers: a series that nothing is counted for does
    /// no harm, and nobody has to wait. That transaction begins with [`Self::hold`].
    pub(crate) async fn resolve<'a>(
        &mut self,
        connection: &mut PgConnection,
        wanted: impl Iterator<Item = &'a Series> + Clone,
    ) -> Result<Vec<i32>, Error> {
        if self.generation.is_none() {
            self.generation = Some(unused::generation(connection).await?);
        }
        let unknown: BTreeSet<&Series> = wanted
            .clone()
            .filter(|series| !self.ids.contains_key(*series))
            .collect();
        for family in Family::ALL {
            let of_family = unknown.iter().filter(|series| series.family == family);
            let of_family: Vec<&Series> = of_family.copied().collect();
            if !of_family.is_empty() {
                self.learn(connection, family, &of_family).await?;
            }
        }
        let id = |series: &Series| {
            let own = self.ids.get(series);
            own.or_else(|| self.ids.get(&Series::other(series.family)))
        };
        wanted
            .map(|series| id(series).copied().ok_or(Error::NoSeries))
            .collect()
    }

    /// Keeps all series until the transaction ends; tells whether the numbers still are those of
    /// their series. Where they are not, nothing must be written by them, and they are to be
    /// forgotten.
    pub(crate) async fn hold(&self, transaction: &mut PgConnection) -> Result<bool, Error> {
        Ok(Some(unused::hold(transaction).await?) == self.generation)
    }

    async fn learn(
        &mut self,
        connection: &mut PgConnection,
        family: Family,
        unknown: &[&Series],
    ) -> Result<(), Error> {
        let other = Series::other(family);
        // Last, so that it takes nobody's place.
        let asked: Vec<&Series> = unknown.iter().copied().chain([&other]).collect();
        let texts: Vec<String> = asked.iter().map(|series| text(series)).collect();
        let found = match find(connection, family, &texts).await? {
            found if found.len() == texts.len() || self.full.contains(&family) => found,
            _ => {
                create(connection, family, &texts).await?;
                let found = find(connection, family, &texts).await?;
                if found.len() < texts.len() {
                    self.full.insert(family);
                }
                found
            }
        };
        for (series, text) in asked.iter().zip(&texts) {
            if let Some(id) = found.get(text) {
                self.ids.insert((*series).clone(), *id);
            }
        }
        Ok(())
    }
}

fn text(series: &Series) -> String {
    let labels = series.labels.iter();
    let labels: Vec<String> = labels
        .map(|label| storable(label).replace(SEPARATOR, " "))
        .collect();
    labels.join(SEPARATOR)
}

async fn find(
    connection: &mut PgConnection,
    family: Family,
    texts: &[String],
) -> Result<HashMap<String, i32>, Error> {
    let rows = sqlx::query!(
        r#"select id, wanted.text as "text!"
        from unnest($2::text[]) as wanted (text)
        join series on family = $1 and labels = string_to_array(wanted.text, e'\x1f')"#,
        family_number(family),
        texts,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.text, row.id)).collect())
}

/// Adds those that are not there, as far as there is room; the last one, for all others, in any
/// case. Those of requests get the broad series that they belong to.
async fn create(
    connection: &mut PgConnection,
    family: Family,
    texts: &[String],
) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    lock(&mut transaction).await?;
    let number = family_number(family);
    sqlx::query!(
        r"insert into series (family, labels)
        select $1, string_to_array(text, e'\x1f')
        from (
            select
                text,
                row_number() over (order by place) as new,
                place = cardinality($2) as is_other
            from unnest($2::text[]) with ordinality as wanted (text, place)
            where not exists (
                select from series
                where family = $1 and labels = string_to_array(text, e'\x1f')
            )
        ) as missing
        where is_other or new <= $3 - (select count(*) from series where family = $1)
        on conflict do nothing",
        number,
        texts,
        MAX_SERIES,
    )
    .execute(&mut *transaction)
    .await?;
    if family == Family::Requests {
        sqlx::query!("select name_broad_series()")
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Keeps others from adding series until the transaction ends.
pub(super) async fn lock(transaction: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK)
        .execute(transaction)
        .await?;
    Ok(())
}

impl Store {
    /// How many series are counted for themselves.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn series_use(&self) -> Result<Vec<SeriesUse>, Error> {
        let rows =
            sqlx::query!(r#"select family, count(*) as "count!" from series group by family"#)
                .fetch_all(&self.pool)
                .await?;
        let count = |family: Family| {
            let row = rows.iter().find(|row| row.family == family_number(family));
            row.map_or(0, |row| row.count)
        };
        let uses = Family::ALL.map(|family| SeriesUse {
            family,
            count: count(family),
        });
        Ok(uses.to_vec())
    }
}
