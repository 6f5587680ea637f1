//! Grid, torus and tree.

use super::{Pairs, Positions};

/// Rows of `columns`, each vertex connected to the one to the right and the one below. Lies in the
/// plane with a distance of 1.
pub fn grid(vertices: u32, columns: Option<u32>) -> (Pairs, Positions) {
    let square = || libm::ceil(libm::sqrt(f64::from(vertices))) as u32;
    let columns = columns.unwrap_or_else(square);
    let mut edges = Pairs::new();
    for vertex in 0..vertices {
        if vertex % columns + 1 < columns && vertex + 1 < vertices {
            edges.push((vertex, vertex + 1));
        }
        if let Some(below) = vertex.checked_add(columns).filter(|&below| below < vertices) {
            edges.push((vertex, below));
        }
    }
    let place = |vertex| [f64::from(vertex % columns), f64::from(vertex / columns)];
    (edges, (0..vertices).map(place).collect())
}

/// Whole rows of `columns`, each vertex connected to the one to the right and the one below, the
/// last of a row or column to its first. A row or column of two has one edge, of one none.
pub fn torus(vertices: u32, columns: Option<u32>) -> Pairs {
    let columns = columns.unwrap_or_else(|| squarest(vertices));
    let rows = vertices / columns;
    let mut edges = Pairs::new();
    for vertex in 0..vertices {
        let (row, column) = (vertex / columns, vertex % columns);
        if columns > 2 || column + 1 < columns {
            edges.push((vertex, row * columns + (column + 1) % columns));
        }
        if rows > 2 || row + 1 < rows {
            edges.push((vertex, (row + 1) % rows * columns + column));
        }
    }
    edges
}

/// The smallest divisor that is no less than the root.
fn squarest(vertices: u32) -> u32 {
    let root = libm::sqrt(f64::from(vertices)) as u32;
    let shorter = (1..=root).rev().find(|&side| vertices.is_multiple_of(side));
    vertices / shorter.expect("one divides everything")
}

/// A full tree of this branching, level by level.
pub fn tree(vertices: u32, branching: u32) -> Pairs {
    (1..vertices).map(|vertex| ((vertex - 1) / branching, vertex)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{degrees, made};
    use super::squarest;
    use crate::graph::config::GraphConfig;

    #[test]
    fn a_grid_of_whole_rows() {
        // 3 rows of 4: 3 * 3 edges along rows, 2 * 4 down.
        let grid = made(&GraphConfig::Grid { columns: Some(4) }, 12);
        assert_eq!(grid.edges.len(), 17);
        assert_eq!(grid.adjacency().neighbours(5), [1, 4, 6, 9]);
        assert_eq!(grid.adjacency().neighbours(3), [2, 7]);
        assert_eq!(grid.vertices[7].position, Some([3.0, 1.0]));
    }

    #[test]
    fn a_grid_whose_last_row_is_short() {
        // As square as possible: rows of 3, 3 and 1.
        let grid = made(&GraphConfig::Grid { columns: None }, 7);
        assert_eq!(grid.adjacency().neighbours(6), [3]);
        assert_eq!(grid.edges.len(), 8);
        let line = made(&GraphConfig::Grid { columns: Some(1) }, 4);
        assert_eq!(degrees(&line), [1, 2, 2, 1]);
    }

    #[test]
    fn a_torus_has_no_border() {
        let torus = made(&GraphConfig::Torus { columns: None }, 12);
        assert_eq!(torus.edges.len(), 24);
        assert!(degrees(&torus).iter().all(|&degree| degree == 4));
        assert_eq!(torus.adjacency().neighbours(0), [1, 3, 4, 8]);
        assert_eq!([1, 2, 12, 36, 97].map(squarest), [1, 2, 4, 6, 97]);
    }

    #[test]
    fn a_narrow_torus_repeats_no_edge() {
        let torus = |n, columns| made(&GraphConfig::Torus { columns: Some(columns) }, n);
        assert_eq!(degrees(&torus(6, 2)), [3; 6]);
        assert_eq!(degrees(&torus(4, 2)), [2; 4]);
        assert_eq!(torus(5, 5).adjacency(), made(&GraphConfig::Ring, 5).adjacency());
        assert_eq!(degrees(&torus(1, 1)), [0]);
    }

    #[test]
    fn a_tree_has_parents() {
        let tree = made(&GraphConfig::Tree { branching: 3 }, 14);
        assert_eq!(tree.edges.len(), 13);
        let adjacency = tree.adjacency();
        assert_eq!(adjacency.neighbours(0), [1, 2, 3]);
        assert_eq!(adjacency.neighbours(4), [1, 13]);
        assert_eq!(degrees(&made(&GraphConfig::Tree { branching: 1 }, 4)), [1, 2, 2, 1]);
    }
}
