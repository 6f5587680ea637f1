//! `--config FILE`: the settings of a suite as a file.

use super::SuiteError;
use super::settings::Given;
use crate::scenario::{Place, ScenarioError};
use std::ops::Range;
use std::path::Path;
use toml_edit::{Document, Item, Value};

/// What the file at `path` gives: keys of the names of [`KEYS`](super::settings::KEYS), each with a
/// number, a text, or true or false.
///
/// # Errors
/// If it cannot be read, or what is wrong in it, with its line.
pub fn read(path: &Path) -> Result<Given, SuiteError> {
    let text = std::fs::read_to_string(path)
        .map_err(|cause| SuiteError::Read { path: path.to_owned(), cause })?;
    Ok(parse(&path.display().to_string(), &text)?)
}

fn parse(file: &str, text: &str) -> Result<Given, ScenarioError> {
    let at = |span: Option<Range<usize>>, message: String| ScenarioError {
        file: file.to_owned(),
        place: Some(Box::new(Place::new(text, span.unwrap_or(0..0)))),
        setting: None,
        message,
        help: Some("docs/suite.md says what a suite takes".to_owned()),
    };
    let document = Document::parse(text).map_err(|error| {
        at(error.span(), format!("this is not TOML: {}", error.message().trim_end()))
    })?;
    let mut given = Given::default();
    for (key, item) in document.iter() {
        let value = written(item).ok_or_else(|| {
            at(item.span(), format!("`{key}` takes one value: a number, a text, true or false"))
        })?;
        given.set(key, &value).map_err(|message| {
            let is_unknown = message.starts_with("unknown key");
            let of_key = document.key(key).and_then(toml_edit::Key::span);
            at(if is_unknown { of_key } else { item.span() }, message)
        })?;
    }
    Ok(given)
}

/// A single value as a text; names in a list come between commas.
fn written(item: &Item) -> Option<String> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Float(number) => Some(number.value().to_string()),
        Value::Boolean(truth) => Some(truth.value().to_string()),
        _ => None,
    };
    match item.as_value()? {
        Value::Array(list) => {
            let texts: Option<Vec<String>> = list.iter().map(one).collect();
            Some(texts?.join(","))
        }
        value => one(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::TestType;
    use crate::time::Duration;

    fn told(text: &str) -> String {
        let error = parse("s.toml", text).expect_err("it is wrong");
        format!("{}:{}: {}", error.line().unwrap_or(0), error.column().unwrap_or(0), error.message)
    }

    #[test]
    fn a_file_gives_what_it_says_and_nothing_else() {
        let text = "test_type = [\"linear\", \"smoke\"]\nmax_nodes = 7\nduration = \"2m\"\n\
                    interval = 0.5\npartitions = false\n";
        let given = parse("s.toml", text).expect("it is right");
        let expected = Given {
            tests: Some(vec![TestType::Linear, TestType::Smoke]),
            max_nodes: Some(7),
            duration: Some(Duration::from_secs(120)),
            interval: Some(Duration::from_millis(500)),
            partitions: Some(false),
            ..Given::default()
        };
        assert_eq!(given, expected);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert!(told("max_nodes = 7\nnodes = 3\n").starts_with("2:1: unknown key `nodes`"));
        assert_eq!(
            told("max_nodes = 1\n"),
            "1:13: `max_nodes` cannot be 1: allowed is a whole number from 2 to 100000"
        );
        assert!(told("[max_nodes]\n").contains("takes one value"));
        assert!(told("max_nodes = \n").starts_with("1:"));
    }
}
