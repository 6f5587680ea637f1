//! How a node's buckets filled in a network that grew node by node: first with those whom the
//! lookups of its join met, then with those who came later and met it.

use super::crowd::{Crowd, Member, Present, Subtree};
use super::draws::Draws;
use crate::kademlia::message::PeerList;
use crate::kademlia::params::{Params, Stop};
use crate::protocol::NodeIndex;
use smallvec::SmallVec;

/// Nodes that a lookup with one request at a time meets on its way for each bit by which it comes
/// closer, measured in networks that grew: 0.38 with alpha = 1, 0.62 with 3, 0.88 with 5 and 1.25
/// with 10, whatever k and the size.
const MET_EACH_BIT: f64 = 0.38;

/// Who is met on the way is one whom many know: as often as this, one of the elder half only; as
/// often again, of the elder half of these, and so on. The share of those met who are among the
/// eldest x is then about the square root of x.
const FROM_ELDER_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// How far the lookups of a network reach.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    k: usize,
    /// How many of the closest to its target a lookup asks.
    closest: usize,
    /// How many nodes a lookup meets on its way for each bit.
    met_each_bit: f64,
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
    /// `depths` is the number of buckets.
    pub(super) fn new(
        owner: Member,
        reach: Reach,
        depths: usize,
        crowds: &'c [Crowd],
        draws: &mut Draws<'_>,
    ) -> Self {
        let elders = Present::before(owner.elders, crowds);
        let buckets = SmallVec::from_elem(Bucket::default(), depths);
        let mut newcomer = Newcomer { owner, reach, crowds, elders, buckets, refreshed: 0 };
        newcomer.join(draws);
        newcomer
    }

    /// The lookup of the own key finds the closest and meets others. Then all buckets are
    /// refreshed that lie before the range around the own key in which no more than k are known.
    fn join(&mut self, draws: &mut Draws<'_>) {
        let Reach { k, closest: most, met_each_bit } = self.reach;
        let (mut closest, mut known) = (0, 0);
        for (depth, bucket) in self.buckets.iter_mut().enumerate().rev() {
            let elders = self.elders.count(Subtree::beside(self.owner.key, depth as u32), 4 * k);
            let found = elders.min(most.min(k) - closest);
            let met = draws.about(met_each_bit).min(elders - found);
            *bucket = Bucket { elders, closest: found, met };
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
        peers: &mut PeerList<NodeIndex>,
    ) {
        let k = self.reach.k;
        let range = Subtree::beside(self.owner.key, depth as u32);
        let Bucket { elders, closest, met } = self.buckets[depth];
        if depth < self.refreshed && elders > k {
            look_up(range, self.elders, self.reach, draws, peers);
        } else if depth < self.refreshed {
            self.elders.add_closest(range, self.owner.key, k, 0, peers);
        } else {
            self.elders.add_closest(range, self.owner.key, closest, 0, peers);
            for _ in 0..met {
                meet(range, self.elders, draws, peers);
            }
        }
        self.add_younger(range, draws, peers);
        if peers.len() < k {
            // What is left when all have come, later refreshes fill.
            let all = Present::before(u32::MAX, self.crowds);
            look_up(range, all, self.reach, draws, peers);
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

/// A lookup of a random key in the range, which meets some on its way to the closest. These take
/// the places that are left.
fn look_up(
    range: Subtree,
    present: Present<'_>,
    reach: Reach,
    draws: &mut Draws<'_>,
    peers: &mut PeerList<NodeIndex>,
) {
    let known = peers.len();
    let target = range.key(draws.bits());
    let mut around: SmallVec<[_; 64]> = SmallVec::from_slice(&[range]);
    loop {
        let last = around[around.len() - 1];
        let closer = Subtree::around(target, last.bits + 1);
        if present.count(closer, 4 * reach.k) <= reach.k {
            break;
        }
        for _ in 0..draws.about(reach.met_each_bit) {
            if peers.len() < reach.k {
                meet(closer.sibling(), present, draws, peers);
            }
        }
        around.push(closer);
    }
    // Who was met on the way is not in the last subtree.
    let mut first = known;
    while peers.len() < reach.k
        && let Some(subtree) = around.pop()
    {
        present.add_closest(subtree, target, reach.k - peers.len(), first, peers);
        first = peers.len();
    }
}

/// Meets one of those present in a subtree.
fn meet(
    subtree: Subtree,
    present: Present<'_>,
    draws: &mut Draws<'_>,
    peers: &mut PeerList<NodeIndex>,
) {
    // Not so often that hardly one is left in the subtree.
    let most = (present.expected(subtree).max(1).ilog2() as usize).min(present.crowds().len() - 1);
    let halvings = draws.in_a_row(FROM_ELDER_HALF).min(most);
    let near = subtree.key(draws.bits());
    for halvings in (0..=halvings).rev() {
        let mut members = present.from(near, subtree, halvings);
        if let Some(member) = members.find(|member| !peers.contains(&member.node)) {
            peers.push(member.node);
            return;
        }
    }
}
