//! The few figures that most ask for first, in large letters.

use super::table::Tone;
use maud::{Markup, html};

/// A figure: what it is, its value, and what is to be known of it.
pub struct Tile {
    name: String,
    value: String,
    more: String,
    tone: Tone,
}

impl Tile {
    /// A figure that is neither good nor bad.
    pub fn new(name: impl Into<String>, value: String, more: String) -> Self {
        Tile { name: name.into(), value, more, tone: Tone::None }
    }

    /// The same, coloured.
    pub fn toned(self, tone: Tone) -> Self {
        Tile { tone, ..self }
    }
}

/// These figures.
pub fn show(tiles: &[Tile]) -> Markup {
    html! {
        dl .tiles {
            @for tile in tiles {
                div {
                    dt { (tile.name) }
                    dd { span class=(tile.tone.class()) { (tile.value) } small { (tile.more) } }
                }
            }
        }
    }
}
