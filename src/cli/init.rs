//! `kadsim init [FILE]`: writes a commented scenario to start from.

use super::Misuse;
use crate::scenario::starter;
use anyhow::Context;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Arguments of `kadsim init`.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// File to write
    #[arg(default_value = "scenario.toml")]
    pub file: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// Writes the starter, whole or not at all.
///
/// # Errors
/// [`Misuse`] if the file exists and is not to be overwritten; an I/O error if it cannot be
/// written.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let file = &args.file;
    // A link that leads nowhere is in the way as well, hence no `exists`.
    if !args.force && file.symlink_metadata().is_ok() {
        return Err(Misuse::FileExists(file.clone()).into());
    }
    let temporary = beside(file);
    let written = std::fs::write(&temporary, starter())
        .and_then(|()| std::fs::rename(&temporary, file))
        .with_context(|| format!("cannot write {}", file.display()));
    if written.is_err() {
        // It may not even have been made; the first error is the one to tell.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

/// A name for the file while it is being written: in the same folder, so that it can be renamed.
fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn args(file: PathBuf, force: bool) -> Args {
        Args { file, force }
    }

    #[test]
    fn writes_the_starter_and_overwrites_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("first.toml");
        run(&args(file.clone(), false)).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), starter());

        fs::write(&file, "mine").unwrap();
        let error = run(&args(file.clone(), false)).unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(Misuse::FileExists(name)) if *name == file));
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");

        run(&args(file.clone(), true)).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), starter());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn leaves_nothing_where_it_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let error = run(&args(folder.path().join("missing/first.toml"), false)).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
