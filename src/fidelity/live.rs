//! Figures of live networks, rows L1 to L8, beside those of a run.
//!
//! Other than the rows that [`measure`](super::measure) reproduces, these were measured in networks
//! whose nodes, links and load nobody knows in full. A run is compared with those that its
//! parameters are meant for. A figure outside its band is no mistake of the run: it says that the
//! scenario is not that network.

/// What is known of a run, as far as rows speak of it. What the run does not have is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The preset of the parameters, as scenarios name it.
    pub preset: String,
    /// Contacts of a bucket, and replicas.
    pub k: u64,
    /// Requests under way.
    pub alpha: u64,
    /// Seconds after which a dial has failed.
    pub dial_timeout: Option<f64>,
    /// Announcements that succeeded, by their hops from 0.
    pub provide_hops: Vec<u64>,
    /// Quartiles of their latency, in seconds.
    pub provide_quartiles: Option<[f64; 3]>,
    /// Searches for providers that succeeded.
    pub searches: Option<Searches>,
    /// Online holders at the end, of each record that is then 36 to 80 hours old.
    pub holders: Vec<u64>,
    /// Mean contacts of a bucket and those of them that can be reached, from depth 0.
    pub buckets: Vec<(f64, f64)>,
    /// Share of the tables whose owners know all their k closest nodes.
    pub knows_closest: Option<f64>,
    /// Share of all contacts that would not answer.
    pub unreachable: Option<f64>,
    /// Median and third quartile of the latency of lookups, in seconds.
    pub lookups: Option<(f64, f64)>,
}

/// Latency of searches for providers, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Searches {
    /// Mean.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// What nine of ten do not exceed.
    pub p90: f64,
}

/// How a quantity is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of 1.
    Share,
    /// Seconds.
    Seconds,
    /// A number.
    Count,
}

/// A figure of a run beside that of a live network.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveFigure {
    /// What it measures.
    pub quantity: String,
    /// In which unit.
    pub unit: Unit,
    /// The live network's.
    pub published: (f64, f64),
    /// The run's.
    pub measured: f64,
    /// Smallest and largest value that agree.
    pub band: (f64, f64),
}

impl LiveFigure {
    /// Whether the run's figure lies in its band.
    pub fn is_inside(&self) -> bool {
        (self.band.0..=self.band.1).contains(&self.measured)
    }
}

/// A row and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveRow {
    /// Its name.
    pub id: &'static str,
    /// What was measured where.
    pub setting: &'static str,
    /// Who published it.
    pub source: &'static str,
    /// Its figures, or why it does not apply.
    pub figures: Result<Vec<LiveFigure>, String>,
}

