//! Searches at random: each finds what looking at every document finds, in order and page by page,
//! while more is stored and segments of the index are merged.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use model::clock_skew;
use model::dimensions::DimensionTable;
use model::filter::Filter;
use model::id::TraceId;
use model::index::{self, Demand};
use model::list_order::ListOrder;
use model::otlp::Batch;
use model::otlp::decode::{self, Detail};
use model::otlp::wire::{put_bytes, put_varint};
use model::summary::{Page, Summary};
use model::trace::Trace;
use sqlx::{Connection, Executor, PgConnection};

use super::list::ListRequest;
use super::summary_reader::Reader;
use super::{Progress, Search, Stratum, TraceWrite, Way, day_of};
use crate::Store;
use crate::document::Writer;
use crate::shard::Shard;
use crate::term_index::Merged;

/// A moment on some day, in nanoseconds.
const NOW: i64 = 1_900_000_000_000_000_000;

const SECOND: i64 = 1_000_000_000;

/// The same numbers each time (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

fn message(field: u32, parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_bytes(&mut bytes, field, &parts.concat());
    bytes
}

fn text(field: u32, text: &str) -> Vec<u8> {
    message(field, &[text.as_bytes().to_vec()])
}

fn varint(field: u32, number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_varint(&mut bytes, u64::from(field) << 3);
    put_varint(&mut bytes, number);
    bytes
}

fn fixed64(field: u8, number: i64) -> Vec<u8> {
    [&[field << 3 | 1], &number.to_le_bytes()[..]].concat()
}

fn attribute(key: &str, value: Vec<u8>) -> Vec<u8> {
    message(9, &[text(1, key), message(2, &[value])])
}

/// The spans of trace `number`, each as a `TracesData` of its own.
fn spans(dice: &mut Dice, number: usize) -> Vec<Vec<u8>> {
    let begin = NOW - i64::try_from(dice.below(3_600)).unwrap() * SECOND;
    let count = 1 + dice.below(5);
    (0..count)
        .map(|place| {
            let start = begin + i64::try_from(place).unwrap();
            let length = i64::try_from(dice.below(2_000)).unwrap() * 1_000_000;
            let mut parts = vec![
                message(1, &[id(number).as_bytes().to_vec()]),
                message(2, &[vec![u8::try_from(place + 1).unwrap(); 8]]),
                text(5, dice.pick(&["GET /cart", "POST /pay", "SELECT"])),
                varint(6, 2),
                fixed64(7, start),
                fixed64(8, start + length),
                attribute("request.id", text(1, &format!("r-{number}-{place}"))),
                attribute("http.route", text(1, dice.pick(&["/cart", "/pay", "/"]))),
                attribute("size", text(1, dice.pick(&["12", "1.2e3", "large"]))),
            ];
            if place > 0 {
                let parent = u8::try_from(1 + dice.below(place)).unwrap();
                parts.push(message(4, &[vec![parent; 8]]));
            } else {
                let session = format!("s-{}", dice.below(9));
                parts.push(attribute("session.id", text(1, &session)));
            }
            if dice.is(3) {
                let code = dice.pick(&[200, 404, 500, 503]);
                parts.push(attribute("http.response.status_code", varint(3, code)));
            }
            if dice.is(3) {
                parts.push(attribute("retry", varint(2, u64::from(dice.is(2)))));
            }
            if dice.is(5) {
                parts.push(message(11, &[text(2, "exception")]));
            }
            if dice.is(7) {
                parts.push(message(15, &[varint(3, 2)]));
            }
            let service = dice.pick(&["shop", "gateway", "payment"]);
            let service = message(2, &[text(1, service)]);
            let resource = message(1, &[message(1, &[text(1, "service.name"), service])]);
            message(1, &[resource, message(2, &[message(2, &parts)])])
        })
        .collect()
}

