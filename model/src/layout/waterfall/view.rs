//! Which spans have a row, in which order.

use super::skeleton::Skeleton;
use super::state::{Fold, Sort, State};
use crate::id::SpanId;

/// Stands for no row.
const HIDDEN: u32 = u32::MAX;

/// The rows of a skeleton as a [`State`] wants them. Each is told by the position of its span.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    sort: Sort,
    /// All positions in the order of the rows, were none hidden.
    order: Vec<u32>,
    /// Where each position stands in the order.
    rank: Vec<u32>,
    /// For each position whether it hides what is below it.
    folded: Vec<bool>,
    rows: Vec<u32>,
    row_of: Vec<u32>,
    /// For each position which of its siblings it is, from 1.
    places: Vec<u32>,
    /// How many roots there are, then for each position how many children.
    children: Vec<u32>,
    /// The span that alone is looked at, with what is below it.
    pub focus: Option<usize>,
    /// How many levels the first row is below a root.
    pub depth: usize,
}

impl View {
    #[must_use]
    pub fn of(skeleton: &Skeleton, state: &State) -> Self {
        let mut view = Self::default();
        view.update(skeleton, state);
        view
    }

    /// Looks at the same skeleton in another way.
    pub fn update(&mut self, skeleton: &Skeleton, state: &State) {
        if self.order.len() != skeleton.bones.len() || self.sort != state.sort {
            self.order = order(skeleton, state.sort);
            self.sort = state.sort;
            self.rank = inverse(&self.order, skeleton.bones.len());
            self.count_siblings(skeleton);
        }
        self.folded = folded(skeleton, &state.fold);
        self.focus = state.focus.and_then(|id| skeleton.position(id));
        let bone = self.focus.map(|focus| skeleton.bones[focus]);
        self.depth = bone.map_or(0, |bone| bone.depth as usize);
        let begin = self.focus.map_or(0, |focus| self.rank[focus] as usize);
        let end = bone.map_or(self.order.len(), |bone| {
            begin + bone.descendants as usize + 1
        });
        self.rows.clear();
        let mut at = begin;
        while at < end {
            let position = self.order[at];
            self.rows.push(position);
            let hidden = if self.folded[position as usize] {
                skeleton.bones[position as usize].descendants as usize
            } else {
                0
            };
            at += 1 + hidden;
        }
        self.row_of = inverse(&self.rows, skeleton.bones.len());
    }

    fn count_siblings(&mut self, skeleton: &Skeleton) {
        self.places = vec![0; skeleton.bones.len()];
        self.children = vec![0; skeleton.bones.len() + 1];
        for position in &self.order {
            let count = &mut self.children[family(skeleton, *position as usize)];
            *count += 1;
            self.places[*position as usize] = *count;
        }
    }

