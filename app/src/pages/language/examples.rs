//! Filters and what they find. `docs/filter-language.md` is the whole of the language.

pub(super) struct Section {
    /// Of its heading.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) examples: &'static [Example],
}

pub(super) struct Example {
    pub(super) filter: &'static str,
    /// Goes on "Finds traces".
    pub(super) meaning: &'static str,
}

const fn example(filter: &'static str, meaning: &'static str) -> Example {
    Example { filter, meaning }
}

pub(super) const EXAMPLES: [Section; 5] = [
    Section {
        id: "spans",
        title: "What a span says",
        examples: &[
            example("service:gateway", "in which the service gateway took part"),
            example(
                "service:gateway status:error",
                "in which a span of gateway failed",
            ),
            example("operation:\"GET /cart\"", "with a span of that name"),
            example("operation:POST*", "with a span whose name begins with POST"),
            example(
                "operation~\"^(GET|POST) /v[12]/\"",
                "with a span whose name matches that regular expression",
            ),
            example(
                "kind:client",
                "with a call to another service; also server, producer, consumer, internal",
            ),
            example(
                "attr.http.route:/cart",
                "with a span or resource that has this attribute",
            ),
            example(
                "http.response.status_code>=500",
                "the same, with a number compared; attr. may be left out before a key with a dot",
            ),
            example(
                "attr.enduser.id:*",
                "with a span that has this attribute, whatever its value",
            ),
            example("event:exception", "with a span that has such an event"),
            example(
                "span.duration>500ms",
                "with a span that took more than half a second",
            ),
            example(
                "timeout",
                "with that word in a name, a message or the value of an attribute",
            ),
        ],
    },
    Section {
        id: "request",
        title: "What is true of the whole request",
        examples: &[
            example("duration>1s", "that took more than a second"),
            example("duration:100ms..2s", "that took from one to the other"),
            example("outcome:error", "that failed"),
            example("root:\"GET /cart\"", "that began with this operation"),
            example("region:eu-west-1,eu-central-1", "from one of these regions"),
            example(
                "release:4.* os:iOS",
                "from any 4.x release of the app on iOS; also app, device, device_class, network, tier, environment, journey",
            ),
            example(
                "session:* -user:*",
                "of a session, but of nobody who is known",
            ),
            example(
                "flag:new_cart=on",
                "for which that feature flag had this variant",
            ),
            example(
                "spans>100 errors>0",
                "with more than a hundred spans, one of them with an error",
            ),
        ],
    },
    Section {
        id: "together",
        title: "And, or, not",
        examples: &[
            example(
                "region:eu-west-1 status:error",
                "that meet both; and may stand between them",
            ),
            example("tier:gold or duration>2s", "that meet one of both, or both"),
            example(
                "(service:cart or service:payment) status:error",
                "in which a span of cart or payment failed",
            ),
            example("-status:error", "in which no span failed"),
            example(
                "-(service:db status:error)",
                "in which no span of db failed",
            ),
        ],
    },
    Section {
        id: "braces",
        title: "Several spans",
        examples: &[
            example(
                "{service:gateway} {service:payment status:error}",
                "in which gateway took part, and a span of payment failed",
            ),
            example(
                "{service:gateway} >> {status:error}",
                "in which something failed somewhere below a span of gateway",
            ),
            example(
                "{service:payment} > {kind:client}",
                "in which payment called another service itself",
            ),
            example(
                "{status:error} ~ {status:ok}",
                "in which one of two siblings failed, and the other did not",
            ),
            example(
                "{service:payment duration>1s}",
                "with a span of payment that took more than a second: in braces, duration is that of the span",
            ),
            example(
                "{service:payment -status:error}",
                "with a span of payment that did not fail",
            ),
        ],
    },
    Section {
        id: "values",
        title: "Values",
        examples: &[
            example(
                "operation:\"say \\\"hi\\\"\"",
                "with quotes where a value has spaces, commas, brackets or quotes",
            ),
            example("operation:\"5 * 3\"", "with a star that is meant as one"),
            example(
                "\"or\"",
                "with that word, which would join conditions without its quotes",
            ),
        ],
    },
];

#[cfg(test)]
mod tests {
    use model::filter::Filter;

    use super::*;

    #[test]
    fn all_examples_are_filters() {
        for Example { filter, .. } in EXAMPLES.iter().flat_map(|section| section.examples) {
            let read: Result<Filter, _> = filter.parse();
            assert!(read.is_ok_and(|read| !read.terms.is_empty()), "{filter}");
        }
    }
}