fn id(number: usize) -> TraceId {
    let bytes = (number as u128 * 0x9e37_79b9_7f4a_7c15 + 1).to_be_bytes();
    TraceId::from_slice(&bytes).unwrap()
}

/// What there is of a trace.
struct Kept {
    spans: Vec<Vec<u8>>,
    chunks: i32,
    summary: Summary,
    trace: Trace,
}

struct Searched {
    store: Store,
    shard: Shard,
    writer: Writer,
    connection: PgConnection,
    dice: Dice,
    kept: BTreeMap<TraceId, Kept>,
    /// Parts that come later.
    late: Vec<(TraceId, Vec<Vec<u8>>)>,
    made: usize,
}

impl Searched {
    async fn new(seed: u64) -> Self {
        let url = ::tests::database::create();
        let store = Store::connect(&url).await.unwrap();
        let shard = store.take_shard(0).await.unwrap().unwrap();
        Self {
            store,
            shard,
            writer: Writer::new().unwrap(),
            connection: PgConnection::connect(&url).await.unwrap(),
            dice: Dice(seed),
            kept: BTreeMap::new(),
            late: Vec::new(),
            made: 0,
        }
    }

    /// Stores new traces, of some only a part, and the rest of some that were stored in part.
    async fn ingest(&mut self, count: usize) {
        let mut writes = Vec::new();
        for _ in 0..count {
            self.made += 1;
            let mut spans = spans(&mut self.dice, self.made);
            let id = id(self.made);
            if spans.len() > 1 && self.dice.is(3) {
                let late = spans.split_off(1 + self.dice.below(spans.len() - 1));
                self.late.push((id, late));
            }
            writes.push(self.write(id, spans));
        }
        self.shard.store(&writes, &[], &[]).await.unwrap();
    }

    async fn ingest_late(&mut self) {
        let late = std::mem::take(&mut self.late);
        let writes = late.into_iter().map(|(id, spans)| self.write(id, spans));
        let writes: Vec<TraceWrite> = writes.collect();
        self.shard.store(&writes, &[], &[]).await.unwrap();
    }

    fn write(&mut self, id: TraceId, new: Vec<Vec<u8>>) -> TraceWrite {
        let body = self.writer.write(&new.concat()).unwrap();
        let new_spans = new.len();
        let old = self.kept.remove(&id);
        let chunk = old.as_ref().map_or(0, |old| old.chunks);
        let mut spans = old.map_or(vec![], |old| old.spans);
        spans.extend(new);
        let message = spans.concat();
        let batch = Batch::read(&message).unwrap();
        let trace = decode::trace(id, &batch, Detail::Whole);
        let shifts = clock_skew::shifts(&trace);
        let summary = Summary::of(&trace, &DimensionTable::default(), &shifts).unwrap();
        let terms = index::terms(&batch, &trace, &summary);
        assert!(terms.are_all);
        let kept = Kept {
            spans,
            chunks: chunk + 1,
            summary: summary.clone(),
            trace,
        };
        self.kept.insert(id, kept);
        TraceWrite {
            summary,
            day: day_of(NOW),
            new_spans,
            chunk,
            body,
            terms,
        }
    }

    /// A filter of some conditions that there are traces for, and of some that there are none for.
    fn filter(&mut self) -> Filter {
        let numbered = format!("attr.request.id:r-{}-0", self.dice.below(self.made + 1));
        let conditions = [
            numbered.as_str(),
            "attr.request.id:r-1-0,r-2-0,r-3-1",
            "http.response.status_code:503",
            "http.response.status_code>=500",
            "http.response.status_code:404..500",
            "http.response.status_code:*",
            "attr.retry:true",
            "attr.size>100",
            "attr.size:12",
            "http.route:/c*",
            "http.route:/pay",
            "event:exception",
            "service:payment",
            "status:error",
            "operation:SELECT",
            "root:\"GET /cart\"",
            "session:s-3",
            "session:s-1,s-4",
            "spans>2",
            "duration>1s",
            "span.duration<100ms",
            "region:mars",
            "pay",
        ];
        let (one, two, three) = (
            self.dice.pick(&conditions),
            self.dice.pick(&conditions),
            self.dice.pick(&conditions),
        );
        let text = match self.dice.below(9) {
            0 | 1 => one.to_owned(),
            2 | 3 => format!("{one} {two}"),
            4 => format!("({one} or {two}) {three}"),
            5 => format!("{one} -{two}"),
            6 => format!("{{{one}}} {{{two}}}"),
            7 => format!("{{{one}}} >> {{{two}}}"),
            _ => format!("-({one} {two}) {three}"),
        };
        text.parse().unwrap()
    }

