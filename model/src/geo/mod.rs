//! The surface of the earth: where a region lies, where land is, and how both become a flat map.

pub mod land;
pub mod places;
mod projection;

pub use projection::{HEIGHT, Point, WIDTH, project};
