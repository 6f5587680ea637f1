//! The lookups that fill a node's buckets: all are planned before the first is carried out, so that
//! what they look at is on its way from memory meanwhile.

use super::crowd::{Near, Present, Subtree};
use super::draws::Draws;
use super::growth::Reach;
use crate::kademlia::key::Key64;
use crate::kademlia::message::PeerList;
use crate::protocol::NodeIndex;
use std::ops::Range;

/// A lookup of a random key in a range, which meets some on its way to the closest. These take
/// the places that are left.
struct Search<'c> {
    depth: usize,
    target: Key64,
    present: Present<'c>,
    /// Those around the target among whom the closest are, unless these are too few.
    around: Subtree,
    /// The range of the bucket.
    range: Subtree,
    /// Where it meets someone before that.
    meetings: Range<usize>,
    /// How many it meets in the sibling of `around`, if that is on its way.
    beside: usize,
}

/// Someone met: who of a subtree, in a crowd that was halved so often.
struct Meeting {
    subtree: Subtree,
    near: Key64,
    halvings: usize,
}

/// The lookups of one node.
#[derive(Default)]
pub(super) struct Searches<'c> {
    searches: Vec<Search<'c>>,
    meetings: Vec<Meeting>,
    near: Near<'c>,
}

impl<'c> Searches<'c> {
    /// Forgets those planned before.
    pub(super) fn begin(&mut self) {
        self.searches.clear();
        self.meetings.clear();
    }

    /// Plans the lookup that fills a bucket from those present.
    pub(super) fn plan(
        &mut self,
        depth: usize,
        range: Subtree,
        present: Present<'c>,
        reach: Reach,
        draws: &mut Draws<'_>,
    ) {
        let target = range.key(draws.bits());
        let first = self.meetings.len();
        let mut around = range;
        let mut beside = 0;
        // Where twice as many are to be expected as are wanted, there are enough.
        while present.expected(around) > 2 * reach.k {
            around = Subtree::around(target, around.bits + 1);
            beside = draws.about(reach.met_each_bit);
            for _ in 0..beside {
                self.meetings.push(Meeting::draw(around.sibling(), present, draws));
            }
        }
        let meetings = first..self.meetings.len();
        self.searches.push(Search { depth, target, present, around, range, meetings, beside });
    }

    /// Begins to fetch what the lookups look at.
    pub(super) fn prefetch(&self) {
        for search in &self.searches {
            let crowds = search.present.crowds();
            for meeting in &self.meetings[search.meetings.clone()] {
                crowds[meeting.halvings].prefetch_cell(meeting.near);
            }
            crowds[0].prefetch_cell(Key64(search.around.first));
        }
        for search in &self.searches {
            let crowds = search.present.crowds();
            for meeting in &self.meetings[search.meetings.clone()] {
                crowds[meeting.halvings].prefetch_beside(meeting.near);
            }
            crowds[0].prefetch_within(search.around);
        }
    }

    /// The lookup that was planned last for this bucket.
    pub(super) fn carry_out(
        &mut self,
        depth: usize,
        reach: Reach,
        draws: &mut Draws<'_>,
        peers: &mut PeerList<NodeIndex>,
    ) {
        let found = self.searches.iter().rfind(|search| search.depth == depth);
        let Search { target, present, mut around, range, ref meetings, beside, .. } =
            *found.expect("a lookup is planned before it is carried out");
        self.near.gather(around, target, present);
        // How many peers there are of whom some may be among the closest.
        let mut known = peers.len();
        // Who is met where few are left takes no place from those closest.
        let mut within = self.near.len();
        let meetings = meetings.start..meetings.end - if within > reach.k { 0 } else { beside };
        for meeting in &self.meetings[meetings] {
            if peers.len() < reach.k {
                meeting.meet(present, peers);
            }
        }
        let mut closer = around;
        while within > reach.k {
            closer = Subtree::around(target, closer.bits + 1);
            within = self.near.sharing(closer.bits);
            if within > reach.k {
                for _ in 0..draws.about(reach.met_each_bit) {
                    if peers.len() < reach.k {
                        meet(closer.sibling(), present, draws, peers);
                        known = peers.len();
                    }
                }
            }
        }
        self.near.add_closest(reach.k - peers.len(), known, peers);
        while peers.len() < reach.k && around.bits > range.bits {
            let farther = around.sibling();
            around = Subtree::around(target, around.bits - 1);
            self.near.gather(farther, target, present);
            // Here some were met on the way.
            self.near.add_closest(reach.k - peers.len(), peers.len(), peers);
        }
    }

    /// Adds the `count` of those present in a subtree that are closest to a key.
    pub(super) fn add_closest(
        &mut self,
        subtree: Subtree,
        present: Present<'c>,
        target: Key64,
        count: usize,
        peers: &mut PeerList<NodeIndex>,
    ) {
        self.near.gather(subtree, target, present);
        self.near.add_closest(count, 0, peers);
    }
}

impl Meeting {
    /// Who is met on the way is one whom many know: as often as 1 in sqrt(2) times, one of the
    /// elder half only; as often again, of the elder half of these, and so on. The share of those
    /// met who are among the eldest x is then about the square root of x.
    fn draw(subtree: Subtree, present: Present<'_>, draws: &mut Draws<'_>) -> Self {
        // Not so often that hardly one is left in the subtree.
        let most = present.expected(subtree).max(1).ilog2() as usize;
        let halvings = draws.halvings().min(most).min(present.crowds().len() - 1);
        Meeting { subtree, near: subtree.key(draws.bits()), halvings }
    }

    fn meet(&self, present: Present<'_>, peers: &mut PeerList<NodeIndex>) {
        if let Some(node) = present.beside(self.near, self.subtree, self.halvings)
            && !peers.contains(&node)
        {
            return peers.push(node);
        }
        for halvings in (0..=self.halvings).rev() {
            let mut members = present.from(self.near, self.subtree, halvings);
            if let Some(member) = members.find(|member| !peers.contains(&member.node)) {
                return peers.push(member.node);
            }
        }
    }
}

/// Meets one of those present in a subtree.
pub(super) fn meet(
    subtree: Subtree,
    present: Present<'_>,
    draws: &mut Draws<'_>,
    peers: &mut PeerList<NodeIndex>,
) {
    Meeting::draw(subtree, present, draws).meet(present, peers);
}
