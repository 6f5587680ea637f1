//! Joins and leaves from a file: lines of `time node JOIN|LEAVE|CRASH`, plain or packed by gzip.
//!
//! The file is read line by line; what is kept of a line is 12 bytes.

use crate::protocol::NodeIndex;
use crate::time::{Duration, Instant};
use crate::units::{Length, Notation};
use crate::workload::sessions::Departure;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// A line longer than this is no line of a trace.
const LONGEST_LINE: u64 = 4_096;
/// Digits of a second that times have: nanoseconds.
const DECIMALS: usize = 9;
/// What each line holds.
const EXPECTED: &str = "a line is `time node JOIN|LEAVE|CRASH`, such as `12.5 7 JOIN`";

/// How a trace calls nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By their numbers from 0.
    Index,
    /// By any words: the first that occurs is the first node that the trace may move, and so on.
    Name,
}

/// What happens to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It comes.
    Join,
    /// It goes.
    Leave(Departure),
}

/// Who comes and goes when, in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    times: Vec<Instant>,
    /// The node's number times four, and which event it is.
    events: Vec<u32>,
}

/// What a trace may move.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Number of nodes.
    pub nodes: u32,
    /// So many of the first nodes are always there.
    pub dedicated: u32,
    /// What happens at this time or later is checked, but not kept.
    pub end: Instant,
}

/// What is wrong with a file, where, and what is expected instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The line, from 1; `None` if it is the file as a whole.
    pub line: Option<u64>,
    /// What is wrong and what is expected.
    pub message: String,
}

impl Trace {
    /// Reads a file; unpacks it if its name ends in `.gz`.
    ///
    /// # Errors
    /// If the file cannot be read, or a line is none, or it says what cannot be: a time before
    /// that of the line above, a node that there is not or that is always there, a node that
    /// joins while it is there or leaves while it is not, or that does both at one instant.
    pub fn read(path: &Path, naming: Naming, bounds: Bounds) -> Result<Self, TraceError> {
        let file = File::open(path).map_err(|error| unreadable(None, &error))?;
        let is_packed = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"));
        let file = BufReader::new(file);
        if is_packed {
            let unpacked = flate2::bufread::MultiGzDecoder::new(file);
            Self::parse(BufReader::new(unpacked), naming, bounds)
        } else {
            Self::parse(file, naming, bounds)
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As [`Trace::read`].
    pub fn parse(
        mut text: impl BufRead,
        naming: Naming,
        bounds: Bounds,
    ) -> Result<Self, TraceError> {
        let mut reading = Reading::new(naming, bounds);
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let wrong = |message| TraceError { line: Some(number), message };
            let read = text.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut line);
            if read.map_err(|error| unreadable(Some(number), &error))? == 0 {
                break;
            }
            if line.len() as u64 > LONGEST_LINE {
                return Err(wrong(format!("it is longer than {LONGEST_LINE} bytes: {EXPECTED}")));
            }
            let line = std::str::from_utf8(&line)
                .map_err(|_| wrong("it is not UTF-8: a trace is a text in UTF-8".to_owned()))?;
            reading.line(line).map_err(wrong)?;
        }
        reading.trace.times.shrink_to_fit();
        reading.trace.events.shrink_to_fit();
        Ok(reading.trace)
    }

    /// How much happens before the end of the run.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether nothing happens before the end of the run.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// What happens in this place of the order of time; `None` after the last.
    pub fn get(&self, place: usize) -> Option<(Instant, NodeIndex, Event)> {
        let &packed = self.events.get(place)?;
        let event = match packed % 4 {
            0 => Event::Join,
            1 => Event::Leave(Departure::Graceful),
            _ => Event::Leave(Departure::Crash),
        };
        Some((self.times[place], NodeIndex(packed / 4), event))
    }
}

/// A trace while it is being read.
struct Reading {
    trace: Trace,
    naming: Naming,
    bounds: Bounds,
    names: BTreeMap<Box<str>, u32>,
    /// Whether each node is there, and when it last came or went.
    nodes: Vec<(bool, Option<Instant>)>,
    last: Instant,
}

impl Reading {
    fn new(naming: Naming, bounds: Bounds) -> Self {
        Reading {
            trace: Trace::default(),
            naming,
            bounds,
            names: BTreeMap::new(),
            nodes: vec![(false, None); bounds.nodes as usize],
            last: Instant::ZERO,
        }
    }

