//! Where land is: a grid of dots over the map.
//!
//! `land.txt` was drawn from Natural Earth's 1:110m land (public domain, naturalearthdata.com),
//! as the npm package `world-atlas` 2.0.2 carries it in `land-110m.json`. To draw it again:
//!
//! ```console
//! cargo run -p model --example land -- land-110m.json > model/src/geo/land.txt
//! ```

use super::projection::unproject;
use super::{HEIGHT, Point, WIDTH};

/// One line for each row of dots from north to south, one `#` for each dot on land.
const LAND: &str = include_str!("land.txt");

/// The distance of neighbouring dots, in the map's units.
pub const PITCH: f32 = 2.5;

/// Dots side by side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// The first one's centre.
    pub first: Point,
    /// The last one's centre lies so far east of it.
    pub length: f32,
}

/// All dots on land, row by row.
pub fn runs() -> impl Iterator<Item = Run> {
    LAND.lines().enumerate().flat_map(|(row, line)| {
        let mut column = 0;
        line.split('.').filter_map(move |dots| {
            let first = column;
            column += dots.len() + 1;
            let length = dots.len().checked_sub(1)?;
            Some(Run {
                first: dot(first, row),
                length: distance(length),
            })
        })
    })
}

/// Longitude and latitude of the middle of each dot of the grid, row by row, in degrees.
pub fn grid() -> impl Iterator<Item = impl Iterator<Item = (f32, f32)>> {
    let count = |length: f32| {
        (0_u16..).take_while(move |place| (f32::from(*place) + 1.0) * PITCH <= length)
    };
    count(HEIGHT)
        .map(move |row| count(WIDTH).map(move |column| unproject(dot(column.into(), row.into()))))
}

fn dot(column: usize, row: usize) -> Point {
    Point {
        x: distance(column) + PITCH / 2.0,
        y: distance(row) + PITCH / 2.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few dots")]
fn distance(dots: usize) -> f32 {
    dots as f32 * PITCH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::project;

    /// Whether the dot nearest to a place is on land.
    fn is_land(longitude: f32, latitude: f32) -> bool {
        let point = project(longitude, latitude);
        runs().any(|run| {
            (run.first.y - point.y).abs() <= PITCH / 2.0
                && point.x >= run.first.x - PITCH / 2.0
                && point.x <= run.first.x + run.length + PITCH / 2.0
        })
    }

    #[test]
    fn the_picture_is_as_large_as_the_grid() {
        let rows: Vec<usize> = grid().map(Iterator::count).collect();
        let lines: Vec<usize> = LAND.lines().map(str::len).collect();
        assert_eq!(lines, rows);
        assert!(LAND.chars().all(|c| "#.\n".contains(c)));
    }

    #[test]
    fn continents_are_land_and_oceans_are_not() {
        for (longitude, latitude) in [
            (-98.0, 39.0),
            (-50.0, -10.0),
            (10.0, 50.0),
            (20.0, 5.0),
            (79.0, 22.0),
            (105.0, 60.0),
            (-175.0, 66.5),
            (134.0, -25.0),
            (-42.0, 72.0),
        ] {
            assert!(is_land(longitude, latitude), "{longitude} {latitude}");
        }
        for (longitude, latitude) in [
            (-40.0, 30.0),
            (-150.0, 0.0),
            (80.0, -20.0),
            (165.0, 30.0),
            (3.0, 57.0),
        ] {
            assert!(!is_land(longitude, latitude), "{longitude} {latitude}");
        }
    }

    #[test]
    fn runs_are_all_the_dots() {
        let dots = LAND.matches('#').count();
        let of_run = |run: Run| (run.length / PITCH).round() + 1.0;
        let sum: f32 = runs().map(of_run).sum();
        assert!((sum - distance(dots) / PITCH).abs() < 0.1);
    }
}
