//! The map of the world with a circle for each region, as the page of regions has it.

use std::f32::consts::TAU;

use model::format;
use model::geo::{HEIGHT, land};
use model::layout::world_map;
use model::regions::{Regions, Row, Standing};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::palette::{Palette, Theme};
use super::{Area, ChartError, Heading, LETTER_WIDTH, WIDTH, nothing, picture, plain};

/// Pixels of the map's unit. Neighbouring dots are a whole number of pixels apart, or rounding
/// would make a pattern of them.
const SCALE: f32 = 2.4;

/// Pixels on either side of the map.
const MARGIN: i32 = 48;

/// Pixels below the map.
const FOOT: i32 = 14;

/// Pixels of the line of words above the map.
const LEGEND: i32 = 26;

/// Pixels between a circle and its name.
const GAP: i32 = 4;

/// Pixels of a letter's height.
const LETTER_HEIGHT: i32 = 12;

/// Radius in the legend.
const LEGEND_RADIUS: i32 = 5;

/// Dashes of the circle of a region that is slow are about so many pixels apart.
const DASH: f32 = 10.8;

/// Straight lines that a dash is drawn by.
const DASH_LINES: u8 = 4;

/// Regions without a known place are counted in the legend.
pub(crate) fn map(
    heading: &Heading,
    regions: &Regions,
    theme: Theme,
) -> Result<String, ChartError> {
    let palette = Palette(theme);
    let height = LEGEND + pixels(HEIGHT) + FOOT;
    let height = super::HEAD_HEIGHT + u32::try_from(height).unwrap_or(0);
    picture(heading, &[], palette, height, |plot| {
        if regions.all.is_none() {
            return nothing(plot, palette);
        }
        let marks: Vec<(Mark, &Row)> = regions
            .circles
            .iter()
            .filter_map(|circle| {
                let row = regions.rows.get(circle.row)?;
                Some((Mark::of(circle, row.standing), row))
            })
            .collect();
        let unknown = regions.rows.len() - marks.len();
        legend(plot, &marks, unknown, palette)?;
        draw_land(plot, palette)?;
        for (mark, _) in &marks {
            mark.draw(plot, palette)?;
        }
        name(plot, &marks, palette)
    })
}

/// Left, top, right and bottom in pixels of the plot.
type Room = [i32; 4];

/// A circle in pixels of the plot.
#[derive(Debug, Clone, Copy)]
struct Mark {
    centre: (i32, i32),
    radius: i32,
    standing: Standing,
}

impl Mark {
    fn of(circle: &world_map::Circle, standing: Standing) -> Self {
        Self {
            centre: at(circle.x, circle.y),
            radius: pixels(circle.radius),
            standing,
        }
    }

    /// Each standing has a colour and a shape of its own.
    fn draw(self, plot: &Area, palette: Palette) -> Result<(), ChartError> {
        let color = match self.standing {
            Standing::Worse => "bad",
            Standing::Slow => "warn",
            Standing::Usual => "ok",
            Standing::Thin => "muted",
        };
        let stroke = palette.color(color).stroke_width(2);
        if self.standing != Standing::Thin {
            let veil = palette.veil(&format!("{color}-veil"));
            plot.draw(&Circle::new(self.centre, self.radius, veil.filled()))?;
        }
        if self.standing == Standing::Slow {
            for dash in self.dashes() {
                plot.draw(&PathElement::new(dash, stroke))?;
            }
        } else {
            plot.draw(&Circle::new(self.centre, self.radius, stroke))?;
        }
        if self.standing == Standing::Worse {
            let heart = self.radius * 2 / 5;
            let color = palette.color(color);
            plot.draw(&Circle::new(self.centre, heart, color.filled()))?;
        }
        Ok(())
    }

    /// The square around it.
    fn room(self) -> Room {
        let (x, y) = self.centre;
        let radius = self.radius;
        [x - radius, y - radius, x + radius, y + radius]
    }

    /// Where a name so wide could stand, and from where it is written: to its right, to its left,
    /// above and below.
    fn rooms(self, width: i32) -> [((i32, i32), HPos, Room); 4] {
        let (x, y) = self.centre;
        let beside = self.radius + GAP;
        let above = self.radius + GAP + LETTER_HEIGHT / 2;
        let room = |left: i32, y: i32| {
            let half = LETTER_HEIGHT / 2;
            [left, y - half, left + width, y + half]
        };
        [
            ((x + beside, y), HPos::Left, room(x + beside, y)),
            ((x - beside, y), HPos::Right, room(x - beside - width, y)),
            ((x, y - above), HPos::Center, room(x - width / 2, y - above)),
            ((x, y + above), HPos::Center, room(x - width / 2, y + above)),
        ]
    }

    /// Two thirds of its circumference.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "pixels of a picture"
    )]
    fn dashes(self) -> impl Iterator<Item = Vec<(i32, i32)>> {
        let radius = self.radius as f32;
        let count = (TAU * radius / DASH).round().max(3.0) as u16;
        let step = TAU / f32::from(count);
        (0..count).map(move |number| {
            let begin = f32::from(number) * step;
            let points = (0..=DASH_LINES).map(|part| {
                let share = f32::from(part) / f32::from(DASH_LINES);
                let (sine, cosine) = (begin + step * 2.0 / 3.0 * share).sin_cos();
                let shift = |part: f32| (radius * part).round() as i32;
                (self.centre.0 + shift(cosine), self.centre.1 + shift(sine))
            });
            points.collect()
        })
    }
}

