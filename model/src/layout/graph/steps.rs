//! Going from node to node by arrow keys.

use super::Place;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

/// The node that an arrow key leads to: to the left or right along an edge, to the one that is
/// nearest in height, or to the nearest on that side where no edge leads there; up and down to the
/// next of the same column. None where there is nothing.
#[must_use]
pub fn step(
    places: &[Place],
    edges: &[(usize, usize)],
    from: usize,
    direction: Direction,
) -> Option<usize> {
    let here = places.get(from)?;
    let is_there = |place: &Place| match direction {
        Direction::Left => place.x < here.x,
        Direction::Right => place.x > here.x,
        Direction::Up => is_in_column(place, here) && place.y < here.y,
        Direction::Down => is_in_column(place, here) && place.y > here.y,
    };
    let meant = |&(_, place): &(usize, &Place)| is_there(place);
    let found = places.iter().enumerate().filter(meant);
    let is_linked = |node: usize| {
        edges
            .iter()
            .any(|&(caller, callee)| [(caller, callee), (callee, caller)].contains(&(from, node)))
    };
    found
        .min_by(|left, right| {
            let key = |(node, place): &(usize, &Place)| {
                let is_vertical = matches!(direction, Direction::Up | Direction::Down);
                let (x, y) = ((place.x - here.x).abs(), (place.y - here.y).abs());
                (!is_vertical && !is_linked(*node), y + x, *node)
            };
            let (l, r) = (key(left), key(right));
            l.0.cmp(&r.0).then(l.1.total_cmp(&r.1)).then(l.2.cmp(&r.2))
        })
        .map(|(node, _)| node)
}

fn is_in_column(place: &Place, other: &Place) -> bool {
    (place.x - other.x).abs() < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ```text
    /// 0 ─┬─ 1 ─── 3
    ///    └─ 2     4 (no edge)
    /// ```
    #[test]
    fn arrows_follow_edges_and_columns() {
        let place = |x: f64, y: f64| Place { x, y, layer: None };
        let places = [
            place(0.0, 10.0),
            place(200.0, 0.0),
            place(200.0, 60.0),
            place(400.0, 0.0),
            place(400.0, 60.0),
        ];
        let edges = [(0, 1), (0, 2), (1, 3)];
        let step = |from, direction| step(&places, &edges, from, direction);
        assert_eq!(step(0, Direction::Right), Some(1));
        assert_eq!(step(1, Direction::Down), Some(2));
        assert_eq!(step(2, Direction::Up), Some(1));
        assert_eq!(step(2, Direction::Left), Some(0));
        assert_eq!(
            step(2, Direction::Right),
            Some(4),
            "nothing leads on from 2"
        );
        assert_eq!(step(1, Direction::Right), Some(3));
        assert_eq!(step(0, Direction::Left), None);
        assert_eq!(step(0, Direction::Up), None);
        assert_eq!(step(9, Direction::Up), None);
    }
}
