//! Numbers of payment cards.

use std::ops::Range;

/// Digits of a card's number (ISO/IEC 7812-1; Maestro's of 12 digits are left out).
const MIN_DIGITS: usize = 13;
const MAX_DIGITS: usize = 19;

/// First digits, as a range of equally long numbers, and how many digits there are.
type Issuer = (Range<u32>, &'static [usize]);

/// The networks' public number ranges.
const ISSUERS: [Issuer; 12] = [
    // Visa.
    (4..5, &[13, 16, 19]),
    // Mastercard.
    (51..56, &[16]),
    (2221..2721, &[16]),
    // American Express.
    (34..35, &[15]),
    (37..38, &[15]),
    // Discover.
    (6011..6012, &[16, 17, 18, 19]),
    (644..660, &[16, 17, 18, 19]),
    // Diners Club.
    (300..306, &[14, 15, 16, 17, 18, 19]),
    (36..37, &[14, 15, 16, 17, 18, 19]),
    (38..40, &[14, 15, 16, 17, 18, 19]),
    // JCB.
    (3528..3590, &[16, 17, 18, 19]),
    // UnionPay.
    (62..63, &[16, 17, 18, 19]),
];

/// Whether a byte may be part of a number as people write it.
fn is_part(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b' ' | b'-')
}

/// Whether a card's number may be in these bytes. One that is long enough has a byte at a
/// multiple of its least length, so that one byte of thirteen is looked at.
pub(super) fn may_contain(bytes: &[u8]) -> bool {
    let mut at = MIN_DIGITS - 1;
    while let Some(&byte) = bytes.get(at) {
        if is_part(byte) {
            let (end, digits) = run(bytes, at);
            if digits >= MIN_DIGITS {
                return true;
            }
            at = end;
        }
        at += MIN_DIGITS;
    }
    false
}

/// Where the run of such bytes ends in which this one stands, and how many digits it has.
fn run(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes[..at].iter().rev();
    let start = at - before.take_while(|&&byte| is_part(byte)).count();
    let run = bytes[start..].iter().take_while(|&&byte| is_part(byte));
    run.fold((start, 0), |(end, digits), byte| {
        (end + 1, digits + usize::from(byte.is_ascii_digit()))
    })
}

/// Whether what stands there is the number of a card and not part of something longer.
pub(super) fn is_card(text: &str, range: Range<usize>) -> bool {
    let digits: Vec<u32> = text[range.clone()]
        .chars()
        .filter_map(|c| c.to_digit(10))
        .collect();
    let (before, after) = (&text[..range.start], &text[range.end..]);
    is_apart(before.chars().rev())
        && is_apart(after.chars())
        && (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len())
        && has_issuer(&digits)
        && has_check_digit(&digits)
}

/// Whether no number or word goes on there: `.5` and `-5` do, a full stop does not.
fn is_apart(mut neighbours: impl Iterator<Item = char>) -> bool {
    match neighbours.next() {
        Some('.' | '-') => !neighbours.next().is_some_and(|c| c.is_ascii_digit()),
        Some(other) => !other.is_alphanumeric() && other != '_',
        None => true,
    }
}

fn has_issuer(digits: &[u32]) -> bool {
    ISSUERS.iter().any(|(first, lengths)| {
        let count = first.start.ilog10() as usize + 1;
        let number = digits[..count]
            .iter()
            .fold(0, |sum, digit| sum * 10 + digit);
        first.contains(&number) && lengths.contains(&digits.len())
    })
}

/// Luhn's formula (ISO/IEC 7812-1, annex B).
fn has_check_digit(digits: &[u32]) -> bool {
    let weighted = |(place, &digit): (usize, &u32)| match (place % 2, digit * 2) {
        (0, _) => digit,
        (_, doubled @ 10..) => doubled - 9,
        (_, doubled) => doubled,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(weighted).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_whole(text: &str) -> bool {
        is_card(text, 0..text.len())
    }

    /// The numbers that payment networks publish for tests.
    #[test]
    fn cards_are_known_by_issuer_and_check_digit() {
        for card in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4222222222222",
            "5555-5555-5555-4444",
            "2223003122003222",
            "378282246310005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
        ] {
            assert!(is_whole(card) && may_contain(card.as_bytes()), "{card}");
        }
        for other in ["4111111111111112", "1712345678901", "9111111111111111"] {
            assert!(!is_whole(other), "{other}");
        }
    }

    #[test]
    fn part_of_something_longer_is_no_card() {
        let card = "4111111111111111";
        for (before, after) in [
            ("a", ""),
            ("0.", ""),
            ("", "f"),
            ("", "-1"),
            ("_", ""),
            ("", ".5"),
        ] {
            let text = format!("{before}{card}{after}");
            let start = before.len();
            assert!(!is_card(&text, start..start + card.len()), "{text}");
        }
        let text = format!("({card}).");
        assert!(is_card(&text, 1..1 + card.len()));
    }
}
