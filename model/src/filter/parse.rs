//! Reading the filter language.

use std::iter::Peekable;
use std::str::{CharIndices, FromStr};

use super::{
    Condition, Filter, FilterError, MAX_CONDITIONS, MAX_LENGTH, Order, SpanTest, Test, TraceTest,
};
use crate::dimensions::{Dimension, FLAG};
use crate::format;
use crate::span::{Kind, StatusCode};
use crate::spelling;
use crate::summary::Outcome;

pub(super) const KEYS: [&str; 9] = [
    "service",
    "operation",
    "status",
    "kind",
    "duration",
    "trace",
    "root",
    "outcome",
    FLAG,
];

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        if text.len() > MAX_LENGTH {
            let hint = format!("Use at most {MAX_LENGTH} bytes.");
            return Err(FilterError {
                at: 0,
                message: "The filter is too long".into(),
                hint,
            });
        }
        let mut words = Words {
            text,
            chars: text.char_indices().peekable(),
        };
        let mut conditions = Vec::new();
        while let Some(word) = words.next_condition()? {
            if conditions.len() == MAX_CONDITIONS {
                let hint = format!("Use at most {MAX_CONDITIONS}.");
                return Err(FilterError {
                    at: word.at,
                    message: "Too many conditions".into(),
                    hint,
                });
            }
            conditions.push(condition(word)?);
        }
        Ok(Self { conditions })
    }
}

/// One condition, cut into its parts.
struct Word {
    /// Byte offset of its key.
    at: usize,
    negated: bool,
    key: String,
    /// `key` was written in quotes, so it is text and not a key.
    quoted: bool,
    /// Operator, value, and the byte offset of the value.
    comparison: Option<(Operator, String, usize)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Is,
    Order(Order),
}

struct Words<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Words<'_> {
    fn next_condition(&mut self) -> Result<Option<Word>, FilterError> {
        while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let Some(&(start, first)) = self.chars.peek() else {
            return Ok(None);
        };
        let negated = first == '-';
        if negated {
            self.chars.next();
        }
        let (at, quoted) = match self.chars.peek() {
            Some(&(at, c)) if !c.is_whitespace() => (at, c == '"'),
            _ => {
                let hint = "Write -status:ok to leave out, or remove the minus.".into();
                return Err(FilterError {
                    at: start,
                    message: "A minus stands alone".into(),
                    hint,
                });
            }
        };
        let mut key = self.part(&[':', '<', '>', '='])?;
        if !quoted && key == "attr." && matches!(self.chars.peek(), Some((_, '"'))) {
            key.push_str(&self.part(&[':', '<', '>', '='])?);
        }
        let Some(operator) = self.operator() else {
            return Ok(Some(Word {
                at,
                negated,
                key,
                quoted,
                comparison: None,
            }));
        };
        let value_at = self.chars.peek().map_or(self.text.len(), |&(at, _)| at);
        let has_value = self.chars.peek().is_some_and(|(_, c)| !c.is_whitespace());
        if !has_value {
            let hint = format!("Write a value, as in {key}:name, or \"\" for an empty one.");
            return Err(FilterError {
                at: value_at,
                message: "A value is missing".into(),
                hint,
            });
        }
        let value = self.part(&[])?;
        Ok(Some(Word {
            at,
            negated,
            key,
            quoted,
            comparison: Some((operator, value, value_at)),
        }))
    }

    /// Text up to white space or one of the characters, or what stands in quotes.
    fn part(&mut self, ends: &[char]) -> Result<String, FilterError> {
        let mut part = String::new();
        let Some((at, _)) = self.chars.next_if(|&(_, c)| c == '"') else {
            while let Some((_, c)) = self
                .chars
                .next_if(|&(_, c)| !c.is_whitespace() && c != '"' && !ends.contains(&c))
            {
                part.push(c);
            }
            return Ok(part);
        };
        while let Some((_, c)) = self.chars.next() {
            match c {
                '"' => return Ok(part),
                '\\' => part.extend(self.chars.next().map(|(_, escaped)| escaped)),
                _ => part.push(c),
            }
        }
        let hint = "End the text with another quote.".into();
        Err(FilterError {
            at,
            message: "A quote is not closed".into(),
            hint,
        })
    }

    fn operator(&mut self) -> Option<Operator> {
        let (_, sign) = self
            .chars
            .next_if(|(_, c)| matches!(c, ':' | '=' | '<' | '>'))?;
        let or_equal =
            matches!(sign, '<' | '>') && self.chars.next_if(|&(_, c)| c == '=').is_some();
        Some(match (sign, or_equal) {
            ('<', false) => Operator::Order(Order::Less),
            ('<', true) => Operator::Order(Order::AtMost),
            ('>', false) => Operator::Order(Order::More),
            ('>', true) => Operator::Order(Order::AtLeast),
            _ => Operator::Is,
        })
    }
}

