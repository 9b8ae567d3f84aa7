//! How a filter that is being typed may go on.

use serde::{Deserialize, Serialize};

use super::MAX_LENGTH;
use super::condition::{is_compared, keys};
use super::lexer::Brackets;
use super::print::Quoted;
use crate::span::{Kind, StatusCode};
use crate::summary::Outcome;

/// The word that the cursor is in, up to the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// All before the key, or before the last of the values.
    before: &'a str,
    pub part: Part,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The beginning of a key.
    Key(String),
    /// A key, and the beginning of its value.
    Value { key: String, value: String },
}

/// What of a filter that is being typed the words are, letter by letter.
#[derive(Debug, Clone, Default)]
struct Reader {
    is_in_quotes: bool,
    is_escaped: bool,
    /// Those that belong to the word.
    brackets: Brackets,
    /// Whether the word has begun.
    is_in_word: bool,
}

/// How a letter belongs to the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letter {
    /// It stands between words.
    Between,
    Own,
    /// In quotes or brackets, or a quote.
    Inner,
}

impl Reader {
    fn pass(&mut self, letter: char) -> Letter {
        if self.is_in_quotes || letter == '"' {
            match letter {
                _ if self.is_escaped => self.is_escaped = false,
                '\\' => self.is_escaped = true,
                '"' => self.is_in_quotes = !self.is_in_quotes,
                _ => {}
            }
            self.is_in_word = true;
            return Letter::Inner;
        }
        let is_between = letter.is_whitespace()
            || !self.is_in_word && matches!(letter, '(' | '{' | '-')
            || !self.brackets.pass(letter, 0);
        if is_between {
            // What was opened within a word is closed within it.
            *self = Self::default();
            return Letter::Between;
        }
        self.is_in_word = true;
        if self.brackets.are_open() {
            Letter::Inner
        } else {
            Letter::Own
        }
    }
}

/// What stands after the word that the cursor is in: `text` is before the cursor, `after` is
/// behind it.
#[must_use]
pub fn beyond_word<'a>(text: &str, after: &'a str) -> &'a str {
    let mut reader = Reader::default();
    for letter in text.chars() {
        reader.pass(letter);
    }
    let mut letters = after.char_indices();
    let end = letters.find(|(_, letter)| reader.pass(*letter) == Letter::Between);
    end.map_or("", |(place, _)| after[place..].trim_start())
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// As it is offered.
    pub label: String,
    /// How many requests or spans have it, where that is known; before sampling.
    pub count: Option<f64>,
    /// The text up to the cursor, once it is taken.
    pub text: String,
}

impl<'a> Word<'a> {
    /// None within what is no condition: in text that is too long.
    #[must_use]
    pub fn at_end_of(text: &'a str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut reader = Reader::default();
        // Where the word begins, what ends its key, and where the last of its values begins.
        let (mut start, mut colon, mut value) = (0, None, 0);
        for (place, letter) in text.char_indices() {
            let next = place + letter.len_utf8();
            match (reader.pass(letter), letter) {
                (Letter::Between, _) => (start, colon) = (next, None),
                (Letter::Own, ':' | '=') if colon.is_none() => (colon, value) = (Some(place), next),
                (Letter::Own, ',') if colon.is_some() => value = next,
                _ => {}
            }
        }
        let (before, part) = match colon {
            Some(colon) => {
                let part = Part::Value {
                    key: text[start..colon].to_owned(),
                    value: text[value..].trim_start_matches('"').to_owned(),
                };
                (&text[..value], part)
            }
            None => (&text[..start], Part::Key(text[start..].to_owned())),
        };
        Some(Self { before, part })
    }

    /// Keys that begin like the word.
    #[must_use]
    pub fn keys(&self) -> Vec<Suggestion> {
        let Part::Key(begin) = &self.part else {
            return vec![];
        };
        keys()
            .filter(|key| key.starts_with(begin.as_str()))
            .map(|key| {
                let sign = if is_compared(key) { '>' } else { ':' };
                Suggestion {
                    label: format!("{key}{sign}"),
                    count: None,
                    text: format!("{}{key}{sign}", self.before),
                }
            })
            .collect()
    }

    /// Values that the language knows of itself; none for other keys.
    #[must_use]
    pub fn fixed_values(&self) -> Option<Vec<Suggestion>> {
        let Part::Value { key, .. } = &self.part else {
            return None;
        };
        let names: Vec<&str> = match key.as_str() {
            "status" => StatusCode::ALL.map(StatusCode::name).to_vec(),
            "kind" => Kind::ALL.map(Kind::name).to_vec(),
            "outcome" => Outcome::ALL.map(Outcome::name).to_vec(),
            _ => return None,
        };
        let names = names.into_iter().map(|name| (name.to_owned(), None));
        Some(self.values(names))
    }

