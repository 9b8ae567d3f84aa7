//! Draws the dots of `model/src/geo/land.txt` from a `TopoJSON` file of land; see
//! `model/src/geo/land.rs`.

#![expect(clippy::print_stdout, reason = "this is a command-line program")]

use std::error::Error;

use serde_json::Value;

/// Points of a dot that are looked at, in each direction: it is on land when half of them are.
const SAMPLES: u8 = 5;

type Place = (f64, f64);

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let topology: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let rings = rings(&topology).ok_or("this is no TopoJSON of land")?;
    for row in model::geo::land::grid() {
        let dots = row.map(|(longitude, latitude)| {
            let place = (f64::from(longitude), f64::from(latitude));
            if is_land(&rings, place) { '#' } else { '.' }
        });
        println!("{}", dots.collect::<String>());
    }
    Ok(())
}

/// The rings of all polygons as longitudes and latitudes: arcs one after another, each a list of
/// differences of whole numbers, backwards where its number is negative (the `TopoJSON` format
/// specification, sections 2.1.2 to 2.1.4).
fn rings(topology: &Value) -> Option<Vec<Vec<Place>>> {
    let pair = |value: &Value| Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?));
    let scale = pair(&topology["transform"]["scale"])?;
    let translate = pair(&topology["transform"]["translate"])?;
    let arc = |arc: &Value| -> Option<Vec<Place>> {
        let mut at = (0.0, 0.0);
        let step = |difference| {
            let (x, y) = pair(difference)?;
            at = (at.0 + x, at.1 + y);
            Some((at.0 * scale.0 + translate.0, at.1 * scale.1 + translate.1))
        };
        arc.as_array()?.iter().map(step).collect()
    };
    let arcs: Vec<Vec<Place>> = topology["arcs"]
        .as_array()?
        .iter()
        .map(arc)
        .collect::<Option<_>>()?;
    let mut rings = Vec::new();
    for geometry in topology["objects"]["land"]["geometries"].as_array()? {
        for polygon in geometry["arcs"].as_array()? {
            for numbers in polygon.as_array()? {
                rings.push(ring(&arcs, numbers)?);
            }
        }
    }
    Some(rings)
}

/// Its longitudes go on beyond 180° where it crosses that meridian.
fn ring(arcs: &[Vec<Place>], numbers: &Value) -> Option<Vec<Place>> {
    let mut ring: Vec<Place> = Vec::new();
    for number in numbers.as_array()? {
        let number = number.as_i64()?;
        let place = usize::try_from(if number < 0 { !number } else { number }).ok()?;
        let mut arc = arcs.get(place)?.clone();
        if number < 0 {
            arc.reverse();
        }
        for (longitude, latitude) in arc {
            let last = ring.last().map_or(longitude, |(last, _)| *last);
            let turns = ((last - longitude) / 360.0).round();
            ring.push((longitude + turns * 360.0, latitude));
        }
    }
    Some(ring)
}

/// Whether at least half of the dot around a place is land.
fn is_land(rings: &[Vec<Place>], (longitude, latitude): Place) -> bool {
    let offsets = (0..SAMPLES).map(|sample| {
        let share = (f64::from(sample) + 0.5) / f64::from(SAMPLES) - 0.5;
        share * f64::from(model::geo::land::PITCH)
    });
    let offsets: Vec<f64> = offsets.collect();
    let samples = offsets.iter().flat_map(|east| {
        offsets
            .iter()
            .map(move |north| (longitude + east, latitude + north))
    });
    let within = samples.filter(|place| is_within(rings, *place)).count();
    within * 2 >= usize::from(SAMPLES).pow(2)
}

/// Whether a line from the place to the east crosses an odd number of edges.
fn is_within(rings: &[Vec<Place>], (longitude, y): Place) -> bool {
    let is_within = |x: f64| {
        let crosses = |edge: &&[Place]| match **edge {
            [(x0, y0), (x1, y1)] => {
                (y0 > y) != (y1 > y) && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0
            }
            _ => false,
        };
        let edges = rings.iter().flat_map(|ring| ring.windows(2));
        edges.filter(crosses).count() % 2 == 1
    };
    [-360.0, 0.0, 360.0]
        .into_iter()
        .any(|turn| is_within(longitude + turn))
}
