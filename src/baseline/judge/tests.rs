//! When a check finds a difference, and when it does not.

use super::*;
use crate::baseline::trail::{PARTS, Trail};
use crate::baseline::{BaselineError, junit, show};
use crate::time::Instant;
use std::collections::BTreeMap;

fn measured(digest: u64, figures: &[(&str, f64)]) -> Measured {
    let figures = figures.iter().map(|&(name, value)| (name.to_owned(), value));
    Measured {
        digest: format!("{digest:016x}"),
        trail: Trail::of(Instant::from_nanos(1_000), &vec![digest; PARTS as usize]),
        figures: figures.collect::<BTreeMap<_, _>>(),
        cost: 7,
        seconds: 0.25,
    }
}

fn stored(wanted: Wanted, names: &[&str], runs: &[Measured]) -> Stored {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    Stored {
        scenario: "../a.toml".to_owned(),
        settings: vec!["name=\"it's\"".to_owned()],
        seed: u64::MAX,
        version: "0.1.0".to_owned(),
        digest: runs[0].digest.clone(),
        cost: 7,
        level: wanted.level(&names, runs).expect("it has these figures"),
        history: Vec::new(),
    }
}

#[test]
fn an_exact_baseline_names_what_differs() {
    let before = measured(1, &[("a", 0.1), ("b", 2.0), ("c", 3.0)]);
    let stored = stored(Wanted::Exact, &["c", "b", "a"], std::slice::from_ref(&before));
    let same = judge("x", &stored, &[before]);
    assert_eq!((same.verdict, same.first_differing_metric), (Verdict::Same, None));

    // The order is that of the file.
    let now = measured(2, &[("a", 0.1 + 1e-16), ("b", 2.000_000_1), ("c", 3.0)]);
    let report = judge("x", &stored, &[now]);
    assert_eq!(report.first_differing_metric.as_deref(), Some("b"));
    assert!(report.digest_differs() && report.verdict == Verdict::Differs);

    // Counted otherwise, with the same events.
    let counted = judge("x", &stored, &[measured(1, &[("b", 2.0), ("c", 3.0)])]);
    assert_eq!(counted.first_differing_metric.as_deref(), Some("a"), "it is gone");
    assert!(!counted.digest_differs() && counted.verdict == Verdict::Differs);

    // Another course to the same figures.
    let report = judge("x", &stored, &[measured(3, &[("a", 0.1), ("b", 2.0), ("c", 3.0)])]);
    assert_eq!((report.verdict, report.first_differing_metric), (Verdict::Differs, None));
}

#[test]
fn the_borders_of_a_tolerance_belong_to_it() {
    let holds = |tolerance: &str, value: f64, measured: f64| {
        tolerance.parse::<Tolerance>().expect("a tolerance").holds(value, measured)
    };
    for (value, low, high) in [(100.0, 95.0, 105.0), (0.3, 0.285, 0.315), (-2.0, -2.1, -1.9)] {
        assert!(holds("5%", value, low) && holds("5 %", value, high), "{value}");
        let beyond = 1e-9 * f64::abs(value);
        assert!(!holds("5%", value, low - beyond) && !holds("5%", value, high + beyond), "{value}");
    }
    assert!(holds("0.1", 0.7, 0.8) && holds("0.1", 0.7, 0.6) && !holds("0.1", 0.7, 0.800_001));
    assert!(holds("0", 0.1, 0.1) && !holds("0", 0.1, 0.100_001));
    assert!(holds("5%", 0.0, 0.0) && !holds("5%", 0.0, 1e-9), "a share of nothing is nothing");
    for wrong in ["", "-1", "5 percent", "NaN", "inf", "-5%"] {
        assert!(wrong.parse::<Tolerance>().is_err(), "{wrong}");
    }
}

fn seeds(count: usize, mean: f64) -> Vec<Measured> {
    // Around the mean by up to 1 %.
    let value = |seed: usize| mean * (0.99 + 0.02 * seed as f64 / (count - 1) as f64);
    (0..count).map(|seed| measured(seed as u64, &[("a", value(seed)), ("one", 1.0)])).collect()
}

#[test]
fn several_seeds_are_tested_together() {
    let wanted = Wanted::Repeated { alpha: 0.01, repeats: 10 };
    let before = seeds(10, 100.0);
    let stored = stored(wanted, &["a", "one"], &before);
    let verdicts = |now: &[Measured]| {
        let report = judge("x", &stored, now);
        report.metrics.iter().map(|finding| finding.verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&before), [Verdict::Same, Verdict::Same]);
    assert_eq!(verdicts(&seeds(10, 100.2)), [Verdict::Same, Verdict::Same], "a matter of chance");
    assert_eq!(verdicts(&seeds(10, 105.0)), [Verdict::Differs, Verdict::Same]);
    let report = judge("x", &stored, &seeds(10, 105.0));
    assert_eq!((report.test, report.alpha), (Some(permutation::NAME), Some(0.01)));
    let [a, one] = &report.metrics[..] else { panic!("two") };
    let (p, adjusted) = (a.p.expect("tested"), a.p_adjusted.expect("adjusted"));
    assert!(p <= 3e-4 && adjusted == 2.0 * p, "{a:?}");
    assert_eq!((one.p, one.p_adjusted), (Some(1.0), Some(1.0)));
    let shown = show::table(&[report]);
    assert!(shown.contains("permutation test of means, adjusted for 2 figures (Holm)"), "{shown}");

    let mut gone = seeds(10, 100.0);
    gone[3].figures.remove("a");
    assert_eq!(verdicts(&gone), [Verdict::Differs, Verdict::Same], "one run has it no more");
    let few = Wanted::Repeated { alpha: 0.01, repeats: 4 };
    let few = few.level(&["a".to_owned()], &seeds(4, 1.0));
    assert!(matches!(few, Err(BaselineError::TooFew { needed: 5, .. })), "{few:?}");
}

