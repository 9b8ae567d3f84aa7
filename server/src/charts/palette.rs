//! The colours of the pages, for pictures that have no style sheet: read from the one place that
//! names them.

use plotters::style::{Color, RGBAColor, RGBColor};

/// Every colour of the interface: `--name: light-dark(#rrggbb, #rrggbb);`.
const TOKENS: &str = include_str!("../../../style/tokens.css");

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Palette(pub(super) Theme);

impl Palette {
    /// A colour by its name in the style sheet. One that is missing there is black; a test asks
    /// for all that are used.
    pub(super) fn color(self, name: &str) -> RGBColor {
        self.find(name).unwrap_or(RGBColor(0, 0, 0))
    }

    /// A colour that what lies below shines through.
    pub(super) fn veil(self, name: &str) -> RGBAColor {
        let opaque = |hex: &str| part(hex, 7).map(|part| f64::from(part) / f64::from(u8::MAX));
        let opacity = self.hex(name).and_then(opaque);
        self.color(name).mix(opacity.unwrap_or(1.0))
    }

    fn find(self, name: &str) -> Option<RGBColor> {
        let hex = self.hex(name)?;
        Some(RGBColor(part(hex, 1)?, part(hex, 3)?, part(hex, 5)?))
    }

    fn hex(self, name: &str) -> Option<&'static str> {
        let (_, after) = TOKENS.split_once(&format!("--{name}: light-dark("))?;
        let (pair, _) = after.split_once(')')?;
        let (light, dark) = pair.split_once(", ")?;
        Some(match self.0 {
            Theme::Light => light,
            Theme::Dark => dark,
        })
    }
}

fn part(hex: &str, from: usize) -> Option<u8> {
    u8::from_str_radix(hex.get(from..from + 2)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_has_every_colour_that_charts_use() {
        let own = [
            "surface",
            "line",
            "line-strong",
            "text",
            "muted",
            "warn",
            "ok",
            "bad",
            "land",
            "warn-veil",
            "ok-veil",
            "bad-veil",
        ];
        let lines = (0..super::super::LINES).map(|number| format!("service-{number}"));
        let shades = (0..model::layout::heatmap::LEVELS).map(|level| format!("heat-{level}"));
        let names = own.map(str::to_owned).into_iter();
        for name in names.chain(lines).chain(shades) {
            for theme in [Theme::Light, Theme::Dark] {
                assert!(Palette(theme).find(&name).is_some(), "{name}");
            }
        }
        assert_eq!(
            Palette(Theme::Light).find("surface"),
            Some(RGBColor(255, 255, 255))
        );
        let RGBAColor(red, _, _, opacity) = Palette(Theme::Light).veil("bad-veil");
        assert!(red == 0xc0 && (opacity - 0.25).abs() < 0.01);
    }
}
