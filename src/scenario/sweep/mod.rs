//! A scenario with some of its values varied: the grid of a sweep, from the file's `[sweep]` and
//! from the command line.
//!
//! ```toml
//! [sweep]
//! repeats = 10
//!
//! [sweep.vary]
//! nodes.count = [500, 1000, 2000]
//! kademlia.alpha = "1..5/2"
//! ```

// Single values and ranges.
mod range;
// The table in the file.
mod table;

use super::Scenario;
use super::document::KeyPath;
use super::error::ScenarioError;
use super::load;
use super::settings::{Origin, Setting};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use toml_edit::{Key, Value};

/// More repeats than this are a mistake.
pub const MOST_REPEATS: u64 = 10_000;
/// More runs than this are a mistake.
const MOST_RUNS: u64 = 1_000_000;
/// What is varied in other ways or not at all, and why.
const NEVER_VARIED: [(&str, &str); 2] = [
    ("seed", "each repeat has a seed of its own, drawn from the scenario's: give --repeats"),
    ("name", "it names the sweep, which is one"),
];

/// A key and the values that it takes in turn, as `key=a,b,c` on the command line.
#[derive(Clone, Debug)]
pub struct Vary {
    text: String,
    path: KeyPath,
    values: Vec<Value>,
}

/// A text that says no key and values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaryError {
    /// There is no `=` in it.
    #[error("give key=values, such as kademlia.alpha=1,3,5 or nodes.count=100..10000*10")]
    NoValues,
    /// What stands before `=` is no key.
    #[error("{0:?} is no key: give a dotted key, such as nodes.count or workload.0.rate")]
    NoKey(String),
    /// What stands behind is no list of values.
    #[error("`{key}` cannot be {given}: allowed is {allowed}")]
    Values {
        /// The key.
        key: String,
        /// As it was given.
        given: String,
        /// What is allowed.
        allowed: String,
    },
}

impl FromStr for Vary {
    type Err = VaryError;

    fn from_str(text: &str) -> Result<Self, VaryError> {
        let (key, values) = text.split_once('=').ok_or(VaryError::NoValues)?;
        let keys = Key::parse(key).map_err(|_| VaryError::NoKey(key.trim().to_owned()))?;
        let path = KeyPath(keys.iter().map(|key| key.get().to_owned()).collect());
        let wrong = |allowed| VaryError::Values {
            key: path.to_string(),
            given: values.trim().to_owned(),
            allowed,
        };
        let values = range::list(values).map_err(wrong)?;
        Ok(Vary { text: text.to_owned(), path, values })
    }
}

/// One varied key of a grid.
#[derive(Clone, Debug)]
pub struct Varied {
    /// The dotted key.
    pub key: String,
    values: Vec<Setting>,
    path: KeyPath,
}

impl Varied {
    /// Number of its values; at least 1.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// A value as a person writes it: texts without quotes.
    ///
    /// # Panics
    /// If there is no such value.
    pub fn text(&self, place: usize) -> String {
        shown(&self.values[place].value)
    }

    /// A value as JSON: numbers, truth values and texts as such, all else as its TOML.
    ///
    /// # Panics
    /// If there is no such value.
    pub fn json(&self, place: usize) -> serde_json::Value {
        match &self.values[place].value {
            Value::Integer(number) => (*number.value()).into(),
            Value::Float(number) => (*number.value()).into(),
            Value::Boolean(truth) => (*truth.value()).into(),
            other => shown(other).into(),
        }
    }

    /// All values as numbers, and their unit; `None` unless all are numbers of one unit.
    pub fn numbers(&self) -> Option<(Vec<f64>, String)> {
        let texts: Vec<String> = (0..self.count()).map(|place| self.text(place)).collect();
        let parts: Option<Vec<(f64, &str)>> =
            texts.iter().map(|text| range::number_and_unit(text)).collect();
        let parts = parts?;
        let unit = parts.first()?.1;
        let of_one_unit = parts.iter().all(|part| part.1 == unit || part.0 == 0.0);
        of_one_unit.then(|| (parts.iter().map(|part| part.0).collect(), unit.to_owned()))
    }
}

fn shown(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.clone().decorated("", "").to_string(),
    }
}

/// The points of a sweep: all combinations of the values of its keys, the first key slowest.
#[derive(Clone, Debug)]
pub struct Grid {
    file: String,
    text: String,
    base_dir: PathBuf,
    settings: Vec<Setting>,
    /// The keys that are varied, those of the file first.
    pub keys: Vec<Varied>,
    /// Runs of each point; at least 1.
    pub repeats: u64,
}

impl Grid {
    /// The sweep of the scenario in the file at `path`, with `settings` laid over it. What the
    /// command line varies takes the place of the same key in the file.
    ///
    /// # Errors
    /// Whatever is wrong with the file's `[sweep]` or what is varied, as one message. Whether each
    /// point is a sound scenario is told by [`scenario`](Self::scenario).
    pub fn load(
        path: &Path,
        settings: &[Setting],
        varied: &[Vary],
        repeats: Option<u64>,
    ) -> Result<Self, ScenarioError> {
        let text = load::read(path)?;
        Self::parse(text, path, settings, varied, repeats)
    }

