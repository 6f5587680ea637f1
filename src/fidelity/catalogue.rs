//! The figures and where they come from.

use super::row::{Band, Experiment, Figure, Row, Sample};

const RFM19: &str = "published: ProbeLab network-measurements RFM19.1 (2023); Monte Carlo";
const GREEDY: &str = "exact recursion; Monte Carlo";
const DOUBLING: &str = "exact: 1/mu_k, mu_k = 1 + sum over j >= 1 of 1 - (1 - 2^-j)^k";
const ENTRIES: &str = "exact: sum over c of E[min(k, Bin(n - 1, 2^-(c+1)))]; Monte Carlo";
const OCCUPANCY: &str =
    "exact: E[min(k, Bin(n - 1, 2^-(c+1)))]; live IPFS has 14.16 in bucket 9 (RFM19)";
const ESTIMATOR: &str = "exact: order statistics of uniform keys";
const CRASHES: &str = "independent Monte Carlo, one network";
const MEMORYLESS: &str = "exact: 1 - (1 - e^-1)^k";
const RENEWAL: &str = "exact: 1 - (1 - s)^k, s = Gamma(1/c, (T/scale)^c) / Gamma(1/c)";
const LOOKUPS: &str = "independent Monte Carlo";
const DIALS: &str =
    "Monte Carlo: p75 near 5.0 s; ProbeLab's optimistic-provide plots step there; exact: 0.9^3";

const STALE: &str = "exact: 1 - (1 - e^(-R/T)) T/R";
const ON_OFF: &str =
    "exact: mean session / (mean session + mean absence), as Steiner et al. (2007) fitted KAD";

/// Half of the last digit of a figure with so many decimals.
const TWO_DECIMALS: f64 = 0.005;
const THREE_DECIMALS: f64 = 0.000_5;
const FOUR_DECIMALS: f64 = 0.000_05;
const FIVE_DECIMALS: f64 = 0.000_005;
const SIX_DECIMALS: f64 = 0.000_000_5;

const fn sample(networks: u32, each: u32) -> Sample {
    Sample { networks, each }
}

const fn about(quantity: &'static str, value: f64, tolerance: f64) -> Figure {
    Figure { quantity, band: Band::About { value, tolerance } }
}

/// Lookups behind each mean of the Monte Carlo simulation: as many as it checked for F6.
const REFERENCE_LOOKUPS: u32 = 5_000;

const fn monte_carlo(quantity: &'static str, value: f64) -> Figure {
    let lookups = REFERENCE_LOOKUPS;
    Figure { quantity, band: Band::MonteCarlo { value, rounding: TWO_DECIMALS, lookups } }
}

/// Lookups behind each mean of the Monte Carlo simulation with failures, all in one network: its
/// smallest figure, 0.0005 of the lookups, is one of so many.
const FAILURE_LOOKUPS: u32 = 2_000;

const fn one_network(quantity: &'static str, value: f64, rounding: f64) -> Figure {
    Figure { quantity, band: Band::OneNetwork { value, rounding, lookups: FAILURE_LOOKUPS } }
}

/// Rounds, requests, time-outs, recall, and lookups that miss the closest.
const fn failures(figures: [f64; 5]) -> [Figure; 5] {
    let [rounds, requests, timeouts, recall, missed] = figures;
    [
        one_network("rounds", rounds, TWO_DECIMALS),
        one_network("requests", requests, TWO_DECIMALS),
        one_network("time-outs", timeouts, TWO_DECIMALS),
        one_network("recall of the k alive", recall, THREE_DECIMALS),
        one_network("closest missed", missed, FOUR_DECIMALS),
    ]
}

const CANDIDATE_HOPS: Row = Row {
    id: "F1",
    setting: "n = 25,000, k = 20",
    source: RFM19,
    experiment: Experiment::CandidateHops { nodes: 25_000, bucket: 20 },
    figures: &[Figure {
        quantity: "hops to the 20",
        band: Band::Between { low: 1.926, high: 1.929 },
    }],
    full: sample(16, 20_000),
    quick: Some(sample(16, 2_000)),
};

const GREEDY_HOPS: Row = Row {
    id: "F3",
    setting: "n = 1,000, k = 20",
    source: GREEDY,
    experiment: Experiment::GreedyHops { nodes: 1_000, k: 20 },
    figures: &[about("greedy hops", 1.931_75, FIVE_DECIMALS)],
    full: sample(256, 4_000),
    quick: Some(sample(64, 1_000)),
};

