//! Those who had come by some time, in the order of their keys.

use crate::kademlia::key::Key64;
use crate::kademlia::message::PeerList;
use crate::memory;
use crate::protocol::NodeIndex;
use std::ops::Range;

/// A node, and how many came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    pub(super) key: Key64,
    pub(super) elders: u32,
    pub(super) node: NodeIndex,
}

/// The keys that begin with the same `bits` bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subtree {
    /// The first of the keys.
    pub(super) first: u64,
    /// How many bits they share.
    pub(super) bits: u32,
}

impl Subtree {
    /// The keys that share exactly `depth` bits with `key`.
    pub(super) fn beside(key: Key64, depth: u32) -> Self {
        Self::around(key, depth + 1).sibling()
    }

    /// The keys that share at least `bits` bits, not 0, with `key`.
    pub(super) fn around(key: Key64, bits: u32) -> Self {
        Subtree { first: key.0 & !(u64::MAX >> 1 >> (bits - 1)), bits }
    }

    /// The other half of the subtree that this one is a half of.
    pub(super) fn sibling(self) -> Self {
        Subtree { first: self.first ^ 1 << (64 - self.bits), bits: self.bits }
    }

    fn last(self) -> u64 {
        self.first | u64::MAX >> 1 >> (self.bits - 1)
    }

    /// The key with these bits after those that all keys here share.
    pub(super) fn key(self, bits: u64) -> Key64 {
        Key64(self.first | bits >> 1 >> (self.bits - 1))
    }

    pub(super) fn contains(self, key: Key64) -> bool {
        (key.0 ^ self.first) & !(u64::MAX >> 1 >> (self.bits - 1)) == 0
    }
}

/// Members in the order of their keys, with a directory of cells of equal width, since keys
/// are spread evenly: to find one takes a look into the directory and at a few neighbours.
pub(super) struct Crowd {
    members: Vec<Member>,
    /// Where each cell begins.
    cells: Vec<u32>,
    /// The bits of a key that tell nothing of its cell.
    within: u32,
}

impl Crowd {
    /// The members must be in the order of their keys.
    fn new(members: Vec<Member>) -> Self {
        let bits = members.len().max(16).ilog2() - 2;
        let within = 64 - bits;
        let mut cells = Vec::with_capacity((1 << bits) + 1);
        for (place, member) in members.iter().enumerate() {
            while cells.len() as u64 <= member.key.0 >> within {
                cells.push(place as u32);
            }
        }
        cells.resize((1 << bits) + 1, members.len() as u32);
        Crowd { members, cells, within }
    }

    /// All `members`, which must be in the order of their keys, then the elder half of them, the
    /// elder half of these, and so on.
    pub(super) fn halved(members: Vec<Member>) -> Vec<Self> {
        let mut crowds = vec![Crowd::new(members)];
        loop {
            let last = &crowds[crowds.len() - 1].members;
            let half = last.len() / 2;
            if half == 0 {
                return crowds;
            }
            let mut elders = Vec::with_capacity(half);
            elders.extend(last.iter().filter(|member| (member.elders as usize) < half));
            crowds.push(Crowd::new(elders));
        }
    }

    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Whether there is a member with this key.
    pub(super) fn has(&self, key: Key64) -> bool {
        let cell = self.cell(key);
        let members = &self.members[self.cells[cell] as usize..self.cells[cell + 1] as usize];
        members.iter().any(|member| member.key == key)
    }

    fn cell(&self, key: Key64) -> usize {
        (key.0 >> self.within) as usize
    }

    /// Begins to fetch where the members of a subtree, or those around a key, are to be found.
    pub(super) fn prefetch_cell(&self, key: Key64) {
        memory::prefetch(&self.cells[self.cell(key)]);
    }

    /// Begins to fetch whom [`Crowd::beside`] will name.
    pub(super) fn prefetch_beside(&self, key: Key64) {
        if let Some(member) = self.beside(key) {
            memory::prefetch(member);
        }
    }

    /// Begins to fetch the members of a subtree.
    pub(super) fn prefetch_within(&self, subtree: Subtree) {
        let start = self.cells[self.cell(Key64(subtree.first))] as usize;
        let end = self.cells[self.cell(Key64(subtree.last())) + 1] as usize;
        memory::prefetch_slice(&self.members[start..end]);
    }

    /// One of those who share their cell with a key, if there is one: another for another key.
    fn beside(&self, key: Key64) -> Option<&Member> {
        let cell = self.cell(key);
        let (start, end) = (self.cells[cell], self.cells[cell + 1]);
        let share = u128::from(key.0 << (64 - self.within)) * u128::from(end - start);
        self.members[start as usize..end as usize].get((share >> 64) as usize)
    }

    /// The place of the first member whose key is not below this one.
    pub(super) fn place(&self, key: Key64) -> usize {
        let cell = self.cell(key);
        let (start, end) = (self.cells[cell] as usize, self.cells[cell + 1] as usize);
        let below = self.members[start..end].iter().take_while(|member| member.key < key);
        start + below.count()
    }

