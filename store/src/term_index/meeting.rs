//! Which traces of a segment have what a filter demands.

use std::collections::HashMap;

use model::index::{Demand, IndexTerm};

use super::bucket::{Bucket, Lists};
use super::entry_set::EntrySet;
use super::segment::Damaged;

/// The places that the buckets have for each of the terms, which are in order.
pub(super) fn find(
    terms: &[IndexTerm],
    buckets: &[Bucket],
    bits: u32,
    count: usize,
) -> Result<HashMap<IndexTerm, EntrySet>, Damaged> {
    let mut found = HashMap::new();
    for bucket in buckets {
        let mut lists = Lists::of(bucket, bits, count);
        while let Some((term, list)) = lists.next()? {
            if terms.binary_search(&term).is_ok() {
                let mut set = EntrySet::empty(count);
                list.places(|place| {
                    set.insert(place);
                    Ok(())
                })?;
                found.insert(term, set);
            }
        }
    }
    Ok(found)
}

/// The places of the traces that have what is demanded. Recurses no deeper than filters do.
pub(super) fn meeting(
    demand: &Demand,
    found: &HashMap<IndexTerm, EntrySet>,
    count: usize,
) -> EntrySet {
    match demand {
        Demand::Nothing => EntrySet::all(count),
        Demand::Term(term) => match found.get(term) {
            Some(set) => set.clone(),
            None => EntrySet::empty(count),
        },
        Demand::All(parts) => {
            let mut all = EntrySet::all(count);
            for part in parts {
                all.intersect(&meeting(part, found, count));
            }
            all
        }
        Demand::Any(parts) => {
            let mut any = EntrySet::empty(count);
            for part in parts {
                any.unite(&meeting(part, found, count));
            }
            any
        }
    }
}
