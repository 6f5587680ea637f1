//! Who comes into a bucket, who stays and who goes: least-recently-seen order, the replacement
//! cache, and the eviction policies.

use super::RoutingTable;
use super::marks::Contact;
use crate::kademlia::params::{Eviction, Params};
use std::ops::Range;

/// What came of hearing from a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<P> {
    /// It is a contact.
    Contact,
    /// Its bucket is full; this contact, the least recently seen of it, may be questioned.
    Full {
        /// The contact in doubt.
        oldest: P,
    },
    /// Its bucket is full of contacts that are in good standing.
    Refused,
}

impl<P: Copy + Eq> RoutingTable<P> {
    /// A node was heard from; `answered` says whether it answered a request of ours.
    ///
    /// A contact becomes its bucket's most recently seen. A newcomer is taken in if the bucket
    /// has room; otherwise it goes to the replacement cache and the eviction policy decides.
    #[inline]
    pub fn heard(
        &mut self,
        index: usize,
        peer: P,
        second: u64,
        answered: bool,
        params: &Params,
    ) -> Heard<P> {
        let Some(position) = self.position(index, peer) else {
            return self.newcomer(index, peer, second, params);
        };
        let only_answers_count = params.eviction == Eviction::ReplaceUseless;
        let before = self.contacts[position].mark;
        let mark = if answered || !only_answers_count && before.failures() == 0 {
            self.clock.heard(second, params, &mut self.contacts)
        } else {
            // A query shows that it lives, not that it can be reached: failures stand.
            before
        };
        self.put_last(index, position, Contact { peer, mark });
        if before.failures() > mark.failures() {
            self.note_stale(index, params);
        }
        Heard::Contact
    }

    fn newcomer(&mut self, index: usize, peer: P, second: u64, params: &Params) -> Heard<P> {
        self.grow(index);
        let Range { start, end } = self.range(index);
        if end - start < params.k {
            self.insert(index, peer, second, params);
            return Heard::Contact;
        }
        let Contact { peer: oldest, mark } = self.contacts[start];
        let in_doubt = self.clock.is_silent(mark, second, params.questionable_after.as_nanos());
        match params.eviction {
            Eviction::ReplaceUseless if in_doubt => {
                self.replace(index, start, peer, second, params);
                self.note_stale(index, params);
                Heard::Contact
            }
            Eviction::ReplaceUseless => Heard::Refused,
            Eviction::PingOldest => {
                self.add_spare(index, peer, second, params);
                if mark.failures() >= params.failures_before_eviction {
                    if params.replacements > 0 {
                        self.promote_spare(index, start, second, params);
                    } else {
                        self.replace(index, start, peer, second, params);
                    }
                    return Heard::Contact;
                }
                if in_doubt { Heard::Full { oldest } } else { Heard::Refused }
            }
            Eviction::Pending => self.wait_in_line(index, peer, second, params),
        }
    }

    /// rust-libp2p's pending entry: a newcomer that has waited long enough replaces the least
    /// recently seen contact if that was not heard from meanwhile.
    fn wait_in_line(&mut self, index: usize, peer: P, second: u64, params: &Params) -> Heard<P> {
        let start = self.range(index).start;
        let since = self.spares.since(index);
        let delay = params.pending_delay.as_nanos() / 1_000_000_000;
        if !self.spares.of(index).is_empty() && second >= since + delay {
            if self.clock.heard_at(self.contacts[start].mark) < since {
                self.promote_spare(index, start, second, params);
            } else {
                self.spares.clear(index);
            }
        }
        if self.position(index, peer).is_some() {
            return Heard::Contact;
        }
        if self.spares.of(index).is_empty() {
            self.add_spare(index, peer, second, params);
        }
        Heard::Refused
    }

    fn add_spare(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let room = params.replacements;
        if room > 0 && self.spares.add(index, peer, room) && params.eviction == Eviction::Pending {
            self.spares.set_since(index, second);
        }
    }

    /// Puts the newest spare in the place of a contact. It counts as heard from now: when it was
    /// heard from last is not kept for spares.
    fn promote_spare(&mut self, index: usize, position: usize, second: u64, params: &Params) {
        let spare = self.spares.take_newest(index).expect("only a bucket with spares promotes one");
        self.replace(index, position, spare, second, params);
        self.note_stale(index, params);
    }

    /// Whether a newcomer that answers would find a place in this bucket, or one for it could be
    /// made.
    pub fn has_room(&self, index: usize, second: u64, params: &Params) -> bool {
        let Range { start, end } = self.range(index);
        if end - start < params.k {
            return true;
        }
        let mark = self.contacts[start].mark;
        self.clock.is_silent(mark, second, params.questionable_after.as_nanos())
            || mark.failures() >= params.failures_before_eviction
    }

    /// Takes a contact out of its bucket.
    pub fn forget(&mut self, index: usize, peer: P, params: &Params) {
        let Some(position) = self.position(index, peer) else { return };
        self.remove(index, position);
        self.note_stale(index, params);
    }

    /// A contact that was in doubt did not answer the probe: it gives way to the newest spare
    /// (paper, section 2.2).
    pub fn evict(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let Some(position) = self.position(index, peer) else { return };
        if !self.spares.of(index).is_empty() {
            self.promote_spare(index, position, second, params);
        } else {
            let mark = self.contacts[position].mark;
            self.contacts[position].mark = mark.with_failure();
            self.note_stale(index, params);
        }
    }

    /// A request to a contact has failed. It is replaced by the newest spare once it has
    /// failed often enough; without a spare it stays, doubted, or goes, as
    /// [`Params::keep_stale`] says.
    pub fn failed(&mut self, index: usize, peer: P, second: u64, params: &Params) {
        let Some(position) = self.position(index, peer) else { return };
        let mark = self.contacts[position].mark.with_failure();
        self.contacts[position].mark = mark;
        if mark.failures() < params.failures_before_eviction {
            return;
        }
        if !self.spares.of(index).is_empty() {
            self.promote_spare(index, position, second, params);
        } else {
            if !params.keep_stale {
                self.remove(index, position);
            }
            self.note_stale(index, params);
        }
    }
}
