//! Whom a node joins through, where that is drawn.

use super::{ABSENT, Population};
use crate::protocol::NodeIndex;
use crate::rng::{Purpose, Seed, Stream};
use crate::time::Instant;
use rand::RngExt;

/// How many nodes that are not there yet are passed over before a joining node is told of fewer
/// than it wants.
const MOST_PASSED_OVER: usize = 1_000;

impl Population {
    /// Up to `count` different nodes for `node` to join through, as a list of bootstrap nodes or
    /// a tracker would name them: servers that can be dialled; `position` is where its stream of contacts stands, and
    /// `undivided_now` the present if packets need not stay until the horizon.
    ///
    /// They are drawn from those online at the horizon, as no packet reaches one before. Where
    /// one can (`undivided`), those who are not there yet are passed over, and if most are not,
    /// fewer are found than are wanted.
    pub(in crate::runner) fn contacts_for(
        &self,
        seed: Seed,
        node: NodeIndex,
        count: usize,
        position: &mut u64,
        undivided_now: Option<Instant>,
    ) -> Vec<NodeIndex> {
        let others = self.online.len() - usize::from(self.places[node.get()] != ABSENT);
        let wanted = count.min(others);
        let mut contacts: Vec<NodeIndex> = Vec::with_capacity(wanted);
        let index = u64::from(node.0);
        let mut stream = Stream::resume(seed, Purpose::Contacts, index, *position);
        // Who comes with a crowd is not told of the crowd, which knows nobody yet.
        let has_come = |other| self.let_go.binary_search(&other).is_err();
        let is_there = |other| {
            self.is_open(other)
                && has_come(other)
                && undivided_now.is_none_or(|now| self.is_online(other, now))
        };
        let mut passed_over = 0;
        while contacts.len() < wanted && passed_over < MOST_PASSED_OVER {
            let drawn = self.online[stream.random_range(0..self.online.len())];
            if !is_there(drawn) {
                passed_over += 1;
            } else if drawn != node && !contacts.contains(&drawn) {
                contacts.push(drawn);
            }
        }
        *position = stream.position();
        contacts
    }
}
