//! Tables in a terminal: boxes without colour.

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{Cell, CellAlignment, Table};

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table
}

/// A table of any number of columns; those from `numbers` on stand on the right.
pub fn columns(header: Vec<String>, rows: Vec<Vec<String>>, numbers: usize) -> Table {
    let mut table = table();
    table.set_header(header);
    table.add_rows(rows);
    table.column_iter_mut().skip(numbers).for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    table
}

/// Names on the left, values on the right.
pub fn pairs(rows: &[(String, String)]) -> Table {
    let mut table = table();
    rows.iter().for_each(|(name, value)| {
        table.add_row([name, value]);
    });
    table
}

/// A table whose first and last columns are text and whose others are numbers.
pub fn texts<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Table {
    let mut table = table();
    table.set_header(header);
    rows.for_each(|texts| {
        table.add_row(texts);
    });
    table.column_iter_mut().take(N - 1).skip(1).for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    table
}

/// A table whose first column is text and whose others are numbers.
pub fn numbers<const N: usize>(
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Table {
    let mut table = table();
    let aligned = |place: usize, text: String| {
        let side = if place == 0 { CellAlignment::Left } else { CellAlignment::Right };
        Cell::new(text).set_alignment(side)
    };
    let row = |texts: [String; N]| {
        texts.into_iter().enumerate().map(|(i, t)| aligned(i, t)).collect::<Vec<_>>()
    };
    table.set_header(row(header.map(str::to_owned)));
    rows.for_each(|texts| {
        table.add_row(row(texts));
    });
    // Every other column gets room on one side alone: twelve columns must fit a terminal.
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_padding((0, 1));
    });
    table
}
