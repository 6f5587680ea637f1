//! Which runs a sweep consists of, and which seed each has.

use crate::rng::{Purpose, Seed, Stream};
use crate::scenario::{Grid, PlotFormat, Scenario, ScenarioError};
use rand::Rng;
use sha1::{Digest, Sha1};
use std::fmt::{self, Write};

/// One run: a point of the grid and a repeat of it, both counted from 0. Runs are ordered by
/// point, then by repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId {
    /// Which point.
    pub point: usize,
    /// Which repeat.
    pub repeat: usize,
}

/// The runs of a sweep. All points are sound scenarios.
#[derive(Debug)]
pub struct Plan {
    /// The points.
    pub grid: Grid,
    /// Names the sweep.
    pub name: String,
    /// Where the seeds of the repeats come from.
    pub seed: u64,
    /// Formats of the plots.
    pub plots: Vec<PlotFormat>,
    /// The scenario at the first point, as a file.
    pub first: String,
    /// Fingerprint of the scenarios at all points, with the content of files that they name.
    pub fingerprint: String,
}

impl Plan {
    /// Checks all points. `seed` is that of the sweep instead of the scenario's.
    ///
    /// # Errors
    /// What is wrong with the first wrong point.
    pub fn new(grid: Grid, seed: Option<u64>) -> Result<Self, ScenarioError> {
        let first = grid.scenario(0)?;
        let mut fingerprint = Fingerprint(Sha1::new());
        for point in 0..grid.points() {
            let scenario = grid.scenario(point)?;
            write!(fingerprint, "{scenario:?}").expect("a fingerprint takes every text");
        }
        Ok(Plan {
            name: first.name.clone(),
            seed: seed.unwrap_or(first.seed),
            plots: first.output.plots.clone(),
            first: first.to_toml(),
            fingerprint: hex::encode(fingerprint.0.finalize()),
            grid,
        })
    }

    /// Number of runs.
    pub fn count(&self) -> usize {
        self.grid.points() * self.repeats()
    }

    /// Runs of each point.
    pub fn repeats(&self) -> usize {
        usize::try_from(self.grid.repeats).expect("the number of runs is bounded")
    }

    /// All runs, in the order of tables.
    pub fn runs(&self) -> impl Iterator<Item = RunId> {
        let repeats = self.repeats();
        (0..self.grid.points())
            .flat_map(move |point| (0..repeats).map(move |repeat| RunId { point, repeat }))
    }

    /// The seed of a repeat, the same at all points, so that points are compared under the same
    /// draws.
    pub fn seed_of(&self, repeat: usize) -> u64 {
        seed_of_repeat(self.seed, repeat)
    }

    /// The scenario of a run, with its seed and without plots.
    ///
    /// # Errors
    /// If a file that the scenario names has changed for the worse since the plan was made.
    pub fn scenario(&self, run: RunId) -> Result<Scenario, ScenarioError> {
        let mut scenario = self.grid.scenario(run.point)?;
        scenario.seed = self.seed_of(run.repeat);
        Ok(scenario)
    }
}

/// The seed of a repeat of the runs that come from `seed`. It has 53 bits: every reader of JSON holds it
/// exactly.
pub fn seed_of_repeat(seed: u64, repeat: usize) -> u64 {
    Stream::new(Seed(seed), Purpose::Repeats, repeat as u64).next_u64() >> 11
}

/// Texts, digested without being kept.
struct Fingerprint(Sha1);

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}
