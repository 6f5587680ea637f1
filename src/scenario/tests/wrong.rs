//! Wrong inputs and what the user is told: the place, the value and what is allowed.

use super::parse;
use crate::scenario::{Scenario, Setting, SettingError};

/// A text, settings over it, and the message.
type Case = (&'static str, &'static [&'static str], &'static str);

fn hold(cases: &[Case]) {
    for (text, settings, expected) in cases {
        match parse(text, settings) {
            Ok(_) => panic!("{text:?} with {settings:?} passes, expected: {expected}"),
            Err(error) => assert_eq!(error.to_string(), *expected, "{text}"),
        }
    }
}

#[test]
fn of_a_wrong_file() {
    hold(FILE_CASES);
}

#[test]
fn of_a_wrong_setting() {
    hold(SETTING_CASES);
}

#[test]
fn of_a_text_that_is_no_setting() {
    assert_eq!("nodes.count".parse::<Setting>().unwrap_err(), SettingError::NoValue);
    let error = "nodes..count=5".parse::<Setting>().unwrap_err();
    assert_eq!(
        error.to_string(),
        r#""nodes..count" is no key: give a dotted key, such as nodes.count or workload.0.rate"#
    );
}

#[test]
fn of_files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    let error = Scenario::load(&file, &[]).unwrap_err();
    assert!(error.message.starts_with("the scenario file cannot be read: "), "{error}");
    assert_eq!((error.line(), error.column()), (None, None));
    assert!(error.help.unwrap().starts_with("`kadsim init "));

    std::fs::write(&file, b"# all\nname = \"caf\xe9\"\n").unwrap();
    let error = Scenario::load(&file, &[]).unwrap_err();
    assert_eq!(error.message, "the byte 0xe9 is not UTF-8: a scenario is a text in UTF-8");
    assert_eq!((error.line(), error.column()), (Some(2), Some(12)));
    assert!(error.render(false).contains("caf"));
}

