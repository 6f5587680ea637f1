//! A scenario's text and the settings laid over it, and the way back from what is wrong to
//! where the user wrote it.

use super::document::{Entry, KeyPath, Outline, SyntaxError};
use super::error::{Place, ScenarioError};
use super::file::File;
use super::problem::{Fault, Problem, nearest};
use super::settings::{self, Origin, Setting};
use std::ops::Range;
use toml_edit::DocumentMut;

/// A value longer than this is not repeated in full.
const SHOWN_CHARACTERS: usize = 60;

/// The text as the user wrote it, and as it reads with the settings laid over it.
pub struct Source<'a> {
    file: &'a str,
    written: &'a str,
    written_outline: Outline,
    settings: &'a [Setting],
    effective: String,
    /// What stands where in the effective text.
    pub outline: Outline,
}

impl<'a> Source<'a> {
    /// Reads `written` and lays the settings over it.
    ///
    /// The table `left_out` is none of the scenario's.
    pub fn new(
        file: &'a str,
        written: &'a str,
        settings: &'a [Setting],
        left_out: Option<&str>,
    ) -> Result<Self, ScenarioError> {
        let no_toml = |error: SyntaxError| ScenarioError {
            file: file.to_owned(),
            place: Some(Box::new(Place::new(written, error.span))),
            setting: None,
            message: format!("this is not TOML: {}", reworded(&error.message)),
            help: None,
        };
        let written_outline = Outline::parse(written).map_err(no_toml)?;
        let mut document: DocumentMut = written.parse().expect("the outline has parsed it already");
        if let Some(table) = left_out {
            document.remove(table);
        }
        settings::apply(&mut document, settings).map_err(|(setting, message)| {
            let (setting_text, place) = blame(setting, written);
            ScenarioError {
                file: file.to_owned(),
                place,
                setting: setting_text,
                message: format!("`{}` leads nowhere: {message}", setting.path),
                help: None,
            }
        })?;
        let effective = document.to_string();
        let outline = Outline::parse(&effective).map_err(|error| ScenarioError {
            file: file.to_owned(),
            place: None,
            setting: settings.last().and_then(|setting| blame(setting, written).0),
            message: format!("the settings do not fit into the file: {}", error.message),
            help: None,
        })?;
        Ok(Source { file, written, written_outline, settings, effective, outline })
    }

    /// The tables and keys of the effective text.
    pub fn read(&self) -> Result<File, ScenarioError> {
        toml::from_str(&self.effective).map_err(|error| {
            let path = error.span().map(|span| self.outline.path_of(&span)).unwrap_or_default();
            self.error(&Problem::from_serde(path, error.message()))
        })
    }

    /// Whether the value at `path` comes from the command line.
    pub fn is_set(&self, path: &KeyPath) -> bool {
        let given = self.setting_of(path);
        given.is_some_and(|setting| matches!(setting.origin, Origin::Option(_)))
    }

    /// The user's message for `problem`.
    pub fn error(&self, problem: &Problem) -> ScenarioError {
        let (message, help) = self.describe(problem);
        let (setting, place) = match self.cause_of(problem) {
            Some(setting) => blame(setting, self.written),
            None => {
                let span = self.place_of(problem);
                (None, span.map(|span| Box::new(Place::new(self.written, span))))
            }
        };
        ScenarioError { file: self.file.to_owned(), place, setting, message, help }
    }

    fn describe(&self, problem: &Problem) -> (String, Option<String>) {
        let path = &problem.path;
        match &problem.fault {
            Fault::Said { message } => (message.clone(), None),
            Fault::NoEffect { reason } => {
                let given = self.given(path).unwrap_or_default();
                (format!("`{path}`, here {given}, {reason}"), None)
            }
            Fault::Value { allowed } => match self.given(path) {
                Some(given) => {
                    let help = self.meant_word(path, allowed);
                    (format!("`{path}` cannot be {given}: allowed is {allowed}"), help)
                }
                None => (format!("`{path}` is missing: it takes {allowed}"), None),
            },
            Fault::UnknownKey { known } => {
                let table = path.parent();
                let table = match table.0.is_empty() {
                    true => "the top level".to_owned(),
                    false => format!("`{table}`"),
                };
                let key = path.last();
                let message = format!("unknown key `{key}`: {table} takes {}", known.join(", "));
                let meant = nearest(key, known.iter().map(String::as_str));
                (message, meant.map(|key| format!("did you mean `{key}`?")))
            }
        }
    }

