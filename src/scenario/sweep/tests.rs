//! What a sweep's grid is made of, and what is told of a wrong one.

use super::*;

fn grid(text: &str, varied: &[&str]) -> Result<Grid, String> {
    let varied: Vec<Vary> = varied.iter().map(|text| text.parse().expect("well formed")).collect();
    let grid = Grid::parse(text.to_owned(), Path::new("s.toml"), &[], &varied, None);
    grid.map_err(|error| error.to_string())
}

fn points(grid: &Grid) -> Vec<String> {
    (0..grid.points()).map(|point| grid.describe(point)).collect()
}

const TEXT: &str = "[nodes]\ncount = 50\n[sweep]\nrepeats = 3\n[sweep.vary]\n\
    kademlia.alpha = [1, 3]\n\"phases.measurement\" = \"1m..3m/2m\"\n";

#[test]
fn the_first_key_is_the_slowest() {
    let grid = grid(TEXT, &["nodes.count=20,40"]).unwrap();
    assert_eq!((grid.points(), grid.repeats), (8, 3));
    let found = points(&grid);
    assert_eq!(found[0], "kademlia.alpha=1, phases.measurement=1m, nodes.count=20");
    assert_eq!(found[1], "kademlia.alpha=1, phases.measurement=1m, nodes.count=40");
    assert_eq!(found[7], "kademlia.alpha=3, phases.measurement=3m, nodes.count=40");
    let scenario = grid.scenario(7).unwrap();
    assert_eq!((scenario.kademlia.alpha, scenario.nodes.count), (3, 40));
    assert_eq!(scenario.phases.measurement, crate::time::Duration::from_secs(180));
}

#[test]
fn the_command_line_takes_the_place_of_the_file() {
    let grid = grid(TEXT, &["kademlia.alpha=2,4,5"]).unwrap();
    assert_eq!(grid.points(), 6);
    assert_eq!(points(&grid)[0], "kademlia.alpha=2, phases.measurement=1m");
    assert_eq!(grid.keys[0].numbers(), Some((vec![2.0, 4.0, 5.0], String::new())));
    assert_eq!(grid.keys[1].numbers(), Some((vec![1.0, 3.0], "m".to_owned())));
}

#[test]
fn a_wrong_sweep_says_where_and_what_is_allowed() {
    let refused = |text: &str, varied: &[&str], parts: &[&str]| {
        let error = grid(text, varied).expect_err(text);
        for part in parts {
            assert!(error.contains(part), "{text}: {error}");
        }
    };
    refused("[sweep]\nrepeat = 3\n", &[], &["s.toml:2:1", "`repeat`", "repeats, vary"]);
    refused("[sweep]\nrepeats = 0\n", &[], &["s.toml:2:11", "from 1 to"]);
    refused("[sweep.vary]\nnodes.count = 5\n", &[], &["s.toml:2:15", "a list of values"]);
    refused("[sweep.vary]\nnodes.count = []\n", &[], &["`sweep.vary.nodes.count` cannot be []"]);
    refused("[sweep.vary]\nnodes.count = [5, 5]\n", &[], &["s.toml:2:19", "each value once"]);
    refused("[sweep.vary]\nnodes.count = \"5..1/1\"\n", &[], &["s.toml:2:15", "lo at most hi"]);
    refused("[sweep.vary]\nseed = [1, 2]\n", &[], &["s.toml:2:9", "--repeats"]);
    refused("", &["seed=1,2"], &["--vary seed=1,2", "--repeats"]);
    refused("", &["nodes.count=1,2", "nodes.count=3,4"], &["--vary nodes.count=3,4", "twice"]);
    refused("", &["nodes=1,2", "nodes.count=3,4"], &["one holds the other"]);
    refused("", &[], &["no sweep"]);
    refused("", &["nodes.count=1..9000/1", "kademlia.k=1..9000/1"], &["1000000 runs"]);
}

/// Each point is checked as a scenario is, and the blame falls on the value that is varied.
#[test]
fn a_wrong_point_is_put_down_to_its_value() {
    let error = |grid: &Grid, point| grid.scenario(point).expect_err("it is wrong").to_string();
    let of_file = grid("[sweep.vary]\nnodes.count = [5, 0]\n", &[]).unwrap();
    let told = error(&of_file, 1);
    assert!(told.starts_with("s.toml:2:19: `nodes.count` cannot be 0: allowed is"), "{told}");
    let of_option = grid("", &["nodes.cuont=5,0"]).unwrap();
    let told = error(&of_option, 0);
    assert!(told.starts_with("--vary nodes.cuont=5: unknown key `cuont`"), "{told}");
}

#[test]
fn a_single_run_takes_no_sweep() {
    let error = Scenario::parse(TEXT, "s.toml", Path::new(""), &[]).expect_err("it has a sweep");
    assert!(error.to_string().starts_with("s.toml:3:2: `[sweep]`"), "{error}");
    assert!(error.to_string().contains("kadsim sweep s.toml"), "{error}");
}

#[test]
fn a_text_that_varies_nothing_says_what_would() {
    let error = |text: &str| text.parse::<Vary>().expect_err(text).to_string();
    assert!(error("nodes.count").contains("key=values"));
    assert!(error("=1,2").contains("is no key"));
    assert!(error("nodes.count=1..5").contains("`nodes.count` cannot be 1..5: allowed is a range"));
}
