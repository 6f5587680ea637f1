//! What is compared: each given folder as a list of points, each point as a list of runs.

use super::{CompareError, Compared, Kind};
use crate::results::{Operation, Point, ReadError, Results, RunFolder, SweepFolder, value_text};
use crate::sweep::{Row, Status};
use serde_json::{Number, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// One of what is compared.
#[derive(Debug)]
pub struct Side {
    /// `A`, `B` and so on.
    pub letter: String,
    /// As it was given.
    pub given: String,
    /// What was read.
    pub results: Results,
}

/// The runs at one point, and which one it is.
#[derive(Clone, Copy, Debug)]
pub enum Case<'s> {
    /// A single run.
    Run(&'s RunFolder),
    /// A point of a sweep.
    Point(&'s Point),
}

/// Figures of one run.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'s> {
    /// Its seed.
    pub seed: u64,
    /// Its digest.
    pub digest: Option<&'s str>,
    /// By name.
    pub figures: &'s BTreeMap<String, Number>,
}

impl<'s> Case<'s> {
    /// The runs that came to their end.
    pub fn samples(self) -> Vec<Sample<'s>> {
        match self {
            Case::Run(run) => vec![Sample {
                seed: run.seed,
                digest: run.digest.as_deref(),
                figures: &run.figures,
            }],
            Case::Point(point) => complete(point)
                .map(|row| Sample {
                    seed: row.seed,
                    digest: row.digest.as_deref(),
                    figures: &row.figures,
                })
                .collect(),
        }
    }
}

/// The runs of a point that came to their end.
pub fn complete(point: &Point) -> impl Iterator<Item = &Row> {
    point.rows.iter().filter(|row| row.status == Status::Complete)
}

impl Side {
    /// Names and values of the keys that tell its points apart.
    pub fn free(&self) -> Vec<&str> {
        match &self.results {
            Results::Run(_) => vec![],
            Results::Sweep(sweep) => sweep.free.iter().map(|varied| &*varied.key).collect(),
        }
    }

    /// Its points, each with the values of the free keys.
    pub fn cases(&self) -> Vec<(&[Value], Case<'_>)> {
        match &self.results {
            Results::Run(run) => vec![(&[], Case::Run(run))],
            Results::Sweep(sweep) => {
                sweep.points.iter().map(|point| (&*point.values, Case::Point(point))).collect()
            }
        }
    }

    /// The runs of all its points.
    pub fn samples(&self) -> Vec<Sample<'_>> {
        self.cases().into_iter().flat_map(|(_, case)| case.samples()).collect()
    }

    /// The run, if it is one.
    pub fn run(&self) -> Option<&RunFolder> {
        match &self.results {
            Results::Run(run) => Some(run),
            Results::Sweep(_) => None,
        }
    }

    /// The operations of the run, if it is one.
    pub fn operations(&self) -> Result<Option<Vec<Operation>>, ReadError> {
        self.run().map(RunFolder::operations).transpose()
    }

    fn keys_in_words(&self) -> String {
        match (&self.results, self.free().join(", ")) {
            (Results::Run(_), _) => "none, as a single run".to_owned(),
            (_, keys) if keys.is_empty() => "none, as a single point".to_owned(),
            (_, keys) => format!("points of several values of {keys}"),
        }
    }

    fn name(&self) -> &str {
        match &self.results {
            Results::Run(run) => &run.name,
            Results::Sweep(sweep) => &sweep.identity.name,
        }
    }
}

/// The letters of what is compared: `A` to `Z`, then `A2` and so on.
fn letter(place: usize) -> String {
    let letter = char::from(b'A' + (place % 26) as u8);
    match place / 26 {
        0 => letter.to_string(),
        more => format!("{letter}{}", more + 1),
    }
}

