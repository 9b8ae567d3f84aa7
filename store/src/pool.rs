//! Connecting to Postgres, and bringing its schema up to date.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};

use crate::dictionaries::Dictionaries;
use crate::traces::Kept;

/// Oldest Postgres that is supported, as `server_version_num` counts.
const LEAST_VERSION: i32 = 150_000;

/// Most connections that one server opens, besides one an owned shard.
const MAX_CONNECTIONS: u32 = 16;

/// How long a request waits for a connection before it is told that the database is away.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// The database, ready to use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) options: PgConnectOptions,
    pub(crate) dictionaries: Arc<Dictionaries>,
    pub(crate) kept: Arc<Kept>,
}

/// Why the database cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(
        "DATABASE_URL cannot be read: {0}. Write it as \
         postgres://user:password@host:5432/database"
    )]
    Url(sqlx::Error),
    #[error(
        "DATABASE_URL must begin with postgres://; Throughline keeps its data in Postgres only"
    )]
    Scheme,
    #[error(
        "Postgres at {place} cannot be reached: {source}. Check that it runs and that host and \
         port in DATABASE_URL are right"
    )]
    Unreachable { place: String, source: sqlx::Error },
    #[error(
        "Postgres at {place} refused user \"{user}\": {message}. Check user and password in \
         DATABASE_URL"
    )]
    Refused {
        place: String,
        user: String,
        message: String,
    },
    #[error(
        "Postgres at {place} has no database \"{database}\". Create it (createdb {database}) or \
         name another in DATABASE_URL"
    )]
    NoDatabase { place: String, database: String },
    #[error(
        "Postgres at {place} is version {version}; Throughline needs 15 or newer. Upgrade it, or \
         point DATABASE_URL to another"
    )]
    TooOld { place: String, version: String },
    #[error("the schema could not be brought up to date; nothing was changed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("Postgres answered the first question with an error: {0}")]
    Question(sqlx::Error),
}

impl Store {
    /// Connects to the database of a `postgres://` URL, checks its version and migrates it.
    ///
    /// # Errors
    /// Says which of the many things is wrong, and what to do.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(ConnectError::Scheme);
        }
        let options = PgConnectOptions::from_str(url).map_err(ConnectError::Url)?;
        Self::connect_with(options).await
    }

    /// Connects as [`Self::connect`] does, by options.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_with(options: PgConnectOptions) -> Result<Self, ConnectError> {
        let options = options.application_name("throughline").options([
            // Whatever the server's default: what is acknowledged is on disk.
            ("synchronous_commit", "on"),
            // Migrating notes every table that exists already; nobody asked.
            ("client_min_messages", "warning"),
        ]);
        let place = place(&options);
        let mut connection = options
            .connect()
            .await
            .map_err(|error| refusal(&options, place.clone(), error))?;
        let version = sqlx::query!(
            r#"select
                current_setting('server_version_num')::int as "number!",
                current_setting('server_version') as "name!""#
        )
        .fetch_one(&mut connection)
        .await
        .map_err(ConnectError::Question)?;
        if version.number < LEAST_VERSION {
            return Err(ConnectError::TooOld {
                place,
                version: version.name,
            });
        }
        // Takes an advisory lock, so that servers that start together migrate one after the other.
        sqlx::migrate!("../migrations").run(&mut connection).await?;
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_lazy_with(options.clone());
        Ok(Self {
            pool,
            options,
            dictionaries: Arc::default(),
            kept: Arc::default(),
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), crate::Error> {
        sqlx::query!(r#"select 1 as "one!""#)
            .fetch_one(&self.pool)
            .await?;
        Ok(())
    }

    /// A transaction in which every statement is planned for its very arguments, for questions of
    /// which it depends on them how they are best answered. Not for those that are quicker answered
    /// than planned.
    pub(crate) async fn planning(
        &self,
    ) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, crate::Error> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query!("set local plan_cache_mode = force_custom_plan")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction)
    }

    /// What the whole database takes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn size_bytes(&self) -> Result<u64, crate::Error> {
        let bytes =
            sqlx::query_scalar!(r#"select pg_database_size(current_database()) as "bytes!""#)
                .fetch_one(&self.pool)
                .await?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    }

    /// Closes all connections, after their work is done.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// SQLSTATE class 28 is "invalid authorization", 3D000 "invalid catalog name"
/// (`PostgreSQL` manual, appendix A).
fn refusal(options: &PgConnectOptions, place: String, error: sqlx::Error) -> ConnectError {
    let Some(database_error) = error.as_database_error() else {
        return ConnectError::Unreachable {
            place,
            source: error,
        };
    };
    let code = database_error.code().unwrap_or_default();
    let message = database_error.message().to_owned();
    if code == "3D000" {
        let database = options
            .get_database()
            .unwrap_or_else(|| options.get_username())
            .to_owned();
        ConnectError::NoDatabase { place, database }
    } else if code.starts_with("28") {
        let user = options.get_username().to_owned();
        ConnectError::Refused {
            place,
            user,
            message,
        }
    } else {
        ConnectError::Unreachable {
            place,
            source: error,
        }
    }
}
