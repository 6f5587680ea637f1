//! Looks at the overlay while a run goes.

use crate::scenario::file::SnapshotTable;
use crate::scenario::problem::Problem;
use crate::scenario::{Phases, SnapshotConfig};
use crate::time::Instant;

/// More looks than this are a mistake: each takes time and memory of its own.
const MOST_SNAPSHOTS: usize = 1_000;

/// The checked looks, in order of time.
pub fn check(tables: &[SnapshotTable], phases: Phases) -> Result<Vec<SnapshotConfig>, Problem> {
    if tables.len() > MOST_SNAPSHOTS {
        let message = format!("there are {} snapshots: at most {MOST_SNAPSHOTS}", tables.len());
        return Err(Problem::said("snapshot", message));
    }
    let mut found: Vec<SnapshotConfig> = Vec::with_capacity(tables.len());
    for (index, table) in tables.iter().enumerate() {
        let path = |key| format!("snapshot.{index}.{key}");
        let at = table.at.map(|length| Instant::ZERO + length.0);
        let Some(at) = at.filter(|&at| at <= phases.end()) else {
            let allowed = format!("a virtual time from 0s to {}, the end of the run", phases.end());
            return Err(Problem::value(path("at").as_str(), allowed));
        };
        if found.iter().any(|other| other.at == at) {
            let allowed = "a virtual time that no other snapshot has";
            return Err(Problem::value(path("at").as_str(), allowed));
        }
        let export: Vec<_> = table.export.iter().flatten().map(|word| word.0).collect();
        if (1..export.len()).any(|place| export[..place].contains(&export[place])) {
            return Err(Problem::value(path("export").as_str(), "each format at most once"));
        }
        found.push(SnapshotConfig { at, export });
    }
    found.sort_unstable_by_key(|snapshot| snapshot.at);
    Ok(found)
}
