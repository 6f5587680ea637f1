//! Which nodes others can open an exchange with, and which of them serve: by class, computed from a
//! node's index and never stored.

use super::config::{ClassConfig, Mode};
use super::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::Seed;

/// What a packet is to the exchange that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It opens one: a request.
    Opens,
    /// It belongs to one that its receiver has opened: an answer.
    Answers,
}

/// How the nodes of a run can be reached.
#[derive(Clone, Debug)]
pub struct Reach {
    classes: Placement,
    kinds: Box<[Kind]>,
}

/// What the nodes of one class have in common.
#[derive(Clone, Copy, Debug)]
struct Kind {
    dialable: bool,
    mode: Mode,
}

impl Reach {
    /// That of nodes of these classes; `None` if all are servers that can be dialled, where there
    /// is nothing to ask.
    ///
    /// # Panics
    /// If there is no class, or none has a share.
    pub fn new(classes: &[ClassConfig], seed: Seed) -> Option<Self> {
        let kind = |class: &ClassConfig| Kind { dialable: class.dialable, mode: class.mode };
        let kinds: Box<[Kind]> = classes.iter().map(kind).collect();
        if kinds.iter().all(|kind| kind.dialable && kind.mode == Mode::Server) {
            return None;
        }
        let shares: Vec<f64> = classes.iter().map(|class| class.share).collect();
        Some(Reach { classes: Placement::by_share(seed, placement::CLASS, &shares), kinds })
    }

    fn kind(&self, node: NodeIndex) -> Kind {
        self.kinds[self.classes.of(node)]
    }

    /// Whether others can open an exchange with this node.
    pub fn is_dialable(&self, node: NodeIndex) -> bool {
        self.kind(node).dialable
    }

    /// Whether it answers what others ask.
    pub fn serves(&self, node: NodeIndex) -> bool {
        self.kind(node).mode == Mode::Server
    }

    /// Whether it answers anyone: a server that can be dialled.
    pub fn is_open(&self, node: NodeIndex) -> bool {
        let Kind { dialable, mode } = self.kind(node);
        dialable && mode == Mode::Server
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(share: f64, dialable: bool, mode: Mode) -> ClassConfig {
        ClassConfig { share, dialable, mode, ..ClassConfig::unlimited("some") }
    }

    #[test]
    fn where_all_are_open_there_is_nothing_to_ask() {
        let classes = [class(0.5, true, Mode::Server), class(0.5, true, Mode::Server)];
        assert!(Reach::new(&classes, Seed(1)).is_none());
    }

    /// Five standard deviations of a share of 10,000 nodes are at most 250.
    #[test]
    fn nodes_are_as_their_classes_say() {
        let classes = [
            class(0.5, true, Mode::Server),
            class(0.3, false, Mode::Server),
            class(0.2, false, Mode::Client),
        ];
        let reach = Reach::new(&classes, Seed(1)).expect("some are not open");
        let count =
            |is: &dyn Fn(NodeIndex) -> bool| (0..10_000).map(NodeIndex).filter(|&n| is(n)).count();
        assert!(count(&|node| reach.is_dialable(node)).abs_diff(5_000) < 250);
        assert!(count(&|node| reach.serves(node)).abs_diff(8_000) < 250);
        assert_eq!(count(&|node| reach.is_open(node)), count(&|node| reach.is_dialable(node)));
        // The class is the one that decides about a node's links.
        let placed = Placement::by_share(Seed(1), placement::CLASS, &[0.5, 0.3, 0.2]);
        assert!((0..1_000).map(NodeIndex).all(|n| reach.serves(n) == (placed.of(n) < 2)));
    }
}
