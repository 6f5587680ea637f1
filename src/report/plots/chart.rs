//! What a chart is, and how it is laid out: title above, legend beside, panels below each
//! other on one horizontal axis.

use super::axis::Axis;
use super::scene::{Anchor, FAINT, GRID, INK, Look, SIZE, Scene, text_width};
use plotters::style::RGBColor;

const LEFT: f64 = 112.0;
const TOP: f64 = 122.0;
const BOTTOM: f64 = SIZE.1 as f64 - 76.0;
const MARGIN: f64 = 32.0;
const PANEL_GAP: f64 = 34.0;
const SWATCH: f64 = 26.0;
const LEGEND_GAP: f64 = 22.0;
const LEGEND_ROW: f64 = 26.0;
const LABEL_SIZE: f64 = 19.0;
const TICK_SIZE: f64 = 17.0;
/// Half the side of a point's mark.
const MARK: f64 = 4.5;
/// Distance between the intervals of two lines at one value.
const ASIDE: f64 = 6.0;
/// Half the width of the end of an interval.
const CAP: f64 = 4.0;
const PHASE_SIZE: f64 = 16.0;
const PHASE_ROW: f64 = 17.0;
const BAND_ROW: f64 = 18.0;
/// A band of no length is as wide as this, in pixels.
const THINNEST_BAND: f64 = 2.0;
/// Pale enough for the grid and for every line to stand out.
const BAND_COLORS: [RGBColor; 4] = [
    RGBColor(252, 232, 226),
    RGBColor(255, 243, 214),
    RGBColor(230, 238, 250),
    RGBColor(232, 245, 230),
];

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Name of its file, without ending.
    pub name: &'static str,
    /// What it shows.
    pub title: String,
    /// Of which run.
    pub subtitle: String,
    /// The horizontal axis of all panels.
    pub x: Axis,
    /// From top to bottom.
    pub panels: Vec<Panel>,
    /// Phases to mark: name and beginning, in values of `x`.
    pub phases: Vec<(&'static str, f64)>,
    /// Times to shade.
    pub bands: Vec<Band>,
}

/// A time that is shaded, in values of the horizontal axis.
#[derive(Clone, Debug)]
pub struct Band {
    /// Its name.
    pub label: String,
    /// Where it begins.
    pub from: f64,
    /// Where it ends; a line, if that is no later.
    pub to: f64,
}

/// One plot area.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Its vertical axis.
    pub y: Axis,
    /// What stands in it.
    pub marks: Marks,
}

/// What stands in a panel.
#[derive(Clone, Debug)]
pub enum Marks {
    /// Lines.
    Lines(Vec<Data>),
    /// Lines with a mark at each point: there is nothing known between them.
    Measured(Vec<Data>),
    /// Lines with a mark at each point and an interval around it.
    Intervals {
        /// The points.
        lines: Vec<Data>,
        /// Lower and upper end for each point of each line, if it is known.
        spans: Vec<Vec<Option<(f64, f64)>>>,
    },
    /// Bars beside each other at each place; points name place and height.
    Grouped(Vec<Data>),
    /// Bars on top of each other at each place.
    Stacked(Vec<Data>),
}

/// One line, or the bars of one colour.
#[derive(Clone, Debug)]
pub struct Data {
    /// Name in the legend; nothing is not shown there.
    pub name: String,
    /// Colour and dashes.
    pub look: Look,
    /// Values of both axes.
    pub points: Vec<(f64, f64)>,
}

/// A rectangle of the picture.
#[derive(Clone, Copy, Debug)]
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Marks {
    fn data(&self) -> &[Data] {
        match self {
            Marks::Lines(data)
            | Marks::Measured(data)
            | Marks::Intervals { lines: data, .. }
            | Marks::Grouped(data)
            | Marks::Stacked(data) => data,
        }
    }

    /// Whether there is no point in it.
    pub fn is_empty(&self) -> bool {
        self.data().iter().all(|data| data.points.is_empty())
    }

    fn legend(&self) -> impl Iterator<Item = &Data> {
        self.data().iter().filter(|data| !data.name.is_empty())
    }
}