/// How many regions stand how.
fn legend(
    plot: &Area,
    marks: &[(Mark, &Row)],
    unknown: usize,
    palette: Palette,
) -> Result<(), ChartError> {
    let style = ("sans-serif", 12)
        .into_font()
        .color(&palette.color("muted"));
    let mut left = 20;
    for standing in Standing::ALL {
        let own = marks.iter().filter(|(mark, _)| mark.standing == standing);
        let count = own.count();
        if count == 0 {
            continue;
        }
        let sample = Mark {
            centre: (left + LEGEND_RADIUS, 9),
            radius: LEGEND_RADIUS,
            standing,
        };
        sample.draw(plot, palette)?;
        let text = format!("{} {}", format::count(count), standing.meaning());
        plot.draw_text(&text, &style, (left + 18, 3))?;
        left += 36 + text_width(&text);
    }
    if unknown > 0 {
        let text = format!("{} not on the map", format::counted(unknown, "region"));
        plot.draw_text(&text, &style, (left, 3))?;
    }
    Ok(())
}

fn draw_land(plot: &Area, palette: Palette) -> Result<(), ChartError> {
    let land = palette.color("land");
    for run in land::runs() {
        let (first, y) = at(run.first.x, run.first.y);
        let last = first + pixels(run.length);
        let mut x = first;
        while x <= last {
            plot.draw(&Circle::new((x, y), 1, land.filled()))?;
            x += pixels(land::PITCH);
        }
    }
    Ok(())
}

/// Names and 95th percentiles beside the circles, of those that stand worst first. One that finds
/// no room beside the others is left out.
fn name(plot: &Area, marks: &[(Mark, &Row)], palette: Palette) -> Result<(), ChartError> {
    let style = ("sans-serif", 12).into_font().color(&palette.color("text"));
    let mut named: Vec<&(Mark, &Row)> = marks.iter().collect();
    named.sort_by_key(|(mark, _)| mark.standing);
    let mut taken: Vec<Room> = marks.iter().map(|(mark, _)| mark.room()).collect();
    for (mark, row) in named {
        let p95 = format::duration(row.figures.p95_nanos());
        let text = plain(&format!("{} {p95}", row.region));
        let free = mark
            .rooms(text_width(&text))
            .into_iter()
            .find(|(_, _, room)| {
                let is_inside = room[0] >= 0 && room[2] <= i32::try_from(WIDTH).unwrap_or(i32::MAX);
                is_inside && !taken.iter().any(|other| covers(*other, *room))
            });
        if let Some((at, anchor, room)) = free {
            taken.push(room);
            let anchor = Pos::new(anchor, VPos::Center);
            plot.draw_text(&text, &style.pos(anchor), at)?;
        }
    }
    Ok(())
}

/// Whether two rectangles have something in common.
fn covers(one: Room, other: Room) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

fn text_width(text: &str) -> i32 {
    i32::try_from(text.chars().count() * LETTER_WIDTH).unwrap_or(i32::MAX / 2)
}

/// A place of the map in the plot.
fn at(x: f32, y: f32) -> (i32, i32) {
    (MARGIN + pixels(x), LEGEND + pixels(y))
}

#[expect(clippy::cast_possible_truncation, reason = "pixels of a picture")]
fn pixels(units: f32) -> i32 {
    (units * SCALE).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::regions::{Counted, Observed};
    use model::rollup::{Direction, Observation, Rollup};

    fn counted(region: &str, count: i64, millis: i64) -> Counted {
        let mut rollup = Rollup::default();
        for number in 0..count {
            let seen = Observation {
                trace_id: model::id::TraceId::from_slice(&[7; 16]).expect("an id"),
                duration_nanos: (millis + number % 7) * 1_000_000,
                is_error: false,
                weight: 1.0,
                sums: &[],
            };
            rollup.record(Direction::Add, &seen);
        }
        (vec![region.to_owned(), String::new()], rollup)
    }

    fn drawn(now: &[Counted], before: Option<&[Counted]>) -> String {
        let heading = Heading {
            title: "p95 by region".into(),
            subtitle: String::new(),
        };
        let regions = Regions::of(Observed { now, before }, false);
        map(&heading, &regions, Theme::Light).expect("a chart")
    }

    #[test]
    fn each_region_is_drawn_as_it_stands() {
        let before = [
            counted("sa-east-1", 500, 100),
            counted("eu-west-1", 2_900, 100),
        ];
        let now = [
            counted("sa-east-1", 500, 300),
            counted("eu-west-1", 2_900, 100),
            counted("ap-south-1", 100, 900),
            counted("moon-1", 400, 100),
        ];
        let svg = drawn(&now, Some(&before));
        let said = [
            "1 slower than before",
            "1 far slower than most",
            "1 as usual",
            "1 region not on the map",
            "sa-east-1 304 ms",
        ];
        for words in said {
            assert!(svg.contains(words), "{words}");
        }
        assert!(!svg.contains("moon-1"));
        let bare = drawn(&[counted("moon-1", 400, 100)], None);
        let circles = |svg: &str| svg.matches("<circle").count();
        let land: usize = circles(&bare);
        // Two for a usual region, its veil and its line; a heart for one that is worse; dashes for
        // one that is slow; and the same in the legend.
        assert_eq!(circles(&svg) - land, 2 * (2 + 3 + 1));
        assert!(svg.contains("<polyline") && !bare.contains("<polyline"));
    }

    #[test]
    fn names_do_not_cover_each_other() {
        assert!(covers([0, 0, 10, 10], [9, 9, 20, 20]));
        assert!(!covers([0, 0, 10, 10], [10, 0, 20, 10]));
    }

    #[test]
    fn without_requests_there_is_no_map() {
        let svg = drawn(&[], None);
        assert!(svg.contains("No request was counted") && !svg.contains("<circle"));
    }
}