fn condition(word: Word) -> Result<Condition, FilterError> {
    let negated = word.negated;
    let test = match word.comparison {
        None if word.key.is_empty() && !word.quoted => {
            let hint = "Put text with special characters into quotes.".into();
            return Err(FilterError {
                at: word.at,
                message: "A word is missing".into(),
                hint,
            });
        }
        None => Test::Span(SpanTest::Text(word.key)),
        Some(_) if word.quoted => {
            let hint = "Write the key without quotes, as in operation:\"GET /cart\".".into();
            return Err(FilterError {
                at: word.at,
                message: "A key stands in quotes".into(),
                hint,
            });
        }
        Some((operator, value, value_at)) => {
            comparison(&word.key, word.at, operator, value, value_at)?
        }
    };
    Ok(Condition { negated, test })
}

fn comparison(
    key: &str,
    at: usize,
    operator: Operator,
    value: String,
    value_at: usize,
) -> Result<Test, FilterError> {
    if key == "duration" {
        return duration(operator, &value, at, value_at);
    }
    if let Operator::Order(order) = operator {
        let message = format!("\"{}\" compares durations only", order.sign());
        return Err(FilterError {
            at,
            message,
            hint: format!("Write {key}:value."),
        });
    }
    if let Some(name) = key.strip_prefix("attr.").filter(|name| !name.is_empty()) {
        return Ok(Test::Span(SpanTest::Attribute {
            key: name.to_owned(),
            value,
        }));
    }
    if let Some(dimension) = Dimension::ALL
        .into_iter()
        .find(|dimension| dimension.key() == key)
    {
        return Ok(Test::Trace(TraceTest::Dimension { dimension, value }));
    }
    let unknown_value = |names: &[&str]| FilterError {
        at: value_at,
        message: format!("{key} cannot be \"{value}\""),
        hint: format!("Write one of: {}.", names.join(", ")),
    };
    match key {
        "service" => Ok(Test::Span(SpanTest::Service(value))),
        "operation" => Ok(Test::Span(SpanTest::Operation(value))),
        "status" => {
            let found = StatusCode::ALL
                .into_iter()
                .find(|status| status.name() == value);
            let status =
                found.ok_or_else(|| unknown_value(&StatusCode::ALL.map(StatusCode::name)))?;
            Ok(Test::Span(SpanTest::Status(status)))
        }
        "kind" => {
            let found = Kind::ALL.into_iter().find(|kind| kind.name() == value);
            let kind = found.ok_or_else(|| unknown_value(&Kind::ALL.map(Kind::name)))?;
            Ok(Test::Span(SpanTest::Kind(kind)))
        }
        "root" => Ok(Test::Trace(TraceTest::Root(value))),
        "outcome" if value == "*" => Ok(Test::Trace(TraceTest::Outcome(None))),
        "outcome" => {
            let found = Outcome::ALL.into_iter().find(|own| own.name() == value);
            let outcome = found.ok_or_else(|| unknown_value(&["ok", "error", "*"]))?;
            Ok(Test::Trace(TraceTest::Outcome(Some(outcome))))
        }
        FLAG => {
            let (name, variant) = match value.split_once('=') {
                Some((name, variant)) => (name, Some(variant.to_owned())),
                None => (value.as_str(), None),
            };
            let name = name.to_owned();
            Ok(Test::Trace(TraceTest::Flag { name, variant }))
        }
        "trace" => value
            .parse()
            .map(|id| Test::Trace(TraceTest::Id(id)))
            .map_err(|error| FilterError {
                at: value_at,
                message: format!("This is not a trace id: {error}"),
                hint: "Write 32 hexadecimal digits.".into(),
            }),
        _ => Err(unknown_key(key, at)),
    }
}

fn duration(
    operator: Operator,
    value: &str,
    at: usize,
    value_at: usize,
) -> Result<Test, FilterError> {
    let Operator::Order(order) = operator else {
        let hint = "Write duration>500ms or duration<=2s.".into();
        return Err(FilterError {
            at,
            message: "A duration needs a comparison".into(),
            hint,
        });
    };
    let nanos = format::parse_duration(value).ok_or_else(|| FilterError {
        at: value_at,
        message: format!("\"{value}\" is not a duration"),
        hint: "Write a number and a unit, as in 500ms, 1.5s or 2m.".into(),
    })?;
    Ok(Test::Trace(TraceTest::Duration { order, nanos }))
}

