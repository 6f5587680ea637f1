//! The table of routes: for every ordered pair of used routers how long a packet takes, and, if
//! any edge says so, by how much that varies and how likely it is lost on the way.
//!
//! A pair takes four bytes for its latency, as many for jitter if any edge has some, and as many
//! for loss if any edge has some: for 5,000 routers 100 MB each. Latency and jitter are counted
//! in the largest unit that divides all of them, so nothing is rounded; where a path is longer
//! than four bytes can count, each takes eight.

use super::cells::Cells;
use super::edges::Edges;
use super::search::Search;
use crate::graph::Graph;
use crate::memory;
use crate::network::config::{RouteChoice, UnderlayConfig};
use crate::time::Duration;
use rayon::prelude::*;

/// Rows that are computed side by side before they are put into the table.
const BATCH: usize = 128;

/// Loss is drawn with so many bits; `2^31` of them lose every packet.
pub(super) const LOSS_BITS: u32 = 31;

/// Routes between the used routers of a graph.
#[derive(Clone, Debug)]
pub(super) struct Routes {
    /// Number of used routers; a route is found by their places among these.
    used: usize,
    latencies: Cells,
    jitters: Option<Cells>,
    losses: Option<Vec<u32>>,
}

/// What becomes of a packet between two routers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Nanoseconds.
    pub(super) latency: u64,
    /// Nanoseconds; a packet takes less than this in addition.
    pub(super) jitter: u64,
    /// Of `2^31` draws so many lose the packet.
    pub(super) loss: u32,
}

impl Routes {
    /// The routes of `graph` between the routers `used`, which are in ascending order.
    pub(super) fn new(graph: &Graph, used: &[u32], config: &UnderlayConfig) -> Self {
        let edges = Edges::new(graph, config);
        let (lines, ground) = (edges.lines(), Ground::new(&edges));
        let cells = used.len() * used.len();
        let mut routes = Routes {
            used: used.len(),
            latencies: Cells::new(edges.latency_unit, cells),
            jitters: ground.has_jitter.then(|| Cells::new(edges.jitter_unit, cells)),
            losses: ground.has_loss.then(|| Vec::with_capacity(cells)),
        };
        let filler = || Filler::new(&ground, Search::new(&lines), config.routes);
        for batch in used.chunks(BATCH) {
            let rows: Vec<Row> = batch
                .par_iter()
                .map_init(filler, |filler, &source| filler.row(source, used))
                .collect();
            rows.into_iter().for_each(|row| routes.append(row));
        }
        routes
    }

    fn append(&mut self, row: Row) {
        self.latencies.extend(row.latencies.into_iter());
        if let Some(jitters) = &mut self.jitters {
            jitters.extend(row.jitters.into_iter().map(Some));
        }
        if let Some(losses) = &mut self.losses {
            losses.extend(row.survivals.into_iter().map(|survival| threshold(1.0 - survival)));
        }
    }

    /// The route between the routers at these places; `None` if there is none.
    #[inline]
    pub(super) fn between(&self, source: u16, target: u16) -> Option<Route> {
        let place = self.place(source, target);
        let latency = self.latencies.at(place)?;
        let jitter = self.jitters.as_ref().and_then(|jitters| jitters.at(place)).unwrap_or(0);
        let loss = self.losses.as_ref().map_or(0, |losses| losses[place]);
        Some(Route { latency, jitter, loss })
    }

    /// Begins to fetch what [`Routes::between`] will read.
    #[inline]
    pub(super) fn prefetch(&self, source: u16, target: u16) {
        let place = self.place(source, target);
        self.latencies.prefetch(place);
        if let Some(jitters) = &self.jitters {
            jitters.prefetch(place);
        }
        if let Some(losses) = &self.losses {
            memory::prefetch_start(&losses[place]);
        }
    }

    #[inline]
    fn place(&self, source: u16, target: u16) -> usize {
        usize::from(source) * self.used + usize::from(target)
    }

    /// Bytes of the table.
    pub(super) fn bytes(&self) -> usize {
        let losses = self.losses.as_ref().map_or(0, |losses| size_of_val(&losses[..]));
        self.latencies.bytes() + self.jitters.as_ref().map_or(0, Cells::bytes) + losses
    }

    /// The smallest latency of any route; that between hosts at one router is always there.
    pub(super) fn smallest(&self) -> Duration {
        let smallest = self.latencies.iter().flatten().min();
        Duration::from_nanos(smallest.expect("a host reaches others at its own router"))
    }

    /// Ordered pairs of used routers without a route.
    #[cfg(test)]
    fn unreachable(&self) -> usize {
        self.latencies.iter().filter(Option::is_none).count()
    }
}

