//! Reading the filter language: how terms are put together.

use std::str::FromStr;

use super::condition::{Asked, Operator, test};
use super::lexer::{Cursor, error, missing_value, unclosed};
use super::range::Order;
use super::{
    Filter, FilterError, MAX_CONDITIONS, MAX_DEPTH, MAX_LENGTH, Path, Relation, SpanTest, Term,
    Test,
};

/// What ends a key.
const OPERATORS: [char; 5] = [':', '=', '<', '>', '~'];

/// Words that are no text unless they stand in quotes.
pub(super) const RESERVED: [&str; 6] = ["or", "OR", "and", "AND", "not", "NOT"];

/// The attributes of spans and resources begin with it.
pub(crate) const ATTRIBUTE: &str = "attr.";

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        if text.len() > MAX_LENGTH {
            let hint = format!("Use at most {MAX_LENGTH} bytes.");
            return Err(error(0, "The filter is too long", hint));
        }
        let mut parser = Parser {
            cursor: Cursor::new(text),
            conditions: 0,
            depth: 0,
            in_braces: false,
        };
        let terms = parser.terms()?;
        match parser.cursor.peek() {
            None => Ok(Self { terms }),
            Some(closing) => {
                let message = format!("\"{closing}\" closes nothing");
                let hint = "Remove it, or put text with special characters into quotes.";
                Err(error(parser.cursor.at(), message, hint))
            }
        }
    }
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// How many there are already.
    conditions: usize,
    depth: usize,
    in_braces: bool,
}

/// What stands between terms.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Or,
    And,
}