    fn request(filter: Filter, order: ListOrder) -> ListRequest {
        ListRequest {
            filter,
            from_nanos: NOW - 2_500 * SECOND,
            to_nanos: NOW - 500 * SECOND,
            order,
            after: None,
            limit: 20,
        }
    }

    /// What looking at every trace finds.
    fn expected(&self, request: &ListRequest) -> Vec<TraceId> {
        let range = request.from_nanos..request.to_nanos;
        let kept = self.kept.values().filter(|kept| {
            range.contains(&kept.summary.start_nanos)
                && request.filter.accepts(&kept.summary, &kept.trace)
        });
        let mut found: Vec<_> = kept
            .map(|kept| {
                let cursor = request.order.cursor(&kept.summary);
                (cursor.rank, cursor.start_nanos, cursor.trace_id)
            })
            .collect();
        found.sort_unstable();
        found.into_iter().rev().map(|(.., id)| id).collect()
    }

    /// All pages, with a little ingest and merging between them where that is wanted.
    async fn found(&mut self, mut request: ListRequest, goes_on: bool) -> Vec<TraceId> {
        let mut found = Vec::new();
        loop {
            let page = self.store.list(&request).await.unwrap();
            assert!(page.traces.len() <= request.limit && page.stopped_after.is_none());
            assert_eq!(told(self.store.search(request.clone())).await, page);
            found.extend(page.traces.iter().map(|summary| summary.trace_id));
            if page.next.is_none() {
                return found;
            }
            request.after = page.next;
            if goes_on {
                self.ingest(2).await;
                self.store.merge_index().await.unwrap();
            }
        }
    }
}

/// All that a search tells, one piece after the other.
async fn told(mut search: Search) -> Page {
    let mut traces = Vec::new();
    loop {
        match search.next(Duration::ZERO).await.unwrap() {
            Progress::Found(more) => {
                assert!(!more.is_empty());
                traces.extend(more);
            }
            Progress::Done(rest) => {
                traces.extend(rest.traces);
                return Page { traces, ..rest };
            }
        }
    }
}

