//! Whether a trace meets a filter: what its spans decide.

use super::{Filter, FilterError, Path, SpanField, SpanTest, Term, Test, TraceField, TraceTest};
use crate::span::Span;
use crate::summary::{Outcome, Summary};
use crate::trace::Trace;

impl Filter {
    /// Whether a trace meets the filter. Where [`Self::needs_spans`] says no, only the summary is
    /// looked at.
    #[must_use]
    pub fn accepts(&self, summary: &Summary, trace: &Trace) -> bool {
        if !self.accepts_summary(summary) {
            return false;
        }
        let scene = Scene { summary, trace };
        !self.needs_spans() || !scene.all(&self.terms, scene.spans(), false).is_empty()
    }
}

impl Filter {
    /// The positions of the spans that a filter describes, each looked at by itself: as within
    /// braces, a minus is of that span and a duration that of the span. Of braces with signs between
    /// them it is the spans that the last ones describe.
    ///
    /// # Errors
    /// When the text is no filter.
    pub fn find(text: &str, summary: &Summary, trace: &Trace) -> Result<Vec<usize>, FilterError> {
        // Mistakes are told where they stand in what was written.
        let mut filter: Self = text.parse()?;
        let is_path = |term: &Term| matches!(term, Term::Path(_));
        if !filter.terms.iter().any(is_path) {
            filter = format!("{{{text}}}").parse()?;
        }
        let scene = Scene { summary, trace };
        let mut found = scene.spans();
        for term in &filter.terms {
            found = match term {
                Term::Path(path) => {
                    let mut ends = scene.ends(path).into_iter().peekable();
                    found.retain(|position| {
                        while ends.next_if(|end| end < position).is_some() {}
                        ends.next_if_eq(position).is_some()
                    });
                    found
                }
                term => scene.one(term, found, true),
            };
        }
        Ok(found)
    }
}

/// A trace that is looked at. Spans are told by their positions, in order.
#[derive(Clone, Copy)]
struct Scene<'a> {
    summary: &'a Summary,
    trace: &'a Trace,
}

/// Recursion goes no deeper than terms are nested. Each term is looked at once, and takes at most
/// a few passes over the spans.
impl Scene<'_> {
    fn spans(self) -> Vec<usize> {
        (0..self.trace.spans.len()).collect()
    }

    /// Those of the spans for which all terms are true.
    fn all(self, terms: &[Term], spans: Vec<usize>, in_braces: bool) -> Vec<usize> {
        terms.iter().fold(spans, |spans, term| {
            if spans.is_empty() {
                return spans;
            }
            self.one(term, spans, in_braces)
        })
    }

    /// Those of the spans for which a term is true.
    fn one(self, term: &Term, mut spans: Vec<usize>, in_braces: bool) -> Vec<usize> {
        let where_alike = |holds: bool, spans: Vec<usize>| if holds { spans } else { vec![] };
        match term {
            Term::Test(Test::Span(test)) => {
                spans.retain(|&position| test.holds(self.trace, &self.trace.spans[position]));
                spans
            }
            Term::Test(Test::Trace(test)) => where_alike(test.holds(self.summary), spans),
            Term::All(terms) => self.all(terms, spans, in_braces),
            Term::Any(terms) => {
                let found = |term| self.one(term, spans.clone(), in_braces);
                let mut found: Vec<usize> = terms.iter().flat_map(found).collect();
                found.sort_unstable();
                found.dedup();
                found
            }
            Term::Not(term) if in_braces => {
                let mut unwanted = self.one(term, spans.clone(), true).into_iter().peekable();
                spans.retain(|position| unwanted.next_if_eq(position).is_none());
                spans
            }
            Term::Not(term) => where_alike(self.one(term, self.spans(), false).is_empty(), spans),
            Term::Path(path) => where_alike(self.has(path), spans),
        }
    }

    fn has(self, path: &Path) -> bool {
        !self.ends(path).is_empty()
    }

    /// The spans that a path leads to.
    fn ends(self, path: &Path) -> Vec<usize> {
        let mut last = self.all(&path.first, self.spans(), true);
        for (relation, terms) in &path.rest {
            if last.is_empty() {
                return last;
            }
            last = self.all(terms, relation.of(&self.trace.nodes, &last), true);
        }
        last
    }
}

