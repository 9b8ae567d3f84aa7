//! Journeys that people have defined.

use model::journey::{Budget, Definition, Journey, Pattern, Requests, Root};

use crate::traces::storable;
use crate::written::{self, Written};
use crate::{Error, Store};

/// Most journeys that are kept.
pub const MAX_JOURNEYS: i64 = 200;

struct JourneyRow {
    id: i64,
    version: i32,
    updated_nanos: i64,
    name: String,
    owner: String,
    description: String,
    label: Option<String>,
    root_operations: Vec<String>,
    root_services: Vec<String>,
    steps: Vec<String>,
    total_nanos: Option<i64>,
    device_nanos: Option<i64>,
    network_nanos: Option<i64>,
    backend_nanos: Option<i64>,
}

impl From<JourneyRow> for Journey {
    fn from(row: JourneyRow) -> Self {
        let services = row.root_services.into_iter();
        let roots = row.root_operations.into_iter().zip(services);
        let root = |(operation, service): (String, String)| Root {
            service: (!service.is_empty()).then_some(service),
            operation: Pattern(operation),
        };
        Self {
            id: row.id,
            version: row.version,
            updated_nanos: row.updated_nanos,
            definition: Definition {
                name: row.name,
                owner: row.owner,
                description: row.description,
                requests: match row.label {
                    Some(label) => Requests::Labelled(label),
                    None => Requests::Roots(roots.map(root).collect()),
                },
                steps: row.steps.into_iter().map(Pattern).collect(),
                budget: Budget {
                    total_nanos: row.total_nanos,
                    device_nanos: row.device_nanos,
                    network_nanos: row.network_nanos,
                    backend_nanos: row.backend_nanos,
                },
            },
        }
    }
}

/// Columns that hold a definition.
struct Columns {
    name: String,
    owner: String,
    description: String,
    label: Option<String>,
    root_operations: Vec<String>,
    root_services: Vec<String>,
    steps: Vec<String>,
}

impl Columns {
    fn of(definition: &Definition) -> Self {
        let (label, roots) = match &definition.requests {
            Requests::Labelled(label) => (Some(storable(label)), [].as_slice()),
            Requests::Roots(roots) => (None, roots.as_slice()),
        };
        let operations = roots.iter().map(|root| storable(&root.operation.0));
        let services = roots
            .iter()
            .map(|root| storable(root.service.as_deref().unwrap_or_default()));
        Self {
            name: storable(&definition.name),
            owner: storable(&definition.owner),
            description: storable(&definition.description),
            label,
            root_operations: operations.collect(),
            root_services: services.collect(),
            steps: definition
                .steps
                .iter()
                .map(|step| storable(&step.0))
                .collect(),
        }
    }
}

impl Store {
    /// All journeys, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn journeys(&self) -> Result<Vec<Journey>, Error> {
        let rows = sqlx::query_as!(
            JourneyRow,
            "select
                id,
                version,
                updated_nanos,
                name,
                owner,
                description,
                label,
                root_operations,
                root_services,
                steps,
                total_nanos,
                device_nanos,
                network_nanos,
                backend_nanos
            from journey_definition
            order by lower(name)
            limit $1",
            MAX_JOURNEYS,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Journey::from).collect())
    }

    /// One journey; none when it does not exist any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn journey(&self, id: i64) -> Result<Option<Journey>, Error> {
        let row = sqlx::query_as!(
            JourneyRow,
            "select
                id,
                version,
                updated_nanos,
                name,
                owner,
                description,
                label,
                root_operations,
                root_services,
                steps,
                total_nanos,
                device_nanos,
                network_nanos,
                backend_nanos
            from journey_definition
            where id = $1",
            id,
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(Journey::from))
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn create_journey(
        &self,
        definition: &Definition,
        now_nanos: i64,
    ) -> Result<Written<Journey>, Error> {
        let columns = Columns::of(definition);
        let row = sqlx::query!(
            "insert into journey_definition (
                updated_nanos,
                name,
                owner,
                description,
                label,
                root_operations,
                root_services,
                steps,
                total_nanos,
                device_nanos,
                network_nanos,
                backend_nanos
            )
            select $1, $2, $3, $4, $5, $6::text[], $7::text[], $8::text[], $9, $10, $11, $12
            where (select count(*) from journey_definition) < $13
            on conflict (lower(name)) do nothing
            returning id, version",
            now_nanos,
            columns.name,
            columns.owner,
            columns.description,
            columns.label,
            &columns.root_operations,
            &columns.root_services,
            &columns.steps,
            definition.budget.total_nanos,
            definition.budget.device_nanos,
            definition.budget.network_nanos,
            definition.budget.backend_nanos,
            MAX_JOURNEYS,
        )
        .fetch_optional(&self.pool)
        .await?;
        if let Some(row) = row {
            return Ok(Written::Done(Journey {
                id: row.id,
                version: row.version,
                updated_nanos: now_nanos,
                definition: definition.clone(),
            }));
        }
        let is_taken = sqlx::query_scalar!(
            r#"select exists (
                select from journey_definition where lower(name) = lower($1)
            ) as "is_taken!""#,
            columns.name,
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(if is_taken {
            Written::NameTaken
        } else {
            Written::Full
        })
    }

    /// Changes a journey, if it still is as the version that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn update_journey(
        &self,
        id: i64,
        seen_version: i32,
        definition: &Definition,
        now_nanos: i64,
    ) -> Result<Written<Journey>, Error> {
        let columns = Columns::of(definition);
        let written = sqlx::query_scalar!(
            "update journey_definition
            set
                version = version + 1,
                updated_nanos = $3,
                name = $4,
                owner = $5,
                description = $6,
                label = $7,
                root_operations = $8,
                root_services = $9,
                steps = $10,
                total_nanos = $11,
                device_nanos = $12,
                network_nanos = $13,
                backend_nanos = $14
            where id = $1 and version = $2
            returning version",
            id,
            seen_version,
            now_nanos,
            columns.name,
            columns.owner,
            columns.description,
            columns.label,
            &columns.root_operations,
            &columns.root_services,
            &columns.steps,
            definition.budget.total_nanos,
            definition.budget.device_nanos,
            definition.budget.network_nanos,
            definition.budget.backend_nanos,
        )
        .fetch_optional(&self.pool)
        .await;
        match written {
            Ok(Some(version)) => Ok(Written::Done(Journey {
                id,
                version,
                updated_nanos: now_nanos,
                definition: definition.clone(),
            })),
            Ok(None) => self.overtaken(id).await,
            Err(error) if written::is_taken(&error) => Ok(Written::NameTaken),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a journey, if it still is as the version that was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delete_journey(
        &self,
        id: i64,
        seen_version: i32,
    ) -> Result<Written<Journey>, Error> {
        let deleted = sqlx::query!(
            "delete from journey_definition where id = $1 and version = $2",
            id,
            seen_version,
        )
        .execute(&self.pool)
        .await?;
        if deleted.rows_affected() > 0 {
            return Ok(Written::Gone);
        }
        self.overtaken(id).await
    }

    /// What stands where another version was expected.
    async fn overtaken(&self, id: i64) -> Result<Written<Journey>, Error> {
        let current = self.journey(id).await?;
        Ok(current.map_or(Written::Gone, Written::Outdated))
    }
}
