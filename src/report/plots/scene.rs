//! Strokes, areas and texts in pixels.

use plotters::style::{FontFamily, FontStyle, RGBColor, register_font};
use std::sync::Once;

/// Width and height of a picture in pixels.
pub const SIZE: (u32, u32) = (1_200, 720);

/// Family that texts are set in. SVG leaves the choice to whoever shows it; for PNG and for
/// measuring, a font is registered under that name.
pub const FONT: &str = "sans-serif";

/// Dark grey for titles and labels.
pub const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Grey for what matters less.
pub const FAINT: RGBColor = RGBColor(0x55, 0x55, 0x55);
/// Light grey for grid lines.
pub const GRID: RGBColor = RGBColor(0xE2, 0xE2, 0xE2);

/// Colours that the colour-blind can tell apart (Okabe and Ito 2008), without the yellow,
/// which is too faint on white.
pub const PALETTE: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xB2), // blue
    RGBColor(0xE6, 0x9F, 0x00), // orange
    RGBColor(0x00, 0x9E, 0x73), // bluish green
    RGBColor(0xD5, 0x5E, 0x00), // vermillion
    RGBColor(0xCC, 0x79, 0xA7), // reddish purple
    RGBColor(0x56, 0xB4, 0xE9), // sky blue
    RGBColor(0x00, 0x00, 0x00), // black
];

/// How a line looks: colour, and dashes where colours repeat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Colour of the line or area.
    pub color: RGBColor,
    /// Drawn and empty length in pixels; `None` is a solid line.
    pub dash: Option<(f64, f64)>,
}

impl Look {
    /// The look of the `index`-th thing of a kind.
    pub fn nth(index: usize) -> Self {
        let dash = match index / PALETTE.len() {
            0 => None,
            1 => Some((9.0, 5.0)),
            _ => Some((3.0, 4.0)),
        };
        Look { color: PALETTE[index % PALETTE.len()], dash }
    }

    /// The look of the `index`-th of some things that are told apart without colours as well: the
    /// dashes of neighbours differ too.
    pub fn apart(index: usize) -> Self {
        let dashes = [None, Some((9.0, 5.0)), Some((3.0, 4.0)), Some((18.0, 6.0))];
        Look { color: PALETTE[index % PALETTE.len()], dash: dashes[index % dashes.len()] }
    }
}

/// Which point of a text its position means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Left end, vertically centred.
    Left,
    /// Centre.
    Middle,
    /// Right end, vertically centred.
    Right,
    /// Centre of a text that reads from bottom to top.
    Upright,
}

/// Something to draw, in pixels from the upper left corner.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A line through points.
    Line {
        /// At least two.
        points: Vec<(f64, f64)>,
        /// Its colour and dashes.
        look: Look,
        /// Its width in pixels.
        width: f64,
    },
    /// A filled rectangle.
    Area {
        /// Upper left and lower right corner.
        corners: [(f64, f64); 2],
        /// Its colour.
        color: RGBColor,
    },
    /// A filled circle.
    Dot {
        /// Its middle.
        center: (f64, f64),
        /// Its radius in pixels.
        radius: f64,
        /// Its colour.
        color: RGBColor,
    },
    /// A text.
    Text {
        /// What it says.
        text: String,
        /// Where its anchor is.
        position: (f64, f64),
        /// Height of the font in pixels.
        size: f64,
        /// Its colour.
        color: RGBColor,
        /// Which point of it stands at `position`.
        anchor: Anchor,
    },
}

/// A picture, from back to front.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// What is drawn.
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// Draws a solid straight line.
    pub fn rule(&mut self, from: (f64, f64), to: (f64, f64), color: RGBColor, width: f64) {
        self.line(vec![from, to], Look { color, dash: None }, width);
    }

    /// Draws a line through `points`.
    pub fn line(&mut self, points: Vec<(f64, f64)>, look: Look, width: f64) {
        self.shapes.push(Shape::Line { points, look, width });
    }

    /// Fills a rectangle.
    pub fn area(&mut self, corners: [(f64, f64); 2], color: RGBColor) {
        self.shapes.push(Shape::Area { corners, color });
    }

    /// Fills a circle.
    pub fn dot(&mut self, center: (f64, f64), radius: f64, color: RGBColor) {
        self.shapes.push(Shape::Dot { center, radius, color });
    }

    /// Writes a text.
    pub fn text(
        &mut self,
        text: impl Into<String>,
        position: (f64, f64),
        size: f64,
        color: RGBColor,
        anchor: Anchor,
    ) {
        self.shapes.push(Shape::Text { text: text.into(), position, size, color, anchor });
    }

    /// Every text with the room that it takes.
    #[cfg(test)]
    pub fn text_boxes(&self) -> Vec<(&str, Bounds)> {
        let texts = self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text { text, position, size, anchor, .. } => {
                Some((text.as_str(), Bounds::of(text, *position, *size, *anchor)))
            }
            _ => None,
        });
        texts.collect()
    }
}

/// Width of a text in pixels: in the registered font, and a little more for the wider fonts
/// that an SVG may be shown in.
pub fn text_width(text: &str, size: f64) -> f64 {
    ensure_font();
    let font = plotters::style::FontDesc::new(FontFamily::Name(FONT), size, FontStyle::Normal);
    let (width, _) = font.box_size(text).expect("the font is registered and parsed");
    f64::from(width) * 1.12
}

/// Registers the font once for the whole process.
pub fn ensure_font() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let font = epaint_default_fonts::UBUNTU_LIGHT;
        let registered = register_font(FONT, FontStyle::Normal, font);
        assert!(registered.is_ok(), "the font that comes with the program can be read");
    });
}

/// The room that a text takes.
#[cfg(test)]
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

#[cfg(test)]
impl Bounds {
    fn of(text: &str, (x, y): (f64, f64), size: f64, anchor: Anchor) -> Self {
        let (width, height) = (text_width(text, size), size * 0.8);
        let (left, across, down) = match anchor {
            Anchor::Left => (x, width, height),
            Anchor::Middle => (x - width / 2.0, width, height),
            Anchor::Right => (x - width, width, height),
            Anchor::Upright => (x - height / 2.0, height, width),
        };
        let top = y - down / 2.0;
        Bounds { left, top, right: left + across, bottom: top + down }
    }

    /// Whether it lies within a picture of `width` and `height`.
    pub fn inside(&self, (width, height): (u32, u32)) -> bool {
        let fits = self.right <= f64::from(width) && self.bottom <= f64::from(height);
        fits && self.left >= 0.0 && self.top >= 0.0
    }

    /// Whether it shares room with `other`.
    pub fn overlaps(&self, other: &Bounds) -> bool {
        let across = self.left < other.right && other.left < self.right;
        across && self.top < other.bottom && other.top < self.bottom
    }
}