/// What finite networks leave open of F4: the exact recursion for greedy paths has 0.499 18,
/// 0.225 78 and 0.176 28 hops per doubling from 1,000 to 64,000 nodes, 1/mu_k is their limit.
const fn per_doubling(limit: f64, recursion: f64) -> Figure {
    about("hops per doubling", limit, (recursion - limit).abs() + FOUR_DECIMALS)
}

const PER_DOUBLING: Row = Row {
    id: "F4",
    setting: "n = 1,000 to 64,000, k = 20",
    source: DOUBLING,
    experiment: Experiment::HopsPerDoubling { nodes: 1_000, doublings: 6, k: 20 },
    figures: &[per_doubling(0.1757, 0.176_28)],
    full: sample(8, 40_000),
    quick: Some(sample(4, 5_000)),
};

const ENTRIES_OF_TABLE: Row = Row {
    id: "F5",
    setting: "n = 1,000, k = 20",
    source: ENTRIES,
    experiment: Experiment::Entries { nodes: 1_000 },
    figures: &[about("entries", 130.901, THREE_DECIMALS)],
    full: sample(256, 1_000),
    quick: Some(sample(64, 1_000)),
};

const LOOKUP_COST: Row = Row {
    id: "F9",
    setting: "n = 1,000, k = 20, alpha = 3",
    source: LOOKUPS,
    experiment: Experiment::LookupCost { nodes: 1_000, alpha: 3 },
    figures: &[monte_carlo("requests", 21.53), monte_carlo("rounds", 7.55)],
    full: sample(16, 4_000),
    quick: Some(sample(4, 8_000)),
};

const STALE_ENTRIES: Row = Row {
    id: "F17",
    setting: "refresh interval R = mean session T",
    source: STALE,
    experiment: Experiment::Stale { refresh_per_session: 1.0 },
    figures: &[about("stale share", 0.367_9, FOUR_DECIMALS)],
    full: sample(48, 500),
    quick: Some(sample(12, 500)),
};

const CRASHED: Row = Row {
    id: "F11",
    setting: "n = 10,000, k = 8, 10 % crashed",
    source: CRASHES,
    experiment: Experiment::Failures { nodes: 10_000, k: 8, dead: 0.1 },
    figures: &failures([5.06, 13.84, 1.36, 0.989, 0.0]),
    full: sample(32, 2_000),
    // How much networks differ is part of the band, and a few do not tell.
    quick: Some(sample(32, 1_000)),
};

/// Sessions of a mean of one hour, and half of the nodes online.
const EXPONENTIAL: &[&str] = &[
    "churn.lifetime_distribution=exponential",
    "churn.lifetime_mean=1h",
    "churn.deadtime_distribution=exponential",
    "churn.deadtime_mean=1h",
];

/// Sessions and absences of KAD.
const KAD: &[&str] = &["churn.preset=kad-2007"];

const RECORDS: Row = Row {
    id: "F15",
    setting: "k = 8, exponential sessions, T = mean",
    source: MEMORYLESS,
    experiment: Experiment::Survival { nodes: 2_000, k: 8, churn: EXPONENTIAL, minutes: 60 },
    figures: &[about("records alive", 0.974_51, FIVE_DECIMALS)],
    full: sample(32, 10),
    quick: Some(sample(4, 10)),
};

