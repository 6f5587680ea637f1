//! Tables and lists of figures.

use maud::{Markup, html};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, on the left.
    Text(String),
    /// The name of its row.
    Name(String),
    /// A number as it is read, on the right, and as it is sorted by.
    Number(String, f64),
    /// No figure.
    None,
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
        cells.clone().any(|cell| matches!(cell, Cell::Number(..)))
            && cells.clone().all(|cell| matches!(cell, Cell::Number(..) | Cell::None))
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
            Cell::None => { td .number { "–" } }
        }
    }
}

/// Names with what they stand for; those without are left out.
pub fn pairs(pairs: &[(&str, Option<String>)]) -> Markup {
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
