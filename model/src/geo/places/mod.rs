//! Where a region lies that telemetry names: regions of clouds, countries by ISO 3166-1,
//! subdivisions by ISO 3166-2, and common codes of cities.
//!
//! The tables are for pages that are computed on the server; the browser is told the result.

mod cities;
mod clouds;
mod countries;
mod subdivisions;

use self::cities::{AREAS, CITIES};
use self::clouds::{ALIBABA, AWS, AZURE, GOOGLE, IBM, ORACLE, TENCENT_AND_HUAWEI};
use self::countries::{ALIASES, COUNTRIES};
use self::subdivisions::SUBDIVISIONS;

/// Name in lower case with hyphens, longitude and latitude in degrees, name for people.
type Row = (&'static str, f32, f32, &'static str);

#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// As people say it: `São Paulo`.
    pub name: String,
    /// Degrees, east is positive.
    pub longitude: f32,
    /// Degrees, north is positive.
    pub latitude: f32,
}

/// Clouds before all else, for theirs are the names that are sent most. Codes of two and three
/// letters are countries, and cities only where they are none: `fra` is France, `fra1` Frankfurt.
const TABLES: [&[Row]; 8] = [
    AWS,
    GOOGLE,
    ALIBABA,
    ORACLE,
    IBM,
    TENCENT_AND_HUAWEI,
    SUBDIVISIONS,
    AREAS,
];

/// The place of a region, in whichever way it is written: upper or lower case; spaces, `_` or `-`.
/// None when it is not known. The zone of a region is where the region is, an unknown subdivision
/// where its country is.
#[must_use]
pub fn find(region: &str) -> Option<Place> {
    let name = normalized(region);
    by_name(&name)
        .or_else(|| by_name(without_zone(&name)?))
        .or_else(|| subdivision_of_country(&name))
}

fn by_name(name: &str) -> Option<Place> {
    in_tables(name)
        .or_else(|| country(name))
        .or_else(|| azure(name))
        .or_else(|| city(name))
}

/// Lower case, with hyphens for what else separates words.
fn normalized(region: &str) -> String {
    let words = region.split(|c: char| c.is_whitespace() || c == '_');
    let words = words.filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

fn in_tables(name: &str) -> Option<Place> {
    TABLES.iter().find_map(|table| in_table(table, name))
}

fn in_table(table: &[Row], name: &str) -> Option<Place> {
    let found = table.iter().find(|(own, ..)| *own == name);
    found.map(|(_, longitude, latitude, people)| Place {
        name: (*people).to_owned(),
        longitude: *longitude,
        latitude: *latitude,
    })
}

/// By either code, or by its name in English.
fn country(name: &str) -> Option<Place> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name, |(_, code)| code);
    let found = COUNTRIES.iter().find(|(two, three, _, _, english)| {
        name == *two || name == *three || name == normalized(english)
    });
    found.map(|(_, _, longitude, latitude, english)| Place {
        name: (*english).to_owned(),
        longitude: *longitude,
        latitude: *latitude,
    })
}

/// `East US` is `eastus`.
fn azure(name: &str) -> Option<Place> {
    in_table(AZURE, &name.replace('-', ""))
}

/// With or without the number of the data centre.
fn city(name: &str) -> Option<Place> {
    let code = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    in_table(CITIES, code)
}

/// `us-east-1` of `us-east-1a`, `us-east1` of `us-east1-b`; none where no letter follows a number.
fn without_zone(name: &str) -> Option<&str> {
    let region = name.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    let region = region.strip_suffix('-').unwrap_or(region);
    region
        .ends_with(|c: char| c.is_ascii_digit())
        .then_some(region)
}

