//! Values out of a JSON file, by name. A figure that is not there is `None`, so that a folder of
//! another version shows what it has.

use serde_json::Value;

/// Access to a value of which little is known.
pub trait Held {
    /// What lies at the end of this path of names.
    fn at(&self, path: &str) -> Option<&Value>;

    /// A number there.
    fn number(&self, path: &str) -> Option<f64> {
        self.at(path)?.as_f64()
    }

    /// A whole number there, not negative.
    fn whole(&self, path: &str) -> Option<u64> {
        self.at(path)?.as_u64()
    }

    /// A text there; empty if there is none.
    fn text(&self, path: &str) -> &str {
        self.at(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether `true` stands there.
    fn is(&self, path: &str) -> bool {
        self.at(path).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The items of a list there; none if there is no list.
    fn list(&self, path: &str) -> &[Value] {
        self.at(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// A number as it is written, or a text there; empty if there is neither.
    fn written(&self, path: &str) -> String {
        match self.at(path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        }
    }
}

impl Held for Value {
    fn at(&self, path: &str) -> Option<&Value> {
        let value = path.split('.').try_fold(self, |value, name| value.get(name))?;
        (!value.is_null()).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none() {
        let value = serde_json::json!({ "a": { "b": 3, "c": null, "d": [1], "e": "x" } });
        assert_eq!(
            (value.whole("a.b"), value.number("a.c"), value.whole("z.b")),
            (Some(3), None, None)
        );
        assert_eq!((value.list("a.d").len(), value.list("a.b").len()), (1, 0));
        assert_eq!(
            (value.text("a.e"), value.written("a.b").as_str(), value.text("a.b")),
            ("x", "3", "")
        );
    }
}
