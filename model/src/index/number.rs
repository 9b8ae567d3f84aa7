//! Numbers in steps, so that an index can be asked for those of a range.

use std::ops::RangeInclusive;

use super::{IndexTerm, Kind, Part};
use crate::filter::{Number, Order, Range};

/// The least number that has a step of its own, and the powers of ten from there on. Numbers below
/// zero, those between it and the least, and those beyond the greatest have one step each.
const POWERS: [f64; 22] = [
    1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
    1e14, 1e15, 1e16, 1e17, 1e18,
];

/// Steps between two powers of ten.
const DIGITS: usize = 9;

/// Steps that belong to no power: below zero, and near it.
const LOWEST: usize = 2;

/// The step of a number: of two numbers the greater has no lesser step.
fn step(number: f64) -> usize {
    if number < 0.0 {
        return 0;
    }
    let above = POWERS.partition_point(|power| *power <= number);
    let Some(power) = above.checked_sub(1).and_then(|place| POWERS.get(place)) else {
        return LOWEST - 1;
    };
    if above == POWERS.len() {
        return LOWEST + (above - 1) * DIGITS;
    }
    let digit = (1..=DIGITS)
        .map(|digit| f64::from(u8::try_from(digit).unwrap_or(u8::MAX)) * power)
        .take_while(|bound| *bound <= number)
        .count();
    LOWEST + (above - 1) * DIGITS + digit.max(1) - 1
}

/// The terms of an attribute that is a number, or text that reads as one: that of its step, and that
/// of all steps of its power of ten.
pub(super) fn terms(key: Part, number: f64) -> [IndexTerm; 2] {
    let step = step(number);
    [of_step(key, step), of_power(key, step)]
}

/// Of these a number within the range has one. As few as there are: steps of a whole power of ten
/// are asked for by that.
pub(super) fn any_of(key: Part, range: Range<Number>) -> Vec<IndexTerm> {
    let steps = steps(range);
    let mut terms = Vec::new();
    let mut step = *steps.start();
    while step <= *steps.end() {
        let is_first = step >= LOWEST && (step - LOWEST).is_multiple_of(DIGITS);
        if is_first && step + DIGITS <= *steps.end() + 1 {
            terms.push(of_power(key, step));
            step += DIGITS;
        } else {
            terms.push(of_step(key, step));
            step += 1;
        }
    }
    terms
}

fn steps(range: Range<Number>) -> RangeInclusive<usize> {
    let all = (f64::NEG_INFINITY, f64::INFINITY);
    let (least, greatest) = match range {
        Range::Order(Order::Less | Order::AtMost, bound) => (all.0, bound.value()),
        Range::Order(Order::More | Order::AtLeast, bound) => (bound.value(), all.1),
        Range::Between(least, greatest) => (least.value(), greatest.value()),
    };
    step(least)..=step(greatest)
}

fn of_step(key: Part, step: usize) -> IndexTerm {
    IndexTerm::of(Kind::NumberStep, [key, Part::of_number(step)])
}

fn of_power(key: Part, step: usize) -> IndexTerm {
    let power = step.saturating_sub(LOWEST) / DIGITS;
    IndexTerm::of(Kind::NumberPower, [key, Part::of_number(power)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn steps_go_up_with_numbers() {
        let steps = [
            -1e300, -0.1, 0.0, 9e-4, 1e-3, 0.3, 1.0, 1.9, 2.0, 499.0, 500.0, 599.9, 600.0, 9.9e17,
            1e18, 1e300,
        ]
        .map(step);
        assert!(steps.is_sorted(), "{steps:?}");
        assert_eq!(step(499.0) + 1, step(500.0));
        assert_eq!(step(500.0), step(599.9));
        assert_eq!(step(9.9e17) + 1, step(1e18));
        assert_eq!(
            (step(f64::NEG_INFINITY), step(f64::INFINITY)),
            (0, step(1e18))
        );
    }

    #[test]
    fn a_range_takes_few_terms() {
        let number = |text| Number::parse(text).expect("a number");
        let count = |range| any_of(Part::of("key"), range).len();
        assert_eq!(count(Range::Between(number("500"), number("599"))), 1);
        assert_eq!(
            count(Range::Order(Order::AtLeast, number("500"))),
            5 + 15 + 1
        );
        assert!(count(Range::Order(Order::AtLeast, number("-1"))) < 30);
        assert_eq!(count(Range::Between(number("5"), number("4"))), 0);
    }

    proptest! {
        #[test]
        fn a_number_of_the_range_is_found(
            number in prop_oneof![-10.0..1e4_f64, -1e-3..1e-2_f64, any::<f64>()],
            bounds in (-5.0..1e4_f64, -5.0..1e4_f64),
        ) {
            let Some(own) = Number::new(number) else { return Ok(()) };
            let bounds = [bounds.0, bounds.1, number].map(|bound| Number::new(bound).expect("finite"));
            for one in bounds {
                for other in bounds {
                    let orders = Order::ALL.map(|order| Range::Order(order, one));
                    for range in orders.into_iter().chain([Range::Between(one, other)]) {
                        let wanted = any_of(Part::of("key"), range);
                        let found = terms(Part::of("key"), number).iter().any(|term| wanted.contains(term));
                        prop_assert!(found || !range.holds(own), "{range:?} {number}");
                    }
                }
            }
        }
    }
}