/// A code as ISO 3166-2 has it, of a country whose subdivisions are not listed here.
fn subdivision_of_country(name: &str) -> Option<Place> {
    let (two, rest) = name.split_once('-')?;
    let is_code = two.len() == 2
        && (1..=3).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let place = country(two).filter(|_| is_code)?;
    Some(Place {
        name: format!("{}, {}", rest.to_uppercase(), place.name),
        ..place
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn name(region: &str) -> Option<String> {
        find(region).map(|place| place.name)
    }

    #[test]
    fn regions_are_found_however_they_are_written() {
        let expected = [
            ("sa-east-1", "São Paulo"),
            ("SA_EAST_1", "São Paulo"),
            ("us-east1", "South Carolina"),
            ("us-east-1", "Northern Virginia"),
            ("East US", "Virginia"),
            ("northeurope", "Ireland"),
            ("cn-hangzhou", "Hangzhou"),
            ("eu-frankfurt-1", "Frankfurt"),
            ("eu-de", "Frankfurt"),
            ("BR", "Brazil"),
            ("bra", "Brazil"),
            ("Brazil", "Brazil"),
            ("United States", "United States"),
            ("united_states_of_america", "United States"),
            ("UK", "United Kingdom"),
            ("US-CA", "California"),
            ("us_ca", "California"),
            ("BR-SP", "São Paulo"),
            ("RU-MOW", "Moscow"),
            ("cn-gd", "Guangdong"),
            ("EMEA", "Europe, the Middle East and Africa"),
            ("fra1", "Frankfurt"),
            ("fra", "France"),
            ("iad", "Northern Virginia"),
        ];
        for (region, place) in expected {
            assert_eq!(name(region).as_deref(), Some(place), "{region}");
        }
    }

    #[test]
    fn a_zone_is_in_its_region_and_an_unlisted_subdivision_in_its_country() {
        assert_eq!(name("eu-west-1b").as_deref(), Some("Dublin"));
        assert_eq!(name("europe-west4-a").as_deref(), Some("Netherlands"));
        assert_eq!(name("FR-75").as_deref(), Some("75, France"));
        let france = find("fr").expect("France");
        let paris = find("fr-75").expect("Paris");
        assert_eq!(
            (paris.longitude, paris.latitude),
            (france.longitude, france.latitude)
        );
    }

    #[test]
    fn what_is_not_known_is_nowhere() {
        for region in [
            "",
            " ",
            "other",
            "moon-1",
            "us-nowhere-1",
            "zz",
            "ZZ-1",
            "fr-75000",
            "a",
            "1",
            "é-1",
            "-",
        ] {
            assert_eq!(find(region), None, "{region:?}");
        }
    }

    #[test]
    fn every_name_leads_to_its_own_row() {
        let rows = TABLES.into_iter().chain([AZURE]).flatten();
        for (key, longitude, latitude, people) in rows {
            let place = find(key).unwrap_or_else(|| panic!("{key}"));
            let expected = Place {
                name: (*people).to_owned(),
                longitude: *longitude,
                latitude: *latitude,
            };
            assert_eq!(place, expected, "{key}");
        }
        for (two, three, _, _, english) in COUNTRIES {
            for key in [*two, *three, *english] {
                assert_eq!(name(key).as_deref(), Some(*english), "{key}");
            }
        }
        for (alias, code) in ALIASES {
            assert_eq!(find(alias), find(code), "{alias}");
            assert!(find(code).is_some(), "{code}");
        }
        for (code, _, _, people) in CITIES {
            assert_eq!(
                name(&format!("{code}1")).as_deref(),
                Some(*people),
                "{code}"
            );
        }
    }

    #[test]
    fn every_place_is_on_earth_and_every_country_there_once() {
        let rows = TABLES.into_iter().chain([AZURE, CITIES]).flatten();
        let rows = rows.map(|(key, longitude, latitude, _)| (*key, *longitude, *latitude));
        let countries = COUNTRIES.iter();
        let countries =
            countries.map(|(two, _, longitude, latitude, _)| (*two, *longitude, *latitude));
        for (key, longitude, latitude) in rows.chain(countries) {
            assert!((-180.0..=180.0).contains(&longitude), "{key}: {longitude}");
            assert!((-90.0..=84.0).contains(&latitude), "{key}: {latitude}");
        }
        let codes: BTreeSet<&str> = COUNTRIES.iter().map(|(two, ..)| *two).collect();
        // ISO 3166-1 has 249, and Kosovo's code is in use without it.
        assert_eq!((COUNTRIES.len(), codes.len()), (250, 250));
    }
}
