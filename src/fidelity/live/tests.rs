//! Tests of the rows of live networks, on fabricated figures.

use super::*;

/// A run that is as IPFS was.
fn live() -> Observed {
    Observed {
        preset: "go-libp2p".to_owned(),
        k: 20,
        alpha: 10,
        dial_timeout: Some(5.0),
        provide_hops: vec![0, 10, 163, 596, 218, 13],
        provide_quartiles: Some([7.01, 12.64, 23.33]),
        searches: Some(Searches { mean: 0.62, standard_error: 0.01, p90: 1.4 }),
        holders: vec![20, 14, 3],
        buckets: vec![(20.0, 19.25), (19.0, 18.0), (8.0, 6.8)],
        knows_closest: Some(0.61),
        unreachable: Some(0.1),
        lookups: Some((3.0, 5.1)),
    }
}

/// Names of the rows, with the figures of each that lie inside.
fn inside(observed: &Observed) -> Vec<(&'static str, Vec<bool>)> {
    let rows = live_rows(observed).into_iter();
    rows.filter_map(|row| {
        Some((row.id, row.figures.ok()?.iter().map(LiveFigure::is_inside).collect()))
    })
    .collect()
}

#[test]
fn a_run_like_the_live_network_is_inside_every_band() {
    let rows = inside(&live());
    let names: Vec<_> = rows.iter().map(|row| row.0).collect();
    assert_eq!(names, ["L1", "L2", "L3", "L4", "L5", "L6", "L7"]);
    assert!(rows.iter().all(|row| row.1.iter().all(|inside| *inside)), "{rows:?}");
}

#[test]
fn what_differs_is_outside() {
    let of = |id: &str, observed: &Observed| {
        inside(observed).into_iter().find(|row| row.0 == id).expect("it applies").1
    };
    let run = Observed { provide_hops: vec![0, 0, 900, 100], ..live() };
    assert_eq!(of("L1", &run), [true, false, false, false, true]);
    let run = Observed { provide_quartiles: Some([2.9, 12.0, 49.0]), ..live() };
    assert_eq!(of("L2", &run), [false, true, false]);
    let searches = Searches { mean: 0.67, standard_error: 0.01, p90: 1.53 };
    assert_eq!(of("L3", &Observed { searches: Some(searches), ..live() }), [false, false]);
    assert_eq!(of("L4", &Observed { holders: vec![20, 16, 12, 19], ..live() }), [false]);
    assert_eq!(of("L5", &Observed { knows_closest: Some(0.9), ..live() }), [false]);
    assert_eq!(
        of("L6", &Observed { buckets: vec![(20.0, 20.0), (4.0, 2.0)], ..live() }),
        [false, false]
    );
    assert_eq!(of("L7", &Observed { lookups: Some((1.0, 4.9)), ..live() }), [false]);
    let run = |median| Observed {
        preset: "mainline".to_owned(),
        k: 8,
        lookups: Some((median, 9.0)),
        ..live()
    };
    assert_eq!((of("L8", &run(0.15)), of("L8", &run(0.21))), (vec![true], vec![false]));
}

/// The half and the double of the odds, and four standard errors, by hand.
#[test]
fn bands_are_as_the_page_says() {
    let band = |id: &str, place: usize| {
        let row = live_rows(&live()).into_iter().find(|row| row.id == id).expect("a row");
        row.figures.expect("it applies")[place].band
    };
    let (low, high) = band("L5", 0);
    assert!((low - 0.4398).abs() < 1e-4 && (high - 0.7584).abs() < 1e-4, "{low} {high}");
    let (low, high) = band("L1", 2);
    assert!((low - 0.5082).abs() < 1e-4 && (high - 0.6838).abs() < 1e-4, "{low} {high}");
    assert_eq!(band("L1", 0).0, 0.0);
}

#[test]
fn rows_that_do_not_apply_say_why() {
    let why = |id: &str, observed: &Observed| {
        let row = live_rows(observed).into_iter().find(|row| row.id == id).expect("a row");
        row.figures.expect_err("it does not apply")
    };
    let paper = Observed { preset: "paper".to_owned(), ..live() };
    assert!(inside(&paper).is_empty());
    assert!(why("L1", &paper).contains("go-libp2p"));
    assert!(why("L1", &Observed { alpha: 3, ..live() }).contains("alpha = 3"));
    assert!(why("L2", &Observed { k: 8, ..live() }).contains("k = 8"));
    assert!(why("L4", &Observed { holders: vec![], ..live() }).contains("36"));
    assert!(why("L7", &Observed { dial_timeout: None, ..live() }).contains("5 s"));
    assert!(why("L7", &Observed { unreachable: Some(0.3), ..live() }).contains("tenth"));
    assert!(why("L8", &live()).contains("mainline"));
}