    /// Takes one line; says what is wrong with it and what is expected.
    fn line(&mut self, line: &str) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let mut fields = line.split_ascii_whitespace();
        let four = [(); 4].map(|()| fields.next());
        let [Some(time), Some(node), Some(word), None] = four else {
            return Err(format!("`{}`: {EXPECTED}", shown(line)));
        };
        let at = time_of(time)?;
        if at < self.last {
            return Err(format!(
                "the time {time} is before that of the line above, {}: lines stand in order of \
                 time",
                self.last
            ));
        }
        let (event, packed) = match word {
            "JOIN" => (Event::Join, 0),
            "LEAVE" => (Event::Leave(Departure::Graceful), 1),
            "CRASH" => (Event::Leave(Departure::Crash), 2),
            _ => return Err(format!("`{}` is none of JOIN, LEAVE, CRASH", shown(word))),
        };
        let index = self.index_of(node)?;
        self.turn(index, node, at, event)?;
        self.last = at;
        if at < self.bounds.end {
            self.trace.times.push(at);
            self.trace.events.push(index * 4 + packed);
        }
        Ok(())
    }

    /// Which node this is.
    fn index_of(&mut self, node: &str) -> Result<u32, String> {
        let Bounds { nodes, dedicated, .. } = self.bounds;
        match self.naming {
            Naming::Index => match node.parse() {
                Ok(index) if (dedicated..nodes).contains(&index) => Ok(index),
                Ok(index) if index < dedicated => Err(format!(
                    "node {index} is one of the {dedicated} bootstrap nodes, which are always \
                     there"
                )),
                _ => Err(format!(
                    "`{}` is no node: they are numbered from {dedicated} to {} (words stand for \
                     nodes with `naming = \"name\"`)",
                    shown(node),
                    nodes.saturating_sub(1)
                )),
            },
            Naming::Name => {
                if let Some(&index) = self.names.get(node) {
                    return Ok(index);
                }
                // There are fewer names than nodes, whose number has 32 bits.
                let index = dedicated + self.names.len() as u32;
                if index >= nodes {
                    return Err(format!(
                        "`{}` is one more node than there are: {} may come and go",
                        shown(node),
                        nodes - dedicated
                    ));
                }
                self.names.insert(node.into(), index);
                Ok(index)
            }
        }
    }

    /// Checks that a node can do this.
    fn turn(&mut self, index: u32, name: &str, at: Instant, event: Event) -> Result<(), String> {
        let (is_there, last) = &mut self.nodes[index as usize];
        let joins = event == Event::Join;
        let name = shown(name);
        if *is_there == joins {
            return Err(match joins {
                true => format!("node {name} joins and is there already: it leaves first"),
                false => format!("node {name} leaves and is not there: it joins first"),
            });
        }
        if *last == Some(at) {
            return Err(format!("node {name} has come or gone at this instant already"));
        }
        (*is_there, *last) = (joins, Some(at));
        Ok(())
    }
}

/// A time as it is written: seconds, or a length with its unit.
fn time_of(text: &str) -> Result<Instant, String> {
    let time = match text.ends_with(|last: char| last.is_ascii_alphabetic()) {
        true => Length::from_text(text).map(|length| length.0.as_nanos()),
        false => nanoseconds(text),
    };
    time.map(Instant::from_nanos).ok_or_else(|| {
        format!(
            "`{}` is no time: seconds with up to {DECIMALS} decimals, such as 12.5, or a length \
             with its unit, such as 250ms",
            shown(text)
        )
    })
}