type Figures = Result<Vec<LiveFigure>, String>;
type Row = (&'static str, &'static str, &'static str, fn(&Observed) -> Figures);

const ROWS: [Row; 8] = [
    (
        "L1",
        "IPFS, k = 20, alpha = 10: hop at which record holders are found",
        "ProbeLab, optimistic-provide notebook, 1,000 provides",
        provide_hops,
    ),
    (
        "L2",
        "IPFS Provide(), k = 20: its latency",
        "ProbeLab network-measurements, RFM17",
        provide_latency,
    ),
    (
        "L3",
        "IPFS: walk to the first provider record",
        "ProbeLab network-measurements, RFM7 and RFM21",
        provider_search,
    ),
    (
        "L4",
        "IPFS: holders of 20 that are left after 36 to 80 h",
        "ProbeLab network-measurements, RFM17",
        holders,
    ),
    (
        "L5",
        "IPFS: nodes that know all their 20 closest",
        "ProbeLab network-measurements, RFM19",
        closest,
    ),
    (
        "L6",
        "IPFS: table entries that cannot be reached",
        "ProbeLab network-measurements, RFM19",
        unreachable,
    ),
    (
        "L7",
        "10 % dead contacts, dials of 5 s: the latency of a walk steps at 5 s",
        "ProbeLab, optimistic-provide plots; Monte Carlo",
        step,
    ),
    (
        "L8",
        "Mainline DHT, tuned client: median lookup",
        "Jiménez, Osmani, Knutsson (2011): Sub-second lookups on a large-scale Kademlia-based overlay",
        mainline,
    ),
];

/// Announcements whose hops L1 is made of.
const PROVIDES: f64 = 1_000.0;
/// Standard errors on either side of a figure whose chance is known.
const DEVIATIONS: f64 = 4.0;

/// All rows for this run.
pub fn live_rows(observed: &Observed) -> Vec<LiveRow> {
    ROWS.iter()
        .map(|&(id, setting, source, figures)| LiveRow {
            id,
            setting,
            source,
            figures: figures(observed),
        })
        .collect()
}

/// Whether the parameters are those of IPFS.
fn ipfs(observed: &Observed) -> Result<(), String> {
    match (observed.preset.as_str(), observed.k) {
        ("go-libp2p", 20) => Ok(()),
        ("go-libp2p", k) => Err(format!("it is for k = 20, and the run has k = {k}")),
        _ => Err("it is for the preset go-libp2p".to_owned()),
    }
}

/// The shares of two samples of which the same is expected differ by chance.
fn provide_hops(observed: &Observed) -> Figures {
    ipfs(observed)?;
    if observed.alpha != 10 {
        return Err(format!("it is for alpha = 10, and the run has alpha = {}", observed.alpha));
    }
    let total = observed.provide_hops.iter().sum::<u64>() as f64;
    if total == 0.0 {
        return Err("no announcement succeeded in the measurement".to_owned());
    }
    let published = [0.010, 0.163, 0.596, 0.218, 0.013];
    let figure = |(place, &share): (usize, &f64)| {
        let hop = place + 1;
        let count = observed.provide_hops.get(hop).copied().unwrap_or(0) as f64;
        let spread =
            DEVIATIONS * libm::sqrt(share * (1.0 - share) * (1.0 / PROVIDES + 1.0 / total));
        LiveFigure {
            quantity: format!("found at hop {hop}"),
            unit: Unit::Share,
            published: (share, share),
            measured: count / total,
            band: ((share - spread).max(0.0), (share + spread).min(1.0)),
        }
    };
    Ok(published.iter().enumerate().map(figure).collect())
}

/// A quartile lies between the published percentiles on its two sides.
fn provide_latency(observed: &Observed) -> Figures {
    ipfs(observed)?;
    let quartiles =
        observed.provide_quartiles.ok_or("no announcement succeeded in the measurement")?;
    let published = [2.97, 7.01, 12.64, 23.33, 48.98];
    let names = ["first quartile", "median", "third quartile"];
    let figure = |place: usize| LiveFigure {
        quantity: names[place].to_owned(),
        unit: Unit::Seconds,
        published: (published[place + 1], published[place + 1]),
        measured: quartiles[place],
        band: (published[place], published[place + 2]),
    };
    Ok((0..3).map(figure).collect())
}

fn provider_search(observed: &Observed) -> Figures {
    ipfs(observed)?;
    let searches =
        observed.searches.ok_or("no search for providers succeeded in the measurement")?;
    let spread = 0.005 + DEVIATIONS * searches.standard_error;
    Ok(vec![
        LiveFigure {
            quantity: "mean".to_owned(),
            unit: Unit::Seconds,
            published: (0.62, 0.62),
            measured: searches.mean,
            band: ((0.62 - spread).max(0.0), 0.62 + spread),
        },
        LiveFigure {
            quantity: "p90".to_owned(),
            unit: Unit::Seconds,
            published: (1.37, 1.52),
            measured: searches.p90,
            band: (1.37, 1.52),
        },
    ])
}

/// Of 20 holders 15 are active and 13 serve what they hold.
fn holders(observed: &Observed) -> Figures {
    ipfs(observed)?;
    let mut holders = observed.holders.clone();
    holders.sort_unstable();
    let median = holders.get(holders.len().saturating_sub(1) / 2);
    let median = median.ok_or("no record is 36 to 80 hours old at the end")?;
    Ok(vec![LiveFigure {
        quantity: "median of holders online".to_owned(),
        unit: Unit::Count,
        published: (13.0, 15.0),
        measured: *median as f64,
        band: (13.0, 15.0),
    }])
}

fn closest(observed: &Observed) -> Figures {
    ipfs(observed)?;
    let share = observed.knows_closest.ok_or("the run does not have this figure")?;
    Ok(vec![crawled("know all their closest", 0.6109, share)])
}

fn unreachable(observed: &Observed) -> Figures {
    ipfs(observed)?;
    let share = |buckets: &[(f64, f64)]| {
        let contacts: f64 = buckets.iter().map(|bucket| bucket.0).sum();
        let reached: f64 = buckets.iter().map(|bucket| bucket.1).sum();
        (contacts > 0.0).then(|| 1.0 - reached / contacts)
    };
    // Mean contacts: of a bucket that is full in most tables some are missing.
    let full = 0.75 * observed.k as f64;
    let sparse: Vec<_> =
        observed.buckets.iter().copied().filter(|bucket| bucket.0 < full).collect();
    let first = observed.buckets.first().map(|first| share(&[*first]));
    let figures = [
        ("in bucket 0", 0.0378, first.flatten()),
        ("in buckets that are not full", 0.15, share(&sparse)),
    ];
    let figures =
        figures.into_iter().filter_map(|(name, live, own)| Some(crawled(name, live, own?)));
    let figures: Vec<_> = figures.collect();
    if figures.is_empty() {
        Err("no table has a contact at the end".to_owned())
    } else {
        Ok(figures)
    }
}

/// A share of one network on one day, told without its spread: from half to twice its odds.
fn crawled(quantity: &str, live: f64, measured: f64) -> LiveFigure {
    let odds = live / (1.0 - live);
    let share = |odds: f64| odds / (1.0 + odds);
    LiveFigure {
        quantity: quantity.to_owned(),
        unit: Unit::Share,
        published: (live, live),
        measured,
        band: (share(odds / 2.0), share(2.0 * odds)),
    }
}

fn step(observed: &Observed) -> Figures {
    ipfs(observed)?;
    if observed.dial_timeout.is_none_or(|seconds| (seconds - 5.0).abs() > 1e-9) {
        return Err("it is for dials that time out after 5 s".to_owned());
    }
    match observed.unreachable {
        Some(share) if (0.08..=0.12).contains(&share) => {}
        _ => return Err("it is for tables of which a tenth cannot be reached".to_owned()),
    }
    let (_, third) = observed.lookups.ok_or("no lookup succeeded in the measurement")?;
    Ok(vec![LiveFigure {
        quantity: "third quartile of lookups".to_owned(),
        unit: Unit::Seconds,
        published: (5.0, 5.0),
        measured: third,
        band: (5.0, 5.3),
    }])
}

fn mainline(observed: &Observed) -> Figures {
    if observed.preset != "mainline" {
        return Err("it is for the preset mainline".to_owned());
    }
    let (median, _) = observed.lookups.ok_or("no lookup succeeded in the measurement")?;
    Ok(vec![LiveFigure {
        quantity: "median of lookups".to_owned(),
        unit: Unit::Seconds,
        published: (0.1, 0.2),
        measured: median,
        band: (0.1, 0.2),
    }])
}

#[cfg(test)]
mod tests;