    /// Which of its siblings a span is, from 1, and how many those are with it.
    #[must_use]
    pub fn place(&self, skeleton: &Skeleton, position: usize) -> (usize, usize) {
        let count = |counts: &[u32], at: usize| counts.get(at).map_or(1, |count| *count as usize);
        let siblings = count(&self.children, family(skeleton, position));
        (count(&self.places, position), siblings)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The position of the span in a row.
    #[must_use]
    pub fn position(&self, row: usize) -> Option<usize> {
        self.rows.get(row).map(|position| *position as usize)
    }

    /// The row of a span, unless it is hidden.
    #[must_use]
    pub fn row(&self, position: usize) -> Option<usize> {
        let row = self.row_of.get(position)?;
        (*row != HIDDEN).then_some(*row as usize)
    }

    /// The row of a span, or of the nearest one above it that has one.
    #[must_use]
    pub fn row_or_above(&self, skeleton: &Skeleton, position: usize) -> Option<usize> {
        let above = skeleton.ancestors(position);
        std::iter::once(position)
            .chain(above)
            .find_map(|at| self.row(at))
    }

    /// Whether a span hides what is below it.
    #[must_use]
    pub fn is_folded(&self, position: usize) -> bool {
        self.folded.get(position).copied().unwrap_or(false)
    }

    /// The next of some positions after another one, or the one before it, in the order of rows,
    /// hidden or not; after the last comes the first.
    #[must_use]
    pub fn next(&self, of: &[u32], after: usize, backwards: bool) -> Option<usize> {
        let rank = |position: usize| self.rank.get(position).copied().unwrap_or(HIDDEN);
        let own = rank(after);
        let others = of
            .iter()
            .map(|position| *position as usize)
            .filter(|other| *other != after);
        // Those that come after the one, then those before it; or the other way round.
        let key = |other: &usize| {
            let other = rank(*other);
            if backwards {
                (other > own, HIDDEN - other)
            } else {
                (other < own, other)
            }
        };
        others.min_by_key(key)
    }

    /// How many of some positions stand before another one or there, in the order of rows.
    #[must_use]
    pub fn number(&self, of: &[u32], position: usize) -> usize {
        let rank = |position: usize| self.rank.get(position).copied().unwrap_or(HIDDEN);
        let own = rank(position);
        of.iter()
            .filter(|other| rank(**other as usize) <= own)
            .count()
    }
}

impl Fold {
    /// Folds a span that is not, and the other way round.
    pub fn turn(&mut self, id: SpanId) {
        if !self.turned.remove(&id) {
            self.turned.insert(id);
        }
    }
}

impl State {
    /// Changes folding and focus so that a span has a row.
    pub fn reveal(&mut self, skeleton: &Skeleton, view: &View, position: usize) {
        let is_beyond = |focus: usize| {
            let end = focus
                + skeleton
                    .bones
                    .get(focus)
                    .map_or(0, |bone| bone.descendants as usize);
            !(focus..=end).contains(&position)
        };
        if view.focus.is_some_and(is_beyond) {
            self.focus = None;
        }
        for above in skeleton
            .ancestors(position)
            .filter(|above| view.is_folded(*above))
        {
            self.fold.turn(skeleton.ids[above]);
        }
    }
}

/// The same for siblings only: 0 for roots.
fn family(skeleton: &Skeleton, position: usize) -> usize {
    let parent = skeleton.bones.get(position).and_then(|bone| bone.parent);
    parent.map_or(0, |parent| parent as usize + 1)
}

/// Positions in the order of rows. A parent stands before what is below it, whatever the order.
fn order(skeleton: &Skeleton, sort: Sort) -> Vec<u32> {
    let bones = &skeleton.bones;
    let all = 0..u32::try_from(bones.len()).unwrap_or(u32::MAX);
    if sort == Sort::Start {
        return all.collect();
    }
    // Siblings stand together, the parents in their order: the shortest first, as the last is the
    // first that is taken from the stack.
    let parent = |position: u32| {
        bones[position as usize]
            .parent
            .map_or(0, |parent| parent + 1)
    };
    let mut siblings: Vec<u32> = all.collect();
    siblings.sort_unstable_by_key(|&position| {
        let nanos = bones[position as usize].duration_nanos;
        (parent(position), nanos, std::cmp::Reverse(position))
    });
    let of = |above: u32| {
        let begin = siblings.partition_point(|&position| parent(position) < above);
        let rest = &siblings[begin..];
        &rest[..rest.partition_point(|&position| parent(position) == above)]
    };
    let mut order = Vec::with_capacity(bones.len());
    let mut stack = of(0).to_vec();
    while let Some(position) = stack.pop() {
        order.push(position);
        if bones[position as usize].descendants > 0 {
            stack.extend_from_slice(of(position + 1));
        }
    }
    order
}

/// Where each position stands.
fn inverse(positions: &[u32], of: usize) -> Vec<u32> {
    let mut places = vec![HIDDEN; of];
    for (place, position) in (0..).zip(positions) {
        places[*position as usize] = place;
    }
    places
}

/// Spans without anything below them are never folded.
fn folded(skeleton: &Skeleton, fold: &Fold) -> Vec<bool> {
    let services = skeleton.services.iter();
    let services: Vec<bool> = services.map(|name| fold.services.contains(name)).collect();
    let bones = skeleton.bones.iter().zip(&skeleton.ids).map(|(bone, id)| {
        let is_deep = fold.depth.is_some_and(|depth| bone.depth as usize >= depth);
        let is_of_service = services
            .get(bone.service as usize)
            .copied()
            .unwrap_or(false);
        let is_turned = !fold.turned.is_empty() && fold.turned.contains(id);
        bone.descendants > 0 && ((is_deep || is_of_service) != is_turned)
    });
    bones.collect()
}

#[cfg(test)]
mod tests {
    use super::super::skeleton::tests::skeleton;
    use super::*;
    use crate::trace::tests::span_id;
    use proptest::prelude::*;

    /// ```text
    /// 1          0..100
    ///   2        1..20
    ///     3      2..10
    ///   4        30..90
    ///     5      31..40
    ///     6      50..80
    /// 7          200..210
    /// ```
    fn tree() -> Skeleton {
        skeleton(&[
            (1, 0, 0, 100),
            (2, 1, 1, 20),
            (3, 2, 2, 10),
            (4, 1, 30, 90),
            (5, 4, 31, 40),
            (6, 4, 50, 80),
            (7, 0, 200, 210),
        ])
    }

    /// The numbers of the spans from top to bottom.
    fn rows(skeleton: &Skeleton, state: &State) -> Vec<usize> {
        let view = View::of(skeleton, state);
        let rows = (0..view.len()).filter_map(|row| view.position(row));
        rows.map(|position| position + 1).collect()
    }

