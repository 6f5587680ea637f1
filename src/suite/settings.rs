//! What a suite runs at, from three places: the command line comes before the environment, and that
//! before a file.

use super::test_type::TestType;
use crate::time::Duration;
use crate::units::{Length, Notation, Size};

/// What a suite runs at.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The tests, in the order in which they are run.
    pub tests: Vec<TestType>,
    /// Nodes of the largest network of a test.
    pub max_nodes: u32,
    /// Virtual time for which a test measures.
    pub duration: Duration,
    /// Virtual time between one node that comes and the next.
    pub interval: Duration,
    /// What takes longer counts as failed.
    pub timeout: Duration,
    /// Records that each node stores.
    pub records: u32,
    /// Bytes of each; `None`: 1 KiB, and 64 KiB for large ones.
    pub record_size: Option<u32>,
    /// Whether all tests are run at the size of the stress test.
    pub stress: bool,
    /// Nodes of the stress test.
    pub stress_nodes: u32,
    /// Virtual time for which it measures.
    pub stress_duration: Duration,
    /// Runs of each point, each with a seed of its own.
    pub repeats: usize,
    /// Where their seeds come from; `None`: that of each scenario.
    pub seed: Option<u64>,
    /// Wall-clock time that a test may take.
    pub time_limit: Option<std::time::Duration>,
    /// Whether every run is told of.
    pub verbose: bool,
}

/// What one place gives; `None` of what it says nothing about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// [`Settings::tests`].
    pub tests: Option<Vec<TestType>>,
    /// [`Settings::max_nodes`].
    pub max_nodes: Option<u32>,
    /// [`Settings::duration`].
    pub duration: Option<Duration>,
    /// [`Settings::interval`].
    pub interval: Option<Duration>,
    /// [`Settings::timeout`].
    pub timeout: Option<Duration>,
    /// [`Settings::records`].
    pub records: Option<u32>,
    /// [`Settings::record_size`].
    pub record_size: Option<u32>,
    /// Whether there is a partition test among all tests.
    pub partitions: Option<bool>,
    /// [`Settings::stress`].
    pub stress: Option<bool>,
    /// [`Settings::stress_nodes`].
    pub stress_nodes: Option<u32>,
    /// [`Settings::stress_duration`].
    pub stress_duration: Option<Duration>,
    /// [`Settings::repeats`].
    pub repeats: Option<usize>,
    /// [`Settings::seed`].
    pub seed: Option<u64>,
    /// [`Settings::time_limit`].
    pub time_limit: Option<std::time::Duration>,
    /// [`Settings::verbose`].
    pub verbose: Option<bool>,
}

/// A setting that files and the environment have.
#[derive(Clone, Copy)]
pub struct Key {
    /// Its name in a file.
    pub name: &'static str,
    /// Its name in the environment, if it has one there.
    pub variable: Option<&'static str>,
    /// Reads its value from a text.
    set: fn(&mut Given, &str) -> Result<(), String>,
}

macro_rules! key {
    ($name:literal, $variable:expr, $field:ident, $read:path) => {
        Key {
            name: $name,
            variable: $variable,
            set: |given, text| {
                given.$field = Some($read(text)?);
                Ok(())
            },
        }
    };
}

/// All settings of files and of the environment.
pub const KEYS: [Key; 15] = [
    key!("test_type", None, tests, tests),
    key!("max_nodes", Some("KADSIM_MAX_NODES"), max_nodes, nodes),
    key!("duration", Some("KADSIM_TEST_DURATION"), duration, some_time),
    key!("interval", Some("KADSIM_SPAWN_INTERVAL"), interval, time),
    key!("timeout", None, timeout, some_time),
    key!("records", Some("KADSIM_RECORDS_PER_NODE"), records, records),
    key!("record_size", Some("KADSIM_RECORD_SIZE"), record_size, record_size),
    key!("verbose", Some("KADSIM_VERBOSE"), verbose, flag),
    key!("partitions", Some("KADSIM_TEST_PARTITIONS"), partitions, flag),
    key!("stress", None, stress, flag),
    key!("stress_max_nodes", Some("KADSIM_STRESS_MAX_NODES"), stress_nodes, nodes),
    key!("stress_duration", Some("KADSIM_STRESS_DURATION"), stress_duration, some_time),
    key!("repeat", None, repeats, repeats),
    key!("seed", None, seed, seed),
    key!("time_limit", None, time_limit, wall_time),
];

