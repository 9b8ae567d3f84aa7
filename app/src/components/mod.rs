//! Parts that pages share. They take values and draw them.

pub(crate) mod change;
pub(crate) mod drawn;
pub(crate) mod figures;
pub(crate) mod filter_bar;
pub(crate) mod first_trace;
pub(crate) mod frame;
pub(crate) mod heatmap;
pub(crate) mod keyboard;
pub(crate) mod line_chart;
pub(crate) mod local_time;
pub(crate) mod notice;
pub(crate) mod part_table;
#[cfg(feature = "ssr")]
pub(crate) mod segment_bar;
pub(crate) mod sparkline;
pub(crate) mod theme;
pub(crate) mod time_menu;
#[cfg(feature = "ssr")]
pub(crate) mod world_map;
