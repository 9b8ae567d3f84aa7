//! Training a dictionary, and whether it is worth having.

use std::io;

use crate::document::{Dictionary, Writer};

/// Largest dictionary. Twice that saves no more than another percent.
const MAX_BYTES: usize = 64 << 10;

/// Of so many messages one is left out of the training, to measure by.
const HELD_OUT: usize = 5;

/// How much smaller documents must become, in percent, for a dictionary to be worth keeping for as
/// long as there are documents that need it.
const LEAST_GAIN: usize = 5;

/// A dictionary that is better than what there was.
#[derive(Debug)]
pub(super) struct Trained {
    pub(super) dictionary: Dictionary,
    /// How many bytes of every hundred it saves.
    pub(super) saved_percent: usize,
}

/// A dictionary for messages like these, if documents become smaller by it than by the present
/// one. Takes a core for half a second.
pub(super) fn train(
    messages: &[Vec<u8>],
    present: Option<&Dictionary>,
) -> io::Result<Option<Trained>> {
    let of = |is_held_out: bool| {
        let all = messages.iter().enumerate();
        let some = all.filter(move |(place, _)| place.is_multiple_of(HELD_OUT) == is_held_out);
        some.map(|(_, message)| message.as_slice())
    };
    let to_train_by: Vec<&[u8]> = of(false).collect();
    let dictionary = Dictionary::new(zstd::dict::from_samples(&to_train_by, MAX_BYTES)?)?;
    let before = written(of(true), present)?;
    let after = written(of(true), Some(&dictionary))?;
    let saved_percent = 100 * before.saturating_sub(after) / before.max(1);
    Ok((saved_percent >= LEAST_GAIN).then_some(Trained {
        dictionary,
        saved_percent,
    }))
}

/// Bytes of the documents of those messages.
fn written<'a>(
    messages: impl Iterator<Item = &'a [u8]>,
    dictionary: Option<&Dictionary>,
) -> io::Result<usize> {
    let mut writer = Writer::new()?;
    writer.use_dictionary(dictionary)?;
    let mut bytes = 0;
    for message in messages {
        bytes += writer.write(message)?.len();
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionaries::tests::messages;

    #[test]
    fn a_dictionary_must_be_better_than_the_one_before() {
        let cart = messages("cart", 2_000);
        let first = train(&cart, None).expect("a dictionary").expect("a gain");
        assert!(first.saved_percent > 30, "{}", first.saved_percent);
        let again = train(&cart, Some(&first.dictionary)).expect("a dictionary");
        assert!(again.is_none(), "{again:?}");
        let mail = messages("mail", 2_000);
        let other = train(&mail, Some(&first.dictionary)).expect("a dictionary");
        assert!(other.expect("a gain").saved_percent > 30);
    }
}