impl Chart {
    /// The chart as strokes and texts.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::default();
        scene.text(&self.title, (LEFT, 30.0), 28.0, INK, Anchor::Left);
        scene.text(&self.subtitle, (LEFT, 56.0), 18.0, FAINT, Anchor::Left);
        let frames = self.frames();
        self.shade_bands(&mut scene, &frames);
        for (panel, frame) in self.panels.iter().zip(&frames) {
            self.grid(&mut scene, panel, *frame);
            draw_marks(&mut scene, &self.x, panel, *frame);
            draw_axes(&mut scene, panel, *frame);
            draw_legend(&mut scene, panel, *frame);
        }
        let last = frames[frames.len() - 1];
        for (value, text) in &self.x.ticks {
            let x = last.x(&self.x, *value);
            scene.rule((x, last.bottom), (x, last.bottom + 6.0), INK, 1.0);
            scene.text(text, (x, last.bottom + 19.0), TICK_SIZE, INK, Anchor::Middle);
        }
        let middle = (last.left + last.right) / 2.0;
        scene.text(&self.x.label, (middle, last.bottom + 51.0), LABEL_SIZE, INK, Anchor::Middle);
        self.draw_phases(&mut scene, &frames);
        self.name_bands(&mut scene, &frames);
        scene
    }

    fn frames(&self) -> Vec<Frame> {
        let names = self.panels.iter().flat_map(|panel| panel.marks.legend());
        let widest = names.map(|data| text_width(&data.name, TICK_SIZE)).reduce(f64::max);
        let legend = widest.map_or(0.0, |widest| LEGEND_GAP + SWATCH + 8.0 + widest);
        let right = f64::from(SIZE.0) - MARGIN - legend;
        let count = self.panels.len() as f64;
        let height = (BOTTOM - TOP - PANEL_GAP * (count - 1.0)) / count;
        let tops = (0..self.panels.len()).map(|i| TOP + i as f64 * (height + PANEL_GAP));
        tops.map(|top| Frame { left: LEFT, top, right, bottom: top + height }).collect()
    }

    fn grid(&self, scene: &mut Scene, panel: &Panel, frame: Frame) {
        for (value, _) in &panel.y.ticks {
            let y = frame.y(&panel.y, *value);
            scene.rule((frame.left, y), (frame.right, y), GRID, 1.0);
        }
        if let Marks::Lines(_) | Marks::Measured(_) | Marks::Intervals { .. } = panel.marks {
            for (value, _) in &self.x.ticks {
                let x = frame.x(&self.x, *value);
                scene.rule((x, frame.top), (x, frame.bottom), GRID, 1.0);
            }
        }
    }

    /// Fills the bands, behind everything else: where two overlap the shorter one shows.
    fn shade_bands(&self, scene: &mut Scene, frames: &[Frame]) {
        let mut bands: Vec<_> = self.bands.iter().enumerate().collect();
        bands.sort_by(|(_, one), (_, other)| {
            (other.to - other.from).total_cmp(&(one.to - one.from))
        });
        for (place, band) in bands {
            for frame in frames {
                let (left, right) = (frame.x(&self.x, band.from), frame.x(&self.x, band.to));
                let corners = [(left, frame.top), (right.max(left + THINNEST_BAND), frame.bottom)];
                scene.area(corners, BAND_COLORS[place % BAND_COLORS.len()]);
            }
        }
    }

    /// Writes the names of the bands into the upper panel, each in the first row from below that
    /// has room beside the names of other bands: curves are mostly further up.
    fn name_bands(&self, scene: &mut Scene, frames: &[Frame]) {
        let frame = frames[0];
        let rows = ((frame.bottom - frame.top) / BAND_ROW) as usize;
        let mut placed: Vec<(f64, f64, usize)> = vec![];
        for band in &self.bands {
            let width = text_width(&band.label, PHASE_SIZE);
            let begin = frame.x(&self.x, band.from) + 4.0;
            let left = begin.min(frame.right - width - 4.0).max(frame.left + 4.0);
            let is_taken = |row: &usize| {
                placed.iter().any(|(from, to, other)| {
                    other == row && *from < left + width + 6.0 && left < to + 6.0
                })
            };
            let Some(row) = (0..rows).find(|row| !is_taken(row)) else { continue };
            placed.push((left, left + width, row));
            let y = frame.bottom - 12.0 - row as f64 * BAND_ROW;
            scene.text(&band.label, (left, y), PHASE_SIZE, INK, Anchor::Left);
        }
    }

    /// A thin line where each phase begins, through all panels, with its name above. From the
    /// last phase to the first, so that a name whose room a later one needs goes to a higher
    /// row than that, where no line of a later phase reaches.
    fn draw_phases(&self, scene: &mut Scene, frames: &[Frame]) {
        let mut placed: Vec<(f64, usize)> = vec![];
        for (name, start) in self.phases.iter().rev() {
            let x = frames[0].x(&self.x, *start);
            let width = text_width(name, PHASE_SIZE);
            let fits = x + 4.0 + width < f64::from(SIZE.0);
            let left = if fits { x + 4.0 } else { x - 4.0 - width };
            let touched = placed.iter().filter(|(begin, _)| *begin < left + width + 6.0);
            let row = touched.map(|(_, row)| row + 1).max().unwrap_or(0);
            placed.push((left.min(x), row));
            let y = frames[0].top - 11.0 - row as f64 * PHASE_ROW;
            scene.text(*name, (left, y), PHASE_SIZE, FAINT, Anchor::Left);
            if *start > 0.0 {
                scene.rule((x, y - 6.0), (x, frames[0].bottom), FAINT, 1.0);
                for frame in &frames[1..] {
                    scene.rule((x, frame.top), (x, frame.bottom), FAINT, 1.0);
                }
            }
        }
    }
}