#[test]
fn with_the_line_underlined() {
    let error = parse("# ten\n[nodes]\ncuont = 10\n", &[]).unwrap_err();
    insta::assert_snapshot!(error.render(false), @r"
    error: unknown key `cuont`: `nodes` takes count, bootstrap, joins, contacts, address_groups, class
     --> s.toml:3:1
      |
    3 | cuont = 10
      | ^^^^^
      |
      = help: did you mean `count`?
    ");
    assert!(error.render(true).contains("\u{1b}["), "colours are escape sequences");
    let error = parse("", &["nodes.count=0"]).unwrap_err();
    insta::assert_snapshot!(error.render(false), @r"
    error: `nodes.count` cannot be 0: allowed is a whole number from 1 to 100000000
    --> --set nodes.count=0
    ");
    // The end of the text is a place too.
    let error = parse("seed =", &[]).unwrap_err();
    insta::assert_snapshot!(error.render(false), @r"
    error: this is not TOML: here stands no value: texts are in quotes, numbers, true and false are not
     --> s.toml:1:7
      |
    1 | seed =
      |       ^
    ");
}

/// Values, keys and combinations in the file.
#[rustfmt::skip]
const FILE_CASES: &[Case] = &[
    ("[nodes]\ncount = \"many\"\n", &[],
     r#"s.toml:2:9: `nodes.count` cannot be "many": allowed is a whole number, such as 20"#),
    ("[nodes]\ncount = 0\n", &[],
     "s.toml:2:9: `nodes.count` cannot be 0: allowed is a whole number from 1 to 100000000"),
    ("[nodes]\ncount = -5\n", &[],
     "s.toml:2:9: `nodes.count` cannot be -5: allowed is a whole number, such as 20"),
    ("[nodes]\ncount = 1.5\n", &[],
     "s.toml:2:9: `nodes.count` cannot be 1.5: allowed is a whole number, such as 20"),
    ("[nodes]\ncuont = 10\n", &[],
     "s.toml:2:1: unknown key `cuont`: `nodes` takes count, bootstrap, joins, contacts, address_groups, class; did you mean `count`?"),
    ("[[attack]]\nshare = 0.1\n", &[],
     "s.toml:1:1: an attack needs a `kind`"),
    ("[[attack]]\nkind = \"drop\"\nshare = 0.1\ncount = 3\n", &[],
     "s.toml:4:1: an attack has `share` or `count`, not both"),
    ("[nodes]\ncount = 10\n[[attack]]\nkind = \"drop\"\ncount = 10\n", &[],
     "s.toml:5:9: `attack.0.count` cannot be 10: allowed is a whole number from 1 to 9"),
    ("[[attack]]\nkind = \"sybil\"\ntarget = \"xyz\"\n", &[],
     "s.toml:3:10: `attack.0.target` cannot be \"xyz\": allowed is 16 hexadecimal digits, such as \"8000000000000000\""),
    ("[[attack]]\nkind = \"flood\"\nrate = \"0/s\"\n", &[],
     "s.toml:3:8: `attack.0.rate` cannot be \"0/s\": allowed is a rate above zero per s, min, h or d, such as \"0.1/s\" or \"6/min\""),
    ("[[attack]]\nkind = \"drop\"\nat = \"2m\"\nuntil = \"1m\"\n", &[],
     "s.toml:4:9: `attack.0.until` cannot be \"1m\": allowed is a virtual time after 2m and up to 12m"),
    ("[kademlia]\ndisjoint_paths = 21\n", &[],
     "s.toml:2:18: `kademlia.disjoint_paths` cannot be 21: allowed is a whole number from 1 to k, which is 20"),
    ("nodes = 10\n", &[],
     "s.toml:1:9: `nodes` cannot be 10: allowed is a table of keys"),
    ("[node]\ncount = 10\n", &[],
     "s.toml:1:2: unknown key `node`: the top level takes name, description, seed, phases, nodes, topology, kademlia, network, churn, workload, checker, verdict, output, snapshot, attack, fault; did you mean `nodes`?"),
    ("[nodes]\ncount = 10\ncontacts = 10\n", &[],
     "s.toml:3:12: `nodes.contacts` cannot be 10: allowed is a whole number from 1 to 9, the number of other nodes"),
    ("[nodes]\nbootstrap = \"worm\"\n", &[],
     r#"s.toml:2:13: `nodes.bootstrap` cannot be "worm": allowed is "organic" or "warm" or "random"; did you mean "warm"?"#),
    ("[nodes]\nbootstrap = true\n", &[],
     r#"s.toml:2:13: `nodes.bootstrap` cannot be true: allowed is "organic" or "warm" or "random""#),
    ("[nodes]\ncount = 10\n[[nodes.class]]\nname = \"home\"\nshare = 0.7\nuplink = \"20 Mbit\"\n", &[],
     r#"s.toml:6:10: `nodes.class.0.uplink` cannot be "20 Mbit": allowed is a rate in bit/s, kbit/s, Mbit/s or Gbit/s, such as "20 Mbit/s", or "unlimited""#),
    ("[[nodes.class]]\nname = \"a\"\nshare = 0.7\n[[nodes.class]]\nname = \"b\"\nshare = 0.2\n", &[],
     "s.toml:1:9: the shares of `nodes.class` sum to 0.9: they must sum to 1"),
    ("[[nodes.class]]\nname = \"a\"\nshare = 0.7\n[[nodes.class]]\nshare = 0.3\n", &[],
     r#"s.toml:4:1: `nodes.class.1.name` is missing: it takes a text, such as "home""#),
    ("[[nodes.class]]\nname = \"a\"\nshare = 0.7\n[[nodes.class]]\nname = \"a\"\nshare = 0.3\n", &[],
     r#"s.toml:5:8: `nodes.class.1.name` cannot be "a": allowed is a name that no other item has"#),
    ("[[nodes.class]]\nqueue = \"1 B\"\n", &[],
     r#"s.toml:2:9: `nodes.class.0.queue` cannot be "1 B": allowed is a size from 2 KiB to 1 GiB"#),
    ("[[nodes.class]]\nmode = \"leech\"\n", &[],
     r#"s.toml:2:8: `nodes.class.0.mode` cannot be "leech": allowed is "server" or "client""#),
    ("[[nodes.class]]\nmode = \"client\"\n", &[],
     r#"s.toml:2:1: no class has nodes that anybody could ask: at least one with a share above 0 must have `dialable = true` and `mode = "server"`"#),
    ("[kademlia]\ndial_timeout = \"0s\"\n", &[],
     r#"s.toml:2:16: `kademlia.dial_timeout` cannot be "0s": allowed is a length of time from 1ms to 10years, or "never""#),
    ("[phases]\ninit = 5\n", &[],
     r#"s.toml:2:8: `phases.init` cannot be 5: allowed is a length of time, such as "250ms", "5m" or "1h 30m""#),
    ("[phases]\nmeasurement = \"0s\"\n", &[],
     r#"s.toml:2:15: `phases.measurement` cannot be "0s": allowed is a length of time from 1ms to 10years"#),
    ("[phases]\nmeasurement = \"5 parsecs\"\n", &[],
     r#"s.toml:2:15: `phases.measurement` cannot be "5 parsecs": allowed is a length of time, such as "250ms", "5m" or "1h 30m""#),
    ("seed = -1\n", &[],
     "s.toml:1:8: `seed` cannot be -1: allowed is a whole number from 0 to 2^64 - 1 (above 2^63 - 1 in quotes), such as 42"),
    ("seed = 18446744073709551615\n", &[],
     "s.toml:1:8: this is not TOML: whole numbers end at 2^63 - 1 (a larger seed stands in quotes)"),
    ("[network.latency]\nmodel = \"regions\"\n[[network.latency.region]]\nname = \"eu\"\nshare = 1\ndelays = { eu = 5 }\n", &[],
     r#"s.toml:6:17: `network.latency.region.0.delays.eu` cannot be 5: allowed is a length of time, such as "250ms", "5m" or "1h 30m""#),
    ("[kademlia]\nrefresh_intervall = \"1h\"\n", &[],
     "s.toml:2:1: unknown key `refresh_intervall`: `kademlia` takes preset, k, alpha, beta, parallelism, stop, follow_up, candidates, request_timeout, dial_timeout, connection_idle, short_timeout, retries, probe_retries, refresh_interval, replicate_interval, republish_interval, record_expiry, provider_republish_interval, provider_expiry, eviction, questionable_after, pending_delay, replacements, failures_before_eviction, keep_stale, cache_on_path, get_quorum, conflicts, providers_wanted, precautions, disjoint_paths, verify_contacts, bucket_group_limit, table_group_limit, store_group_limit, siblings; did you mean `refresh_interval`?"),
    ("name = \"a/b\"\n", &[],
     r#"s.toml:1:8: `name` cannot be "a/b": allowed is a text that can name a folder, such as "churn-kad": 1 to 100 bytes, no leading dot, none of / \ : * ? " < > |"#),
    ("[kademlia]\nk = 0\n", &[],
     "s.toml:2:5: `kademlia.k` cannot be 0: allowed is a whole number from 1 to 255"),
    ("[kademlia]\nk = 300\n", &[],
     "s.toml:2:5: `kademlia.k` cannot be 300: allowed is a whole number from 1 to 255"),
    ("[kademlia]\nalpha = 0\n", &[],
     "s.toml:2:9: `kademlia.alpha` cannot be 0: allowed is a whole number from 1 to 255"),
    ("[kademlia]\nk = 5\nbeta = 6\n", &[],
     "s.toml:3:8: `kademlia.beta` cannot be 6: allowed is a whole number from 1 to k, which is 5"),
    ("[kademlia]\ncandidates = 10\n", &[],
     "s.toml:2:14: `kademlia.candidates` cannot be 10: allowed is a whole number from k, which is 20, to 10000"),
    ("[kademlia]\npreset = \"libp2p\"\n", &[],
     r#"s.toml:2:10: `kademlia.preset` cannot be "libp2p": allowed is "paper" or "mainline" or "go-libp2p" or "rust-libp2p"; did you mean "go-libp2p"?"#),
    ("[kademlia]\nstop = \"k-closet\"\n", &[],
     r#"s.toml:2:8: `kademlia.stop` cannot be "k-closet": allowed is "k-closest" or "beta-closest" or "no-closer"; did you mean "k-closest"?"#),
    ("[kademlia]\nshort_timeout = \"1s\"\n", &[],
     r#"s.toml:2:17: `kademlia.short_timeout` cannot be "1s": allowed is a length of time from 1ms and below request_timeout, which is 1s, or "never""#),
    ("[kademlia]\nreplicate_interval = \"1ms\"\n", &[],
     r#"s.toml:2:22: `kademlia.replicate_interval` cannot be "1ms": allowed is a length of time from 1s to 10years, or "never""#),
    ("[kademlia]\nfollow_up = 1\n", &[],
     "s.toml:2:13: `kademlia.follow_up` cannot be 1: allowed is true or false"),
    ("[network.latency]\nmodel = \"constant\"\nmedian = \"80ms\"\n", &[],
     r#"s.toml:3:1: `network.latency.median`, here "80ms", belongs to model lognormal; this one is constant and takes delay, jitter, jitter_distribution, asymmetry"#),
    ("[network.latency]\ndelay = \"80ms\"\n", &[],
     r#"s.toml:2:1: `network.latency.delay`, here "80ms", belongs to model constant; this one is lognormal by default and takes median, sigma, jitter, jitter_distribution, asymmetry"#),
    ("[network.latency]\nmodel = \"uniform\"\nmin = \"90ms\"\nmax = \"80ms\"\n", &[],
     r#"s.toml:3:7: `network.latency.min` cannot be "90ms": allowed is at most max, which is 80ms"#),
    ("[phases]\nmeasurement = \"3years\"\n", &[],
     "s.toml:1:2: the phases last 3years 2m together: a run lasts at most 2years"),
    ("[kademlia]\npreset = \"go-libp2p\"\neviction = \"pending\"\n", &[],
     "s.toml:3:1: `kademlia.eviction = \"pending\"` keeps the newcomer that waits among the replacements: `kademlia.replacements` must be at least 1"),
    ("[network.latency]\nmodel = \"normal\"\n", &[],
     r#"s.toml:2:9: `network.latency.model` cannot be "normal": allowed is "constant" or "uniform" or "lognormal" or "coordinates" or "regions" or "matrix" or "graph"; did you mean "lognormal"?"#),
    ("[network.latency]\nsigma = nan\n", &[],
     "s.toml:2:9: `network.latency.sigma` cannot be nan: allowed is a number, such as 0.5"),
    ("[network.latency]\nmodel = \"matrix\"\n", &[],
     "s.toml:1:10: `network.latency.file` is missing: it takes the path of a matrix of round-trip times, such as \"rtt.txt\", here or with --set network.latency.file=rtt.txt"),
    ("[network.latency]\nmodel = \"matrix\"\nfile = \"no.txt\"\n", &[],
     "s.toml:3:1: `network.latency.file`: the file no.txt: cannot read the matrix: No such file or directory (os error 2)"),
    ("[network.latency]\nmodel = \"regions\"\n[[network.latency.region]]\nname = \"eu\"\nshare = 0.5\ndelays = { eu = \"1ms\" }\n[[network.latency.region]]\nname = \"us\"\nshare = 0.5\ndelays = { us = \"1ms\", uk = \"9ms\" }\n", &[],
     "s.toml:10:24: there is no region uk: delays lead to eu, us"),
    ("[network.latency]\nmodel = \"regions\"\n[[network.latency.region]]\nname = \"eu\"\nshare = 0.5\ndelays = { eu = \"1ms\" }\n[[network.latency.region]]\nname = \"us\"\nshare = 0.5\ndelays = { us = \"1ms\" }\n", &[],
     r#"s.toml:6:1: `network.latency.region.0.delays.us` is missing: it takes the one-way delay to that region, such as "80ms""#),
    ("[network.loss]\nmodel = \"bernoulli\"\nrate = 1.5\n", &[],
     "s.toml:3:8: `network.loss.rate` cannot be 1.5: allowed is a number from 0 to 1, such as 0.25"),
    ("[network.loss]\nmodel = \"none\"\nrate = 0.5\n", &[],
     "s.toml:3:1: `network.loss.rate`, here 0.5, belongs to model bernoulli; this one is none and takes link"),
    ("[network.loss]\ngood_to_bad = 0.1\n", &[],
     "s.toml:2:1: `network.loss.good_to_bad` belongs to model gilbert-elliott: add `model` to its table"),
    ("[network.loss]\nrate = 0.1\nmodel = \"gilbert-elliott\"\n", &[],
     "s.toml:2:1: `network.loss.rate`, here 0.1, belongs to model bernoulli; this one is gilbert-elliott and takes good_to_bad, bad_to_good, loss_in_good, loss_in_bad, link"),
    ("[[network.loss.link]]\nfrom = \"default\"\nto = \"defualt\"\nrate = 0.1\n", &[],
     "s.toml:3:1: there is no class or region defualt (did you mean default?): this scenario has default"),
    ("[[network.loss.link]]\nfrom = \"default\"\nto = \"default\"\n", &[],
     "s.toml:1:1: `network.loss.link.0.rate` is missing: it takes a number from 0 to 1, such as 0.05"),
    ("[network.latency]\nasymmetry = 0.95\n", &[],
     "s.toml:2:13: `network.latency.asymmetry` cannot be 0.95: allowed is a number from 0 to 0.9"),
    ("[network.latency]\nmodel = \"coordinates\"\nmedian = \"8ms\"\n", &[],
     r#"s.toml:3:1: `network.latency.median`, here "8ms", belongs to model lognormal; this one is coordinates and takes spread, height_median, height_sigma, smallest, jitter, jitter_distribution, asymmetry"#),
    ("[network]\nduplication = 2\n", &[],
     "s.toml:2:15: `network.duplication` cannot be 2: allowed is a number from 0 to 1, such as 0.25"),
    ("[churn]\nlifetime_mean = \"2h\"\n", &[],
     r#"s.toml:2:1: `churn.lifetime_mean`, here "2h", belongs to model lifetime or pareto; this one is none by default and takes no other key"#),
    ("[churn]\nmodel = \"lifetime\"\nlifetime_distribution = \"pareto_shifted\"\nlifetime_shape = 1.0\n", &[],
     "s.toml:4:18: `churn.lifetime_shape` cannot be 1.0: allowed is a number above 1 (else there is no mean) and up to 100"),
    ("[churn]\nmodel = \"lifetime\"\ndeadtime_shape = 2\n", &[],
     "s.toml:3:1: `churn.deadtime_shape`, here 2, belongs to deadtime_distribution weibull or pareto_shifted or lognormal; this one is exponential by default and takes preset, model, lifetime_distribution, lifetime_mean, lifetime_shape, deadtime_mean, graceful_leave_probability, diurnal_amplitude, diurnal_period, diurnal_peak"),
    ("[churn]\nmodel = \"random\"\n", &[],
     r#"s.toml:2:1: `churn.model` random says how often nodes come and go: give `join_rate`, `leave_rate` or `migration_rate`, such as "6/min""#),
    ("[churn]\npreset = \"kad-2007\"\ndiurnal_peak = \"20h\"\n", &[],
     "s.toml:3:1: `churn.diurnal_peak` has no effect: give a `diurnal_amplitude` above 0 with it"),
    ("[churn]\nmodel = \"trace\"\n", &[],
     "s.toml:1:2: `churn.file` is missing: it takes the path of a trace, a line an event: time, node, and JOIN, LEAVE or CRASH"),
    ("[[nodes.class]]\n[nodes.class.churn]\nmodel = \"random\"\n", &[],
     r#"s.toml:3:1: `nodes.class.0.churn.model` is random, which moves the nodes of all classes: a class has churn of its own beside "none", "lifetime" and "pareto" only, and one of these itself"#),
    ("[churn]\nmodel = \"random\"\njoin_rate = \"1/s\"\n[[nodes.class]]\n[nodes.class.churn]\nmodel = \"none\"\n", &[],
     r#"s.toml:2:1: `churn.model` is random, which moves the nodes of all classes: a class has churn of its own beside "none", "lifetime" and "pareto" only, and one of these itself"#),
    ("[[nodes.class]]\n[nodes.class.churn]\nlifetime_mean = \"2h\"\n", &[],
     r#"s.toml:3:1: `nodes.class.0.churn.lifetime_mean`, here "2h", belongs to model lifetime or pareto; this one is none by default and takes no other key"#),
    ("[[workload]]\nkind = \"put\"\n", &[],
     r#"s.toml:2:8: `workload.0.kind` cannot be "put": allowed is "lookup" or "put-get" or "provide" or "services" or "blocks" or "registers"; did you mean "put-get"?"#),
    ("[[workload]]\nrate = \"1/s\"\ntotal_rate = \"5/s\"\n", &[],
     "s.toml:3:1: `workload.0` has both rate (1/s per node) and total_rate (5/s of all nodes): give one of them"),
    ("[[workload]]\ncount = 4\ntotal_count = 2_000\n", &[],
     "s.toml:3:1: `workload.0` has both count (4 per node) and total_count (2000 of all nodes): give one of them"),
    ("[[workload]]\ntotal_count = 0\n", &[],
     "s.toml:2:15: `workload.0.total_count` cannot be 0: allowed is a whole number from 1 to 100000000"),
    ("[[workload]]\ncount = 1.5\n", &[],
     "s.toml:2:9: `workload.0.count` cannot be 1.5: allowed is a whole number, such as 20"),
    ("[[workload]]\nrate = \"1/s\"\narrivals = \"at-once\"\n", &[],
     r#"s.toml:3:1: `workload.0.arrivals`, here "at-once", belongs to count or total_count; a rate is not all at once"#),
    ("[nodes]\ncount = 2\n[[workload]]\ntotal_count = 2001\narrivals = \"at-once\"\n", &[],
     "s.toml:4:15: `workload.0.total_count` cannot be 2001: allowed is at most 2000 \"at-once\": 1000 for each node"),
    ("[nodes]\nbootstrap = \"rnadom\"\n", &[],
     r#"s.toml:2:13: `nodes.bootstrap` cannot be "rnadom": allowed is "organic" or "warm" or "random"; did you mean "random"?"#),
    ("[[workload]]\nrate = 0.1\n", &[],
     r#"s.toml:2:8: `workload.0.rate` cannot be 0.1: allowed is a rate above zero per s, min, h or d, such as "0.1/s" or "6/min""#),
    ("[[workload]]\nrecord_size = \"1 KiB\"\n", &[],
     r#"s.toml:2:1: `workload.0.record_size`, here "1 KiB", belongs to kind put-get or registers; this one is lookup by default and takes rate, total_rate, count, total_count, arrivals"#),
    ("[[workload]]\nkind = \"put-get\"\nrecord_size = \"2 MiB\"\n", &[],
     r#"s.toml:3:15: `workload.0.record_size` cannot be "2 MiB": allowed is a size from 1 B to 1 MiB"#),
    ("[[workload]]\nkind = \"put-get\"\n\n[[workload]]\nkind = \"put-get\"\nexponent = 1.0\n", &[],
     "s.toml:6:1: `workload.1.exponent`, here 1.0, belongs to popularity zipf; this one is uniform by default and takes kind, rate, total_rate, count, total_count, arrivals, records_per_node, record_size"),
    ("[workload]\nkind = \"put-get\"\n", &[],
     "s.toml:1:1: `workload` cannot be [workload]: allowed is a list: values in brackets, or tables under [[double brackets]]"),
    ("[output]\nplots = [\"svg\", \"pdf\"]\n", &[],
     r#"s.toml:2:17: `output.plots.1` cannot be "pdf": allowed is "svg" or "png""#),
    ("[output]\nplots = [\"svg\", \"svg\"]\n", &[],
     r#"s.toml:2:9: `output.plots` cannot be ["svg", "svg"]: allowed is each of "svg" and "png" at most once"#),
    ("[output]\nplots = \"svg\"\n", &[],
     r#"s.toml:2:9: `output.plots` cannot be "svg": allowed is a list: values in brackets, or tables under [[double brackets]]"#),
    ("[output]\nsample_interval = \"1us\"\n", &[],
     r#"s.toml:2:19: `output.sample_interval` cannot be "1us": allowed is at least 720us, which gives 1000000 points for this run"#),
    ("[checker]\nlookups = 2\n", &[],
     "s.toml:2:11: `checker.lookups` cannot be 2: allowed is a number from 0 to 1, such as 0.25"),
    ("[verdict]\nlatency_good = \"150ms\"\n", &[],
     "s.toml:2:1: `verdict.latency_acceptable` is 100ms, below `verdict.latency_good`, which is 150ms: each threshold is at least the one before it"),
    ("[verdict]\nfailure_acceptable = 0.5\n", &[],
     "s.toml:2:1: `verdict.failure_concerning` is 0.1, below `verdict.failure_acceptable`, which is 0.5: each threshold is at least the one before it"),
    ("[verdict]\noperation_timeout = \"0s\"\n", &[],
     "s.toml:2:21: `verdict.operation_timeout` cannot be \"0s\": allowed is a length of time above 0, or \"never\""),
    ("[nodes]\nbootstrap = \"warm\"\njoins = \"even\"\n", &[],
     "s.toml:3:1: `nodes.joins`, here \"even\", belongs to bootstrap organic; this one is warm and takes count, contacts, address_groups, class"),
    ("[nodes\ncount = 10\n", &[],
     "s.toml:1:7: this is not TOML: unclosed table, expected `]`"),
    ("[nodes]\ncount = 10\ncount = 20\n", &[],
     "s.toml:3:1: this is not TOML: duplicate key"),
    ("[nodes]\ncount = 10 20\n", &[],
     "s.toml:2:9: this is not TOML: here stands no value: texts are in quotes, numbers, true and false are not"),
    ("x = 1\n", &[],
     "s.toml:1:1: unknown key `x`: the top level takes name, description, seed, phases, nodes, topology, kademlia, network, churn, workload, checker, verdict, output, snapshot, attack, fault"),
];

/// Settings, and files that do not fit them.
#[rustfmt::skip]
const SETTING_CASES: &[Case] = &[
    (
        "[nodes]\ncount = 10\n",
        &["nodes.count=many"],
        r#"--set nodes.count=many: `nodes.count` cannot be "many": allowed is a whole number, such as 20"#,
    ),
    (
        "[nodes]\ncount = 10\n",
        &["nodes.cuont=5"],
        "--set nodes.cuont=5: unknown key `cuont`: `nodes` takes count, bootstrap, joins, contacts, address_groups, class; did you mean `count`?",
    ),
    (
        "[nodes]\ncount = 10\n",
        &["node.count=5"],
        "--set node.count=5: unknown key `node`: the top level takes name, description, seed, phases, nodes, topology, kademlia, network, churn, workload, checker, verdict, output, snapshot, attack, fault; did you mean `nodes`?",
    ),
    (
        "[nodes]\ncount = 10\n",
        &["nodes.count.x=5"],
        "--set nodes.count.x=5: `nodes.count.x` leads nowhere: there is no `x` in a single value",
    ),
    (
        "[nodes]\ncount = 10\n",
        &["workload.3.rate=1/s"],
        "--set workload.3.rate=1/s: `workload.3.rate` leads nowhere: `3` is no item of a list of 0: items are counted from 0, and 0 adds one",
    ),
    (
        "[nodes]\ncount = 10\n",
        &["kademlia.beta=30"],
        "--set kademlia.beta=30: `kademlia.beta` cannot be 30: allowed is a whole number from 1 to k, which is 20",
    ),
    (
        "[kademlia]\nbeta = 10\n",
        &["kademlia.k=5"],
        "s.toml:2:8: `kademlia.beta` cannot be 10: allowed is a whole number from 1 to k, which is 5",
    ),
    (
        "[network.latency]\nmodel = \"constant\"\n",
        &["network.latency.median=5ms"],
        r#"--set network.latency.median=5ms: `network.latency.median`, here "5ms", belongs to model lognormal; this one is constant and takes delay, jitter, jitter_distribution, asymmetry"#,
    ),
    (
        "[nodes]\ncount = 10\n",
        &["network.latency={model='uniform', min='5s'}"],
        "--set network.latency={model='uniform', min='5s'}: `network.latency.min` cannot be '5s': allowed is at most max, which is 180ms",
    ),
    (
        "# comment\n\n[nodes]\ncount = 10 # ten\n[phases]\ninit = '''x\ny'''\n",
        &["seed=3"],
        r#"s.toml:6:8: `phases.init` cannot be '''x…: allowed is a length of time, such as "250ms", "5m" or "1h 30m""#,
    ),
    (
        "[[nodes.class]]\nname = \"a\"\nshare = 0.5\n[[nodes.class]]\nname = \"b\"\nshare = 0.5\n",
        &["nodes.class.1.share=0.6"],
        "--set nodes.class.1.share=0.6: the shares of `nodes.class` sum to 1.1: they must sum to 1",
    ),
    (
        "workload = [{ kind = \"lookup\" }]\n",
        &["workload.1.rate=5"],
        r#"--set workload.1.rate=5: `workload.1.rate` cannot be 5: allowed is a rate above zero per s, min, h or d, such as "0.1/s" or "6/min""#,
    ),
    (
        "",
        &["output.plots.0=pdf"],
        r#"--set output.plots.0=pdf: `output.plots.0` cannot be "pdf": allowed is "svg" or "png""#,
    ),
    (
        "",
        &["name=7"],
        "--set name=7: `name` cannot be 7: allowed is a text in quotes",
    ),
    (
        "[nodes]\ncount = 10",
        &["workload.0=5"],
        "--set workload.0=5: `workload.0` cannot be 5: allowed is a table of keys",
    ),
];
