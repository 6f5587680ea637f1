//! Disjoint paths between two vertices, one after another, each found from both ends: in a
//! network of short paths a search then touches little of the graph, whatever its size.
//!
//! Vertices other than the two have room for one path. So each has two places, one at which paths
//! come in and one at which they go out, and a search may take back steps of earlier paths.

use crate::graph::Adjacency;

/// No vertex.
const NONE: u32 = u32::MAX;

/// Where a search is: at a vertex before it has been passed through, or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    In(u32),
    Out(u32),
}

impl Place {
    fn index(self) -> usize {
        match self {
            Place::In(vertex) => 2 * vertex as usize,
            Place::Out(vertex) => 2 * vertex as usize + 1,
        }
    }
}

/// Paths of one graph.
#[derive(Debug)]
pub struct Flow<'g> {
    graph: &'g Adjacency,
    backward: &'g Adjacency,
    source: u32,
    target: u32,
    /// From where the path through a vertex comes to it, and where it goes on to.
    before: Vec<u32>,
    after: Vec<u32>,
    /// The vertices of which those may be set.
    touched: Vec<u32>,
    ahead: Half,
    back: Half,
}

/// A search from one end.
#[derive(Debug)]
struct Half {
    /// The number of the last search that was at a place.
    seen: Vec<u32>,
    /// The place from which it came there.
    from: Vec<Place>,
    open: Vec<Place>,
    search: u32,
}

impl Half {
    fn of(vertices: usize) -> Self {
        Half {
            seen: vec![0; 2 * vertices],
            from: vec![Place::In(NONE); 2 * vertices],
            open: Vec::new(),
            search: 0,
        }
    }

    fn begin(&mut self, place: Place) {
        if self.search == u32::MAX {
            self.seen.fill(0);
            self.search = 0;
        }
        self.search += 1;
        self.open.clear();
        self.open.push(place);
        self.seen[place.index()] = self.search;
    }

    fn has_seen(&self, place: Place) -> bool {
        self.seen[place.index()] == self.search
    }

    /// Notes that `place` was reached; says whether for the first time.
    fn reach(&mut self, place: Place, from: Place) -> bool {
        let is_new = !self.has_seen(place);
        if is_new {
            self.seen[place.index()] = self.search;
            self.from[place.index()] = from;
        }
        is_new
    }
}

impl<'g> Flow<'g> {
    /// For paths of a graph whose edges, the other way round, are `backward`.
    pub fn new(graph: &'g Adjacency, backward: &'g Adjacency) -> Self {
        let vertices = graph.vertices();
        Flow {
            graph,
            backward,
            source: NONE,
            target: NONE,
            before: vec![NONE; vertices],
            after: vec![NONE; vertices],
            touched: Vec::new(),
            ahead: Half::of(vertices),
            back: Half::of(vertices),
        }
    }

    /// The number of paths from `source` to `target`, between which no edge leads, that share no
    /// other vertex; `enough` if there are that many.
    pub fn paths(&mut self, source: u32, target: u32, enough: u32) -> u32 {
        (self.source, self.target) = (source, target);
        let mut found = 0;
        while found < enough
            && let Some(middle) = self.search()
        {
            self.take(middle);
            found += 1;
        }
        for vertex in self.touched.drain(..) {
            self.before[vertex as usize] = NONE;
            self.after[vertex as usize] = NONE;
        }
        found
    }

    /// Searches for one path more; gives a place on it that both ends lead to.
    fn search(&mut self) -> Option<Place> {
        self.ahead.begin(Place::Out(self.source));
        self.back.begin(Place::In(self.target));
        let mut next = Vec::new();
        while !self.ahead.open.is_empty() && !self.back.open.is_empty() {
            let is_ahead = self.ahead.open.len() <= self.back.open.len();
            let half = if is_ahead { &mut self.ahead } else { &mut self.back };
            let open = std::mem::take(&mut half.open);
            for &place in &open {
                let begin = next.len();
                match is_ahead {
                    true => self.steps_from(place, &mut next),
                    false => self.steps_to(place, &mut next),
                }
                let (half, other) = match is_ahead {
                    true => (&mut self.ahead, &self.back),
                    false => (&mut self.back, &self.ahead),
                };
                let mut kept = begin;
                for step in begin..next.len() {
                    let reached = next[step];
                    if half.reach(reached, place) {
                        if other.has_seen(reached) {
                            return Some(reached);
                        }
                        next[kept] = reached;
                        kept += 1;
                    }
                }
                next.truncate(kept);
            }
            let half = if is_ahead { &mut self.ahead } else { &mut self.back };
            half.open = std::mem::take(&mut next);
        }
        None
    }

    fn is_passed(&self, vertex: u32) -> bool {
        self.before[vertex as usize] != NONE
    }

    /// Whether a path has the edge.
    fn is_used(&self, from: u32, to: u32) -> bool {
        match to == self.target {
            true => self.after[from as usize] == to,
            false => self.before[to as usize] == from,
        }
    }

    /// Where one can go on to.
    fn steps_from(&self, place: Place, steps: &mut Vec<Place>) {
        match place {
            Place::In(vertex) => match self.before[vertex as usize] {
                NONE => steps.push(Place::Out(vertex)),
                before if before != self.source => steps.push(Place::Out(before)),
                _ => {}
            },
            Place::Out(vertex) => {
                let others = self.graph.neighbours(vertex).iter().copied();
                let free = others.filter(|&to| to != self.source && !self.is_used(vertex, to));
                steps.extend(free.map(Place::In));
                if vertex != self.source && self.is_passed(vertex) {
                    steps.push(Place::In(vertex));
                }
            }
        }
    }

    /// From where one can come.
    fn steps_to(&self, place: Place, steps: &mut Vec<Place>) {
        match place {
            Place::In(vertex) => {
                let others = self.backward.neighbours(vertex).iter().copied();
                let free =
                    others.filter(|&from| from != self.target && !self.is_used(from, vertex));
                steps.extend(free.map(Place::Out));
                if vertex != self.target && self.is_passed(vertex) {
                    steps.push(Place::Out(vertex));
                }
            }
            Place::Out(vertex) => match self.after[vertex as usize] {
                _ if vertex == self.source => {}
                NONE => steps.push(Place::In(vertex)),
                after if after != self.target => steps.push(Place::In(after)),
                _ => {}
            },
        }
    }

    /// Takes the path through `middle`: first what it takes back of others, then what it adds.
    fn take(&mut self, middle: Place) {
        let mut places = vec![middle];
        let (mut first, mut last) = (middle, middle);
        while first != Place::Out(self.source) {
            first = self.ahead.from[first.index()];
            places.push(first);
        }
        places.reverse();
        while last != Place::In(self.target) {
            last = self.back.from[last.index()];
            places.push(last);
        }
        let steps = || places.windows(2).map(|pair| (pair[0], pair[1]));
        for step in steps() {
            if let (Place::In(to), Place::Out(from)) = step
                && from != to
            {
                self.before[to as usize] = NONE;
                self.after[from as usize] = NONE;
            }
        }
        for step in steps() {
            if let (Place::Out(from), Place::In(to)) = step
                && from != to
            {
                if from != self.source {
                    self.after[from as usize] = to;
                    self.touched.push(from);
                }
                if to != self.target {
                    self.before[to as usize] = from;
                    self.touched.push(to);
                }
            }
        }
    }
}