#[test]
fn what_is_written_is_read_again() {
    let one = [measured(1, &[("a", 0.1), ("b.c", 969_475.0)])];
    let many = seeds(10, 1.0 / 3.0);
    let wanted = [
        stored(Wanted::Exact, &["a", "b.c"], &one),
        stored(Wanted::Tolerance(Tolerance::Relative(0.05)), &["b.c"], &one),
        stored(Wanted::Tolerance(Tolerance::Absolute(1e-7)), &["a"], &one),
        stored(Wanted::Repeated { alpha: 0.01, repeats: 10 }, &["one", "a"], &many),
    ];
    for stored in wanted {
        let runs = if stored.repeats() == 10 { &many[..] } else { &one };
        let renewed = stored.renewed(runs, "because \"x\"\\").expect("its figures are there");
        assert_eq!(renewed.history.len(), 1);
        for stored in [renewed, stored] {
            let text = stored.to_toml();
            let read = crate::baseline::read::read("x.toml", &text);
            let (read, _) = read.unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(read, stored, "{text}");
        }
    }
}

#[test]
fn a_figure_that_is_gone_leaves_a_renewed_baseline() {
    let one = [measured(1, &[("a", 0.1), ("b", 2.0)])];
    let before = stored(Wanted::Tolerance(Tolerance::Relative(0.5)), &["a", "b"], &one);
    let renewed = before.renewed(&[measured(2, &[("b", 3.0)])], "x").expect("one is left");
    assert_eq!(renewed.names(), ["b"]);
    let kept = Kept { name: "b".to_owned(), value: 3.0, tolerance: Tolerance::Relative(0.5) };
    assert_eq!(renewed.level, Level::Tolerance(vec![kept]), "tolerances stay");
    let change = &renewed.history[0];
    assert_eq!((&change.from, &change.to), (&before.digest, &renewed.digest));
    let nothing = before.renewed(&[measured(2, &[("c", 3.0)])], "x");
    assert!(matches!(nothing, Err(BaselineError::Empty)), "{nothing:?}");
}

#[test]
fn a_damaged_file_is_told_with_its_line_and_what_is_allowed() {
    let one = [measured(1, &[("a", 0.1)])];
    let exact = stored(Wanted::Exact, &["a"], &one).to_toml();
    let tolerance = stored(Wanted::Tolerance(Tolerance::Relative(0.05)), &["a"], &one).to_toml();
    let many = seeds(10, 1.0);
    let repeated = stored(Wanted::Repeated { alpha: 0.01, repeats: 10 }, &["a"], &many).to_toml();
    let digit = (exact.as_str(), "0000 0000 0000", "0000 000x 0000");
    let cases = [
        (&*exact, "\"exact\"", "\"exakt\"", "exakt", "allowed is \"exact\" or"),
        (&*exact, "digest = \"0000", "digest = \"00", "digest", "16 hexadecimal digits"),
        (digit.0, digit.1, digit.2, "000x", "4 hexadecimal digits"),
        (&*exact, "value = 0.1", "value = \"x\"", "string", "expected"),
        (&*exact, "value = 0.1", "vlaue = 0.1", "vlaue", "expected"),
        (&*exact, "seed = \"18446744073709551615\"", "seed = -1", "-1", "from 0 on"),
        (&*tolerance, "relative = 0.05", "relative = -0.05", "-0.05", "0 or more"),
        (&*tolerance, ", relative = 0.05", "", "`a`", "either `absolute` or `relative`"),
        (&*exact, "value = 0.1", "value = 0.1, absolute = 1", "`absolute`", "no effect"),
        (&*tolerance, "[\n", "[\n{ name = \"a\", value = 1, absolute = 0 },\n", "`a`", "twice"),
        (&*repeated, "alpha = 0.01", "alpha = 0.00001", "0.00001", "no change could be"),
        (&*repeated, "alpha = 0.01", "alpha = 1.5", "1.5", "between 0 and 1"),
        (
            &*repeated,
            "values = [",
            "values = [1] }, { name = \"b\", values = [",
            "`a`",
            "two or more numbers",
        ),
    ];
    for (text, part, damage, value, allowed) in cases {
        let damaged = text.replacen(part, damage, 1);
        assert_ne!(damaged, text, "{part} is there");
        let error = crate::baseline::read::read("x.toml", &damaged).expect_err(damage);
        let told = error.to_string();
        assert!(told.starts_with("x.toml:") && error.line().is_some(), "{told}");
        assert!(told.contains(value) && told.contains(allowed), "{told}");
    }
}

#[test]
fn junit_counts_what_it_holds() {
    let one = [measured(1, &[("a", 0.1), ("b", 2.0)])];
    let exact = stored(Wanted::Exact, &["a", "b"], &one);
    let reports = [
        judge("same", &exact, &one),
        judge("other", &exact, &[measured(2, &[("a", 0.1), ("b", 3.0)])]),
    ];
    let text = junit(&reports);
    for part in [
        "<testsuites name=\"kadsim baselines\" tests=\"6\" failures=\"2\" errors=\"0\" time=\"0.500\">",
        "<testsuite name=\"same\" tests=\"3\" failures=\"0\"",
        "<testsuite name=\"other\" tests=\"3\" failures=\"2\"",
        "<testcase classname=\"baseline.other\" name=\"b\" time=\"0.000\">",
        "<failure type=\"regression\" message=\"3 instead of 2\">b: 3 instead of 2</failure>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
