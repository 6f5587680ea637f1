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

/// The table in the documentation has every figure, with the expectation that the program has.
#[test]
fn the_documentation_has_every_row() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fidelity.md");
    let text = std::fs::read_to_string(path).expect("docs/fidelity.md is there");
    let begin = text.find("<!-- begin: kadsim fidelity").expect("a comment begins the table");
    let end = text.find("<!-- end -->").expect("a comment ends the table");
    let lines: Vec<_> = text[begin..end]
        .lines()
        .filter(|line| line.starts_with("| F") || line.starts_with("| L"))
        .collect();
    let figures = ROWS.iter().flat_map(|row| row.figures.iter().map(move |figure| (row, figure)));
    let expected: Vec<_> = figures
        .map(|(row, figure)| format!("| {} | {} | {} |", row.id, row.setting, figure.quantity))
        .collect();
    assert_eq!(lines.len(), expected.len(), "run `kadsim fidelity --format markdown` again");
    for (line, start) in lines.iter().zip(expected) {
        assert!(line.starts_with(&start), "{line}\ndoes not begin with\n{start}");
        assert!(line.contains("| within |"), "{line}");
    }
}
