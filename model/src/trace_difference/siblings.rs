//! Which of two rows of siblings are the same.

use std::collections::{HashMap, VecDeque};

/// Most pairs of siblings that are weighed against each other for their order; more are paired by
/// what they are alone.
pub(super) const MAX_CELLS: usize = 250_000;

/// For each of the first row the place of its partner in the second, where it has one. Numbers say
/// what a sibling is, and only equal ones are partners.
///
/// The order counts first: the longest common subsequence, by dynamic programming (Wagner and
/// Fischer, "The String-to-String Correction Problem", JACM 1974). Those that it leaves over, for
/// they have changed places, are paired by their order among their like.
pub(super) fn partners(a: &[u32], b: &[u32]) -> Vec<Option<usize>> {
    let mut partners = vec![None; a.len()];
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let ends = a[start..].iter().rev().zip(b[start..].iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    for (place, partner) in partners.iter_mut().enumerate() {
        if place < start {
            *partner = Some(place);
        } else if place >= a.len() - end {
            *partner = Some(place + b.len() - a.len());
        }
    }
    let (middle_a, middle_b) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    if middle_a.len().saturating_mul(middle_b.len()) <= MAX_CELLS {
        for (in_a, in_b) in common(middle_a, middle_b) {
            partners[start + in_a] = Some(start + in_b);
        }
    }
    let mut is_free = vec![true; b.len()];
    for partner in partners.iter().flatten() {
        is_free[*partner] = false;
    }
    let mut free: HashMap<u32, VecDeque<usize>> = HashMap::new();
    for (place, key) in b.iter().enumerate().filter(|(place, _)| is_free[*place]) {
        free.entry(*key).or_default().push_back(place);
    }
    for (partner, key) in partners.iter_mut().zip(a) {
        if partner.is_none() {
            *partner = free.get_mut(key).and_then(VecDeque::pop_front);
        }
    }
    partners
}

/// The places of a longest common subsequence in both.
fn common(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    // How long the longest is of what begins at a place of each.
    let mut lengths = vec![0_u32; (a.len() + 1) * width];
    for in_a in (0..a.len()).rev() {
        for in_b in (0..b.len()).rev() {
            lengths[in_a * width + in_b] = if a[in_a] == b[in_b] {
                lengths[(in_a + 1) * width + in_b + 1] + 1
            } else {
                lengths[(in_a + 1) * width + in_b].max(lengths[in_a * width + in_b + 1])
            };
        }
    }
    let (mut in_a, mut in_b) = (0, 0);
    let mut found = Vec::new();
    while in_a < a.len() && in_b < b.len() {
        if a[in_a] == b[in_b] {
            found.push((in_a, in_b));
            in_a += 1;
            in_b += 1;
        } else if lengths[(in_a + 1) * width + in_b] >= lengths[in_a * width + in_b + 1] {
            in_a += 1;
        } else {
            in_b += 1;
        }
    }
    found
}

/// The places of both rows in one: those of the second in their order, with what only the first
/// has behind the partner of what stands before it there.
pub(super) fn merged(
    partners: &[Option<usize>],
    b_count: usize,
) -> Vec<(Option<usize>, Option<usize>)> {
    let mut partner_of = vec![None; b_count];
    // Of the first alone, by the place in the second that they follow; 0 is before all.
    let mut alone: Vec<Vec<usize>> = vec![Vec::new(); b_count + 1];
    let mut behind = 0;
    for (in_a, partner) in partners.iter().enumerate() {
        match partner {
            Some(in_b) => {
                partner_of[*in_b] = Some(in_a);
                behind = in_b + 1;
            }
            None => alone[behind].push(in_a),
        }
    }
    let mut merged = Vec::with_capacity(partners.len() + b_count);
    for (behind, alone) in alone.into_iter().enumerate() {
        if let Some(in_b) = behind.checked_sub(1) {
            merged.push((partner_of[in_b], Some(in_b)));
        }
        merged.extend(alone.into_iter().map(|in_a| (Some(in_a), None)));
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(a: &str, b: &str) -> String {
        let numbers = |text: &str| -> Vec<u32> { text.chars().map(u32::from).collect() };
        let partners = partners(&numbers(a), &numbers(b));
        let merged = merged(&partners, b.len()).into_iter().map(|pair| {
            let letter = |text: &str, place: usize| text.chars().nth(place).expect("a place");
            match pair {
                (Some(in_a), None) => format!("-{}", letter(a, in_a)),
                (None, Some(in_b)) => format!("+{}", letter(b, in_b)),
                (_, in_b) => letter(b, in_b.expect("both")).to_string(),
            }
        });
        merged.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_stands_in_the_same_order_is_the_same() {
        assert_eq!(drawn("abc", "abc"), "a b c");
        assert_eq!(drawn("ac", "abc"), "a +b c");
        assert_eq!(drawn("abc", "ac"), "a -b c");
        assert_eq!(drawn("", "ab"), "+a +b");
        assert_eq!(drawn("ab", ""), "-a -b");
        assert_eq!(drawn("xabx", "yaby"), "-x +y a b -x +y");
    }

    #[test]
    fn the_later_of_two_alike_stays_the_later_one() {
        let numbers = [1, 2, 1];
        assert_eq!(partners(&numbers, &[2, 1]), [None, Some(0), Some(1)]);
    }

    #[test]
    fn what_changed_places_is_still_the_same() {
        assert_eq!(drawn("ab", "ba"), "b a");
        assert_eq!(drawn("abcd", "dabc"), "d a b c");
    }

    #[test]
    fn very_many_are_paired_by_what_they_are() {
        let many = |first: u32| -> Vec<u32> { (first..first + 1_000).collect() };
        let (a, mut b) = (many(0), many(1));
        b.reverse();
        let partners = partners(&a, &b);
        assert_eq!(partners[0], None);
        assert_eq!(partners[1], Some(999));
        assert_eq!(partners.iter().flatten().count(), 999);
    }
}
