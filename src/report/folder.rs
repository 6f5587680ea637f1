//! A folder that appears complete or not at all.
//!
//! Everything is written to a hidden folder beside the final place and renamed into it at the
//! end; a reader never sees half of a report.

use super::ReportError;
use crate::runner::result::Transport;
use crate::runner::snapshot;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that is being written. Dropped without [`Draft::publish`], it is removed.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    place: PathBuf,
    /// Where a folder that is replaced waits to be deleted.
    replaced: PathBuf,
}

/// What a folder of a run or of a comparison consists of, with the page that `kadsim report` makes of
/// a run, which would show another one than the folder holds. Whatever else lies in one was put there
/// by its user.
const PARTS: [&str; 13] = [
    "scenario.toml",
    "result.json",
    "performance.json",
    "timeseries.csv",
    "operations.csv",
    "records.csv",
    "compare.json",
    "compare.csv",
    "suite.json",
    "points.csv",
    "scenarios",
    "plots",
    "report.html",
];

/// Name of the folder of a run, another for each transport: whatever could leave the parent folder, hide the result or
/// trouble a shell becomes a dash.
pub fn name(scenario: &str, seed: u64, transport: Transport) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = scenario.chars().map(safe).collect();
    let name = match name.trim_start_matches('.') {
        "" => format!("run-{seed}"),
        name => format!("{name}-{seed}"),
    };
    match transport {
        Transport::Simulated => name,
        Transport::Udp => name + "-udp",
    }
}

impl Draft {
    /// Begins the folder `name` below `parent`, which is created if need be.
    ///
    /// # Errors
    /// If nothing can be written there, or if what has that name is no folder.
    pub fn create(parent: &Path, name: &str) -> Result<Self, ReportError> {
        let process = std::process::id();
        let draft = Draft {
            path: parent.join(format!(".{name}.partial-{process}")),
            place: parent.join(name),
            replaced: parent.join(format!(".{name}.replaced-{process}")),
        };
        let failed = |cause| ReportError::Write { path: draft.path.clone(), cause };
        if draft.place.symlink_metadata().is_ok() && !draft.place.is_dir() {
            let cause = io::Error::from(io::ErrorKind::NotADirectory);
            return Err(ReportError::Write { path: draft.place.clone(), cause });
        }
        fs::create_dir_all(parent).map_err(failed)?;
        if draft.path.exists() {
            // Left by a process of the same number that was killed.
            fs::remove_dir_all(&draft.path).map_err(failed)?;
        }
        fs::create_dir(&draft.path).map_err(failed)?;
        Ok(draft)
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the folder into its place and gives its path. An earlier report that was there is
    /// deleted once the new one stands; files that a user has added to it move on.
    ///
    /// # Errors
    /// If something cannot be renamed or deleted.
    pub fn publish(self) -> Result<PathBuf, ReportError> {
        let failed = |cause| ReportError::Write { path: self.place.clone(), cause };
        let replaces = self.place.symlink_metadata().is_ok();
        if replaces {
            fs::rename(&self.place, &self.replaced).map_err(failed)?;
        }
        if let Err(cause) = fs::rename(&self.path, &self.place) {
            if replaces {
                // Without the way back there is nothing better to do than to report the first
                // failure; the old report then stays under its hidden name.
                let _ = fs::rename(&self.replaced, &self.place);
            }
            return Err(failed(cause));
        }
        if replaces {
            let failed = |cause| ReportError::Write { path: self.replaced.clone(), cause };
            self.keep_what_is_not_ours().map_err(failed)?;
            fs::remove_dir_all(&self.replaced).map_err(failed)?;
        }
        Ok(self.place.clone())
    }

    fn keep_what_is_not_ours(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.replaced)? {
            let name = entry?.file_name();
            let is_overlay = name.to_string_lossy().starts_with(snapshot::NAME);
            if !is_overlay && !PARTS.iter().any(|part| name == *part) {
                fs::rename(self.replaced.join(&name), self.place.join(&name))?;
            }
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a publication there is nothing to remove; and what cannot be removed is hidden.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parent: &Path) -> Vec<String> {
        let entries = fs::read_dir(parent).expect("readable");
        entries.map(|e| e.expect("readable").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn an_abandoned_folder_leaves_nothing_and_harms_nothing() {
        let parent = tempfile::tempdir().expect("the system has room for a folder");
        let draft = Draft::create(parent.path(), "a-1").expect("created");
        fs::write(draft.path().join("old"), "").expect("written");
        draft.publish().expect("published");
        let draft = Draft::create(parent.path(), "a-1").expect("created");
        fs::write(draft.path().join("new"), "").expect("written");
        drop(draft);
        assert_eq!(names(parent.path()), ["a-1"]);
        assert_eq!(names(&parent.path().join("a-1")), ["old"]);
    }

    #[test]
    fn a_report_is_replaced_as_a_whole_and_nothing_else_is_lost() {
        let parent = tempfile::tempdir().expect("the system has room for a folder");
        let place = parent.path().join("below").join("deeper");
        for file in ["result.json", "timeseries.csv", "overlay-1m30s.gml"] {
            let draft = Draft::create(&place, "a-1").expect("created");
            fs::write(draft.path().join(file), "").expect("written");
            let folder = draft.publish().expect("published");
            fs::write(folder.join("notes.txt"), "mine").expect("written");
        }
        let draft = Draft::create(&place, "a-1").expect("created");
        draft.publish().expect("published");
        assert_eq!(names(&place), ["a-1"]);
        assert_eq!(names(&place.join("a-1")), ["notes.txt"]);
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_an_error_and_stays() {
        let parent = tempfile::tempdir().expect("the system has room for a folder");
        fs::write(parent.path().join("a-1"), "mine").expect("written");
        assert!(Draft::create(parent.path(), "a-1").is_err());
        assert_eq!(names(parent.path()), ["a-1"]);
    }

    #[test]
    fn a_parent_that_is_a_file_is_an_error() {
        let parent = tempfile::tempdir().expect("the system has room for a folder");
        let file = parent.path().join("file");
        fs::write(&file, "").expect("written");
        assert!(Draft::create(&file, "a-1").is_err());
    }

    #[test]
    fn no_name_leaves_the_parent() {
        let of = |scenario| name(scenario, 7, Transport::Simulated);
        assert_eq!(of("churn-kad"), "churn-kad-7");
        assert_eq!(of("../x y"), "-x-y-7");
        assert_eq!(of(".."), "run-7");
        assert_eq!(name("churn-kad", 7, Transport::Udp), "churn-kad-7-udp");
    }
}
