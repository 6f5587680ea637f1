//! The words of a GML text.

use super::Fault;
use std::borrow::Cow;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub enum Token<'t> {
    /// A name.
    Key(&'t str),
    /// A number, as it is written.
    Number(&'t str),
    /// A text in quotes, without them.
    Text(Cow<'t, str>),
    /// `[`
    Open,
    /// `]`
    Close,
    /// Nothing more.
    End,
}

impl Token<'_> {
    /// The word in a message.
    pub fn shown(&self) -> String {
        match self {
            Token::Key(word) | Token::Number(word) => (*word).to_owned(),
            Token::Text(text) => format!("the text {text:?}"),
            Token::Open => "`[`".to_owned(),
            Token::Close => "`]`".to_owned(),
            Token::End => "the end of the file".to_owned(),
        }
    }
}

/// Goes through the words of a text.
pub struct Tokens<'t> {
    text: &'t str,
    next: usize,
}

impl<'t> Tokens<'t> {
    /// The words of this text, from its beginning.
    pub fn new(text: &'t str) -> Self {
        Tokens { text, next: 0 }
    }

    /// The next word and the byte at which it begins.
    pub fn next(&mut self) -> Result<(Token<'t>, usize), Fault> {
        self.skip_space();
        let at = self.next;
        let rest = &self.text[at..];
        let Some(first) = rest.chars().next() else { return Ok((Token::End, at)) };
        let token = match first {
            '[' => self.take(1, Token::Open),
            ']' => self.take(1, Token::Close),
            '"' => self.quoted(at)?,
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                self.take(length, Token::Key(&rest[..length]))
            }
            _ if first.is_ascii_digit() || "+-.".contains(first) => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let word = &rest[..length];
                if word.parse::<f64>().is_ok_and(f64::is_finite) {
                    self.take(length, Token::Number(word))
                } else {
                    let message =
                        format!("{word} is no number: texts stand in quotes, such as \"10 ms\"");
                    return Err(Fault::at(at, message));
                }
            }
            _ => {
                let message = format!(
                    "{first:?} begins no word: a key, a number, a text in quotes, `[` or `]` is \
                     expected"
                );
                return Err(Fault::at(at, message));
            }
        };
        Ok((token, at))
    }

    fn take(&mut self, length: usize, token: Token<'t>) -> Token<'t> {
        self.next += length;
        token
    }

    /// Passes over white space and lines that are comments.
    fn skip_space(&mut self) {
        loop {
            let rest = &self.text[self.next..];
            self.next += rest.len() - rest.trim_start().len();
            let rest = &self.text[self.next..];
            if !rest.starts_with('#') {
                return;
            }
            self.next += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// A text in quotes; in it a backslash before a quote or a backslash takes its meaning away.
    fn quoted(&mut self, at: usize) -> Result<Token<'t>, Fault> {
        let inner = &self.text[at + 1..];
        let mut is_escaped = false;
        let end = inner.bytes().position(|byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        });
        let Some(end) = end else {
            return Err(Fault::at(at, "this text has no end: a closing quote is expected"));
        };
        self.next = at + 1 + end + 1;
        Ok(Token::Text(unescape(&inner[..end])))
    }
}

/// A text without escapes: those of backslashes, and the named characters of HTML that GML has.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '&']) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find(['\\', '&']) {
        plain.push_str(&rest[..place]);
        rest = &rest[place..];
        let (character, length) = escaped(rest);
        plain.push(character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character with which a text begins that begins with an escape, and its bytes; what is none
/// stands for itself.
fn escaped(text: &str) -> (char, usize) {
    if let Some(rest) = text.strip_prefix('\\') {
        return match rest.chars().next() {
            Some(character @ ('"' | '\\')) => (character, 2),
            _ => ('\\', 1),
        };
    }
    let name = text[1..].split_once(';').map(|(name, _)| name).filter(|name| name.len() <= 8);
    let character = name.and_then(|name| match name {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(|code| code.parse().ok()).and_then(char::from_u32),
    });
    match (character, name) {
        (Some(character), Some(name)) => (character, name.len() + 2),
        _ => ('&', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_their_escapes() {
        for (written, plain) in [
            ("plain", "plain"),
            (r#"a \"b\" \\ \n"#, r#"a "b" \ \n"#),
            ("R&amp;D &quot;x&quot; &#233; &unknown; &", "R&D \"x\" é &unknown; &"),
            ("&#1114112;&#xd;", "&#1114112;&#xd;"),
            ("\\", "\\"),
        ] {
            assert_eq!(unescape(written), plain);
        }
    }

    #[test]
    fn words_are_told_apart() {
        let mut tokens = Tokens::new("#c\nnode [ id -5 w 1.5e-3\n\"a]\\\" b\" ]\n# end");
        let mut words = Vec::new();
        while let Ok((token, _)) = tokens.next()
            && token != Token::End
        {
            words.push(token.shown());
        }
        assert_eq!(
            words,
            ["node", "`[`", "id", "-5", "w", "1.5e-3", "the text \"a]\\\" b\"", "`]`"]
        );
    }
}
