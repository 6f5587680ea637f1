//! Loss in bursts: the model of Gilbert and Elliott, on the link of each sender.
//!
//! A link is good or bad. A packet is lost with the probability of the state in which it finds
//! its sender's link, and then the link takes a step of its Markov chain. A link begins in its
//! steady state.

use crate::network::Packet;
use crate::network::chance::Chance;
use crate::network::config::GilbertElliottConfig;
use crate::rng::{PacketDraws, Purpose, Seed};
use std::ops::Range;

/// The links of all senders, or of some that follow each other.
#[derive(Clone, Debug)]
pub(super) struct Bursts {
    /// By state: that a packet is lost.
    loses: [Chance; 2],
    /// By state: that the link leaves it.
    leaves: [Chance; 2],
    losses: PacketDraws,
    steps: PacketDraws,
    /// The first of the senders.
    first: u32,
    is_bad: Box<[bool]>,
}

/// The name of the draw from which a link begins; no packet has this number.
const BEGINNING: u64 = u64::MAX;

impl Bursts {
    pub(super) fn new(config: GilbertElliottConfig, nodes: u32, seed: Seed) -> Self {
        let GilbertElliottConfig { good_to_bad, bad_to_good, loss_in_good, loss_in_bad } = config;
        let steps = PacketDraws::new(seed, Purpose::LinkState);
        let bad = Chance::new(config.share_bad());
        let begins = |node| bad.hits(steps.bits(u64::from(node), BEGINNING));
        Bursts {
            loses: [loss_in_good, loss_in_bad].map(Chance::new),
            leaves: [good_to_bad, bad_to_good].map(Chance::new),
            losses: PacketDraws::new(seed, Purpose::PacketLoss),
            steps,
            first: 0,
            is_bad: (0..nodes).map(begins).collect(),
        }
    }

    /// The links of these senders alone, in the state in which they are.
    pub(super) fn part(&self, nodes: Range<u32>) -> Self {
        let own = (nodes.start - self.first) as usize..(nodes.end - self.first) as usize;
        Bursts { first: nodes.start, is_bad: self.is_bad[own].into(), ..self.clone() }
    }

    /// Whether this packet is lost; the link of its sender takes a step.
    pub(super) fn takes(&mut self, packet: &Packet) -> bool {
        let name = (u64::from(packet.sender.0), packet.number);
        let is_bad = &mut self.is_bad[(packet.sender.0 - self.first) as usize];
        let state = usize::from(*is_bad);
        let is_lost = self.loses[state].hits(self.losses.bits(name.0, name.1));
        *is_bad ^= self.leaves[state].hits(self.steps.bits(name.0, name.1));
        is_lost
    }
}

impl GilbertElliottConfig {
    /// Share of packets that find the link bad, in the long run: `p / (p + r)`; 0 if the link
    /// never changes.
    pub fn share_bad(&self) -> f64 {
        let changes = self.good_to_bad + self.bad_to_good;
        if changes > 0.0 { self.good_to_bad / changes } else { 0.0 }
    }

