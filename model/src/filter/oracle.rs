//! Filters and traces at random: what is printed reads back, and what sets of spans tell is what
//! trying every span tells.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::attribute::{Attribute, Value};
use crate::dimensions::Dimension;
use crate::span::{Event, Kind, Link, Scope, Span, StatusCode};
use crate::summary::Summary;
use crate::trace::Trace;
use crate::trace::tests::{resource, span, span_id, text, trace_id};

/// Any text, and such as has signs of the language in it.
fn any_text() -> impl Strategy<Value = String> {
    let signs = r#"[-a*,.1"\\(){}~<>=: \n]{0,6}"#;
    prop_oneof![
        Just("or".to_owned()),
        signs.prop_map(String::from),
        ".{0,5}"
    ]
}

fn any_matcher() -> impl Strategy<Value = Matcher> {
    let wildcard = prop::collection::vec(any_text(), 1..4).prop_map(Wildcard::of);
    let values = prop::collection::vec(wildcard, 1..4);
    let regex = select(vec!["", "^a b$", r#"\d"\\"#, r"[\w\s]+|(?i)x{2,3}", "a,b"]);
    prop_oneof![
        Just(Matcher::Any),
        values
            .prop_filter("a star alone means any", |values| {
                !matches!(values.as_slice(), [only] if only.pieces() == ["", ""])
            })
            .prop_map(Matcher::Values),
        regex.prop_map(|text| Matcher::Regex(Regex::new(text).expect("it is good"))),
    ]
}

fn any_range<T: PartialOrd + std::fmt::Debug + Copy>(
    bound: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Range<T>> {
    let order = (select(Order::ALL.to_vec()), bound.clone());
    let between = (bound.clone(), bound).prop_map(|(left, right)| {
        let (least, greatest) = if left <= right {
            (left, right)
        } else {
            (right, left)
        };
        Range::Between(least, greatest)
    });
    prop_oneof![
        order.prop_map(|(order, bound)| Range::Order(order, bound)),
        between
    ]
}

fn any_test() -> impl Strategy<Value = Test> {
    let number = any::<f64>().prop_filter_map("infinite", Number::new);
    let duration = || any_range(0..10_i64.pow(12));
    let names = [
        SpanField::Service,
        SpanField::Operation,
        SpanField::Event,
        SpanField::Scope,
    ];
    let name = (select(names.to_vec()), any_matcher());
    let own = [
        TraceField::Root,
        TraceField::Flag,
        TraceField::Dimension(Dimension::Region),
    ];
    let own = (select(own.to_vec()), any_matcher());
    let attribute = prop_oneof![any_matcher(), any_range(number).prop_map(Matcher::Number)];
    let key = any_text().prop_filter("a key has letters", |key| !key.is_empty());
    let attribute = (key, attribute);
    prop_oneof![
        name.prop_map(|(field, matcher)| Test::Span(SpanTest::Field(field, matcher))),
        own.prop_map(|(field, matcher)| Test::Trace(TraceTest::Field(field, matcher))),
        attribute.prop_map(|(key, matcher)| Test::Span(SpanTest::Attribute { key, matcher })),
        duration().prop_map(|range| Test::Span(SpanTest::Duration(range))),
        duration().prop_map(|range| Test::Trace(TraceTest::Duration(range))),
        any_text().prop_map(|text| Test::Span(SpanTest::Text(text))),
        select(StatusCode::ALL.to_vec()).prop_map(Test::status),
        Just(Test::is_request()),
    ]
}

fn any_terms(one: impl Strategy<Value = Term> + 'static) -> BoxedStrategy<Vec<Term>> {
    let term = one.prop_recursive(3, 12, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.prop_map(|term| Term::Not(Box::new(term))),
            some.clone().prop_map(Term::all),
            some.prop_map(Term::any),
        ]
    });
    let terms = prop::collection::vec(term, 0..3).prop_map(|terms| match Term::all(terms) {
        Term::All(terms) => terms,
        only => vec![only],
    });
    terms.boxed()
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let braces = any_terms(any_test().prop_map(Term::Test));
    let relation = select(Relation::ALL.to_vec());
    let rest = prop::collection::vec((relation, braces.clone()), 0..3);
    let path = (braces, rest).prop_map(|(first, rest)| Term::Path(Path { first, rest }));
    any_terms(prop_oneof![4 => any_test().prop_map(Term::Test), 1 => path])
        .prop_map(|terms| Filter { terms })
}

/// Tests that some spans of [`any_trace`] meet, and some do not.
const TESTS: [&str; 24] = [
    "service:a",
    "service:b",
    "service:a,b",
    "service:b*",
    "operation:x",
    "operation~^y|x$",
    "operation:x*",
    "status:error",
    "status:ok",
    "status:ok,error",
    "kind:server",
    "duration>15ns",
    "span.duration:5ns..10ns",
    "trace.duration>=20ns",
    "spans>3",
    "errors>0",
    "errors:1,2",
    "region:eu",
    "region:*",
    "outcome:error",
    "attr.n>=2",
    "attr.n:*",
    "event:exc*",
    "scope:two",
];

fn any_filter_text() -> impl Strategy<Value = String> {
    let expression = |test: BoxedStrategy<String>| {
        test.prop_recursive(3, 10, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|inner| format!("-({inner})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} {b})")),
                (inner.clone(), inner).prop_map(|(a, b)| format!("({a} or {b})")),
            ]
        })
    };
    let test =
        || prop_oneof![9 => select(TESTS.to_vec()), 1 => Just("link:*")].prop_map(String::from);
    let braces = expression(test().boxed())
        .prop_map(|inner| format!("{{{inner}}}"))
        .boxed();
    let sign = select(vec![">", ">>", "~"]);
    let rest = prop::collection::vec((sign, braces.clone()), 0..3);
    let path = (braces, rest).prop_map(|(first, rest)| {
        let rest = rest
            .into_iter()
            .map(|(sign, braces)| format!(" {sign} {braces}"));
        first + &rest.collect::<String>()
    });
    let one = prop_oneof![3 => test(), 2 => path].boxed();
    prop::collection::vec(expression(one), 1..4).prop_map(|terms| terms.join(" "))
}

