//! What is wrong, before it is known where that was written: a key path and what is allowed.

use super::document::KeyPath;

/// Something wrong with the value at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key in question.
    pub path: KeyPath,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its value, or the lack of one; `allowed` continues the sentence "allowed is ...".
    Value {
        /// What is allowed.
        allowed: String,
    },
    /// There is no such key in its table, which takes the `known` ones.
    UnknownKey {
        /// The keys that the table takes.
        known: Vec<String>,
    },
    /// It has no effect beside another; `reason` continues "`key` ...".
    NoEffect {
        /// Why it has none.
        reason: String,
    },
    /// What the message says in full.
    Said {
        /// The message.
        message: String,
    },
}

impl Problem {
    /// A value that is not allowed.
    pub fn value(path: impl Into<KeyPath>, allowed: impl Into<String>) -> Self {
        Problem { path: path.into(), fault: Fault::Value { allowed: allowed.into() } }
    }

    /// A problem with a message of its own.
    pub fn said(path: impl Into<KeyPath>, message: impl Into<String>) -> Self {
        Problem { path: path.into(), fault: Fault::Said { message: message.into() } }
    }

    /// What the deserializer complained about at `path`, in this module's terms.
    ///
    /// Serde knows its errors only as text, in a form that its documentation fixes.
    pub fn from_serde(path: KeyPath, message: &str) -> Self {
        let Some((complaint, expected)) = message.rsplit_once(", expected ") else {
            return Problem::said(path, message);
        };
        if complaint.starts_with("unknown field") {
            let quoted = expected.split('`').skip(1).step_by(2);
            let known = quoted.map(str::to_owned).collect();
            return Problem { path, fault: Fault::UnknownKey { known } };
        }
        let allowed = match expected {
            "a boolean" => "true or false",
            "a string" => "a text in quotes",
            "a sequence" => "a list: values in brackets, or tables under [[double brackets]]",
            other => other,
        };
        Problem::value(path, allowed)
    }
}

/// The one of `known` that `given` was probably meant to be.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|word| (strsim::jaro_winkler(given, word), word));
    let best = scored.max_by(|left, right| left.0.total_cmp(&right.0))?;
    (best.0 > 0.75).then_some(best.1)
}
