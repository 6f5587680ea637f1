//! From a scene to a file.
//!
//! Everything is drawn at [`OVERSAMPLING`] times the size: the drawing library knows whole
//! pixels only. The SVG then declares the ordinary size; the PNG is averaged down to it, which
//! smooths its edges.

use super::PlotError;
use super::scene::{Anchor, FONT, Look, SIZE, Scene, Shape, ensure_font};
use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE};
use std::path::Path;

/// Pixels drawn for each pixel of the picture, in either direction.
const OVERSAMPLING: u32 = 3;

/// What the drawing library needs help with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Medium {
    /// Nothing: whoever shows an SVG joins lines and sets text well.
    Vector,
    /// It thins out sharp corners of thick lines, sets text too high, and lets a word after
    /// a y touch it.
    Bitmap,
}

/// Writes `scene` as SVG.
///
/// # Errors
/// If it cannot be drawn or written.
pub fn svg(plot: &str, scene: &Scene, path: &Path) -> Result<(), PlotError> {
    let text = svg_text(plot, scene)?;
    std::fs::write(path, text).map_err(|source| PlotError::Write { plot: plot.to_owned(), source })
}

/// `scene` as the text of an SVG.
///
/// # Errors
/// If it cannot be drawn.
pub fn svg_text(plot: &str, scene: &Scene) -> Result<String, PlotError> {
    let (width, height) = (SIZE.0 * OVERSAMPLING, SIZE.1 * OVERSAMPLING);
    let mut text = String::new();
    let drawn = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
    draw(scene, drawn, Medium::Vector)
        .map_err(|error| PlotError::Draw { plot: plot.to_owned(), reason: error.to_string() })?;
    let drawn = format!("width=\"{width}\" height=\"{height}\"");
    let shown = format!("width=\"{}\" height=\"{}\"", SIZE.0, SIZE.1);
    Ok(text.replacen(&drawn, &shown, 1))
}

/// Writes `scene` as PNG.
///
/// # Errors
/// If it cannot be drawn or written.
pub fn png(plot: &str, scene: &Scene, path: &Path) -> Result<(), PlotError> {
    let (width, height) = (SIZE.0 * OVERSAMPLING, SIZE.1 * OVERSAMPLING);
    let failed = |reason: String| PlotError::Draw { plot: plot.to_owned(), reason };
    let mut pixels = vec![0; (width * height * 3) as usize];
    let large = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
    draw(scene, large, Medium::Bitmap).map_err(|error| failed(error.to_string()))?;
    let small = averaged(&pixels);
    let mut file = BitMapBackend::new(path, SIZE);
    file.blit_bitmap((0, 0), SIZE, &small).map_err(|error| failed(error.to_string()))?;
    file.present().map_err(|error| failed(error.to_string()))
}

/// Each pixel of the picture as the mean of the pixels drawn for it; three bytes a pixel.
fn averaged(large: &[u8]) -> Vec<u8> {
    let (factor, row) = (OVERSAMPLING as usize, (SIZE.0 * OVERSAMPLING * 3) as usize);
    let mut small = Vec::with_capacity((SIZE.0 * SIZE.1 * 3) as usize);
    for y in 0..SIZE.1 as usize {
        for x in 0..SIZE.0 as usize {
            for channel in 0..3 {
                let mut sum = 0;
                for line in 0..factor {
                    let start = (y * factor + line) * row + x * factor * 3 + channel;
                    sum += (0..factor).map(|i| u32::from(large[start + 3 * i])).sum::<u32>();
                }
                small.push((sum / (OVERSAMPLING * OVERSAMPLING)) as u8);
            }
        }
    }
    small
}

fn draw<B: DrawingBackend>(
    scene: &Scene,
    area: DrawingArea<B, Shift>,
    medium: Medium,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    ensure_font();
    area.fill(&WHITE)?;
    for shape in &scene.shapes {
        match shape {
            Shape::Line { points, look, width } => {
                for piece in pieces(points, *look) {
                    let piece = without_repeats(piece.into_iter().map(pixel).collect());
                    draw_line(&area, piece, look.color, *width, medium)?;
                }
            }
            Shape::Area { corners, color } => {
                let style = ShapeStyle { color: (*color).into(), filled: true, stroke_width: 0 };
                area.draw(&Rectangle::new(corners.map(pixel), style))?;
            }
            Shape::Dot { center, radius, color } => {
                let style = ShapeStyle { color: (*color).into(), filled: true, stroke_width: 0 };
                let radius = (radius * f64::from(OVERSAMPLING)).round() as i32;
                area.draw(&Circle::new(pixel(*center), radius, style))?;
            }
            Shape::Text { text, position, size, color, anchor } => {
                let font = (FONT, size * f64::from(OVERSAMPLING)).into_font();
                let (font, side) = match anchor {
                    Anchor::Left => (font, HPos::Left),
                    Anchor::Middle => (font, HPos::Center),
                    Anchor::Right => (font, HPos::Right),
                    Anchor::Upright => (font.transform(FontTransform::Rotate270), HPos::Center),
                };
                let style = TextStyle::from(font).color(color).pos(Pos::new(side, VPos::Center));
                match medium {
                    Medium::Vector => area.draw_text(text, &style, pixel(*position))?,
                    Medium::Bitmap => {
                        let lower = match anchor {
                            Anchor::Upright => (position.0 + 0.12 * size, position.1),
                            _ => (position.0, position.1 + 0.12 * size),
                        };
                        area.draw_text(&text.replace("y ", "y  "), &style, pixel(lower))?;
                    }
                }
            }
        }
    }
    area.present()
}

