//! Parts that pages share. They take values and draw them.

pub(crate) mod budget_chart;
pub(crate) mod change;
pub(crate) mod distribution;
pub(crate) mod exports;
pub(crate) mod figures;
pub(crate) mod filter_bar;
pub(crate) mod first_trace;
pub(crate) mod frame;
pub(crate) mod heatmap;
pub(crate) mod kept;
pub(crate) mod line_chart;
pub(crate) mod notice;
pub(crate) mod objective_figures;
pub(crate) mod part_table;
pub(crate) mod segment_bar;
pub(crate) mod select_field;
pub(crate) mod short_name;
pub(crate) mod sparkline;
pub(crate) mod text_field;
pub(crate) mod time;
pub(crate) mod time_menu;
pub(crate) mod time_ticks;
pub(crate) mod world_map;
