//! Who has whom as a neighbour while a graph is being made.

/// The neighbours of each vertex, in ascending order.
pub struct Neighbourhoods(Vec<Vec<u32>>);

impl Neighbourhoods {
    /// Vertices without neighbours.
    pub fn new(vertices: u32) -> Self {
        Neighbourhoods(vec![Vec::new(); vertices as usize])
    }

    /// Number of neighbours of a vertex.
    pub fn degree(&self, vertex: u32) -> usize {
        self.0[vertex as usize].len()
    }

    /// Whether two vertices are connected.
    pub fn are_connected(&self, one: u32, other: u32) -> bool {
        self.0[one as usize].binary_search(&other).is_ok()
    }

    /// Connects two different vertices unless they are; `false` if they are one, or were already.
    pub fn connect(&mut self, one: u32, other: u32) -> bool {
        if one == other {
            return false;
        }
        let Err(place) = self.0[one as usize].binary_search(&other) else { return false };
        self.0[one as usize].insert(place, other);
        let place = self.0[other as usize].binary_search(&one);
        let place = place.expect_err("an edge stands at both of its ends");
        self.0[other as usize].insert(place, one);
        true
    }

    /// Takes the edge between two vertices away.
    ///
    /// # Panics
    /// If there is none.
    pub fn disconnect(&mut self, one: u32, other: u32) {
        for (vertex, neighbour) in [(one, other), (other, one)] {
            let place = self.0[vertex as usize].binary_search(&neighbour);
            self.0[vertex as usize].remove(place.expect("the edge is there"));
        }
    }
}
