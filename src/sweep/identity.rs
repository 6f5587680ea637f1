//! `sweep.json`: what a folder holds the runs of, so that nothing else is added to them.

use super::plan::Plan;
use serde::{Deserialize, Serialize};

/// The content of `sweep.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Version of the program.
    pub version: String,
    /// Name of the scenario.
    pub name: String,
    /// Where the seeds of the repeats come from.
    pub seed: u64,
    /// The varied keys, in order, each with its values.
    pub vary: Vec<Varied>,
    /// Runs of each point.
    pub repeats: u64,
    /// Fingerprint of the scenarios at all points.
    pub fingerprint: String,
    /// The scenario at the first point.
    pub first: String,
}

/// A varied key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Varied {
    /// The dotted key.
    pub key: String,
    /// Its values.
    pub values: Vec<serde_json::Value>,
}

impl Identity {
    /// Of this plan, made by this program.
    pub fn of(plan: &Plan) -> Self {
        let varied = |varied: &crate::scenario::Varied| Varied {
            key: varied.key.clone(),
            values: (0..varied.count()).map(|place| varied.json(place)).collect(),
        };
        Identity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            name: plan.name.clone(),
            seed: plan.seed,
            vary: plan.grid.keys.iter().map(varied).collect(),
            repeats: plan.grid.repeats,
            fingerprint: plan.fingerprint.clone(),
            first: plan.first.clone(),
        }
    }

    /// What differs first between the sweep in a folder, `self`, and one that is `wanted`.
    pub fn difference(&self, wanted: &Identity) -> Option<String> {
        let told = |what: &str, there: String, here: String| {
            Some(format!("{what} is {there} there and {here} here"))
        };
        if self.version != wanted.version {
            return told("the version of kadsim", self.version.clone(), wanted.version.clone());
        }
        if self.seed != wanted.seed {
            return told("the seed", self.seed.to_string(), wanted.seed.to_string());
        }
        if self.vary != wanted.vary {
            let keys = |of: &Identity| {
                let keys: Vec<&str> = of.vary.iter().map(|varied| varied.key.as_str()).collect();
                if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
            };
            if keys(self) != keys(wanted) {
                return told("the list of varied keys", keys(self), keys(wanted));
            }
            let mut both = self.vary.iter().zip(&wanted.vary);
            let (there, here) = both.find(|(there, here)| there != here)?;
            let values = |of: &Varied| {
                of.values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            };
            return told(&format!("`{}`", there.key), values(there), values(here));
        }
        if self.repeats != wanted.repeats {
            return told("--repeats", self.repeats.to_string(), wanted.repeats.to_string());
        }
        if self.first != wanted.first {
            let mut lines = self.first.lines().zip(wanted.first.lines());
            let differing = lines.find(|(there, here)| there != here);
            let (there, here) = differing.unwrap_or(("longer or shorter", "not"));
            return told("the scenario", format!("`{there}`"), format!("`{here}`"));
        }
        (self.fingerprint != wanted.fingerprint).then(|| {
            "the scenario of some point, or a file that it names, has changed since".to_owned()
        })
    }
}
