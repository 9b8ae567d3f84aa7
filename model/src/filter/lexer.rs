//! The text of a filter, letter by letter.

use super::FilterError;
use super::matcher::Wildcard;

pub(super) fn error(at: usize, message: impl Into<String>, hint: impl Into<String>) -> FilterError {
    FilterError {
        at,
        message: message.into(),
        hint: hint.into(),
    }
}

/// A place in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// Byte offset, always between characters.
    at: usize,
}

/// One of the values behind a key, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) at: usize,
    pub(super) value: Wildcard,
    /// Part of it stands in quotes.
    pub(super) is_quoted: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let is_next = self.rest().starts_with(sign);
        if is_next {
            self.at += sign.len();
        }
        is_next
    }

    pub(super) fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Whether a word has ended here whatever else may end it.
    pub(super) fn is_at_end(&self) -> bool {
        self.peek()
            .is_none_or(|next| next.is_whitespace() || matches!(next, ')' | '}'))
    }

    /// Letters up to white space, a quote, one of the signs, or a bracket that was opened before.
    pub(super) fn word(&mut self, ends: &[char]) -> Result<&'a str, FilterError> {
        let start = self.at;
        let mut brackets = Brackets::default();
        while let Some(next) = self.peek() {
            let is_end = next == '"' || ends.contains(&next) && !brackets.are_open();
            if next.is_whitespace() || is_end || !brackets.pass(next, self.at) {
                break;
            }
            self.next();
        }
        brackets.closed()?;
        Ok(&self.text[start..self.at])
    }

    /// What stands in quotes; a backslash takes the next letter as it is. The cursor is before
    /// the quote.
    pub(super) fn quoted(&mut self) -> Result<String, FilterError> {
        self.between_quotes(String::push)
    }

    /// An expression, in quotes or not. In quotes a backslash is the expression's own, but for
    /// one before a quote.
    pub(super) fn expression(&mut self) -> Result<String, FilterError> {
        if self.peek() != Some('"') {
            return self.word(&[]).map(str::to_owned);
        }
        self.between_quotes(|text, escaped| {
            if escaped != '"' {
                text.push('\\');
            }
            text.push(escaped);
        })
    }

    fn between_quotes(
        &mut self,
        escaped: impl Fn(&mut String, char),
    ) -> Result<String, FilterError> {
        let opening = self.at;
        self.next();
        let mut text = String::new();
        while let Some(next) = self.next() {
            match next {
                '"' => return Ok(text),
                '\\' => {
                    if let Some(next) = self.next() {
                        escaped(&mut text, next);
                    }
                }
                _ => text.push(next),
            }
        }
        let hint = "End the text with another quote.";
        Err(error(opening, "A quote is not closed", hint))
    }

    /// Values with commas between them.
    pub(super) fn items(&mut self, key: &str) -> Result<Vec<Item>, FilterError> {
        let mut items = Vec::new();
        loop {
            if self.is_at_end() || self.peek() == Some(',') {
                return Err(missing_value(self.at, key, !items.is_empty()));
            }
            items.push(self.item()?);
            if !self.take(",") {
                return Ok(items);
            }
        }
    }

    fn item(&mut self) -> Result<Item, FilterError> {
        let at = self.at;
        let mut brackets = Brackets::default();
        let (mut pieces, mut last, mut is_quoted) = (Vec::new(), String::new(), false);
        while let Some(next) = self.peek() {
            match next {
                '"' => {
                    last.push_str(&self.quoted()?);
                    is_quoted = true;
                    continue;
                }
                ',' if !brackets.are_open() => break,
                '*' => pieces.push(std::mem::take(&mut last)),
                _ if next.is_whitespace() || !brackets.pass(next, self.at) => break,
                _ => last.push(next),
            }
            self.next();
        }
        brackets.closed()?;
        pieces.push(last);
        Ok(Item {
            at,
            value: Wildcard::of(pieces),
            is_quoted,
        })
    }
}

pub(super) fn missing_value(at: usize, key: &str, is_behind_comma: bool) -> FilterError {
    let hint = if is_behind_comma {
        format!("Write another value, as in {key}:a,b, or put the comma into quotes.")
    } else {
        format!("Write a value, as in {key}:name, or \"\" for an empty one.")
    };
    error(at, "A value is missing", hint)
}

/// Brackets that were opened within a word, as in `/cart/{id}`: they belong to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Brackets(Vec<(char, usize)>);

impl Brackets {
    pub(super) fn are_open(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether a letter belongs to the word. One that closes what the word has not opened does
    /// not.
    pub(super) fn pass(&mut self, letter: char, at: usize) -> bool {
        let opening = match letter {
            '(' | '{' => {
                self.0.push((letter, at));
                return true;
            }
            ')' => '(',
            '}' => '{',
            _ => return true,
        };
        let is_own = self.0.last().is_some_and(|(last, _)| *last == opening);
        if is_own {
            self.0.pop();
        }
        is_own
    }

    /// The word has ended.
    fn closed(&self) -> Result<(), FilterError> {
        match self.0.first() {
            None => Ok(()),
            Some(&(opening, at)) => {
                let hint = "Put a value with spaces into quotes; write key:a,b for any of several.";
                Err(error(at, unclosed(opening), hint))
            }
        }
    }
}

pub(super) fn unclosed(opening: char) -> &'static str {
    if opening == '{' {
        "A brace is not closed"
    } else {
        "A parenthesis is not closed"
    }
}
