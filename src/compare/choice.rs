//! Which figures are compared.

use super::CompareError;
use super::sides::Side;
use globset::{Glob, GlobMatcher};
use std::collections::BTreeSet;

/// What is compared if nothing is named: how often, how fast and at what cost that succeeds which
/// applications ask for, and what a node has to bear.
const USUAL: [&str; 5] = [
    "operations.{lookup,put,get,provide,find-providers}.{success_rate,recall,exact_share}",
    "operations.{lookup,put,get,provide,find-providers}.latency_micros.{mean,p50,p95}",
    "operations.{lookup,put,get,provide,find-providers}.{rounds,hops,requests,timeouts}.mean",
    "{node_traffic.*_sent_per_second,maintenance.maintenance_bytes_per_node_second}",
    "{network.online_mean,tables.contacts_mean,tables.online_share,records.replicas_mean}",
];

/// Which figures a user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A few usual ones.
    Usual,
    /// Those with these names, in which `*` stands for anything.
    Named(Vec<String>),
    /// All that all runs have.
    All,
}

impl Choice {
    /// Names of the figures that are compared, and of those that some of the runs do not have.
    ///
    /// # Errors
    /// If there is no figure in common, or none that is named so.
    pub fn names(&self, sides: &[Side]) -> Result<(Vec<String>, Vec<String>), CompareError> {
        let of_side = |side: &Side| -> BTreeSet<String> {
            side.samples().iter().flat_map(|sample| sample.figures.keys().cloned()).collect()
        };
        let each: Vec<BTreeSet<String>> = sides.iter().map(of_side).collect();
        let in_all = |name: &&String| each.iter().all(|names| names.contains(*name));
        let any: BTreeSet<&String> = each.iter().flatten().collect();
        let (common, rest): (Vec<&String>, Vec<&String>) = any.into_iter().partition(in_all);
        if common.is_empty() {
            return Err(CompareError::NoFigure);
        }
        let matching = |patterns: &[GlobMatcher]| -> Vec<String> {
            let is_wanted = |name: &&&String| patterns.iter().any(|p| p.is_match(name.as_str()));
            common.iter().filter(is_wanted).map(|name| (*name).clone()).collect()
        };
        let chosen = match self {
            Choice::All => vec![],
            Choice::Usual => matching(&USUAL.map(|text| pattern(text).expect("it is a pattern"))),
            Choice::Named(names) => {
                let patterns = names.iter().map(|name| pattern(name));
                let patterns = patterns.collect::<Result<Vec<_>, _>>()?;
                for (given, pattern) in names.iter().zip(&patterns) {
                    if matching(std::slice::from_ref(pattern)).is_empty() {
                        return Err(unknown(given, &common));
                    }
                }
                matching(&patterns)
            }
        };
        let all = || common.iter().map(|name| (*name).clone()).collect();
        let chosen = if chosen.is_empty() { all() } else { chosen };
        Ok((chosen, rest.into_iter().cloned().collect()))
    }
}

fn pattern(text: &str) -> Result<GlobMatcher, CompareError> {
    let glob = Glob::new(text).map_err(|error| CompareError::Pattern {
        given: text.to_owned(),
        cause: error.kind().to_string(),
    })?;
    Ok(glob.compile_matcher())
}

fn unknown(given: &str, common: &[&String]) -> CompareError {
    let part = given.trim_matches('*').rsplit('.').next().unwrap_or(given);
    let alike = common.iter().filter(|name| name.contains(part)).take(5);
    let alike: Vec<&str> = alike.map(|name| name.as_str()).collect();
    let known = match alike.is_empty() {
        true => "--all shows the names of all".to_owned(),
        false => format!("there are {}", alike.join(", ")),
    };
    CompareError::UnknownMetric { given: given.to_owned(), known }
}
