//! From the globe to the map.

use serde::{Deserialize, Serialize};

/// The map's units are degrees of longitude.
pub const WIDTH: f32 = 360.0;
pub const HEIGHT: f32 = (NORTH - SOUTH) * STRETCH;

/// The map is cut in the Bering Strait, where it cuts no land.
const WEST: f32 = -169.0;
/// The latitudes that are shown: what is inhabited, and most of Greenland.
const NORTH: f32 = 78.0;
const SOUTH: f32 = -56.0;
/// The reciprocal of the cosine of 30°, where shapes are true.
const STRETCH: f32 = 1.154_7;

/// A place on the map, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// The equidistant cylindrical projection with standard parallels at 30° (Snyder, *Map
/// Projections: A Working Manual*, U.S. Geological Survey 1987, chapter 12). What lies beyond the
/// latitudes that are shown stands at the edge. Degrees; east and north are positive.
#[must_use]
pub fn project(longitude: f32, latitude: f32) -> Point {
    Point {
        x: (longitude - WEST).rem_euclid(WIDTH),
        y: (NORTH - latitude.clamp(SOUTH, NORTH)) * STRETCH,
    }
}

/// Longitude and latitude of a point on the map, in degrees.
#[must_use]
pub(super) fn unproject(point: Point) -> (f32, f32) {
    let longitude = point.x + WEST;
    let longitude = if longitude > 180.0 {
        longitude - 360.0
    } else {
        longitude
    };
    (longitude, NORTH - point.y / STRETCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stand_where_a_map_has_them() {
        let new_york = project(-74.0, 40.7);
        let sao_paulo = project(-46.6, -23.5);
        let tokyo = project(139.7, 35.7);
        let auckland = project(174.8, -36.8);
        let uelen = project(-169.8, 66.2);
        assert!(new_york.x < sao_paulo.x && sao_paulo.x < tokyo.x && tokyo.x < auckland.x);
        assert!(auckland.x < uelen.x, "the east of Siberia is in the east");
        assert!(new_york.y < tokyo.y && tokyo.y < sao_paulo.y && sao_paulo.y < auckland.y);
    }

    #[test]
    fn whatever_is_projected_is_on_the_map() {
        for longitude in [-180.0, -169.0, -168.9, 0.0, 180.0, 191.0, 540.0] {
            for latitude in [-90.0, -56.0, 0.0, 78.0, 90.0] {
                let point = project(longitude, latitude);
                assert!((0.0..WIDTH).contains(&point.x), "{longitude}: {point:?}");
                assert!((0.0..=HEIGHT).contains(&point.y), "{latitude}: {point:?}");
            }
        }
    }

    #[test]
    fn a_point_leads_back_to_its_place() {
        for (longitude, latitude) in [(-46.6, -23.5), (139.7, 35.7), (-172.0, 64.0), (0.0, 0.0)] {
            let (east, north) = unproject(project(longitude, latitude));
            assert!((east - longitude).abs() < 1e-3, "{longitude} became {east}");
            assert!((north - latitude).abs() < 1e-3, "{latitude} became {north}");
        }
    }
}
