//! Sets of the traces of a segment.

/// A set of places below a number that is given when it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EntrySet {
    words: Vec<u64>,
}

const WORD: usize = u64::BITS as usize;

impl EntrySet {
    pub(super) fn empty(count: usize) -> Self {
        Self {
            words: vec![0; count.div_ceil(WORD)],
        }
    }

    pub(super) fn all(count: usize) -> Self {
        let mut all = Self::empty(count);
        for place in 0..count {
            all.insert(place);
        }
        all
    }

    /// A place that is too great is left out.
    pub(super) fn insert(&mut self, place: usize) {
        if let Some(word) = self.words.get_mut(place / WORD) {
            *word |= 1 << (place % WORD);
        }
    }

    pub(super) fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(super) fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// In order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(number, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let place = (rest != 0).then(|| number * WORD + rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(place)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(count: usize, places: &[usize]) -> EntrySet {
        let mut set = EntrySet::empty(count);
        for &place in places {
            set.insert(place);
        }
        set
    }

    #[test]
    fn sets_are_united_and_intersected() {
        let mut some = set(130, &[0, 63, 64, 129, 1_000]);
        assert!(some.places().eq([0, 63, 64, 129]));
        some.unite(&set(130, &[5]));
        some.intersect(&set(130, &[5, 64, 128]));
        assert!(some.places().eq([5, 64]));
        assert!(EntrySet::all(65).places().eq(0..65));
        assert_eq!(EntrySet::empty(0).places().count(), 0);
    }
}
