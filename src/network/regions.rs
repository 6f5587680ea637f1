//! The built-in table of regions: median one-way delays between nine parts of the world, and the
//! share of nodes in each.
//!
//! **Delays**: medians over WonderProxy's pings of 2020-07-19 ("A day in the life of the
//! Internet", wonderproxy.com; servers in data centres in 223 cities of these regions): half of
//! the average round-trip time of every pair of cities, the median of that for each pair of
//! regions, rounded to milliseconds. North America (the United States and Canada) is split at
//! 100 degrees west; Central America, the Middle East, Central Asia and Russia east of Moscow
//! are left out. Half of the pairs are further apart than their median: the ninth decile is
//! mostly 1.2 to 1.5 times it between continents and about twice it within one. Homes add the
//! delay of their access network.
//!
//! **Compared with SimBlock's 2019 table** (six regions, one-way or round trip not stated): its
//! figures agree with *round trips* here. North America to Europe: 124 ms there, twice 57 (east)
//! or 78 (west) here. Europe to South America: 227 and twice 103; to Australia and Oceania: 294
//! and twice 149; to Japan and asia-east: 252 and twice 128. Taken as one-way delays they would
//! be twice too long.
//!
//! **Shares**: from the crawl of IPFS in Trautwein et al., "Design and Evaluation of IPFS"
//! (SIGCOMM 2022): 28.5 % of peers in the United States, 24.2 % in China, 8.3 % in
//! France, 7.2 % in Taiwan, 6.7 % in South Korea. Assumed, as not given there: two of three
//! North American nodes live in the east, Canada adds 1.5 %, and the remaining quarter is mostly
//! European.

use super::config::RegionsConfig;
use crate::time::Duration;

/// Name and share of each region, in the order of [`DELAYS_MS`].
const REGIONS: [(&str, f64); 9] = [
    ("north-america-east", 0.20),
    ("north-america-west", 0.10),
    ("south-america", 0.02),
    ("europe", 0.24),
    ("africa", 0.01),
    ("asia-south", 0.02),
    ("asia-south-east", 0.02),
    ("asia-east", 0.38),
    ("oceania", 0.01),
];

/// Median one-way delays in milliseconds.
const DELAYS_MS: [[u64; 9]; 9] = [
    [15, 32, 57, 57, 104, 124, 120, 97, 114],
    [32, 17, 78, 78, 126, 132, 99, 77, 97],
    [57, 78, 67, 103, 143, 172, 171, 154, 168],
    [57, 78, 103, 18, 67, 83, 122, 128, 149],
    [104, 126, 143, 67, 89, 133, 155, 163, 191],
    [124, 132, 172, 83, 133, 21, 53, 93, 126],
    [120, 99, 171, 122, 155, 53, 29, 47, 90],
    [97, 77, 154, 128, 163, 93, 47, 34, 117],
    [114, 97, 168, 149, 191, 126, 90, 117, 18],
];

impl RegionsConfig {
    /// The built-in table.
    pub fn default_table() -> Self {
        RegionsConfig {
            names: REGIONS.iter().map(|(name, _)| (*name).to_owned()).collect(),
            shares: REGIONS.iter().map(|(_, share)| *share).collect(),
            delays: DELAYS_MS.as_flattened().iter().copied().map(Duration::from_millis).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_symmetric() {
        let table = RegionsConfig::default_table();
        let regions = table.names.len();
        assert_eq!(table.delays.len(), regions * regions);
        assert!((table.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (i, row) in DELAYS_MS.iter().enumerate() {
            for (j, delay) in row.iter().enumerate() {
                assert_eq!(*delay, DELAYS_MS[j][i], "regions {i} and {j}");
            }
        }
    }
}