impl Frame {
    fn x(&self, axis: &Axis, value: f64) -> f64 {
        self.left + axis.place(value) * (self.right - self.left)
    }

    fn y(&self, axis: &Axis, value: f64) -> f64 {
        self.bottom - axis.place(value) * (self.bottom - self.top)
    }
}

fn draw_axes(scene: &mut Scene, panel: &Panel, frame: Frame) {
    let corner = (frame.left, frame.bottom);
    scene.rule((frame.left, frame.top), corner, INK, 1.0);
    scene.rule(corner, (frame.right, frame.bottom), INK, 1.0);
    for (value, text) in &panel.y.ticks {
        let y = frame.y(&panel.y, *value);
        scene.rule((frame.left - 5.0, y), (frame.left, y), INK, 1.0);
        scene.text(text, (frame.left - 10.0, y), TICK_SIZE, INK, Anchor::Right);
    }
    let middle = (frame.top + frame.bottom) / 2.0;
    scene.text(&panel.y.label, (24.0, middle), LABEL_SIZE, INK, Anchor::Upright);
}

fn draw_legend(scene: &mut Scene, panel: &Panel, frame: Frame) {
    let left = frame.right + LEGEND_GAP;
    for (row, data) in panel.marks.legend().enumerate() {
        let y = frame.top + 10.0 + row as f64 * LEGEND_ROW;
        match panel.marks {
            Marks::Lines(_) => scene.line(vec![(left, y), (left + SWATCH, y)], data.look, 3.0),
            Marks::Measured(_) | Marks::Intervals { .. } => {
                scene.line(vec![(left, y), (left + SWATCH, y)], data.look, 3.0);
                // At the end, so that dashes show before it.
                let end = left + SWATCH;
                scene.area([(end - 2.0 * MARK, y - MARK), (end, y + MARK)], data.look.color);
            }
            _ => scene.area([(left + 6.0, y - 8.0), (left + 22.0, y + 8.0)], data.look.color),
        }
        let position = (left + SWATCH + 8.0, y);
        scene.text(&data.name, position, TICK_SIZE, INK, Anchor::Left);
    }
}