    /// The places of the members in a subtree.
    pub(super) fn range(&self, subtree: Subtree) -> Range<usize> {
        let end = match subtree.last().checked_add(1) {
            Some(next) => self.place(Key64(next)),
            None => self.members.len(),
        };
        self.place(Key64(subtree.first))..end
    }

    /// The members in a subtree.
    pub(super) fn within(&self, subtree: Subtree) -> &[Member] {
        &self.members[self.range(subtree)]
    }
}

/// Those present at some time.
#[derive(Clone, Copy)]
pub(super) struct Present<'c> {
    /// The smallest crowd with all of them, then the elder halves of that one.
    crowds: &'c [Crowd],
    /// How many there are.
    before: u32,
}

impl<'c> Present<'c> {
    /// The eldest `before`, or everyone.
    pub(super) fn before(before: u32, crowds: &'c [Crowd]) -> Self {
        let before = before.min(crowds[0].members.len() as u32);
        let has_all = |crowd: &&Crowd| crowd.members.len() >= before as usize;
        let larger = crowds.iter().take_while(has_all).count() - 1;
        Present { crowds: &crowds[larger..], before }
    }

    /// The smallest crowd with all of them, and then the elder halves.
    pub(super) fn crowds(&self) -> &'c [Crowd] {
        self.crowds
    }

    fn has(&self, member: &Member) -> bool {
        member.elders < self.before
    }

    /// How many are to be expected in a subtree, as keys are spread evenly.
    pub(super) fn expected(&self, subtree: Subtree) -> usize {
        self.before.checked_shr(subtree.bits).unwrap_or(0) as usize
    }

    /// How many are in a subtree; what is to be expected if that is more than `exactly`.
    pub(super) fn count(&self, subtree: Subtree, exactly: usize) -> usize {
        // Far from small: there is no need to look.
        if self.expected(subtree) > exactly {
            return self.expected(subtree);
        }
        let members = self.crowds[0].within(subtree).iter();
        members.map(|member| usize::from(self.has(member))).sum()
    }

    /// One of those in a subtree and a crowd that was halved so often, which stands near to a key,
    /// if one is found at first glance.
    pub(super) fn beside(
        &self,
        key: Key64,
        subtree: Subtree,
        halvings: usize,
    ) -> Option<NodeIndex> {
        let member = self.crowds[halvings].beside(key)?;
        (subtree.contains(member.key) && self.has(member)).then_some(member.node)
    }

    /// Those in a subtree from a key on, by ascending keys; only those in a crowd that was halved
    /// so often.
    pub(super) fn from(
        self,
        key: Key64,
        subtree: Subtree,
        halvings: usize,
    ) -> impl Iterator<Item = &'c Member> {
        let crowd = &self.crowds[halvings];
        let members = crowd.members[crowd.place(key)..].iter();
        let inside = members.take_while(move |member| subtree.contains(member.key));
        inside.filter(move |member| self.has(member))
    }
}

/// The bits of a rank that hold a place.
const PLACE: u64 = 0xFFFF;

/// Those in a subtree, by their distance to a key in it.
#[derive(Default)]
pub(super) struct Near<'c> {
    members: &'c [Member],
    /// Of each the first bits of the distance that differ within the subtree, then its place.
    ranks: Vec<u64>,
    bits: u32,
}

impl<'c> Near<'c> {
    /// Gathers those present in a subtree.
    pub(super) fn gather(&mut self, subtree: Subtree, target: Key64, present: Present<'c>) {
        self.members = present.crowds[0].within(subtree);
        self.bits = subtree.bits;
        self.ranks.resize(self.members.len(), 0);
        let mut count = 0;
        for (place, member) in self.members.iter().enumerate() {
            // Who is not present is written over by the next.
            self.ranks[count] = (member.key.0 ^ target.0) << subtree.bits & !PLACE | place as u64;
            count += usize::from(present.has(member));
        }
        self.ranks.truncate(count);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ranks.len()
    }

    /// How many share at least `bits` bits with the key.
    pub(super) fn sharing(&self, bits: u32) -> usize {
        let least = 1u64.checked_shl(64 - (bits - self.bits));
        least.map_or(self.len(), |least| {
            self.ranks.iter().map(|&rank| usize::from(rank < least)).sum()
        })
    }

    /// Adds the `count` closest that are not among the first `known` of the peers.
    pub(super) fn add_closest(
        &mut self,
        count: usize,
        known: usize,
        peers: &mut PeerList<NodeIndex>,
    ) {
        let wanted = peers.len() + count;
        let first = count.min(self.ranks.len());
        if first < self.ranks.len() {
            self.ranks.select_nth_unstable(first);
        }
        let node = |rank: &u64| self.members[(rank & PLACE) as usize].node;
        if known == 0 {
            return peers.extend(self.ranks[..first].iter().map(node));
        }
        // Some of them may be among the peers, but not many.
        self.ranks[first..].sort_unstable();
        for node in self.ranks.iter().map(node) {
            if peers.len() < wanted && !peers[..known].contains(&node) {
                peers.push(node);
            }
        }
    }
}
