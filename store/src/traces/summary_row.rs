//! A row of `trace_summary` and the value it stands for.

use model::dimensions::{Dimension, Dimensions};
use model::flags::Flag;
use model::id::TraceId;
use model::summary::{Outcome, Summary};

use crate::Error;

/// A statement that selects summaries: what stands in it from `from` on, and its arguments. Nothing
/// else that it reads may have columns of the same names.
macro_rules! query_summaries {
    ($from:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            crate::traces::summary_row::SummaryRow,
            r#"select
                trace_id as "trace_id!",
                start_nanos as "start_nanos!",
                duration_nanos as "duration_nanos!",
                span_count as "span_count!",
                error_count as "error_count!",
                defect_count as "defect_count!",
                weight as "weight!",
                root_service as "root_service!",
                root_operation as "root_operation!",
                services as "services!",
                app_type,
                app_id,
                region,
                release,
                app_version,
                os,
                device,
                device_class,
                network,
                environment,
                tier,
                journey,
                session_id,
                user_id,
                failed,
                flags as "flags!"
            "# + $from
            $(, $argument)*
        )
    };
}

pub(super) use query_summaries;

pub(super) struct SummaryRow {
    pub(super) trace_id: Vec<u8>,
    pub(super) start_nanos: i64,
    pub(super) duration_nanos: i64,
    pub(super) span_count: i32,
    pub(super) error_count: i32,
    pub(super) defect_count: i32,
    pub(super) weight: f64,
    pub(super) root_service: String,
    pub(super) root_operation: String,
    pub(super) services: Vec<String>,
    pub(super) app_type: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) region: Option<String>,
    pub(super) release: Option<String>,
    pub(super) app_version: Option<String>,
    pub(super) os: Option<String>,
    pub(super) device: Option<String>,
    pub(super) device_class: Option<String>,
    pub(super) network: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) tier: Option<String>,
    pub(super) journey: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) user_id: Option<String>,
    pub(super) failed: Option<bool>,
    pub(super) flags: Vec<String>,
}

impl TryFrom<SummaryRow> for Summary {
    type Error = Error;

    fn try_from(row: SummaryRow) -> Result<Self, Error> {
        let trace_id = TraceId::from_slice(&row.trace_id).map_err(|source| Error::Key {
            table: "trace_summary",
            source,
        })?;
        let count = |column: &'static str, value: i32| {
            usize::try_from(value).map_err(|error| Error::Inconsistent {
                table: "trace_summary",
                column,
                trace_id,
                reason: error.to_string(),
            })
        };
        Ok(Self {
            trace_id,
            start_nanos: row.start_nanos,
            duration_nanos: row.duration_nanos,
            span_count: count("span_count", row.span_count)?,
            error_count: count("error_count", row.error_count)?,
            defect_count: count("defect_count", row.defect_count)?,
            weight: row.weight,
            root_service: row.root_service,
            root_operation: row.root_operation,
            outcome: row.failed.map(Outcome::of),
            services: row.services,
            dimensions: Dimensions::default()
                .with(Dimension::AppType, row.app_type)
                .with(Dimension::AppId, row.app_id)
                .with(Dimension::Region, row.region)
                .with(Dimension::Release, row.release)
                .with(Dimension::AppVersion, row.app_version)
                .with(Dimension::Os, row.os)
                .with(Dimension::Device, row.device)
                .with(Dimension::DeviceClass, row.device_class)
                .with(Dimension::Network, row.network)
                .with(Dimension::Environment, row.environment)
                .with(Dimension::Tier, row.tier)
                .with(Dimension::Journey, row.journey)
                .with(Dimension::Session, row.session_id)
                .with(Dimension::User, row.user_id),
            flags: row.flags.iter().map(|flag| Flag::parse(flag)).collect(),
        })
    }
}
