//! Geometry of the views: computed here from values, drawn elsewhere.

pub mod axis;
pub mod bar_chart;
pub mod budget_chart;
pub mod distribution_chart;
pub mod flame;
pub mod graph;
pub mod heatmap;
pub mod line_chart;
pub mod time_axis;
pub mod waterfall;
pub mod world_map;
