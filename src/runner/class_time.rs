//! How long nodes of each class have been online, against which the use of their links is measured.

use crate::network::config::ClassConfig;
use crate::network::placement::{self, Placement};
use crate::protocol::NodeIndex;
use crate::rng::Seed;
use crate::time::Instant;

/// The time that nodes spend online in the measurement, by class.
#[derive(Clone, Debug)]
pub(super) struct ClassTime {
    placement: Placement,
    measured_from: Instant,
    classes: Vec<Tally>,
}

#[derive(Clone, Copy, Debug)]
struct Tally {
    online: u64,
    since: Instant,
    /// Node-nanoseconds.
    time: u128,
}

impl ClassTime {
    /// That of classes of which one has a finite link; `None` of others, whose links have no use
    /// to be measured.
    pub(super) fn new(seed: Seed, classes: &[ClassConfig], measured_from: Instant) -> Option<Self> {
        if classes.iter().all(|class| class.uplink.is_none() && class.downlink.is_none()) {
            return None;
        }
        let shares: Vec<f64> = classes.iter().map(|class| class.share).collect();
        let placement = Placement::by_share(seed, placement::CLASS, &shares);
        let none = Tally { online: 0, since: Instant::ZERO, time: 0 };
        Some(ClassTime { placement, measured_from, classes: vec![none; classes.len()] })
    }

    /// A node comes or goes.
    pub(super) fn change(&mut self, node: NodeIndex, at: Instant, comes: bool) {
        let class = self.placement.of(node);
        self.pass(class, at);
        let online = &mut self.classes[class].online;
        *online = if comes { *online + 1 } else { *online - 1 };
    }

    /// Node-nanoseconds of a class until `now`.
    pub(super) fn until(&mut self, class: usize, now: Instant) -> u128 {
        self.pass(class, now);
        self.classes[class].time
    }

    fn pass(&mut self, class: usize, now: Instant) {
        let tally = &mut self.classes[class];
        let length = now.saturating_since(tally.since.max(self.measured_from));
        tally.time += u128::from(length.as_nanos()) * u128::from(tally.online);
        tally.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_counts_by_class_and_from_the_measurement_on() {
        let at = Instant::from_nanos;
        let class = |name| ClassConfig { share: 0.5, ..ClassConfig::unlimited(name) };
        let finite = ClassConfig { uplink: Some(1), ..class("home") };
        assert!(ClassTime::new(Seed(1), &[class("a"), class("b")], at(0)).is_none());
        let mut times =
            ClassTime::new(Seed(1), &[finite, class("server")], at(100)).expect("finite");
        let member = |class| (0..).map(NodeIndex).find(|&node| times.placement.of(node) == class);
        let [home, server] = [0, 1].map(|class| member(class).expect("each class has nodes"));
        times.change(home, at(10), true);
        times.change(server, at(150), true);
        times.change(home, at(160), false);
        assert_eq!((times.until(0, at(200)), times.until(1, at(200))), (60, 50));
        times.change(home, at(210), true);
        assert_eq!((times.until(0, at(220)), times.until(1, at(220))), (70, 70));
    }
}
