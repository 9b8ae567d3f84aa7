//! Regular expressions. They are large, so what runs in browsers is made without them (the feature
//! `regex`).

#[cfg(feature = "regex")]
use regex::RegexBuilder;

/// Most memory that a regular expression may take once it is compiled, in bytes.
#[cfg(feature = "regex")]
const MAX_REGEX_BYTES: usize = 256 * 1_024;

/// A regular expression that is matched in time linear in the text.
#[cfg(feature = "regex")]
#[derive(Debug, Clone)]
pub struct Regex(regex::Regex);

/// There is none.
#[cfg(not(feature = "regex"))]
#[derive(Debug, Clone)]
pub struct Regex(std::convert::Infallible);

#[cfg(feature = "regex")]
impl Regex {
    /// # Errors
    /// What is wrong with the text, in a few words.
    pub fn new(text: &str) -> Result<Self, String> {
        let mut builder = RegexBuilder::new(text);
        builder
            .size_limit(MAX_REGEX_BYTES)
            .dfa_size_limit(MAX_REGEX_BYTES);
        builder.build().map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it takes too much memory".to_owned(),
            // The last line says why; those before it show where.
            other => {
                let text = other.to_string();
                let reason = text.lines().last().unwrap_or_default();
                reason.trim_start_matches("error: ").to_owned()
            }
        })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    pub(super) fn text(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(not(feature = "regex"))]
impl Regex {
    /// # Errors
    /// Always.
    pub fn new(_text: &str) -> Result<Self, String> {
        Err("the page has none; use * for any text".to_owned())
    }

    pub(super) fn is_match(&self, _text: &str) -> bool {
        match self.0 {}
    }

    pub(super) fn text(&self) -> &str {
        match self.0 {}
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Regex {}

#[cfg(all(test, feature = "regex"))]
mod tests {
    use super::super::Matcher;
    use super::*;

    #[test]
    fn an_expression_is_refused_that_is_wrong_or_large() {
        let expression = Regex::new("^/v[12]/").map(Matcher::Regex);
        assert!(expression.expect("it is good").accepts("/v2/cart"));
        assert_eq!(Regex::new("a(").expect_err("open"), "unclosed group");
        let large = Regex::new(r"\w{1000}").expect_err("large");
        assert_eq!(large, "it takes too much memory");
    }
}
