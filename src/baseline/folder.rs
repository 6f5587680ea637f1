//! The folder of baselines: a file each, by name.

use super::stored::Stored;
use super::{BaselineError, read};
use crate::report::file::FileDraft;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// A folder of baselines.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at this path, which need not be there.
    pub fn new(path: &Path) -> Self {
        Folder { path: path.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a baseline.
    ///
    /// # Errors
    /// If the name is none.
    pub fn file(&self, name: &str) -> Result<PathBuf, BaselineError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        match name.chars().all(allowed) && !name.is_empty() && !name.starts_with('.') {
            true => Ok(self.path.join(format!("{name}.toml"))),
            false => Err(BaselineError::Name(name.to_owned())),
        }
    }

    /// Names of all baselines, in order; none if there is no such folder.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn names(&self) -> Result<Vec<String>, BaselineError> {
        let mut names = Vec::new();
        for path in entries(&self.path)? {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            if let (true, Some(stem)) = (is_toml(&path), stem) {
                names.push(stem.to_owned());
            }
        }
        Ok(names)
    }

    /// The baseline of this name.
    ///
    /// # Errors
    /// If there is none, or it is damaged, or its scenario is not there.
    pub fn read(&self, name: &str) -> Result<Stored, BaselineError> {
        let path = self.file(name)?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let known = match &*self.names()? {
                    [] => format!("{} holds none", self.path.display()),
                    names => format!("{} holds {}", self.path.display(), names.join(", ")),
                };
                return Err(BaselineError::Missing { path, known });
            }
            Err(cause) => return Err(BaselineError::Read { path, cause }),
        };
        let file = path.display().to_string();
        let (stored, span) = read::read(&file, &text)?;
        if !stored.scenario_path(&self.path).is_file() {
            let given = &stored.scenario;
            let told = format!(
                "`scenario` cannot be {given:?}: allowed is the path of a scenario file, from here"
            );
            return Err(read::placed(&file, &text, (span, told)).into());
        }
        Ok(stored)
    }

    /// Writes a baseline, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, name: &str, stored: &Stored) -> Result<PathBuf, BaselineError> {
        let path = self.file(name)?;
        let failed = |cause| crate::report::ReportError::Write { path: path.clone(), cause };
        fs::create_dir_all(&self.path).map_err(failed)?;
        let (draft, mut file) = FileDraft::create(&path)?;
        file.write_all(stored.to_toml().as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        draft.publish()?;
        Ok(path)
    }

    /// The way from here to a scenario, as a baseline has it.
    ///
    /// # Errors
    /// If one of the two is not there.
    pub fn way_to(&self, scenario: &Path) -> Result<String, BaselineError> {
        let real = |path: &Path| {
            let cause = |cause| BaselineError::Read { path: path.to_owned(), cause };
            std::path::absolute(path).map(|path| tidy(&path)).map_err(cause)
        };
        let (here, there) = (real(&self.path)?, real(scenario)?);
        let common = here.iter().zip(&there).take_while(|(one, other)| one == other).count();
        let up = std::iter::repeat_n("..".to_owned(), here.len() - common);
        let down = there[common..].iter().cloned();
        Ok(up.chain(down).collect::<Vec<_>>().join("/"))
    }

    /// The scenarios that are shipped with these baselines, by the names that theirs have: all files in
    /// the folder above and below it that are scenarios of one run.
    ///
    /// # Errors
    /// If a folder cannot be read, or two would have one name.
    pub fn shipped(&self) -> Result<BTreeMap<String, PathBuf>, BaselineError> {
        let above = match self.path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => Path::new(".."),
        };
        let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
        let mut folders = vec![above.to_owned()];
        while let Some(folder) = folders.pop() {
            for path in entries(&folder)?.into_iter().filter(|path| *path != self.path) {
                if path.is_dir() {
                    folders.push(path);
                } else if is_toml(&path) && is_one_run(&path) {
                    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                    if let Some(first) = found.get(&name) {
                        let first = first.clone();
                        return Err(BaselineError::Twice { name, first, second: path });
                    }
                    found.insert(name, path);
                }
            }
        }
        Ok(found)
    }
}

/// What lies in a folder, in order.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, BaselineError> {
    let failed = |cause| BaselineError::Read { path: folder.to_owned(), cause };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(failed)?;
    let hidden = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
    };
    paths.retain(|path| !hidden(path));
    paths.sort();
    Ok(paths)
}

fn is_toml(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| extension == "toml")
}

/// Whether a file is no sweep.
fn is_one_run(path: &Path) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    !text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("sweep"))
}

/// The names along a path, without steps back.
fn tidy(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(names.pop()),
            Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
            Component::Prefix(prefix) => {
                names.push(prefix.as_os_str().to_string_lossy().into_owned());
            }
            Component::CurDir | Component::RootDir => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_named_from_the_folder() {
        let folder = Folder::new(Path::new("scenarios/baselines"));
        let way = |path| folder.way_to(Path::new(path)).expect("no file is looked at");
        assert_eq!(way("scenarios/quickstart.toml"), "../quickstart.toml");
        assert_eq!(way("scenarios/peers/a.toml"), "../peers/a.toml");
        assert_eq!(way("./scenarios/../mine.toml"), "../../mine.toml");
        assert_eq!(way("scenarios/baselines/x.toml"), "x.toml");
    }

    #[test]
    fn names_stay_in_the_folder() {
        let folder = Folder::new(Path::new("b"));
        assert_eq!(folder.file("quick-1.0_x").expect("a name"), Path::new("b/quick-1.0_x.toml"));
        for name in ["", "../x", "a/b", ".x", "a b"] {
            assert!(matches!(folder.file(name), Err(BaselineError::Name(_))), "{name}");
        }
    }
}
