//! What finite access links carried, by class of node and direction.

use super::histogram::Histogram;
use super::traffic::Count;
use crate::network::bandwidth::{Direction, LinkLog, Passage};
use crate::network::config::ClassConfig;
use crate::time::Instant;

/// The finite links of one class, in one direction.
#[derive(Clone, Debug, Default)]
pub struct LinkLoad {
    /// Packets that were taken, and their bytes.
    pub taken: Count,
    /// Packets for which there was no room.
    pub dropped: u64,
    /// Microseconds for which taken packets waited before they were put on the wire.
    pub waits: Histogram,
    /// Nanoseconds for which all these links together were busy.
    pub busy: u128,
}

/// All finite links, over one interval of time. Packets count if they came to the link in it, and
/// a link's busy time as far as it lies in it.
#[derive(Clone, Debug)]
pub struct LinkLoads {
    from: Instant,
    until: Instant,
    /// By class, then direction; `None` for a link without bounds, and nothing at all if no class
    /// has a finite one.
    loads: Vec<[Option<Box<LinkLoad>>; 2]>,
}

impl LinkLoads {
    /// Of these classes, from one instant until another.
    pub fn new(classes: &[ClassConfig], from: Instant, until: Instant) -> Self {
        let load = |rate: Option<u64>| rate.map(|_| Box::default());
        let of_class = |class: &ClassConfig| [load(class.uplink), load(class.downlink)];
        let mut loads: Vec<_> = classes.iter().map(of_class).collect();
        if loads.iter().flatten().all(Option::is_none) {
            loads.clear();
        }
        LinkLoads { from, until, loads }
    }

    /// Of no links.
    pub fn none() -> Self {
        LinkLoads::new(&[], Instant::ZERO, Instant::ZERO)
    }

    /// What the links of a class carried in one direction; `None` where they have no bounds.
    pub fn of(&self, class: usize, direction: Direction) -> Option<&LinkLoad> {
        self.loads.get(class)?[direction as usize].as_deref()
    }

    /// Adds what another part of the same nodes counted.
    pub fn merge(&mut self, other: &LinkLoads) {
        let mine = self.loads.iter_mut().flatten();
        for (mine, theirs) in mine.zip(other.loads.iter().flatten()) {
            if let (Some(mine), Some(theirs)) = (mine, theirs) {
                mine.taken.messages += theirs.taken.messages;
                mine.taken.bytes += theirs.taken.bytes;
                mine.dropped += theirs.dropped;
                mine.waits.merge(&theirs.waits);
                mine.busy += theirs.busy;
            }
        }
    }

    fn load(&mut self, class: u16, direction: Direction) -> Option<&mut LinkLoad> {
        self.loads.get_mut(usize::from(class))?[direction as usize].as_deref_mut()
    }

    fn covers(&self, came: Instant) -> bool {
        (self.from..self.until).contains(&came)
    }
}

impl LinkLog for LinkLoads {
    fn passed(&mut self, passage: Passage) {
        let Passage { class, direction, came, begins, ends, size } = passage;
        let (covers, from, until) = (self.covers(came), self.from, self.until);
        let Some(load) = self.load(class, direction) else { return };
        load.busy += u128::from(ends.min(until).saturating_since(begins.max(from)).as_nanos());
        if covers {
            load.taken.messages += 1;
            load.taken.bytes += u64::from(size);
            load.waits.record((begins - came).as_micros());
        }
    }

    fn refused(&mut self, class: u16, direction: Direction, came: Instant) {
        let covers = self.covers(came);
        if let Some(load) = self.load(class, direction).filter(|_| covers) {
            load.dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    fn loads() -> LinkLoads {
        let home = ClassConfig { uplink: Some(1_000), ..ClassConfig::unlimited("home") };
        let server = ClassConfig { downlink: Some(1_000), ..ClassConfig::unlimited("server") };
        LinkLoads::new(&[home, server], at(1_000), at(2_000))
    }

    fn passage(came: u64, begins: u64, ends: u64) -> Passage {
        let [came, begins, ends] = [came, begins, ends].map(at);
        Passage { class: 0, direction: Direction::Up, came, begins, ends, size: 100 }
    }

    #[test]
    fn packets_count_by_when_they_came_and_links_by_when_they_were_busy() {
        let mut loads = loads();
        loads.passed(passage(900, 950, 1_100));
        loads.passed(passage(1_200, 1_250, 1_300));
        loads.passed(passage(1_900, 1_930, 2_500));
        loads.refused(0, Direction::Up, at(999));
        loads.refused(0, Direction::Up, at(1_000));
        loads.refused(0, Direction::Up, at(2_000));
        // A link without bounds has nothing to tell.
        loads.passed(Passage { direction: Direction::Down, ..passage(1_200, 1_250, 1_300) });
        let load = loads.of(0, Direction::Up).expect("it is finite");
        assert_eq!(load.taken, Count { messages: 2, bytes: 200 });
        assert_eq!((load.dropped, load.busy), (1, 1_000_000 * (100 + 50 + 70)));
        assert_eq!((load.waits.summary().min, load.waits.summary().max), (30_000, 50_000));
        assert!(loads.of(0, Direction::Down).is_none());
        let mut sum = loads.clone();
        sum.merge(&loads);
        let sum = sum.of(0, Direction::Up).expect("it is finite");
        assert_eq!((sum.taken.messages, sum.dropped, sum.busy), (4, 2, 2 * load.busy));
        assert_eq!(loads.of(1, Direction::Down).map(|load| load.busy), Some(0));
    }

    #[test]
    fn without_finite_links_nothing_is_kept() {
        let loads = LinkLoads::new(&[ClassConfig::unlimited("all")], at(0), at(1));
        assert!(loads.loads.is_empty() && loads.of(0, Direction::Up).is_none());
    }
}
