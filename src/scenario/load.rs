//! Ways to a scenario: from a file, from a text.

use super::Scenario;
use super::check::check;
use super::document::KeyPath;
use super::error::{Place, ScenarioError};
use super::problem::Problem;
use super::settings::Setting;
use super::source::Source;
use std::path::Path;
use std::str::FromStr;

impl Scenario {
    /// The scenario in the file at `path`, with `settings` laid over it.
    ///
    /// # Errors
    /// Whatever is wrong with the file, its content or the settings, as one message.
    pub fn load(path: &Path, settings: &[Setting]) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        let text = read(path)?;
        Self::parse(&text, &file, path.parent().unwrap_or(Path::new("")), settings)
    }

    /// The scenario in `text`, which came from the file `file_name`, with `settings` laid over
    /// it. Paths in the text are relative to `base_dir`.
    ///
    /// # Errors
    /// Whatever is wrong with the text or the settings, as one message.
    pub fn parse(
        text: &str,
        file_name: &str,
        base_dir: &Path,
        settings: &[Setting],
    ) -> Result<Self, ScenarioError> {
        let source = Source::new(file_name, text, settings, None)?;
        if source.outline.find(&KeyPath::from(SWEEP)).is_some() {
            let message = format!(
                "`[{SWEEP}]` is a list of runs, and this is one: `kadsim sweep {file_name}` runs them"
            );
            return Err(source.error(&Problem::said(SWEEP, message)));
        }
        complete(&source, file_name, base_dir)
    }

    /// The scenario in `text` as [`parse`](Self::parse) reads it, without its `[sweep]`.
    ///
    /// # Errors
    /// Whatever is wrong with the text or the settings, as one message.
    pub(super) fn parse_beside_sweep(
        text: &str,
        file_name: &str,
        base_dir: &Path,
        settings: &[Setting],
    ) -> Result<Self, ScenarioError> {
        let source = Source::new(file_name, text, settings, Some(SWEEP))?;
        complete(&source, file_name, base_dir)
    }
}

/// The table of the file that says what a sweep varies.
pub(super) const SWEEP: &str = "sweep";

impl FromStr for Scenario {
    type Err = ScenarioError;

    /// The scenario in a text, for programs: [`Scenario::parse`] without a file. It is named `scenario`
    /// unless it says otherwise, and paths in it are relative to the current folder.
    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        Self::parse(text, "scenario.toml", Path::new(""), &[])
    }
}

fn complete(
    source: &Source<'_>,
    file_name: &str,
    base_dir: &Path,
) -> Result<Scenario, ScenarioError> {
    let file = source.read()?;
    let stem = Path::new(file_name).file_stem().and_then(|stem| stem.to_str());
    check(file, stem.unwrap_or("scenario"), base_dir, source)
        .map_err(|problem| source.error(&problem))
}

/// The text of the file at `path`.
///
/// # Errors
/// If it cannot be read or is no text.
pub(super) fn read(path: &Path) -> Result<String, ScenarioError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| unreadable(&file, &error))?;
    String::from_utf8(bytes).map_err(|error| no_text(&file, &error))
}

fn unreadable(file: &str, error: &std::io::Error) -> ScenarioError {
    let help = (error.kind() == std::io::ErrorKind::NotFound)
        .then(|| format!("`kadsim init {file}` writes a commented starter there"));
    let message = format!("the scenario file cannot be read: {error}");
    ScenarioError { file: file.to_owned(), place: None, setting: None, message, help }
}

fn no_text(file: &str, error: &std::string::FromUtf8Error) -> ScenarioError {
    let start = error.utf8_error().valid_up_to();
    let byte = error.as_bytes()[start];
    // Up to the wrong byte both texts are the same, so its place is too.
    let text = String::from_utf8_lossy(error.as_bytes());
    let place = Place::new(&text, start..start + char::REPLACEMENT_CHARACTER.len_utf8());
    let message = format!("the byte {byte:#04x} is not UTF-8: a scenario is a text in UTF-8");
    ScenarioError {
        file: file.to_owned(),
        place: Some(Box::new(place)),
        setting: None,
        message,
        help: None,
    }
}
