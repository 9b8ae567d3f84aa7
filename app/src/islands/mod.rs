//! The interactive parts of the pages: all that the WASM bundle is made of, beside the parts of
//! `model` that they use. Each is drawn on the server like the rest of the page, and comes alive
//! when the bundle is there; what only reads does without.

mod cookie;
pub(crate) mod filter_input;
pub(crate) mod graph_map;
pub(crate) mod heatmap_brush;
pub(crate) mod keys;
pub(crate) mod live;
mod looked_at;
pub(crate) mod objective_preview;
pub(crate) mod open_file;
pub(crate) mod refresh;
pub(crate) mod span_details;
pub(crate) mod theme;
pub(crate) mod times;
pub(crate) mod trace_tabs;
pub(crate) mod waterfall;

/// An address with one more field in its query; the value has nothing that is to be escaped.
fn with_field(href: &str, key: &str, value: &str) -> String {
    let separator = if href.contains('?') { '&' } else { '?' };
    format!("{href}{separator}{key}={value}")
}
