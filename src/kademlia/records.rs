//! What a node keeps for others, and what it has published itself (paper, section 2.5).

mod groups;
mod room;

use super::message::Record;
use super::params::Params;
use super::rules::Refusal;
use crate::protocol::AddressGroup;
use crate::time::{Duration, Instant};
use bytes::Bytes;
use groups::Stored;

/// A record that this node holds.
#[derive(Clone, Debug)]
struct Held<K> {
    key: K,
    value: Bytes,
    expires: Instant,
    /// When it is sent to the closest nodes again; [`Instant::FAR_FUTURE`]: never.
    replicate: Instant,
    cached: bool,
}

/// A provider of an item, as its holder remembers it.
#[derive(Clone, Copy, Debug)]
struct Provider<P, K> {
    key: K,
    peer: P,
    expires: Instant,
}

/// Something that this node publishes again and again.
#[derive(Clone, Debug)]
struct Publication<K> {
    key: K,
    /// The record's value; `None` for an item that this node provides.
    value: Option<Bytes>,
    again: Instant,
}

/// What a node publishes, apart from the node.
#[derive(Clone, Debug)]
pub struct Publications<K>(Vec<Publication<K>>);

impl<K> Publications<K> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Records, providers and publications of one node. Most nodes have none, and no memory for them.
#[derive(Clone, Debug)]
pub(super) struct Records<P, K>(Option<Box<Kept<P, K>>>);

#[derive(Clone, Debug)]
struct Kept<P, K> {
    held: Vec<Held<K>>,
    providers: Vec<Provider<P, K>>,
    publications: Vec<Publication<K>>,
    /// Of which address group the node was that stored a record; kept only where that is limited.
    groups: Option<Box<Stored<K>>>,
}

/// Which of two values of one record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precedence {
    /// The one that was published last.
    OfDate,
    /// The one that comes, which is the newer version.
    OfVersion,
}

/// Something that is due.
#[derive(Clone, Debug)]
pub(super) enum Upkeep<K> {
    /// This record is to be sent to the closest nodes.
    Replicate(K, Record),
    /// This is to be published again; `None` is an item that this node provides.
    Publish(K, Option<Bytes>),
}

impl<P: Copy + Eq, K: Copy + Eq> Records<P, K> {
    pub(super) const fn new() -> Self {
        Records(None)
    }

    fn held(&self) -> &[Held<K>] {
        self.0.as_ref().map_or(&[], |kept| &kept.held)
    }

    fn known(&self) -> &[Provider<P, K>] {
        self.0.as_ref().map_or(&[], |kept| &kept.providers)
    }

    fn kept(&mut self) -> &mut Kept<P, K> {
        let nothing = || Kept {
            held: Vec::new(),
            providers: Vec::new(),
            publications: Vec::new(),
            groups: None,
        };
        self.0.get_or_insert_with(|| Box::new(nothing()))
    }

    /// Keeps a record; says whether it is new here. A record that comes again keeps its
    /// earliest date of publication only if it is the same publication, that is, not younger, unless
    /// `precedence` goes by something else.
    ///
    /// That a record was sent to this node shows that it was sent to the others as well, so
    /// it is not replicated for another interval (paper, section 2.5).
    pub(super) fn store(
        &mut self,
        key: K,
        record: Record,
        precedence: Precedence,
        now: Instant,
        params: &Params,
    ) -> bool {
        let kept = self.kept();
        let left = params.record_expiry.as_nanos().saturating_sub(record.age.as_nanos());
        let expires = now + Duration::from_nanos(left);
        let replicate = match params.replicate_interval {
            Some(interval) if !record.cached => now + interval,
            _ => Instant::FAR_FUTURE,
        };
        let Record { value, cached, .. } = record;
        if let Some(held) = kept.held.iter_mut().find(|held| held.key == key) {
            // Who holds a replica goes on replicating it, whatever cached copies come along.
            held.replicate = match (held.cached, cached) {
                (true, _) => replicate,
                (false, true) => held.replicate,
                (false, false) => held.replicate.max(replicate),
            };
            held.cached &= cached;
            if expires >= held.expires || precedence == Precedence::OfVersion {
                held.value = value;
                held.expires = expires;
            }
            return false;
        }
        kept.held.push(Held { key, value, expires, replicate, cached });
        true
    }