/// All figures, in the order in which they are told.
pub const ROWS: &[Row] = &[
    CANDIDATE_HOPS,
    Row {
        id: "F2",
        setting: "n = 25,000, buckets of 10",
        experiment: Experiment::CandidateHops { nodes: 25_000, bucket: 10 },
        figures: &[about("hops to the 20", 2.165, THREE_DECIMALS)],
        ..CANDIDATE_HOPS
    },
    Row {
        id: "F2",
        setting: "n = 25,000, buckets of 40",
        experiment: Experiment::CandidateHops { nodes: 25_000, bucket: 40 },
        figures: &[about("hops to the 20", 1.834, THREE_DECIMALS)],
        ..CANDIDATE_HOPS
    },
    Row {
        setting: "n = 1,000, k = 1",
        experiment: Experiment::GreedyHops { nodes: 1_000, k: 1 },
        figures: &[about("greedy hops", 4.932_99, FIVE_DECIMALS)],
        ..GREEDY_HOPS
    },
    Row {
        setting: "n = 1,000, k = 2",
        experiment: Experiment::GreedyHops { nodes: 1_000, k: 2 },
        figures: &[about("greedy hops", 3.714_40, FIVE_DECIMALS)],
        ..GREEDY_HOPS
    },
    Row {
        setting: "n = 1,000, k = 8",
        experiment: Experiment::GreedyHops { nodes: 1_000, k: 8 },
        figures: &[about("greedy hops", 2.374_36, FIVE_DECIMALS)],
        ..GREEDY_HOPS
    },
    GREEDY_HOPS,
    Row {
        setting: "n = 1,000 to 64,000, k = 1",
        experiment: Experiment::HopsPerDoubling { nodes: 1_000, doublings: 6, k: 1 },
        figures: &[per_doubling(0.5, 0.499_18)],
        ..PER_DOUBLING
    },
    Row {
        setting: "n = 1,000 to 64,000, k = 8",
        experiment: Experiment::HopsPerDoubling { nodes: 1_000, doublings: 6, k: 8 },
        figures: &[per_doubling(0.2262, 0.225_78)],
        ..PER_DOUBLING
    },
    PER_DOUBLING,
    ENTRIES_OF_TABLE,
    Row {
        setting: "n = 10,000, k = 20",
        experiment: Experiment::Entries { nodes: 10_000 },
        figures: &[about("entries", 197.520, THREE_DECIMALS)],
        full: sample(64, 10_000),
        quick: Some(sample(8, 10_000)),
        ..ENTRIES_OF_TABLE
    },
    Row {
        setting: "n = 100,000, k = 20",
        experiment: Experiment::Entries { nodes: 100_000 },
        figures: &[about("entries", 263.930, THREE_DECIMALS)],
        full: sample(8, 100_000),
        quick: None,
        ..ENTRIES_OF_TABLE
    },
    Row {
        id: "F6",
        setting: "n = 10,000, k = 20, alpha = 3",
        source: LOOKUPS,
        experiment: Experiment::Exactness { nodes: 10_000 },
        figures: &[Figure { quantity: "exact share", band: Band::Always(1.0) }],
        full: sample(4, 5_000),
        quick: Some(sample(1, 5_000)),
    },
    Row {
        id: "F7",
        setting: "n = 15,371, k = 20",
        source: OCCUPANCY,
        experiment: Experiment::Occupancy { nodes: 15_371, buckets: &[8, 9, 10, 13] },
        figures: &[
            about("entries in bucket 8", 19.95, TWO_DECIMALS),
            about("entries in bucket 9", 14.80, TWO_DECIMALS),
            about("entries in bucket 10", 7.50, TWO_DECIMALS),
            about("entries in bucket 13", 0.94, TWO_DECIMALS),
        ],
        full: sample(32, 15_371),
        quick: Some(sample(8, 15_371)),
    },
    Row {
        id: "F8",
        setting: "n = 10,000, buckets of 40",
        source: ESTIMATOR,
        experiment: Experiment::SizeEstimator { nodes: 10_000, bucket: 40 },
        figures: &[
            about("mean / true size", 1.0, 0.0),
            about("relative sd", 0.2355, FOUR_DECIMALS),
        ],
        full: sample(64, 10_000),
        quick: Some(sample(8, 10_000)),
    },
    LOOKUP_COST,
    Row {
        setting: "n = 10,000, k = 20, alpha = 3",
        experiment: Experiment::LookupCost { nodes: 10_000, alpha: 3 },
        figures: &[monte_carlo("requests", 22.89), monte_carlo("rounds", 7.99)],
        full: sample(8, 5_000),
        quick: Some(sample(2, 5_000)),
        ..LOOKUP_COST
    },
    Row {
        setting: "n = 100,000, k = 20, alpha = 3",
        experiment: Experiment::LookupCost { nodes: 100_000, alpha: 3 },
        figures: &[monte_carlo("requests", 24.57), monte_carlo("rounds", 8.56)],
        full: sample(1, 30_000),
        quick: None,
        ..LOOKUP_COST
    },
    Row {
        id: "F10",
        setting: "n = 1,000, k = 20, alpha = 10",
        experiment: Experiment::LookupCost { nodes: 1_000, alpha: 10 },
        figures: &[monte_carlo("requests", 27.81), monte_carlo("rounds", 2.94)],
        ..LOOKUP_COST
    },
    Row {
        id: "F10",
        setting: "n = 10,000, k = 20, alpha = 10",
        experiment: Experiment::LookupCost { nodes: 10_000, alpha: 10 },
        figures: &[monte_carlo("requests", 31.11), monte_carlo("rounds", 3.35)],
        full: sample(8, 5_000),
        quick: Some(sample(2, 5_000)),
        ..LOOKUP_COST
    },
    Row {
        id: "F10",
        setting: "n = 100,000, k = 20, alpha = 10",
        experiment: Experiment::LookupCost { nodes: 100_000, alpha: 10 },
        figures: &[monte_carlo("requests", 36.95), monte_carlo("rounds", 3.88)],
        full: sample(1, 30_000),
        quick: None,
        ..LOOKUP_COST
    },
    CRASHED,
    Row {
        id: "F12",
        setting: "n = 10,000, k = 8, 30 % crashed",
        experiment: Experiment::Failures { nodes: 10_000, k: 8, dead: 0.3 },
        figures: &failures([6.49, 17.01, 5.09, 0.933, 0.000_5]),
        ..CRASHED
    },
    Row {
        id: "F13",
        setting: "n = 10,000, k = 20, 10 % crashed",
        experiment: Experiment::Failures { nodes: 10_000, k: 20, dead: 0.1 },
        figures: &failures([8.97, 25.43, 2.68, 0.979, 0.0]),
        ..CRASHED
    },
    Row {
        id: "F14",
        setting: "n = 10,000, k = 20, 50 % crashed",
        experiment: Experiment::Failures { nodes: 10_000, k: 20, dead: 0.5 },
        figures: &failures([16.59, 46.52, 23.39, 0.891, 0.0]),
        ..CRASHED
    },
    RECORDS,
    Row {
        setting: "k = 20, exponential sessions, T = mean",
        experiment: Experiment::Survival { nodes: 2_000, k: 20, churn: EXPONENTIAL, minutes: 60 },
        figures: &[about("records alive", 0.999_896, SIX_DECIMALS)],
        // One record in ten thousand is lost: among few records none is.
        quick: None,
        ..RECORDS
    },
    Row {
        id: "F16",
        setting: "k = 8, KAD's sessions, T = 720 min",
        source: RENEWAL,
        experiment: Experiment::Survival { nodes: 4_000, k: 8, churn: KAD, minutes: 720 },
        figures: &[about("records alive", 0.8480, FOUR_DECIMALS)],
        ..RECORDS
    },
    Row {
        id: "F16",
        setting: "k = 20, KAD's sessions, T = 720 min",
        source: RENEWAL,
        experiment: Experiment::Survival { nodes: 4_000, k: 20, churn: KAD, minutes: 720 },
        figures: &[about("records alive", 0.9910, FOUR_DECIMALS)],
        ..RECORDS
    },
    Row {
        setting: "R = T / 10",
        experiment: Experiment::Stale { refresh_per_session: 0.1 },
        figures: &[about("stale share", 0.048_4, FOUR_DECIMALS)],
        ..STALE_ENTRIES
    },
    Row {
        setting: "R = T / 2",
        experiment: Experiment::Stale { refresh_per_session: 0.5 },
        figures: &[about("stale share", 0.213_1, FOUR_DECIMALS)],
        ..STALE_ENTRIES
    },
    STALE_ENTRIES,
    Row {
        id: "F18",
        setting: "sessions and absences of KAD",
        source: ON_OFF,
        experiment: Experiment::Availability { nodes: 20_000 },
        figures: &[about("share online", 0.214, THREE_DECIMALS)],
        full: sample(16, 20_000),
        quick: Some(sample(4, 20_000)),
    },
    Row {
        id: "L7",
        setting: "n = 10,000, 10 % dead, dials of 5 s",
        source: DIALS,
        experiment: Experiment::DialStep { nodes: 10_000, dead: 0.1 },
        figures: &[
            // The step, and what a walk of three rounds at most adds to it.
            Figure { quantity: "p75 of latency, s", band: Band::Between { low: 5.0, high: 5.3 } },
            about("share before 5 s", 0.729, THREE_DECIMALS),
        ],
        full: sample(16, 5_000),
        quick: Some(sample(4, 5_000)),
    },
];
