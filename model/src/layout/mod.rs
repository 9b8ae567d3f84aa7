//! Geometry of the views: computed here from values, drawn elsewhere.

pub mod axis;
pub mod distribution_chart;
pub mod heatmap;
pub mod line_chart;
pub mod waterfall;
pub mod world_map;