impl Given {
    /// Sets what a key names.
    ///
    /// # Errors
    /// What is allowed instead, or which keys there are.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), String> {
        let Some(found) = KEYS.iter().find(|known| known.name == key) else {
            let names = KEYS.map(|known| known.name).join(", ");
            return Err(format!("unknown key `{key}`: a suite takes {names}"));
        };
        (found.set)(self, text)
            .map_err(|allowed| format!("`{key}` cannot be {text}: allowed is {allowed}"))
    }

    /// What the environment gives, of which `get` reads a variable.
    ///
    /// # Errors
    /// The first variable that is wrong, and what is allowed.
    pub fn from_environment(get: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut given = Given::default();
        for key in KEYS {
            let value = key.variable.and_then(|variable| Some((variable, get(variable)?)));
            if let Some((variable, text)) = value.filter(|(_, text)| !text.is_empty()) {
                (key.set)(&mut given, &text).map_err(|allowed| {
                    format!("the variable {variable} cannot be {text:?}: allowed is {allowed}")
                })?;
            }
        }
        Ok(given)
    }

    /// This, and what it says nothing about from `other`.
    #[must_use]
    pub fn or(self, other: Given) -> Given {
        Given {
            tests: self.tests.or(other.tests),
            max_nodes: self.max_nodes.or(other.max_nodes),
            duration: self.duration.or(other.duration),
            interval: self.interval.or(other.interval),
            timeout: self.timeout.or(other.timeout),
            records: self.records.or(other.records),
            record_size: self.record_size.or(other.record_size),
            partitions: self.partitions.or(other.partitions),
            stress: self.stress.or(other.stress),
            stress_nodes: self.stress_nodes.or(other.stress_nodes),
            stress_duration: self.stress_duration.or(other.stress_duration),
            repeats: self.repeats.or(other.repeats),
            seed: self.seed.or(other.seed),
            time_limit: self.time_limit.or(other.time_limit),
            verbose: self.verbose.or(other.verbose),
        }
    }

    /// The settings, with the usual ones where nothing is said. A stress test is twice as large and
    /// as long as the others.
    pub fn complete(self) -> Settings {
        let max_nodes = self.max_nodes.unwrap_or(20);
        let duration = self.duration.unwrap_or(Duration::from_secs(300));
        let with_partitions = self.partitions.unwrap_or(true);
        let mut tests = self.tests.unwrap_or_else(|| TestType::ALL.to_vec());
        tests.retain(|test| with_partitions || *test != TestType::Partition);
        Settings {
            tests,
            max_nodes,
            duration,
            interval: self.interval.unwrap_or(Duration::from_secs(2)),
            timeout: self.timeout.unwrap_or(Duration::from_secs(30)),
            records: self.records.unwrap_or(10),
            record_size: self.record_size,
            stress: self.stress.unwrap_or(false),
            stress_nodes: self.stress_nodes.unwrap_or((2 * max_nodes).min(MOST_NODES)),
            stress_duration: self.stress_duration.unwrap_or((duration * 2).min(LONGEST)),
            repeats: self.repeats.unwrap_or(5),
            seed: self.seed,
            time_limit: self.time_limit,
            verbose: self.verbose.unwrap_or(false),
        }
    }
}

/// More nodes than this are for runs and sweeps.
const MOST_NODES: u32 = 100_000;
/// Longer tests are a mistake of units.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);
/// Bytes of the largest record.
pub(super) const LARGEST_RECORD: u32 = 1 << 20;

/// Names of tests, between commas.
///
/// # Errors
/// What is allowed.
pub fn tests(text: &str) -> Result<Vec<TestType>, String> {
    let allowed = || {
        let names = TestType::ALL.map(TestType::name).join(", ");
        format!("all, or some of {names}, between commas")
    };
    let mut tests = Vec::new();
    for name in text.split(',').map(str::trim) {
        match (name, TestType::of(name)) {
            ("all", _) => tests.extend(TestType::ALL),
            (_, Some(test)) => tests.push(test),
            (_, None) => return Err(allowed()),
        }
    }
    tests.sort_unstable();
    tests.dedup();
    Ok(tests)
}

/// A number of nodes.
///
/// # Errors
/// What is allowed.
pub fn nodes(text: &str) -> Result<u32, String> {
    whole(text, 2, MOST_NODES)
}

/// A number of records of a node.
///
/// # Errors
/// What is allowed.
pub fn records(text: &str) -> Result<u32, String> {
    whole(text, 1, 10_000)
}

/// A number of runs.
///
/// # Errors
/// What is allowed.
pub fn repeats(text: &str) -> Result<usize, String> {
    whole(text, 1, 1_000).map(|repeats| repeats as usize)
}

fn whole(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("a whole number from {least} to {most}"))
}

fn seed(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| "a whole number from 0 to 2^64 - 1".to_owned())
}

