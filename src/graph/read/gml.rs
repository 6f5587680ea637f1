//! GML (Himsolt 1996), with the attributes of Shadow's network graphs.

use super::builder::{Builder, End};
use super::gml_tokens::{Token, Tokens};
use super::{Fault, attributes};
use crate::graph::{Edge, Graph, Vertex};

/// The graph of a GML text. Keys that mean nothing to kadsim are passed over.
pub fn parse(text: &str) -> Result<Graph, Fault> {
    let mut reader = Reader { tokens: Tokens::new(text) };
    let mut found = None;
    while let Some((key, at)) = reader.key(Ends::WithText)? {
        if key != "graph" {
            reader.skip_value(key)?;
            continue;
        }
        if found.is_some() {
            return Err(Fault::at(at, "a second graph: a file holds one"));
        }
        reader.open(key)?;
        found = Some(reader.graph()?);
    }
    let missing = || Fault::whole("there is no graph: `graph [ ... ]` is expected");
    found.ok_or_else(missing)?.finish()
}

/// What ends a list of keys.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    WithBracket,
    WithText,
}

/// A value and the byte at which it stands.
type Value<'t> = (Token<'t>, usize);

struct Reader<'t> {
    tokens: Tokens<'t>,
}

impl<'t> Reader<'t> {
    /// The next key of a list; `None` at its end.
    fn key(&mut self, ends: Ends) -> Result<Option<(&'t str, usize)>, Fault> {
        let (token, at) = self.tokens.next()?;
        let expected = match (&token, ends) {
            (Token::Key(key), _) => return Ok(Some((key, at))),
            (Token::Close, Ends::WithBracket) | (Token::End, Ends::WithText) => return Ok(None),
            (_, Ends::WithBracket) => "a key or `]` is",
            (_, Ends::WithText) => "a key, such as `graph`, is",
        };
        Err(Fault::at(at, format!("here stands {}: {expected} expected", token.shown())))
    }

    fn open(&mut self, key: &str) -> Result<(), Fault> {
        match self.tokens.next()? {
            (Token::Open, _) => Ok(()),
            (other, at) => {
                let message = format!("`{key}` cannot be {}: `[` is expected", other.shown());
                Err(Fault::at(at, message))
            }
        }
    }

    fn graph(&mut self) -> Result<Builder, Fault> {
        let mut builder = Builder::default();
        let mut is_said = false;
        while let Some((key, at)) = self.key(Ends::WithBracket)? {
            match key {
                "node" => {
                    self.open(key)?;
                    self.node(at, &mut builder)?;
                }
                "edge" => {
                    self.open(key)?;
                    self.edge(at, &mut builder)?;
                }
                "directed" => {
                    if std::mem::replace(&mut is_said, true) {
                        return Err(Fault::at(at, "a second `directed`: one is expected"));
                    }
                    builder.set_directed(self.yes_or_no(key)?);
                }
                _ => self.skip_value(key)?,
            }
        }
        Ok(builder)
    }

    fn yes_or_no(&mut self, key: &str) -> Result<bool, Fault> {
        match self.tokens.next()? {
            (Token::Number("0"), _) => Ok(false),
            (Token::Number("1"), _) => Ok(true),
            (other, at) => {
                let message = format!("`{key}` cannot be {}: 0 or 1 is expected", other.shown());
                Err(Fault::at(at, message))
            }
        }
    }