    #[test]
    fn siblings_are_ordered_with_what_is_below_them() {
        let tree = tree();
        let mut state = State::default();
        assert_eq!(rows(&tree, &state), [1, 2, 3, 4, 5, 6, 7]);
        state.sort = Sort::Duration;
        assert_eq!(rows(&tree, &state), [1, 4, 6, 5, 2, 3, 7]);
    }

    #[test]
    fn rows_are_folded_by_depth_service_and_one_by_one() {
        let tree = tree();
        let mut state = State::default();
        state.fold.depth = Some(1);
        assert_eq!(rows(&tree, &state), [1, 2, 4, 7]);
        state.fold.turn(span_id(4));
        assert_eq!(rows(&tree, &state), [1, 2, 4, 5, 6, 7]);
        state.fold.depth = Some(0);
        assert_eq!(rows(&tree, &state), [1, 7]);
        state.fold = Fold {
            services: ["a".to_owned()].into(),
            ..Fold::default()
        };
        assert_eq!(rows(&tree, &state), [1, 7]);
        state.fold.services = ["b".to_owned()].into();
        assert_eq!(rows(&tree, &state), [1, 2, 4, 7]);
    }

    #[test]
    fn a_subtree_is_looked_at_alone() {
        let tree = tree();
        let mut state = State {
            focus: Some(span_id(4)),
            sort: Sort::Duration,
            ..State::default()
        };
        assert_eq!(rows(&tree, &state), [4, 6, 5]);
        let view = View::of(&tree, &state);
        assert_eq!(view.depth, 1);
        assert_eq!((view.row(1), view.row_or_above(&tree, 1)), (None, None));
        state.reveal(&tree, &view, 5);
        assert_eq!(state.focus, Some(span_id(4)));
        state.reveal(&tree, &view, 2);
        assert_eq!(state.focus, None);
        state.focus = Some(span_id(99));
        assert_eq!(rows(&tree, &state).len(), 7, "there is no such span");
    }

    #[test]
    fn what_is_hidden_can_be_revealed() {
        let tree = tree();
        let mut state = State::default();
        state.fold.depth = Some(0);
        let view = View::of(&tree, &state);
        assert_eq!(view.row_or_above(&tree, 5), Some(0));
        state.reveal(&tree, &view, 5);
        assert_eq!(rows(&tree, &state), [1, 2, 4, 5, 6, 7]);
    }

    #[test]
    fn jumps_go_round() {
        let tree = tree();
        let view = View::of(
            &tree,
            &State {
                sort: Sort::Duration,
                ..State::default()
            },
        );
        let found = [1, 2, 5];
        assert_eq!(view.next(&found, 0, false), Some(5));
        assert_eq!(view.next(&found, 5, false), Some(1));
        assert_eq!(view.next(&found, 2, false), Some(5));
        assert_eq!(view.next(&found, 5, true), Some(2));
        assert_eq!(view.next(&found, 2, true), Some(1));
        assert_eq!(view.next(&[3], 3, false), None);
        assert_eq!((view.number(&found, 5), view.number(&found, 2)), (1, 3));
    }

    #[test]
    fn depth_and_width_do_not_matter() {
        let deep: Vec<_> = (1..=100_000).map(|id| (id, id - 1, 0, 5)).collect();
        let wide: Vec<_> = (1..=100_000)
            .map(|id| (id, u64::from(id > 1), 0, 5))
            .collect();
        for spans in [deep, wide] {
            let skeleton = skeleton(&spans);
            let mut state = State {
                sort: Sort::Duration,
                ..State::default()
            };
            assert_eq!(View::of(&skeleton, &state).len(), 100_000);
            state.fold.depth = Some(0);
            let view = View::of(&skeleton, &state);
            assert_eq!(view.len(), 1);
            state.reveal(&skeleton, &view, 99_999);
            assert!(View::of(&skeleton, &state).row(99_999).is_some());
        }
    }

    proptest! {
        #[test]
        fn every_span_is_once_in_the_order_below_its_parent(
            parents in proptest::collection::vec((0_u64..20, -9_i64..9), 1..20), by_duration: bool,
        ) {
            let spans: Vec<_> = (1..).zip(parents).map(|(id, (parent, nanos))| {
                (id, if parent < id { parent } else { 0 }, 5, 5 + nanos)
            }).collect();
            let skeleton = skeleton(&spans);
            let sort = if by_duration { Sort::Duration } else { Sort::Start };
            let view = View::of(&skeleton, &State { sort, ..State::default() });
            prop_assert_eq!(view.len(), skeleton.bones.len());
            for (position, bone) in skeleton.bones.iter().enumerate() {
                let row = view.row(position).expect("nothing is hidden");
                prop_assert_eq!(view.position(row), Some(position));
                if let Some(parent) = bone.parent {
                    let above = view.row(parent as usize).expect("nothing is hidden");
                    let below = skeleton.bones[parent as usize].descendants as usize;
                    prop_assert!(above < row && row <= above + below);
                }
            }
        }
    }
}
