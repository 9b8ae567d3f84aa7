//! Printing filters: text that reads back as the same filter.

use std::fmt::{self, Display, Formatter};

use super::condition::{DURATION, SPAN_DURATION, TRACE_DURATION};
use super::matcher::{Matcher, Wildcard};
use super::parse::{ATTRIBUTE, RESERVED};
use super::range::Range;
use super::{Filter, Path, SpanTest, Term, Test, TraceField, TraceTest};
use crate::format;

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        side_by_side(f, &self.terms, false)
    }
}

/// As it stands outside braces.
impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_term(f, self, false)
    }
}

/// As it stands outside braces.
impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_test(f, self, false)
    }
}

fn side_by_side(f: &mut Formatter<'_>, terms: &[Term], in_braces: bool) -> fmt::Result {
    separated(f, terms, " ", |f, term| write_term(f, term, in_braces))
}

fn separated<T>(
    f: &mut Formatter<'_>,
    parts: &[T],
    separator: &str,
    write: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write(f, part)?;
    }
    Ok(())
}

/// Recurses no deeper than terms are nested.
fn write_term(f: &mut Formatter<'_>, term: &Term, in_braces: bool) -> fmt::Result {
    match term {
        Term::Test(test) => write_test(f, test, in_braces),
        Term::Not(term) => {
            f.write_str("-")?;
            if let Term::Not(_) = term.as_ref() {
                f.write_str("(")?;
                write_term(f, term, in_braces)?;
                return f.write_str(")");
            }
            write_term(f, term, in_braces)
        }
        Term::All(terms) => {
            f.write_str("(")?;
            side_by_side(f, terms, in_braces)?;
            f.write_str(")")
        }
        Term::Any(terms) => {
            f.write_str("(")?;
            separated(f, terms, " or ", |f, term| match term {
                // What stands side by side binds closer.
                Term::All(terms) => side_by_side(f, terms, in_braces),
                other => write_term(f, other, in_braces),
            })?;
            f.write_str(")")
        }
        Term::Path(path) => write_path(f, path),
    }
}

fn write_path(f: &mut Formatter<'_>, path: &Path) -> fmt::Result {
    let braces = |f: &mut Formatter<'_>, terms: &[Term]| {
        f.write_str("{")?;
        match terms {
            // The braces group already.
            [Term::Any(terms)] => separated(f, terms, " or ", |f, term| match term {
                Term::All(terms) => side_by_side(f, terms, true),
                other => write_term(f, other, true),
            })?,
            terms => side_by_side(f, terms, true)?,
        }
        f.write_str("}")
    };
    braces(f, &path.first)?;
    for (relation, terms) in &path.rest {
        write!(f, " {} ", relation.sign())?;
        braces(f, terms)?;
    }
    Ok(())
}

fn write_test(f: &mut Formatter<'_>, test: &Test, in_braces: bool) -> fmt::Result {
    match test {
        Test::Span(SpanTest::Field(field, matcher)) => write_matcher(f, field.key(), matcher, ""),
        Test::Span(SpanTest::Attribute { key, matcher }) => {
            let key = format!("{ATTRIBUTE}{}", Quoted::text(key));
            write_matcher(f, &key, matcher, "")
        }
        Test::Span(SpanTest::Duration(range)) => {
            let key = if in_braces { DURATION } else { SPAN_DURATION };
            write_range(f, key, range, |nanos| format::typed_duration(*nanos))
        }
        Test::Span(SpanTest::Text(words)) => Quoted::text(words).fmt(f),
        Test::Trace(TraceTest::Field(field, matcher)) => {
            let more = if *field == TraceField::Flag { "=" } else { "" };
            write_matcher(f, field.key(), matcher, more)
        }
        Test::Trace(TraceTest::Duration(range)) => {
            let key = if in_braces { TRACE_DURATION } else { DURATION };
            write_range(f, key, range, |nanos| format::typed_duration(*nanos))
        }
    }
}

/// `more` are signs that need no quotes in values of the key.
fn write_matcher(f: &mut Formatter<'_>, key: &str, matcher: &Matcher, more: &str) -> fmt::Result {
    match matcher {
        Matcher::Any => write!(f, "{key}:*"),
        Matcher::Values(values) => {
            write!(f, "{key}:")?;
            separated(f, values, ",", |f, value| write_value(f, value, more))
        }
        // In quotes an expression keeps its backslashes.
        Matcher::Regex(regex) => write!(f, "{key}~\"{}\"", regex.text().replace('"', "\\\"")),
        Matcher::Number(range) => write_range(f, key, range, ToString::to_string),
    }
}

fn write_value(f: &mut Formatter<'_>, value: &Wildcard, more: &str) -> fmt::Result {
    let is_exact = value.as_exact().is_some();
    separated(f, value.pieces(), "*", |f, piece| {
        if piece.is_empty() && !is_exact {
            return Ok(());
        }
        Quoted::value(piece, more).fmt(f)
    })
}

fn write_range<T>(
    f: &mut Formatter<'_>,
    key: &str,
    range: &Range<T>,
    text: impl Fn(&T) -> String,
) -> fmt::Result {
    match range {
        Range::Order(order, bound) => write!(f, "{key}{}{}", order.sign(), text(bound)),
        Range::Between(least, greatest) => write!(f, "{key}:{}..{}", text(least), text(greatest)),
    }
}

/// Signs that are read as part of any word, beside letters and digits.
const PLAIN: &str = "._/-@+;";

/// Text in quotes where it would not be read as one word without them.
pub(super) struct Quoted<'a> {
    text: &'a str,
    is_plain: bool,
}

impl<'a> Quoted<'a> {
    /// Text that is searched for, or a key.
    fn text(text: &'a str) -> Self {
        let is_plain = is_plain(text, "*,") && !RESERVED.contains(&text);
        Self { text, is_plain }
    }

    pub(super) fn value(text: &'a str, more: &str) -> Self {
        // Two dots make a range.
        let is_plain = is_plain(text, more) && !text.contains("..");
        Self { text, is_plain }
    }
}

fn is_plain(text: &str, more: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || PLAIN.contains(c) || more.contains(c);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(plain)
}

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.is_plain {
            return f.write_str(self.text);
        }
        let escaped = self.text.replace('\\', "\\\\").replace('"', "\\\"");
        write!(f, "\"{escaped}\"")
    }
}
