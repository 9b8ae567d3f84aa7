//! Text in which `*` stands for any text.

/// Whether a text consists of the pieces with any text, also none, between each two of them.
/// Without pieces it is none; a single piece is the whole text.
pub(crate) fn accepts<'a>(
    mut pieces: impl DoubleEndedIterator<Item = &'a str>,
    text: &str,
) -> bool {
    let Some(first) = pieces.next() else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return text == first;
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    // Each piece between two stars is best found as early as can be; the last has to end it.
    for piece in pieces {
        let Some(at) = left.find(piece) else {
            return false;
        };
        left = &left[at + piece.len()..];
    }
    left.ends_with(last)
}
