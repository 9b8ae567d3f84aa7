//! A whole trace in little: which services were at work when, from the first spans above to the
//! last ones below. It is as large for a hundred thousand spans as for a hundred.

use super::skeleton::{Bone, Skeleton};
use crate::color::{SERVICE_COLORS, service_color};

/// Places side by side.
pub const COLUMNS: usize = 240;

/// Most places one above the other.
pub const MAX_LANES: usize = 28;

const COLORS: usize = SERVICE_COLORS as usize;

/// Neighbouring places of one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strip {
    pub lane: usize,
    /// The first column, and the one behind the last.
    pub from: usize,
    pub to: usize,
    /// Slot in the palette of services.
    pub color: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Minimap {
    pub lanes: usize,
    pub strips: Vec<Strip>,
    /// Columns in which spans with errors begin, sorted.
    pub errors: Vec<usize>,
}

impl Minimap {
    #[must_use]
    pub fn of(skeleton: &Skeleton) -> Self {
        let spans = skeleton.bones.len();
        let lanes = spans.min(MAX_LANES);
        let colors = skeleton.services.iter().map(|name| service_color(name));
        let colors: Vec<u32> = colors.collect();
        // How many more spans of a colour there are in a place than in the one before it.
        let mut changes = vec![0_i64; lanes * COLORS * (COLUMNS + 1)];
        let mut has_error = [false; COLUMNS];
        for (position, bone) in skeleton.bones.iter().enumerate() {
            let color = colors.get(bone.service as usize).copied().unwrap_or(0) as usize;
            let (from, to) = columns(skeleton, bone);
            let place = (position * lanes / spans * COLORS + color) * (COLUMNS + 1);
            changes[place + from] += 1;
            changes[place + to] -= 1;
            has_error[from] |= bone.is_error;
        }
        let rows = changes.chunks_exact(COLORS * (COLUMNS + 1)).enumerate();
        Self {
            lanes,
            strips: rows
                .flat_map(|(lane, changes)| strips(lane, changes))
                .collect(),
            errors: (0..COLUMNS).filter(|column| has_error[*column]).collect(),
        }
    }
}

/// The first column that a span takes, and the one behind the last.
fn columns(skeleton: &Skeleton, bone: &Bone) -> (usize, usize) {
    let column = |nanos: i64| {
        let nanos = i128::from(nanos.max(0)) * COLUMNS as i128;
        usize::try_from(nanos / i128::from(skeleton.duration_nanos.max(1))).unwrap_or(COLUMNS)
    };
    let end = bone.offset_nanos.saturating_add(bone.duration_nanos.max(0));
    let from = column(bone.offset_nanos).min(COLUMNS - 1);
    (from, column(end).clamp(from + 1, COLUMNS))
}

/// A place has the colour that most spans there have.
fn strips(lane: usize, changes: &[i64]) -> Vec<Strip> {
    let mut strips: Vec<Strip> = Vec::new();
    let mut counts = [0_i64; COLORS];
    for column in 0..COLUMNS {
        for (color, count) in counts.iter_mut().enumerate() {
            *count += changes[color * (COLUMNS + 1) + column];
        }
        let most = (0_u32..)
            .zip(counts)
            .max_by_key(|(color, count)| (*count, u32::MAX - color));
        let Some((color, 1..)) = most else { continue };
        match strips.last_mut() {
            Some(last) if last.to == column && last.color == color => last.to += 1,
            _ => strips.push(Strip {
                lane,
                from: column,
                to: column + 1,
                color,
            }),
        }
    }
    strips
}

#[cfg(test)]
mod tests {
    use super::super::skeleton::tests::skeleton;
    use super::*;

    #[test]
    fn few_spans_have_a_lane_each() {
        let map = Minimap::of(&skeleton(&[
            (1, 0, 0, 240),
            (2, 1, 60, 120),
            (3, 1, 240, 240),
        ]));
        let strips = map.strips.iter();
        let strips: Vec<_> = strips
            .map(|strip| (strip.lane, strip.from, strip.to))
            .collect();
        assert_eq!(
            (map.lanes, strips),
            (3, vec![(0, 0, 240), (1, 60, 120), (2, 239, 240)])
        );
    }

    #[test]
    fn it_does_not_grow_with_the_trace() {
        let spans: Vec<_> = (1..=100_000_u64)
            .map(|id| {
                let start = i64::try_from(id * 7_919 % 100_000).expect("small");
                (id, id / 2, start, start + 50)
            })
            .collect();
        let map = Minimap::of(&skeleton(&spans));
        assert_eq!(map.lanes, MAX_LANES);
        assert!(map.strips.len() <= MAX_LANES * COLUMNS);
        assert!(
            map.strips
                .iter()
                .all(|strip| strip.from < strip.to && strip.to <= COLUMNS)
        );
    }

    #[test]
    fn impossible_times_stay_on_the_map() {
        for (start, end) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (0, 0)] {
            let map = Minimap::of(&skeleton(&[(1, 0, start, end), (2, 1, 5, 9)]));
            assert!(map.strips.iter().all(|strip| strip.to <= COLUMNS));
        }
        assert_eq!(Minimap::of(&Skeleton::default()), Minimap::default());
    }
}
