//! What a caller remembers of a service: its providers, and how loaded each seems.

use crate::protocol::NodeIndex;
use crate::rng::Stream;
use crate::time::Instant;
use crate::workload::config::Selection;
use rand::RngExt;

/// The providers of a service as a search has found them.
#[derive(Clone, Debug)]
pub struct Known {
    /// By index; who fails is taken out.
    providers: Vec<Seen>,
    /// New calls use it before this.
    pub(super) until: Instant,
    /// Who was chosen last; the round goes on behind it.
    last: NodeIndex,
}

/// A provider as a caller sees it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    node: NodeIndex,
    /// The caller's own calls that it has not answered.
    outstanding: u32,
    /// Calls that it said it was handling when it answered last.
    told: u32,
}

impl Known {
    /// A service of which nothing is known; the round begins behind `last`.
    pub(super) fn nothing(last: NodeIndex) -> Self {
        Known { providers: Vec::new(), until: Instant::ZERO, last }
    }

    /// A search has found these. What was seen of those known before is kept.
    pub(super) fn renew(&mut self, mut found: Vec<NodeIndex>, until: Instant) {
        found.sort_unstable();
        found.dedup();
        let seen = |node| {
            let before = self.providers.iter().find(|seen| seen.node == node);
            before.copied().unwrap_or(Seen { node, outstanding: 0, told: 0 })
        };
        self.providers = found.into_iter().map(seen).collect();
        self.until = until;
    }

    /// Forgets all providers, but not where the round is.
    pub(super) fn forget(&mut self) {
        self.until = Instant::ZERO;
        self.providers.clear();
    }

    /// Whether any provider is known.
    pub(super) fn is_empty(&self) -> bool {
        self.providers.is_empty()
    }

    /// Chooses a provider, none of `tried`, for a call that is now made:
    /// - round robin: the next by index behind the one chosen last;
    /// - random: each as likely as the others;
    /// - least loaded: the one with the fewest calls of this caller outstanding and calls that it said it
    ///   was handling when it answered last, together; of several the first behind the one chosen last.
    pub(super) fn choose(
        &mut self,
        selection: Selection,
        tried: &[NodeIndex],
        rng: &mut Stream,
    ) -> Option<NodeIndex> {
        let last = self.last;
        let mut free: Vec<&mut Seen> =
            self.providers.iter_mut().filter(|seen| !tried.contains(&seen.node)).collect();
        if free.is_empty() {
            return None;
        }
        // Behind the last first, then from the beginning.
        free.sort_by_key(|seen| (seen.node <= last, seen.node));
        let place = match selection {
            Selection::RoundRobin => 0,
            Selection::Random => rng.random_range(0..free.len()),
            Selection::LeastLoaded => {
                let load = |place: &usize| free[*place].outstanding + free[*place].told;
                (0..free.len()).min_by_key(load).expect("one is free")
            }
        };
        free[place].outstanding += 1;
        self.last = free[place].node;
        Some(self.last)
    }

    /// A provider has answered, and said how many calls it is handling.
    pub(super) fn answered(&mut self, node: NodeIndex, load: u32) {
        if let Some(seen) = self.providers.iter_mut().find(|seen| seen.node == node) {
            seen.outstanding = seen.outstanding.saturating_sub(1);
            seen.told = load;
        }
    }

    /// A provider has not answered: it is passed over until a search finds it again.
    pub(super) fn failed(&mut self, node: NodeIndex) {
        self.providers.retain(|seen| seen.node != node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Seed};

    fn stream() -> Stream {
        Stream::new(Seed(1), Purpose::Test, 0)
    }

    fn three() -> Known {
        let mut known = Known::nothing(NodeIndex(4));
        known.renew([9, 3, 5, 3].map(NodeIndex).to_vec(), Instant::FAR_FUTURE);
        known
    }

    #[test]
    fn a_round_goes_by_index_and_passes_over_who_fails() {
        let mut known = three();
        let next = |known: &mut Known| {
            known.choose(Selection::RoundRobin, &[], &mut stream()).map(|node| node.0)
        };
        assert_eq!(
            [next(&mut known), next(&mut known), next(&mut known)],
            [Some(5), Some(9), Some(3)]
        );
        known.failed(NodeIndex(5));
        assert_eq!([next(&mut known), next(&mut known)], [Some(9), Some(3)]);
        known.renew([3, 5, 9].map(NodeIndex).to_vec(), Instant::FAR_FUTURE);
        assert_eq!(next(&mut known), Some(5), "the round goes on");
        let tried = [3, 5, 9].map(NodeIndex);
        assert_eq!(known.choose(Selection::RoundRobin, &tried, &mut stream()), None);
    }

    #[test]
    fn the_least_loaded_has_the_fewest_outstanding_and_told() {
        let mut known = three();
        let next = |known: &mut Known| {
            known.choose(Selection::LeastLoaded, &[], &mut stream()).map(|node| node.0)
        };
        assert_eq!(
            [next(&mut known), next(&mut known), next(&mut known)],
            [Some(5), Some(9), Some(3)]
        );
        known.answered(NodeIndex(9), 0);
        assert_eq!(next(&mut known), Some(9), "the others are still at work");
        known.answered(NodeIndex(9), 5);
        known.answered(NodeIndex(3), 2);
        assert_eq!(next(&mut known), Some(5), "one of ours weighs less than two of others");
    }

    #[test]
    fn at_random_each_is_chosen() {
        let mut known = three();
        let mut rng = stream();
        let mut counts = [0u32; 10];
        for _ in 0..3_000 {
            let node = known.choose(Selection::Random, &[NodeIndex(9)], &mut rng);
            counts[node.expect("two are free").0 as usize] += 1;
        }
        assert_eq!(counts[9], 0);
        assert!(counts[3].abs_diff(1_500) < 150 && counts[3] + counts[5] == 3_000, "{counts:?}");
    }
}
