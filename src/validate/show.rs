//! A comparison as a person reads it.

use super::Comparison;
use super::row::{LEVEL, Quantity, Row, Test, Verdict};
use super::statistics::Estimate;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{Cell, CellAlignment, Table};
use std::fmt::Write;

const HEADER: [&str; 7] =
    ["operation", "figure", "virtual time", "sockets", "apart", "p", "verdict"];

/// A later packet than this is a sign of a machine that does not keep up, in microseconds.
const LATE_MICROS: u64 = 10_000;

/// The comparison as a table for a terminal, with what is to be known about it.
pub fn table(comparison: &Comparison) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header(HEADER);
    for row in &comparison.rows {
        let aligned = |(place, text)| match place {
            2..=5 => Cell::new(text).set_alignment(CellAlignment::Right),
            _ => Cell::new(text),
        };
        table.add_row(cells(row).into_iter().enumerate().map(aligned));
    }
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_padding((0, 1));
    });
    let seeds: Vec<String> = comparison.seeds.iter().map(u64::to_string).collect();
    let mut text = format!("{}   seeds {}\n{table}\n", comparison.name, seeds.join(", "));
    let [means, shares] = [Test::WelchT, Test::TwoProportionZ].map(Test::name);
    let _ = writeln!(
        text,
        "Means and shares with 95 % intervals. p: {means} for means, {shares} for shares,\n\
         adjusted for {} rows (Holm-Bonferroni). A row differs if p is below {LEVEL} and the two are\n\
         further apart than the tolerance (docs/validate.md).",
        comparison.rows.len()
    );
    let mean = comparison.lateness_mean_micros / 1e3;
    let late = comparison.lateness_p99_micros as f64 / 1e3;
    let _ = writeln!(
        text,
        "Packets left {mean:.1} ms late on average, 99 of 100 at most {late:.1} ms late."
    );
    if comparison.lateness_p99_micros > LATE_MICROS {
        text.push_str(
            "This machine did not keep up: latencies say more of it than of the network.\n",
        );
    }
    let _ = writeln!(text, "{}", conclusion(comparison));
    text
}

fn conclusion(comparison: &Comparison) -> String {
    let differing = comparison.rows.iter().filter(|row| row.verdict == Verdict::Differs).count();
    match (differing, comparison.rows.len()) {
        (_, 0) => "Nothing to compare: no operation ended.".to_owned(),
        (0, _) => "Virtual time and sockets agree.".to_owned(),
        (1, _) => "Virtual time and sockets DIFFER in one row.".to_owned(),
        (rows, _) => format!("Virtual time and sockets DIFFER in {rows} rows."),
    }
}

fn cells(row: &Row) -> [String; 7] {
    let verdict = match row.verdict {
        Verdict::Agrees => "agrees",
        Verdict::Tolerated => "tolerated",
        Verdict::Differs => "DIFFERS",
    };
    let apart = match row.quantity {
        Quantity::Success => format!("{:+.2}", 100.0 * row.difference),
        _ if row.simulated.value > 0.0 => {
            format!("{:+.1} %", 100.0 * row.difference / row.simulated.value)
        }
        _ => format!("{:+.3}", row.difference),
    };
    [
        row.operation.name().to_owned(),
        row.quantity.name().to_owned(),
        estimate(row.quantity, &row.simulated),
        estimate(row.quantity, &row.udp),
        apart,
        format!("{:.3}", row.p_adjusted),
        verdict.to_owned(),
    ]
}

/// A value with its interval.
fn estimate(quantity: Quantity, estimate: &Estimate) -> String {
    let Estimate { value, low, high, .. } = *estimate;
    match quantity {
        Quantity::Success => {
            format!("{:.1} [{:.1}, {:.1}]", 100.0 * value, 100.0 * low, 100.0 * high)
        }
        Quantity::Latency => format!("{value:.1} [{low:.1}, {high:.1}]"),
        _ => format!("{value:.2} [{low:.2}, {high:.2}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::OperationKind;
    use crate::metrics::operations::tests::operation;
    use crate::validate::row::compare;

    fn comparison(rounds: [u32; 2]) -> Comparison {
        let operations = |rounds| {
            let one = |number| operation(number, OperationKind::FindProviders, rounds);
            (0..50).map(one).collect::<Vec<_>>()
        };
        let rows = compare(&operations(rounds[0]), &operations(rounds[1]), 0.5);
        Comparison {
            name: "small".to_owned(),
            seeds: vec![7, 8],
            rows,
            lateness_mean_micros: 500.0,
            lateness_p99_micros: 1_250,
        }
    }

    #[test]
    fn it_fits_a_terminal_and_says_what_matters() {
        let text = table(&comparison([3, 3]));
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} columns:\n{text}");
        for part in ["seeds 7, 8", "find-providers", "Welch's t", "Holm", "1.2 ms", "agree."] {
            assert!(text.contains(part), "{part} is missing:\n{text}");
        }
        assert!(!text.contains("DIFFER"), "{text}");
    }

    #[test]
    fn a_difference_cannot_be_overlooked() {
        let text = table(&comparison([3, 4]));
        assert!(text.contains("+33.3 %") && text.contains("DIFFERS"), "{text}");
        assert!(text.contains("DIFFER in 4 rows"), "{text}");
        let late = Comparison { lateness_p99_micros: 40_000, ..comparison([3, 3]) };
        assert!(table(&late).contains("did not keep up"));
    }

    #[test]
    fn nothing_to_compare_is_no_agreement() {
        let nothing = Comparison { rows: Vec::new(), ..comparison([3, 3]) };
        assert!(table(&nothing).contains("Nothing to compare"));
    }
}
