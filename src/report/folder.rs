//! A folder that appears complete or not at all.
//!
//! Everything is written to a hidden folder beside the final place and renamed into it at the
//! end; a reader never sees half of a report.

use super::ReportError;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that is being written. Dropped without [`Draft::publish`], it is removed.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    place: PathBuf,
    /// Where a folder that is replaced waits to be deleted.
    replaced: PathBuf,
}

/// Name of the folder of a run: whatever could leave the parent folder, hide the result or
/// trouble a shell becomes a dash.
pub fn name(scenario: &str, seed: u64) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = scenario.chars().map(safe).collect();
    match name.trim_start_matches('.') {
        "" => format!("run-{seed}"),
        name => format!("{name}-{seed}"),
    }
}

impl Draft {
    /// Begins the folder `name` below `parent`, which is created if need be.
    pub fn create(parent: &Path, name: &str) -> Result<Self, ReportError> {
        let process = std::process::id();
        let draft = Draft {
            path: parent.join(format!(".{name}.partial-{process}")),
            place: parent.join(name),
            replaced: parent.join(format!(".{name}.replaced-{process}")),
        };
        let failed = |source| ReportError::Write { path: draft.path.clone(), source };
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

    /// Puts the folder into its place and gives its path; a folder that was there is deleted
    /// once the new one stands.
    pub fn publish(self) -> Result<PathBuf, ReportError> {
        let failed = |source| ReportError::Write { path: self.place.clone(), source };
        let replaces = self.place.symlink_metadata().is_ok();
        if replaces {
            fs::rename(&self.place, &self.replaced).map_err(failed)?;
        }
        if let Err(source) = fs::rename(&self.path, &self.place) {
            if replaces {
                // Without the way back there is nothing better to do than to report the first
                // failure; the old report then stays under its hidden name.
                let _ = fs::rename(&self.replaced, &self.place);
            }
            return Err(failed(source));
        }
        if replaces {
            let removed = match self.replaced.is_dir() {
                true => fs::remove_dir_all(&self.replaced),
                false => fs::remove_file(&self.replaced),
            };
            removed.map_err(|source| ReportError::Write { path: self.replaced.clone(), source })?;
        }
        Ok(self.place.clone())
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
    fn a_complete_folder_is_replaced_as_a_whole() {
        let parent = tempfile::tempdir().expect("the system has room for a folder");
        let place = parent.path().join("below").join("deeper");
        for file in ["old", "new"] {
            let draft = Draft::create(&place, "a-1").expect("created");
            fs::write(draft.path().join(file), "").expect("written");
            draft.publish().expect("published");
        }
        assert_eq!(names(&place), ["a-1"]);
        assert_eq!(names(&place.join("a-1")), ["new"]);
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
        assert_eq!(name("churn-kad", 7), "churn-kad-7");
        assert_eq!(name("../x y", 7), "-x-y-7");
        assert_eq!(name("..", 7), "run-7");
    }
}