/// A length of virtual time: seconds, or with its unit.
///
/// # Errors
/// What is allowed.
pub fn time(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=1e9).contains(seconds));
    let time = match seconds {
        Some(seconds) => Some(Duration::from_secs_f64(seconds)),
        None => Length::from_text(text).map(|length| length.0),
    };
    time.filter(|time| *time <= LONGEST)
        .ok_or_else(|| "a number of seconds, or a time such as 90s or 5m, up to 7 days".to_owned())
}

/// The same, at least a second.
///
/// # Errors
/// What is allowed.
pub fn some_time(text: &str) -> Result<Duration, String> {
    let least = Duration::from_secs(1);
    time(text).ok().filter(|time| *time >= least).ok_or_else(|| {
        "a number of seconds from 1, or a time such as 90s or 5m, up to 7 days".to_owned()
    })
}

/// A length of wall-clock time: seconds, or with its unit.
///
/// # Errors
/// What is allowed.
pub fn wall_time(text: &str) -> Result<std::time::Duration, String> {
    let time = some_time(text)?;
    Ok(std::time::Duration::from_nanos(time.as_nanos()))
}

/// Bytes of a record: a number, or with its unit.
///
/// # Errors
/// What is allowed.
pub fn record_size(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let bytes = match text.parse::<i64>() {
        Ok(bytes) => Size::from_whole(bytes),
        Err(_) => Size::from_text(text),
    };
    let bytes = bytes.and_then(|size| u32::try_from(size.0).ok());
    bytes
        .filter(|bytes| (1..=LARGEST_RECORD).contains(bytes))
        .ok_or_else(|| "bytes, or a size such as \"64 KiB\", from 1 B to 1 MiB".to_owned())
}

fn flag(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err("true or false".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_comes_first_then_the_environment_then_the_file() {
        let mut file = Given::default();
        let lines = [("max_nodes", "5"), ("records", "6"), ("interval", "1m 30s")];
        lines.into_iter().for_each(|(key, text)| file.set(key, text).expect("it is right"));
        let variables = [("KADSIM_MAX_NODES", "7"), ("KADSIM_RECORDS_PER_NODE", "8")];
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| (*text).to_owned())
        };
        let environment = Given::from_environment(get).expect("all are right");
        let line = Given { max_nodes: Some(9), ..Given::default() };
        let settings = line.or(environment).or(file).complete();
        assert_eq!((settings.max_nodes, settings.records), (9, 8));
        assert_eq!(settings.interval, Duration::from_secs(90));
        assert_eq!((settings.stress_nodes, settings.repeats), (18, 5));
        assert_eq!(settings.stress_duration, Duration::from_secs(600));
    }

    #[test]
    fn the_defaults_are_the_usual_ones() {
        let settings = Given::default().complete();
        assert_eq!(settings.tests, TestType::ALL);
        assert_eq!((settings.max_nodes, settings.records, settings.record_size), (20, 10, None));
        let seconds = [settings.duration, settings.interval, settings.timeout];
        assert_eq!(seconds, [300, 2, 30].map(Duration::from_secs));
        let without = Given { partitions: Some(false), ..Given::default() }.complete();
        assert_eq!(without.tests.len(), 9);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_allowed() {
        let wrong = |key: &str, text: &str| Given::default().set(key, text).expect_err("wrong");
        assert_eq!(
            wrong("max_nodes", "1"),
            "`max_nodes` cannot be 1: allowed is a whole number from 2 to 100000"
        );
        assert!(wrong("nodes", "1").starts_with("unknown key `nodes`: a suite takes test_type, "));
        assert!(wrong("record_size", "2 MiB").ends_with("from 1 B to 1 MiB"));
        assert!(wrong("test_type", "linear,fast").contains("all, or some of linear, topology"));
        let get = |name: &str| (name == "KADSIM_TEST_PARTITIONS").then(|| "maybe".to_owned());
        assert_eq!(
            Given::from_environment(get).expect_err("wrong"),
            "the variable KADSIM_TEST_PARTITIONS cannot be \"maybe\": allowed is true or false"
        );
    }

    #[test]
    fn times_are_seconds_or_have_units() {
        assert_eq!(time("2"), Ok(Duration::from_secs(2)));
        assert_eq!(time("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(time("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(some_time("0.5").ok(), None);
        assert_eq!(time("-1").ok(), None);
        assert_eq!(record_size("64 KiB"), Ok(65_536));
        assert_eq!(record_size("1024"), Ok(1_024));
        assert_eq!(tests("smoke, linear"), Ok(vec![TestType::Linear, TestType::Smoke]));
    }
}