    /// The record of this key.
    pub(super) fn get(&self, key: K, now: Instant, params: &Params) -> Option<Record> {
        let held = self.held().iter().find(|held| held.key == key && held.expires > now)?;
        Some(held.record(now, params))
    }

    /// The value held under this key.
    pub(super) fn value(&self, key: K, now: Instant) -> Option<&Bytes> {
        let held = self.held().iter().find(|held| held.key == key && held.expires > now)?;
        Some(&held.value)
    }

    /// Forgets the record of this key.
    pub(super) fn forget(&mut self, key: K) {
        if let Some(kept) = &mut self.0 {
            kept.held.retain(|held| held.key != key);
            kept.forget_groups();
        }
    }

    /// Keys of all held records, and of all items that a provider is known of.
    pub(super) fn keys(&self) -> impl Iterator<Item = K> {
        let first = |(index, known): (usize, &Provider<P, K>)| {
            let earlier = &self.known()[..index];
            (!earlier.iter().any(|other| other.key == known.key)).then_some(known.key)
        };
        let items = self.known().iter().enumerate().filter_map(first);
        self.held().iter().map(|held| held.key).chain(items)
    }

    /// Numbers of records and of providers.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.held().len(), self.known().len())
    }

    /// All records but cached copies, as they would be sent now.
    pub(super) fn lasting(&self, now: Instant, params: &Params) -> Vec<(K, Record)> {
        let lasting = self.held().iter().filter(|held| !held.cached && held.expires > now);
        lasting.map(|held| (held.key, held.record(now, params))).collect()
    }

    /// Remembers until `expires` that `peer` provides an item; says whether it is the first known to.
    ///
    /// # Errors
    /// There is no room.
    pub(super) fn add_provider(
        &mut self,
        key: K,
        peer: P,
        expires: Instant,
        params: &Params,
        group_of: impl Fn(P) -> Option<AddressGroup>,
    ) -> Result<bool, Refusal> {
        if let Some(most) = params.store_group_limit {
            self.has_room_for_provider(key, peer, most, group_of)?;
        }
        let providers = &mut self.kept().providers;
        let new = Provider { key, peer, expires };
        let of_item = || providers.iter().enumerate().filter(|(_, known)| known.key == key);
        let count = of_item().count();
        let mut place = of_item().find(|(_, known)| known.peer == peer);
        if place.is_none() && count >= params.precautions.measures().item_provider_room {
            place = of_item().min_by_key(|(_, known)| known.expires);
        }
        match place.map(|(index, _)| index) {
            Some(index) => providers[index] = new,
            None if providers.len() >= params.precautions.measures().provider_room => {
                return Err(Refusal::NO_ROOM);
            }
            None => providers.push(new),
        }
        Ok(count == 0)
    }

    /// Forgets that `peer` provides an item; says whether it was the last known to.
    pub(super) fn forget_provider(&mut self, key: K, peer: P) -> bool {
        let Some(kept) = &mut self.0 else { return false };
        let before = kept.providers.len();
        kept.providers.retain(|known| known.key != key || known.peer != peer);
        let is_known = kept.providers.iter().any(|known| known.key == key);
        kept.providers.len() < before && !is_known
    }

    /// Known providers of an item.
    pub(super) fn providers(&self, key: K, now: Instant) -> Vec<P> {
        let known = self.known().iter().filter(|known| known.key == key && known.expires > now);
        known.map(|known| known.peer).collect()
    }

    /// From now on publishes this again at each interval.
    pub(super) fn publish(&mut self, key: K, value: Option<Bytes>, now: Instant, params: &Params) {
        let kept = self.kept();
        let interval = match value {
            Some(_) => params.republish_interval,
            None => params.provider_republish_interval,
        };
        let again = interval.map_or(Instant::FAR_FUTURE, |interval| now + interval);
        let kind = value.is_some();
        let same = |known: &&mut Publication<K>| known.key == key && known.value.is_some() == kind;
        match kept.publications.iter_mut().find(same) {
            Some(known) => *known = Publication { key, value, again },
            None => kept.publications.push(Publication { key, value, again }),
        }
    }

    /// From now on does not publish this value of a record again.
    pub(super) fn withdraw(&mut self, key: K, value: &Bytes) {
        if let Some(kept) = &mut self.0 {
            let is_it = |known: &Publication<K>| known.value.as_ref() == Some(value);
            kept.publications.retain(|known| known.key != key || !is_it(known));
        }
    }

    /// Forgets the providers that have expired; gives the items without any left, each once.
    fn forget_providers(&mut self, now: Instant) -> Vec<K> {
        let Some(kept) = &mut self.0 else { return Vec::new() };
        let expired = |known: &Provider<P, K>| known.expires <= now;
        let mut items: Vec<K> = Vec::new();
        for known in kept.providers.iter().filter(|known| expired(known)) {
            if !items.contains(&known.key) {
                items.push(known.key);
            }
        }
        kept.providers.retain(|known| !expired(known));
        items.retain(|key| !kept.providers.iter().any(|known| known.key == *key));
        items
    }

    /// Takes the publications out; those of `unfinished` keys are due at once.
    pub(super) fn take_publications(&mut self, unfinished: &[K]) -> Publications<K> {
        let Some(kept) = &mut self.0 else { return Publications(Vec::new()) };
        for known in &mut kept.publications {
            if unfinished.contains(&known.key) {
                known.again = Instant::ZERO;
            }
        }
        Publications(std::mem::take(&mut kept.publications))
    }

    pub(super) fn resume_publications(&mut self, publications: Publications<K>) {
        let kept = self.kept();
        kept.publications = publications.0;
    }

    /// When the next thing is due.
    pub(super) fn deadline(&self) -> Instant {
        let held = self.held().iter().map(|held| held.expires.min(held.replicate));
        let providers = self.known().iter().map(|provider| provider.expires);
        let publications =
            self.0.iter().flat_map(|kept| &kept.publications).map(|publication| publication.again);
        held.chain(providers).chain(publications).min().unwrap_or(Instant::FAR_FUTURE)
    }

    /// Forgets what has expired; gives the keys of the records, and of the items of which no
    /// provider is known any more.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<K> {
        let mut gone = self.forget_providers(now);
        let Some(kept) = &mut self.0 else { return gone };
        kept.held.retain(|held| {
            let lives = held.expires > now;
            if !lives {
                gone.push(held.key);
            }
            lives
        });
        kept.forget_groups();
        gone
    }

    /// What the node has to send now; the next time is noted.
    pub(super) fn upkeep(&mut self, now: Instant, params: &Params) -> Vec<Upkeep<K>> {
        let Some(kept) = &mut self.0 else { return Vec::new() };
        let mut due = Vec::new();
        for held in kept.held.iter_mut().filter(|held| held.replicate <= now) {
            let interval = params.replicate_interval.expect("only an interval sets the instant");
            held.replicate = now + interval;
            due.push(Upkeep::Replicate(held.key, held.record(now, params)));
        }
        for publication in kept.publications.iter_mut().filter(|known| known.again <= now) {
            // The next instant is set when it is published, which is now.
            publication.again = Instant::FAR_FUTURE;
            due.push(Upkeep::Publish(publication.key, publication.value.clone()));
        }
        due
    }
}

impl<K> Held<K> {
    /// The record as it is sent at `now`. Its age follows from the time that it has left.
    fn record(&self, now: Instant, params: &Params) -> Record {
        let left = self.expires.saturating_since(now).as_nanos();
        let age = Duration::from_nanos(params.record_expiry.as_nanos() - left);
        Record { value: self.value.clone(), age, cached: self.cached }
    }
}

#[cfg(test)]
mod tests;