impl Parser<'_> {
    /// Terms up to the end, or to a bracket that closes.
    fn terms(&mut self) -> Result<Vec<Term>, FilterError> {
        let mut any = vec![self.side_by_side()?];
        while let Some((at, word)) = self.joining()? {
            if any.last().is_some_and(Vec::is_empty) {
                return Err(nothing_joined(at, &word));
            }
            let next = self.side_by_side()?;
            if next.is_empty() {
                return Err(nothing_joined(at, &word));
            }
            any.push(next);
        }
        Ok(if any.len() == 1 {
            match Term::all(any.remove(0)) {
                Term::All(terms) => terms,
                only => vec![only],
            }
        } else {
            vec![Term::any(any.into_iter().map(Term::all).collect())]
        })
    }

    /// The `or` that comes next, as it is written.
    fn joining(&mut self) -> Result<Option<(usize, String)>, FilterError> {
        let at = self.cursor.at();
        match self.reserved()? {
            Some((Word::Or, word)) => {
                self.cursor.take(&word);
                Ok(Some((at, word)))
            }
            _ => Ok(None),
        }
    }

    /// Terms up to `or`, the end, or a bracket that closes.
    fn side_by_side(&mut self) -> Result<Vec<Term>, FilterError> {
        let mut terms = Vec::new();
        let mut joined: Option<(usize, String)> = None;
        loop {
            self.cursor.skip_space();
            let at = self.cursor.at();
            let reserved = self.reserved()?;
            if self.cursor.is_at_end() || matches!(reserved, Some((Word::Or, _))) {
                return match joined {
                    Some((at, word)) => Err(nothing_joined(at, &word)),
                    None => Ok(terms),
                };
            }
            match reserved {
                Some((_, word)) if terms.is_empty() || joined.is_some() => {
                    return Err(nothing_joined(at, &word));
                }
                Some((_, word)) => {
                    self.cursor.take(&word);
                    joined = Some((at, word));
                }
                None => {
                    terms.push(self.term()?);
                    joined = None;
                }
            }
        }
    }

    /// `or` or `and` where one stands next, and an error for what means the like in other
    /// languages.
    fn reserved(&self) -> Result<Option<(Word, String)>, FilterError> {
        let rest = self.cursor.rest();
        let at = self.cursor.at();
        let is_end = |next: char| next.is_whitespace() || "(){}\"".contains(next);
        let word = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        match word {
            "or" | "OR" => Ok(Some((Word::Or, word.to_owned()))),
            "and" | "AND" => Ok(Some((Word::And, word.to_owned()))),
            "not" | "NOT" | "!" => Err(error(
                at,
                format!("\"{word}\" is no word of the language"),
                format!("Write a minus, as in -status:error; or \"{word}\" in quotes to find it."),
            )),
            "&&" | "||" | "&" | "|" => {
                let (meant, how) = if word.starts_with('&') {
                    ("and", "or nothing at all")
                } else {
                    ("or", "or key:a,b for any of several values")
                };
                let message = format!("\"{word}\" is no word of the language");
                Err(error(at, message, format!("Write {meant}, {how}.")))
            }
            _ => Ok(None),
        }
    }

    /// The cursor is at its first letter.
    fn term(&mut self) -> Result<Term, FilterError> {
        let at = self.cursor.at();
        if !self.cursor.take("-") {
            return self.after_minus();
        }
        if self.cursor.is_at_end() {
            let hint = "Write -status:ok to leave out, or remove the minus.";
            return Err(error(at, "A minus stands alone", hint));
        }
        let term = self.after_minus()?;
        Ok(Term::Not(Box::new(term)))
    }

    fn after_minus(&mut self) -> Result<Term, FilterError> {
        match self.cursor.peek() {
            Some('(') => self.group(),
            Some('{') => self.path(),
            _ => self.condition(),
        }
    }

    fn group(&mut self) -> Result<Term, FilterError> {
        let at = self.cursor.at();
        let terms = self.bracketed(')')?;
        if terms.is_empty() {
            let hint = "Write conditions between the parentheses, or remove them.";
            return Err(error(at, "There is nothing in parentheses", hint));
        }
        Ok(Term::all(terms))
    }

    fn path(&mut self) -> Result<Term, FilterError> {
        let first = self.braces()?;
        let mut rest = Vec::new();
        loop {
            let before = self.cursor;
            self.cursor.skip_space();
            let at = self.cursor.at();
            let mut relations = Relation::ALL.into_iter();
            let Some(relation) = relations.find(|relation| self.cursor.take(relation.sign()))
            else {
                self.cursor = before;
                return Ok(Term::Path(Path { first, rest }));
            };
            self.cursor.skip_space();
            if self.cursor.peek() != Some('{') {
                let sign = relation.sign();
                let message = format!("No braces follow \"{sign}\"");
                let hint = format!("Write another span, as in {{service:a}} {sign} {{service:b}}.");
                return Err(error(at, message, hint));
            }
            rest.push((relation, self.braces()?));
        }
    }

    fn braces(&mut self) -> Result<Vec<Term>, FilterError> {
        let at = self.cursor.at();
        if self.in_braces {
            let hint = "Each pair describes one span: write {service:a} > {service:b}.";
            return Err(error(at, "Braces stand within braces", hint));
        }
        self.in_braces = true;
        let terms = self.bracketed('}')?;
        self.in_braces = false;
        if terms.is_empty() {
            self.count(at)?;
        }
        Ok(terms)
    }

    fn bracketed(&mut self, closing: char) -> Result<Vec<Term>, FilterError> {
        let at = self.cursor.at();
        let Some(opening) = self.cursor.next() else {
            return Ok(vec![]);
        };
        if self.depth == MAX_DEPTH {
            let hint = format!("Use at most {MAX_DEPTH} within each other.");
            return Err(error(at, "Too many brackets within brackets", hint));
        }
        self.depth += 1;
        let terms = self.terms()?;
        self.depth -= 1;
        if self.cursor.peek() != Some(closing) {
            let hint = format!("Close it with \"{closing}\", or put the text into quotes.");
            return Err(error(at, unclosed(opening), hint));
        }
        self.cursor.next();
        Ok(terms)
    }

    fn count(&mut self, at: usize) -> Result<(), FilterError> {
        if self.conditions == MAX_CONDITIONS {
            let hint = format!("Use at most {MAX_CONDITIONS}.");
            return Err(error(at, "Too many conditions", hint));
        }
        self.conditions += 1;
        Ok(())
    }

    fn condition(&mut self) -> Result<Term, FilterError> {
        let at = self.cursor.at();
        self.count(at)?;
        let is_quoted = self.cursor.peek() == Some('"');
        let mut key = if is_quoted {
            self.cursor.quoted()?
        } else {
            self.cursor.word(&OPERATORS)?.to_owned()
        };
        let mut last = key.chars().next_back().filter(|_| !is_quoted);
        if !is_quoted && key == ATTRIBUTE && self.cursor.peek() == Some('"') {
            key.push_str(&self.cursor.quoted()?);
            last = None;
        }
        let is_not = last == Some('!');
        let Some(operator) = self.operator(&key, is_not)? else {
            return Ok(Term::Test(Test::Span(SpanTest::Text(key))));
        };
        if is_quoted {
            let hint = "Write the key without quotes, as in operation:\"GET /cart\".";
            return Err(error(at, "A key stands in quotes", hint));
        }
        let value_at = self.cursor.at();
        if self.cursor.is_at_end() {
            return Err(missing_value(value_at, &key, false));
        }
        let asked = match operator {
            Operator::Is => Asked::Values(self.cursor.items(&key)?),
            Operator::Order(order) => {
                let text = if self.cursor.peek() == Some('"') {
                    self.cursor.quoted()?
                } else {
                    self.cursor.word(&[])?.to_owned()
                };
                Asked::Order(order, text)
            }
            Operator::Matches => Asked::Expression(self.cursor.expression()?),
        };
        Ok(Term::Test(test(&key, at, asked, value_at, self.in_braces)?))
    }

    /// `is_not` says that an exclamation mark stands before it.
    fn operator(&mut self, key: &str, is_not: bool) -> Result<Option<Operator>, FilterError> {
        let at = self.cursor.at();
        let signs = [
            (":", Operator::Is),
            (">=", Operator::Order(Order::AtLeast)),
            ("<=", Operator::Order(Order::AtMost)),
            (">", Operator::Order(Order::More)),
            ("<", Operator::Order(Order::Less)),
            ("~", Operator::Matches),
            ("=", Operator::Is),
        ];
        let other = ["==", "=~", "<>"];
        let other = other
            .into_iter()
            .find(|other| self.cursor.rest().starts_with(other));
        let mut signs = signs.into_iter();
        let found = signs.find(|(sign, _)| self.cursor.take(sign));
        let Some((sign, operator)) = found else {
            return Ok(None);
        };
        let is_not = is_not && matches!(sign, "=" | "~");
        if let (None, false) = (other, is_not) {
            if key.is_empty() && matches!(operator, Operator::Order(_) | Operator::Matches) {
                let message = format!("\"{sign}\" stands between nothing");
                let hint = "Write a key in front, as in duration>500ms, or a span in braces.";
                return Err(error(at, message, hint));
            }
            return Ok(Some(operator));
        }
        let key = key.trim_end_matches('!');
        let minus = if is_not || other == Some("<>") {
            "-"
        } else {
            ""
        };
        let meant = if sign == "~" || other == Some("=~") {
            format!("{minus}{key}~\"pattern\"")
        } else {
            format!("{minus}{key}:value")
        };
        let written = other.map_or_else(|| format!("!{sign}"), str::to_owned);
        let message = format!("\"{written}\" is no sign of the language");
        Err(error(at, message, format!("Write {meant}.")))
    }
}

