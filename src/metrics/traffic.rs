//! Messages and bytes by kind of message, dropped packets by reason, and copies.

/// Messages and their bytes on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Number of messages.
    pub messages: u64,
    /// Sum of their sizes in bytes.
    pub bytes: u64,
}

impl Count {
    #[inline]
    pub(super) fn add(&mut self, bytes: u32) {
        self.messages += 1;
        self.bytes += u64::from(bytes);
    }

    /// Both together.
    pub(super) fn plus(self, other: Count) -> Count {
        Count { messages: self.messages + other.messages, bytes: self.bytes + other.bytes }
    }
}

/// What went over the network. Counting a message is two additions and no branch beyond the
/// check of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    kinds: &'static [&'static str],
    reasons: &'static [&'static str],
    sent: Vec<Count>,
    delivered: Vec<Count>,
    dropped: Vec<u64>,
    duplicated: u64,
}

impl Traffic {
    /// Nothing yet, of messages of `kinds` and packets dropped for `reasons`.
    pub fn new(kinds: &'static [&'static str], reasons: &'static [&'static str]) -> Self {
        Traffic {
            kinds,
            reasons,
            sent: vec![Count::default(); kinds.len()],
            delivered: vec![Count::default(); kinds.len()],
            dropped: vec![0; reasons.len()],
            duplicated: 0,
        }
    }

    /// A message of kind `kind` and `bytes` bytes leaves its sender.
    #[inline]
    pub fn message_sent(&mut self, kind: usize, bytes: u32) {
        self.sent[kind].add(bytes);
    }

    /// A message of kind `kind` and `bytes` bytes is handled by its receiver.
    #[inline]
    pub fn message_delivered(&mut self, kind: usize, bytes: u32) {
        self.delivered[kind].add(bytes);
    }

    /// A packet is dropped for reason `reason`.
    #[inline]
    pub fn packet_dropped(&mut self, reason: usize) {
        self.dropped[reason] += 1;
    }

    /// The network makes a copy of a packet.
    #[inline]
    pub fn packet_duplicated(&mut self) {
        self.duplicated += 1;
    }

    /// Adds everything that `other`, of the same kinds and reasons, counted.
    pub fn merge(&mut self, other: &Traffic) {
        self.combine(other, |mine, theirs| mine + theirs);
    }

    /// What was counted since `earlier`, a copy of this made before.
    pub fn since(&self, earlier: &Traffic) -> Traffic {
        let mut difference = self.clone();
        difference.combine(earlier, |mine, theirs| mine - theirs);
        difference
    }

    fn combine(&mut self, other: &Traffic, apply: impl Fn(u64, u64) -> u64) {
        assert_eq!((self.kinds, self.reasons), (other.kinds, other.reasons), "one protocol");
        let mine = self.sent.iter_mut().chain(&mut self.delivered);
        for (mine, theirs) in mine.zip(other.sent.iter().chain(&other.delivered)) {
            mine.messages = apply(mine.messages, theirs.messages);
            mine.bytes = apply(mine.bytes, theirs.bytes);
        }
        for (mine, theirs) in self.dropped.iter_mut().zip(&other.dropped) {
            *mine = apply(*mine, *theirs);
        }
        self.duplicated = apply(self.duplicated, other.duplicated);
    }

    /// Names of the kinds of message.
    pub fn kinds(&self) -> &'static [&'static str] {
        self.kinds
    }

    /// Names of the reasons for drops.
    pub fn reasons(&self) -> &'static [&'static str] {
        self.reasons
    }

    /// Sent messages by kind.
    pub fn sent(&self) -> &[Count] {
        &self.sent
    }

    /// Delivered messages by kind.
    pub fn delivered(&self) -> &[Count] {
        &self.delivered
    }

    /// Dropped packets by reason.
    pub fn dropped(&self) -> &[u64] {
        &self.dropped
    }

    /// Copies of packets that the network made.
    pub fn duplicated(&self) -> u64 {
        self.duplicated
    }

    /// Sent messages of all kinds.
    pub fn total_sent(&self) -> Count {
        total(&self.sent)
    }

    /// Delivered messages of all kinds.
    pub fn total_delivered(&self) -> Count {
        total(&self.delivered)
    }
}

fn total(counts: &[Count]) -> Count {
    counts.iter().fold(Count::default(), |sum, &count| sum.plus(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic() -> Traffic {
        let mut traffic = Traffic::new(&["ping", "pong"], &["loss", "offline"]);
        traffic.message_sent(0, 100);
        traffic.message_sent(0, 50);
        traffic.message_sent(1, 7);
        traffic.message_delivered(0, 100);
        traffic.packet_dropped(1);
        traffic.packet_duplicated();
        traffic
    }

    #[test]
    fn counts_by_kind_and_reason() {
        let traffic = traffic();
        assert_eq!(traffic.sent()[0], Count { messages: 2, bytes: 150 });
        assert_eq!(traffic.sent()[1], Count { messages: 1, bytes: 7 });
        assert_eq!(traffic.total_sent(), Count { messages: 3, bytes: 157 });
        assert_eq!(traffic.total_delivered(), Count { messages: 1, bytes: 100 });
        assert_eq!((traffic.dropped(), traffic.duplicated()), (&[0, 1][..], 1));
    }

    #[test]
    fn the_difference_to_an_earlier_copy_is_what_came_after() {
        let earlier = traffic();
        let mut later = earlier.clone();
        later.merge(&earlier);
        assert_eq!(later.total_sent(), Count { messages: 6, bytes: 314 });
        assert_eq!(later.since(&earlier), earlier);
    }
}
