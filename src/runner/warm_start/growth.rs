//! How a node's buckets filled in a network that grew node by node: first with those whom the
//! lookups of its join met, then with those who came later and met it.

use super::crowd::{Crowd, Member, Present, Subtree};
use super::draws::Draws;
use super::searches::{Searches, meet};
use crate::kademlia::message::PeerList;
use crate::kademlia::params::{Params, Stop};
use crate::protocol::NodeIndex;
use smallvec::SmallVec;

/// Nodes that a lookup with one request at a time meets on its way for each bit by which it comes
/// closer, measured in networks that grew: 0.38 with alpha = 1, 0.62 with 3, 0.88 with 5 and 1.25
/// with 10, whatever k and the size.
const MET_EACH_BIT: f64 = 0.38;

/// How far the lookups of a network reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    pub(super) k: usize,
    /// How many of the closest to its target a lookup asks.
    closest: usize,
    /// How many nodes a lookup meets on its way for each bit.
    pub(super) met_each_bit: f64,
}

impl Reach {
    pub(super) fn of(params: &Params) -> Self {
        let closest = match params.stop {
            Stop::KClosest => params.k,
            Stop::BetaClosest if params.follow_up => params.k,
            Stop::BetaClosest => params.beta,
            // Answers that name no closer node follow the closest one's.
            Stop::NoCloser => params.alpha.max(2) - 1,
        };
        let met_each_bit = MET_EACH_BIT * (params.alpha as f64).sqrt();
        Reach { k: params.k, closest, met_each_bit }
    }
}

/// What is known of each bucket before it is filled.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// Whether more than k are in the range.
    is_full: bool,
    /// Elders in the range.
    elders: usize,
    /// Those of them close to the owner whom the lookup of the own key found.
    closest: usize,
    /// Others whom that lookup met on its way.
    met: usize,
}

/// A node whose table is filled.
pub(super) struct Newcomer<'c> {
    owner: Member,
    reach: Reach,
    crowds: &'c [Crowd],
    /// Those who came before it.
    elders: Present<'c>,
    buckets: SmallVec<[Bucket; 64]>,
    /// How many buckets the node refreshed when it had joined.
    refreshed: usize,
}

impl<'c> Newcomer<'c> {
    /// `sizes` are the numbers of members in the ranges of the buckets.
    pub(super) fn new(
        owner: Member,
        reach: Reach,
        sizes: impl Iterator<Item = usize>,
        crowds: &'c [Crowd],
        draws: &mut Draws<'_>,
        searches: &mut Searches<'c>,
    ) -> Self {
        let elders = Present::before(owner.elders, crowds);
        let full = |size| Bucket { is_full: size > reach.k, ..Bucket::default() };
        let buckets = sizes.map(full).collect();
        let mut newcomer = Newcomer { owner, reach, crowds, elders, buckets, refreshed: 0 };
        newcomer.join(draws);
        searches.begin();
        for depth in 0..newcomer.refreshed {
            let Bucket { is_full, elders, .. } = newcomer.buckets[depth];
            if is_full && elders > reach.k {
                let range = Subtree::beside(owner.key, depth as u32);
                searches.plan(depth, range, newcomer.elders, reach, draws);
            }
        }
        searches.prefetch();
        newcomer
    }

    /// The lookup of the own key finds the closest and meets others. Then all buckets are
    /// refreshed that lie before the range around the own key in which no more than k are known.
    fn join(&mut self, draws: &mut Draws<'_>) {
        let Reach { k, closest: most, met_each_bit } = self.reach;
        let (mut closest, mut known) = (0, 0);
        for (depth, bucket) in self.buckets.iter_mut().enumerate().rev() {
            let elders = self.elders.count(Subtree::beside(self.owner.key, depth as u32), 3 * k);
            let found = elders.min(most.min(k) - closest);
            let met = draws.about(met_each_bit).min(elders - found);
            *bucket = Bucket { elders, closest: found, met, ..*bucket };
            closest += found;
            known += found + met;
            if known > k && self.refreshed == 0 {
                self.refreshed = depth + 1;
            }
        }
    }

    /// The contacts in a full bucket, whose range has more than k members.
    pub(super) fn fill(
        &self,
        depth: usize,
        draws: &mut Draws<'_>,
        searches: &mut Searches<'c>,
        peers: &mut PeerList<NodeIndex>,
    ) {
        let k = self.reach.k;
        let range = Subtree::beside(self.owner.key, depth as u32);
        let Bucket { elders, closest, met, .. } = self.buckets[depth];
        if depth < self.refreshed && elders > k {
            searches.carry_out(depth, self.reach, draws, peers);
        } else {
            let refreshed = depth < self.refreshed;
            let (closest, met) = if refreshed { (k, 0) } else { (closest, met) };
            if closest > 0 {
                searches.add_closest(range, self.elders, self.owner.key, closest, peers);
            }
            for _ in 0..met {
                meet(range, self.elders, draws, peers);
            }
        }
        self.add_younger(range, draws, peers);
        if peers.len() < k {
            // What is left when all have come, later refreshes fill.
            let all = Present::before(u32::MAX, self.crowds);
            searches.plan(depth, range, all, self.reach, draws);
            searches.carry_out(depth, self.reach, draws, peers);
        }
        draws.shuffle(peers);
    }

    /// Fills the places that are left with those who came later. One who comes looks up keys in
    /// the owner's half of the range: it meets the closest of those who are there by then.
    fn add_younger(&self, range: Subtree, draws: &Draws<'_>, peers: &mut PeerList<NodeIndex>) {
        let wanted = self.reach.k - peers.len();
        if wanted == 0 {
            return;
        }
        let most = self.reach.k as f64 * libm::exp2(f64::from(range.bits));
        let meets = |member: &&Member| {
            member.elders > self.owner.elders
                && f64::from(member.elders) * draws.share_with(member.node) < most
        };
        let mut younger: SmallVec<[(u32, NodeIndex); 128]> = SmallVec::new();
        let enough = self.crowds.len() - self.elders.crowds().len();
        for crowd in self.crowds[..=enough].iter().rev() {
            let members = crowd.within(range).iter().filter(meets);
            younger.clear();
            younger.extend(members.map(|member| (member.elders, member.node)));
            if younger.len() >= wanted {
                break;
            }
        }
        younger.sort_unstable();
        peers.extend(younger.iter().take(wanted).map(|&(_, node)| node));
    }
}
