//! What a filter needs of the summaries of traces, so far as columns tell: the arguments of
//! `may_meet` (migration 9).

use model::dimensions::Dimension;
use model::filter::{
    Filter, Matcher, Order, Range, SpanField, SpanTest, Term, Test, TraceField, TraceTest,
};
use model::flags::Flag;
use model::id::TraceId;
use model::span::StatusCode;
use model::summary::Outcome;

use super::storable;

/// What the summary of every matching trace must have.
pub(super) struct Needs {
    /// Least and greatest.
    pub(super) duration_nanos: (i64, i64),
    pub(super) services: Vec<String>,
    pub(super) error: bool,
    trace_id: Option<TraceId>,
    pub(super) root: Option<String>,
    pub(super) is_request: bool,
    pub(super) failed: Option<bool>,
    /// In the order of [`Dimension::ALL`], which is that of the arguments.
    pub(super) dimensions: Vec<Option<String>>,
    /// Each is there as it is, or with a variant behind it.
    pub(super) flags: Vec<String>,
    /// Whether that is all: a summary that has it meets the filter.
    pub(super) are_all: bool,
}

impl Needs {
    pub(super) fn of(filter: &Filter) -> Self {
        let mut needs = Self {
            duration_nanos: (i64::MIN, i64::MAX),
            services: vec![],
            error: false,
            trace_id: None,
            root: None,
            is_request: false,
            failed: None,
            dimensions: vec![None; Dimension::ALL.len()],
            flags: vec![],
            are_all: !filter.needs_spans(),
        };
        for term in &filter.terms {
            let is_asked = match term {
                Term::Test(test) => needs.ask(test),
                // Each pair of braces is met by some span, so what it asks of the trace and of
                // that span holds; not that it is the same span.
                Term::Path(path) => {
                    let rest = path.rest.iter().flat_map(|(_, terms)| terms);
                    for test in path.first.iter().chain(rest).filter_map(Term::test) {
                        needs.ask(test);
                    }
                    false
                }
                _ => false,
            };
            needs.are_all &= is_asked;
        }
        needs
    }

    /// Whether columns are now asked for all that the test demands, so far as summaries tell it.
    fn ask(&mut self, test: &Test) -> bool {
        match test {
            Test::Span(SpanTest::Field(SpanField::Service, matcher)) => {
                let name = matcher.as_exact();
                self.services.extend(name.map(storable));
                name.is_some()
            }
            Test::Span(SpanTest::Field(SpanField::Status, matcher)) => {
                let is_error = matcher.as_exact() == Some(StatusCode::Error.name());
                self.error |= is_error;
                is_error
            }
            Test::Span(_) => false,
            Test::Trace(TraceTest::Duration(range)) => {
                self.duration(*range);
                true
            }
            Test::Trace(TraceTest::Field(field, matcher)) => self.ask_trace(*field, matcher),
        }
    }

    fn ask_trace(&mut self, field: TraceField, matcher: &Matcher) -> bool {
        if field == TraceField::Outcome {
            return self.ask_outcome(matcher);
        }
        let Some(value) = matcher.as_exact() else {
            return false;
        };
        match field {
            TraceField::Id => {
                let id: Option<TraceId> = value.parse().ok();
                id.is_some_and(|id| once(&mut self.trace_id, id))
            }
            TraceField::Root => once(&mut self.root, storable(value)),
            TraceField::Dimension(dimension) => {
                let place = Dimension::ALL.iter().position(|own| *own == dimension);
                let wanted = place.and_then(|place| self.dimensions.get_mut(place));
                wanted.is_some_and(|wanted| once(wanted, storable(value)))
            }
            TraceField::Flag => {
                let flag = Flag::parse(value);
                self.flags.push(storable(&flag.to_string()));
                // No column tells that a flag has no variant.
                !flag.variant.is_empty() || value == flag.name
            }
            TraceField::Outcome | TraceField::Spans | TraceField::Errors => false,
        }
    }

    /// Whatever is asked of it, a request has an outcome.
    fn ask_outcome(&mut self, matcher: &Matcher) -> bool {
        self.is_request = true;
        if *matcher == Matcher::Any {
            return true;
        }
        let mut outcomes = Outcome::ALL.into_iter();
        let wanted = matcher.as_exact();
        let outcome = outcomes.find(|outcome| Some(outcome.name()) == wanted);
        outcome.is_some_and(|outcome| once(&mut self.failed, outcome == Outcome::Error))
    }

    fn duration(&mut self, range: Range<i64>) {
        let (least, greatest) = &mut self.duration_nanos;
        match range {
            Range::Order(Order::Less, nanos) => *greatest = nanos.saturating_sub(1).min(*greatest),
            Range::Order(Order::AtMost, nanos) => *greatest = nanos.min(*greatest),
            Range::Order(Order::More, nanos) => *least = nanos.saturating_add(1).max(*least),
            Range::Order(Order::AtLeast, nanos) => *least = nanos.max(*least),
            Range::Between(from, to) => {
                *least = from.max(*least);
                *greatest = to.min(*greatest);
            }
        }
    }

    pub(super) fn trace_id(&self) -> Option<Vec<u8>> {
        self.trace_id.map(|id| id.as_bytes().to_vec())
    }
}

/// Of two that ask the same column only the first is asked: whether the column is asked for what
/// is wanted.
fn once<T: PartialEq>(asked: &mut Option<T>, wanted: T) -> bool {
    if asked.is_none() {
        *asked = Some(wanted);
        return true;
    }
    asked.as_ref() == Some(&wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(text: &str) -> Needs {
        Needs::of(&text.parse().expect("a filter"))
    }

    #[test]
    fn columns_are_asked_for_what_must_hold() {
        let found = needs("region:eu service:a -os:iOS duration:1s..2s duration<1500ms");
        assert_eq!(found.dimensions[2].as_deref(), Some("eu"));
        assert_eq!(found.dimensions.iter().flatten().count(), 1);
        assert_eq!(found.duration_nanos, (1_000_000_000, 1_499_999_999));
        assert_eq!(found.services, ["a"]);
        let found = needs("{service:a -service:x} >> {service:b status:error outcome:error}");
        assert_eq!(found.services, ["a", "b"]);
        assert!(found.error && found.failed == Some(true) && !found.are_all);
        let open = needs(
            "-(region:eu) (service:a or service:b) root:a,b os:i* flag~x -{service:c} outcome:ok,error",
        );
        assert!(open.services.is_empty() && open.root.is_none() && open.flags.is_empty());
        assert!(open.dimensions.iter().all(Option::is_none));
        assert!(open.is_request && open.failed.is_none() && !open.error);
    }

    #[test]
    fn it_is_known_whether_that_is_all() {
        for text in [
            "",
            "region:eu os:iOS duration>1s outcome:* outcome:ok",
            "service:a",
            "status:error root:x flag:a flag:b=on",
            "region:eu region:eu",
        ] {
            assert!(needs(text).are_all, "{text}");
        }
        for text in [
            "region:eu region:us",
            "-region:eu",
            "region:eu,us",
            "service:a status:error",
            "service:a*",
            "{service:a}",
            "region:eu or os:iOS",
            "flag:a=",
            "spans>3",
            "outcome:ok,error",
            "kind:server",
        ] {
            assert!(!needs(text).are_all, "{text}");
        }
    }
}
