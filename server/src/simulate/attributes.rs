//! Attributes of spans, by the names of the semantic conventions.

use super::shop::{Call, Kind};
use super::visitor::Visitor;

pub(super) fn variant(is_on: bool) -> String {
    if is_on { "on" } else { "off" }.to_owned()
}

/// Of a span that calls what sends no spans of its own.
pub(super) fn leaf_attributes(call: &Call, visitor: &Visitor) -> Vec<(&'static str, String)> {
    let address = format!("{}.{}.internal", call.target, visitor.region.name);
    match call.kind {
        Kind::Database => {
            let (verb, table) = call.operation.split_once(' ').unwrap_or_default();
            let query = match verb {
                "SELECT" => format!("SELECT * FROM {table} WHERE id = ?"),
                "UPDATE" => format!("UPDATE {table} SET changed_at = now() WHERE id = ?"),
                _ => format!("INSERT INTO {table} VALUES (?)"),
            };
            vec![
                ("db.system.name", "postgresql".to_owned()),
                ("db.namespace", call.target.to_owned()),
                ("db.operation.name", verb.to_owned()),
                ("db.collection.name", table.to_owned()),
                ("db.query.text", query),
                ("server.address", address),
            ]
        }
        Kind::Cache => {
            vec![
                ("db.system.name", "redis".to_owned()),
                ("db.namespace", call.target.to_owned()),
                ("server.address", address),
            ]
        }
        Kind::Queue => {
            vec![
                ("messaging.system", "kafka".to_owned()),
                ("messaging.destination.name", call.target.to_owned()),
            ]
        }
        Kind::ThirdParty => vec![
            ("server.address", format!("api.{}.example", call.target)),
            ("peer.service", call.target.to_owned()),
            (
                "url.path",
                call.operation
                    .split_once(' ')
                    .unwrap_or_default()
                    .1
                    .to_owned(),
            ),
        ],
        Kind::Service => vec![],
    }
}
