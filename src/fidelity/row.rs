//! What a figure is, and what came of measuring it.

use super::estimate::Estimate;
use crate::metrics::number;
use serde::Serialize;

/// A setting and the figures that are known to hold in it: plain data.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Name of the row, such as `F1`. Rows of one name are the same quantity in different
    /// settings.
    pub id: &'static str,
    /// Network and parameters.
    pub setting: &'static str,
    /// Where the figures come from.
    pub source: &'static str,
    /// How they are measured.
    pub experiment: Experiment,
    /// The figures, in the order in which the experiment gives them.
    pub figures: &'static [Figure],
    /// How often it is measured.
    pub full: Sample,
    /// How often it is measured where time is short; `None` if it cannot be short.
    pub quick: Option<Sample>,
}

/// One figure.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// What is counted, with its unit.
    pub quantity: &'static str,
    /// The figure and what may separate a measurement from it beside chance.
    pub band: Band,
}

/// A figure and what may separate a measurement from it beside chance.
#[derive(Clone, Copy, Debug)]
pub enum Band {
    /// An interval as it is published.
    Between {
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// A value known to within `tolerance`: its rounding, and what the model that it comes from
    /// leaves open.
    About {
        /// The value.
        value: f64,
        /// How exactly it is known.
        tolerance: f64,
    },
    /// The mean of an independent Monte Carlo simulation, itself subject to chance.
    MonteCarlo {
        /// The mean.
        value: f64,
        /// Half of its last digit.
        rounding: f64,
        /// Lookups that it is taken over. How much they differ is taken from the measurement.
        lookups: u32,
    },
    /// The same, of lookups in a single network, which is a matter of chance as well: how much
    /// networks differ beyond what their lookups do is taken from the measurement too.
    OneNetwork {
        /// The mean.
        value: f64,
        /// Half of its last digit.
        rounding: f64,
        /// Lookups that it is taken over.
        lookups: u32,
    },
    /// A value that leaves nothing to chance.
    Always(f64),
}

impl Band {
    /// The figure: the ends of the published interval, or twice the value.
    pub fn expected(self) -> (f64, f64) {
        match self {
            Band::Between { low, high } => (low, high),
            Band::About { value, .. }
            | Band::MonteCarlo { value, .. }
            | Band::OneNetwork { value, .. }
            | Band::Always(value) => (value, value),
        }
    }
}

/// How the figures of a row are measured, in networks of `nodes` nodes with warm tables.
#[derive(Clone, Copy, Debug)]
pub enum Experiment {
    /// Hops until one of the 20 closest nodes to a random key is among ten candidates (see
    /// `hops`).
    CandidateHops {
        /// Nodes of the network.
        nodes: u32,
        /// Contacts that a bucket holds.
        bucket: usize,
    },
    /// Hops of a single greedy path between two different random nodes.
    GreedyHops {
        /// Nodes of the network.
        nodes: u32,
        /// Contacts that a bucket holds.
        k: usize,
    },
    /// How much longer greedy paths are after some doublings of the network, per doubling.
    HopsPerDoubling {
        /// Nodes of the smaller network.
        nodes: u32,
        /// How often it is doubled.
        doublings: u32,
        /// Contacts that a bucket holds.
        k: usize,
    },
    /// Entries in a routing table, k = 20.
    Entries {
        /// Nodes of the network.
        nodes: u32,
    },
    /// Entries in single buckets, k = 20; a figure for each.
    Occupancy {
        /// Nodes of the network.
        nodes: u32,
        /// Buckets by the bits that their contacts share with the table's owner.
        buckets: &'static [usize],
    },
    /// The estimate of the network's size from the distance of a node's 20th closest contact:
    /// its mean over the true size, and its relative standard deviation.
    SizeEstimator {
        /// Nodes of the network.
        nodes: u32,
        /// Contacts that a bucket holds.
        bucket: usize,
    },
    /// Share of lookups that return exactly the k closest nodes, k = 20.
    Exactness {
        /// Nodes of the network.
        nodes: u32,
    },
    /// Requests and rounds of a lookup in strict rounds, k = 20.
    LookupCost {
        /// Nodes of the network.
        nodes: u32,
        /// Requests of a round.
        alpha: usize,
    },
    /// Share of the entries of a table that are stale, where nodes have exponential sessions and
    /// each entry is looked at once in an interval.
    Stale {
        /// That interval in mean sessions.
        refresh_per_session: f64,
    },
    /// Share of the nodes that are online under the sessions and absences of KAD.
    Availability {
        /// Nodes of the network, online or away.
        nodes: u32,
    },
    /// Lookups among nodes of which some have crashed, which nobody has noticed yet: rounds,
    /// requests, time-outs, share of the k closest nodes alive that were found, and share of lookups
    /// that missed the closest of them.
    Failures {
        /// Nodes of the network.
        nodes: u32,
        /// Contacts that a bucket holds, nodes that a lookup finds.
        k: usize,
        /// Share of the nodes that have crashed.
        dead: f64,
    },
    /// Share of the records that somebody holds at an age, where nobody stores them again.
    Survival {
        /// Nodes of the network, online or away.
        nodes: u32,
        /// Holders of a record.
        k: usize,
        /// How nodes come and go: settings of the scenario.
        churn: &'static [&'static str],
        /// The age in minutes.
        minutes: u64,
    },
    /// Latency of go-libp2p's walk to a key, up to its answers of the three closest, where some
    /// contacts are dead and a dial times out after 5 s: its 75th percentile, and the share of walks
    /// that end before the first time-out.
    DialStep {
        /// Nodes of the network.
        nodes: u32,
        /// Share of them that are dead.
        dead: f64,
    },
}

