//! What people ask: each question in as many variants as it is asked, so that none is the answer to
//! the one before.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::history::pick;
use crate::shop::{JOURNEYS, NETWORKS, REGIONS, RELEASES};

const HOUR_SECONDS: u64 = 3_600;
const DAY_SECONDS: u64 = 24 * HOUR_SECONDS;

/// In milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) p50: Option<u32>,
    pub(crate) p95: u32,
}

/// Where the data lies that is asked for.
#[derive(Debug)]
pub(crate) struct Data {
    /// Unix seconds of the newest trace.
    pub(crate) newest: u64,
    /// Days before that.
    pub(crate) days: u64,
    /// Hexadecimal ids of some traces.
    pub(crate) trace_ids: Vec<String>,
}

pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) target: Option<Target>,
    /// The path of one variant.
    path: fn(&mut Asker<'_>) -> String,
}

impl Question {
    /// The paths of so many variants, the same each time.
    pub(crate) fn paths(&self, data: &Data, count: usize) -> Vec<String> {
        let dice = ChaCha8Rng::seed_from_u64(count as u64);
        let mut asker = Asker { dice, data };
        (0..count).map(|_| (self.path)(&mut asker)).collect()
    }
}

/// Somebody who asks at random.
struct Asker<'a> {
    dice: ChaCha8Rng,
    data: &'a Data,
}

impl Asker<'_> {
    /// Any 24 hours.
    fn day(&mut self) -> String {
        let back = self
            .dice
            .random_range(0..=(self.data.days - 1) * DAY_SECONDS);
        range(self.data.newest - back, DAY_SECONDS)
    }

    /// All days, up to some moment of the last hour.
    fn all_days(&mut self) -> String {
        let back = self.dice.random_range(0..HOUR_SECONDS);
        range(self.data.newest - back, self.data.days * DAY_SECONDS)
    }

    fn region(&mut self) -> &'static str {
        pick(&mut self.dice, &REGIONS, |_| 1).0
    }

    fn release(&mut self) -> &'static str {
        pick(&mut self.dice, &RELEASES, |_| 1).0
    }

    fn network(&mut self) -> &'static str {
        pick(&mut self.dice, &NETWORKS, |_| 1).0
    }

    fn journey(&mut self) -> &'static str {
        pick(&mut self.dice, &JOURNEYS, |_| 1).name
    }

    /// A service of a journey, and one of its operations.
    fn operation(&mut self) -> (&'static str, &'static str) {
        let journey = pick(&mut self.dice, &JOURNEYS, |_| 1);
        let of_service = |step: &crate::shop::Step| u32::from(!step.service.is_empty());
        let step = pick(&mut self.dice, journey.steps, of_service);
        (step.service, step.operation)
    }

    fn trace_id(&mut self) -> String {
        let ids = &self.data.trace_ids;
        ids[self.dice.random_range(0..ids.len())].clone()
    }

    /// Two conditions that summaries tell.
    fn request_filter(&mut self) -> String {
        let (region, release) = (self.region(), self.release());
        let (network, journey) = (self.network(), self.journey());
        match self.dice.random_range(0..4) {
            0 => filter(&format!("region:{region} release:{release}")),
            1 => filter(&format!("network:{network} duration>500ms")),
            2 => filter(&format!("journey:{journey} outcome:error")),
            _ => filter(&format!("os:iOS region:{region}")),
        }
    }

    /// Two conditions that only spans tell.
    fn span_filter(&mut self) -> String {
        let (service, operation) = self.operation();
        match self.dice.random_range(0..3) {
            0 => filter(&format!("service:{service} status:error")),
            1 => filter(&format!("service:{service} operation:\"{operation}\"")),
            _ => filter(&format!("service:{service} attr.db.system.name:redis")),
        }
    }

    /// What hardly any span has, or none.
    fn rare_filter(&mut self) -> String {
        let region = self.region();
        let key = self.dice.random_range(0..1_000_000);
        filter(&format!("region:{region} attr.cache.key:\"product:{key}\""))
    }

    /// What only reading the spans tells, and few have.
    fn expression(&mut self) -> String {
        let ending = self.dice.random_range(100..1_000);
        filter(&format!("attr.cache.key~\"{ending}$\""))
    }

    /// Any hour.
    fn hour(&mut self) -> String {
        let back = self
            .dice
            .random_range(0..=(self.data.days - 1) * DAY_SECONDS);
        range(self.data.newest - back, HOUR_SECONDS)
    }

    /// A condition that labels tell.
    fn label_filter(&mut self) -> String {
        match self.dice.random_range(0..4) {
            0 => filter(&format!("release:{}", self.release())),
            1 => filter(&format!("network:{}", self.network())),
            2 => filter(&format!("journey:{}", self.journey())),
            _ => filter("os:Android device_class:low"),
        }
    }
}

fn range(to: u64, seconds: u64) -> String {
    format!("from={}&to={to}", to - seconds)
}

