//! Known figures, measured by the ordinary program, lie within their bands.

use kadsim::fidelity::{self, Effort, Finding, ROWS, Verdict};
use std::path::Path;

/// Measures every row of that name for which there is time, and demands its figures.
fn within(id: &str) {
    let rows = ROWS.iter().filter(|row| row.id == id);
    let findings: Vec<Finding> =
        rows.filter_map(|row| fidelity::measure(row, Effort::Quick)).flatten().collect();
    assert!(!findings.is_empty(), "{id} has rows that are quick to measure");
    let all = findings.iter().all(|finding| finding.verdict == Verdict::Within);
    assert!(all, "a figure is out of its band:\n{}", fidelity::table(&findings));
}

#[test]
fn f1_hops_of_ten_candidates() {
    within("F1");
}

#[test]
fn f2_hops_with_smaller_and_larger_buckets() {
    within("F2");
}

#[test]
fn f3_hops_of_a_greedy_path() {
    within("F3");
}

#[test]
fn f4_hops_per_doubling() {
    within("F4");
}

#[test]
fn f5_entries_of_a_table() {
    within("F5");
}

#[test]
fn f6_lookups_are_exact() {
    within("F6");
}

#[test]
fn f7_entries_of_a_bucket() {
    within("F7");
}

#[test]
fn f8_size_estimator() {
    within("F8");
}

#[test]
fn f17_stale_entries() {
    within("F17");
}

#[test]
fn f18_availability() {
    within("F18");
}

#[test]
fn f9_cost_of_lookups_with_alpha_3() {
    within("F9");
}

#[test]
fn f10_cost_of_lookups_with_alpha_10() {
    within("F10");
}

#[test]
fn f11_lookups_when_a_tenth_has_crashed_k_8() {
    within("F11");
}

#[test]
fn f12_lookups_when_three_tenths_have_crashed_k_8() {
    within("F12");
}

#[test]
fn f13_lookups_when_a_tenth_has_crashed_k_20() {
    within("F13");
}

#[test]
fn f14_lookups_when_half_has_crashed_k_20() {
    within("F14");
}

#[test]
fn f15_records_outlast_exponential_sessions() {
    within("F15");
}

#[test]
fn f16_records_outlast_the_sessions_of_kad() {
    within("F16");
}

#[test]
fn l7_the_step_of_dials_that_time_out() {
    within("L7");
}

/// The rows of the table in the documentation.
fn documented() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fidelity.md");
    let text = std::fs::read_to_string(path).expect("docs/fidelity.md is there");
    let begin = text.find("<!-- begin: kadsim fidelity").expect("a comment begins the table");
    let end = text.find("<!-- end -->").expect("a comment ends the table");
    let rows = text[begin..end].lines().skip(3);
    rows.map(str::to_owned).collect()
}

/// The two numbers of a cell such as `1.5 to 2.5`; twice the same of a single one.
fn range(cell: &str) -> (f64, f64) {
    let number = |text: &str| text.trim().parse::<f64>().unwrap_or_else(|_| panic!("{cell}"));
    let (low, high) = cell.split_once(" to ").unwrap_or((cell, cell));
    (number(low), number(high))
}

/// The table in the documentation has every figure that the program measures, in its order, with its
/// expectation and its source; and the verdict there is that of the numbers beside it.
#[test]
fn the_documentation_has_every_row() {
    let rows = documented();
    let figures: Vec<_> =
        ROWS.iter().flat_map(|row| row.figures.iter().map(move |figure| (row, figure))).collect();
    assert_eq!(rows.len(), figures.len(), "run `kadsim fidelity --format markdown` again");
    for (line, (row, figure)) in rows.iter().zip(figures) {
        let cells: Vec<&str> = line.trim_matches(['|', ' ']).split(" | ").collect();
        let &[id, setting, quantity, expected, measured, band, verdict, source] = &cells[..] else {
            panic!("eight cells: {line}")
        };
        assert_eq!((id, setting, quantity), (row.id, row.setting, figure.quantity), "{line}");
        assert_eq!(source, row.source, "{line}");
        let (low, high) = figure.band.expected();
        let last_digit = |cell: &str| {
            let decimals = cell.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
            0.5000001 * 0.1f64.powi(decimals as i32)
        };
        let near = |told: f64, known: f64| (told - known).abs() <= last_digit(expected);
        let told = range(expected);
        assert!(near(told.0, low) && near(told.1, high), "{low} to {high} is expected: {line}");
        let (mean, _) = measured.split_once(" ± ").expect("a mean and its standard error");
        let (band_low, band_high) = range(band);
        assert!(
            band_low <= told.0 && told.1 <= band_high,
            "what is expected is in the band: {line}"
        );
        let mean = range(mean).0;
        assert!((band_low..=band_high).contains(&mean) && verdict == "within", "{line}");
    }
}

/// The documentation quotes the program: rows that are measured in full within seconds in a build for
/// tests, to the last digit. docs/fidelity.md has the command that does so for all.
#[test]
fn the_documentation_quotes_the_program() {
    let rows = ROWS.iter().filter(|row| ["F7", "F8"].contains(&row.id));
    let findings: Vec<Finding> =
        rows.filter_map(|row| fidelity::measure(row, Effort::Full)).flatten().collect();
    assert!(!findings.is_empty(), "there are such rows");
    let documented = documented();
    let printed = fidelity::markdown(&findings);
    let missing: Vec<&str> =
        printed.lines().skip(2).filter(|line| !documented.iter().any(|row| row == line)).collect();
    assert!(missing.is_empty(), "docs/fidelity.md has the rows\n{}", missing.join("\n"));
}
