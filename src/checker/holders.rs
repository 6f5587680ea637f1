//! Who holds which record: what a failed search is judged by, and how long records last.

use super::record_life::{Ages, AtAge, Publication, RecordLife};
use crate::kademlia::key::Key64;
use crate::time::{Duration, Instant};
use std::collections::BTreeMap;

/// How many online nodes hold each record, and have held it.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    lives: BTreeMap<Key64, RecordLife>,
    /// Records with at least one holder.
    alive: usize,
    /// Sum of all counts.
    replicas: u64,
    ages: Ages,
    /// Since when time is counted in which records are alive.
    measured_from: Instant,
    /// When that was counted last.
    counted: Instant,
    /// Sum over time of the records alive since then, in nanoseconds.
    alive_time: u128,
}

impl Holders {
    /// No records, in a run of this length that is measured from this instant on.
    pub fn new(length: Duration, measured_from: Instant) -> Self {
        Holders { ages: Ages::new(length), measured_from, ..Holders::default() }
    }

    fn life(&mut self, key: Key64) -> &mut RecordLife {
        self.lives.entry(key).or_insert_with(|| RecordLife::new(key))
    }

    /// An application publishes a record.
    pub fn published(&mut self, key: Key64, publication: Publication) {
        self.life(key).published.get_or_insert(publication);
    }

    /// A node has begun to hold a record.
    pub fn add(&mut self, key: Key64, at: Instant) {
        let (age, revived) = self.life(key).gain(at);
        self.count_alive_time(at);
        self.ages.change(age, 1, i64::from(revived));
        self.alive += usize::from(revived);
        self.replicas += 1;
    }

    /// A node has ceased to hold a record, or has gone offline with it.
    ///
    /// # Panics
    /// If nobody held it: the books of nodes and checker differ.
    pub fn remove(&mut self, key: Key64, at: Instant) {
        let life = self.lives.get_mut(&key).expect("only a held record is dropped");
        let (age, gone) = life.lose(at);
        self.count_alive_time(at);
        self.ages.change(age, -1, -i64::from(gone));
        self.alive -= usize::from(gone);
        self.replicas -= 1;
    }

    fn count_alive_time(&mut self, now: Instant) {
        let length = now.saturating_since(self.counted.max(self.measured_from)).as_nanos();
        self.alive_time += u128::from(length) * self.alive as u128;
        self.counted = self.counted.max(now);
    }

    /// Online nodes that hold a record.
    pub fn count(&self, key: Key64) -> u32 {
        self.lives.get(&key).map_or(0, |life| life.replicas)
    }

    /// Records that at least one online node holds.
    pub fn alive(&self) -> usize {
        self.alive
    }

    /// The records that at least one online node holds, in order.
    pub fn alive_keys(&self) -> impl Iterator<Item = Key64> {
        self.lives.iter().filter(|(_, life)| life.replicas > 0).map(|(key, _)| *key)
    }

    /// Copies of all records on online nodes.
    pub fn replicas(&self) -> u64 {
        self.replicas
    }

    /// Every record that was published or held, by ascending key.
    pub fn lives(&self) -> impl Iterator<Item = &RecordLife> {
        self.lives.values()
    }

    /// How records fare by their age, each as far as it came before `end`.
    pub fn by_age(&self, end: Instant) -> Vec<AtAge> {
        self.ages.at(self.lives.values().copied(), end)
    }

    /// Sum over the measured time until `end` of the records alive, in seconds.
    pub fn alive_seconds(&mut self, end: Instant) -> f64 {
        self.count_alive_time(end);
        self.alive_time as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn holders() -> Holders {
        Holders::new(Duration::from_secs(100), at(10))
    }

    #[test]
    fn a_record_lives_as_long_as_somebody_holds_it() {
        let mut holders = holders();
        holders.add(Key64(1), at(1));
        holders.add(Key64(1), at(2));
        holders.add(Key64(2), at(2));
        assert_eq!((holders.alive(), holders.replicas(), holders.count(Key64(1))), (2, 3, 2));
        holders.remove(Key64(1), at(12));
        holders.remove(Key64(2), at(20));
        assert_eq!((holders.alive(), holders.replicas(), holders.count(Key64(2))), (1, 1, 0));
        holders.add(Key64(2), at(30));
        assert_eq!(holders.alive(), 2);
        // From 10 to 20 two records, to 30 one, to 50 two again.
        assert_eq!(holders.alive_seconds(at(50)), 20.0 + 10.0 + 40.0);
        let [first, second] = holders.lives().collect::<Vec<_>>()[..] else { panic!("two") };
        assert_eq!((first.replicas_max, first.times_gone), (2, 0));
        assert_eq!((second.replicas_max, second.times_gone), (1, 1));
        assert_eq!(
            (first.last_seen(at(50)), second.last_seen(at(50))),
            (Some(at(50)), Some(at(50)))
        );
        // One holder for 49 s, another for 10 s of them.
        assert_eq!(first.replicas_mean(at(50)), Some(59.0 / 49.0));
        assert_eq!(second.replicas_mean(at(52)), Some((18.0 + 22.0) / 50.0));
    }

    /// Known answers: what each record adds at each age, and that ages which the run's end cuts
    /// off are not counted.
    #[test]
    fn records_are_looked_at_by_their_age() {
        let mut holders = holders();
        // Alive at the ages 1 to 4, with two copies at 2 and 3, observed up to 90.
        holders.add(Key64(1), at(10));
        holders.add(Key64(1), at(12));
        holders.remove(Key64(1), at(14));
        holders.remove(Key64(1), at(15));
        // Alive to the end, which comes at the age of 2.
        holders.add(Key64(2), at(98));
        // Published and never held.
        let publication =
            Publication { workload: 0, node: crate::protocol::NodeIndex(3), at: at(1) };
        holders.published(Key64(3), publication);
        let ages = holders.by_age(at(100));
        assert_eq!(ages.len(), 90);
        let seen: Vec<_> =
            ages[..6].iter().map(|age| (age.observed, age.alive, age.replicas)).collect();
        assert_eq!(seen, [(2, 2, 2), (2, 2, 3), (1, 1, 2), (1, 1, 1), (1, 0, 0), (1, 0, 0)]);
        assert_eq!(ages[0].age, Duration::from_secs(1));
        assert!(Holders::new(Duration::from_secs(9), at(0)).by_age(at(9)).is_empty());
    }
}
