//! Writing a message anew where something in it has to change. Nothing is copied before the first
//! change, so that looking closely at what is fine costs no memory.
//!
//! The messages were checked ([`model::otlp::schema`]): they can be read, and the calls that
//! follow their nesting end.

use std::borrow::Cow;
use std::str;

use model::otlp::wire::{Field, Fields, Value, put_bytes, put_varint};

use super::counts::Counts;
use super::names::Action;
use super::shape::Shape;
use super::{MAX_ATTRIBUTES, MAX_VALUE_BYTES, Redactor, address};

/// What stands for a value that a rule masks.
const MASKED: &str = "[redacted]";

/// What shows that a value was cut.
const CUT: &str = "…";

/// `KeyValue.key` and `KeyValue.value`.
const KEY: u32 = 1;
const VALUE: u32 = 2;

/// `ArrayValue.values` and `KeyValueList.values`.
const VALUES: u32 = 1;

/// Fields of `AnyValue`.
mod any_value {
    pub(super) const STRING: u32 = 1;
    pub(super) const BOOL: u32 = 2;
    pub(super) const INT: u32 = 3;
    pub(super) const DOUBLE: u32 = 4;
    pub(super) const ARRAY: u32 = 5;
    pub(super) const LIST: u32 = 6;
    pub(super) const BYTES: u32 = 7;
}

/// `SpanKind` of who calls.
const CLIENT: u64 = 3;
const PRODUCER: u64 = 4;

/// What becomes of a field: nothing, or other bytes in its place, perhaps none.
type Change = Option<Vec<u8>>;

pub(super) struct Rewriter<'a> {
    redactor: &'a Redactor,
    counts: &'a mut Counts,
    /// Whether patterns may find something.
    is_searching: bool,
    /// Whether the peer is who calls, and not the server that was called.
    is_peer_client: bool,
}

impl<'a> Rewriter<'a> {
    pub(super) fn new(redactor: &'a Redactor, counts: &'a mut Counts, is_searching: bool) -> Self {
        Self {
            redactor,
            counts,
            is_searching,
            is_peer_client: true,
        }
    }

    /// For a span of this kind.
    pub(super) fn of_kind(mut self, kind: u64) -> Self {
        self.is_peer_client = kind != CLIENT && kind != PRODUCER;
        self
    }

    /// A message with attributes, or with such below it; none when nothing changes.
    pub(super) fn message(&mut self, bytes: &[u8], shape: &Shape) -> Change {
        let (mut count, mut dropped, mut dropped_before) = (0, 0, 0);
        let new = rewritten(bytes, |field| {
            let number = field.number;
            if number == shape.attributes {
                let new = self.top_attribute(field, count);
                if new.as_ref().is_some_and(Vec::is_empty) {
                    dropped += 1;
                } else {
                    count += 1;
                }
                new
            } else if number == shape.text {
                let text = field.text().ok()?;
                let new = self.searched(text)?;
                Some(with_content(number, new.as_bytes()))
            } else if number == shape.value {
                let new = self.value(field.bytes().ok()?, None)?;
                Some(with_content(number, &new))
            } else if number == shape.dropped {
                dropped_before = field.varint().unwrap_or_default();
                None
            } else {
                let (_, below) = shape.below.iter().find(|(below, _)| *below == number)?;
                let new = self.message(field.bytes().ok()?, below)?;
                Some(with_content(number, &new))
            }
        });
        let mut new = new?;
        if dropped > 0 {
            // Of a field that is there twice, the last counts (Protocol Buffers, "Encoding").
            put_varint(&mut new, u64::from(shape.dropped) << 3);
            let total = dropped_before.saturating_add(dropped);
            put_varint(&mut new, total.min(u64::from(u32::MAX)));
        }
        Some(new)
    }

    /// An attribute of a span, event, link, resource or scope that has so many before it.
    fn top_attribute(&mut self, field: &Field<'_>, before: usize) -> Change {
        if before >= MAX_ATTRIBUTES {
            self.counts.dropped_by_limit += 1;
            return Some(vec![]);
        }
        self.attribute(field, None)
    }

    /// A `KeyValue`; what is done with its value when its own name says nothing is inherited.
    fn attribute(&mut self, field: &Field<'_>, inherited: Option<Action>) -> Change {
        let bytes = field.bytes().ok()?;
        let mut key: &[u8] = &[];
        for field in fields(bytes).filter(|field| field.number == KEY) {
            key = field.bytes().unwrap_or_default();
        }
        let action = self.redactor.names.action(key).or(inherited);
        if action == Some(Action::Drop) {
            self.counts.dropped_by_rule += 1;
            return Some(vec![]);
        }
        let new = rewritten(bytes, |field| match field.number {
            KEY if self.is_searching && action != Some(Action::Keep) => {
                let new = self.searched(field.text().ok()?)?;
                Some(with_content(KEY, new.as_bytes()))
            }
            VALUE => {
                let new = self.value(field.bytes().ok()?, action)?;
                Some(with_content(VALUE, &new))
            }
            _ => None,
        })?;
        Some(with_content(field.number, &new))
    }