/// As a parameter (RFC 3986, section 2.1).
fn filter(text: &str) -> String {
    let encoded = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    format!("q={}", encoded.collect::<String>())
}

const fn question(
    name: &'static str,
    target: Option<Target>,
    path: fn(&mut Asker<'_>) -> String,
) -> Question {
    Question { name, target, path }
}

const TRACE: Option<Target> = Some(Target {
    p50: Some(1),
    p95: 5,
});

const TENTH: Option<Target> = Some(Target {
    p50: None,
    p95: 100,
});

const SECOND: Option<Target> = Some(Target {
    p50: None,
    p95: 1_000,
});

pub(crate) const QUESTIONS: [Question; 29] = [
    question("API, trace by id", TRACE, |ask| {
        format!("/api/v1/traces/{}", ask.trace_id())
    }),
    question(
        "API, search, two conditions on requests, 24 h",
        TENTH,
        |ask| format!("/api/v1/traces?{}&{}", ask.request_filter(), ask.day()),
    ),
    question("API, search, two conditions on spans, 24 h", TENTH, |ask| {
        format!("/api/v1/traces?{}&{}", ask.span_filter(), ask.day())
    }),
    question(
        "API, search, a rare attribute in a region, 24 h",
        TENTH,
        |ask| format!("/api/v1/traces?{}&{}", ask.rare_filter(), ask.day()),
    ),
    question("API, search, what no index tells, 1 h", SECOND, |ask| {
        format!("/api/v1/traces?{}&{}", ask.expression(), ask.hour())
    }),
    question("API, search, what no index tells, 24 h", None, |ask| {
        format!("/api/v1/traces?{}&{}", ask.expression(), ask.day())
    }),
    question("API, latency by region, filtered, 24 h", TENTH, |ask| {
        let path = "/api/v1/latency?group_by=region";
        format!("{path}&{}&{}", ask.label_filter(), ask.day())
    }),
    question("API, latency by region, filtered, all days", TENTH, |ask| {
        let path = "/api/v1/latency?group_by=region";
        format!("{path}&{}&{}", ask.label_filter(), ask.all_days())
    }),
    question(
        "API, latency of a service's operations, all days",
        TENTH,
        |ask| {
            let path = "/api/v1/latency?family=operations&group_by=operation";
            let service = filter(&format!("service:{}", ask.operation().0));
            format!("{path}&{service}&{}", ask.all_days())
        },
    ),
    question("API, topology, 24 h", TENTH, |ask| {
        format!("/api/v1/topology?{}", ask.day())
    }),
    question("API, topology, all days", TENTH, |ask| {
        format!("/api/v1/topology?{}", ask.all_days())
    }),
    question("heatmap, filtered, 24 h", TENTH, |ask| {
        format!("/api/v1/heatmap?{}&{}", ask.label_filter(), ask.day())
    }),
    question("heatmap, filtered, all days", TENTH, |ask| {
        format!("/api/v1/heatmap?{}&{}", ask.label_filter(), ask.all_days())
    }),
    question("page of a trace", None, |ask| {
        format!("/traces/{}", ask.trace_id())
    }),
    question("/, 24 h", None, |ask| format!("/?{}", ask.day())),
    question("/, all days", None, |ask| format!("/?{}", ask.all_days())),
    question("/regions, 24 h", None, |ask| {
        format!("/regions?{}", ask.day())
    }),
    question("/regions, all days", None, |ask| {
        format!("/regions?{}", ask.all_days())
    }),
    question("/explore, 24 h", None, |ask| {
        format!("/explore?{}", ask.day())
    }),
    question("/explore, all days", None, |ask| {
        format!("/explore?{}", ask.all_days())
    }),
    question("/explore, the slow ones selected, 24 h", None, |ask| {
        format!("/explore?sel=//1s/&by=region&{}", ask.day())
    }),
    question("/explore, the slow ones selected, all days", None, |ask| {
        format!("/explore?sel=//1s/&by=region&{}", ask.all_days())
    }),
    question("/explore, what no rollup tells, 24 h", None, |ask| {
        let service = filter(&format!("tier:plus region:{}", ask.region()));
        format!("/explore?{service}&{}", ask.day())
    }),
    question("/explore, what no rollup tells, all days", None, |ask| {
        let service = filter(&format!("tier:plus region:{}", ask.region()));
        format!("/explore?{service}&{}", ask.all_days())
    }),
    question("/journeys, 24 h", None, |ask| {
        format!("/journeys?{}", ask.day())
    }),
    question("/journeys, all days", None, |ask| {
        format!("/journeys?{}", ask.all_days())
    }),
    question("/traces, 24 h", None, |ask| {
        format!("/traces?{}", ask.day())
    }),
    question("/traces, all days", None, |ask| {
        format!("/traces?{}", ask.all_days())
    }),
    question("/traces, slowest first, all days", None, |ask| {
        format!("/traces?order=slowest&{}", ask.all_days())
    }),
];
