//! What a node of the marketplace has sent to each peer and got from it: who may still be served.
//!
//! As in Bitswap's ledgers, each node counts for itself what it exchanges with each peer, and as with
//! BitTorrent's choking what counts is what the peer has given to this node, not to others. A peer has
//! an allowance to begin with, since two who both wait for the other's first block would never begin.

use crate::protocol::NodeIndex;
use std::collections::BTreeMap;

/// The accounts of a node.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Bytes that a peer may get for nothing.
    allowance: u64,
    accounts: BTreeMap<NodeIndex, Account>,
}

/// Bytes of blocks exchanged with a peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Given to it, or promised.
    pub sent: u64,
    /// Got from it, and verified.
    pub received: u64,
}

impl Ledger {
    /// No exchange yet.
    pub fn new(allowance: u64) -> Self {
        Ledger { allowance, accounts: BTreeMap::new() }
    }

    /// Bytes that a peer may still get.
    pub fn credit(&self, peer: NodeIndex) -> u64 {
        let Account { sent, received } = self.accounts.get(&peer).copied().unwrap_or_default();
        (self.allowance + received).saturating_sub(sent)
    }

    /// A peer is given something.
    ///
    /// # Panics
    /// If it has no credit for so much.
    pub fn spend(&mut self, peer: NodeIndex, bytes: u64) {
        assert!(self.credit(peer) >= bytes, "nobody is served without credit");
        self.accounts.entry(peer).or_default().sent += bytes;
    }

    /// A peer has given something.
    pub fn earn(&mut self, peer: NodeIndex, bytes: u64) {
        self.accounts.entry(peer).or_default().received += bytes;
    }

    /// The peers with which something was exchanged.
    pub fn accounts(&self) -> &BTreeMap<NodeIndex, Account> {
        &self.accounts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: NodeIndex = NodeIndex(4);

    #[test]
    fn who_gives_gets() {
        let mut ledger = Ledger::new(100);
        assert_eq!(ledger.credit(PEER), 100);
        ledger.spend(PEER, 60);
        assert_eq!((ledger.credit(PEER), ledger.credit(NodeIndex(5))), (40, 100));
        ledger.earn(PEER, 30);
        assert_eq!(ledger.credit(PEER), 70);
        ledger.spend(PEER, 70);
        assert_eq!(ledger.credit(PEER), 0);
        assert_eq!(ledger.accounts()[&PEER], Account { sent: 130, received: 30 });
    }

    #[test]
    #[should_panic(expected = "nobody is served without credit")]
    fn nobody_gets_more() {
        let mut ledger = Ledger::new(100);
        ledger.spend(PEER, 60);
        ledger.spend(PEER, 60);
    }
}
