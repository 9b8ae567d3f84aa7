//! Names with `*` in them.

use serde::{Deserialize, Serialize};

use crate::wildcard;

/// A name in which each `*` stands for any text, also for none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pattern(pub String);

impl Pattern {
    #[must_use]
    pub fn accepts(&self, name: &str) -> bool {
        wildcard::accepts(self.0.split('*'), name)
    }

    /// The one name that it accepts, when it has no `*`.
    #[must_use]
    pub fn exact(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let accepts = |pattern: &str, name: &str| Pattern(pattern.into()).accepts(name);
        for (pattern, name) in [
            ("POST /pay", "POST /pay"),
            ("*", ""),
            ("*/pay", "ios.request: POST /pay"),
            ("*.request: POST /pay*", "ios.request: POST /pay/{id}"),
            ("a*b*c", "abbc"),
            ("**é", "é"),
        ] {
            assert!(accepts(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("POST /pay", "POST /pay/"),
            ("", "x"),
            ("a*a", "a"),
            ("*b*c", "cb"),
            ("a*b", "cab"),
        ] {
            assert!(!accepts(pattern, name), "{pattern} {name}");
        }
    }

    /// Told by trying everything.
    fn slowly(pattern: &[char], name: &[char]) -> bool {
        match pattern {
            [] => name.is_empty(),
            ['*', rest @ ..] => (0..=name.len()).any(|at| slowly(rest, &name[at..])),
            [first, rest @ ..] => name.first() == Some(first) && slowly(rest, &name[1..]),
        }
    }

    proptest! {
        #[test]
        fn it_is_what_trying_everything_tells(pattern in "[ab*]{0,6}", name in "[ab]{0,8}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = slowly(&characters(&pattern), &characters(&name));
            prop_assert_eq!(Pattern(pattern).accepts(&name), expected);
        }
    }
}
