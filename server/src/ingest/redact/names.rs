//! What is done with attributes by their names.

/// What is done with the value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It stays, whatever patterns find in it.
    Keep,
    /// The attribute goes.
    Drop,
    /// All of it is replaced.
    Mask,
    /// A pseudonym takes its place.
    Hash,
    /// Addresses in it lose their last bits.
    TruncateIp,
    /// The same, but not in spans of who calls: there the peer is the server that was called.
    TruncatePeerIp,
}

impl Action {
    pub(super) const ALL: [Self; 6] = [
        Self::Keep,
        Self::Drop,
        Self::Mask,
        Self::Hash,
        Self::TruncateIp,
        Self::TruncatePeerIp,
    ];

    /// Its name in rules and metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Drop => "drop",
            Self::Mask => "mask",
            Self::Hash => "hash",
            Self::TruncateIp => "truncate-ip",
            Self::TruncatePeerIp => "truncate-peer-ip",
        }
    }
}

/// Attributes and what is done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameRule {
    /// The whole name, or its beginning.
    pub(super) name: String,
    pub(super) is_prefix: bool,
    pub(super) action: Action,
}

impl NameRule {
    /// A name that ends in `*` stands for all that begin so.
    pub(super) fn new(action: Action, name: &str) -> Self {
        let prefix = name.strip_suffix('*');
        Self {
            name: prefix.unwrap_or(name).to_owned(),
            is_prefix: prefix.is_some(),
            action,
        }
    }

    fn matches(&self, name: &[u8]) -> bool {
        if self.is_prefix {
            name.starts_with(self.name.as_bytes())
        } else {
            name == self.name.as_bytes()
        }
    }
}

/// Longer names count as this long in the table.
const MAX_LENGTH: usize = 63;

/// The rules, found quickly.
pub(super) struct Names {
    rules: Vec<NameRule>,
    /// By the second byte of a name, one bit for each length that such a name may have.
    second: Box<[u64; 256]>,
    /// The same by its last byte.
    last: Box<[u64; 256]>,
    /// Whether a prefix begins with that byte.
    prefixes: Box<[bool; 256]>,
}

impl Names {
    /// Of rules that meet, the last counts.
    pub(super) fn new(rules: Vec<NameRule>) -> Self {
        let (mut second_bytes, mut last_bytes) = (Box::new([0; 256]), Box::new([0; 256]));
        let mut prefixes = Box::new([false; 256]);
        for rule in &rules {
            let name = rule.name.as_bytes();
            match (rule.is_prefix, name.first(), name.last()) {
                (true, Some(&first), _) => prefixes[usize::from(first)] = true,
                (true, None, _) => prefixes.fill(true),
                (false, Some(&first), Some(&last)) => {
                    let length = 1 << name.len().min(MAX_LENGTH);
                    second_bytes[usize::from(*name.get(1).unwrap_or(&first))] |= length;
                    last_bytes[usize::from(last)] |= length;
                }
                (false, ..) => {}
            }
        }
        Self {
            rules,
            second: second_bytes,
            last: last_bytes,
            prefixes,
        }
    }

    /// What is done with an attribute of this name.
    #[inline]
    pub(super) fn action(&self, name: &[u8]) -> Option<Action> {
        let (&first, &last) = (name.first()?, name.last()?);
        let second = *name.get(1).unwrap_or(&first);
        let lengths = self.second[usize::from(second)] & self.last[usize::from(last)];
        let is_listed = lengths >> name.len().min(MAX_LENGTH) & 1 == 1;
        let may_match = is_listed || self.prefixes[usize::from(first)];
        if may_match { self.find(name) } else { None }
    }

    fn find(&self, name: &[u8]) -> Option<Action> {
        let rule = self.rules.iter().rev().find(|rule| rule.matches(name))?;
        Some(rule.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_that_matches_counts() {
        let rule = NameRule::new;
        let long = "x".repeat(100);
        let names = Names::new(vec![
            rule(Action::Hash, "user.id"),
            rule(Action::Mask, "user.*"),
            rule(Action::Keep, "user.tier"),
            rule(Action::Drop, &long),
        ]);
        assert_eq!(names.action(b"user.id"), Some(Action::Mask));
        assert_eq!(names.action(b"user.tier"), Some(Action::Keep));
        assert_eq!(names.action(b"user"), None);
        assert_eq!(names.action(b""), None);
        assert_eq!(names.action(long.as_bytes()), Some(Action::Drop));
        assert_eq!(names.action("x".repeat(101).as_bytes()), None);
        let all = Names::new(vec![rule(Action::Drop, "*")]);
        assert_eq!(all.action(b"anything"), Some(Action::Drop));
    }
}
