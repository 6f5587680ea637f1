//! Which packets are lost between the two links.
//!
//! Several causes, each on its own: the model of the whole network, the classes of the two ends,
//! and what lies between their classes or regions. So a packet gets through with the product of
//! the probabilities with which it gets past each.

mod bursts;
mod places;

pub use places::kinds_of_nodes;

use super::Packet;
use super::chance::Chance;
use super::config::{LossConfig, NetworkConfig};
use crate::rng::{PacketDraws, Purpose, Seed};
use bursts::Bursts;
use places::Places;
use std::ops::Range;
use std::sync::Arc;

/// The loss of one run.
#[derive(Clone, Debug)]
pub struct Loss(Model);

#[derive(Clone, Debug)]
enum Model {
    None,
    /// Each packet on its own with the same probability.
    Bernoulli(Each),
    /// Whatever else there is, out of the way of the two common cases.
    Several(Box<Several>),
}

#[derive(Clone, Copy, Debug)]
struct Each {
    chance: Chance,
    draws: PacketDraws,
}

#[derive(Clone, Debug)]
struct Several {
    each: Option<Each>,
    bursts: Option<Bursts>,
    places: Option<Arc<Places>>,
}

impl Loss {
    /// The loss of this configuration between nodes `0..nodes`.
    ///
    /// # Panics
    /// If a rate is no probability, or a link leads from or to nowhere.
    pub fn new(config: &NetworkConfig, nodes: u32, seed: Seed) -> Self {
        let (each, bursts) = match config.loss {
            LossConfig::None => (None, None),
            LossConfig::Bernoulli { rate } => {
                let draws = PacketDraws::new(seed, Purpose::PacketLoss);
                (Some(Each { chance: Chance::new(rate), draws }), None)
            }
            LossConfig::GilbertElliott(config) => (None, Some(Bursts::new(config, nodes, seed))),
        };
        let places = Places::new(config, nodes, seed).map(Arc::new);
        Loss(match (each, bursts, places) {
            (None, None, None) => Model::None,
            (Some(each), None, None) => Model::Bernoulli(each),
            (each, bursts, places) => Model::Several(Box::new(Several { each, bursts, places })),
        })
    }

    /// That of packets from these nodes alone.
    pub fn part(&self, nodes: Range<u32>) -> Self {
        let mut part = self.clone();
        if let Model::Several(several) = &mut part.0 {
            several.bursts = several.bursts.as_ref().map(|bursts| bursts.part(nodes));
        }
        part
    }

    /// Whether this packet is lost. Packets of one sender must come in their order, once each.
    #[inline]
    pub fn takes(&mut self, packet: &Packet) -> bool {
        match &mut self.0 {
            Model::None => false,
            Model::Bernoulli(each) => each.takes(packet),
            Model::Several(several) => several.takes(packet),
        }
    }
}

impl Each {
    #[inline]
    fn takes(&self, packet: &Packet) -> bool {
        self.chance.hits(self.draws.bits(u64::from(packet.sender.0), packet.number))
    }
}

impl Several {
    fn takes(&mut self, packet: &Packet) -> bool {
        // The link takes its step whatever else happens to the packet.
        let by_burst = self.bursts.as_mut().is_some_and(|bursts| bursts.takes(packet));
        by_burst
            || self.each.is_some_and(|each| each.takes(packet))
            || self.places.as_ref().is_some_and(|places| places.takes(packet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::config::{ClassConfig, GilbertElliottConfig, LatencyModel};
    use crate::protocol::NodeIndex;
    use crate::time::Instant;

    fn packet(number: u64) -> Packet {
        let (sender, receiver) = (NodeIndex(3), NodeIndex(4));
        Packet { sender, receiver, number, size: 100, sent: Instant::ZERO }
    }

    fn network(loss: LossConfig, class_loss: f64) -> NetworkConfig {
        let class = ClassConfig { loss: class_loss, ..ClassConfig::unlimited("all") };
        NetworkConfig { loss, ..NetworkConfig::of_latency(LatencyModel::NONE, vec![class]) }
    }

    fn lost(config: LossConfig, packets: u64) -> u64 {
        let mut loss = Loss::new(&network(config, 0.0), 5, Seed(5));
        (0..packets).filter(|&number| loss.takes(&packet(number))).count() as u64
    }

    #[test]
    fn the_certain_rates_are_certain() {
        assert_eq!(lost(LossConfig::None, 1_000), 0);
        assert_eq!(lost(LossConfig::Bernoulli { rate: 0.0 }, 10_000), 0);
        assert_eq!(lost(LossConfig::Bernoulli { rate: 1.0 }, 10_000), 10_000);
    }

    /// Within four standard deviations of the binomial distribution.
    #[test]
    fn the_rate_of_loss_is_met() {
        for rate in [0.001, 0.01, 0.1, 0.5] {
            let packets = 200_000.0;
            let band = 4.0 * f64::sqrt(packets * rate * (1.0 - rate));
            let lost = lost(LossConfig::Bernoulli { rate }, packets as u64) as f64;
            assert!((lost - packets * rate).abs() < band, "rate {rate}: {lost} lost");
        }
    }

    /// The rule for several causes: 1 - (1 - 0.2) (1 - 0.1)^2, as both ends are of the class.
    #[test]
    fn causes_of_loss_are_independent() {
        let config = network(LossConfig::Bernoulli { rate: 0.2 }, 0.1);
        let mut loss = Loss::new(&config, 5, Seed(5));
        let packets = 200_000;
        let lost = (0..packets).filter(|&number| loss.takes(&packet(number))).count() as f64;
        let rate = 1.0 - 0.8 * 0.9 * 0.9;
        let band = 4.0 * f64::sqrt(packets as f64 * rate * (1.0 - rate));
        assert!((lost - packets as f64 * rate).abs() < band, "{lost} lost");
    }

    /// What another cause takes too is a step of the link all the same.
    #[test]
    fn a_link_steps_with_every_packet_whatever_else_takes_it() {
        let bursts = LossConfig::GilbertElliott(GilbertElliottConfig {
            good_to_bad: 0.1,
            bad_to_good: 0.3,
            loss_in_good: 0.0,
            loss_in_bad: 1.0,
        });
        let mut alone = Loss::new(&network(bursts, 0.0), 5, Seed(5));
        let mut with_another = Loss::new(&network(bursts, 0.5), 5, Seed(5));
        let mut more = 0;
        for number in 0..10_000 {
            let (alone, both) = (alone.takes(&packet(number)), with_another.takes(&packet(number)));
            assert!(!alone || both, "what the one loses is lost");
            more += u32::from(both && !alone);
        }
        assert!(more > 1_000);
    }
}