impl TraceTest {
    pub(super) fn holds(&self, summary: &Summary) -> bool {
        let (field, matcher) = match self {
            Self::Duration(range) => return range.holds(summary.duration_nanos),
            Self::Field(field, matcher) => (field, matcher),
        };
        match field {
            TraceField::Id => matcher.accepts(&summary.trace_id.to_string()),
            TraceField::Root => matcher.accepts(&summary.root_operation),
            TraceField::Outcome => {
                let outcome = summary.outcome.map(Outcome::name);
                outcome.is_some_and(|name| matcher.accepts(name))
            }
            TraceField::Dimension(dimension) => {
                let value = summary.dimensions.get(*dimension);
                value.is_some_and(|value| matcher.accepts(value))
            }
            TraceField::Flag => summary.flags.iter().any(|flag| {
                let with_variant = || format!("{}={}", flag.name, flag.variant);
                matcher.accepts(&flag.name) || matcher.accepts(&with_variant())
            }),
            TraceField::Spans => matcher.accepts_count(summary.span_count),
            TraceField::Errors => matcher.accepts_count(summary.error_count),
        }
    }
}

impl SpanTest {
    pub(super) fn holds(&self, trace: &Trace, span: &Span) -> bool {
        let resource = &trace.resource_of(span).attributes;
        let mut attributes = span.attributes.iter().chain(resource);
        match self {
            Self::Field(field, matcher) => {
                let accepts = |text: &str| matcher.accepts(text);
                match field {
                    SpanField::Service => accepts(trace.service_of(span)),
                    SpanField::Operation => accepts(&span.name),
                    SpanField::Status => accepts(span.status.code.name()),
                    SpanField::Kind => accepts(span.kind.name()),
                    SpanField::Event => span.events.iter().any(|event| accepts(&event.name)),
                    SpanField::Link => {
                        let mut links = span.links.iter();
                        links.any(|link| accepts(&link.trace_id.to_string()))
                    }
                    SpanField::Scope => {
                        let scope = trace.scopes.get(span.scope);
                        scope.is_some_and(|scope| accepts(&scope.name))
                    }
                }
            }
            Self::Attribute { key, matcher } => {
                attributes.any(|found| found.key == *key && matcher.accepts_value(&found.value))
            }
            Self::Duration(range) => range.holds(span.duration_nanos()),
            Self::Text(text) => {
                let text = text.to_lowercase();
                let has = |found: &str| found.to_lowercase().contains(&text);
                has(&span.name)
                    || has(&span.status.message)
                    || attributes.any(|found| has(&found.value.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::{Attribute, Value};
    use crate::span::{Kind, StatusCode};
    use crate::trace::tests::{build, span, text};

    fn accepts(filter: &str) -> bool {
        let mut root = span(1, 0, 0);
        root.attributes = vec![Attribute {
            key: "http.status".into(),
            value: Value::Int(503),
        }];
        root.attributes.push(text("feature_flag.new_cart", "on"));
        root.kind = Kind::Client;
        let mut child = span(2, 1, 2);
        child.resource = 1;
        child.status.code = StatusCode::Error;
        child.name = "Pay".into();
        let trace = build(vec![root, child]);
        let summary = crate::summary::tests::summary(&trace).expect("it has spans");
        let filter: Filter = filter.parse().expect("a filter");
        filter.accepts(&summary, &trace)
    }

    #[test]
    fn spans_are_found_one_by_one() {
        let trace = build(vec![
            span(1, 0, 0),
            span(2, 1, 2),
            span(3, 2, 4),
            span(4, 1, 6),
        ]);
        let summary = crate::summary::tests::summary(&trace).expect("it has spans");
        let find = |text: &str| Filter::find(text, &summary, &trace);
        assert_eq!(find("\"span 2\" or \"span 4\""), Ok(vec![1, 3]));
        assert_eq!(find("-\"span 2\" duration<1s"), Ok(vec![0, 2, 3]));
        assert_eq!(find("{\"span 2\"} > {}"), Ok(vec![2]));
        assert_eq!(
            find("{operation:\"span 1\"} >> {} {-\"span 3\"}"),
            Ok(vec![1, 3])
        );
        assert_eq!(find(""), Ok(vec![0, 1, 2, 3]));
        assert_eq!(find("duration>1s"), Ok(vec![]));
        assert_eq!(find("kind:sever").map_err(|error| error.at), Err(5));
    }

    #[test]
    fn conditions_hold_on_the_same_span() {
        assert!(accepts("service:b status:error"));
        assert!(!accepts("service:a status:error"));
        assert!(accepts(
            "service:a kind:client attr.http.status:503 operation:\"span 1\""
        ));
    }

    #[test]
    fn a_minus_looks_at_every_span() {
        assert!(!accepts("service:a -status:error"));
        assert!(accepts("service:a -status:ok"));
    }

    #[test]
    fn text_is_found_in_names_and_values_in_any_case() {
        assert!(accepts("pAY") && accepts("503") && !accepts("504"));
    }

    #[test]
    fn conditions_on_the_trace() {
        assert!(
            accepts("duration<=10ns") && !accepts("duration>10ns") && accepts("-duration>10ns")
        );
        assert!(!accepts("region:eu-west-1") && accepts("-region:eu-west-1"));
        assert!(accepts(&format!("trace:{}", "07".repeat(16))));
        assert!(accepts("flag:new_cart") && accepts("flag:new_cart=on"));
        assert!(
            !accepts("flag:new_cart=") && !accepts("flag:new") && !accepts("flag:new_cart=off")
        );
        assert!(accepts("-flag:new_cart=off") && !accepts("-flag:new_cart"));
    }

    #[test]
    fn braces_describe_spans_of_their_own() {
        assert!(accepts("{service:a} {service:b status:error}"));
        assert!(!accepts("service:a service:b") && !accepts("{service:a service:b}"));
        assert!(accepts("{service:a} > {service:b}") && accepts("{service:a} >> {pay}"));
        assert!(!accepts("{service:b} > {service:a}") && accepts("-{service:b} >> {}"));
        assert!(!accepts("{} ~ {}") && accepts("{} {}"));
    }

    #[test]
    fn a_minus_in_braces_is_of_that_span() {
        assert!(accepts("{-status:error}") && accepts("{service:b -operation:x}"));
        assert!(!accepts("{service:b -status:error}") && !accepts("-status:error"));
        assert!(accepts("-{kind:server}") && !accepts("-{}"));
    }

    #[test]
    fn any_of_some_may_hold() {
        assert!(accepts("status:ok or service:b") && !accepts("status:ok or kind:server"));
        assert!(accepts("(service:b or status:ok) pay") && !accepts("kind:client (pay or x)"));
        assert!(accepts(
            "-(status:ok or kind:server) spans:2 errors>0 -errors>1"
        ));
        assert!(!accepts("region:eu or (duration>1h kind:client)"));
    }

    #[test]
    fn values_are_compared_as_they_are_meant() {
        assert!(accepts(
            "http.status>=500 http.status:500..599 attr.http.status:5*,x"
        ));
        assert!(!accepts("http.status>503") && !accepts("http.status<\"503\""));
        assert!(accepts("operation:\"span \"* operation~\"^span \\d$\""));
        assert!(accepts(
            "{duration:10ns..10ns} span.duration<11ns trace.duration:..10ns"
        ));
        assert!(accepts(
            "attr.http.status:* -attr.http.code:* flag:* flag:new_*=o*"
        ));
    }
}
