//! Laws of exchanged blocks: nobody gets from the marketplace what it has no credit for, and nothing
//! arrives that was not sent.
//!
//! The accounts are drawn up again here, from what each node has noted of every block, without the
//! nodes' own ledgers.

use crate::protocol::NodeIndex;
use std::collections::BTreeMap;

/// What nodes have sent to each other, by sender and receiver.
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    pairs: BTreeMap<(NodeIndex, NodeIndex), Pair>,
}

/// Blocks from one node to another.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    sent: u64,
    received: u64,
}

/// What a look at the accounts has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExchangeChecks {
    /// Pairs of a node of the marketplace and a peer that it has exchanged blocks with.
    pub accounts: u64,
    /// The lowest credit that a peer has had, in bytes; `None` without accounts.
    pub lowest_credit: Option<i64>,
    /// Blocks that the marketplace has given to who had no credit for it.
    pub without_credit: u64,
    /// Blocks that have arrived more often than they were sent, summed over pairs.
    pub never_sent: u64,
}

impl Exchanges {
    /// Goes through the blocks that a node has exchanged, in order: with whom, and whether the node
    /// `gave` it. `terms` are the bytes of a block and those that a peer may get for nothing; `None`
    /// where the node serves without credit.
    pub fn account(
        &mut self,
        node: NodeIndex,
        terms: Option<(u64, u64)>,
        exchanged: impl Iterator<Item = (NodeIndex, bool)>,
        checks: &mut ExchangeChecks,
    ) {
        let mut credits = BTreeMap::<NodeIndex, i64>::new();
        for (peer, gave) in exchanged {
            match gave {
                true => self.pairs.entry((node, peer)).or_default().sent += 1,
                false => self.pairs.entry((peer, node)).or_default().received += 1,
            }
            let Some((size, allowance)) = terms else { continue };
            let credit = credits.entry(peer).or_insert(allowance as i64);
            *credit += if gave { -(size as i64) } else { size as i64 };
            checks.without_credit += u64::from(gave && *credit < 0);
            let lowest = checks.lowest_credit.map_or(*credit, |lowest| lowest.min(*credit));
            checks.lowest_credit = Some(lowest);
        }
        checks.accounts += credits.len() as u64;
    }

    /// Compares what was received with what was sent, when all nodes have been gone through.
    pub fn compare(&self, checks: &mut ExchangeChecks) {
        let more = self.pairs.values().map(|pair| pair.received.saturating_sub(pair.sent));
        checks.never_sent += more.sum::<u64>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: NodeIndex = NodeIndex(1);
    const THERE: NodeIndex = NodeIndex(2);

    #[test]
    fn a_planted_gift_and_a_planted_ghost_are_seen() {
        let checked = |here: &[bool], there: &[bool]| {
            let mut checks = ExchangeChecks::default();
            let mut exchanges = Exchanges::default();
            let terms = Some((10, 20));
            exchanges.account(HERE, terms, here.iter().map(|&gave| (THERE, gave)), &mut checks);
            exchanges.account(THERE, None, there.iter().map(|&gave| (HERE, gave)), &mut checks);
            exchanges.compare(&mut checks);
            let ExchangeChecks { accounts, lowest_credit, without_credit, never_sent } = checks;
            (accounts, lowest_credit, without_credit, never_sent)
        };
        assert_eq!(checked(&[], &[]), (0, None, 0, 0));
        assert_eq!(checked(&[true, true], &[false]), (1, Some(0), 0, 0), "one was lost");
        assert_eq!(checked(&[true, true, true], &[]), (1, Some(-10), 1, 0), "a gift");
        assert_eq!(checked(&[true, false, true, true], &[true]), (1, Some(0), 0, 0), "earned");
        assert_eq!(checked(&[true], &[false, false]), (1, Some(10), 0, 1), "a ghost");
    }
}