    /// The word that the one at `path` was probably meant to be, if `allowed` lists words.
    fn meant_word(&self, path: &KeyPath, allowed: &str) -> Option<String> {
        if !allowed.starts_with('"') {
            return None;
        }
        let given = self.outline.find(path)?.word.as_deref()?;
        let words = allowed.split('"').skip(1).step_by(2);
        nearest(given, words).map(|word| format!("did you mean \"{word}\"?"))
    }

    /// The value at `path` as it is written.
    fn given(&self, path: &KeyPath) -> Option<String> {
        let Entry { value, .. } = self.outline.find(path)?;
        let text = self.effective.get(value.clone()?)?.trim();
        let line = text.lines().next().unwrap_or_default();
        let mut shown: String = line.chars().take(SHOWN_CHARACTERS).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Some(shown)
    }

    /// The setting that what stands at `path` comes from.
    fn setting_of(&self, path: &KeyPath) -> Option<&'a Setting> {
        let is_cause = |setting: &&Setting| {
            // A setting below the path made it, unless it stands in the file as well.
            let made_it = !path.0.is_empty()
                && setting.path.is_within(path)
                && self.written_outline.find(path).is_none();
            path.is_within(&setting.path) || made_it
        };
        self.settings.iter().rev().find(is_cause)
    }

    /// The setting that caused `problem`: a problem of a whole table, such as shares that do not
    /// sum to 1, is put down to a setting inside it, since settings come last.
    fn cause_of(&self, problem: &Problem) -> Option<&'a Setting> {
        let is_of_table = matches!(problem.fault, Fault::Said { .. }) && !problem.path.0.is_empty();
        let inside = |setting: &&Setting| is_of_table && setting.path.is_within(&problem.path);
        self.setting_of(&problem.path).or_else(|| self.settings.iter().rev().find(inside))
    }

    /// The bytes of the written text that `problem` is about: the value, the name of an unknown
    /// key, or the nearest table around what is not there.
    fn place_of(&self, problem: &Problem) -> Option<Range<usize>> {
        let mut path = problem.path.clone();
        if let Some(entry) = self.written_outline.find(&path) {
            let key_first = !matches!(problem.fault, Fault::Value { .. });
            let (first, second) = match key_first {
                true => (&entry.key, &entry.value),
                false => (&entry.value, &entry.key),
            };
            if let Some(span) = first.clone().or_else(|| second.clone()) {
                return Some(span);
            }
        }
        while !path.0.is_empty() {
            path = path.parent();
            let entry = self.written_outline.find(&path);
            if let Some(span) = entry.and_then(|entry| entry.key.clone().or(entry.value.clone())) {
                return Some(span);
            }
        }
        None
    }
}

/// How a setting is named that is wrong: by the option that gave it, or by its place in the file.
fn blame(setting: &Setting, written: &str) -> (Option<String>, Option<Box<Place>>) {
    match &setting.origin {
        Origin::Option(option) => (Some(format!("{option} {}", setting.text)), None),
        Origin::File(span) => (None, Some(Box::new(Place::new(written, span.clone())))),
    }
}

/// What the TOML parser says, put otherwise where its own words mislead: it takes whatever
/// stands for no value for a text without quotes.
fn reworded(message: &str) -> &str {
    if message.starts_with("string values must be quoted") {
        "here stands no value: texts are in quotes, numbers, true and false are not"
    } else if message.starts_with("integer number overflowed") {
        "whole numbers end at 2^63 - 1 (a larger seed stands in quotes)"
    } else {
        message
    }
}