fn draw_marks(scene: &mut Scene, x: &Axis, panel: &Panel, frame: Frame) {
    let bar = |scene: &mut Scene, left, right, from, to, color: RGBColor| {
        let corners = [(left, frame.y(&panel.y, to)), (right, frame.y(&panel.y, from))];
        scene.area(corners, color);
    };
    // Room of one place, of which a tenth on either side stays empty.
    let room = frame.x(x, 1.0) - frame.x(x, 0.0);
    match &panel.marks {
        Marks::Lines(lines) | Marks::Measured(lines) => {
            for line in lines.iter().filter(|line| !line.points.is_empty()) {
                let place = |(px, py): &(f64, f64)| (frame.x(x, *px), frame.y(&panel.y, *py));
                let mut points: Vec<_> = line.points.iter().map(place).collect();
                if let [(x, y)] = points[..] {
                    points = vec![(x - 3.0, y), (x + 3.0, y)];
                }
                if let Marks::Measured(_) = panel.marks {
                    for (x, y) in &points {
                        let corners = [(x - MARK, y - MARK), (x + MARK, y + MARK)];
                        scene.area(corners, line.look.color);
                    }
                }
                scene.line(points, line.look, 2.2);
            }
        }
        Marks::Intervals { lines, spans } => {
            for (place, (line, spans)) in lines.iter().zip(spans).enumerate() {
                // Beside each other, so that intervals at one value do not cover each other.
                let aside = (place as f64 - (lines.len() - 1) as f64 / 2.0) * ASIDE;
                draw_intervals(scene, (x, &panel.y, frame), aside, (line, spans));
            }
        }
        Marks::Grouped(groups) => {
            let width = (room * 0.8 / groups.len() as f64).min(64.0);
            for (place, group) in groups.iter().enumerate() {
                let offset = (place as f64 - groups.len() as f64 / 2.0) * width;
                for (px, height) in group.points.iter().filter(|point| point.1 > 0.0) {
                    let left = frame.x(x, *px) + offset;
                    bar(scene, left, left + width, 0.0, *height, group.look.color);
                }
            }
        }
        Marks::Stacked(layers) => {
            let half = (room * 0.4).min(32.0);
            for (depth, layer) in layers.iter().enumerate() {
                for (place, (px, height)) in layer.points.iter().enumerate() {
                    let base: f64 = layers[..depth].iter().map(|below| below.points[place].1).sum();
                    let (center, top) = (frame.x(x, *px), base + height);
                    bar(scene, center - half, center + half, base, top, layer.look.color);
                }
            }
        }
    }
}

/// A line with its marks and intervals, `aside` pixels beside its values.
fn draw_intervals(
    scene: &mut Scene,
    (x, y, frame): (&Axis, &Axis, Frame),
    aside: f64,
    (line, spans): (&Data, &[Option<(f64, f64)>]),
) {
    let Look { color, .. } = line.look;
    let mut points = vec![];
    for ((px, py), span) in line.points.iter().zip(spans) {
        let (left, top) = (frame.x(x, *px) + aside, frame.y(y, *py));
        points.push((left, top));
        scene.area([(left - MARK, top - MARK), (left + MARK, top + MARK)], color);
        if let Some((low, high)) = span {
            let [low, high] = [low, high].map(|end| frame.y(y, *end));
            scene.rule((left, low), (left, high), color, 1.6);
            for end in [low, high] {
                scene.rule((left - CAP, end), (left + CAP, end), color, 1.6);
            }
        }
    }
    if points.len() > 1 {
        scene.line(points, line.look, 2.2);
    }
}