#[tokio::test]
async fn a_search_finds_what_looking_at_every_trace_finds() {
    let mut searched = Searched::new(0x7465_726d_7321).await;
    for count in [1, 60, 1, 7, 200, 1, 1, 30] {
        searched.ingest(count).await;
    }
    searched.ingest_late().await;
    for round in 0..240 {
        let filter = searched.filter();
        let order = searched.dice.pick(&ListOrder::ALL);
        let request = Searched::request(filter, order);
        let expected = searched.expected(&request);
        let words = format!("{} by {}", request.filter, order.name());
        let goes_on = round % 4 == 3;
        let mut found = searched.found(request, goes_on).await;
        if goes_on {
            // What came meanwhile may be there or not, but none twice.
            let distinct: HashSet<_> = found.iter().copied().collect();
            assert_eq!(distinct.len(), found.len(), "{words}");
            let known: HashSet<_> = expected.iter().copied().collect();
            found.retain(|id| known.contains(id));
        }
        assert_eq!(found, expected, "{words}");
        if round == 120 {
            while searched.store.merge_index().await.unwrap() == Merged::Some {}
        }
        if round == 200 {
            // As if there had been no index yet.
            let day = "insert into unindexed_day select distinct day from trace_summary";
            searched.connection.execute(day).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_trace_that_was_stored_twice_is_found_once() {
    let mut searched = Searched::new(0x7477_6963_6521).await;
    searched.ingest(60).await;
    searched.ingest_late().await;
    let filter = "attr.size:*".parse().unwrap();
    let mut request = Searched::request(filter, ListOrder::Newest);
    (request.from_nanos, request.to_nanos) = (0, i64::MAX);
    let expected = searched.expected(&request);
    let mut found = Vec::new();
    let mut reader = Reader::new(&searched.store, &request, &Demand::Nothing)
        .await
        .unwrap();
    loop {
        let batch = reader.next(1).await.unwrap();
        found.extend(batch.summaries.iter().map(|summary| summary.trace_id));
        if batch.end.is_none() {
            break;
        }
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_index_leaves_little_to_look_at() {
    let mut searched = Searched::new(0x6c69_7474_6c65).await;
    for _ in 0..20 {
        searched.ingest(20).await;
    }
    let mut candidates = [vec![], vec![]];
    for left in &mut candidates {
        for filter in [
            "attr.request.id:r-7-0",
            "attr.request.id:none",
            "session:s-3",
        ] {
            for order in [ListOrder::Newest, ListOrder::Slowest] {
                let mut request = Searched::request(filter.parse().unwrap(), order);
                (request.from_nanos, request.to_nanos) = (0, i64::MAX);
                let reader = Reader::new(&searched.store, &request, &Demand::Nothing).await;
                let batch = reader.unwrap().next(1_000).await.unwrap();
                assert!(batch.end.is_none());
                left.push(batch.summaries.len());
            }
        }
        while searched.store.merge_index().await.unwrap() == Merged::Some {}
    }
    let of_session = candidates[0][4];
    assert_eq!(candidates[0], [1, 1, 0, 0, of_session, of_session]);
    assert!((20..80).contains(&of_session), "{of_session} of 400");
    assert_eq!(candidates[0], candidates[1]);
}

#[tokio::test]
async fn a_sample_is_the_same_by_time_and_by_duration() {
    let mut searched = Searched::new(0x7361_6d70_6c65).await;
    searched.ingest(120).await;
    let starts = searched.kept.values().map(|kept| kept.summary.start_nanos);
    let (first, last) = (starts.clone().min().unwrap(), starts.max().unwrap());
    let width = (last - first) / 4 + 1;
    let mut durations: Vec<i64> = (searched.kept.values())
        .map(|kept| kept.summary.duration_nanos)
        .collect();
    durations.sort_unstable();
    let mut sampled = 0;
    for (least, below) in [
        (i64::MIN, i64::MAX),
        (durations[60], i64::MAX),
        (durations[30], durations[90]),
    ] {
        for limit in [1, 3, 1_000] {
            // With a part left out.
            let strata = [0, 1, 3].map(|part| Stratum {
                from_nanos: first + part * width,
                to_nanos: first + (part + 1) * width,
                limit,
                duration_nanos: (least, below),
                is_within: true,
            });
            for filter in ["", "status:error"] {
                let filter: Filter = filter.parse().unwrap();
                let mut found = Vec::new();
                for way in [Way::ByTime, Way::ByDuration] {
                    let sample = searched.store.sample(&filter, &strata, way);
                    let mut ids: Vec<TraceId> = sample
                        .await
                        .unwrap()
                        .iter()
                        .map(|(_, trace)| trace.id)
                        .collect();
                    ids.sort_unstable();
                    found.push(ids);
                }
                assert_eq!(found[0], found[1], "{least} to {below}, {limit}, {filter}");
                sampled += found[0].len();
            }
        }
    }
    assert!(sampled > 100, "{sampled}");
}
