//! Shortest paths from one router: Dijkstra's algorithm on whole numbers.
//!
//! Which of several paths of the same latency is taken is fixed, since loss and jitter differ
//! along them: the one of fewest edges; of those the one whose last router before the end has
//! the lowest index, and so on back to the beginning. Of parallel edges the one of the smallest
//! latency counts, and of several such the one that comes first in the graph.

use crate::graph::Graph;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The edges of a graph as they are searched: those that lead from each router, loops and
/// slower parallel edges left out.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The lines from router `r` are `lines[starts[r]..starts[r + 1]]`, by target.
    starts: Box<[usize]>,
    lines: Box<[Line]>,
}

/// An edge, seen from where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) target: u32,
    /// Place of the edge in the graph.
    edge: u32,
    /// In units.
    pub(super) latency: u64,
}

impl Lines {
    /// The lines of this graph; `latency_of` gives the latency of the edge at a place, in units.
    pub(super) fn new(graph: &Graph, latency_of: impl Fn(usize) -> u64) -> Self {
        let mut from: Vec<(u32, Line)> = Vec::with_capacity(2 * graph.edges.len());
        for (place, edge) in graph.edges.iter().enumerate().filter(|(_, e)| e.source != e.target) {
            let latency = latency_of(place);
            let line = |target| Line { target, edge: place as u32, latency };
            from.push((edge.source, line(edge.target)));
            if !graph.directed {
                from.push((edge.target, line(edge.source)));
            }
        }
        from.sort_unstable_by_key(|(source, l)| (*source, l.target, l.latency, l.edge));
        from.dedup_by_key(|(source, line)| (*source, line.target));
        let mut starts = vec![0; graph.vertices.len() + 1];
        from.iter().for_each(|&(source, _)| starts[source as usize + 1] += 1);
        (1..starts.len()).for_each(|router| starts[router] += starts[router - 1]);
        Lines { starts: starts.into(), lines: from.into_iter().map(|(_, line)| line).collect() }
    }

    /// The lines that lead from a router, by target.
    pub(super) fn from(&self, router: u32) -> &[Line] {
        &self.lines[self.starts[router as usize]..self.starts[router as usize + 1]]
    }
}

/// How a router is reached, as far as the search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// Units from the source; the largest number while the router has not been reached.
    pub(super) latency: u64,
    /// Edges from the source.
    pub(super) hops: u32,
    /// The router before, and the edge from there.
    pub(super) before: u32,
    pub(super) edge: u32,
}

const UNREACHED: Label = Label { latency: u64::MAX, hops: u32::MAX, before: 0, edge: 0 };

/// A search, with room that serves from source to source.
#[derive(Clone, Debug)]
pub(super) struct Search<'l> {
    lines: &'l Lines,
    labels: Vec<Label>,
    /// Routers reached that may not be settled: latency, hops and router in one number, so that
    /// the smallest comes first.
    open: BinaryHeap<Reverse<u128>>,
    /// Routers in the order in which they were settled, the source first.
    settled: Vec<u32>,
}

impl<'l> Search<'l> {
    pub(super) fn new(lines: &'l Lines) -> Self {
        let labels = vec![UNREACHED; lines.starts.len() - 1];
        Search { lines, labels, open: BinaryHeap::new(), settled: Vec::new() }
    }

    /// Finds the paths from `source` to all routers that can be reached.
    pub(super) fn run(&mut self, source: u32) {
        self.begin(source);
        while let Some((router, label)) = self.next() {
            self.relax(router, label);
        }
    }

    /// Finds the paths of a single edge.
    pub(super) fn run_direct(&mut self, source: u32) {
        self.begin(source);
        if let Some((source, label)) = self.next() {
            self.relax(source, label);
        }
        self.settled.extend(self.lines.from(source).iter().map(|line| line.target));
    }

    /// How far the nearest of these routers is, the source not counted.
    pub(super) fn nearest(&mut self, source: u32, are_wanted: &[bool]) -> Option<u64> {
        self.begin(source);
        while let Some((router, label)) = self.next() {
            if router != source && are_wanted[router as usize] {
                return Some(label.latency);
            }
            self.relax(router, label);
        }
        None
    }

    fn begin(&mut self, source: u32) {
        self.labels.fill(UNREACHED);
        self.open.clear();
        self.settled.clear();
        self.labels[source as usize] = Label { latency: 0, hops: 0, before: source, edge: 0 };
        self.open.push(Reverse(packed(0, 0, source)));
    }

    /// Settles the nearest router that is open.
    fn next(&mut self) -> Option<(u32, Label)> {
        while let Some(Reverse(entry)) = self.open.pop() {
            let (router, hops) = (entry as u32, (entry >> 32) as u32);
            let label = self.labels[router as usize];
            // Any other entry has been overtaken by a better one.
            if ((entry >> 64) as u64, hops) == (label.latency, label.hops) {
                self.settled.push(router);
                return Some((router, label));
            }
        }
        None
    }

    /// Tries the paths that lead on from a router that has just been settled. Every edge makes a
    /// path longer, in hops if not in time, so all that may come last before a router are settled
    /// before it.
    fn relax(&mut self, router: u32, label: Label) {
        let hops = label.hops + 1;
        for line in self.lines.from(router) {
            let found = &mut self.labels[line.target as usize];
            let latency = label.latency + line.latency;
            if latency > found.latency {
                continue;
            }
            let new = Label { latency, hops, before: router, edge: line.edge };
            if (latency, hops) < (found.latency, found.hops) {
                *found = new;
                self.open.push(Reverse(packed(latency, hops, line.target)));
            } else if hops == found.hops && router < found.before {
                *found = new;
            }
        }
    }

    /// How each router is reached, by its index.
    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The routers that are reached, each after the one before it.
    pub(super) fn settled(&self) -> &[u32] {
        &self.settled
    }
}

impl Label {
    /// Whether there is a path.
    pub(super) fn is_reached(self) -> bool {
        self.latency != u64::MAX
    }
}

fn packed(latency: u64, hops: u32, router: u32) -> u128 {
    (u128::from(latency) << 64) | (u128::from(hops) << 32) | u128::from(router)
}
