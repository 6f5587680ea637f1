//! What is wrong with a scenario, where, and what is allowed: one message.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use std::fmt;
use std::ops::Range;

/// A scenario that cannot be run. Always the user's input, never a broken invariant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ScenarioError {
    /// The scenario file as the user named it.
    pub file: String,
    /// Where in the file; `None` if the problem has no place in it.
    pub place: Option<Box<Place>>,
    /// The setting from the command line that is wrong, as `--set key=value`; then there is no
    /// place.
    pub setting: Option<String>,
    /// What is wrong: the key, its value and what is allowed.
    pub message: String,
    /// What may be meant instead.
    pub help: Option<String>,
}

/// A place in a scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The whole text of the file.
    pub source: String,
    /// The bytes of `source` that are wrong.
    pub span: Range<usize>,
}

impl Place {
    /// The place of `span` in `source`, at most to the end of the span's first line, so that a
    /// whole table is shown by its head.
    pub fn new(source: &str, span: Range<usize>) -> Self {
        let start = source.floor_char_boundary(span.start.min(source.len()));
        let before = &source[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |length| start + length);
        let end = source.floor_char_boundary(span.end.clamp(start, line_end));
        Place {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            source: source.to_owned(),
            span: start..end,
        }
    }
}

impl ScenarioError {
    /// Line in the file, from 1, if there is one.
    pub fn line(&self) -> Option<usize> {
        self.place.as_ref().map(|place| place.line)
    }

    /// Column in characters, from 1, if there is one.
    pub fn column(&self) -> Option<usize> {
        self.place.as_ref().map(|place| place.column)
    }

    /// The message as a terminal shows it, with the line in question underlined; in colours
    /// and line-drawing characters or in plain ASCII.
    pub fn render(&self, colour: bool) -> String {
        let origin = match &self.setting {
            Some(setting) => setting.clone(),
            None => self.file.clone(),
        };
        let title = Level::ERROR.primary_title(self.message.as_str());
        let mut group = match &self.place {
            Some(place) => title.element(
                Snippet::source(place.source.as_str())
                    .path(origin)
                    .annotation(AnnotationKind::Primary.span(place.span.clone())),
            ),
            None => title.element(Origin::path(origin)),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour {
            Renderer::styled().decor_style(DecorStyle::Unicode)
        } else {
            Renderer::plain().decor_style(DecorStyle::Ascii)
        };
        renderer.render(&[group])
    }
}

impl fmt::Display for ScenarioError {
    /// One line: `file:line:column: message; help`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.setting, &self.place) {
            (Some(setting), _) => write!(f, "{setting}: ")?,
            (None, Some(place)) => write!(f, "{}:{}:{}: ", self.file, place.line, place.column)?,
            (None, None) => write!(f, "{}: ", self.file)?,
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}