    /// Share of packets that are lost, in the long run.
    pub fn mean_loss(&self) -> f64 {
        let bad = self.share_bad();
        (1.0 - bad) * self.loss_in_good + bad * self.loss_in_bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::NodeIndex;
    use crate::time::Instant;

    const CLASSIC: GilbertElliottConfig = GilbertElliottConfig {
        good_to_bad: 0.02,
        bad_to_good: 0.25,
        loss_in_good: 0.0,
        loss_in_bad: 1.0,
    };

    fn packet(sender: u32, number: u64) -> Packet {
        let (sender, receiver) = (NodeIndex(sender), NodeIndex(0));
        Packet { sender, receiver, number, size: 100, sent: Instant::ZERO }
    }

    /// Mean number of packets that are lost in a row, where any is: all losses divided by those
    /// after which the next packet is not lost.
    fn mean_burst(config: GilbertElliottConfig) -> f64 {
        let (p, r) = (config.good_to_bad, config.bad_to_good);
        let (good, bad) = (1.0 - config.share_bad(), config.share_bad());
        let after_good = (1.0 - p) * config.loss_in_good + p * config.loss_in_bad;
        let after_bad = r * config.loss_in_good + (1.0 - r) * config.loss_in_bad;
        let twice = good * config.loss_in_good * after_good + bad * config.loss_in_bad * after_bad;
        config.mean_loss() / (config.mean_loss() - twice)
    }

    /// Lengths of the bursts among so many packets of each of 100 senders.
    fn bursts(config: GilbertElliottConfig, packets: u64) -> Vec<u64> {
        let mut links = Bursts::new(config, 100, Seed(3));
        let mut lengths = Vec::new();
        for sender in 0..100 {
            let mut length = 0;
            for number in 0..packets {
                if links.takes(&packet(sender, number)) {
                    length += 1;
                } else if length > 0 {
                    lengths.push(std::mem::take(&mut length));
                }
            }
        }
        lengths
    }

    /// Where every packet on a bad link is lost and none on a good one, a burst is a stay in the
    /// bad state: geometric with mean 1 / r = 4. A chain that mixes in 1 / (p + r) packets has the
    /// variance of its mean multiplied by (2 - p - r) / (p + r), which gives the band of the rate.
    #[test]
    fn rate_and_lengths_of_bursts_are_those_of_the_theory() {
        let packets = 20_000u64;
        let lengths = bursts(CLASSIC, packets);
        let (p, r) = (CLASSIC.good_to_bad, CLASSIC.bad_to_good);
        let share = p / (p + r);
        assert_eq!(CLASSIC.mean_loss(), share);
        let all = 100.0 * packets as f64;
        let lost = lengths.iter().sum::<u64>() as f64 / all;
        let deviation = f64::sqrt(share * (1.0 - share) * (2.0 - p - r) / (p + r) / all);
        assert!((lost - share).abs() < 4.0 * deviation, "{lost}, not {share}");
        let count = lengths.len() as f64;
        let mean = lengths.iter().sum::<u64>() as f64 / count;
        let deviation = f64::sqrt((1.0 - r) / (r * r) / count);
        assert!((mean - 1.0 / r).abs() < 4.0 * deviation, "bursts of {mean}");
        // Each length as often as the geometric distribution has it: (1 - r)^(n - 1) r.
        for length in 1..=8 {
            let expected = count * r * (1.0 - r).powi(length - 1);
            let found = lengths.iter().filter(|&&found| found == length as u64).count() as f64;
            let band = 4.0 * f64::sqrt(expected);
            assert!((found - expected).abs() < band, "{found} bursts of {length}, not {expected}");
        }
    }

    /// With loss in both states a burst is no stay any more; the closed form still holds. The band
    /// is four deviations of as many independent bursts, whose variance is below mean squared.
    #[test]
    fn loss_in_both_states_has_the_closed_form() {
        let config = GilbertElliottConfig { loss_in_good: 0.01, loss_in_bad: 0.6, ..CLASSIC };
        let lengths = bursts(config, 20_000);
        let mean = lengths.iter().sum::<u64>() as f64 / lengths.len() as f64;
        let expected = mean_burst(config);
        let band = 4.0 * expected / f64::sqrt(lengths.len() as f64);
        assert!((mean - expected).abs() < band, "{mean}, not {expected}");
        let lost = lengths.iter().sum::<u64>() as f64 / 2e6;
        assert!((lost / config.mean_loss() - 1.0).abs() < 0.03, "{lost}");
        let even = GilbertElliottConfig { loss_in_good: 0.5, loss_in_bad: 0.5, ..CLASSIC };
        assert_eq!(even.mean_loss(), 0.5, "the state is of no account");
    }

    #[test]
    fn a_link_is_that_of_its_sender_and_a_part_goes_on_where_the_whole_is() {
        let mut whole = Bursts::new(CLASSIC, 10, Seed(1));
        for number in 0..50 {
            for sender in 0..10 {
                whole.takes(&packet(sender, number));
            }
        }
        let mut part = whole.part(4..7);
        for number in 50..500 {
            for sender in [6, 4, 5] {
                let packet = packet(sender, number);
                assert_eq!(part.takes(&packet), whole.takes(&packet));
            }
        }
    }

    #[test]
    fn a_link_that_never_changes_is_good() {
        let never = GilbertElliottConfig { good_to_bad: 0.0, bad_to_good: 0.0, ..CLASSIC };
        assert_eq!(never.share_bad(), 0.0);
        assert!(bursts(never, 100).is_empty());
    }
}
