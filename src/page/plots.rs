//! The plots of a folder, ready to be shown: SVG as part of the page, PNG within it.

use super::PageError;
use super::drawing::{self, Drawing};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// A plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Name of its file, without the ending.
    pub name: String,
    picture: Picture,
}

#[derive(Clone, Debug, PartialEq)]
enum Picture {
    Drawn(Drawing),
    /// A PNG file in letters; its width and height in pixels.
    Pixels {
        letters: String,
        size: (u32, u32),
    },
}

/// The first of them come first; all others after them, by name.
const ORDER: [&str; 11] = [
    "latency-cdf",
    "success",
    "rounds",
    "nodes-online",
    "messages",
    "bytes",
    "routing-tables",
    "buckets",
    "queueing-delay",
    "record-survival",
    "replicas",
];

/// The plots in this folder, each once; none if there is no such folder.
///
/// # Errors
/// If one cannot be read, or is not as kadsim draws it.
pub fn read(folder: &Path) -> Result<Vec<Plot>, PageError> {
    let failed = |path: &Path, cause| PageError::Read { path: path.to_owned(), cause };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(vec![]),
        Err(cause) => return Err(failed(folder, cause)),
    };
    // By name, and the format of two that shows more.
    let mut files: BTreeMap<String, &str> = BTreeMap::new();
    for entry in entries {
        let file = entry.map_err(|cause| failed(folder, cause))?.file_name();
        let file = file.to_string_lossy();
        if let Some(name) = file.strip_suffix(".svg") {
            files.insert(name.to_owned(), "svg");
        } else if let Some(name) = file.strip_suffix(".png") {
            files.entry(name.to_owned()).or_insert("png");
        }
    }
    let plots = files.into_iter().enumerate().map(|(place, (name, format))| {
        let path = folder.join(format!("{name}.{format}"));
        let bytes = fs::read(&path).map_err(|cause| failed(&path, cause))?;
        let picture = match format {
            "svg" => drawn(&String::from_utf8_lossy(&bytes), place),
            _ => pixels(&bytes),
        };
        let picture = picture.map_err(|cause| PageError::Damaged { path, cause })?;
        Ok(Plot { name, picture })
    });
    let mut plots = plots.collect::<Result<Vec<_>, PageError>>()?;
    plots.sort_by_key(|plot| {
        ORDER.iter().position(|name| *name == plot.name).unwrap_or(ORDER.len())
    });
    Ok(plots)
}

fn drawn(svg: &str, place: usize) -> Result<Picture, String> {
    drawing::read(svg, &format!("plot{place}-")).map(Picture::Drawn)
}

/// A PNG file says its size in bytes 16 to 23.
fn pixels(bytes: &[u8]) -> Result<Picture, String> {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    match (bytes.starts_with(b"\x89PNG\r\n\x1a\n"), number(16), number(20)) {
        (true, Some(width), Some(height)) => {
            Ok(Picture::Pixels { letters: STANDARD.encode(bytes), size: (width, height) })
        }
        _ => Err("it is no PNG".to_owned()),
    }
}

impl Plot {
    /// A plot from the text of an SVG.
    ///
    /// # Errors
    /// A message if it is none.
    pub fn of(name: &str, svg: &str, place: usize) -> Result<Self, String> {
        Ok(Plot { name: name.to_owned(), picture: drawn(svg, place)? })
    }

    /// What it shows, in words: its own first text, or the name of its file.
    fn title(&self) -> String {
        match &self.picture {
            Picture::Drawn(drawing) if !drawing.texts.is_empty() => drawing.texts[0].clone(),
            _ => self.name.replace('-', " "),
        }
    }

    fn show(&self) -> Markup {
        let title = self.title();
        html! {
            // Wide plots are moved within their own box on a narrow screen.
            // A scale of colours turned dark would say something else.
            figure .plot .light[self.name.ends_with("-map")] tabindex="0" role="group" aria-label={ "Plot: " (title) } {
                @match &self.picture {
                    Picture::Drawn(drawing) => (drawing.show(&title)),
                    Picture::Pixels { letters, size } => {
                        img width=(size.0) height=(size.1) alt=(title)
                            src={ "data:image/png;base64," (letters) };
                    }
                }
            }
        }
    }
}

/// All plots.
pub fn show(plots: &[&Plot]) -> Markup {
    html! {
        @if plots.is_empty() {
            p { "The folder has no plots, and nothing that they could be drawn from." }
        } @else {
            (some(plots))
        }
    }
}

/// These plots; nothing of none.
pub fn some(plots: &[&Plot]) -> Markup {
    html! { @if !plots.is_empty() { div .plots { @for plot in plots { (plot.show()) } } } }
}