/// Reads all that is given.
///
/// # Errors
/// If one cannot be read, has no runs, is given twice, or has other keys than the first.
pub fn read(given: &[String], notes: &mut Vec<String>) -> Result<Vec<Side>, CompareError> {
    let mut sides: Vec<Side> = Vec::new();
    let mut seen = BTreeSet::new();
    for (place, given) in given.iter().enumerate() {
        let side =
            Side { letter: letter(place), given: given.clone(), results: Results::open(given)? };
        let path = side.results.path();
        let path = fs::canonicalize(path)
            .map_err(|cause| ReadError::File { path: path.to_owned(), cause })?;
        let points = match &side.results {
            Results::Run(_) => vec![],
            Results::Sweep(sweep) => sweep.points.iter().map(|point| point.place).collect(),
        };
        if !seen.insert((path, points)) {
            return Err(CompareError::Twice(given.clone()));
        }
        if side.samples().is_empty() {
            return Err(CompareError::NoRun(given.clone()));
        }
        if let Some(base) = sides.first()
            && base.free() != side.free()
        {
            return Err(CompareError::Keys {
                base: base.given.clone(),
                base_keys: base.keys_in_words(),
                other: given.clone(),
                other_keys: side.keys_in_words(),
            });
        }
        notes.extend(warnings(&side));
        sides.push(side);
    }
    Ok(sides)
}

/// What a reader has to know of a side.
fn warnings(side: &Side) -> Vec<String> {
    let letter = &side.letter;
    match &side.results {
        Results::Run(run) if run.is_partial => {
            vec![format!(
                "{letter} was interrupted: its figures cover what was measured until then"
            )]
        }
        Results::Run(_) => vec![],
        Results::Sweep(sweep) => {
            let SweepFolder { identity, points, .. } = sweep;
            let wanted = points.len() * usize::try_from(identity.repeats).unwrap_or(usize::MAX);
            let finished: usize = points.iter().map(|point| point.rows.len()).sum();
            let done: usize = points.iter().map(|point| complete(point).count()).sum();
            let mut found = vec![];
            if finished < wanted {
                let text =
                    format!("{letter} is not finished: {finished} of {wanted} runs are done");
                found.push(text);
            }
            if done < finished {
                let late = finished - done;
                found.push(format!("{letter}: {late} runs timed out and have no figures"));
            }
            found
        }
    }
}

/// The points that are in all sides: name, and the case of each side.
///
/// # Errors
/// If there is none.
pub fn common<'s>(
    sides: &'s [Side],
    notes: &mut Vec<String>,
) -> Result<Vec<(String, Vec<Case<'s>>)>, CompareError> {
    let all: Vec<_> = sides.iter().map(Side::cases).collect();
    let keys = sides[0].free();
    let mut found = Vec::new();
    for (values, _) in &all[0] {
        let same = |cases: &Vec<(&[Value], Case<'s>)>| {
            let case = cases.iter().find(|(others, _)| others == values).map(|(_, case)| *case);
            case.filter(|case| !case.samples().is_empty())
        };
        let Some(cases) = all.iter().map(same).collect::<Option<Vec<_>>>() else { continue };
        let pairs = keys.iter().zip(*values).map(|(key, v)| format!("{key}={}", value_text(v)));
        found.push((pairs.collect::<Vec<_>>().join(", "), cases));
    }
    for (side, cases) in sides.iter().zip(&all) {
        if cases.len() > found.len() {
            let (letter, left) = (&side.letter, cases.len() - found.len());
            notes
                .push(format!("{letter}: {left} points are not compared, not being in all sweeps"));
        }
    }
    match found.is_empty() {
        true => Err(CompareError::NoPoint(keys.join(", "))),
        false => Ok(found),
    }
}

/// What is told of each side.
pub fn told(sides: &[Side]) -> Vec<Compared> {
    let of_base: BTreeSet<_> = sides[0].samples().iter().map(|s| (s.seed, s.digest)).collect();
    let told = |(place, side): (usize, &Side)| {
        let digests: BTreeSet<_> = side.samples().iter().map(|s| (s.seed, s.digest)).collect();
        let is_known = digests.iter().all(|(_, digest)| digest.is_some());
        let single = side.cases().len() == 1 && sides[0].cases().len() == 1;
        let (kind, seed) = match &side.results {
            Results::Run(run) => (Kind::Run, run.seed),
            Results::Sweep(sweep) => (Kind::Sweep, sweep.identity.seed),
        };
        Compared {
            letter: side.letter.clone(),
            given: side.given.clone(),
            name: side.name().to_owned(),
            kind,
            seed,
            digest: side.run().and_then(|run| run.digest.clone()),
            runs: side.samples().len(),
            same_events: place > 0 && single && is_known && digests == of_base,
        }
    };
    sides.iter().enumerate().map(told).collect()
}
