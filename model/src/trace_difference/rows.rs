//! Which rows of a difference are told where they are too many.

use std::cmp::Reverse;

use super::align::Aligned;

/// Most rows of a difference.
pub const MAX_ROWS: usize = 500;

/// The places of those with the greatest weights, with all that they are in, in order. What does
/// not fit with all that it is in is left out.
pub(super) fn chosen(aligned: &[Aligned], weights: &[i64]) -> Vec<usize> {
    if aligned.len() <= MAX_ROWS {
        return (0..aligned.len()).collect();
    }
    let mut by_weight: Vec<usize> = (0..aligned.len()).collect();
    by_weight.sort_by_key(|&place| (Reverse(weights[place]), place));
    let mut is_chosen = vec![false; aligned.len()];
    let mut room = MAX_ROWS;
    for place in by_weight {
        if room == 0 {
            break;
        }
        let line = std::iter::successors(Some(place), |&place| aligned[place].parent);
        let missing = line.take_while(|&place| !is_chosen[place]);
        let missing: Vec<usize> = missing.take(room + 1).collect();
        if missing.len() <= room {
            room -= missing.len();
            for place in missing {
                is_chosen[place] = true;
            }
        }
    }
    (0..aligned.len())
        .filter(|&place| is_chosen[place])
        .collect()
}