    /// An `AnyValue`. Calls itself no deeper than values are nested.
    fn value(&mut self, bytes: &[u8], action: Option<Action>) -> Change {
        if action == Some(Action::Mask) {
            return self.masked(bytes);
        }
        rewritten(bytes, |field| match (field.number, field.value) {
            (any_value::STRING, Value::Bytes(text)) if self.is_fine(text, action) => None,
            (any_value::STRING, _) => {
                let text = self.text(field.text().ok()?, action)?;
                Some(with_content(any_value::STRING, text.as_bytes()))
            }
            (any_value::BYTES, Value::Bytes(content)) => self.bytes(content, action),
            (any_value::ARRAY, Value::Bytes(array)) => {
                let new = rewritten(array, |item| {
                    let new = self.value(item.bytes().ok()?, action)?;
                    Some(with_content(VALUES, &new))
                })?;
                Some(with_content(any_value::ARRAY, &new))
            }
            (any_value::LIST, Value::Bytes(list)) => {
                let new = rewritten(list, |entry| self.attribute(entry, action))?;
                Some(with_content(any_value::LIST, &new))
            }
            _ if action == Some(Action::Hash) => {
                let text = self.pseudonym(&printed(field)?)?;
                Some(with_content(any_value::STRING, text.as_bytes()))
            }
            _ => None,
        })
    }

    /// Whether nothing can happen to a text.
    fn is_fine(&self, text: &[u8], action: Option<Action>) -> bool {
        action.is_none() && !self.is_searching && text.len() <= MAX_VALUE_BYTES
    }

    fn masked(&mut self, value: &[u8]) -> Change {
        let new = with_content(any_value::STRING, MASKED.as_bytes());
        if value.is_empty() || value == new {
            return None;
        }
        self.counts.redacted(Action::Mask.name());
        Some(new)
    }

    /// A string; none when it stays as it is.
    fn text(&mut self, text: &str, action: Option<Action>) -> Option<String> {
        let new = match action {
            Some(Action::Hash) => return self.pseudonym(text),
            Some(Action::Keep) => None,
            Some(Action::TruncateIp) => self.truncated_address(text),
            Some(Action::TruncatePeerIp) if self.is_peer_client => self.truncated_address(text),
            _ => self.searched(text),
        };
        self.cut(new.as_deref().unwrap_or(text)).or(new)
    }

    /// Bytes, which are searched when they are text.
    fn bytes(&mut self, content: &[u8], action: Option<Action>) -> Change {
        if let Ok(text) = str::from_utf8(content) {
            let new = self.text(text, action)?;
            let is_string = action == Some(Action::Hash);
            let number = if is_string {
                any_value::STRING
            } else {
                any_value::BYTES
            };
            return Some(with_content(number, new.as_bytes()));
        }
        if action == Some(Action::Hash) {
            let text = self.pseudonym(&String::from_utf8_lossy(content))?;
            return Some(with_content(any_value::STRING, text.as_bytes()));
        }
        let kept = content
            .get(..MAX_VALUE_BYTES)
            .filter(|kept| kept.len() < content.len())?;
        self.counts.truncated += 1;
        Some(with_content(any_value::BYTES, kept))
    }

    fn pseudonym(&mut self, text: &str) -> Option<String> {
        let new = self.redactor.pseudonyms.of(text)?;
        self.counts.redacted(Action::Hash.name());
        Some(new)
    }

    /// What is no address is searched instead.
    fn truncated_address(&mut self, text: &str) -> Option<String> {
        let Some(new) = address::truncated(text) else {
            return self.searched(text);
        };
        self.counts.redacted(Action::TruncateIp.name());
        Some(new)
    }

    /// The text without what patterns find in it; none when they find nothing.
    fn searched(&mut self, text: &str) -> Option<String> {
        if !self.is_searching {
            return None;
        }
        let counts = &mut *self.counts;
        let mut new = self
            .redactor
            .patterns
            .replace(text, |secret| counts.redacted(secret.name()));
        for custom in &self.redactor.custom {
            let current = new.as_deref().unwrap_or(text);
            if let Cow::Owned(replaced) = custom.replace(current) {
                self.counts.redacted("pattern");
                new = Some(replaced);
            }
        }
        new
    }

    fn cut(&mut self, text: &str) -> Option<String> {
        if text.len() <= MAX_VALUE_BYTES {
            return None;
        }
        self.counts.truncated += 1;
        let kept = text.floor_char_boundary(MAX_VALUE_BYTES - CUT.len());
        Some(text[..kept].to_owned() + CUT)
    }
}

/// A number or truth value as it prints.
fn printed(field: &Field<'_>) -> Option<String> {
    match (field.number, field.value) {
        (any_value::BOOL, Value::Varint(number)) => Some((number != 0).to_string()),
        (any_value::INT, Value::Varint(number)) => Some(number.cast_signed().to_string()),
        (any_value::DOUBLE, Value::Fixed64(bits)) => Some(f64::from_bits(bits).to_string()),
        _ => None,
    }
}

/// The fields of a message that was checked.
fn fields(message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    Fields::new(message).map_while(Result::ok)
}

/// A message with other bytes in the place of some fields; none when there are no such fields.
fn rewritten(message: &[u8], mut change: impl FnMut(&Field<'_>) -> Change) -> Change {
    let mut out: Option<Vec<u8>> = None;
    let mut start = 0;
    for field in fields(message) {
        match (change(&field), &mut out) {
            (Some(new), Some(out)) => out.extend_from_slice(&new),
            (None, Some(out)) => out.extend_from_slice(field.raw),
            (Some(new), None) => {
                let mut begun = Vec::with_capacity(message.len() + new.len());
                begun.extend_from_slice(&message[..start]);
                begun.extend_from_slice(&new);
                out = Some(begun);
            }
            (None, None) => {}
        }
        start += field.raw.len();
    }
    out
}

/// A field with this content.
fn with_content(number: u32, content: &[u8]) -> Vec<u8> {
    let mut field = Vec::with_capacity(content.len() + 8);
    put_bytes(&mut field, number, content);
    field
}
