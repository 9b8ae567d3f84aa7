//! What is counted, once from the stored traces themselves and once as rollups tell it.

use std::collections::BTreeMap;

use futures::StreamExt;
use serde_json::Value;

use crate::server::Server;

/// Traces that are fetched at the same time.
const AT_ONCE: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Traces with a root.
    pub requests: u64,
    /// The same, by a label that broad series do not have.
    pub requests_by_network: u64,
    pub spans: u64,
    /// Spans with an error.
    pub errors: u64,
    /// Calls from one service to another, by both.
    pub calls: BTreeMap<(String, String), u64>,
}

impl Counts {
    /// From every trace that the list has.
    pub async fn of_traces(server: &Server) -> Self {
        let traces = server.list("").await;
        let fetched = futures::stream::iter(&traces).map(async |trace| {
            let id = trace["trace_id"].as_str().unwrap();
            server.get_json(&format!("/api/v1/traces/{id}")).await
        });
        let mut fetched = fetched.buffer_unordered(AT_ONCE);
        let mut counts = Self::default();
        while let Some(trace) = fetched.next().await {
            counts.add(&trace);
        }
        counts
    }

    fn add(&mut self, trace: &Value) {
        let mut services = BTreeMap::new();
        let mut spans = Vec::new();
        for resource_spans in trace["resourceSpans"].as_array().unwrap() {
            let service = service(resource_spans);
            let scopes = resource_spans["scopeSpans"].as_array().unwrap();
            for span in scopes
                .iter()
                .flat_map(|scope| scope["spans"].as_array().unwrap())
            {
                services.insert(span["spanId"].as_str().unwrap(), service);
                spans.push((service, span));
            }
        }
        self.spans += u64::try_from(spans.len()).unwrap();
        for (service, span) in spans {
            self.errors += u64::from(span["status"]["code"] == 2);
            let parent = span["parentSpanId"].as_str().unwrap_or_default();
            self.requests += u64::from(parent.is_empty());
            self.requests_by_network = self.requests;
            if let Some(caller) = services.get(parent).filter(|caller| **caller != service) {
                let edge = ((*caller).to_owned(), service.to_owned());
                *self.calls.entry(edge).or_default() += 1;
            }
        }
    }

    /// From the rollups of the last 30 days; and of times to come, for some clocks are fast.
    pub async fn of_rollups(server: &Server) -> Self {
        let groups = async |query: &str| {
            let path = format!("/api/v1/latency?{query}&from=now-30d&to=2100-01-01");
            server.get_json(&path).await["groups"].take()
        };
        let total = async |family: &str, number: &str| {
            let groups = groups(&format!("family={family}")).await;
            groups[0][number].as_u64().unwrap_or(0)
        };
        let by_network = groups("group_by=network").await;
        let by_network = by_network.as_array().unwrap().iter();
        let topology = server
            .get_json("/api/v1/topology?from=now-30d&to=2100-01-01")
            .await;
        let edges = topology["edges"].as_array().unwrap().iter();
        let calls = edges
            .filter(|edge| edge["callee_kind"] == "service")
            .map(|edge| {
                let name = |key: &str| edge[key].as_str().unwrap().to_owned();
                let count = edge["count"].as_u64().unwrap();
                ((name("caller"), name("callee")), count)
            });
        Self {
            requests: total("requests", "count").await,
            requests_by_network: by_network
                .map(|group| group["count"].as_u64().unwrap())
                .sum(),
            spans: total("operations", "count").await,
            errors: total("operations", "errors").await,
            calls: calls.collect(),
        }
    }
}

fn service(resource_spans: &Value) -> &str {
    let attributes = resource_spans["resource"]["attributes"].as_array().unwrap();
    let service = attributes
        .iter()
        .find(|attribute| attribute["key"] == "service.name");
    service.unwrap()["value"]["stringValue"].as_str().unwrap()
}
