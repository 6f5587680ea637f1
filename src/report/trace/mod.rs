//! The events of a run as text, as JSON lines, or in the trace event format of Chrome, which Perfetto
//! reads; and one operation, request by request.

// An event with its figures by name.
mod line;
// An event as a person reads it.
mod text;
// The trace event format.
mod chrome;
// One operation, found among the events of its node.
mod hunt;
// One operation, request by request.
mod story;

pub use hunt::Hunt;
pub use story::story;

use crate::runner::trace::Event;
use crate::time::Instant;
use chrome::Chrome;
use line::Line;
use std::io::{self, Write};

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A line for people.
    Text,
    /// A line of JSON.
    JsonLines,
    /// One JSON object in the trace event format.
    Chrome,
}

/// Writes events as they come.
pub struct TraceWriter<W> {
    out: W,
    form: Form,
    events: u64,
}

enum Form {
    Text,
    JsonLines,
    Chrome(Box<Chrome>),
}

impl<W: Write> TraceWriter<W> {
    /// Begins a trace of the run of this name and seed.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn begin(mut out: W, format: Format, name: &str, seed: u64) -> io::Result<Self> {
        let form = match format {
            Format::Text => Form::Text,
            Format::JsonLines => Form::JsonLines,
            Format::Chrome => Form::Chrome(Box::new(Chrome::begin(&mut out, name, seed)?)),
        };
        Ok(TraceWriter { out, form, events: 0 })
    }

    /// Adds an event.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn add(&mut self, event: &Event) -> io::Result<()> {
        self.events += 1;
        match &mut self.form {
            Form::Text => text::write(&mut self.out, event),
            Form::JsonLines => {
                serde_json::to_writer(&mut self.out, &Line::of(event))?;
                self.out.write_all(b"\n")
            }
            Form::Chrome(chrome) => chrome.add(&mut self.out, event),
        }
    }

    /// Events added so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Completes the trace of a run that has come to `now`; gives back what it was written to, flushed.
    ///
    /// # Errors
    /// What `out` fails with.
    pub fn finish(mut self, now: Instant) -> io::Result<W> {
        if let Form::Chrome(chrome) = self.form {
            chrome.finish(&mut self.out, now)?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
