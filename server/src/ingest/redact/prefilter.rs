//! Whether bytes may hold anything that the patterns look for, found without looking closely:
//! most spans hold nothing, and this is all that they cost.

use std::ops::BitOr;

use memchr::memchr_iter;
use regex::bytes::Regex;

use super::{card, words};

/// What bytes may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Hints {
    /// An e-mail address, or a password in a URL.
    pub(super) at: bool,
    /// The number of a card.
    pub(super) digits: bool,
    /// One of [`words`].
    pub(super) words: bool,
}

impl Hints {
    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether one of those hints is here.
    pub(super) fn meet(self, other: Self) -> bool {
        (self.at && other.at) || (self.digits && other.digits) || (self.words && other.words)
    }
}

impl BitOr for Hints {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            at: self.at || other.at,
            digits: self.digits || other.digits,
            words: self.words || other.words,
        }
    }
}

pub(super) struct Prefilter {
    words: Regex,
}

impl Prefilter {
    pub(super) fn new() -> Self {
        // Literals only, which the regex crate searches for many bytes at a time.
        let signs: Vec<&str> = words::signs().into_iter().collect();
        let words = Regex::new(&words::any(&signs)).expect("words are a regular expression");
        Self { words }
    }

    /// What text among these bytes may hold, whatever stands around it.
    pub(super) fn hints(&self, bytes: &[u8]) -> Hints {
        Hints {
            at: has_at(bytes),
            digits: card::may_contain(bytes),
            words: self.words.is_match(bytes),
        }
    }
}

/// Whether there is an `@` with something on both sides: bytes below a space end text, and what
/// follows begins a host.
fn has_at(bytes: &[u8]) -> bool {
    memchr_iter(b'@', bytes).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at + 1);
        before.is_some_and(|&byte| byte > b' ') && after.is_some_and(|&byte| begins_host(byte))
    })
}

fn begins_host(byte: u8) -> bool {
    // Letters beyond ASCII begin with such a byte in UTF-8.
    byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'/' | 0xc2..)
}