fn nothing_joined(at: usize, word: &str) -> FilterError {
    error(
        at,
        format!("\"{word}\" stands between nothing"),
        format!("Write conditions on both sides, or \"{word}\" in quotes to find the word."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Filter, FilterError> {
        text.parse()
    }

    fn printed(text: &str) -> String {
        parse(text).expect(text).to_string()
    }

    #[test]
    fn reads_what_a_person_types() {
        let text = "service:checkout duration>500ms status:error region:eu-west-1 release:4.2.0 \
                    root:\"GET /a\" outcome:error outcome:* \
                    attr.http.route:/cart -attr.feature_flag:new_cart pay operation:\"GET /a b\"";
        assert_eq!(parse(text).expect("a filter").terms.len(), 12);
        assert_eq!(printed(text), text);
        assert_eq!(parse("  ").expect("an empty filter"), Filter::default());
        assert_eq!(printed("status=error"), "status:error");
    }

    #[test]
    fn everything_of_the_language_is_read() {
        for text in [
            "service:a,b,\"a, b\"",
            "operation:\"POST /\"*/cart,GET*",
            "operation:\"*\"",
            "operation~\"^/v[12]/\\d+ \\\"x\\\"\"",
            "duration:100ms..2s span.duration<=5ms -duration>2s",
            "attr.http.response.status_code>=500 attr.n:-1.5..2.5 attr.x:*",
            "spans>100 errors:1..3 spans:5,7 attr.\"a!\"~\"x\"",
            "event:exc* link:* scope:tracer kind:server,client",
            "(a or b c or -(d e)) -(f or g) -\"-h\"",
            "{service:gateway} {service:payment status:error}",
            "-{a or b c} > {} >> {-(c or d) duration>5ms trace.duration>2s} ~ {e}",
        ] {
            assert_eq!(printed(text), text);
        }
        for (text, means) in [
            ("a OR b and c AND d", "(a or b c d)"),
            ("(a (b (c)))", "a b c"),
            ("a or (b or c)", "(a or b or c)"),
            ("http.route:/cart/{id}", "attr.http.route:\"/cart/{id}\""),
            (
                "http.response.status_code>=500.0",
                "attr.http.response.status_code>=500",
            ),
            ("operation:f(a,b) g(x)", "operation:\"f(a,b)\" \"g(x)\""),
            ("(operation:f(x))", "operation:\"f(x)\""),
            ("{service:a}>>{service:b}", "{service:a} >> {service:b}"),
            ("{a}~{b}x", "{a} ~ {b} x"),
            (
                "duration:..2s duration:100ms..",
                "duration<=2s duration>=100ms",
            ),
            (
                "attr.v:1..x attr.v:.. attr.v:\"1..2\"",
                "attr.v:\"1..x\" attr.v:\"..\" attr.v:\"1..2\"",
            ),
            (
                "attr.x:\"\" \"\" \"or\" \"a\"b",
                "attr.x:\"\" \"\" \"or\" a b",
            ),
            ("operation:POST\" /\"a", "operation:\"POST /a\""),
            ("operation~^(GET|POST)", "operation~\"^(GET|POST)\""),
            ("spans:5.0", "spans:5"),
            ("--a", "-\"-a\""),
            (
                "trace:5B8EFFF798038103D269B633813FC60C",
                "trace:5b8efff798038103d269b633813fc60c",
            ),
        ] {
            assert_eq!(printed(text), means, "{text}");
        }
    }

    #[test]
    fn a_flag_may_have_a_variant() {
        for text in [
            "flag:new_cart",
            "-flag:new_cart=on",
            "flag:\"a b=\"",
            "flag:a=b=c",
        ] {
            assert_eq!(printed(text), text);
        }
        let test = |text| parse(text).expect("a filter").terms.remove(0);
        assert_eq!(test("flag=a"), Term::Test(Test::flag("a", None)));
        assert_eq!(test("flag:a=b=c"), Term::Test(Test::flag("a", Some("b=c"))));
        assert_eq!(test("flag:\"a\""), Term::Test(Test::flag("a", None)));
    }

    #[test]
    fn a_value_may_hold_what_ends_a_key() {
        assert_eq!(
            printed("attr.url:http://shop/a?b=c operation:a<b"),
            "attr.url:\"http://shop/a?b=c\" operation:\"a<b\""
        );
        let quoted_key = parse("attr.\"odd key\":\"say \\\"hi\\\"\"").expect("a filter");
        assert_eq!(parse(&quoted_key.to_string()), Ok(quoted_key));
    }

    #[test]
    fn an_error_says_where_and_what_was_meant() {
        for (text, at, message, hint) in [
            ("a operation:\"open", 12, "A quote is not closed", ""),
            ("a (b or c", 2, "A parenthesis is not closed", ""),
            ("(a {b)", 3, "A brace is not closed", ""),
            ("status:(ok or error)", 7, "A parenthesis is not closed", ""),
            ("a b)", 3, "\")\" closes nothing", ""),
            ("a ()", 2, "There is nothing in parentheses", ""),
            ("{a {b}}", 3, "Braces stand within braces", ""),
            ("{a} > b", 4, "No braces follow \">\"", ""),
            ("a > {b}", 2, "\">\" stands between nothing", ""),
            ("a -", 2, "A minus stands alone", ""),
            ("a or", 2, "\"or\" stands between nothing", ""),
            ("and a", 0, "\"and\" stands between nothing", ""),
            ("a AND or b", 2, "\"AND\" stands between nothing", ""),
            ("a && b", 2, "\"&&\" is no word", "Write and"),
            ("a || b", 2, "\"||\" is no word", "Write or"),
            ("not a", 0, "\"not\" is no word", "Write a minus"),
            ("!(a or b)", 0, "\"!\" is no word", "Write a minus"),
            (
                "!status:ok",
                0,
                "\"!\" is no sign",
                "Write a minus, as in -status:value.",
            ),
            ("status!=ok", 7, "\"!=\" is no sign", "Write -status:value."),
            ("status==ok", 6, "\"==\" is no sign", "Write status:value."),
            (
                "operation=~\"a\"",
                9,
                "\"=~\" is no sign",
                "Write operation~\"pattern\".",
            ),
        ] {
            let found = text.parse::<Filter>().expect_err(text);
            assert_eq!(found.at, at, "{text}: {found:?}");
            assert!(found.message.starts_with(message), "{text}: {found:?}");
            assert!(found.hint.starts_with(hint), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let error = |text: &str| parse(text).expect_err(text);
        assert_eq!(error(&"a ".repeat(65)).message, "Too many conditions");
        assert_eq!(error(&"{} > ".repeat(65)).message, "Too many conditions");
        assert_eq!(error(&"a".repeat(5_000)).message, "The filter is too long");
        let deep = format!("{}a{}", "(".repeat(17), ")".repeat(17));
        assert_eq!(error(&deep).message, "Too many brackets within brackets");
        assert_eq!(printed(&deep[1..34]), "a");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_point_into_it(
            text in r#"[a-zo:"<>=~,*(){}\\ .é-]{0,40}|.{0,40}|([-({)}~> "]|or |a:b|x~|1\.\.2){0,20}"#,
        ) {
            match parse(&text) {
                Ok(filter) => prop_assert_eq!(parse(&filter.to_string()), Ok(filter)),
                Err(error) => prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at)),
            }
        }
    }
}