/// Nanoseconds of a decimal number of seconds, exactly.
fn nanoseconds(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > DECIMALS {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = format!("{part:0<DECIMALS$}").parse().ok()?;
    whole.checked_mul(Duration::from_secs(1).as_nanos())?.checked_add(part)
}

/// The beginning of a text that may be long.
fn shown(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn unreadable(line: Option<u64>, error: &std::io::Error) -> TraceError {
    TraceError { line, message: format!("it cannot be read: {error}") }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for TraceError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const BOUNDS: Bounds =
        Bounds { nodes: 4, dedicated: 1, end: Instant::from_nanos(10_000_000_000) };

    fn parse(text: &str, naming: Naming) -> Result<Trace, String> {
        Trace::parse(text.as_bytes(), naming, BOUNDS).map_err(|error| error.to_string())
    }

    fn events(trace: &Trace) -> Vec<(u64, u32, Event)> {
        let all = (0..trace.len()).filter_map(|place| trace.get(place));
        all.map(|(at, node, event)| (at.as_nanos(), node.0, event)).collect()
    }

    #[test]
    fn lines_are_read_by_index_and_by_name() {
        let text = "# who comes\n\n0 a JOIN\n 1.5\tb JOIN \n2s a LEAVE\n2 b CRASH\n10 a JOIN\n";
        let expected = [
            (0, 1, Event::Join),
            (1_500_000_000, 2, Event::Join),
            (2_000_000_000, 1, Event::Leave(Departure::Graceful)),
            (2_000_000_000, 2, Event::Leave(Departure::Crash)),
        ];
        assert_eq!(events(&parse(text, Naming::Name).unwrap()), expected, "10 s is the end");
        let by_index = text.replace(" a ", " 1 ").replace("\tb ", "\t2 ").replace(" b ", " 2 ");
        assert_eq!(parse(&by_index, Naming::Index), parse(text, Naming::Name));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = [
            (
                "1 2\n",
                "line 1: `1 2`: a line is `time node JOIN|LEAVE|CRASH`, such as `12.5 7 JOIN`",
            ),
            ("1 2 JOIN x\n", "line 1: `1 2 JOIN x`: a line is `time node"),
            ("1 2 join\n", "line 1: `join` is none of JOIN, LEAVE, CRASH"),
            ("-1 2 JOIN\n", "line 1: `-1` is no time: seconds with up to 9 decimals"),
            ("1e3 2 JOIN\n", "line 1: `1e3` is no time"),
            ("0.1234567891 2 JOIN\n", "line 1: `0.1234567891` is no time"),
            ("5 2 JOIN\n4.9 3 JOIN\n", "line 2: the time 4.9 is before that of the line above, 5s"),
            ("1 4 JOIN\n", "line 1: `4` is no node: they are numbered from 1 to 3"),
            ("1 0 JOIN\n", "line 1: node 0 is one of the 1 bootstrap nodes"),
            ("1 peer JOIN\n", "line 1: `peer` is no node"),
            ("1 2 JOIN\n2 2 JOIN\n", "line 2: node 2 joins and is there already"),
            ("1 2 LEAVE\n", "line 1: node 2 leaves and is not there"),
            ("1 2 JOIN\n1 2 CRASH\n", "line 2: node 2 has come or gone at this instant already"),
            ("20 2 JOIN\n21 2 JOIN\n", "line 2: node 2 joins"),
        ];
        for (text, message) in wrong {
            let error = parse(text, Naming::Index).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
        let many = "1 a JOIN\n1 b JOIN\n1 c JOIN\n1 d JOIN\n";
        let error = parse(many, Naming::Name).unwrap_err();
        assert_eq!(error, "line 4: `d` is one more node than there are: 3 may come and go");
        let long = format!("1 {} JOIN\n", "x".repeat(5_000));
        assert!(parse(&long, Naming::Name).unwrap_err().starts_with("line 1: it is longer"));
        let error = Trace::parse(&b"1 \xff JOIN\n"[..], Naming::Name, BOUNDS).unwrap_err();
        assert_eq!(error.line, Some(1));
    }

    #[test]
    fn a_packed_file_reads_as_the_plain_one() {
        let folder = tempfile::tempdir().expect("the system has room for a folder");
        let text = "0.5 1 JOIN\n1 1 CRASH\n2 3 JOIN\n";
        let [plain, packed] = ["t.txt", "t.txt.gz"].map(|name| folder.path().join(name));
        std::fs::write(&plain, text).expect("written");
        let file = File::create(&packed).expect("created");
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).expect("written");
        encoder.finish().expect("written");
        let [plain, packed] = [plain, packed].map(|path| Trace::read(&path, Naming::Index, BOUNDS));
        assert_eq!(plain, packed);
        assert_eq!(plain.unwrap().len(), 3);
        let missing = Trace::read(&folder.path().join("none"), Naming::Index, BOUNDS);
        assert!(missing.unwrap_err().to_string().starts_with("it cannot be read"));
    }
}