/// How often something is measured.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Networks, each with a seed of its own.
    pub networks: u32,
    /// Paths, lookups or tables in each.
    pub each: u32,
}

/// How much time there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As much as makes chance small beside the figures' own exactness: minutes for all rows.
    Full,
    /// Seconds for all rows, in a build for tests; the largest networks are left out.
    Quick,
}

/// Whether a measurement agrees with the figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It lies within the band.
    Within,
    /// It does not: the simulator is wrong, or the figure is.
    Outside,
}

/// What came of measuring a figure.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Finding {
    /// Name of the row.
    pub id: &'static str,
    /// Network and parameters.
    pub setting: &'static str,
    /// What was counted, with its unit.
    pub quantity: &'static str,
    /// The known figure, or the lower end of the published interval.
    pub expected_low: f64,
    /// The known figure, or the upper end of the published interval.
    pub expected_high: f64,
    /// The measured mean.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub measured: f64,
    /// Its standard error.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub standard_error: f64,
    /// Networks that were measured.
    pub networks: u32,
    /// Paths, lookups or tables over all networks.
    pub samples: u64,
    /// Lower end of the band.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub band_low: f64,
    /// Upper end of the band.
    #[serde(serialize_with = "number::serialize_rounded")]
    pub band_high: f64,
    /// Whether the measured mean lies in the band.
    pub verdict: Verdict,
    /// Where the figure comes from.
    pub source: &'static str,
}

/// A band is so many standard errors wide to either side.
const SIGMAS: f64 = 4.0;

impl Finding {
    pub(super) fn new(row: &Row, figure: &Figure, estimate: Estimate) -> Self {
        let chance = SIGMAS * estimate.standard_error;
        let (low, high, tolerance) = match figure.band {
            Band::Between { low, high } => (low, high, chance),
            Band::About { value, tolerance } => (value, value, tolerance + chance),
            Band::MonteCarlo { value, rounding, lookups } => {
                let theirs = SIGMAS * estimate.deviation / libm::sqrt(f64::from(lookups));
                let both = libm::hypot(chance, theirs);
                (value, value, rounding + both)
            }
            Band::OneNetwork { value, rounding, lookups } => {
                let theirs = estimate.deviation / libm::sqrt(f64::from(lookups));
                let theirs = SIGMAS * libm::hypot(theirs, estimate.between);
                (value, value, rounding + libm::hypot(chance, theirs))
            }
            Band::Always(value) => (value, value, 0.0),
        };
        let (band_low, band_high) = (low - tolerance, high + tolerance);
        let within = (band_low..=band_high).contains(&estimate.mean);
        Finding {
            id: row.id,
            setting: row.setting,
            quantity: figure.quantity,
            expected_low: low,
            expected_high: high,
            measured: estimate.mean,
            standard_error: estimate.standard_error,
            networks: estimate.networks,
            samples: estimate.samples,
            band_low,
            band_high,
            verdict: if within { Verdict::Within } else { Verdict::Outside },
            source: row.source,
        }
    }
}