    /// Those values that have the beginning of the word somewhere within, in any case; those that
    /// begin with it first.
    pub fn values(
        &self,
        values: impl IntoIterator<Item = (String, Option<f64>)>,
    ) -> Vec<Suggestion> {
        let Part::Value { value, .. } = &self.part else {
            return vec![];
        };
        let typed = value.to_lowercase();
        let found = values.into_iter().filter_map(|(value, count)| {
            let place = value.to_lowercase().find(&typed)?;
            let text = format!("{}{} ", self.before, Quoted::value(&value, ""));
            let label = value;
            Some((place > 0, Suggestion { label, count, text }))
        });
        let mut found: Vec<(bool, Suggestion)> = found.collect();
        // Otherwise they stay in the order that they came in.
        found.sort_by_key(|(is_within, _)| *is_within);
        found.into_iter().map(|(_, found)| found).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;
    use proptest::prelude::*;

    fn word(text: &str) -> Word<'_> {
        Word::at_end_of(text).expect("short")
    }

    #[test]
    fn the_word_at_the_end_is_found() {
        assert_eq!(word("").part, Part::Key(String::new()));
        assert_eq!(word("status:error ser").part, Part::Key("ser".into()));
        let value = |key: &str, value: &str| Part::Value {
            key: key.into(),
            value: value.into(),
        };
        assert_eq!(word("a -region:sa").part, value("region", "sa"));
        let quoted = word("operation:\"GET /se");
        assert_eq!(quoted.part, value("operation", "GET /se"));
        assert_eq!(word("operation:\"a b\" ").part, Part::Key(String::new()));
        assert_eq!(word("a:\"\\\" b").part, value("a", "\\\" b"));
        assert_eq!(Word::at_end_of(&"x".repeat(MAX_LENGTH + 1)), None);
    }

    #[test]
    fn the_rest_of_the_word_is_left_out() {
        assert_eq!(beyond_word("re", "gion:x status:error"), "status:error");
        assert_eq!(beyond_word("re", " status:error"), "status:error");
        assert_eq!(beyond_word("operation:\"GET", " /a b\" x:y"), "x:y");
        assert_eq!(beyond_word("a", ""), "");
        assert_eq!(beyond_word("(service:a or re", "gion:x) b"), ") b");
        assert_eq!(beyond_word("{http.route:/ca", "rt/{id} b} c"), "b} c");
        assert_eq!(beyond_word("a ", "(b c)"), "(b c)");
        assert_eq!(word("dur").keys()[0].text, "duration>");
    }

    #[test]
    fn words_begin_behind_signs_of_the_language() {
        let key = |key: &str| Part::Key(key.into());
        for (text, part) in [
            ("(reg", key("reg")),
            ("{reg", key("reg")),
            ("a or reg", key("reg")),
            ("-(-{-reg", key("reg")),
            ("{a} >> {reg", key("reg")),
            ("f(x", key("f(x")),
            ("{a:b} ", key("")),
            ("(a:b)", key("")),
        ] {
            assert_eq!(word(text).part, part, "{text}");
        }
        let offered = |text: &str| {
            word(text).values([("b c".to_owned(), None)])[0]
                .text
                .clone()
        };
        assert_eq!(offered("x (region:"), "x (region:\"b c\" ");
        assert_eq!(
            offered("-{service:a,\"x, y\","),
            "-{service:a,\"x, y\",\"b c\" "
        );
        assert_eq!(
            offered("http.route:f(a,b),\"B"),
            "http.route:f(a,b),\"b c\" "
        );
        let kinds = word("a or kind:server,cl").fixed_values().expect("known");
        assert_eq!(kinds[0].text, "a or kind:server,client ");
        assert_eq!(word("attr.http.rou").keys(), vec![]);
        assert_eq!(word("x (err").keys()[0].text, "x (errors>");
    }

    #[test]
    fn what_is_taken_reads_as_a_filter() {
        let texts = |found: Vec<Suggestion>| -> Vec<String> {
            found.into_iter().map(|found| found.text).collect()
        };
        assert_eq!(texts(word("x -reg").keys()), ["x -region:"]);
        assert_eq!(
            texts(word("x:1 kind:S").fixed_values().expect("known")),
            ["server", "unspecified", "consumer"].map(|kind| format!("x:1 kind:{kind} "))
        );
        assert_eq!(word("region:x").fixed_values(), None);
        let seen = ["POST /pay", "GET /pay \"now\""].map(|name| (name.to_owned(), Some(2.0)));
        let found = texts(word("root:get").values(seen));
        assert_eq!(found, ["root:\"GET /pay \\\"now\\\"\" "]);
        assert!(found[0].parse::<Filter>().is_ok());
    }

    proptest! {
        #[test]
        fn any_value_that_is_offered_is_a_good_filter(
            before in "[a-z:\" \\\\(){},=-]{0,20}",
            value in "\\PC{1,20}",
        ) {
            let text = format!("service:x {before}");
            // What is typed may be anything: it is only not to fail.
            Word::at_end_of(&text).map(|word| word.values([(value.clone(), None)]));
            let taken = word("region:").values([(value, None)]);
            prop_assert!(taken[0].text.parse::<Filter>().is_ok(), "{:?}", taken);
        }
    }
}
