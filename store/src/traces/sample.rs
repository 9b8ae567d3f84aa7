//! Some of the documents that were stored lately.

use sqlx::PgConnection;

use crate::Error;
use crate::dictionaries::Dictionaries;
use crate::document::MAX_DICTIONARY_MESSAGE_BYTES;

/// Most bytes of messages.
const MAX_MESSAGE_BYTES: usize = 8 << 20;

/// Most documents that are read, and most bytes of them.
const MAX_DOCUMENTS: i64 = 20_000;
const MAX_DOCUMENT_BYTES: i64 = 8 << 20;

/// Pages of the table, of 8 KiB each, that are looked at for documents.
const PAGES: f64 = 1_000.0;

/// Messages of documents of that day and later, from all over the table, as far as a dictionary is
/// for such.
pub(crate) async fn sample(
    connection: &mut PgConnection,
    dictionaries: &Dictionaries,
    since_day: i32,
) -> Result<Vec<Vec<u8>>, Error> {
    let pages = sqlx::query_scalar!(
        r#"select coalesce(sum(pg_relation_size(child.oid)), 0)::float / 8192 as "pages!"
        from pg_inherits
        join pg_class child on child.oid = pg_inherits.inhrelid
        where pg_inherits.inhparent = 'trace_chunk'::regclass
            and child.relname >=
                'trace_chunk_' || to_char(date '1970-01-01' + $1::int, 'YYYYMMDD')"#,
        since_day,
    )
    .fetch_one(&mut *connection)
    .await?;
    let percent = (100.0 * PAGES / pages.max(1.0)).min(100.0);
    let bodies = sqlx::query_scalar!(
        r#"select body as "body!"
        from (
            select body, sum(octet_length(body)) over (
                rows between unbounded preceding and current row
            ) as bytes
            from (
                select body
                from trace_chunk tablesample system ($1::float)
                where day >= $2 and octet_length(body) <= $5
                order by random()
                limit $3
            ) as some_of_them
        ) as some_of_them
        where bytes <= $4"#,
        percent,
        since_day,
        MAX_DOCUMENTS,
        MAX_DOCUMENT_BYTES,
        super::saturated(MAX_DICTIONARY_MESSAGE_BYTES),
    )
    .fetch_all(&mut *connection)
    .await?;
    let documents = bodies.iter().map(Vec::as_slice);
    let mut reader = dictionaries.reader(connection, documents).await?;
    let mut messages = Vec::new();
    let mut bytes = 0;
    for body in &bodies {
        // A damaged one concerns whoever opens it.
        let Ok(message) = reader.read(body) else {
            continue;
        };
        if message.len() > MAX_DICTIONARY_MESSAGE_BYTES {
            continue;
        }
        bytes += message.len();
        if bytes > MAX_MESSAGE_BYTES {
            break;
        }
        messages.push(message);
    }
    Ok(messages)
}
