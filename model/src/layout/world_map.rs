//! Circles on the map of the world.

use serde::{Deserialize, Serialize};

use crate::geo::{HEIGHT, Point, WIDTH};

/// Radius of the busiest place, and the least of any, in the map's units.
const LARGEST: f32 = 15.0;
const SMALLEST: f32 = 5.0;

/// Circles that are moved apart; the others stay where they are.
const MAX_SPREAD: usize = 200;
/// How often circles are moved apart. Those of one continent need about ten.
const ROUNDS: usize = 40;

/// Something to draw a circle for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// The row of a table that it stands for.
    pub row: usize,
    pub point: Point,
    /// Its area, compared with that of the others.
    pub weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Circle {
    pub row: usize,
    pub x: f32,
    pub y: f32,
    pub radius: f32,
}

/// The largest first, so that smaller ones are drawn over them. None covers the centre of another:
/// where they would, they are moved apart.
#[must_use]
pub fn circles(spots: &[Spot]) -> Vec<Circle> {
    let most = spots.iter().map(|spot| spot.weight).fold(0.0, f64::max);
    let mut circles: Vec<Circle> = spots
        .iter()
        .map(|spot| Circle {
            row: spot.row,
            x: spot.point.x,
            y: spot.point.y,
            radius: radius(spot.weight, most),
        })
        .collect();
    circles.sort_by(|left, right| right.radius.total_cmp(&left.radius));
    for _ in 0..ROUNDS {
        if !spread(&mut circles) {
            break;
        }
    }
    circles
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a picture needs four digits"
)]
fn radius(weight: f64, most: f64) -> f32 {
    let share = if most > 0.0 { weight / most } else { 0.0 };
    (share.max(0.0).sqrt() as f32 * LARGEST).max(SMALLEST)
}

/// Moves all pairs apart that are too near; says whether there were any.
fn spread(circles: &mut [Circle]) -> bool {
    let mut moved = false;
    let count = circles.len().min(MAX_SPREAD);
    for right in 1..count {
        for left in 0..right {
            let wanted = circles[left].radius.max(circles[right].radius) + 0.5;
            let (x, y) = (
                circles[right].x - circles[left].x,
                circles[right].y - circles[left].y,
            );
            let distance = x.hypot(y);
            if distance >= wanted - 0.1 {
                continue;
            }
            moved = true;
            let (x, y) = if distance > 0.01 {
                (x / distance, y / distance)
            } else {
                direction(right)
            };
            let half = (wanted - distance) / 2.0;
            shift(&mut circles[left], -x * half, -y * half);
            shift(&mut circles[right], x * half, y * half);
        }
    }
    moved
}

/// Another one for each circle of the same place: the golden angle apart.
#[expect(clippy::cast_precision_loss, reason = "there are few circles")]
fn direction(number: usize) -> (f32, f32) {
    let (y, x) = (number as f32 * 2.4).sin_cos();
    (x, y)
}

fn shift(circle: &mut Circle, x: f32, y: f32) {
    let radius = circle.radius;
    circle.x = (circle.x + x).clamp(radius, WIDTH - radius);
    circle.y = (circle.y + y).clamp(radius, HEIGHT - radius);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::project;

    fn spot(row: usize, longitude: f32, latitude: f32, weight: f64) -> Spot {
        Spot {
            row,
            point: project(longitude, latitude),
            weight,
        }
    }

    fn assert_apart(circles: &[Circle]) {
        for (place, left) in circles.iter().enumerate() {
            for right in &circles[place + 1..] {
                let distance = (left.x - right.x).hypot(left.y - right.y);
                let larger = left.radius.max(right.radius);
                assert!(distance >= larger, "{left:?} and {right:?}");
            }
        }
    }

    #[test]
    fn areas_are_shares_and_the_largest_comes_first() {
        let found = circles(&[
            spot(0, 0.0, 50.0, 25.0),
            spot(1, 100.0, 0.0, 100.0),
            spot(2, -100.0, 0.0, 0.0),
        ]);
        let drawn: Vec<(usize, f32)> = found
            .iter()
            .map(|circle| (circle.row, circle.radius))
            .collect();
        assert_eq!(drawn, [(1, 15.0), (0, 7.5), (2, 5.0)]);
        assert!((found[0].x - 269.0).abs() < 0.1, "what is alone stays");
    }

    #[test]
    fn no_circle_covers_the_centre_of_another() {
        let same = [0, 1, 2, 3, 4].map(|row| spot(row, 8.7, 50.1, 1.0));
        assert_apart(&circles(&same));
        let europe = [
            spot(0, -6.3, 53.3, 400.0),
            spot(1, -0.1, 51.5, 100.0),
            spot(2, 2.4, 48.9, 80.0),
            spot(3, 8.7, 50.1, 300.0),
            spot(4, 8.5, 47.4, 10.0),
            spot(5, 9.2, 45.5, 20.0),
            spot(6, 18.1, 59.3, 30.0),
        ];
        let found = circles(&europe);
        assert_apart(&found);
        assert_eq!(found, circles(&europe), "always the same picture");
        for circle in found {
            let at_home = europe[circle.row].point;
            let moved = (circle.x - at_home.x).hypot(circle.y - at_home.y);
            assert!(moved < 20.0, "{circle:?} is still in Europe");
        }
    }

    #[test]
    fn circles_stay_on_the_map() {
        let corner = [0, 1, 2].map(|row| spot(row, -169.0, 78.0, 1.0));
        for circle in circles(&corner) {
            assert!(circle.x >= 0.0 && circle.y >= 0.0, "{circle:?}");
        }
        assert_eq!(circles(&[]), []);
    }
}
