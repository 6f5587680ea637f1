//! Tables and lists of figures.

use maud::{Markup, html};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, on the left.
    Text(String),
    /// The name of its row.
    Name(String),
    /// The name of its row, and the section that it leads to.
    Link(String, String),
    /// A number as it is read, on the right, and as it is sorted by.
    Number(String, f64),
    /// The same with what is known of it below: an interval.
    Interval(String, String, f64),
    /// How good something is, in a word.
    Grade(String, Tone),
    /// No figure.
    None,
}

/// Whether a word praises or warns; it is coloured so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Something should be better.
    Middling,
    /// Something must be done.
    Bad,
    /// It says nothing.
    None,
}

impl Tone {
    /// Its class in the style of pages.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Good => "inside",
            Tone::Middling => "middling",
            Tone::Bad => "outside",
            Tone::None => "",
        }
    }
}

/// A column: its name, and the unit below it.
pub type Column<'c> = (&'c str, &'c str);

/// A table in a box of its own, which is moved where it is wider than the screen.
pub fn table(caption: &str, columns: &[Column<'_>], rows: &[Vec<Cell>]) -> Markup {
    build(caption, columns, rows, false)
}

/// The same, sorted by the column whose head is pressed.
pub fn sortable(caption: &str, columns: &[Column<'_>], rows: &[Vec<Cell>]) -> Markup {
    build(caption, columns, rows, true)
}

fn build(caption: &str, columns: &[Column<'_>], rows: &[Vec<Cell>], sorts: bool) -> Markup {
    let is_number = |place: usize| {
        let cells = rows.iter().filter_map(|row| row.get(place));
        let is_number = |cell: &Cell| matches!(cell, Cell::Number(..) | Cell::Interval(..));
        // A column without any figure is one of numbers too: what stands there instead is on the right.
        cells.clone().count() > 0
            && cells.clone().all(|cell| is_number(cell) || *cell == Cell::None)
    };
    html! {
        div .box tabindex="0" role="region" aria-label=(caption) {
            table .sortable[sorts] {
                caption { (caption) }
                thead { tr {
                    @for (place, (name, unit)) in columns.iter().enumerate() {
                        th scope="col" .number[is_number(place)] {
                            @if sorts { button type="button" { (name) } } @else { (name) }
                            @if !unit.is_empty() { span .unit { (unit) } }
                        }
                    }
                } }
                tbody { @for row in rows { tr { @for cell in row { (show(cell)) } } } }
            }
        }
    }
}

fn show(cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Text(text) => { td { (text) } }
            Cell::Name(text) => { th scope="row" { (text) } }
            Cell::Number(text, value) => { td .number data-value=(value) { (text) } }
            Cell::Link(text, section) => { th scope="row" { a href={ "#" (section) } { (text) } } }
            Cell::Interval(text, interval, value) => {
                td .number data-value=(value) { (text) span .unit { (interval) } }
            }
            Cell::Grade(text, tone) => { td class=(tone.class()) { (text) } }
            Cell::None => { td .number { "–" } }
        }
    }
}

/// Names with what they stand for; those without are left out, and with them the list.
pub fn pairs(pairs: &[(&str, Option<String>)]) -> Markup {
    if pairs.iter().all(|(_, value)| value.is_none()) {
        return Markup::default();
    }
    html! {
        dl {
            @for (name, value) in pairs {
                @if let Some(value) = value {
                    div { dt { (name) } dd { (value) } }
                }
            }
        }
    }
}