fn unknown_key(key: &str, at: usize) -> FilterError {
    let keys = KEYS.into_iter().chain(Dimension::ALL.map(Dimension::key));
    let hint = match spelling::nearest(key, keys.clone()) {
        Some(known) => format!("Did you mean {known}? For an attribute, write attr.{key}:value."),
        None => format!(
            "Write attr.{key}:value for an attribute, or a key: {}.",
            keys.collect::<Vec<_>>().join(", ")
        ),
    };
    FilterError {
        at,
        message: format!("There is no key \"{key}\""),
        hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Filter, FilterError> {
        text.parse()
    }

    #[test]
    fn reads_what_a_person_types() {
        let text = "service:checkout duration>500ms status:error region:eu-west-1 release:4.2.0 \
                    root:\"GET /a\" outcome:error outcome:* \
                    attr.http.route:/cart -attr.feature_flag:new_cart pay operation:\"GET /a b\"";
        let filter = parse(text).expect("a filter");
        assert_eq!(filter.conditions.len(), 12);
        assert_eq!(filter.to_string(), text);
        assert_eq!(parse("  ").expect("an empty filter"), Filter::default());
        assert_eq!(
            parse("status=error").expect("a filter").to_string(),
            "status:error"
        );
    }

    #[test]
    fn a_flag_may_have_a_variant() {
        for text in ["flag:new_cart", "-flag:new_cart=on", "flag:\"a b=\""] {
            assert_eq!(parse(text).expect("a filter").to_string(), text);
        }
        let flag = |name: &str, variant: Option<&str>| TraceTest::Flag {
            name: name.into(),
            variant: variant.map(str::to_owned),
        };
        let test = |text| parse(text).expect("a filter").conditions.remove(0).test;
        assert_eq!(test("flag=a"), Test::Trace(flag("a", None)));
        assert_eq!(test("flag:a=b=c"), Test::Trace(flag("a", Some("b=c"))));
        assert_eq!(test("flag:\"a\""), Test::Trace(flag("a", None)));
    }

    #[test]
    fn a_value_may_hold_what_ends_a_key() {
        let filter = parse("attr.url:http://shop/a?b=c operation:a<b").expect("a filter");
        assert_eq!(
            filter.to_string(),
            "attr.url:\"http://shop/a?b=c\" operation:\"a<b\""
        );
        let quoted_key = parse("attr.\"odd key\":\"say \\\"hi\\\"\"").expect("a filter");
        assert_eq!(parse(&quoted_key.to_string()), Ok(quoted_key));
    }

    #[test]
    fn an_error_says_where_and_what_was_meant() {
        let error = |text: &str| parse(text).expect_err(text);
        assert_eq!(error("pay servce:x").at, 4);
        assert!(
            error("pay servce:x")
                .hint
                .starts_with("Did you mean service?")
        );
        assert_eq!(error("status:broken").at, 7);
        assert_eq!(
            error("status:broken").hint,
            "Write one of: unset, ok, error."
        );
        assert_eq!(error("service:").at, 8);
        assert_eq!(error("duration>fast").message, "\"fast\" is not a duration");
        assert_eq!(
            error("duration:5ms").hint,
            "Write duration>500ms or duration<=2s."
        );
        assert_eq!(error("operation:\"open").message, "A quote is not closed");
        assert_eq!(error("trace:12").at, 6);
        assert_eq!(error("a -").message, "A minus stands alone");
        assert_eq!(error(":x").message, "There is no key \"\"");
        assert_eq!(error("service>3").message, "\">\" compares durations only");
        assert_eq!(error(&"a ".repeat(65)).message, "Too many conditions");
        assert_eq!(error(&"a".repeat(5_000)).message, "The filter is too long");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_point_into_it(text in "[a-z:\"<>=\\\\ .é-]{0,40}|.{0,40}") {
            match parse(&text) {
                Ok(filter) => prop_assert_eq!(parse(&filter.to_string()), Ok(filter)),
                Err(error) => prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at)),
            }
        }

        #[test]
        fn any_value_reads_back(value in ".{0,20}", key in ".{1,10}", negated: bool) {
            let tests = [
                Test::Span(SpanTest::Service(value.clone())),
                Test::Span(SpanTest::Text(value.clone())),
                Test::Span(SpanTest::Attribute { key, value: value.clone() }),
                Test::Trace(TraceTest::Flag { name: value.replace('=', ""), variant: None }),
                Test::Trace(TraceTest::Flag { name: value.replace('=', ""), variant: Some(value) }),
            ];
            for test in tests {
                let filter = Filter { conditions: vec![Condition { negated, test }] };
                prop_assert_eq!(parse(&filter.to_string()), Ok(filter));
            }
        }
    }
}