/// The smallest latency of any route between the routers `used`, without a table: what
/// [`Routes::smallest`] would say.
pub(super) fn smallest(graph: &Graph, used: &[u32], config: &UnderlayConfig) -> Duration {
    let edges = Edges::new(graph, config);
    let (lines, ground) = (edges.lines(), Ground::new(&edges));
    let mut is_used = vec![false; edges.routers()];
    used.iter().for_each(|&router| is_used[router as usize] = true);
    let mut search = Search::new(&lines);
    let nearest = |router: u32| {
        let other = match config.routes {
            RouteChoice::Shortest => search.nearest(router, &is_used),
            RouteChoice::Direct => {
                let lines = lines.from(router).iter();
                lines.filter(|line| is_used[line.target as usize]).map(|line| line.latency).min()
            }
        };
        other.unwrap_or(u64::MAX).min(ground.latency_at(router))
    };
    let smallest = used.iter().copied().map(nearest).min().expect("at least one router is used");
    Duration::from_nanos(smallest * edges.latency_unit)
}

/// What a loss of this probability is among `2^31` draws. A loss above zero is never taken for
/// none: the smallest is one of them.
fn threshold(loss: f64) -> u32 {
    let draws = libm::round(loss.clamp(0.0, 1.0) * f64::from(1u32 << LOSS_BITS)) as u32;
    if loss > 0.0 { draws.max(1) } else { 0 }
}

/// What holds for all rows of a table.
struct Ground<'e, 'g> {
    edges: &'e Edges<'g>,
    /// The edge that leads from a router to itself.
    loops: Vec<Option<usize>>,
    latency_at_home: u64,
    has_jitter: bool,
    has_loss: bool,
}

impl<'e, 'g> Ground<'e, 'g> {
    fn new(edges: &'e Edges<'g>) -> Self {
        Ground {
            edges,
            loops: edges.loops(),
            latency_at_home: edges.latency_at_home(),
            has_jitter: edges.have_jitter(),
            has_loss: edges.have_loss(),
        }
    }

    /// What a packet takes between two hosts at this router, in units.
    fn latency_at(&self, router: u32) -> u64 {
        let own = self.loops[router as usize];
        own.map_or(self.latency_at_home, |place| self.edges.latency(place))
    }
}

/// The routes from one router to all used ones; of jitter and survival nothing if no edge has
/// any.
struct Row {
    latencies: Vec<Option<u64>>,
    jitters: Vec<u64>,
    survivals: Vec<f64>,
}

/// Fills in rows one after the other, on one thread.
struct Filler<'e, 'g> {
    ground: &'e Ground<'e, 'g>,
    search: Search<'e>,
    choice: RouteChoice,
    /// Sums of jitter and products of survival on the way from the source, by router.
    jitters: Vec<u64>,
    survivals: Vec<f64>,
}

impl<'e, 'g> Filler<'e, 'g> {
    fn new(ground: &'e Ground<'e, 'g>, search: Search<'e>, choice: RouteChoice) -> Self {
        let routers_if = |any: bool| if any { ground.edges.routers() } else { 0 };
        Filler {
            ground,
            search,
            choice,
            jitters: vec![0; routers_if(ground.has_jitter)],
            survivals: vec![1.0; routers_if(ground.has_loss)],
        }
    }

    fn row(&mut self, source: u32, used: &[u32]) -> Row {
        match self.choice {
            RouteChoice::Shortest => self.search.run(source),
            RouteChoice::Direct => self.search.run_direct(source),
        }
        self.add_up(source);
        let labels = self.search.labels();
        let latency = |&router: &u32| {
            let label = labels[router as usize];
            label.is_reached().then_some(label.latency)
        };
        let mut row = Row {
            latencies: used.iter().map(latency).collect(),
            jitters: pick(&self.jitters, used),
            survivals: pick(&self.survivals, used),
        };
        let home = used.binary_search(&source).expect("the source is one of the used routers");
        row.latencies[home] = Some(self.ground.latency_at(source));
        if let Some(place) = self.ground.loops[source as usize] {
            let edges = self.ground.edges;
            row.jitters.get_mut(home).into_iter().for_each(|cell| *cell = edges.jitter(place));
            row.survivals.get_mut(home).into_iter().for_each(|cell| *cell = edges.survival(place));
        }
        row
    }

    /// Adds up jitter and multiplies survival along the paths that have been found.
    fn add_up(&mut self, source: u32) {
        let (edges, labels) = (self.ground.edges, self.search.labels());
        let beyond = self.search.settled().iter().filter(|&&router| router != source);
        let steps = beyond.map(|&router| (router as usize, labels[router as usize]));
        if self.ground.has_jitter {
            self.jitters.fill(0);
            for (router, label) in steps.clone() {
                let before = self.jitters[label.before as usize];
                self.jitters[router] = before + edges.jitter(label.edge as usize);
            }
        }
        if self.ground.has_loss {
            self.survivals.fill(1.0);
            for (router, label) in steps {
                let before = self.survivals[label.before as usize];
                self.survivals[router] = before * edges.survival(label.edge as usize);
            }
        }
    }
}

/// The values of the used routers, of all or of none.
fn pick<T: Copy>(values: &[T], used: &[u32]) -> Vec<T> {
    let used = if values.is_empty() { &[] } else { used };
    used.iter().map(|&router| values[router as usize]).collect()
}

#[cfg(test)]
mod tests;
