//! Figures as a person reads them.

use super::row::{Finding, Verdict};
use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{Cell, CellAlignment, Table};
use std::fmt::Write;

const HEADER: [&str; 6] = ["row", "setting", "quantity", "expected", "measured", "band"];

/// The findings as a table for a terminal.
pub fn table(findings: &[Finding]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY);
    table.set_header(HEADER.into_iter().chain(["verdict"]));
    for finding in findings {
        let mut cells = cells(finding);
        // A terminal has no room for the standard error, and the band tells as much.
        cells[4].truncate(cells[4].find(' ').unwrap_or(cells[4].len()));
        let texts = cells.into_iter().chain([verdict(finding).to_owned()]);
        let aligned = |(place, text)| match place {
            3..=5 => Cell::new(text).set_alignment(CellAlignment::Right),
            _ => Cell::new(text),
        };
        table.add_row(texts.enumerate().map(aligned));
    }
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_padding((0, 1));
    });
    format!("{table}\n")
}

/// The findings as a table in Markdown, each with its source.
pub fn markdown(findings: &[Finding]) -> String {
    let mut text = format!("| {} | verdict | source |\n", HEADER.join(" | "));
    text.push_str("| --- | --- | --- | ---: | ---: | ---: | --- | --- |\n");
    for finding in findings {
        let cells = cells(finding).join(" | ");
        let _ = writeln!(text, "| {cells} | {} | {} |", verdict(finding), finding.source);
    }
    text
}

fn cells(finding: &Finding) -> [String; 6] {
    let decimals = decimals(finding);
    let number = |value: f64| format!("{value:.decimals$}");
    let expected = if finding.expected_low == finding.expected_high {
        number(finding.expected_low)
    } else {
        format!("{} to {}", number(finding.expected_low), number(finding.expected_high))
    };
    [
        finding.id.to_owned(),
        finding.setting.to_owned(),
        finding.quantity.to_owned(),
        expected,
        format!("{} ± {}", number(finding.measured), number(finding.standard_error)),
        format!("{} to {}", number(finding.band_low), number(finding.band_high)),
    ]
}

/// Decimals that show the band: as many as its width needs two digits for.
fn decimals(finding: &Finding) -> usize {
    let width = finding.band_high - finding.band_low;
    let mut decimals = 2;
    let mut unit = 0.01;
    while decimals < 5 && width < 20.0 * unit {
        decimals += 1;
        unit /= 10.0;
    }
    decimals
}

fn verdict(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Within => "within",
        Verdict::Outside => "OUTSIDE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::estimate::Estimate;
    use crate::fidelity::row::{Band, Experiment, Figure, Row, Sample};

    const ROW: Row = Row {
        id: "F99",
        setting: "n = 100,000, k = 20, alpha = 10",
        source: "made up",
        experiment: Experiment::Entries { nodes: 7 },
        figures: &[
            Figure { quantity: "of an interval", band: Band::Between { low: 1.926, high: 1.929 } },
            Figure {
                quantity: "entries in bucket 13",
                band: Band::About { value: 2.0, tolerance: 0.1 },
            },
        ],
        full: Sample { networks: 3, each: 10 },
        quick: None,
    };

    fn findings(means: &[f64]) -> Vec<Finding> {
        let estimate = Estimate::over_networks(means, 30);
        ROW.figures.iter().map(|figure| Finding::new(&ROW, figure, estimate)).collect()
    }

    #[test]
    fn a_band_is_the_figure_its_tolerance_and_four_standard_errors() {
        // Mean 1.95, standard error 0.01.
        let [interval, value] = findings(&[1.93, 1.95, 1.95, 1.97])[..] else { panic!("two") };
        let error = libm::sqrt(0.000_8 / 3.0 / 4.0);
        assert!((interval.band_low - (1.926 - 4.0 * error)).abs() < 1e-9, "{interval:?}");
        assert!((value.band_high - (2.1 + 4.0 * error)).abs() < 1e-9, "{value:?}");
        assert_eq!((interval.verdict, value.verdict), (Verdict::Within, Verdict::Within));
        // Without a spread there is nothing to excuse a difference.
        assert_eq!(
            findings(&[1.95, 1.95]).iter().map(|f| f.verdict).collect::<Vec<_>>(),
            [Verdict::Outside, Verdict::Within]
        );
    }

    #[test]
    fn tables_show_what_matters_and_fit() {
        let findings = findings(&[1.95, 1.95]);
        let text = table(&findings);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(120), "{widest:?} columns:\n{text}");
        assert!(text.contains("OUTSIDE") && text.contains("within"), "{text}");
        let text = markdown(&findings);
        assert!(text.contains("| 1.9500 ± 0.0000 |"), "{text}");
        assert!(text.lines().all(|line| line.matches('|').count() == 9), "{text}");
    }
}