fn draw_line<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    points: Vec<(i32, i32)>,
    color: RGBColor,
    width: f64,
    medium: Medium,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let width = (width * f64::from(OVERSAMPLING)).round() as u32;
    let style = ShapeStyle { color: color.into(), filled: false, stroke_width: width };
    if medium == Medium::Vector || points.len() == 2 {
        return area.draw(&PathElement::new(points, style));
    }
    let joint = ShapeStyle { filled: true, stroke_width: 0, ..style };
    for pair in points.windows(2) {
        area.draw(&PathElement::new(pair.to_vec(), style))?;
        area.draw(&Circle::new(pair[1], (width / 2) as i32, joint))?;
    }
    Ok(())
}

fn pixel((x, y): (f64, f64)) -> (i32, i32) {
    let scale = f64::from(OVERSAMPLING);
    ((x * scale).round() as i32, (y * scale).round() as i32)
}

/// Points that are nearer than a pixel of the picture to the one before them add nothing but
/// bytes; the first and the last one stay.
fn without_repeats(points: Vec<(i32, i32)>) -> Vec<(i32, i32)> {
    let near = OVERSAMPLING;
    let (first, last) = (points[0], points[points.len() - 1]);
    let mut kept = vec![first];
    for point in points {
        let before = kept[kept.len() - 1];
        if point.0.abs_diff(before.0) >= near || point.1.abs_diff(before.1) >= near {
            kept.push(point);
        }
    }
    if kept.len() == 1 || kept[kept.len() - 1] != last {
        kept.push(last);
    }
    kept
}

/// The drawn pieces of a line: all of it, or its dashes.
fn pieces(points: &[(f64, f64)], look: Look) -> Vec<Vec<(f64, f64)>> {
    let Some((drawn, empty)) = look.dash else {
        return vec![points.to_vec()];
    };
    let mut pieces = vec![];
    let mut piece = vec![points[0]];
    let mut pen_down = true;
    let mut left = drawn;
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = libm::hypot(to.0 - from.0, to.1 - from.1);
            if length <= left {
                left -= length;
                piece.push(to);
                break;
            }
            let share = left / length;
            from = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            piece.push(from);
            let done = std::mem::replace(&mut piece, vec![from]);
            if pen_down {
                pieces.push(done);
            }
            pen_down = !pen_down;
            left = if pen_down { drawn } else { empty };
        }
    }
    if pen_down && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::style::BLACK;

    #[test]
    fn dashes_cover_their_share_of_the_line() {
        let look = Look { color: BLACK, dash: Some((6.0, 4.0)) };
        let pieces = pieces(&[(0.0, 0.0), (15.0, 0.0), (30.0, 0.0)], look);
        let ends: Vec<_> =
            pieces.iter().map(|p| (p[0].0.round(), p[p.len() - 1].0.round())).collect();
        assert_eq!(ends, [(0.0, 6.0), (10.0, 16.0), (20.0, 26.0)]);
    }

    #[test]
    fn pictures_have_the_declared_size() {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let scene = Scene::default();
        svg("empty", &scene, &folder.path().join("a.svg")).expect("nothing is easily drawn");
        png("empty", &scene, &folder.path().join("a.png")).expect("nothing is easily drawn");
        let text = std::fs::read_to_string(folder.path().join("a.svg")).expect("was written");
        assert!(text.starts_with("<svg width=\"1200\" height=\"720\" viewBox=\"0 0 3600 2160\""));
        // Width and height stand in a PNG's first chunk.
        let bytes = std::fs::read(folder.path().join("a.png")).expect("was written");
        assert_eq!(bytes[16..24], [0, 0, 0x04, 0xB0, 0, 0, 0x02, 0xD0]);
    }
}
