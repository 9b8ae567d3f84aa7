//! The same name for the same user, which does not tell who it is.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a pseudonym begins with, so that people and programs know it for one.
const MARK: char = '~';

/// Digits of the code that are shown: two users of a billion share one with a chance of 3 %.
const CODE_DIGITS: usize = 16;

/// Makes pseudonyms: HMAC-SHA-256 (RFC 2104) of a value, so that without the key nobody can
/// try which value gives a pseudonym.
#[derive(Clone)]
pub(super) struct Pseudonyms {
    keyed: Hmac<Sha256>,
}

impl Pseudonyms {
    pub(super) fn new(key: &[u8]) -> Self {
        let padded = <Hmac<Sha256> as KeyInit>::new_from_slice(key);
        Self {
            keyed: padded.expect("HMAC takes keys of any length"),
        }
    }

    /// None when the value is one already, or says nothing.
    pub(super) fn of(&self, value: &str) -> Option<String> {
        if value.is_empty() || is_pseudonym(value) {
            return None;
        }
        let mut code = self.keyed.clone();
        code.update(value.as_bytes());
        let code = code.finalize().into_bytes();
        let shown = code.first_chunk().copied().map(u64::from_be_bytes)?;
        Some(format!("{MARK}{shown:016x}"))
    }
}

fn is_pseudonym(value: &str) -> bool {
    value.strip_prefix(MARK).is_some_and(|code| {
        code.len() == CODE_DIGITS && code.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, section 4.3 (test case 2).
    #[test]
    fn the_code_is_hmac_sha_256() {
        let pseudonyms = Pseudonyms::new(b"Jefe");
        let found = pseudonyms.of("what do ya want for nothing?");
        assert_eq!(found.as_deref(), Some("~5bdcc146bf60754e"));
    }

    #[test]
    fn a_pseudonym_stays_as_it_is() {
        let pseudonyms = Pseudonyms::new(b"key");
        let once = pseudonyms.of("alice").unwrap();
        assert_eq!(pseudonyms.of(&once), None);
        assert_eq!(pseudonyms.of(""), None);
        assert_ne!(Pseudonyms::new(b"other").of("alice"), Some(once));
    }
}
