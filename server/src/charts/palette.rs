//! The colours of the pages, for pictures that have no style sheet: read from the one place that
//! names them.

use plotters::style::RGBColor;

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

    fn find(self, name: &str) -> Option<RGBColor> {
        let (_, after) = TOKENS.split_once(&format!("--{name}: light-dark("))?;
        let (pair, _) = after.split_once(')')?;
        let (light, dark) = pair.split_once(", ")?;
        let hex = match self.0 {
            Theme::Light => light,
            Theme::Dark => dark,
        };
        let part = |from: usize| u8::from_str_radix(hex.get(from..from + 2)?, 16).ok();
        Some(RGBColor(part(1)?, part(3)?, part(5)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_has_every_colour_that_charts_use() {
        let own = ["surface", "line", "line-strong", "text", "muted", "warn"];
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
    }
}
