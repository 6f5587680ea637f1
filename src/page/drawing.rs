//! An SVG file as a part of the page.
//!
//! The file is rebuilt from the elements and attributes that plots consist of; all others are left
//! out, so that nothing in it can run or load anything. Names in it get a prefix, since a page holds
//! several files.

use maud::{Markup, PreEscaped, Render, html};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;

const ELEMENTS: &[&str] = &[
    "g", "rect", "line", "polyline", "polygon", "circle", "ellipse", "path", "text", "tspan",
    "defs", "clipPath",
];

const ATTRIBUTES: &[&str] = &[
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "dx",
    "dy",
    "d",
    "width",
    "height",
    "points",
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "transform",
    "text-anchor",
    "font-family",
    "font-size",
    "font-weight",
    "font-style",
    "id",
    "clip-path",
];

/// A drawing whose outermost element is being written by whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    view_box: String,
    content: String,
    /// The texts in it, one after the other.
    pub texts: Vec<String>,
}

/// Reads an SVG file; the names in it get `prefix`.
///
/// # Errors
/// A message if it is none.
pub fn read(svg: &str, prefix: &str) -> Result<Drawing, String> {
    let mut reader = Reader::from_str(svg);
    let mut drawing = Drawing { view_box: String::new(), content: String::new(), texts: vec![] };
    // Names of the open elements that are kept; and how deep within one that is not.
    let (mut open, mut hidden) = (Vec::<String>::new(), 0);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) if hidden > 0 || !drawing.is_kept(&tag) => {
                match name(&tag).as_ref() {
                    "svg" if hidden == 0 && drawing.view_box.is_empty() => drawing.begin(&tag)?,
                    _ => hidden += 1,
                }
            }
            Event::Start(tag) => {
                drawing.open(&tag, prefix);
                drawing.content.push('>');
                if name(&tag) == "text" {
                    drawing.texts.push(String::new());
                }
                open.push(name(&tag).into_owned());
            }
            Event::Empty(tag) if hidden == 0 && drawing.is_kept(&tag) => {
                drawing.open(&tag, prefix);
                drawing.content.push_str("/>");
            }
            Event::End(_) if hidden > 0 => hidden -= 1,
            Event::End(_) => {
                if let Some(name) = open.pop() {
                    drawing.content.push_str(&format!("</{name}>"));
                }
            }
            Event::Text(text) if hidden == 0 => drawing.say(&text.xml10_content()),
            Event::CData(text) if hidden == 0 => drawing.say(&text.xml10_content()),
            Event::GeneralRef(reference) if hidden == 0 => {
                let name = reference.into_inner();
                if let Some(character) = character(&name) {
                    drawing.say(character.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof if drawing.view_box.is_empty() => return Err("it is no SVG".to_owned()),
            Event::Eof => return Ok(drawing),
            _ => {}
        }
    }
}

fn name<'t>(tag: &'t BytesStart<'_>) -> Cow<'t, str> {
    Cow::Borrowed(tag.name().into_inner())
}

/// The character that a reference means, of those that XML knows by itself.
fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            code.ok().and_then(char::from_u32)
        }
    }
}

impl Drawing {
    /// Within the outermost element, and known.
    fn is_kept(&self, tag: &BytesStart<'_>) -> bool {
        !self.view_box.is_empty() && ELEMENTS.contains(&name(tag).as_ref())
    }

    /// Takes the outermost element.
    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let attribute = |wanted: &str| {
            let found = tag.attributes().flatten().find(|a| a.key.into_inner() == wanted)?;
            Some(found.normalized_value(XmlVersion::Explicit1_0).ok()?.into_owned())
        };
        let sides = || Some(format!("0 0 {} {}", attribute("width")?, attribute("height")?));
        let found = attribute("viewBox").or_else(sides).ok_or("it has no size")?;
        let numbers: Vec<Option<f64>> =
            found.split_whitespace().map(|number| number.parse().ok()).collect();
        if numbers.len() != 4 || numbers.contains(&None) {
            return Err(format!("its size is {found:?}"));
        }
        self.view_box = found;
        Ok(())
    }

    /// Writes a tag but for its end.
    fn open(&mut self, tag: &BytesStart<'_>, prefix: &str) {
        self.content.push('<');
        self.content.push_str(&name(tag));
        for attribute in tag.attributes().flatten() {
            let key = attribute.key.into_inner();
            let Ok(value) = attribute.normalized_value(XmlVersion::Explicit1_0) else { continue };
            if !ATTRIBUTES.contains(&key) {
                continue;
            }
            let value = match (key, value.strip_prefix("url(#")) {
                ("id", _) => format!("{prefix}{value}"),
                (_, Some(own)) => format!("url(#{prefix}{own}"),
                (_, None) if value.contains("url(") => continue,
                (_, None) => value.into_owned(),
            };
            self.content.push_str(&format!(" {key}=\""));
            value.render_to(&mut self.content);
            self.content.push('"');
        }
    }

    fn say(&mut self, text: &str) {
        // Between elements there are only line ends.
        let text = text.trim_matches(['\n', '\r']);
        if !text.trim().is_empty() {
            text.render_to(&mut self.content);
            self.texts.last_mut().into_iter().for_each(|last| last.push_str(text));
        }
    }

    /// The drawing with this title for those who do not see it.
    pub fn show(&self, title: &str) -> Markup {
        html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(self.view_box) role="img" aria-label=(title) {
                title { (title) }
                (PreEscaped(&self.content))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_strokes_and_texts_of_a_file_are_kept() {
        let svg = "<?xml version=\"1.0\"?><svg width=\"9\" height=\"8\" onload=\"x()\">\n\
            <script>alert(1)</script><a href=\"http://x\"><rect width=\"1\"/></a>\n\
            <g id=\"a\" onclick=\"x()\"><text fill=\"url(#a)\" x='1\"2'>\n1 &lt; 2 &#x26; 3\n</text></g>\n\
            <image href=\"http://x\"/><rect fill=\"url(http://x)\" height=\"2\" style=\"x\"/></svg>";
        let drawing = read(svg, "p1-").expect("it is an SVG");
        let shown = drawing.show("A \"plot\"").into_string();
        assert_eq!(
            shown,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 8\" role=\"img\" \
             aria-label=\"A &quot;plot&quot;\"><title>A &quot;plot&quot;</title>\
             <g id=\"p1-a\"><text fill=\"url(#p1-a)\" x=\"1&quot;2\">1 &lt; 2 &amp; 3</text></g>\
             <rect height=\"2\"/></svg>"
        );
        assert_eq!(drawing.texts, ["1 < 2 & 3"]);
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        for wrong in [
            "",
            "<html/>",
            "<svg/>",
            "<svg viewBox='0 0 x 1'></svg>",
            "<svg width='1' height='2'><g>",
        ] {
            let read = read(wrong, "");
            assert!(read.is_err() || wrong.ends_with("<g>"), "{wrong}: {read:?}");
        }
    }
}