    fn node(&mut self, at: usize, builder: &mut Builder) -> Result<(), Fault> {
        let (mut vertex, mut id) = (Vertex::default(), None);
        while let Some((key, key_at)) = self.key(Ends::WithBracket)? {
            match key {
                "id" => set_once(&mut id, key, key_at, self.scalar(key)?)?,
                // Where other programs keep the place of a node in a drawing.
                "graphics" => {
                    self.open(key)?;
                    while let Some((key, _)) = self.key(Ends::WithBracket)? {
                        if key == "x" || key == "y" {
                            self.attribute(key, |key, value| {
                                attributes::of_vertex(&mut vertex, key, value)
                            })?;
                        } else {
                            self.skip_value(key)?;
                        }
                    }
                }
                _ => self
                    .attribute(key, |key, value| attributes::of_vertex(&mut vertex, key, value))?,
            }
        }
        let missing = || Fault::at(at, "a node without `id`: each has its own, such as `id 0`");
        let (id, at) = id.ok_or_else(missing)?;
        let id = plain(&id);
        if vertex.name.is_empty() {
            id.clone_into(&mut vertex.name);
        }
        builder.add_vertex(id, at, vertex)?;
        Ok(())
    }

    fn edge(&mut self, at: usize, builder: &mut Builder) -> Result<(), Fault> {
        let (mut edge, mut source, mut target) = (Edge::default(), None, None);
        while let Some((key, key_at)) = self.key(Ends::WithBracket)? {
            match key {
                "source" => set_once(&mut source, key, key_at, self.scalar(key)?)?,
                "target" => set_once(&mut target, key, key_at, self.scalar(key)?)?,
                _ => {
                    self.attribute(key, |key, value| attributes::of_edge(&mut edge, key, value))?;
                }
            }
        }
        let missing =
            |key| Fault::at(at, format!("an edge without `{key}`: the id of a node is expected"));
        let (source, source_at) = source.ok_or_else(|| missing("source"))?;
        let (target, target_at) = target.ok_or_else(|| missing("target"))?;
        let end = |token, at| End { id: plain(token), at };
        builder.add_edge(end(&source, source_at), end(&target, target_at), edge)
    }

    /// Hands the value of a key to `set`; a list is passed over.
    fn attribute(
        &mut self,
        key: &str,
        set: impl FnOnce(&str, &str) -> Result<(), String>,
    ) -> Result<(), Fault> {
        match self.tokens.next()? {
            (Token::Open, _) => self.skip_list(),
            (token @ (Token::Number(_) | Token::Text(_)), at) => {
                set(key, plain(&token)).map_err(|message| Fault::at(at, message))
            }
            (other, at) => Err(no_value(key, &other, at)),
        }
    }

    /// A number or a text.
    fn scalar(&mut self, key: &str) -> Result<Value<'t>, Fault> {
        match self.tokens.next()? {
            value @ (Token::Number(_) | Token::Text(_), _) => Ok(value),
            (other, at) => Err(no_value(key, &other, at)),
        }
    }

    fn skip_value(&mut self, key: &str) -> Result<(), Fault> {
        match self.tokens.next()? {
            (Token::Open, _) => self.skip_list(),
            (Token::Number(_) | Token::Text(_), _) => Ok(()),
            (other, at) => Err(no_value(key, &other, at)),
        }
    }

    /// Passes over a list, and lists in it, to its end.
    fn skip_list(&mut self) -> Result<(), Fault> {
        let mut depth = 1u64;
        while depth > 0 {
            match self.tokens.next()? {
                (Token::Open, _) => depth += 1,
                (Token::Close, _) => depth -= 1,
                (Token::End, at) => {
                    return Err(Fault::at(at, "here stands the end of the file: `]` is expected"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn no_value(key: &str, found: &Token<'_>, at: usize) -> Fault {
    let message = format!(
        "`{key}` cannot be {}: a number, a text in quotes or a list in brackets is expected",
        found.shown()
    );
    Fault::at(at, message)
}

fn set_once<'t>(
    place: &mut Option<Value<'t>>,
    key: &str,
    at: usize,
    value: Value<'t>,
) -> Result<(), Fault> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Fault::at(at, format!("a second `{key}`: one is expected"))),
    }
}

/// A number or text as it is written.
fn plain<'a>(token: &'a Token<'_>) -> &'a str {
    match token {
        Token::Number(word) => word,
        Token::Text(text) => text,
        _ => "",
    }
}
