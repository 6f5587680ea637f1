//! Keys and their places in the text of a scenario.

use std::fmt;
use std::ops::Range;
use toml_edit::{Document, Item, Key, TableLike, Value};

/// The way from the top of a scenario to a key; positions in lists count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyPath(pub Vec<String>);

impl KeyPath {
    /// The path below this one.
    pub fn join(&self, key: &str) -> KeyPath {
        KeyPath(self.0.iter().map(String::as_str).chain([key]).map(str::to_owned).collect())
    }

    /// The path without its last key.
    pub fn parent(&self) -> KeyPath {
        KeyPath(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// The last key; empty at the top.
    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// Whether this is `other` or lies below it.
    pub fn is_within(&self, other: &KeyPath) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl From<&str> for KeyPath {
    /// Splits at dots; for paths of known keys, which hold none themselves.
    fn from(dotted: &str) -> Self {
        KeyPath(dotted.split('.').map(str::to_owned).collect())
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> =
            self.0.iter().map(|key| Key::new(key.as_str()).to_string()).collect();
        f.write_str(&keys.join("."))
    }
}

/// What stands where in a text.
#[derive(Debug)]
pub struct Outline {
    entries: Vec<Entry>,
}

/// One key, or one item of a list.
#[derive(Debug)]
pub struct Entry {
    /// How it is addressed.
    pub path: KeyPath,
    /// The bytes of the key.
    pub key: Option<Range<usize>>,
    /// The bytes of the value; of a table, its head.
    pub value: Option<Range<usize>>,
    /// The value if it is a text.
    pub word: Option<String>,
}

/// A text that is no TOML: what is wrong and where.
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// The bytes in question.
    pub span: Range<usize>,
}

impl Outline {
    /// The outline of a TOML text.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let document = Document::parse(text).map_err(|error| SyntaxError {
            message: error.message().to_owned(),
            span: error.span().unwrap_or(0..0),
        })?;
        let mut outline = Outline { entries: Vec::new() };
        outline.add_table(&KeyPath::default(), document.as_table());
        Ok(outline)
    }

    /// What stands at `path`.
    pub fn find(&self, path: &KeyPath) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path == *path)
    }

    /// Number of items in the list at `path`.
    pub fn list_length(&self, path: &KeyPath) -> usize {
        (0..).take_while(|index| self.find(&path.join(&index.to_string())).is_some()).count()
    }

    /// The innermost key whose name or value holds the beginning of `span`.
    pub fn path_of(&self, span: &Range<usize>) -> KeyPath {
        let holds = |range: &Option<Range<usize>>| {
            range.as_ref().filter(|range| range.contains(&span.start)).map(ExactSizeIterator::len)
        };
        let ranked = self.entries.iter().filter_map(|entry| {
            let length = [holds(&entry.key), holds(&entry.value)].into_iter().flatten().min()?;
            Some((length, entry))
        });
        // Of equally long ones the last is the innermost, since parents come first.
        let innermost = ranked.rev().min_by_key(|(length, _)| *length);
        innermost.map_or_else(KeyPath::default, |(_, entry)| entry.path.clone())
    }

    fn add_table(&mut self, at: &KeyPath, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let key = table.key(name).and_then(Key::span);
            self.add_item(at.join(name), key, item);
        }
    }

    fn add_item(&mut self, path: KeyPath, key: Option<Range<usize>>, item: &Item) {
        let word = item.as_str().map(str::to_owned);
        self.entries.push(Entry { path: path.clone(), key, value: item.span(), word });
        if let Some(table) = item.as_table_like() {
            self.add_table(&path, table);
        } else if let Some(tables) = item.as_array_of_tables() {
            for (index, table) in tables.iter().enumerate() {
                let path = path.join(&index.to_string());
                let head = Entry { path: path.clone(), key: None, value: table.span(), word: None };
                self.entries.push(head);
                self.add_table(&path, table);
            }
        } else if let Some(values) = item.as_array() {
            for (index, value) in values.iter().enumerate() {
                self.add_value(path.join(&index.to_string()), value);
            }
        }
    }

    fn add_value(&mut self, path: KeyPath, value: &Value) {
        let word = value.as_str().map(str::to_owned);
        self.entries.push(Entry { path: path.clone(), key: None, value: value.span(), word });
        if let Some(table) = value.as_inline_table() {
            self.add_table(&path, table);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"x\"\n[nodes]\ncount = 10\n[[nodes.class]]\nshare = 0.5\n\
        [[nodes.class]]\nshare = 0.25\n[network]\nlatency = { model = \"constant\" }\n";

    #[test]
    fn finds_keys_by_place_and_places_by_key() {
        let outline = Outline::parse(TEXT).ok().unwrap();
        for (wanted, path) in [
            ("10", "nodes.count"),
            ("0.25", "nodes.class.1.share"),
            ("\"constant\"", "network.latency.model"),
            ("\"x\"", "name"),
        ] {
            let start = TEXT.find(wanted).unwrap();
            assert_eq!(outline.path_of(&(start..start + wanted.len())), KeyPath::from(path));
            let place = outline.find(&KeyPath::from(path)).unwrap().value.clone().unwrap();
            assert_eq!(&TEXT[place], wanted);
        }
        assert_eq!(outline.list_length(&KeyPath::from("nodes.class")), 2);
    }

    #[test]
    fn a_table_is_shown_by_its_head() {
        let outline = Outline::parse(TEXT).ok().unwrap();
        let place = outline.find(&KeyPath::from("nodes.class.1")).unwrap().value.clone().unwrap();
        assert!(TEXT[place].starts_with("[[nodes.class]]"));
    }
}