    fn parse(
        text: String,
        path: &Path,
        settings: &[Setting],
        varied: &[Vary],
        repeats: Option<u64>,
    ) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        let table = table::read(&file, &text)?;
        let mut keys = table.keys;
        for (place, vary) in varied.iter().enumerate() {
            let key = of_option(vary);
            if varied[..place].iter().any(|other| other.path == vary.path) {
                let message = format!("`{}` is varied twice: give all its values at once", key.key);
                return Err(option_error(&file, vary, message));
            }
            match keys.iter_mut().find(|other| other.path == key.path) {
                Some(other) => *other = key,
                None => keys.push(key),
            }
        }
        let repeats = repeats.or(table.repeats).unwrap_or(1);
        let base_dir = path.parent().unwrap_or(Path::new("")).to_owned();
        let grid = Grid { file, text, base_dir, settings: settings.to_vec(), keys, repeats };
        grid.check()?;
        Ok(grid)
    }

    fn check(&self) -> Result<(), ScenarioError> {
        for (place, varied) in self.keys.iter().enumerate() {
            let top = varied.path.0.first().map_or("", String::as_str);
            if let Some((key, reason)) = NEVER_VARIED.iter().find(|(key, _)| *key == top) {
                return Err(self.blame(varied, 0, format!("`{key}` is not varied: {reason}")));
            }
            let texts: Vec<String> = (0..varied.count()).map(|place| varied.text(place)).collect();
            if let Some(again) = (1..texts.len()).find(|&at| texts[..at].contains(&texts[at])) {
                let message =
                    format!("`{}` is {} twice: each value once", varied.key, texts[again]);
                return Err(self.blame(varied, again, message));
            }
            let within = |other: &&Varied| {
                other.path.is_within(&varied.path) || varied.path.is_within(&other.path)
            };
            if let Some(other) = self.keys[..place].iter().find(within) {
                let message = format!(
                    "`{}` and `{}` are varied, of which one holds the other: vary one of them",
                    other.key, varied.key
                );
                return Err(self.blame(varied, 0, message));
            }
        }
        let counts = self.keys.iter().map(|varied| varied.count() as u64);
        let runs = counts.chain([self.repeats]).try_fold(1u64, u64::checked_mul);
        match runs.filter(|runs| *runs <= MOST_RUNS) {
            Some(1) => Err(self.error(
                "one run is no sweep: vary a key, by [sweep.vary] in the file or by --vary \
                 key=a,b,c, or give --repeats 2 or more"
                    .to_owned(),
            )),
            Some(_) => Ok(()),
            None => Err(self.error(format!(
                "the values of all keys and the repeats give more than {MOST_RUNS} runs"
            ))),
        }
    }

    /// Number of points; at least 1.
    pub fn points(&self) -> usize {
        self.keys.iter().map(Varied::count).product()
    }

    /// Which value each key has at `point`.
    pub fn places(&self, point: usize) -> Vec<usize> {
        let mut rest = point;
        let mut places: Vec<usize> = self
            .keys
            .iter()
            .rev()
            .map(|varied| {
                let place = rest % varied.count();
                rest /= varied.count();
                place
            })
            .collect();
        places.reverse();
        places
    }

    /// What distinguishes `point`, as `key=value, key=value`.
    pub fn describe(&self, point: usize) -> String {
        let pairs = self.keys.iter().zip(self.places(point));
        let pairs = pairs.map(|(varied, place)| format!("{}={}", varied.key, varied.text(place)));
        pairs.collect::<Vec<_>>().join(", ")
    }

    /// The scenario at `point`.
    ///
    /// # Errors
    /// Whatever is wrong with it: key, value and what is allowed, as one message.
    pub fn scenario(&self, point: usize) -> Result<Scenario, ScenarioError> {
        let chosen = self.keys.iter().zip(self.places(point));
        let chosen = chosen.map(|(varied, place)| varied.values[place].clone());
        let settings: Vec<Setting> = self.settings.iter().cloned().chain(chosen).collect();
        Scenario::parse_beside_sweep(&self.text, &self.file, &self.base_dir, &settings)
    }

    fn error(&self, message: String) -> ScenarioError {
        ScenarioError { file: self.file.clone(), place: None, setting: None, message, help: None }
    }

    fn blame(&self, varied: &Varied, place: usize, message: String) -> ScenarioError {
        let setting = &varied.values[place];
        match &setting.origin {
            Origin::Option(option) => {
                let given = (0..varied.count()).map(|place| varied.text(place));
                let given = given.collect::<Vec<_>>().join(",");
                let setting = Some(format!("{option} {}={given}", varied.key));
                ScenarioError { setting, ..self.error(message) }
            }
            Origin::File(span) => table::at(&self.file, &self.text, span.clone(), message),
        }
    }
}

fn of_option(vary: &Vary) -> Varied {
    let setting = |value: &Value| Setting {
        text: format!("{}={}", vary.path, shown(value)),
        path: vary.path.clone(),
        value: value.clone(),
        origin: Origin::Option("--vary"),
    };
    let values = vary.values.iter().map(setting).collect();
    Varied { key: vary.path.to_string(), values, path: vary.path.clone() }
}

fn option_error(file: &str, vary: &Vary, message: String) -> ScenarioError {
    let setting = Some(format!("--vary {}", vary.text));
    ScenarioError { file: file.to_owned(), place: None, setting, message, help: None }
}

#[cfg(test)]
mod tests;
