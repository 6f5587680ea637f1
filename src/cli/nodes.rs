//! Numbers of nodes, as the command line has them.

use std::ops::Range;

/// Numbers of nodes.
#[derive(Clone, Debug)]
pub struct Ranges(pub Vec<Range<u32>>);

/// Reads numbers and ranges of them.
///
/// # Errors
/// A message that names the part that is neither.
pub fn ranges(text: &str) -> Result<Ranges, String> {
    let wrong = |part: &str| {
        format!("{part:?} is neither a node's number nor a range of them, such as 100..120")
    };
    let one = |part: &str| {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let range = match part.split_once("..") {
            Some((first, end)) => number(first).zip(number(end)).map(|(first, end)| first..end),
            None => number(part).and_then(|first| Some(first..first.checked_add(1)?)),
        };
        range.filter(|range| !range.is_empty()).ok_or_else(|| wrong(part.trim()))
    };
    text.split(',').map(one).collect::<Result<_, _>>().map(Ranges)
}

/// The last node that is named and is not among `count`.
pub(super) fn beyond(ranges: Option<&Ranges>, count: u32) -> Option<u32> {
    let mut all = ranges.into_iter().flat_map(|Ranges(ranges)| ranges);
    all.find(|range| range.end > count).map(|range| range.end - 1)
}
