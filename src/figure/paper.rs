//! Figures as files: for the screen, or as wide as a column or a page of a paper, to be printed as they are.

use super::sheet::export;
use super::{FigureKind, Options, Scene, Theme};
use crate::summary::RunResult;

/// CSS pixels in an inch.
const PIXELS: f64 = 96.0;
/// Points in an inch.
const POINTS: f64 = 72.0;
/// Size of the type on paper, in points: nothing in a figure is smaller.
const TYPE: f64 = 8.0;
/// Dots in an inch of a picture for paper.
const DENSITY: f64 = 600.0;

/// How large a figure is as a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paper {
    /// For slides and pages: 744 pixels wide.
    #[default]
    Screen,
    /// As wide as one of two columns: 3.4 inches.
    Column,
    /// As wide as both: 7 inches.
    Both,
}

impl Paper {
    /// All, the smallest use of paper first.
    pub const ALL: [Paper; 3] = [Paper::Screen, Paper::Column, Paper::Both];

    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Paper::Screen => "Screen",
            Paper::Column => "Paper, one column (3.4 in)",
            Paper::Both => "Paper, two columns (7 in)",
        }
    }

    /// Width on paper.
    #[must_use]
    pub fn inches(self) -> Option<f64> {
        match self {
            Paper::Screen => None,
            Paper::Column => Some(3.4),
            Paper::Both => Some(7.0),
        }
    }

    /// Font size in pixels.
    #[must_use]
    pub fn font(self) -> f64 {
        if self == Paper::Screen { 12.0 } else { TYPE * PIXELS / POINTS }
    }

    /// Colours: on paper dashes tell the lines apart as well.
    #[must_use]
    pub fn theme(self) -> Theme {
        if self == Paper::Screen { Theme::Light } else { Theme::Print }
    }

    /// Dots in an inch of a picture.
    #[must_use]
    pub fn density(self) -> f64 {
        if self == Paper::Screen { 2.0 * PIXELS } else { DENSITY }
    }

    /// Dots of a picture for each pixel of the scene.
    #[must_use]
    pub fn dots(self) -> f64 {
        self.density() / PIXELS
    }

    /// One figure of this size, with heading and legend, on paper with titles of the axes and marks on the lines; width
    /// and font of the options do not matter.
    #[must_use]
    pub fn draw(self, kind: FigureKind, result: &RunResult, options: &Options) -> Scene {
        export(kind, result, &self.fitted(options))
    }

    /// Options for a figure of this size, with heading and legend, from those for the screen.
    #[must_use]
    pub fn fitted<'a>(self, options: &Options<'a>) -> Options<'a> {
        let font = self.font();
        let width = self.inches().map_or(744.0, |inches| inches * PIXELS) - 2.0 * font;
        Options { width, font, titled: self != Paper::Screen, ..*options }
    }

    /// The scene as a file.
    #[must_use]
    pub fn svg(self, scene: &Scene) -> String {
        let inches = |pixels: f64| format!("{:.4}in", pixels / PIXELS);
        let size = self.inches().map(|_| [inches(scene.width), inches(scene.height)]);
        scene.to_svg_of_size(self.theme(), self.font(), size)
    }
}

/// Writes into a PNG picture how many dots there are to an inch, so that it comes out in its size; other bytes stay as
/// they are.
#[must_use]
pub fn with_density(png: &[u8], dots: f64) -> Vec<u8> {
    // After the signature and the header, which are always as long.
    const PLACE: usize = 33;
    let is_picture = png.starts_with(b"\x89PNG\r\n\x1a\n") && png.get(12..16) == Some(b"IHDR");
    let (Some(before), Some(after), true) = (png.get(..PLACE), png.get(PLACE..), is_picture) else {
        return png.to_vec();
    };
    let metre = (dots / 0.0254 + 0.5) as u32;
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(metre.to_be_bytes());
    chunk.extend(metre.to_be_bytes());
    chunk.push(1);
    let mut sum = flate2::Crc::new();
    sum.update(&chunk);
    let length = (chunk.len() as u32 - 4).to_be_bytes();
    [before, &length, &chunk, &sum.sum().to_be_bytes(), after].concat()
}
