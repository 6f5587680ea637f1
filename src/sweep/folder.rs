//! The folder of a sweep: files that are whole or not there, and one process at a time.
//!
//! A file is written under a hidden name, forced to the disk and then renamed, and the folder that
//! it lies in is forced to the disk as well. So a file under its own name is complete, whenever
//! the process or the machine stops.

use super::SweepError;
use super::identity::Identity;
use super::plan::{Plan, RunId};
use super::row::Row;
use crate::report;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What the sweep is.
const IDENTITY: &str = "sweep.json";
/// Where the rows lie, a file each.
const ROWS: &str = "rows";
/// Held while a process works in the folder.
const LOCK: &str = ".lock";
/// How files end that are being written.
const UNFINISHED: &str = ".unfinished";

/// The folder, locked.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    rows: PathBuf,
    /// The system lets go of the lock with the file, however the process ends.
    _lock: File,
}

impl Folder {
    /// Opens the folder of this sweep below `parent`, which are made if need be, and locks it.
    ///
    /// # Errors
    /// If it cannot be written, is in use, or holds another sweep.
    pub fn open(parent: &Path, plan: &Plan) -> Result<Self, SweepError> {
        let path = parent.join(report::sweep_folder(&plan.name, plan.seed));
        let rows = path.join(ROWS);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |cause| SweepError::File { verb: "write", path, cause }
        };
        fs::create_dir_all(&rows).map_err(failed(&rows))?;
        let lock_path = path.join(LOCK);
        let lock = File::create(&lock_path).map_err(failed(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SweepError::Busy(path)),
            Err(TryLockError::Error(cause)) => return Err(failed(&lock_path)(cause)),
        }
        let folder = Folder { path, rows, _lock: lock };
        folder.remove_unfinished()?;
        folder.claim(plan)?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes down which sweep this is, or finds that it is the one that stands there.
    fn claim(&self, plan: &Plan) -> Result<(), SweepError> {
        let wanted = Identity::of(plan);
        let file = self.path.join(IDENTITY);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.write(&format!("{ROWS}/.probe"), |out| out.write_all(b"\n"))?;
                let probe = self.rows.join(".probe");
                fs::remove_file(&probe).map_err(|cause| SweepError::File {
                    verb: "write",
                    path: probe,
                    cause,
                })?;
                return self
                    .write(IDENTITY, |out| out.write_all(report::to_json(&wanted).as_bytes()));
            }
            Err(cause) => return Err(SweepError::File { verb: "read", path: file, cause }),
        };
        let found: Identity = serde_json::from_str(&text)
            .map_err(|error| SweepError::Damaged { path: file, cause: error.to_string() })?;
        match found.difference(&wanted) {
            Some(difference) => Err(SweepError::Other { path: self.path.clone(), difference }),
            None => Ok(()),
        }
    }

    /// What was being written when an earlier process ended is of no use.
    fn remove_unfinished(&self) -> Result<(), SweepError> {
        for folder in [&self.path, &self.rows] {
            let failed = |cause| SweepError::File { verb: "read", path: folder.clone(), cause };
            for entry in fs::read_dir(folder).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                if path.to_string_lossy().ends_with(UNFINISHED) {
                    let is_folder = path.is_dir();
                    let removed =
                        if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                    removed.map_err(|cause| SweepError::File { verb: "write", path, cause })?;
                }
            }
        }
        Ok(())
    }

    /// Puts a file with this content into the folder, whole or not at all. It is on the disk when
    /// this returns.
    ///
    /// # Errors
    /// If it cannot be written; an earlier file of that name then stays.
    pub fn write(
        &self,
        name: &str,
        content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), SweepError> {
        let place = self.path.join(name);
        let folder = place.parent().expect("it lies in the folder").to_owned();
        let stem = place.file_name().expect("it has a name").to_string_lossy();
        let draft = folder.join(format!(".{stem}{UNFINISHED}"));
        let write = || {
            let mut out = BufWriter::new(File::create(&draft)?);
            content(&mut out)?;
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            fs::rename(&draft, &place)?;
            sync_folder(&folder)
        };
        write().map_err(|cause| {
            // What cannot be removed now is removed when the folder is opened again.
            let _ = fs::remove_file(&draft);
            SweepError::File { verb: "write", path: place.clone(), cause }
        })
    }

    /// Puts a folder of this name, filled by `fill`, into the place of the one that is there.
    ///
    /// # Errors
    /// What `fill` says, or if it cannot be written; the earlier one then stays.
    pub fn replace(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<(), SweepError>,
    ) -> Result<(), SweepError> {
        let place = self.path.join(name);
        let draft = self.path.join(format!(".{name}{UNFINISHED}"));
        let failed = |cause| SweepError::File { verb: "write", path: place.clone(), cause };
        fs::create_dir(&draft).map_err(failed)?;
        let filled = fill(&draft).and_then(|()| {
            if place.exists() {
                fs::remove_dir_all(&place).map_err(failed)?;
            }
            fs::rename(&draft, &place).map_err(failed)
        });
        if filled.is_err() {
            // What cannot be removed now is removed when the folder is opened again.
            let _ = fs::remove_dir_all(&draft);
        }
        filled
    }

    /// Keeps a finished run.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep(&self, row: &Row) -> Result<(), SweepError> {
        let text = serde_json::to_string(row).expect("a row is numbers and names");
        self.write(&format!("{ROWS}/{}", row_name(row.id())), |out| {
            out.write_all(text.as_bytes())?;
            out.write_all(b"\n")
        })
    }

    /// The finished runs, in order.
    ///
    /// # Errors
    /// If a file cannot be read or says something else than was written.
    pub fn rows(&self, plan: &Plan) -> Result<Vec<Row>, SweepError> {
        let mut rows = Vec::new();
        for run in plan.runs() {
            let path = self.rows.join(row_name(run));
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(cause) => return Err(SweepError::File { verb: "read", path, cause }),
            };
            let damaged = |cause| SweepError::Damaged { path: path.clone(), cause };
            let row: Row =
                serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
            if row.id() != run || row.seed != plan.seed_of(run.repeat) {
                return Err(damaged("it is the row of another run".to_owned()));
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

fn row_name(run: RunId) -> String {
    format!("{:06}-{:06}.json", run.point, run.repeat)
}

/// Forces the names in a folder to the disk, where the system can.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}
