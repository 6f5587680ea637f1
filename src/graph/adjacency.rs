//! Who is next to whom: all neighbours of all vertices in one array, 4 bytes each, so that
//! the graph of a million routing tables fits.

/// The neighbours of each vertex, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjacency {
    /// Whether having a neighbour says nothing about being one.
    directed: bool,
    /// The neighbours of vertex `v` are `targets[starts[v]..starts[v + 1]]`.
    starts: Box<[usize]>,
    targets: Box<[u32]>,
}

impl Adjacency {
    /// The neighbours along these edges, of which several with the same ends count as one. A
    /// loop makes a vertex its own neighbour. Edges of a graph that is not `directed` lead both
    /// ways.
    ///
    /// # Panics
    /// If an edge names a vertex that is not below `vertices`.
    pub fn new(
        vertices: usize,
        edges: impl Iterator<Item = (u32, u32)> + Clone,
        directed: bool,
    ) -> Self {
        let back = |&(source, target): &(u32, u32)| !directed && source != target;
        let ways = edges.clone().chain(edges.filter(back).map(|(source, target)| (target, source)));
        let mut starts = vec![0usize; vertices + 1];
        ways.clone().for_each(|(source, _)| starts[source as usize + 1] += 1);
        (0..vertices).for_each(|vertex| starts[vertex + 1] += starts[vertex]);
        let mut targets = vec![0u32; starts[vertices]];
        let mut next = starts.clone();
        for (source, target) in ways {
            assert!((target as usize) < vertices, "an edge leads to one of the vertices");
            let place = &mut next[source as usize];
            targets[*place] = target;
            *place += 1;
        }
        Self::in_order(starts, targets, directed)
    }

    /// Sorts each vertex's neighbours and leaves repeated ones out, in place.
    fn in_order(mut starts: Vec<usize>, mut targets: Vec<u32>, directed: bool) -> Self {
        let (mut kept, mut start) = (0, 0);
        for next_start in starts.iter_mut().skip(1) {
            let end = *next_start;
            targets[start..end].sort_unstable();
            let first = kept;
            for place in start..end {
                if kept == first || targets[kept - 1] != targets[place] {
                    targets[kept] = targets[place];
                    kept += 1;
                }
            }
            (*next_start, start) = (kept, end);
        }
        targets.truncate(kept);
        Adjacency { directed, starts: starts.into(), targets: targets.into() }
    }

    /// Whether having a neighbour says nothing about being one.
    pub fn is_directed(&self) -> bool {
        self.directed
    }

    /// Number of vertices.
    pub fn vertices(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of edges: pairs of neighbours if not directed, each loop one.
    pub fn edges(&self) -> usize {
        if self.directed { self.targets.len() } else { (self.targets.len() + self.loops()) / 2 }
    }

    /// Number of vertices that are their own neighbours.
    pub fn loops(&self) -> usize {
        (0..self.vertices() as u32).filter(|&v| self.are_neighbours(v, v)).count()
    }

    /// Number of edges, one that leads both ways counted for each.
    pub fn arcs_count(&self) -> usize {
        self.targets.len()
    }

    /// The vertices to which an edge leads from this one, in ascending order.
    #[inline]
    pub fn neighbours(&self, vertex: u32) -> &[u32] {
        let vertex = vertex as usize;
        &self.targets[self.starts[vertex]..self.starts[vertex + 1]]
    }

    /// Whether an edge leads from `source` to `target`.
    pub fn are_neighbours(&self, source: u32, target: u32) -> bool {
        self.neighbours(source).binary_search(&target).is_ok()
    }

    /// Every edge by its ends; one that leads both ways comes once for each.
    pub fn arcs(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        (0..self.vertices() as u32)
            .flat_map(|source| self.neighbours(source).iter().map(move |&target| (source, target)))
    }

    /// The same without directions and loops: who is connected with whom at all.
    pub fn undirected(&self) -> Self {
        let edges = self.arcs().filter(|(source, target)| source != target);
        Self::new(self.vertices(), edges, false)
    }

    /// The same vertices with every edge the other way round.
    pub fn reversed(&self) -> Self {
        let edges = self.arcs().map(|(source, target)| (target, source));
        Self::new(self.vertices(), edges, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_in_order_and_count_once() {
        let edges = [(2, 0), (0, 1), (0, 2), (1, 1)];
        let both = Adjacency::new(4, edges.into_iter(), false);
        assert_eq!(
            [0, 1, 2, 3].map(|vertex| both.neighbours(vertex).to_vec()),
            [vec![1, 2], vec![0, 1], vec![0], vec![]]
        );
        assert_eq!((both.vertices(), both.edges()), (4, 3));
        let one = Adjacency::new(4, edges.into_iter(), true);
        assert_eq!((one.neighbours(0), one.neighbours(1), one.edges()), (&[1, 2][..], &[1][..], 4));
        assert_eq!(one.reversed().neighbours(0), [2]);
        assert_eq!(one.reversed().reversed(), one);
        let undirected = one.undirected();
        assert_eq!(
            [0, 1, 2].map(|vertex| undirected.neighbours(vertex).to_vec()),
            [vec![1, 2], vec![0], vec![0]]
        );
        assert_eq!((undirected.is_directed(), undirected.edges()), (false, 2));
    }
}
