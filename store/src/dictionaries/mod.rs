//! The dictionaries of documents: learning them, handing them out, forgetting them.

mod learn;
mod train;

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::time::DAY_NANOS;
use sqlx::PgConnection;

pub use learn::Learned;

use crate::document::{self, Dictionary};
use crate::{Error, Store};

/// Dictionaries kept in memory, of about 150 KB each; when there are more, all are forgotten, and
/// what is needed is read again.
const MAX_KNOWN: usize = 64;

/// Dictionaries by the ids that documents name.
type ById = HashMap<u32, Arc<Dictionary>>;

/// Those that have been asked for.
#[derive(Debug, Default)]
pub(crate) struct Dictionaries {
    known: Mutex<ById>,
}

impl Dictionaries {
    /// What those documents can be read with.
    pub(crate) async fn reader(
        &self,
        connection: &mut PgConnection,
        documents: impl Iterator<Item = &[u8]>,
    ) -> Result<Reader, Error> {
        let ids = documents.filter_map(document::dictionary_id).collect();
        Ok(Reader {
            reader: document::Reader::default(),
            dictionaries: self.get(connection, &ids).await?,
        })
    }

    /// Dictionaries by their ids, as far as they are there.
    async fn get(&self, connection: &mut PgConnection, ids: &BTreeSet<u32>) -> Result<ById, Error> {
        let mut found: ById = {
            let known = self.known();
            let entry = |id: &u32| Some((*id, Arc::clone(known.get(id)?)));
            ids.iter().filter_map(entry).collect()
        };
        let unknown = ids.iter().filter(|id| !found.contains_key(*id));
        let unknown: Vec<i64> = unknown.copied().map(i64::from).collect();
        if unknown.is_empty() {
            return Ok(found);
        }
        let rows = sqlx::query!(
            "select id, body from dictionary where id = any ($1)",
            &unknown,
        )
        .fetch_all(connection)
        .await?;
        for row in rows {
            let dictionary = Dictionary::new(row.body).map_err(|error| Error::Dictionary {
                id: row.id,
                reason: error.to_string(),
            })?;
            let dictionary = Arc::new(dictionary);
            self.remember(&dictionary);
            found.insert(dictionary.id(), dictionary);
        }
        Ok(found)
    }

    /// The one that documents are to be written by; none when there is none yet.
    pub(crate) async fn newest(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<Arc<Dictionary>>, Error> {
        let id = sqlx::query_scalar!(
            "select id from dictionary order by created_nanos desc, id desc limit 1"
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(id) = id.and_then(|id| u32::try_from(id).ok()) else {
            return Ok(None);
        };
        let mut found = self.get(connection, &BTreeSet::from([id])).await?;
        Ok(found.remove(&id))
    }

    fn remember(&self, dictionary: &Arc<Dictionary>) {
        let mut known = self.known();
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(dictionary.id(), Arc::clone(dictionary));
    }

    fn known(&self) -> MutexGuard<'_, ById> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads documents with the dictionaries that they need.
pub(crate) struct Reader {
    reader: document::Reader,
    dictionaries: ById,
}

impl Reader {
    /// The encoded message within a document.
    ///
    /// # Errors
    /// When it is damaged, or its dictionary is not there.
    pub(crate) fn read(&mut self, document: &[u8]) -> io::Result<Vec<u8>> {
        let Some(id) = document::dictionary_id(document) else {
            return self.reader.read(document, None);
        };
        let dictionary = self.dictionaries.get(&id).ok_or_else(|| {
            let reason = format!("it needs dictionary {id}, which is not in the database");
            io::Error::other(reason)
        })?;
        self.reader.read(document, Some(dictionary))
    }
}

impl Store {
    /// Forgets the dictionaries that no document needs any more: those that were followed by
    /// another one a whole day before the oldest day that is kept. The newest stays.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn expire_dictionaries(&self) -> Result<(), Error> {
        let days = self.days().await?;
        let Some(oldest) = days.first() else {
            return Ok(());
        };
        // Whoever writes asks for the newest before every transaction; a day is ample.
        let followed_before = (i64::from(oldest.day) - 1).saturating_mul(DAY_NANOS);
        sqlx::query!(
            "delete from dictionary as old
            where exists (
                select from dictionary as newer
                where newer.created_nanos > old.created_nanos and newer.created_nanos < $1
            )",
            followed_before,
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::document::Writer;

    #[test]
    fn a_document_is_read_by_the_dictionary_that_it_names() {
        let names = ["cart", "mail"];
        let dictionaries = names.map(|name| Arc::new(trained(name)));
        let by_id = |dictionary: &Arc<Dictionary>| (dictionary.id(), Arc::clone(dictionary));
        let mut reader = Reader {
            reader: document::Reader::default(),
            dictionaries: dictionaries.iter().map(by_id).collect(),
        };
        let missing = trained("user");
        let mut writer = Writer::new().expect("memory");
        let mut write = |dictionary: Option<&Dictionary>| {
            writer.use_dictionary(dictionary).expect("memory");
            writer.write(b"spans").expect("memory")
        };
        for dictionary in [Some(&*dictionaries[0]), None, Some(&*dictionaries[1])] {
            assert_eq!(reader.read(&write(dictionary)).expect("spans"), b"spans");
        }
        let error = reader
            .read(&write(Some(&missing)))
            .expect_err("it is missing");
        let words = format!(
            "it needs dictionary {}, which is not in the database",
            missing.id()
        );
        assert_eq!(error.to_string(), words);
    }

    /// Messages that have much in common.
    pub(crate) fn messages(service: &str, count: u32) -> Vec<Vec<u8>> {
        let names = ["checkout", "charge", "refund", "search", "login"];
        let message = |number: u32| {
            // Numbers that look random.
            let dice = number.wrapping_mul(2_654_435_761);
            let name = names[usize::try_from(dice >> 8).expect("it fits") % names.len()];
            let text = format!(
                "service.name={service}-service telemetry.sdk.language={service}-rust \
                 operation={name} id={dice:08x} http.route=/api/{service}/{name}/{{item}} \
                 server.address={service}.shop.internal db.query.text=SELECT {service}_{name}"
            );
            text.into_bytes()
        };
        (0..count).map(message).collect()
    }

    /// A dictionary for such.
    pub(crate) fn trained(service: &str) -> Dictionary {
        let messages = messages(service, 2_000);
        let bytes = zstd::dict::from_samples(&messages, 8 << 10).expect("enough messages");
        Dictionary::new(bytes).expect("a dictionary")
    }
}