/// Its spans name an earlier one as their parent, or one that is not there, or none.
fn any_span(id: u64) -> impl Strategy<Value = Span> {
    let numbers = (0..=id + 1, 0_usize..2, 0_usize..2, 0_i64..4, 0_i64..4);
    let choices = (
        select(vec!["x", "y", "xy"]),
        select(StatusCode::ALL.to_vec()),
        0_u8..8,
    );
    (numbers, choices).prop_map(
        move |((parent, resource, scope, n, length), (name, code, more))| {
            let parent = if parent == id { 99 } else { parent % id };
            let mut span = Span {
                resource,
                scope,
                ..span(id, parent, 0)
            };
            span.end_nanos = length * 10;
            span.name = name.to_owned();
            span.status.code = code;
            if more & 1 > 0 {
                let value = if n < 2 {
                    Value::Int(n)
                } else {
                    Value::String(n.to_string())
                };
                span.attributes.push(Attribute {
                    key: "n".into(),
                    value,
                });
            }
            if more & 2 > 0 {
                span.attributes
                    .push(text("user.region", ["eu", "us"][resource]));
                span.kind = Kind::Server;
            }
            if more & 4 > 0 {
                let (name, attributes) = ("exception".to_owned(), vec![]);
                span.events.push(Event {
                    time_nanos: 0,
                    name,
                    attributes,
                });
                let (trace_id, attributes) = (trace_id(), vec![]);
                span.links.push(Link {
                    trace_id,
                    span_id: span_id(7),
                    attributes,
                });
            }
            span
        },
    )
}

fn any_trace() -> impl Strategy<Value = Trace> {
    let spans = (1_u64..8).prop_flat_map(|count| (1..=count).map(any_span).collect::<Vec<_>>());
    spans.prop_map(|spans| {
        let scope = |name: &str| Scope {
            name: name.into(),
            ..Scope::default()
        };
        let resources = vec![resource("a"), resource("b")];
        Trace::build(
            trace_id(),
            resources,
            vec![scope("one"), scope("two")],
            spans,
        )
    })
}

/// The same, told by trying every span.
struct Slowly<'a> {
    summary: &'a Summary,
    trace: &'a Trace,
}

impl Slowly<'_> {
    fn accepts(&self, filter: &Filter) -> bool {
        self.trace
            .spans
            .iter()
            .any(|span| self.all(&filter.terms, span, false))
    }

    fn all(&self, terms: &[Term], span: &Span, in_braces: bool) -> bool {
        terms.iter().all(|term| self.holds(term, span, in_braces))
    }

    fn holds(&self, term: &Term, span: &Span, in_braces: bool) -> bool {
        match term {
            Term::Test(Test::Span(test)) => test.holds(self.trace, span),
            Term::Test(Test::Trace(test)) => test.holds(self.summary),
            Term::All(terms) => self.all(terms, span, in_braces),
            Term::Any(terms) => terms.iter().any(|term| self.holds(term, span, in_braces)),
            Term::Not(term) if in_braces => !self.holds(term, span, true),
            Term::Not(term) => !self
                .trace
                .spans
                .iter()
                .any(|span| self.holds(term, span, false)),
            Term::Path(path) => {
                self.trace.spans.iter().any(|first| {
                    self.all(&path.first, first, true) && self.goes_on(&path.rest, first)
                })
            }
        }
    }

    fn goes_on(&self, rest: &[(Relation, Vec<Term>)], from: &Span) -> bool {
        let Some(((relation, terms), rest)) = rest.split_first() else {
            return true;
        };
        self.trace.spans.iter().any(|span| {
            self.is_related(*relation, from, span)
                && self.all(terms, span, true)
                && self.goes_on(rest, span)
        })
    }

    fn parent(&self, span: &Span) -> Option<&Span> {
        self.trace.span(span.parent_id?)
    }

    fn is_related(&self, relation: Relation, from: &Span, span: &Span) -> bool {
        let mut above = std::iter::successors(self.parent(span), |span| self.parent(span));
        match relation {
            Relation::Child => above.next().is_some_and(|parent| parent.id == from.id),
            Relation::Descendant => above.any(|above| above.id == from.id),
            Relation::Sibling => {
                let parents = (self.parent(from), self.parent(span));
                let have_one = matches!(parents, (Some(left), Some(right)) if left.id == right.id);
                have_one && from.id != span.id
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(filter in any_filter()) {
        let text = filter.to_string();
        match text.parse::<Filter>() {
            Err(error) if error.hint.starts_with("Use at most") => {}
            parsed => prop_assert_eq!(parsed, Ok(filter), "{}", text),
        }
    }

    #[test]
    fn sets_of_spans_tell_what_trying_every_span_tells(
        filter in any_filter_text(),
        trace in any_trace(),
    ) {
        let filter: Filter = filter.parse().expect("a filter");
        let summary = crate::summary::tests::summary(&trace).expect("it has spans");
        let expected = Slowly { summary: &summary, trace: &trace }.accepts(&filter);
        prop_assert_eq!(filter.accepts(&summary, &trace), expected, "{}", filter);
        let by_summary = filter.accepts_summary(&summary);
        prop_assert!(by_summary || !expected, "{} is refused by its summary", filter);
        if !filter.needs_spans() {
            prop_assert_eq!(by_summary, expected, "{} by its summary", filter);
        }
    }
}
