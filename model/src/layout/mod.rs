//! Geometry of the views: computed here from values, drawn elsewhere.

pub mod axis;
pub mod heatmap;
pub mod waterfall;
